/* SPDX-License-Identifier: Apache-2.0
 *
 * test_csv.c: the CSV reader: dialects, damage and its messages.
 */
#include "io_support.h"

typedef struct sample {
    const char *text, *expected;
} sample;

static void check_all(const sample *samples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_bytes(".csv", samples[i].text, strlen(samples[i].text), NULL, samples[i].expected);
}

START_TEST(csv_dialects)
{
    static const sample samples[] = {
        {"a,b\n1,2\n3,4\n", "1|2\n3|4\n[a|b]"},
        {"a,b\r\n1,2\r\n3,4", "1|2\n3|4\n[a|b]"},
        {"a,b\r1,2\r\r3,4\r", "1|2\n3|4\n[a|b]"},
        {"\xef\xbb\xbf"
         "a,b\n1,2\n",
         "1|2\n[a|b]"},
        {"\n\r\na,b\n\n1,2\n\n\n3,4\n\n", "1|2\n3|4\n[a|b]"},
        {"a\n1\n\n2\n", "1\n2\n[a]"},
        {"a,,c\n1,2,3\n", "1|2|3\n[a|column_2|c]"},
        {"a,b\n", "[a|b]"},
        {"a,b", "[a|b]"},
        {"a,b\n,\n", "<>|<>\n[a|b]"},
        {"a,b\n1,", "1|<>\n[a|b]"},
        {" a ,b\n 1 , x \n", " 1 | x \n[ a |b]"},
        {"a\tb,c\n1\t2,3\n", "1\t2|3\n[a\tb|c]"},
    };
    check_all(samples, sizeof samples / sizeof *samples);
}
END_TEST

START_TEST(csv_quotes)
{
    static const sample samples[] = {
        {"\"a\",\"b,c\"\n\"1\",\"2\"\n", "1|2\n[a|b,c]"},
        {"\"a \"\"x\"\"\"\n\"\"\"\"\n", "\"\n[a \"x\"]"},
        {"a,b\n\"line 1\nline 2\",\"\r\n\"\n", "line 1\nline 2|\r\n\n[a|b]"},
        {"a,b\n\"\",\"NA\"\n", "<>|<>\n[a|b]"},
        {"a,b\n5\"1,x\"y\"\n", "5\"1|x\"y\"\n[a|b]"},
        {"a,b\n\"N\"\"A\",\"x\"", "N\"A|x\n[a|b]"},
    };
    check_all(samples, sizeof samples / sizeof *samples);
}
END_TEST

START_TEST(csv_missing)
{
    static const char text[] = "a,b,c,d,e,f\n,NA,NaN,null,\\N,na\n-999,?,nan,N/A,0,x\n";
    static const char *const tokens[] = {"?", "-999"};
    check_bytes(".csv", text, sizeof text - 1, NULL,
                "<>|<>|<>|<>|<>|na\n-999|?|nan|N/A|0|x\n[a|b|c|d|e|f]");
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.missing = tokens;
    config.n_missing = 2;
    check_bytes(".csv", text, sizeof text - 1, &config,
                "|NA|NaN|null|\\N|na\n<>|<>|nan|N/A|0|x\n[a|b|c|d|e|f]");
}
END_TEST

START_TEST(csv_messages)
{
    static const sample samples[] = {
        {"", "the file is empty; expected a header line"},
        {"\n\n", "the file is empty; expected a header line"},
        {"a,b\n1,2\n1\n", "line 3: row has 1 field, the header has 2"},
        {"a,b\r\n1,2\r\n1\r\n", "line 3: row has 1 field, the header has 2"},
        {"a,b\r\r1,2\r1\r", "line 4: row has 1 field, the header has 2"},
        {"a,b\n\n1,2,3,4\n", "line 3: row has 4 fields, the header has 2"},
        {"a,b\n\"x\ny\",2\n1,2,3\n", "line 4: row has 3 fields, the header has 2"},
        {"a,b\n1,2\n3,\"x\n4,5\n", "line 3: column 3: the quote that opens here is never closed"},
        {"a,b\n1,2\n\"3\"x,4\n",
         "line 3: column 4: text after a closing quote; expected ',' or the end of the line"},
        {"a,b\n\"\n\n\xc3\xa9\"x,4\n",
         "line 4: column 3: text after a closing quote; expected ',' or the end of the line"},
        {"a,b,a\n", "line 1: column 5: a second column is called 'a'"},
        {"a,column_3,\n", "line 1: column 12: a second column is called 'column_3'"},
        {"a,\xff\n", "line 1: column 3: the name of column 2 is not UTF-8"},
        {"\xff\xfe"
         "a",
         "this is UTF-16 text; convert it to UTF-8 first"},
        {"\xfe\xff", "this is UTF-16 text; convert it to UTF-8 first"},
        {"PK\3\4zip", "this is a zip archive or a spreadsheet; export it as CSV"},
    };
    check_all(samples, sizeof samples / sizeof *samples);
    check_bytes(".csv", "a,b\n1,\0\n", 8, NULL,
                "line 2: column 3: a NUL byte: this is not a text file");
    check_bytes(".csv", "a,b\n1,\"\0\"\n", 10, NULL,
                "line 2: column 4: a NUL byte: this is not a text file");
    check_bytes(".csv", "a,b\n1,x\xff\n", 9, NULL, "1|x\xff\n[a|b]");
}
END_TEST

