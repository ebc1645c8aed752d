/* SPDX-License-Identifier: Apache-2.0
 *
 * state.c: a snapshot first, then the journal, then the callback. A snapshot that holds an alert
 * before the journal does is how the alert survives; the journal's record is how it is known,
 * when the snapshot is read again, that it was told.
 */
#include "monitor/state.h"

#include <stdio.h>
#include <string.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/fork.h"
#include "core/json_writer.h"
#include "core/memory.h"
#include "monitor/snapshot.h"
#include "monitor/window.h"

enum { DEFAULT_ROWS = 100000, DEFAULT_SECONDS = 60, MOST_WAITING = 1 << 20 };
static const double NANOSECONDS = 1e9;

void drift__state_close(drift__state *state)
{
    if (!state)
        return;
    drift_allocator memory = state->allocator;
    drift_journal_destroy(state->journal);
    drift_buffer_destroy(state->bytes);
    drift_buffer_destroy(state->text);
    drift_buffer_destroy(state->waiting);
    drift__release(&memory, state->path);
    drift__release(&memory, state->journal_path);
    drift__release(&memory, state);
}

/* A failure of a poll is told when it is over; the first is the reason of the others. */
static void note_failure(drift__state *state, drift_status status, const drift_error *reason)
{
    if (!state->failure) {
        state->failure = status;
        state->reason = *reason;
    }
}

static drift_status open_journal(drift__state *state, drift_journal_report *out_report,
                                 drift_error *error)
{
    return drift_journal_open(state->journal_path, &state->journal_config, &state->journal,
                              out_report, error);
}

/* Where the journal stands is what the next snapshot says of it. */
static drift_status append(drift__state *state, drift_journal_kind kind, const char *payload,
                           size_t size, drift_error *error)
{
    drift_status status = state->journal ? DRIFT_OK : open_journal(state, NULL, error);
    if (!status)
        status = drift_journal_append(state->journal, kind, payload, size, error);
    if (status) {
        /* Whatever it was, the next attempt begins with a look at the whole file. */
        drift_journal_destroy(state->journal);
        state->journal = NULL;
        return status;
    }
    state->position = drift_journal_records(state->journal);
    return drift_journal_digest(state->journal, state->digest);
}

static void wait_for_journal(drift__state *state, drift_journal_kind kind, const char *payload,
                             size_t size)
{
    drift__writer writer = {state->waiting, DRIFT_OK};
    size_t before = drift_buffer_size(state->waiting);
    if (before + size > MOST_WAITING) {
        state->report.lost++;
        return;
    }
    drift__write_u8(&writer, (uint8_t)kind);
    drift__write_string(&writer, payload, size);
    if (writer.status)
        drift__buffer_truncate(state->waiting, before);
    *(writer.status ? &state->report.lost : &state->report.waiting) += 1;
}

/* What the journal did not take, in order, until it does not again. */
static drift_status catch_up(drift__state *state, drift_error *error)
{
    const uint8_t *start = drift_buffer_data(state->waiting);
    drift__byte_reader reader = {start, start + drift_buffer_size(state->waiting), 0};
    drift_status status = DRIFT_OK;
    while (drift__read_left(&reader) && !status) {
        const uint8_t *at = reader.at;
        size_t size = 0;
        drift_journal_kind kind = (drift_journal_kind)drift__read_u8(&reader);
        const char *payload = drift__read_string(&reader, &size);
        status = append(state, kind, payload, size, error);
        if (status)
            reader.at = at;
        else
            state->report.waiting--;
    }
    size_t left = drift__read_left(&reader);
    memmove((void *)(uintptr_t)start, reader.at, left);
    drift__buffer_truncate(state->waiting, left);
    return status;
}

static void note(drift_monitor *monitor, drift_journal_kind kind, const char *payload, size_t size)
{
    drift__state *state = monitor->state;
    drift_error error = {""};
    if (!state)
        return;
    /* Behind what waits already: the order of a journal is what it tells. */
    drift_status status = state->report.waiting ? state->failure ? state->failure : DRIFT_ERR_IO
                                                : append(state, kind, payload, size, &error);
    if (!status)
        return;
    wait_for_journal(state, kind, payload, size);
    note_failure(state, status, &error);
}

/* Of an alert whose columns do not fit into a record. */
static drift_status render_short(const drift_alert *alert, drift_buffer *out_text)
{
    drift__json_writer w = {out_text, DRIFT_OK, 0};
    drift_buffer_reset(out_text);
    drift__json_open(&w, '{');
    drift__json_count_field(&w, "row", alert->row);
    drift__json_count_field(&w, "incident", alert->incident);
    drift__json_count_field(&w, "n_columns", alert->n_columns);
    drift__json_word(&w, "message", alert->message);
    drift__json_close(&w, '}');
    return w.status;
}

