/* SPDX-License-Identifier: Apache-2.0
 *
 * test_recorder_counts.c: what recorders count is what any other way of counting the same rows
 * does, whatever the values and however many names.
 */
#include "recorder_fixture.h"
#include "sketch/category_table.h"

/* Bytes of the window as it stands. */
static drift_buffer *window_bytes(const drift_monitor *monitor)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_profile_serialize(monitor->window.profile, bytes, NULL), DRIFT_OK);
    return bytes;
}

static void assert_same_window(const drift_monitor *a, const drift_monitor *b)
{
    drift_buffer *left = window_bytes(a), *right = window_bytes(b);
    ck_assert_uint_eq(drift_buffer_size(left), drift_buffer_size(right));
    ck_assert_mem_eq(drift_buffer_data(left), drift_buffer_data(right), drift_buffer_size(left));
    drift_buffer_destroy(left);
    drift_buffer_destroy(right);
}

/* Everything a value can be, in columns of every type. */
static drift_value odd_value(uint64_t *state)
{
    static const char *const tokens[] = {"true", "FALSE", "3", "1e9", "word", "", "2024-05-01"};
    static char long_name[200];
    memset(long_name, 'x', sizeof long_name);
    uint64_t random = next_random(state), pick = random % 16;
    drift_value value = {DRIFT_VALUE_MISSING, 0, {0}};
    if (pick < 3)
        return number_value((double)(int64_t)(random >> 32) / 1e8);
    if (pick == 3)
        return number_value((double)NAN);
    if (pick == 4)
        return number_value(random >> 40 & 1 ? (double)INFINITY : -(double)INFINITY);
    if (pick < 7)
        return integer_value((int64_t)next_random(state));
    if (pick == 7)
        return integer_value((int64_t)(random >> 32) % 40);
    if (pick == 8)
        return bool_value((int)(random >> 40) & 1);
    if (pick == 9)
        return time_value((int64_t)(random >> 10));
    if (pick == 10) {
        long_name[random >> 32 & 63] = 'y';
        value.tag = DRIFT_VALUE_STRING;
        value.length = sizeof long_name;
        value.as.string = long_name;
        return value;
    }
    if (pick == 11)
        return value;
    value.as.string = tokens[(random >> 32) % 7];
    value.tag = pick & 1 ? DRIFT_VALUE_STRING : DRIFT_VALUE_TOKEN;
    value.length = (uint32_t)strlen(value.as.string);
    return value;
}

enum { TYPED = 6, TYPED_ROWS = 3000 };
static const char *const TYPED_NAMES[TYPED] = {"number", "big", "word", "flag", "time", "id"};

static drift_value typed_value(int column, uint64_t row, uint64_t *state)
{
    switch (column) {
    case 0:
        return number_value(next_uniform(state));
    case 1:
        return integer_value((int64_t)(next_random(state) >> 2));
    case 2:
        return made_word((int)(next_random(state) % 5));
    case 3:
        return bool_value((int)(next_random(state) & 1));
    case 4:
        return time_value((int64_t)(next_random(state) >> 14));
    default:
        return integer_value((int64_t)row);
    }
}

static drift_monitor *typed_monitor(uint64_t block_rows, const char *block_column)
{
    static drift_value cells[TYPED][TYPED_ROWS];
    drift_column columns[TYPED];
    drift_table table = DRIFT_TABLE_INIT;
    drift_profile *reference = NULL;
    drift_monitor *monitor = NULL;
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_monitor_config how = DRIFT_MONITOR_CONFIG_INIT;
    uint64_t state = 7;
    for (int c = 0; c < TYPED; c++) {
        for (uint64_t r = 0; r < TYPED_ROWS; r++)
            cells[c][r] = typed_value(c, r, &state);
        columns[c] = (drift_column)DRIFT_COLUMN_INIT;
        columns[c].layout = DRIFT_LAYOUT_VALUE;
        columns[c].data = cells[c];
    }
    table.n_columns = TYPED;
    table.n_rows = TYPED_ROWS;
    table.names = TYPED_NAMES;
    table.columns = columns;
    config.block_rows = block_rows;
    config.block_column = block_column;
    ck_assert_int_eq(drift_profile_create(&table, &config, &reference, NULL), DRIFT_OK);
    how.window_rows = 100000;
    ck_assert_int_eq(drift_monitor_create(reference, &how, &monitor, NULL), DRIFT_OK);
    drift_profile_destroy(reference);
    return monitor;
}

/* The same rows through recorders, polled now and then, and row by row into the window. */
static void assert_same_counts(uint64_t block_rows, const char *block_column)
{
    drift_monitor *recorded = typed_monitor(block_rows, block_column);
    drift_monitor *plain = typed_monitor(block_rows, block_column);
    drift_recorder *recorder = recorder_of(recorded);
    uint64_t state = 11;
    for (uint64_t r = 0; r < 5000; r++) {
        drift_value values[TYPED];
        for (int c = 0; c < TYPED; c++)
            values[c] = r % 3 ? typed_value(c, r, &state) : odd_value(&state);
        /* The key of a value that is not whole stands for it. */
        if (values[1].tag == DRIFT_VALUE_DOUBLE && isfinite(values[1].as.number))
            values[1].as.number = floor(values[1].as.number);
        if (values[1].tag == DRIFT_VALUE_TOKEN || values[1].tag == DRIFT_VALUE_INT64)
            values[1] = integer_value((int64_t)r);
        ck_assert_int_eq(drift_recorder_observe(recorder, values, TYPED), DRIFT_OK);
        ck_assert_int_eq(drift_profile_update_row(plain->window.profile, values, TYPED), DRIFT_OK);
        if (next_random(&state) % 200 == 0)
            ck_assert_int_eq(drift_monitor_poll(recorded, NULL), DRIFT_OK);
    }
    ck_assert_int_eq(drift_monitor_poll(recorded, NULL), DRIFT_OK);
    assert_same_window(recorded, plain);
    drift_monitor_destroy(recorded);
    drift_monitor_destroy(plain);
}

