/* SPDX-License-Identifier: Apache-2.0
 *
 * test_openmetrics.c: the metrics of a monitor: what they say, their limit, and
 * buffers of any size. An independent parser reads them in tests/python/test_metrics.py.
 */
#include "made_data.h"
#include "monitor/window.h"
#include "profile_fixture.h"

static uint64_t step_clock(void *context)
{
    uint64_t *now = context;
    return *now += 3000000; /* 3 ms a look */
}

static uint64_t fixed_clock(void *context)
{
    return *(uint64_t *)context;
}

static drift_monitor *monitor_of(const drift_profile *reference, const drift_monitor_config *config)
{
    drift_error error;
    drift_monitor *monitor = NULL;
    ck_assert_msg(drift_monitor_create(reference, config, &monitor, &error) == DRIFT_OK, "%s",
                  error.message);
    return monitor;
}

/* The text, to be freed by the caller. */
static char *metrics_of(const drift_monitor *monitor)
{
    size_t needed = 0, again = 0;
    ck_assert_int_eq(drift_monitor_render_openmetrics(monitor, NULL, 0, &needed),
                     DRIFT_ERR_TOO_SMALL);
    char *text = calloc(1, needed + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(drift_monitor_render_openmetrics(monitor, text, needed, &again), DRIFT_OK);
    ck_assert_uint_eq(again, needed);
    ck_assert_uint_eq(strlen(text), needed);
    ck_assert_int_eq(text[needed - 1], '\n');
    return text;
}

static int count_of(const char *text, const char *part)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}

static int count_series(const char *text)
{
    return count_of(text, "\n") - count_of(text, "# ");
}

/* The value of the sample that begins with `series`. */
static double value_of(const char *text, const char *series)
{
    const char *at = strstr(text, series);
    ck_assert_msg(at && (at == text || at[-1] == '\n'), "%s is not in\n%s", series, text);
    return strtod(at + strlen(series), NULL);
}

#define OF(column) "{model=\"default\",column=\"" column "\",detector=\"window\""

START_TEST(a_window_is_told)
{
    made *a = make_table(10000), *b = make_table(3000);
    uint64_t steps = 0, date = UINT64_C(1700000000123456789);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.window_rows = 1000;
    config.clock = step_clock;
    config.clock_context = &steps;
    config.wall_clock = fixed_clock;
    config.wall_clock_context = &date;
    for (int i = 1000; i < 3000; i++)
        b->x[i] = i % 2 ? b->x[i] + 2 : (double)NAN;
    drift_profile *reference = made_reference(a);
    drift_monitor *monitor = monitor_of(reference, &config);
    char *before = metrics_of(monitor);
    ck_assert_ptr_null(strstr(before, "drift_score{"));
    ck_assert_ptr_null(strstr(before, "drift_last_evaluation_timestamp_seconds"));
    ck_assert_double_eq(value_of(before, "drift_alarms_total" OF("x") ",severity=\"alert\"}"), 0);
    ck_assert_double_eq(value_of(before, "drift_rows_observed_total{model=\"default\"}"), 0);
    ck_assert_int_eq(drift_monitor_observe_batch(monitor, &b->table, NULL), DRIFT_OK);
    char *text = metrics_of(monitor);
    ck_assert_double_eq(value_of(text, "drift_detected" OF("x") "}"), 1);
    ck_assert_double_eq(value_of(text, "drift_detected" OF("y") "}"), 0);
    ck_assert_double_gt(value_of(text, "drift_score" OF("x") "}"), 0.5);
    ck_assert_double_lt(value_of(text, "drift_score" OF("y") "}"), 0.1);
    ck_assert_double_eq(value_of(text, "drift_threshold" OF("x") "}"), 0.1);
    ck_assert_double_eq(value_of(text, "drift_alarms_total" OF("x") ",severity=\"alert\"}"),
                        1); /* two windows, one change */
    ck_assert_uint_eq(drift_monitor_alerts(monitor),
                      1); /* missing values and others: one incident */
    ck_assert_double_eq(value_of(text, "drift_missing_ratio{model=\"default\",column=\"x\"}"), 0.5);
    ck_assert_double_eq(value_of(text, "drift_rows_observed_total{model=\"default\"}"), 3000);
    ck_assert_double_eq(value_of(text, "drift_rows_dropped_total{model=\"default\"}"), 0);
    ck_assert_double_eq(value_of(text, "drift_window_rows{model=\"default\"}"), 1000);
    ck_assert_double_eq(
        value_of(text, "drift_last_evaluation_timestamp_seconds{model=\"default\"}"),
        1700000000.123);
    ck_assert_ptr_null(strstr(text, "severity=\"warning\"")); /* not asked for */
#define LASTED "drift_evaluation_duration_seconds"
    ck_assert_double_eq(value_of(text, LASTED "_bucket{model=\"default\",le=\"0.0025\"}"), 0);
    ck_assert_double_eq(value_of(text, LASTED "_bucket{model=\"default\",le=\"0.005\"}"), 3);
    ck_assert_double_eq(value_of(text, LASTED "_bucket{model=\"default\",le=\"+Inf\"}"), 3);
    ck_assert_double_eq(value_of(text, LASTED "_count{model=\"default\"}"), 3);
    ck_assert_double_eq_tol(value_of(text, LASTED "_sum{model=\"default\"}"), .009, 1e-12);
    ck_assert_double_eq(value_of(text, "drift_build_info{version=\"0.1.0\"}"), 1);
    free(before);
    free(text);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}
