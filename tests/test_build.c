/* SPDX-License-Identifier: Apache-2.0
 *
 * test_build.c: profiles from readers: the same from every format and from a
 * pipe, and messages that begin with the path.
 */
#include <math.h>

#include "io_support.h"
#include "profile/state.h"

enum { ROWS = 4000 };

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* The same rows as CSV and as JSON Lines: numbers, names, gaps, a late key. */
static void make_texts(drift_buffer *csv, drift_buffer *jsonl, int rows)
{
    uint32_t state = 9;
    char line[128];
    drift_buffer_append(csv, "x,n,name\n", 9);
    for (int i = 0; i < rows; i++) {
        unsigned whole = next_random(&state) % 100000, few = next_random(&state) % 5;
        const char *name = few == 0 ? "red" : few == 1 ? "green" : "blue";
        int used = snprintf(line, sizeof line, "0.%05u,%s,%s\n", whole, few == 3 ? "" : "17",
                            i < 1200 ? "" : name);
        drift_buffer_append(csv, line, (size_t)used);
        used = snprintf(line, sizeof line, "{\"x\":0.%05u%s", whole, few == 3 ? "" : ",\"n\":17");
        if (i >= 1200)
            used += snprintf(line + used, sizeof line - (size_t)used, ",\"name\":\"%s\"", name);
        drift_buffer_append(jsonl, line, (size_t)used);
        drift_buffer_append(jsonl, "}\n", 2);
    }
}

static drift_buffer *bytes_of(const drift_profile *profile)
{
    drift_buffer *bytes;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_profile_serialize(profile, bytes, NULL), DRIFT_OK);
    return bytes;
}

static void check_same(const drift_profile *a, const drift_profile *b)
{
    drift_buffer *x = bytes_of(a), *y = bytes_of(b);
    ck_assert_uint_eq(drift_buffer_size(x), drift_buffer_size(y));
    ck_assert_mem_eq(drift_buffer_data(x), drift_buffer_data(y), drift_buffer_size(x));
    drift_buffer_destroy(x);
    drift_buffer_destroy(y);
}

static drift_profile *profile_of_text(const char *suffix, const void *bytes, size_t size,
                                      const drift_profile *reference)
{
    char path[256];
    drift_error error = {""};
    drift_profile *profile = NULL;
    write_file(path, suffix, bytes, size);
    drift_status status = reference
                              ? drift_profile_read_against(path, reference, NULL, &profile, &error)
                              : drift_profile_read(path, NULL, &profile, &error);
    ck_assert_msg(status == DRIFT_OK, "%s", error.message);
    unlink(path);
    return profile;
}

