/* SPDX-License-Identifier: Apache-2.0
 *
 * test_state.c: a monitor that is opened again goes on as if it had never ended: the same alerts
 * at the same rows, told once, and the same next snapshot.
 */
#include "core/bytes.h"
#include "journal_fixture.h"
#include "made_data.h"
#include "monitor/snapshot.h"
#include "monitor/window.h"

enum { MOST_ALERTS = 200, ROW_STEP = 250, MOST_TEXT = 2000 };

/* What was told, as lines of JSON. */
typedef struct told {
    char lines[MOST_ALERTS][MOST_TEXT];
    int n;
} told;

static void tell(const drift_alert *alert, void *context)
{
    told *t = context;
    drift_buffer *text = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &text), DRIFT_OK);
    ck_assert_int_eq(drift_alert_render_json(alert, text), DRIFT_OK);
    ck_assert_int_lt(t->n, MOST_ALERTS);
    ck_assert_uint_lt(drift_buffer_size(text), (size_t)MOST_TEXT);
    snprintf(t->lines[t->n++], MOST_TEXT, "%.*s", (int)drift_buffer_size(text) - 1,
             (const char *)drift_buffer_data(text));
    drift_buffer_destroy(text);
}

/* The alerts in the journal of the state at `path`, in order. */
static drift_status take_record(const drift_journal_record *record, void *context)
{
    told *t = context;
    if (record->kind != DRIFT_JOURNAL_ALERT && record->kind != DRIFT_JOURNAL_INCIDENT &&
        record->kind != DRIFT_JOURNAL_RESOLVED)
        return DRIFT_OK;
    ck_assert_int_lt(t->n, MOST_ALERTS);
    snprintf(t->lines[t->n++], MOST_TEXT, "%.*s", (int)record->payload_size, record->payload);
    return DRIFT_OK;
}

static void journal_of(const char *path, told *out)
{
    char name[100];
    drift_journal_report report = DRIFT_JOURNAL_REPORT_INIT;
    snprintf(name, sizeof name, "%s.journal", path);
    out->n = 0;
    ck_assert_int_eq(drift_journal_read(name, NULL, take_record, out, NULL, &report, NULL),
                     DRIFT_OK);
    ck_assert_uint_eq(report.fault, DRIFT_JOURNAL_WHOLE);
}

static void same_lines(const told *a, const told *b)
{
    for (int i = 0; i < a->n && i < b->n; i++)
        ck_assert_str_eq(a->lines[i], b->lines[i]);
    ck_assert_int_eq(a->n, b->n);
}

/* x moves and comes back, z gets other words, y loses values. */
static made *make_stream(void)
{
    made *m = make_table(MADE_ROWS);
    for (int i = 9000; i < 20000; i++)
        m->x[i] += 1;
    for (int i = 14100; i < MADE_ROWS; i++)
        m->z[i] = made_word(5);
    for (int i = 26000; i < 31000; i++)
        m->y[i] = NAN;
    for (int i = 33000; i < MADE_ROWS; i++)
        m->x[i] *= 2;
    return m;
}

static drift_monitor_config usual_config(void)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.window_rows = 1000;
    config.warnings = 1;
    config.clock = fixed_clock;
    config.wall_clock = fixed_clock;
    return config;
}

static drift_monitor *monitor_with(const drift_profile *reference, told *t)
{
    drift_monitor_config config = usual_config();
    drift_monitor *monitor = NULL;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    drift_monitor_on_alert(monitor, tell, t);
    return monitor;
}

static drift_monitor *open_monitor(const drift_profile *reference, const char *path, told *t)
{
    drift_monitor *monitor = monitor_with(reference, t);
    drift_state_config config = DRIFT_STATE_CONFIG_INIT;
    drift_error error = {""};
    config.save_rows = 3 * ROW_STEP;
    ck_assert_msg(drift_monitor_open_state(monitor, path, &config, &error) == DRIFT_OK, "%s",
                  error.message);
    return monitor;
}

/* The rows behind those the monitor has seen, up to `end`, a step at a time with a poll behind each. */
static void feed(drift_monitor *monitor, const made *m, uint64_t end)
{
    drift_error error = {""};
    for (uint64_t row = drift_monitor_rows(monitor); row < end; row += ROW_STEP) {
        drift_column columns[MADE_COLUMNS];
        drift_table part = m->table;
        for (int k = 0; k < MADE_COLUMNS; k++) {
            columns[k] = m->columns[k];
            columns[k].offset = row;
        }
        part.columns = columns;
        part.n_rows = ROW_STEP;
        ck_assert_int_eq(drift_monitor_observe_batch(monitor, &part, NULL), DRIFT_OK);
        ck_assert_msg(drift_monitor_poll(monitor, &error) == DRIFT_OK, "%s", error.message);
    }
}

