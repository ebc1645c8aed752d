/* SPDX-License-Identifier: Apache-2.0
 *
 * test_monitor.c: windows, alerts, and what may happen inside a callback.
 */
#include "made_data.h"
#include "profile_fixture.h"

typedef struct seen {
    drift_monitor *monitor;
    int alerts;
    char columns[32][16];
    uint32_t severity[32], kind[32];
    uint64_t row[32], change_row[32], window[32], incident[32];
    uint32_t phase[32];
    char all_columns[32][64], message[32][256];
    double alpha[32];
    int destroy;
    int may_lack_comparison; /* evidence needs no window */
    drift_status poll_status;
} seen;

static void remember(const drift_alert *alert, void *context)
{
    seen *s = context;
    ck_assert(s->alerts < 32);
    snprintf(s->columns[s->alerts], 16, "%s", alert->column);
    s->severity[s->alerts] = alert->severity;
    s->kind[s->alerts] = alert->kind;
    s->row[s->alerts] = alert->row;
    s->change_row[s->alerts] = alert->change_row;
    s->window[s->alerts] = alert->window;
    s->alpha[s->alerts] = alert->alpha;
    s->incident[s->alerts] = alert->incident;
    s->phase[s->alerts] = alert->phase;
    for (size_t i = 0; i < alert->n_columns; i++) {
        strncat(s->all_columns[s->alerts], i ? "," : "", 2);
        strncat(s->all_columns[s->alerts], alert->columns[i]->column, 16);
    }
    snprintf(s->message[s->alerts], 256, "%s", alert->message);
    s->alerts++;
    ck_assert_str_eq(alert->column, alert->columns[0]->column);
    ck_assert_uint_eq(alert->severity, alert->columns[0]->severity);
    ck_assert_uint_le(alert->change_row, alert->row);
    ck_assert_uint_eq(alert->epoch, 1);
    ck_assert_ptr_null(alert->retraining);
    ck_assert(s->may_lack_comparison || alert->comparison);
    s->poll_status = drift_monitor_poll(s->monitor, NULL);
    if (s->destroy)
        drift_monitor_destroy(s->monitor);
}

static drift_monitor *monitor_of(const made *m, drift_monitor_config config, seen *s)
{
    drift_error error;
    drift_profile *reference = made_reference(m);
    drift_monitor *monitor = NULL;
    ck_assert_msg(drift_monitor_create(reference, &config, &monitor, &error) == DRIFT_OK, "%s",
                  error.message);
    drift_profile_destroy(reference);
    memset(s, 0, sizeof *s);
    s->monitor = monitor;
    drift_monitor_on_alert(monitor, remember, s);
    return monitor;
}

static void row_of(const made *m, uint64_t i, drift_value out[MADE_COLUMNS])
{
    out[0] = (drift_value){DRIFT_VALUE_DOUBLE, 0, {.number = m->x[i]}};
    out[1] = (drift_value){DRIFT_VALUE_DOUBLE, 0, {.number = m->y[i]}};
    out[2] = m->z[i];
    out[3] = (drift_value){DRIFT_VALUE_BOOL, 0, {.integer = m->flag[i]}};
}

