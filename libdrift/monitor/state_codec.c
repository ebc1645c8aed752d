/* SPDX-License-Identifier: Apache-2.0
 *
 * state_codec.c: what a snapshot holds: parts with names, in one order. Each
 * part belongs to the file that knows its fields; here is what is left over.
 */
#include <string.h>

#include "core/buffer.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/json_writer.h"
#include "core/memory.h"
#include "core/sha256.h"
#include "monitor/rebase.h"
#include "monitor/state.h"
#include "monitor/window.h"
#include "profile/codec.h"
#include "profile/shard.h"
#include "profile/state.h"

enum { MOST_SHOWN = 100 };

/* One way and the other. */
typedef struct part {
    const char *name;
    drift_status (*write)(const drift_monitor *monitor, drift__writer *writer);
    drift_status (*read)(drift_monitor *monitor, drift__byte_reader *reader);
} part;

drift_status drift__state_digest(const drift_profile *reference,
                                 uint8_t out_digest[DRIFT__SHA256_SIZE])
{
    drift_buffer *bytes = NULL;
    drift_status status = drift_buffer_create(&reference->allocator, &bytes);
    if (!status)
        status = drift__profile_encode(reference, bytes);
    if (!status) {
        drift__sha256 hash;
        drift__sha256_begin(&hash);
        drift__sha256_add(&hash, drift_buffer_data(bytes), drift_buffer_size(bytes));
        drift__sha256_end(&hash, out_digest);
    }
    drift_buffer_destroy(bytes);
    return status;
}

static void write_attached(drift__json_writer *w, const drift_monitor *monitor)
{
    drift__json_key(w, "detectors");
    drift__json_open(w, '[');
    for (size_t i = 0; i < monitor->attached.n; i++) {
        const drift__attachment *one = &monitor->attached.items[i];
        drift_detector_kind kind = drift_detector_kind_of(one->detector);
        drift_detector_parameter_info info = {.struct_size = sizeof info};
        double value = 0;
        drift__json_open(w, '{');
        drift__json_word(w, "column", drift_monitor_column_name(monitor, one->column));
        drift__json_word(w, "detector", drift_detector_name(kind));
        for (size_t k = 0; !drift_detector_get_parameter(kind, k, &info); k++)
            if (!drift_detector_parameter_value(one->detector, info.name, &value))
                drift__json_optional(w, info.name, 1, value);
        drift__json_close(w, '}');
    }
    drift__json_close(w, ']');
}

drift_status drift__state_configuration(const drift_monitor *monitor, drift_buffer *out_text)
{
    const drift_monitor_config *config = &monitor->config;
    drift__json_writer w = {out_text, DRIFT_OK, 0};
    drift__json_open(&w, '{');
    drift__json_optional(&w, "alpha", 1, config->alpha);
    drift__json_optional(&w, "min_effect", 1, config->min_effect);
    drift__json_count_field(&w, "window_rows", config->window_rows);
    drift__json_count_field(&w, "minimum_rows", config->minimum_rows);
    drift__json_optional(&w, "window_seconds", 1, config->window_seconds);
    drift__json_count_field(&w, "cooldown_rows", config->cooldown_rows);
    drift__json_count_field(&w, "incident_rows", config->incident_rows);
    drift__json_count_field(&w, "persistence_rows", config->persistence_rows);
    drift__json_count_field(&w, "correction", config->correction);
    drift__json_count_field(&w, "detector", config->detector);
    drift__json_optional(&w, "run_length", 1, config->run_length);
    drift__json_optional(&w, "tolerance", 1, config->tolerance);
    drift__json_count_field(&w, "warnings", config->warnings != 0);
    drift__json_count_field(&w, "rebase_rows", config->rebase_rows);
    write_attached(&w, monitor);
    drift__json_close(&w, '}');
    return w.status;
}

static drift_status write_identity(const drift_monitor *monitor, drift__writer *writer)
{
    const drift__state *state = monitor->state;
    drift__write_bytes(writer, state->first_reference, sizeof state->first_reference);
    drift__write_bytes(writer, state->reference, sizeof state->reference);
    if (writer->status)
        return writer->status;
    return drift__state_configuration(monitor, writer->buffer);
}