/* What a snapshot holds, but for where it stands in its journal. */
static drift_buffer *contents_of(const char *path)
{
    drift_buffer *whole = NULL, *rest = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &whole), DRIFT_OK);
    ck_assert_int_eq(drift_buffer_create(NULL, &rest), DRIFT_OK);
    ck_assert_int_eq(drift__snapshot_read(path, whole, NULL, NULL, NULL), DRIFT_OK);
    const uint8_t *start = drift_buffer_data(whole);
    drift__byte_reader reader = {start, start + drift_buffer_size(whole), 0};
    while (drift__read_left(&reader)) {
        size_t length = 0, size = 0;
        const char *name = drift__read_string(&reader, &length);
        const char *body = drift__read_string(&reader, &size);
        ck_assert(!reader.failed);
        if (length == 7 && !memcmp(name, "journal", 7))
            continue;
        ck_assert_int_eq(drift_buffer_append(rest, name, length), DRIFT_OK);
        ck_assert_int_eq(drift_buffer_append(rest, body, size), DRIFT_OK);
    }
    drift_buffer_destroy(whole);
    return rest;
}

static void same_contents(const char *a, const char *b)
{
    drift_buffer *one = contents_of(a), *other = contents_of(b);
    ck_assert_uint_eq(drift_buffer_size(one), drift_buffer_size(other));
    ck_assert_mem_eq(drift_buffer_data(one), drift_buffer_data(other), drift_buffer_size(one));
    drift_buffer_destroy(one);
    drift_buffer_destroy(other);
}

/* Ended without a word at any step, opened again: nobody can tell from what it says or saves. */
START_TEST(resumed_is_as_if_never_ended)
{
    made *a = make_table(10000), *b = make_stream();
    drift_profile *reference = made_reference(a);
    told *plain = calloc(1, sizeof *plain), *whole = calloc(1, sizeof *whole),
         *pieces = calloc(1, sizeof *pieces), *recorded = calloc(1, sizeof *recorded);
    place p = make_place("whole"), q = make_place("pieces");
    srand(11);
    drift_monitor *monitor = monitor_with(reference, plain);
    feed(monitor, b, MADE_ROWS);
    drift_monitor_destroy(monitor);
    monitor = open_monitor(reference, p.path, whole);
    feed(monitor, b, MADE_ROWS);
    ck_assert_int_eq(drift_monitor_save(monitor, NULL), DRIFT_OK);
    drift_monitor_destroy(monitor);
    ck_assert_int_gt(plain->n, 5);
    same_lines(plain, whole); /* a state changes nothing */
    journal_of(p.path, recorded);
    same_lines(whole, recorded);
    for (uint64_t end = 0; end < MADE_ROWS;) {
        monitor = open_monitor(reference, q.path, pieces);
        drift_state_report report = DRIFT_STATE_REPORT_INIT;
        ck_assert_int_eq(drift_monitor_state_report(monitor, &report), DRIFT_OK);
        ck_assert_uint_eq(report.resumed, end > 0);
        ck_assert_uint_eq(report.resumed_rows, drift_monitor_rows(monitor));
        ck_assert_uint_ge(drift_monitor_rows(monitor) + 4 * ROW_STEP, end);
        end += ROW_STEP * (uint64_t)(1 + rand() % 12);
        end = end < MADE_ROWS ? end : MADE_ROWS;
        feed(monitor, b, end);
        if (end == MADE_ROWS)
            ck_assert_int_eq(drift_monitor_save(monitor, NULL), DRIFT_OK);
        drift_monitor_destroy(monitor);
    }
    same_lines(whole, pieces);
    journal_of(q.path, recorded);
    same_lines(whole, recorded);
    same_contents(p.path, q.path);
    drift_profile_destroy(reference);
    remove_place(&p);
    remove_place(&q);
    free(plain), free(whole), free(pieces), free(recorded);
    free(a), free(b);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("state");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, resumed_is_as_if_never_ended);
    Suite *suite = suite_create("state");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
