/* SPDX-License-Identifier: Apache-2.0
 *
 * test_jsonl.c: the JSON Lines reader: values, growing columns and its messages.
 */
#include "io_support.h"

typedef struct sample {
    const char *text, *expected;
} sample;

static void check_all(const sample *samples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_bytes(".jsonl", samples[i].text, strlen(samples[i].text), NULL, samples[i].expected);
}

START_TEST(jsonl_values)
{
    static const sample samples[] = {
        {"{\"a\":1,\"b\":\"x\"}\n{\"a\":5.0,\"b\":\"5\"}\n", "1|'x'\n5.0|'5'\n[a|b]"},
        {"{\"a\":true,\"b\":false,\"c\":null}", "true|false|<>\n[a|b|c]"},
        {"{\"a\":NaN,\"b\":Infinity,\"c\":-Infinity}", "<>|inf|-inf\n[a|b|c]"},
        {"{\"a\":\"\",\"b\":\"NA\"}", "''|'NA'\n[a|b]"},
        {"{\"a\":\"x\\n\\u00e9\\\"\"}", "'x\n\xc3\xa9\"'\n[a]"},
        {"{\"a\": {\"b\" : [1, {\"c\":\"}\"}]} , \"d\":[ ]}",
         "'{\"b\" : [1, {\"c\":\"}\"}]}'|'[ ]'\n[a|d]"},
        {"\xef\xbb\xbf\n{\"a\":1}\r\n \r\n\n{\"a\":2}\r\n", "1\n2\n[a]"},
        {"{}\n{\"a\":1}\n{}", "<>\n1\n<>\n[a]"},
        {"{\"a\":1}\n{\"b\":2}\n{\"b\":3,\"a\":4}", "1|<>\n<>|2\n4|3\n[a|b]"},
        {"{\"k\\u0065y\":1}\n{\"key\":2}", "1\n2\n[key]"},
    };
    check_all(samples, sizeof samples / sizeof *samples);
}
END_TEST

START_TEST(jsonl_messages)
{
    static const sample samples[] = {
        {"{\"a\":1}\n{\"abc\" 1}", "line 2: column 8: expected ':' after a key"},
        {"[1]", "line 1: column 1: expected one JSON object a line, not an array"},
        {"12", "line 1: column 1: expected one JSON object a line, as in {\"age\": 41}"},
        {"{\"a\":1", "line 1: column 7: expected ',' or '}'"},
        {"{\"a\":1,}", "line 1: column 8: expected a key in quotes"},
        {"{a:1}", "line 1: column 2: expected a key in quotes or '}'"},
        {"{\"a\":}", "line 1: column 6: expected a value"},
        {"{\"a\":nul}", "line 1: column 6: expected a value"},
        {"{\"a\":-}", "line 1: column 7: expected a digit"},
        {"{\"a\":01}", "line 1: column 7: expected ',' or '}'"},
        {"{\"a\":1}x", "line 1: column 8: expected nothing after the object: one object a line"},
        {"{\"a\":1}{\"a\":2}",
         "line 1: column 8: expected nothing after the object: one object a line"},
        {"{\"a\":\"x}", "line 1: column 9: expected the closing quote of a string"},
        {"{\"a\":\"\\q\"}", "line 1: column 8: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t "
                            "\\uXXXX after a backslash"},
        {"{\"a\":\"\t\"}", "line 1: column 7: expected no control character inside a string "
                           "(write \\n, \\t or \\u00XX)"},
        {"{\"a\":1,\"b\":2,\"a\":3}", "line 1: column 14: the key 'a' stands twice in this object"},
        {"{\"a\":1,\"\\u0061\":3}", "line 1: column 8: the key 'a' stands twice in this object"},
        {"{\"a\\u0000\":1}", "line 1: column 2: this key holds a NUL"},
        {"{\"\xff\":1}", "line 1: column 2: this key is not UTF-8"},
        {"{\"a\":[1,]}", "line 1: column 9: expected a value"},
        {"{\"a\":[1}}", "line 1: column 8: expected ',' or ']'"},
        {"{\"a\":{\"b\"}}", "line 1: column 10: expected ':' after a key"},
        {"{\"a\":{1}}", "line 1: column 7: expected a key in quotes or '}'"},
        {"{\"a\":[[]", "line 1: column 9: expected ',' or ']'"},
        {"\xff\xfe{", "this is UTF-16 text; convert it to UTF-8 first"},
    };
    check_all(samples, sizeof samples / sizeof *samples);
    check_bytes(".jsonl", "{\"a\":\0}", 7, NULL,
                "line 1: column 6: a NUL byte: this is not a text file");
}
END_TEST