START_TEST(build_same_from_csv_jsonl_and_pipe)
{
    drift_buffer *csv, *jsonl;
    drift_buffer_create(NULL, &csv);
    drift_buffer_create(NULL, &jsonl);
    make_texts(csv, jsonl, ROWS);
    size_t size = drift_buffer_size(csv);
    drift_profile *from_csv = profile_of_text(".csv", drift_buffer_data(csv), size, NULL);
    drift_profile *from_jsonl =
        profile_of_text(".jsonl", drift_buffer_data(jsonl), drift_buffer_size(jsonl), NULL);
    drift_profile *from_pipe = NULL;
    char path[256];
    open_pipe(path, drift_buffer_data(csv), size, 1000);
    ck_assert_int_eq(drift_profile_read(path, NULL, &from_pipe, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_profile_rows(from_csv), ROWS);
    ck_assert_int_eq(from_csv->sampling, DRIFT__SAMPLING_ALL);
    check_same(from_csv, from_pipe);
    ck_assert(drift_profile_compatible(from_csv, from_jsonl));
    drift_profile *against = profile_of_text(".csv", drift_buffer_data(csv), size, from_csv);
    drift__order_drop(from_csv); /* the plans are the reference's alone */
    check_same(from_csv, against);
    ck_assert_ptr_null(drift__profile_validate(against));
    drift_profile_destroy(from_csv);
    drift_profile_destroy(from_jsonl);
    drift_profile_destroy(from_pipe);
    drift_profile_destroy(against);
    drift_buffer_destroy(csv);
    drift_buffer_destroy(jsonl);
}
END_TEST

/* A pipe of more than its kept prefix: edges from the first R rows, every row counted. */
START_TEST(build_from_a_long_pipe)
{
    enum { LINES = 300000, WIDTH = 128 };
    size_t size = 4 + (size_t)LINES * WIDTH;
    char *text = malloc(size), path[256];
    memcpy(text, "x,y\n", 4);
    for (size_t i = 0; i < LINES; i++) {
        char number[32];
        char *line = text + 4 + i * WIDTH;
        memset(line, '0', WIDTH);
        line[WIDTH - 1] = '\n';
        int used = snprintf(number, sizeof number, "%zu,0.", i * 7919 % LINES);
        memcpy(line, number, (size_t)used);
    }
    drift_profile *profile = NULL;
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.sample_rows = 10000;
    open_pipe(path, text, size, 1 << 16);
    ck_assert_int_eq(drift_profile_read(path, &config, &profile, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_profile_rows(profile), LINES);
    ck_assert_int_eq(profile->sampling, DRIFT__SAMPLING_FIRST);
    ck_assert_uint_eq(profile->sample_rows, 10000);
    ck_assert_ptr_null(drift__profile_validate(profile));
    drift_profile_destroy(profile);
    free(text);
}
END_TEST

START_TEST(build_reads_saved_profiles)
{
    static const char csv[] = "a,b\n1,x\n2,y\n3,x\n", other[] = "a,b\n5,x\n6,y\n";
    char path[256], text[512];
    drift_error error;
    drift_profile *first = profile_of_text(".csv", csv, sizeof csv - 1, NULL), *again = NULL;
    drift_profile *foreign = profile_of_text(".csv", other, sizeof other - 1, NULL);
    write_file(path, ".drift", "", 0);
    ck_assert_int_eq(drift_profile_write(first, path, &error), DRIFT_OK);
    ck_assert_int_eq(drift_profile_read(path, NULL, &again, &error), DRIFT_OK);
    check_same(first, again);
    drift_profile_destroy(again);
    ck_assert_int_eq(drift_profile_read_against(path, first, NULL, &again, &error), DRIFT_OK);
    drift_profile_destroy(again);
    again = NULL;
    ck_assert_int_eq(drift_profile_read_against(path, foreign, NULL, &again, &error),
                     DRIFT_ERR_INCOMPATIBLE);
    snprintf(text, sizeof text, "%s: this profile was not counted in the edges", path);
    ck_assert_msg(strncmp(error.message, text, strlen(text)) == 0, "%s", error.message);
    ck_assert_int_eq(truncate(path, 60), 0);
    ck_assert_int_eq(drift_profile_read(path, NULL, &again, &error), DRIFT_ERR_CORRUPT);
    ck_assert_msg(strncmp(error.message, path, strlen(path)) == 0, "%s", error.message);
    ck_assert_ptr_null(again);
    drift_profile_destroy(first);
    drift_profile_destroy(foreign);
    unlink(path);
}
END_TEST

START_TEST(build_messages_begin_with_the_path)
{
    static const struct {
        const char *text, *message;
        drift_status status;
    } cases[] = {
        {"", "the file is empty; expected a header line", DRIFT_ERR_PARSE},
        {"a,b\n", "the reference has no rows", DRIFT_ERR_NOT_ENOUGH_DATA},
        {"a,b\n1,2\n3\n", "line 3: row has 1 field, the header has 2", DRIFT_ERR_PARSE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[256], expected[512];
        drift_error error;
        drift_profile *profile = NULL;
        write_file(path, ".csv", cases[i].text, strlen(cases[i].text));
        ck_assert_int_eq(drift_profile_read(path, NULL, &profile, &error), cases[i].status);
        snprintf(expected, sizeof expected, "%s: %s", path, cases[i].message);
        ck_assert_str_eq(error.message, expected);
        ck_assert_ptr_null(profile);
        unlink(path);
    }
}
END_TEST

static int watch(uint64_t bytes, uint64_t total, void *context)
{
    uint64_t *last = context;
    if (total && bytes < *last)
        last[1]++;
    *last = bytes;
    last[2] = total;
    return 0;
}

START_TEST(build_progress_only_rises)
{
    drift_buffer *csv, *jsonl;
    uint64_t seen[3] = {0, 0, 0};
    char path[256];
    drift_profile *profile;
    drift_reader *reader;
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_buffer_create(NULL, &csv);
    drift_buffer_create(NULL, &jsonl);
    make_texts(csv, jsonl, 30000);
    config.progress = watch;
    config.progress_context = seen;
    write_file(path, ".csv", drift_buffer_data(csv), drift_buffer_size(csv));
    ck_assert_int_eq(drift_reader_open(path, &config, &reader, NULL), DRIFT_OK);
    seen[0] = 0;
    ck_assert_int_eq(drift_profile_build(reader, NULL, &config, &profile, NULL), DRIFT_OK);
    ck_assert_uint_eq(seen[1], 0);
    ck_assert_uint_eq(seen[0], seen[2]);
    drift_profile_destroy(profile);
    drift_reader_destroy(reader);
    drift_buffer_destroy(csv);
    drift_buffer_destroy(jsonl);
    unlink(path);
}
END_TEST

START_TEST(build_from_a_table_in_memory)
{
    double numbers[500];
    static const char *const names[] = {"x"};
    drift_column column = DRIFT_COLUMN_INIT;
    drift_table table = DRIFT_TABLE_INIT;
    drift_reader *reader;
    drift_profile *read = NULL, *created = NULL;
    for (int i = 0; i < 500; i++)
        numbers[i] = sin(i);
    column.layout = DRIFT_LAYOUT_FLOAT64;
    column.data = numbers;
    table.n_columns = 1;
    table.n_rows = 500;
    table.names = names;
    table.columns = &column;
    ck_assert_int_eq(drift_reader_open_table(&table, NULL, &reader, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_profile_build(reader, NULL, NULL, &read, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_profile_create(&table, NULL, &created, NULL), DRIFT_OK);
    check_same(read, created);
    drift_profile_destroy(read);
    drift_profile_destroy(created);
    drift_reader_destroy(reader);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("build");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, build_same_from_csv_jsonl_and_pipe);
    tcase_add_test(tests, build_from_a_long_pipe);
    tcase_add_test(tests, build_reads_saved_profiles);
    tcase_add_test(tests, build_messages_begin_with_the_path);
    tcase_add_test(tests, build_progress_only_rises);
    tcase_add_test(tests, build_from_a_table_in_memory);
    Suite *suite = suite_create("build");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