END_TEST

START_TEST(what_ends_is_no_longer_detected_and_counters_stay)
{
    made *a = make_table(10000), *b = make_table(3000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.window_rows = 1000;
    config.warnings = 1;
    for (int i = 1000; i < 2000; i++)
        b->y[i] += 6;
    drift_profile *reference = made_reference(a);
    drift_monitor *monitor = monitor_of(reference, &config);
    const double detected[] = {0, 1, 0}, alarms[] = {0, 1, 1};
    for (int window = 0; window < 3; window++) {
        drift_table part = b->table;
        drift_column columns[MADE_COLUMNS];
        part.n_rows = 1000;
        part.columns = columns;
        for (int k = 0; k < MADE_COLUMNS; k++) {
            columns[k] = b->columns[k];
            columns[k].offset = (uint64_t)window * 1000;
        }
        ck_assert_int_eq(drift_monitor_observe_batch(monitor, &part, NULL), DRIFT_OK);
        char *text = metrics_of(monitor);
        ck_assert_double_eq(value_of(text, "drift_detected" OF("y") "}"), detected[window]);
        ck_assert_double_eq(value_of(text, "drift_alarms_total" OF("y") ",severity=\"alert\"}"),
                            alarms[window]);
        ck_assert_double_eq(value_of(text, "drift_alarms_total" OF("y") ",severity=\"warning\"}"),
                            0);
        free(text);
    }
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}
END_TEST

START_TEST(rows_are_counted_one_by_one)
{
    made *a = make_table(2000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.window_rows = 100;
    drift_profile *reference = made_reference(a);
    drift_monitor *monitor = monitor_of(reference, &config);
    for (uint64_t i = 0; i < 250; i++) {
        drift_value values[MADE_COLUMNS] = {number_value(a->x[i]), number_value(a->y[i]), a->z[i],
                                            bool_value(a->flag[i])};
        ck_assert_int_eq(drift_monitor_observe(monitor, values, MADE_COLUMNS), DRIFT_OK);
    }
    char *text = metrics_of(monitor);
    double observed = value_of(text, "drift_rows_observed_total{model=\"default\"}");
    double dropped = value_of(text, "drift_rows_dropped_total{model=\"default\"}");
    ck_assert_double_gt(dropped, 0);
    ck_assert_double_eq(observed + dropped, 250);
    free(text);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    free(a);
}
END_TEST

enum { MANY = 300 };

/* MANY columns of numbers; those from `moved` on are shifted. Static, for the table refers to it. */
static drift_table many_columns(uint64_t rows, int moved, double shift)
{
    static char texts[MANY][8];
    static const char *names[MANY];
    static double numbers[MANY][1000];
    static drift_column columns[MANY];
    ck_assert(rows <= 1000);
    for (int k = 0; k < MANY; k++) {
        snprintf(texts[k], sizeof texts[k], "c%d", k);
        names[k] = texts[k];
        for (uint64_t i = 0; i < rows; i++)
            numbers[k][i] = made_normal() + (k >= moved ? shift : 0);
        columns[k] = plain_column(DRIFT_LAYOUT_FLOAT64, numbers[k]);
    }
    return table_of(names, columns, MANY, rows);
}

START_TEST(series_are_limited_and_totals_stay)
{
    enum { WHOLE = 20, EACH = 5, REMAINING = 2 };
    const uint64_t limits[] = {
        1, WHOLE, WHOLE + REMAINING + EACH, 500, WHOLE + MANY * EACH - 1, WHOLE + MANY * EACH, 0};
    drift_table table = many_columns(1000, MANY, 0);
    drift_profile *reference = profile_of(&table, NULL);
    table = many_columns(1000, 250, 3);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
        config.detector = DRIFT_MONITOR_WINDOWS;
        config.window_rows = 1000;
        config.most_series = limits[i];
        drift_monitor *monitor = monitor_of(reference, &config);
        ck_assert_int_eq(drift_monitor_observe_batch(monitor, &table, NULL), DRIFT_OK);
        ck_assert_uint_eq(drift_monitor_alerts(monitor), 1);
        char *text = metrics_of(monitor);
        uint64_t limit = limits[i] ? limits[i] : 2000;
        uint64_t at_most = limit > WHOLE + REMAINING ? limit : WHOLE + REMAINING;
        int series = count_series(text);
        ck_assert_uint_le((uint64_t)series, at_most);
        ck_assert_uint_gt((uint64_t)series + EACH,
                          at_most < WHOLE + MANY * EACH ? at_most : WHOLE + MANY * EACH);
        int capped = limit < WHOLE + MANY * EACH;
        ck_assert_int_eq(count_of(text, "overflow=\"true\""), capped ? REMAINING : 0);
        double alarms = 0, changed = 0;
        for (const char *at = text; (at = strstr(at, "\ndrift_alarms_total{")); at++)
            alarms += strtod(strchr(at, '}') + 1, NULL);
        for (const char *at = text; (at = strstr(at, "\ndrift_detected{")); at++)
            changed += strtod(strchr(at, '}') + 1, NULL);
        ck_assert_double_eq(alarms, 50);
        ck_assert_double_eq(changed, 50);
        free(text);
        drift_monitor_destroy(monitor);
    }
    drift_profile_destroy(reference);
}
END_TEST

START_TEST(a_small_buffer_stays_as_it_was)
{
    made *a = make_table(2000);
    drift_profile *reference = made_reference(a);
    drift_monitor *monitor = monitor_of(reference, NULL);
    size_t needed = 0, again;
    char *text = metrics_of(monitor);
    drift_monitor_render_openmetrics(monitor, NULL, 0, &needed);
    char *buffer = malloc(needed + 16), *filled = malloc(needed + 16);
    memset(filled, 0x5a, needed + 16);
    for (size_t size = 0; size <= needed + 1; size++) {
        memset(buffer, 0x5a, needed + 16);
        again = 0;
        drift_status status = drift_monitor_render_openmetrics(monitor, buffer, size, &again);
        ck_assert_uint_eq(again, needed);
        ck_assert_int_eq(status, size < needed ? DRIFT_ERR_TOO_SMALL : DRIFT_OK);
        size_t written = size < needed ? 0 : needed;
        ck_assert_int_eq(memcmp(buffer, text, written), 0);
        ck_assert_int_eq(memcmp(buffer + written, filled, needed + 16 - written), 0);
    }
    ck_assert_int_eq(drift_monitor_render_openmetrics(NULL, buffer, needed, &again),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_monitor_render_openmetrics(monitor, buffer, needed, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    free(buffer);
    free(filled);
    free(text);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    free(a);
}
END_TEST

START_TEST(names_are_escaped)
{
    static const char *const names[] = {
        "a\nb", "q\"q", "back\\slash", "caf\xc3\xa9", "bad\xff\xc3", "fffd\xef\xbf\xbd",
        "",     "t\t\r"};
    static const char *const written[] = {"a\\nb",
                                          "q\\\"q",
                                          "back\\\\slash",
                                          "caf\xc3\xa9",
                                          "bad\xef\xbf\xbd"
                                          "ff\xef\xbf\xbd"
                                          "c3",
                                          "fffd\xef\xbf\xbd\xef\xbf\xbd",
                                          "",
                                          "t\t\r"};
    enum { NAMES = sizeof names / sizeof *names };
    static double numbers[100];
    drift_column columns[NAMES];
    for (int i = 0; i < 100; i++)
        numbers[i] = made_normal();
    for (int k = 0; k < NAMES; k++)
        columns[k] = plain_column(DRIFT_LAYOUT_FLOAT64, numbers);
    drift_table table = table_of(names, columns, NAMES, 100);
    drift_profile *reference = profile_of(&table, NULL);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.model = "m\"\n\\\xff";
    drift_monitor *monitor = monitor_of(reference, &config);
    char *text = metrics_of(monitor);
    for (int k = 0; k < NAMES; k++) {
        char series[128];
        snprintf(series, sizeof series,
                 "drift_alarms_total{model=\"m\\\"\\n\\\\\xef\xbf\xbd"
                 "ff\",column=\"%s\",",
                 written[k]);
        ck_assert_msg(strstr(text, series) != NULL, "%s is not in\n%s", series, text);
    }
    free(text);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
}
END_TEST

/* No reader makes such a name; the bytes of a profile may hold one. */
START_TEST(a_nul_in_a_name_is_replaced)
{
    double numbers[100];
    for (int i = 0; i < 100; i++)
        numbers[i] = made_normal();
    drift_column column = plain_column(DRIFT_LAYOUT_FLOAT64, numbers);
    drift_profile *reference = profile_of_column(&column, 100);
    drift_monitor *monitor = monitor_of(reference, NULL);
    monitor->reference->columns[0].name[0] = 0;
    char *text = metrics_of(monitor);
    ck_assert_ptr_nonnull(strstr(text, ",column=\"\xef\xbf\xbd"
                                       "00\","));
    free(text);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
}
END_TEST

START_TEST(columns_that_are_not_tested_have_no_series)
{
    made *a = make_table(2000);
    drift_schema *schema = NULL;
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    ck_assert_int_eq(drift_schema_create(NULL, &schema), DRIFT_OK);
    ck_assert_int_eq(drift_schema_set_role(schema, "y", DRIFT_ROLE_ID), DRIFT_OK);
    config.schema = schema;
    drift_profile *reference = profile_of(&a->table, &config);
    drift_monitor *monitor = monitor_of(reference, NULL);
    char *text = metrics_of(monitor);
    ck_assert_int_eq(count_of(text, "column=\"y\""), 0);
    /* Score, threshold, detected and alarms of evidence; alarms of windows. */
    ck_assert_int_eq(count_of(text, "column=\"z\""), 5);
    free(text);
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    drift_schema_destroy(schema);
    free(a);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("all");
    tcase_add_test(tests, a_window_is_told);
    tcase_add_test(tests, what_ends_is_no_longer_detected_and_counters_stay);
    tcase_add_test(tests, rows_are_counted_one_by_one);
    tcase_add_test(tests, series_are_limited_and_totals_stay);
    tcase_add_test(tests, a_small_buffer_stays_as_it_was);
    tcase_add_test(tests, names_are_escaped);
    tcase_add_test(tests, a_nul_in_a_name_is_replaced);
    tcase_add_test(tests, columns_that_are_not_tested_have_no_series);
    return run_suite("openmetrics", tests);
}