static drift_status read_identity(drift_monitor *monitor, drift__byte_reader *reader)
{
    memcpy(monitor->state->first_reference, reader->at, DRIFT__SHA256_SIZE);
    reader->at = reader->end; /* drift__state_check has looked at it */
    return DRIFT_OK;
}

/* Where the first field that differs begins, in both of two configurations. */
static size_t first_difference(const char *a, size_t n, const char *b, size_t m)
{
    size_t at = 0, field = 0;
    for (; at < n && at < m && a[at] == b[at]; at++)
        if (a[at] == '{' || a[at] == ',')
            field = at + 1;
    return field;
}

/* Bytes of the field at `at` that are shown: its name and its value. */
static int field_length(const char *text, size_t at, size_t n)
{
    size_t end = at;
    while (end < n && end - at < MOST_SHOWN && text[end] != ',' && text[end] != '}')
        end++;
    return (int)(end - at);
}

/* The monitor has the reference that the saved one began with, or the one it had in the end. */
static drift_status check_identity(const drift_monitor *monitor, drift__byte_reader *reader,
                                   drift_buffer *own, drift_error *error)
{
    const uint8_t *reference = monitor->state->reference;
    const uint8_t *first = drift__read_bytes(reader, DRIFT__SHA256_SIZE);
    const uint8_t *last = drift__read_bytes(reader, DRIFT__SHA256_SIZE);
    size_t length = drift__read_left(reader);
    const char *text = (const char *)reader->at;
    if (!last)
        return drift__fail(error, DRIFT_ERR_CORRUPT, "the state does not say whose it is");
    drift_status status = drift__state_configuration(monitor, own);
    if (status)
        return drift__fail_status(error, status);
    const char *ours = drift_buffer_data(own);
    if (length != drift_buffer_size(own) || memcmp(text, ours, length) != 0) {
        size_t at = first_difference(text, length, ours, drift_buffer_size(own));
        return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                           "%s: the state is that of another configuration: it has %.*s, the "
                           "monitor %.*s",
                           monitor->state->path, field_length(text, at, length), text + at,
                           field_length(ours, at, drift_buffer_size(own)), ours + at);
    }
    if (memcmp(first, reference, DRIFT__SHA256_SIZE) != 0 &&
        memcmp(last, reference, DRIFT__SHA256_SIZE) != 0)
        return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                           "%s: the state is that of a monitor with another reference",
                           monitor->state->path);
    return DRIFT_OK;
}

static drift_status write_epoch(const drift_monitor *monitor, drift__writer *writer)
{
    const drift__epoch *epoch = atomic_load(&monitor->epoch);
    drift_buffer *bytes = NULL;
    drift_status status = drift_buffer_create(&monitor->allocator, &bytes);
    if (!status && epoch->number > 1)
        status = drift_profile_serialize(epoch->reference, bytes, NULL);
    if (!status) {
        drift__write_varint(writer, epoch->number);
        drift__write_string(writer, drift_buffer_data(bytes), drift_buffer_size(bytes));
        drift__write_u8(writer, (uint8_t)(epoch->settled != 0));
        if (epoch->previous)
            drift__shard_write(epoch->previous, writer);
        if (epoch->gathered)
            drift__shard_write(epoch->gathered, writer);
    }
    drift_buffer_destroy(bytes);
    return status ? status : writer->status;
}

/* Where there was a rebase the monitor gets that reference, whichever of the two it has. */
static drift_status take_reference(drift_monitor *monitor, uint64_t number, const char *bytes,
                                   size_t size)
{
    drift_profile *read = NULL;
    if (number < 2)
        return number && !size ? DRIFT_OK : DRIFT_ERR_CORRUPT;
    drift_status status = drift_profile_deserialize(bytes, size, &monitor->allocator, &read, NULL);
    if (!status) {
        drift__epoch *present = atomic_load(&monitor->epoch);
        uint64_t before = present->number;
        present->number = number - 1; /* the next one's is `number` */
        status = drift__monitor_rebase(monitor, read, NULL);
        if (status)
            present->number = before;
    }
    if (!status)
        status = drift__state_digest(monitor->reference, monitor->state->reference);
    drift_profile_destroy(read);
    return status;
}