START_TEST(jsonl_deep_nesting_is_refused)
{
    char text[4000] = "{\"a\":";
    memset(text + 5, '[', sizeof text - 5);
    check_bytes(".jsonl", text, sizeof text, NULL,
                "line 1: column 518: expected at most 512 levels of brackets");
}
END_TEST

START_TEST(jsonl_missing_tokens_when_stated)
{
    static const char *const tokens[] = {"?", "-1", ""};
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.missing = tokens;
    config.n_missing = 3;
    check_bytes(".jsonl", "{\"a\":\"?\",\"b\":-1,\"c\":\"\",\"d\":\"NA\"}", 32, &config,
                "<>|<>|<>|'NA'\n[a|b|c|d]");
}
END_TEST

START_TEST(jsonl_columns_grow)
{
    drift_buffer *text;
    char path[256];
    drift_reader *reader;
    drift_table table;
    uint64_t rows = 0, present = 0;
    drift_buffer_create(NULL, &text);
    for (int i = 0; i < 3000; i++) {
        char line[64];
        snprintf(line, sizeof line, "{\"k%d\":%d,\"a\":1}\n", i / 10, i);
        drift_buffer_append(text, line, strlen(line));
    }
    write_file(path, ".jsonl", drift_buffer_data(text), drift_buffer_size(text));
    ck_assert_int_eq(drift_reader_open(path, NULL, &reader, NULL), DRIFT_OK);
    for (int pass = 0; pass < 2; pass++) {
        while (drift_reader_next(reader, &table, NULL) == DRIFT_OK) {
            for (uint32_t i = 0; i < table.n_columns; i++)
                for (uint64_t row = 0; row < table.n_rows; row++)
                    present += ((const drift_value *)table.columns[i].data)[row].tag != 0;
            rows += table.n_rows;
        }
        ck_assert_uint_eq(table.n_columns, 301);
        ck_assert_int_eq(drift_reader_rewind(reader, NULL), DRIFT_OK);
    }
    ck_assert_uint_eq(rows, 6000);
    ck_assert_uint_eq(present, 12000);
    drift_reader_destroy(reader);
    drift_buffer_destroy(text);
    unlink(path);
}
END_TEST

START_TEST(jsonl_survives_noise)
{
    static const char alphabet[] = "{}[]:,\"\"ab\\u0019.-e \ntruefalsn\0";
    uint32_t state = 3;
    for (int round = 0; round < 3000; round++) {
        char text[64] = "{\"a\":";
        size_t length = 5 + round % 50;
        for (size_t i = 5; i < length; i++) {
            state = state * 1664525u + 1013904223u;
            text[i] = alphabet[(state >> 8) % (sizeof alphabet - 1)];
        }
        free(read_bytes(".jsonl", text, length, NULL));
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("jsonl");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, jsonl_values);
    tcase_add_test(tests, jsonl_messages);
    tcase_add_test(tests, jsonl_deep_nesting_is_refused);
    tcase_add_test(tests, jsonl_missing_tokens_when_stated);
    tcase_add_test(tests, jsonl_columns_grow);
    tcase_add_test(tests, jsonl_survives_noise);
    Suite *suite = suite_create("jsonl");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