void drift__state_record(drift_monitor *monitor, const drift_alert *alert)
{
    drift__state *state = monitor->state;
    drift_error error = {""};
    if (!state)
        return;
    drift_buffer_reset(state->text);
    drift_status status = drift_alert_render_json(alert, state->text);
    if (!status)
        drift__buffer_truncate(state->text, drift_buffer_size(state->text) - 1); /* line break */
    if (!status && drift_buffer_size(state->text) > DRIFT_JOURNAL_MOST_PAYLOAD)
        status = render_short(alert, state->text);
    if (status) {
        drift__fail_status(&error, status);
        note_failure(state, status, &error);
        state->report.lost++;
        return;
    }
    note(monitor, (drift_journal_kind)(DRIFT_JOURNAL_ALERT + alert->phase),
         drift_buffer_data(state->text), drift_buffer_size(state->text));
}

static drift_status write_snapshot(drift_monitor *monitor, drift_error *error)
{
    drift__state *state = monitor->state;
    state->tried_rows = monitor->collected;
    state->tried_at = drift__monitor_now(monitor);
    drift_buffer_reset(state->bytes);
    drift_status status = drift__state_encode(monitor, state->bytes, error);
    if (!status)
        status = drift__snapshot_write(state->path, drift_buffer_data(state->bytes),
                                       drift_buffer_size(state->bytes), &state->allocator, error);
    if (!status)
        state->report.saved_rows = monitor->collected;
    return status;
}

/* Whose records these are from here on. */
static drift_status describe(const drift_monitor *monitor, int is_restart, drift_buffer *out_text)
{
    const drift__state *state = monitor->state;
    drift__json_writer w = {out_text, DRIFT_OK, 0};
    char digest[2 * DRIFT__SHA256_SIZE + 1];
    drift_buffer_reset(out_text);
    drift__json_open(&w, '{');
    drift__json_word(&w, "version", drift_version());
    drift__json_count_field(&w, "rows", monitor->collected);
    drift__json_count_field(&w, "epoch", drift_monitor_epoch(monitor));
    if (is_restart && state->report.previous)
        drift__json_word(&w, "damaged", state->report.message);
    if (is_restart)
        drift__json_count_field(&w, "replayed", state->report.replayed);
    drift__sha256_text(digest, state->reference);
    drift__json_word(&w, "reference", digest);
    drift__json_key(&w, "configuration");
    if (!w.status)
        w.status = drift__state_configuration(monitor, out_text);
    drift__json_close(&w, '}');
    return w.status;
}

static int is_due(const drift_monitor *monitor)
{
    const drift__state *state = monitor->state;
    uint64_t rows = monitor->collected - state->tried_rows, now = drift__monitor_now(monitor);
    return rows >= state->config.save_rows ||
           (rows && now > state->tried_at &&
            (double)(now - state->tried_at) >= state->config.save_seconds * NANOSECONDS);
}

static int has_rebased(const drift_monitor *monitor)
{
    return monitor->state->epoch != drift_monitor_epoch(monitor);
}

void drift__state_before(drift_monitor *monitor, int has_alerts)
{
    drift__state *state = monitor->state;
    drift_error error = {""};
    if (!state)
        return;
    state->failure = DRIFT_OK;
    drift_status status = state->report.waiting ? catch_up(state, &error) : DRIFT_OK;
    if (status)
        note_failure(state, status, &error);
    status =
        has_rebased(monitor) ? drift__state_digest(monitor->reference, state->reference) : DRIFT_OK;
    if (!status && (has_alerts || has_rebased(monitor)))
        status = write_snapshot(monitor, &error);
    if (status)
        note_failure(state, status, &error);
}

static void note_rebase(drift_monitor *monitor)
{
    drift__state *state = monitor->state;
    drift_error error = {""};
    drift_status status = describe(monitor, 0, state->text);
    if (status) {
        drift__fail_status(&error, status);
        note_failure(state, status, &error);
        state->report.lost++;
        return;
    }
    note(monitor, DRIFT_JOURNAL_REBASE, drift_buffer_data(state->text),
         drift_buffer_size(state->text));
    state->epoch = drift_monitor_epoch(monitor);
}

