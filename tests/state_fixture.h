/* SPDX-License-Identifier: Apache-2.0
 *
 * state_fixture.h: a stream with changes, a monitor with a state, and what both of them say.
 */
#ifndef DRIFT_TESTS_STATE_FIXTURE_H
#define DRIFT_TESTS_STATE_FIXTURE_H

#include <drift/state.h>

#include "core/bytes.h"
#include "journal_fixture.h"
#include "made_data.h"
#include "monitor/snapshot.h"

enum { MOST_ALERTS = 200, ROW_STEP = 250, MOST_TEXT = 2000 };

/* What was told, as lines of JSON. */
typedef struct told {
    char lines[MOST_ALERTS][MOST_TEXT];
    int n;
} told;

static inline void tell(const drift_alert *alert, void *context)
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
static inline drift_status take_record(const drift_journal_record *record, void *context)
{
    told *t = context;
    if (record->kind != DRIFT_JOURNAL_ALERT && record->kind != DRIFT_JOURNAL_INCIDENT &&
        record->kind != DRIFT_JOURNAL_RESOLVED)
        return DRIFT_OK;
    ck_assert_int_lt(t->n, MOST_ALERTS);
    snprintf(t->lines[t->n++], MOST_TEXT, "%.*s", (int)record->payload_size, record->payload);
    return DRIFT_OK;
}

static inline drift_status note_kind(const drift_journal_record *record, void *context)
{
    if (record->sequence <= 16)
        ((uint32_t *)context)[record->sequence - 1] = record->kind;
    return DRIFT_OK;
}

static inline void journal_of(const char *path, told *out)
{
    char name[100];
    drift_journal_report report = DRIFT_JOURNAL_REPORT_INIT;
    snprintf(name, sizeof name, "%s.journal", path);
    out->n = 0;
    ck_assert_int_eq(drift_journal_read(name, NULL, take_record, out, NULL, &report, NULL),
                     DRIFT_OK);
    ck_assert_msg(report.fault <= DRIFT_JOURNAL_TORN, "%s", report.message);
}

static inline void same_lines(const told *a, const told *b)
{
    for (int i = 0; i < a->n && i < b->n; i++)
        ck_assert_str_eq(a->lines[i], b->lines[i]);
    ck_assert_int_eq(a->n, b->n);
}

/* x and a window later flag move and come back, z gets other words, y loses values. */
static inline made *make_stream(void)
{
    made *m = make_table(MADE_ROWS);
    for (int i = 9000; i < 20000; i++)
        m->x[i] += 1;
    for (int i = 10000; i < 20000; i++)
        m->flag[i] = 1;
    for (int i = 14100; i < MADE_ROWS; i++)
        m->z[i] = made_word(5);
    for (int i = 26000; i < 31000; i++)
        m->y[i] = NAN;
    for (int i = 33000; i < MADE_ROWS; i++)
        m->x[i] *= 2;
    return m;
}

static uint32_t used_detector = DRIFT_MONITOR_EVIDENCE;
static uint64_t used_rebase_rows = 0;

static inline drift_monitor_config usual_config(void)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.window_rows = 1000;
    config.warnings = 1;
    config.detector = used_detector;
    config.rebase_rows = used_rebase_rows;
    config.clock = fixed_clock;
    config.wall_clock = fixed_clock;
    return config;
}

static inline drift_monitor *monitor_with(const drift_profile *reference, told *t)
{
    drift_monitor_config config = usual_config();
    drift_monitor *monitor = NULL;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    drift_monitor_on_alert(monitor, tell, t);
    return monitor;
}

static inline drift_monitor *open_monitor(const drift_profile *reference, const char *path, told *t)
{
    drift_monitor *monitor = monitor_with(reference, t);
    drift_state_config config = DRIFT_STATE_CONFIG_INIT;
    drift_error error = {""};
    config.save_rows = 3 * ROW_STEP;
    ck_assert_msg(drift_monitor_open_state(monitor, path, &config, &error) == DRIFT_OK, "%s",
                  error.message);
    return monitor;
}

static inline void observe_step(drift_monitor *monitor, const made *m, uint64_t row)
{
    drift_column columns[MADE_COLUMNS];
    drift_table part = m->table;
    for (int k = 0; k < MADE_COLUMNS; k++) {
        columns[k] = m->columns[k];
        columns[k].offset = row;
    }
    part.columns = columns;
    part.n_rows = ROW_STEP;
    ck_assert_int_eq(drift_monitor_observe_batch(monitor, &part, NULL), DRIFT_OK);
}

/* The rows behind those the monitor has seen, up to `end`, a step at a time with a poll behind each. */
static inline void feed(drift_monitor *monitor, const made *m, uint64_t end)
{
    drift_error error = {""};
    for (uint64_t row = drift_monitor_rows(monitor); row < end; row += ROW_STEP) {
        observe_step(monitor, m, row);
        ck_assert_msg(drift_monitor_poll(monitor, &error) == DRIFT_OK, "%s", error.message);
    }
}

/* What a snapshot holds, but for where it stands in its journal. */
static inline drift_buffer *contents_of(const char *path)
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

static inline void same_contents(const char *a, const char *b)
{
    drift_buffer *one = contents_of(a), *other = contents_of(b);
    ck_assert_uint_eq(drift_buffer_size(one), drift_buffer_size(other));
    ck_assert_mem_eq(drift_buffer_data(one), drift_buffer_data(other), drift_buffer_size(one));
    drift_buffer_destroy(one);
    drift_buffer_destroy(other);
}

#endif