START_TEST(an_unchanged_stream_is_quiet)
{
    made *a = make_table(20000), *b = make_table(40000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    seen s;
    config.window_rows = 1000;
    config.warnings = 1;
    drift_monitor *monitor = monitor_of(a, config, &s);
    ck_assert_int_eq(drift_monitor_observe_batch(monitor, &b->table, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_finish(monitor, NULL), DRIFT_OK);
    ck_assert_int_eq(s.alerts, 0);
    ck_assert_uint_eq(drift_monitor_windows(monitor), 40);
    ck_assert_uint_eq(drift_monitor_rows(monitor), 40000);
    ck_assert_uint_eq(drift_monitor_dropped(monitor), 0);
    drift_monitor_destroy(monitor);
    free(a);
    free(b);
}
END_TEST

START_TEST(a_change_alarms_in_its_window)
{
    made *a = make_table(10000), *b = make_table(10000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    seen s;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.window_rows = 2000;
    for (int i = 6000; i < 10000; i++)
        b->x[i] += 1;
    drift_monitor *monitor = monitor_of(a, config, &s);
    ck_assert_int_eq(drift_monitor_observe_batch(monitor, &b->table, NULL), DRIFT_OK);
    ck_assert_int_eq(s.alerts, 0); /* delivered by poll only */
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_int_eq(s.alerts, 1); /* two windows, one change */
    ck_assert_str_eq(s.columns[0], "x");
    ck_assert_str_eq(s.all_columns[0], "x");
    ck_assert_uint_eq(s.phase[0], DRIFT_ALERT_OPENED);
    ck_assert_uint_eq(s.incident[0], 1);
    ck_assert_uint_eq(s.window[0], 4);
    ck_assert_uint_eq(s.change_row[0], 6001);
    ck_assert_uint_eq(s.row[0], 8000);
    ck_assert_uint_eq(s.severity[0], DRIFT_SEVERITY_ALERT);
    ck_assert_uint_eq(s.kind[0], DRIFT_ALERT_DISTRIBUTION);
    ck_assert_double_eq_tol(s.alpha[0], 0.01 / (4 * 5), 1e-15);
    ck_assert_int_eq(s.poll_status, DRIFT_ERR_BUSY);
    ck_assert_int_eq(strncmp(s.message[0], "x changed at about row 6,001: debiased PSI ", 43), 0);
    ck_assert_uint_eq(drift_monitor_alerts(monitor), 1);
    ck_assert_uint_eq(drift_monitor_open_incidents(monitor), 1);
    drift_monitor_destroy(monitor);
    free(a);
    free(b);
}
END_TEST

START_TEST(rows_one_by_one_give_the_same_alerts)
{
    made *a = make_table(10000), *b = make_table(6000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    seen s;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.window_rows = 2000;
    for (int i = 2000; i < 6000; i++)
        b->z[i] = made_word(5);
    drift_monitor *monitor = monitor_of(a, config, &s);
    for (uint64_t i = 0; i < 6000; i++) {
        drift_value values[MADE_COLUMNS];
        row_of(b, i, values);
        ck_assert_int_eq(drift_monitor_observe(monitor, values, MADE_COLUMNS), DRIFT_OK);
        if (i % 500 == 0)
            drift_monitor_poll(monitor, NULL);
    }
    drift_monitor_finish(monitor, NULL);
    ck_assert_int_eq(s.alerts, 1);
    ck_assert_str_eq(s.columns[0], "z");
    ck_assert_uint_eq(s.change_row[0], 2001);
    drift_monitor_destroy(monitor);
    free(a);
    free(b);
}
END_TEST

START_TEST(rows_nobody_polls_for_are_dropped_and_counted)
{
    made *a = make_table(5000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    seen s;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.window_rows = 100;
    drift_monitor *monitor = monitor_of(a, config, &s);
    drift_value values[MADE_COLUMNS];
    for (uint64_t i = 0; i < 250; i++) {
        row_of(a, i, values);
        ck_assert_int_eq(drift_monitor_observe(monitor, values, MADE_COLUMNS), DRIFT_OK);
    }
    ck_assert_uint_eq(drift_monitor_rows(monitor), 200);
    ck_assert_uint_eq(drift_monitor_dropped(monitor), 50);
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_windows(monitor), 2);
    ck_assert_int_eq(drift_monitor_observe(monitor, values, MADE_COLUMNS), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_rows(monitor), 201);
    ck_assert_int_eq(drift_monitor_observe(monitor, values, 2), DRIFT_ERR_INVALID_ARGUMENT);
    drift_monitor_destroy(monitor);
    free(a);
}
END_TEST

START_TEST(destroy_inside_a_callback_waits_for_the_poll)
{
    made *a = make_table(5000), *b = make_table(4000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    seen s;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.window_rows = 1000;
    for (int i = 0; i < 4000; i++)
        b->x[i] += 2;
    drift_monitor *monitor = monitor_of(a, config, &s);
    s.destroy = 1;
    drift_monitor_observe_batch(monitor, &b->table, NULL);
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK); /* frees the monitor */
    ck_assert_int_eq(s.alerts, 1);
    free(a);
    free(b);
}
END_TEST

START_TEST(what_changes_in_one_window_is_one_incident)
{
    static const char *const renamed[MADE_COLUMNS] = {"w", "y", "z", "flag"};
    made *a = make_table(5000), *b = make_table(10000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    seen s;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.window_rows = 1000;
    for (int i = 0; i < 10000; i++)
        b->y[i] += 5;
    b->table.names = renamed;
    drift_monitor *monitor = monitor_of(a, config, &s);
    drift_monitor_observe_batch(monitor, &b->table, NULL);
    drift_monitor_poll(monitor, NULL);
    ck_assert_int_eq(s.alerts, 1);
    ck_assert_str_eq(s.all_columns[0], "x,y"); /* that a column is gone is certain */
    ck_assert_uint_eq(s.kind[0], DRIFT_ALERT_SCHEMA);
    ck_assert_uint_eq(s.row[0], 1000);
    ck_assert_uint_eq(drift_monitor_alerts(monitor), 1);
    drift_monitor_destroy(monitor);
    free(a);
    free(b);
}
END_TEST

static void observe_part(drift_monitor *monitor, const made *m, uint64_t first, uint64_t n)
{
    drift_column columns[MADE_COLUMNS];
    drift_table part = m->table;
    memcpy(columns, m->table.columns, sizeof columns);
    for (int i = 0; i < MADE_COLUMNS; i++)
        columns[i].offset += first;
    part.columns = columns;
    part.n_rows = n;
    ck_assert_int_eq(drift_monitor_observe_batch(monitor, &part, NULL), DRIFT_OK);
}

START_TEST(a_told_finding_does_not_hide_a_later_change)
{
    /* Infinite values all the way; the distribution moves in the third window of five. */
    made *a = make_table(5000), *b = make_table(5000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    seen s;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.window_rows = 1000;
    config.warnings = 1;
    for (int i = 0; i < 5000; i++)
        if (i % 50 == 7)
            b->x[i] = INFINITY;
        else if (i >= 2000)
            b->x[i] += 2;
    drift_monitor *monitor = monitor_of(a, config, &s);
    for (uint64_t at = 0; at < 5000; at += 500) {
        observe_part(monitor, b, at, 500);
        drift_monitor_poll(monitor, NULL);
    }
    ck_assert_int_eq(s.alerts, 2);
    ck_assert_uint_eq(s.kind[0], DRIFT_ALERT_SCHEMA);
    ck_assert_uint_eq(s.window[0], 1);
    ck_assert_uint_eq(s.phase[1], DRIFT_ALERT_UPDATED);
    ck_assert_uint_eq(s.kind[1], DRIFT_ALERT_DISTRIBUTION);
    ck_assert_uint_eq(s.severity[1], DRIFT_SEVERITY_ALERT);
    ck_assert_uint_eq(s.window[1], 3);
    ck_assert_uint_eq(s.incident[1], 1);
    ck_assert_uint_eq(drift_monitor_alerts(monitor), 1);
    drift_monitor_destroy(monitor);
    free(a);
    free(b);
}
END_TEST

START_TEST(a_column_that_comes_back_may_go_again)
{
    static const char *const renamed[MADE_COLUMNS] = {"x", "y", "w", "flag"};
    made *a = make_table(5000), *b = make_table(1000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    seen s;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.window_rows = 1000;
    drift_monitor *monitor = monitor_of(a, config, &s);
    for (int window = 1; window <= 6; window++) {
        b->table.names = window == 3 || window == 4 ? MADE_NAMES : renamed;
        ck_assert_int_eq(drift_monitor_observe_batch(monitor, &b->table, NULL), DRIFT_OK);
    }
    drift_monitor_poll(monitor, NULL); /* one poll for all of it */
    ck_assert_int_eq(s.alerts, 3);
    ck_assert_uint_eq(s.phase[0], DRIFT_ALERT_OPENED);
    ck_assert_uint_eq(s.window[0], 1);
    ck_assert_uint_eq(s.phase[1], DRIFT_ALERT_RESOLVED);
    ck_assert_uint_eq(s.incident[1], 1);
    ck_assert_uint_eq(s.row[1], 3000);
    ck_assert_str_eq(s.message[1],
                     "incident 1 has ended: z is as in the reference again at row 3,000");
    ck_assert_uint_eq(s.phase[2], DRIFT_ALERT_OPENED);
    ck_assert_uint_eq(s.incident[2], 2);
    ck_assert_uint_eq(s.window[2], 5);
    drift_monitor_destroy(monitor);
    free(a);
    free(b);
}
END_TEST

START_TEST(a_last_window_needs_its_minimum)
{
    made *a = make_table(5000), *b = make_table(1500);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    seen s;
    config.detector = DRIFT_MONITOR_WINDOWS;
    for (int i = 0; i < 1500; i++)
        b->x[i] += 3;
    b->table.n_rows = 999;
    drift_monitor *monitor = monitor_of(a, config, &s);
    drift_monitor_observe_batch(monitor, &b->table, NULL);
    drift_monitor_finish(monitor, NULL);
    ck_assert_int_eq(s.alerts, 0);
    drift_monitor_destroy(monitor);
    b->table.n_rows = 1500;
    monitor = monitor_of(a, config, &s);
    drift_monitor_observe_batch(monitor, &b->table, NULL);
    drift_monitor_finish(monitor, NULL);
    ck_assert_int_eq(s.alerts, 1);
    drift_monitor_destroy(monitor);
    free(a);
    free(b);
}
END_TEST

START_TEST(a_lack_of_memory_at_creation_leaves_nothing)
{
    made *a = make_table(2000);
    drift_profile *reference = made_reference(a);
    failing_memory memory;
    drift_allocator allocator = failing_allocator(&memory);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.detector = DRIFT_MONITOR_WINDOWS;
    drift_monitor *monitor = NULL;
    config.allocator = &allocator;
    int refused = 0;
    for (long fail = 0; !monitor; fail++) {
        memory.calls = 0;
        memory.fail_at = fail;
        drift_status status = drift_monitor_create(reference, &config, &monitor, NULL);
        ck_assert(status == DRIFT_OK || status == DRIFT_ERR_OUT_OF_MEMORY);
        ck_assert(status == DRIFT_OK || memory.alive == 0);
        refused += status != DRIFT_OK;
    }
    ck_assert_int_gt(refused, 3);
    drift_monitor_destroy(monitor);
    ck_assert_int_eq(memory.alive, 0);
    drift_profile_destroy(reference);
    free(a);
}
END_TEST

/* Two windows of rows, the first judgement starved of memory, then a poll with enough of it. */
static int judged_after_shortage(const drift_profile *reference, const made *rows, long fail)
{
    failing_memory memory;
    drift_allocator allocator = failing_allocator(&memory);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.detector = DRIFT_MONITOR_WINDOWS;
    drift_monitor *monitor = NULL;
    drift_value values[MADE_COLUMNS];
    seen s;
    memset(&s, 0, sizeof s);
    config.allocator = &allocator;
    config.window_rows = 500;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    s.monitor = monitor;
    drift_monitor_on_alert(monitor, remember, &s);
    memory.fail_at = memory.calls; /* observing takes no memory */
    for (uint64_t i = 0; i < 1000; i++) {
        row_of(rows, i, values);
        ck_assert_int_eq(drift_monitor_observe(monitor, values, MADE_COLUMNS), DRIFT_OK);
    }
    memory.fail_at = memory.calls + fail;
    drift_status status = drift_monitor_poll(monitor, NULL);
    if (status) {
        ck_assert_int_eq(status, DRIFT_ERR_OUT_OF_MEMORY);
        ck_assert_int_eq(s.alerts, 0);
        ck_assert_uint_eq(drift_monitor_alerts(monitor), drift_monitor_windows(monitor) > 0);
        memory.fail_at = -1;
        ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    }
    ck_assert_int_eq(s.alerts, 1);
    ck_assert_uint_eq(drift_monitor_alerts(monitor), 1);
    ck_assert_str_eq(s.all_columns[0], "y,x");
    ck_assert_uint_eq(s.window[0], 1);
    ck_assert_uint_eq(drift_monitor_windows(monitor), 2);
    ck_assert_uint_eq(drift_monitor_dropped(monitor), 0);
    drift_monitor_destroy(monitor);
    ck_assert_int_eq(memory.alive, 0);
    return status == DRIFT_OK;
}

START_TEST(a_lack_of_memory_at_judgement_loses_no_alert)
{
    made *a = make_table(5000), *b = make_table(1000);
    for (int i = 0; i < 1000; i++) {
        b->x[i] += 3;
        b->y[i] += 9;
    }
    drift_profile *reference = made_reference(a);
    long fail = 0;
    while (!judged_after_shortage(reference, b, fail))
        fail++;
    ck_assert_int_gt(fail, 5);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}
END_TEST

START_TEST(wrong_configurations_are_refused)
{
    made *a = make_table(1000);
    drift_profile *reference = made_reference(a);
    drift_monitor *monitor = NULL;
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.alpha = 1.5;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    config.alpha = 0;
    config.window_rows = 3;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    config.window_rows = 0;
    config.struct_size = 2;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    for (int of_length = 0; of_length < 2; of_length++) {
        drift_error error;
        config = (drift_monitor_config)DRIFT_MONITOR_CONFIG_INIT;
        config.detector = DRIFT_MONITOR_WINDOWS;
        config.run_length = of_length ? 1e6 : 0;
        config.tolerance = of_length ? 0 : 0.1;
        ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, &error),
                         DRIFT_ERR_INVALID_ARGUMENT);
        ck_assert_ptr_nonnull(strstr(error.message, "is of evidence"));
    }
    ck_assert_ptr_null(monitor);
    drift_monitor_destroy(NULL);
    drift_profile_destroy(reference);
    free(a);
}
END_TEST

/* Evidence says it within rows, with the row at which it was complete; the window comes later. */
START_TEST(evidence_alarms_before_the_window_ends)
{
    made *a = make_table(10000), *b = make_table(10000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    seen s;
    for (int i = 4000; i < 10000; i++) {
        b->x[i] += 1;
        b->flag[i] = made_uniform() < 0.7;
    }
    drift_monitor *monitor = monitor_of(a, config, &s);
    s.may_lack_comparison = 1;
    ck_assert_int_eq(drift_monitor_observe_batch(monitor, &b->table, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_int_eq(s.alerts, 1);
    ck_assert(s.row[0] > 4000 && s.row[0] < 4200);
    ck_assert(s.change_row[0] > 3900 && s.change_row[0] < 4100);
    ck_assert_uint_eq(s.severity[0], DRIFT_SEVERITY_ALERT);
    drift_monitor_destroy(monitor);
    free(a);
    free(b);
}
END_TEST

/* Workers count rows by themselves; their counts join as blocks. */
START_TEST(rows_counted_elsewhere_join)
{
    made *a = make_table(10000), *b = make_table(4000), *other = make_table(1000);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    seen s;
    for (int i = 0; i < 4000; i++)
        b->y[i] += 3;
    drift_profile *reference = made_reference(a), *stranger = made_reference(other);
    drift_profile *part = made_current(reference, &b->table);
    drift_monitor *monitor = monitor_of(a, config, &s);
    s.may_lack_comparison = 1;
    drift_error error;
    ck_assert_int_eq(drift_monitor_observe_profile(monitor, stranger, &error),
                     DRIFT_ERR_INCOMPATIBLE);
    ck_assert_uint_eq(drift_monitor_rows(monitor), 0);
    ck_assert_int_eq(drift_monitor_observe_profile(monitor, part, &error), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_rows(monitor), 4000);
    ck_assert_int_eq(s.alerts, 1);
    ck_assert_str_eq(s.columns[0], "y");
    ck_assert_uint_eq(s.row[0], 4000);
    ck_assert_uint_eq(s.change_row[0], 1);
    drift_profile_destroy(part);
    drift_profile_destroy(stranger);
    drift_profile_destroy(reference);
    drift_monitor_destroy(monitor);
    free(a);
    free(b);
    free(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("monitor");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, evidence_alarms_before_the_window_ends);
    tcase_add_test(all, rows_counted_elsewhere_join);
    tcase_add_test(all, an_unchanged_stream_is_quiet);
    tcase_add_test(all, a_change_alarms_in_its_window);
    tcase_add_test(all, rows_one_by_one_give_the_same_alerts);
    tcase_add_test(all, rows_nobody_polls_for_are_dropped_and_counted);
    tcase_add_test(all, destroy_inside_a_callback_waits_for_the_poll);
    tcase_add_test(all, what_changes_in_one_window_is_one_incident);
    tcase_add_test(all, a_told_finding_does_not_hide_a_later_change);
    tcase_add_test(all, a_column_that_comes_back_may_go_again);
    tcase_add_test(all, a_last_window_needs_its_minimum);
    tcase_add_test(all, a_lack_of_memory_at_creation_leaves_nothing);
    tcase_add_test(all, a_lack_of_memory_at_judgement_loses_no_alert);
    tcase_add_test(all, wrong_configurations_are_refused);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