drift_status drift__state_after(drift_monitor *monitor, drift_error *error)
{
    drift__state *state = monitor->state;
    drift_error reason = {""};
    if (!state)
        return DRIFT_OK;
    if (has_rebased(monitor))
        note_rebase(monitor);
    drift_status status = is_due(monitor) ? write_snapshot(monitor, &reason) : DRIFT_OK;
    if (status)
        note_failure(state, status, &reason);
    if (state->failure && state->report.lost)
        return drift__fail(error, state->failure, "%s; %llu records found no room and are lost",
                           state->reason.message, (unsigned long long)state->report.lost);
    return state->failure ? drift__fail(error, state->failure, "%s", state->reason.message)
                          : DRIFT_OK;
}

static drift_status fill_config(const drift_state_config *given, drift_state_config *out,
                                drift_error *error)
{
    *out = (drift_state_config)DRIFT_STATE_CONFIG_INIT;
    drift_status status = drift__config_copy(out, given, sizeof *out, error);
    if (status)
        return status;
    if (!(out->save_seconds >= 0 && out->save_seconds < 1e9) || out->buffered > 1)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "save_seconds is a number of seconds below 1e9, buffered 0 or 1");
    if (!out->save_rows)
        out->save_rows = DEFAULT_ROWS;
    if (out->save_seconds == 0)
        out->save_seconds = DEFAULT_SECONDS;
    return DRIFT_OK;
}

static drift_status create(const drift_monitor *monitor, const char *path,
                           const drift_state_config *config, drift__state **out_state,
                           drift_error *error)
{
    static const char ending[] = ".journal";
    const drift_allocator *memory = &monitor->allocator;
    size_t length = strlen(path);
    drift__state *state = drift__allocate_zero(memory, 1, sizeof *state);
    if (!state)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    state->allocator = *memory;
    state->config = *config;
    state->journal_config =
        (drift_journal_config){.struct_size = sizeof state->journal_config,
                               .buffered = config->buffered,
                               .wall_clock = monitor->config.wall_clock,
                               .wall_clock_context = monitor->config.wall_clock_context,
                               .allocator = &state->allocator};
    state->report = (drift_state_report)DRIFT_STATE_REPORT_INIT;
    state->path = drift__copy_string(memory, path, length);
    state->journal_path = drift__allocate(memory, length + sizeof ending, 1);
    if (!state->path || !state->journal_path || drift_buffer_create(memory, &state->bytes) ||
        drift_buffer_create(memory, &state->text) || drift_buffer_create(memory, &state->waiting)) {
        drift__state_close(state);
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    memcpy(state->journal_path, path, length);
    memcpy(state->journal_path + length, ending, sizeof ending);
    drift_status status = drift__state_digest(monitor->reference, state->reference);
    if (status) {
        drift__state_close(state);
        return drift__fail_status(error, status);
    }
    memcpy(state->first_reference, state->reference, sizeof state->reference);
    *out_state = state;
    return DRIFT_OK;
}

/* The newest whole snapshot into `bytes`; DRIFT_OK with none where there is no file. */
static drift_status load(drift__state *state, drift_error *error)
{
    drift__snapshot_origin origin = {0, {""}};
    drift_buffer_reset(state->bytes);
    drift_status status =
        drift__snapshot_read(state->path, state->bytes, &origin, &state->allocator, error);
    if (status == DRIFT_ERR_NOT_FOUND)
        return DRIFT_OK;
    state->report.resumed = !status;
    state->report.previous = !status && origin.previous;
    if (state->report.previous)
        snprintf(state->report.message, sizeof state->report.message, "%.*s",
                 (int)sizeof state->report.message - 1, origin.reason.message);
    return status;
}

typedef struct replay {
    drift_monitor *monitor;
    int is_other; /* the journal is not the one that the snapshot knows */
} replay;

static drift_status replay_one(const drift_journal_record *record, void *context)
{
    replay *r = context;
    drift__state *state = r->monitor->state;
    if (record->sequence == state->position)
        r->is_other |= memcmp(record->digest, state->digest, sizeof state->digest) != 0;
    if (record->sequence <= state->position || r->is_other)
        return DRIFT_OK;
    state->report.replayed++;
    drift__state_replay(r->monitor, record);
    return DRIFT_OK;
}

/* Everything of the snapshot, and what the journal says beyond it. */
static drift_status resume(drift_monitor *monitor, drift_error *error)
{
    drift__state *state = monitor->state;
    replay r = {monitor, 0};
    drift_status status = drift__state_decode(monitor, drift_buffer_data(state->bytes),
                                              drift_buffer_size(state->bytes), error);
    if (!status)
        status = drift_journal_read(state->journal_path, NULL, replay_one, &r, &state->allocator,
                                    NULL, error);
    if (status)
        return status;
    uint64_t records = drift_journal_records(state->journal);
    if (!state->report.journal_fault && (r.is_other || records < state->position)) {
        state->report.journal_fault = DRIFT_JOURNAL_FOREIGN;
        snprintf(state->report.message, sizeof state->report.message,
                 "it is not the one that the state was saved beside: of its %llu records none is "
                 "number %llu with that digest",
                 (unsigned long long)records, (unsigned long long)state->position);
    }
    state->report.resumed_rows = state->report.saved_rows = monitor->collected;
    state->position = records;
    return drift_journal_digest(state->journal, state->digest);
}

/* The record of the beginning; the first snapshot, so that no alert is ever without one before it. */
static drift_status begin(drift_monitor *monitor, drift_error *error)
{
    drift__state *state = monitor->state;
    drift_status status = describe(monitor, (int)state->report.resumed, state->text);
    if (status)
        return drift__fail_status(error, status);
    status = append(state, state->report.resumed ? DRIFT_JOURNAL_RESTART : DRIFT_JOURNAL_OPENED,
                    drift_buffer_data(state->text), drift_buffer_size(state->text), error);
    state->epoch = drift_monitor_epoch(monitor);
    state->tried_rows = monitor->collected;
    state->tried_at = drift__monitor_now(monitor);
    return status || state->report.resumed ? status : write_snapshot(monitor, error);
}

drift_status drift_monitor_open_state(drift_monitor *monitor, const char *path,
                                      const drift_state_config *config, drift_error *error)
{
    drift_state_config filled;
    drift_journal_report found = DRIFT_JOURNAL_REPORT_INIT;
    if (!monitor || !path || !*path)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (drift__monitor_is_polling(monitor))
        return drift__fail(error, DRIFT_ERR_BUSY, "a state is not opened inside a callback");
    drift_status status =
        drift__monitor_is_inherited(monitor) ? drift__monitor_renew(monitor, error) : DRIFT_OK;
    if (status)
        return status;
    if (monitor->state || drift_monitor_rows(monitor))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "a state is opened once, before the first row is observed");
    status = fill_config(config, &filled, error);
    if (!status)
        status = create(monitor, path, &filled, &monitor->state, error);
    if (status)
        return status;
    drift__state *state = monitor->state;
    status = load(state, error);
    /* Before anything on the disk is touched; and once more, when nobody else can write it. */
    if (!status && state->report.resumed)
        status = drift__state_check(monitor, drift_buffer_data(state->bytes),
                                    drift_buffer_size(state->bytes), error);
    if (!status)
        status = open_journal(state, &found, error);
    state->report.journal_fault = found.fault;
    int is_open = !status;
    if (!status)
        status = load(state, error);
    if (!status && state->report.resumed)
        status = resume(monitor, error);
    if (!status)
        status = begin(monitor, error);
    if (status) {
        drift__state_close(state);
        monitor->state = NULL;
        /* Without memory for that the next call will begin anew. */
        if (is_open && drift__monitor_renew(monitor, NULL))
            monitor->generation = ~drift__fork_generation();
    }
    return status;
}