static drift_status read_epoch(drift_monitor *monitor, drift__byte_reader *reader)
{
    size_t size = 0;
    uint64_t number = drift__read_varint(reader);
    const char *bytes = drift__read_string(reader, &size);
    unsigned settled = drift__read_u8(reader);
    if (reader->failed || settled > 1)
        return DRIFT_ERR_CORRUPT;
    drift_status status = take_reference(monitor, number, bytes, size);
    drift__epoch *epoch = atomic_load(&monitor->epoch);
    if (!status && epoch->previous)
        status = drift__shard_read(epoch->previous, reader);
    if (!status && epoch->gathered)
        status = drift__shard_read(epoch->gathered, reader);
    epoch->settled = (int)settled;
    monitor->state->epoch = number;
    return status;
}

static drift_status write_journal(const drift_monitor *monitor, drift__writer *writer)
{
    drift__write_varint(writer, monitor->state->position);
    drift__write_bytes(writer, monitor->state->digest, sizeof monitor->state->digest);
    return writer->status;
}

static drift_status read_journal(drift_monitor *monitor, drift__byte_reader *reader)
{
    drift__state *state = monitor->state;
    state->position = drift__read_varint(reader);
    const uint8_t *digest = drift__read_bytes(reader, sizeof state->digest);
    if (digest)
        memcpy(state->digest, digest, sizeof state->digest);
    return DRIFT_OK;
}

static drift_status write_progress(const drift_monitor *monitor, drift__writer *writer)
{
    uint64_t now = drift__monitor_now(monitor), began = monitor->window_began;
    drift__write_varint(writer, monitor->collected);
    drift__write_varint(writer, drift_monitor_dropped(monitor));
    drift__write_varint(writer, monitor->n_windows);
    drift__write_varint(writer, monitor->windows_before);
    drift__write_varint(writer, monitor->window.first_row);
    drift__write_varint(writer, monitor->window.last_row);
    drift__write_varint(writer, now > began ? now - began : 0);
    return writer->status;
}

static drift_status read_progress(drift_monitor *monitor, drift__byte_reader *reader)
{
    uint64_t now = drift__monitor_now(monitor);
    monitor->collected = monitor->batched = drift__read_varint(reader);
    monitor->dropped = drift__read_varint(reader);
    monitor->n_windows = drift__read_varint(reader);
    monitor->windows_before = drift__read_varint(reader);
    monitor->window.first_row = drift__read_varint(reader);
    monitor->window.last_row = drift__read_varint(reader);
    uint64_t age = drift__read_varint(reader);
    monitor->window_began = now > age ? now - age : 0;
    int bad = monitor->n_windows > monitor->collected ||
              monitor->n_windows < monitor->windows_before ||
              monitor->window.last_row > monitor->collected;
    return bad ? DRIFT_ERR_CORRUPT : DRIFT_OK;
}

static drift_status write_window(const drift_monitor *monitor, drift__writer *writer)
{
    drift__shard_write(monitor->window.profile, writer);
    return writer->status;
}

static drift_status read_window(drift_monitor *monitor, drift__byte_reader *reader)
{
    const drift__window *window = &monitor->window;
    drift_status status = drift__shard_read(window->profile, reader);
    uint64_t rows = drift_profile_rows(window->profile);
    int fits =
        !rows || (rows <= window->last_row && window->first_row == window->last_row - rows + 1 &&
                  window->last_row == monitor->collected);
    return status ? status : fits ? DRIFT_OK : DRIFT_ERR_CORRUPT;
}

static drift_status write_metrics(const drift_monitor *monitor, drift__writer *writer)
{
    drift__metrics_write(&monitor->metrics, writer);
    return writer->status;
}

static drift_status read_metrics(drift_monitor *monitor, drift__byte_reader *reader)
{
    return drift__metrics_read(&monitor->metrics, reader) ? DRIFT_ERR_CORRUPT : DRIFT_OK;
}

static drift_status write_policy(const drift_monitor *monitor, drift__writer *writer)
{
    drift__policy_write(&monitor->policy, drift__monitor_now(monitor), drift__monitor_date(monitor),
                        writer);
    return writer->status;
}

static drift_status read_policy(drift_monitor *monitor, drift__byte_reader *reader)
{
    int bad = drift__policy_read(&monitor->policy, drift__monitor_now(monitor),
                                 drift__monitor_date(monitor), reader);
    return bad ? DRIFT_ERR_CORRUPT : DRIFT_OK;
}

/* Nothing where windows are judged instead. */
static drift_status write_evidence(const drift_monitor *monitor, drift__writer *writer)
{
    if (monitor->sentry)
        drift__sentry_write(monitor->sentry, writer);
    return writer->status;
}

