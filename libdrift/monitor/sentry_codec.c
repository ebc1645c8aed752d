/* SPDX-License-Identifier: Apache-2.0
 *
 * sentry_codec.c: a sentry as bytes, so that its evidence continues to the last
 * bit. What the reference and the configuration say is not written again.
 */
#include "core/memory.h"
#include "monitor/sentry_state.h"

static void write_evidence(const drift__watch *w, drift__writer *writer)
{
    drift_buffer *bytes = NULL;
    if (writer->status)
        return;
    writer->status = drift_buffer_create(NULL, &bytes);
    drift__writer inner = {bytes, writer->status};
    if (w->scores)
        drift__scores_write(w->scores, &inner);
    else if (!inner.status)
        inner.status = w->evidence ? drift_evidence_serialize(w->evidence, bytes)
                                   : drift_bound_evidence_serialize(w->bound, bytes);
    writer->status = inner.status;
    if (!writer->status)
        drift__write_string(writer, drift_buffer_data(bytes), drift_buffer_size(bytes));
    drift_buffer_destroy(bytes);
}

void drift__sentry_write(const drift__sentry *sentry, drift__writer *writer)
{
    drift__write_varint(writer, sentry->n);
    drift__write_varint(writer, sentry->rows);
    for (size_t i = 0; i < sentry->n; i++) {
        const drift__watch *w = &sentry->watches[i];
        drift__write_varint(writer, w->column);
        drift__write_u8(writer, (uint8_t)w->about);
        drift__write_u8(writer, w->told);
        drift__write_u8(writer, w->kind);
        drift__write_u8(writer, w->quiet);
        drift__write_varint(writer, w->given);
        drift__write_varint(writer, w->wait_for);
        drift__write_u64(writer, w->random.state);
        write_evidence(w, writer);
    }
}

/* 1 where evidence that was read is that of the watch, further on. */
static int is_of(const drift__watch *w, const drift_evidence *read)
{
    const drift_evidence *own = w->evidence;
    if (read->config.kind != own->config.kind || read->config.alpha != own->config.alpha ||
        read->config.run_length != own->config.run_length ||
        read->config.seed != own->config.seed || read->places.n != own->places.n ||
        read->places.cells != own->places.cells)
        return 0;
    for (uint32_t j = 0; j < own->places.cells; j++)
        if (read->urn->start[j] != own->urn->start[j])
            return 0;
    return 1;
}

static drift_status read_evidence(drift__sentry *sentry, drift__watch *w,
                                  drift__byte_reader *reader)
{
    size_t size;
    const char *bytes = drift__read_string(reader, &size);
    if (!bytes)
        return DRIFT_ERR_CORRUPT;
    if (w->scores) {
        const uint8_t *at = (const uint8_t *)bytes;
        drift__byte_reader inner = {at, at + size, 0};
        drift_status status = drift__scores_read(w->scores, &inner);
        return status || !drift__read_left(&inner) ? status : DRIFT_ERR_CORRUPT;
    }
    if (w->evidence) {
        drift_evidence *read = NULL;
        drift_status status =
            drift_evidence_deserialize(bytes, size, &sentry->allocator, &read, NULL);
        if (!status && (!is_of(w, read) || read->rows > w->given)) {
            drift_evidence_destroy(read);
            status = DRIFT_ERR_CORRUPT;
        }
        if (status)
            return status;
        drift_evidence_destroy(w->evidence);
        w->evidence = read;
        return DRIFT_OK;
    }
    drift_bound_evidence *read = NULL;
    drift_status status =
        drift_bound_evidence_deserialize(bytes, size, &sentry->allocator, &read, NULL);
    if (status)
        return status;
    if (drift_bound_evidence_bound(read) != drift_bound_evidence_bound(w->bound)) {
        drift_bound_evidence_destroy(read);
        return DRIFT_ERR_CORRUPT;
    }
    drift_bound_evidence_destroy(w->bound);
    w->bound = read;
    return DRIFT_OK;
}

drift_status drift__sentry_read(drift__sentry *sentry, drift__byte_reader *reader)
{
    drift_status status = DRIFT_OK;
    if (drift__read_varint(reader) != sentry->n)
        return DRIFT_ERR_CORRUPT;
    sentry->rows = drift__read_varint(reader);
    sentry->n_signals = 0;
    for (size_t i = 0; i < sentry->n && !status; i++) {
        drift__watch *w = &sentry->watches[i];
        uint64_t column = drift__read_varint(reader);
        uint8_t about = drift__read_u8(reader);
        w->told = drift__read_u8(reader);
        w->kind = drift__read_u8(reader);
        w->quiet = drift__read_u8(reader);
        w->given = drift__read_varint(reader);
        w->wait_for = drift__read_varint(reader);
        w->random.state = drift__read_u64(reader);
        if (reader->failed || column != w->column || about != w->about ||
            w->told > DRIFT_SEVERITY_ALERT + 1 || w->kind > DRIFT_ALERT_CUSTOM || w->quiet > 1 ||
            w->given > sentry->rows)
            return DRIFT_ERR_CORRUPT;
        status = read_evidence(sentry, w, reader);
    }
    return status;
}