static drift_status no_state(drift_error *error)
{
    return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                       "the monitor has no state: drift_monitor_open_state gives it one");
}

drift_status drift_monitor_save(drift_monitor *monitor, drift_error *error)
{
    char text[64];
    if (!monitor)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (drift__monitor_is_polling(monitor))
        return drift__fail(error, DRIFT_ERR_BUSY, "save was called from inside an alert callback");
    drift_status status =
        drift__monitor_is_inherited(monitor) ? drift__monitor_renew(monitor, error) : DRIFT_OK;
    if (status)
        return status;
    if (!monitor->state)
        return no_state(error);
    status = drift__monitor_collect(monitor, error);
    if (status)
        return status;
    drift__state_before(monitor, 1);
    int length = snprintf(text, sizeof text, "{\"rows\":%llu}",
                          (unsigned long long)monitor->state->report.saved_rows);
    if (!monitor->state->failure)
        note(monitor, DRIFT_JOURNAL_SNAPSHOT, text, (size_t)length);
    return drift__state_after(monitor, error);
}

drift_status drift_monitor_state_report(const drift_monitor *monitor,
                                        drift_state_report *out_report)
{
    if (!monitor || !monitor->state || !out_report ||
        out_report->struct_size < sizeof out_report->struct_size)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_state_report report = monitor->state->report;
    report.records = monitor->state->position;
    uint32_t size = out_report->struct_size;
    memcpy(out_report, &report, size < sizeof report ? size : sizeof report);
    out_report->struct_size = size;
    return DRIFT_OK;
}