START_TEST(csv_delimiters)
{
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    check_bytes(".tsv", "a\tb\n1,5\t2\n", 10, NULL, "1,5|2\n[a|b]");
    config.delimiter = ';';
    check_bytes(".csv", "a;b\n1,5;\"x;y\"\n", 14, &config, "1,5|x;y\n[a|b]");
    config.delimiter = '\t';
    check_bytes(".csv", "a\tb\n1\t\n", 7, &config, "1|<>\n[a|b]");
    config.delimiter = '"';
    check_bytes(".csv", "a\n", 2, &config,
                "the delimiter must be one ASCII character, no quote and no line end");
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Rows of random fields, quoted where they must be, in batches, by a slow pipe: nothing is lost. */
START_TEST(csv_survives_any_piece_size)
{
    static const char alphabet[] = "ab1.\"\n\r, ";
    drift_buffer *text, *expected, *found;
    uint32_t state = 11;
    drift_buffer_create(NULL, &text);
    drift_buffer_create(NULL, &expected);
    drift_buffer_create(NULL, &found);
    drift_buffer_append(text, "x,y,z\n", 6);
    for (int row = 0; row < 5000; row++)
        for (int column = 0; column < 3; column++) {
            size_t length = 1 + next_random(&state) % 12;
            drift_buffer_append(text, "\"", 1);
            for (size_t i = 0; i < length; i++) {
                char c = alphabet[next_random(&state) % (sizeof alphabet - 1)];
                drift_buffer_append(text, "\"\"", c == '"' ? 2 : 0);
                drift_buffer_append(text, &c, c == '"' ? 0 : 1);
                drift_buffer_append(expected, &c, 1);
            }
            drift_buffer_append(text, column < 2 ? "\"," : "\"\n", 2);
            drift_buffer_append(expected, column < 2 ? "|" : "\n", 1);
        }
    drift_buffer_append(expected, "[x|y|z]", 7);
    static const size_t pieces[] = {7, 100, 4096, 1 << 20};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char path[256];
        drift_reader *reader;
        size_t size = drift_buffer_size(text);
        open_pipe(path, drift_buffer_data(text), size, pieces[i]);
        ck_assert_int_eq(drift_reader_open(path, NULL, &reader, NULL), DRIFT_OK);
        drift_buffer_reset(found);
        print_reader(found, reader);
        ck_assert_uint_eq(drift_buffer_size(found), drift_buffer_size(expected));
        ck_assert_mem_eq(drift_buffer_data(found), drift_buffer_data(expected),
                         drift_buffer_size(expected));
        drift_reader_destroy(reader);
    }
    drift_buffer_destroy(text);
    drift_buffer_destroy(expected);
    drift_buffer_destroy(found);
}
END_TEST

START_TEST(csv_huge_row)
{
    size_t size = 12 << 20;
    char *text = malloc(size), path[256];
    memset(text, 'x', size);
    memcpy(text, "a,b\n1,\"", 7);
    memcpy(text + size - 6, "\"\n2,3\n", 6);
    write_file(path, ".csv", text, size);
    drift_reader *reader;
    drift_table table;
    uint64_t rows = 0;
    ck_assert_int_eq(drift_reader_open(path, NULL, &reader, NULL), DRIFT_OK);
    while (drift_reader_next(reader, &table, NULL) == DRIFT_OK) {
        const drift_value *b = table.columns[1].data;
        if (!rows && table.n_rows)
            ck_assert_uint_eq(b->length, size - 7 - 6);
        rows += table.n_rows;
    }
    ck_assert_uint_eq(rows, 2);
    drift_reader_destroy(reader);
    unlink(path);
    free(text);
}
END_TEST

/* Random bytes of the characters that matter: an error or rows, never a crash, never a loop. */
START_TEST(csv_survives_noise)
{
    static const char alphabet[] = "ab,,\"\"\n\r\0\xef";
    uint32_t state = 5;
    for (int round = 0; round < 3000; round++) {
        char text[48];
        size_t length = next_random(&state) % sizeof text;
        for (size_t i = 0; i < length; i++)
            text[i] = alphabet[next_random(&state) % (sizeof alphabet - 1)];
        free(read_bytes(".csv", text, length, NULL));
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("csv");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, csv_dialects);
    tcase_add_test(tests, csv_quotes);
    tcase_add_test(tests, csv_missing);
    tcase_add_test(tests, csv_messages);
    tcase_add_test(tests, csv_delimiters);
    tcase_add_test(tests, csv_survives_any_piece_size);
    tcase_add_test(tests, csv_huge_row);
    tcase_add_test(tests, csv_survives_noise);
    Suite *suite = suite_create("csv");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