START_TEST(recorded_rows_count_as_any_others)
{
    assert_same_counts(0, NULL);
    assert_same_counts(37, NULL);
    assert_same_counts(0, "word");
}
END_TEST

START_TEST(batches_count_as_their_rows)
{
    made *m = make_table(5000);
    drift_monitor *a = monitor_of(m, 100000), *b = monitor_of(m, 100000);
    drift_recorder *recorder = recorder_of(a);
    observe(recorder_of(b), m, 0, 5000);
    ck_assert_int_eq(drift_recorder_observe_batch(recorder, &m->table, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_poll(a, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_poll(b, NULL), DRIFT_OK);
    assert_same_window(a, b);
    ck_assert_uint_eq(drift_recorder_rows(recorder), 5000);
    static const char *const renamed[MADE_COLUMNS] = {"x", "other", "z", "flag"};
    m->table.names = renamed;
    ck_assert_int_eq(drift_recorder_observe_batch(recorder, &m->table, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_poll(a, NULL), DRIFT_OK);
    ck_assert_uint_eq(a->window.profile->columns[1].missing, 5000);
    drift_monitor_destroy(a);
    drift_monitor_destroy(b);
    free(m);
}
END_TEST

/* Names nobody named: those kept do not depend on who brought them. */
START_TEST(a_flood_of_names_is_bounded_and_the_same_for_all)
{
    made *m = make_table(5000);
    drift_monitor *one = monitor_of(m, 100000), *two = monitor_of(m, 100000);
    drift_recorder *recorders[3] = {recorder_of(one), recorder_of(two), recorder_of(two)};
    drift_value values[MADE_COLUMNS];
    for (uint64_t i = 0; i < 20000; i++) {
        char name[100];
        row_of(m, i % 5000, values);
        values[2].as.string = name;
        values[2].length = (uint32_t)snprintf(
            name, sizeof name, "%s%llu",
            i % 2 ? "request "
                  : "a name that is "
                    "longer than what a slot of the table has room for, by a lot ",
            (unsigned long long)(i % 3000));
        drift_recorder_observe(recorders[0], values, MADE_COLUMNS);
        drift_recorder_observe(recorders[1 + i % 2], values, MADE_COLUMNS);
        if (i % 777 == 0)
            ck_assert_int_eq(drift_monitor_poll(two, NULL), DRIFT_OK);
    }
    drift_monitor_poll(one, NULL);
    drift_monitor_poll(two, NULL);
    const drift_categories *names = one->window.profile->columns[2].names;
    ck_assert_uint_eq(names->heap_size, DRIFT__SHARD_NAMES);
    ck_assert_uint_eq(drift_categories_total(names), 20000);
    for (size_t i = 0; i < two->window.profile->n_columns; i++)
        two->window.profile->columns[i].serial = one->window.profile->columns[i].serial;
    assert_same_window(one, two);
    drift_monitor_destroy(one);
    drift_monitor_destroy(two);
    free(m);
}
END_TEST

/* Long names beyond those that the reference pins are the same names in a window. */
START_TEST(long_names_are_recognised)
{
    enum { ROWS = 20000, NAMES = 4000, LENGTH = 80 };
    char(*text)[LENGTH + 1] = malloc(NAMES * sizeof *text);
    drift_value *values = malloc(ROWS * sizeof *values);
    drift_column column = DRIFT_COLUMN_INIT;
    const char *name = "url";
    drift_table table = DRIFT_TABLE_INIT;
    drift_profile_config how = DRIFT_PROFILE_CONFIG_INIT;
    drift_profile *reference = NULL;
    drift_monitor *monitor = NULL;
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    uint64_t state = 5;
    ck_assert(text && values);
    for (int i = 0; i < NAMES; i++)
        snprintf(text[i], sizeof text[i], "%070d/%09d", 0, i);
    for (int r = 0; r < ROWS; r++)
        values[r] = text_value(DRIFT_VALUE_STRING, text[next_random(&state) % NAMES]);
    column.layout = DRIFT_LAYOUT_VALUE;
    column.data = values;
    table.n_columns = 1;
    table.n_rows = ROWS;
    table.names = &name;
    table.columns = &column;
    how.sample_rows = 500; /* most names are not pinned */
    ck_assert_int_eq(drift_profile_create(&table, &how, &reference, NULL), DRIFT_OK);
    config.window_rows = ROWS;
    config.warnings = 1;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    drift_recorder *recorder = recorder_of(monitor);
    for (int r = 0; r < ROWS; r++)
        drift_recorder_observe(recorder, &values[r], 1);
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_windows(monitor), 1);
    ck_assert_uint_eq(drift_monitor_alerts(monitor) + drift_monitor_warnings(monitor), 0);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    free(values);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recorder_counts");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 110);
    tcase_add_test(all, recorded_rows_count_as_any_others);
    tcase_add_test(all, batches_count_as_their_rows);
    tcase_add_test(all, a_flood_of_names_is_bounded_and_the_same_for_all);
    tcase_add_test(all, long_names_are_recognised);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