static drift_status read_evidence(drift_monitor *monitor, drift__byte_reader *reader)
{
    drift_status status = monitor->sentry ? drift__sentry_read(monitor->sentry, reader) : DRIFT_OK;
    int fits = !monitor->sentry || drift__sentry_seen(monitor->sentry) <= monitor->collected;
    return status ? status : fits ? DRIFT_OK : DRIFT_ERR_CORRUPT;
}

static drift_status write_detectors(const drift_monitor *monitor, drift__writer *writer)
{
    drift__attached_write(&monitor->attached, &monitor->allocator, writer);
    return writer->status;
}

/* The same detectors as the configuration names, so metrics know them. */
static drift_status read_detectors(drift_monitor *monitor, drift__byte_reader *reader)
{
    return drift__attached_read(&monitor->attached, monitor->reference, reader,
                                &monitor->allocator);
}

static const part parts[] = {
    {"identity", write_identity, read_identity},
    {"journal", write_journal, read_journal},
    {"epoch", write_epoch, read_epoch},
    {"progress", write_progress, read_progress},
    {"window", write_window, read_window},
    {"metrics", write_metrics, read_metrics},
    {"policy", write_policy, read_policy},
    {"evidence", write_evidence, read_evidence},
    {"detectors", write_detectors, read_detectors},
};
enum { PARTS = sizeof parts / sizeof *parts };

drift_status drift__state_encode(const drift_monitor *monitor, drift_buffer *out_bytes,
                                 drift_error *error)
{
    drift_buffer *body = NULL;
    drift__writer out = {out_bytes, DRIFT_OK};
    drift_status status = drift_buffer_create(&monitor->allocator, &body);
    for (size_t i = 0; i < PARTS && !status; i++) {
        drift_buffer_reset(body);
        drift__writer writer = {body, DRIFT_OK};
        status = parts[i].write(monitor, &writer);
        if (status)
            break;
        drift__write_string(&out, parts[i].name, strlen(parts[i].name));
        drift__write_string(&out, drift_buffer_data(body), drift_buffer_size(body));
        status = out.status;
    }
    drift_buffer_destroy(body);
    return status ? drift__fail_status(error, status) : DRIFT_OK;
}

/* The body of the next part, which has to be the one named. */
static int open_part(drift__byte_reader *reader, const char *name, drift__byte_reader *out_body)
{
    size_t length = 0, size = 0;
    const char *found = drift__read_string(reader, &length);
    const char *body = drift__read_string(reader, &size);
    if (reader->failed || length != strlen(name) || memcmp(found, name, length) != 0)
        return -1;
    *out_body = (drift__byte_reader){(const uint8_t *)body, (const uint8_t *)body + size, 0};
    return 0;
}

static drift_status damaged(const char *name, drift_error *error)
{
    return drift__fail(error, DRIFT_ERR_CORRUPT, "the state is damaged in its part '%s'", name);
}

drift_status drift__state_check(const drift_monitor *monitor, const void *bytes, size_t size,
                                drift_error *error)
{
    drift__byte_reader reader = {bytes, (const uint8_t *)bytes + size, 0}, body;
    drift_buffer *own = NULL;
    if (open_part(&reader, parts[0].name, &body))
        return damaged(parts[0].name, error);
    if (drift_buffer_create(&monitor->allocator, &own))
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    drift_status status = check_identity(monitor, &body, own, error);
    drift_buffer_destroy(own);
    return status;
}

drift_status drift__state_decode(drift_monitor *monitor, const void *bytes, size_t size,
                                 drift_error *error)
{
    drift__byte_reader reader = {bytes, (const uint8_t *)bytes + size, 0}, body;
    drift_status status = drift__state_check(monitor, bytes, size, error);
    if (status)
        return status;
    for (size_t i = 0; i < PARTS; i++) {
        if (open_part(&reader, parts[i].name, &body))
            return damaged(parts[i].name, error);
        status = parts[i].read(monitor, &body);
        if (status == DRIFT_ERR_OUT_OF_MEMORY)
            return drift__fail_status(error, status);
        if (status || body.failed || drift__read_left(&body))
            return damaged(parts[i].name, error);
    }
    return drift__read_left(&reader) ? damaged("end", error) : DRIFT_OK;
}
