/* SPDX-License-Identifier: Apache-2.0
 *
 * scores_codec.c: evidence by window scores as bytes, so that it continues to the last bit.
 */
#include "core/buffer.h"
#include "sequential/scores_state.h"

static void write_window(const drift__scores *scores, const drift__window *w, drift__writer *writer)
{
    drift__write_varint(writer, w->first);
    for (uint32_t g = 0; g < scores->groups; g++)
        drift__write_varint(writer, w->counts[g]);
}

static void write_evidence(const drift__scores *scores, const drift_evidence *evidence,
                           drift__writer *writer)
{
    drift_buffer *bytes = NULL;
    drift_status status = drift_buffer_create(&scores->allocator, &bytes);
    status = status ? status : drift_evidence_serialize(evidence, bytes);
    if (status == DRIFT_OK)
        drift__write_string(writer, drift_buffer_data(bytes), drift_buffer_size(bytes));
    else if (writer->status == DRIFT_OK)
        writer->status = status;
    drift_buffer_destroy(bytes);
}

void drift__scores_write(const drift__scores *scores, drift__writer *writer)
{
    drift__write_varint(writer, scores->rows);
    drift__write_varint(writer, scores->windows);
    drift__write_varint(writer, scores->alarm_row);
    drift__write_varint(writer, scores->change_row);
    drift__write_u64(writer, scores->random.state);
    drift__write_varint(writer, scores->open.rows);
    drift__write_varint(writer, scores->open.valid);
    drift__write_u64(writer, (uint64_t)scores->open.sum);
    drift__write_u64(writer, (uint64_t)scores->open.squares);
    for (uint32_t k = 0; k < scores->scorer.cells; k++)
        drift__write_varint(writer, scores->open.cells[k]);
    write_window(scores, &scores->current, writer);
    for (uint32_t i = 0; i < DRIFT__SCORE_KEPT; i++)
        write_window(scores, &scores->kept[i], writer);
    for (uint32_t k = 0; k < scores->n; k++)
        write_evidence(scores, scores->rankings[k].evidence, writer);
}

static int read_window(const drift__scores *scores, drift__window *w, drift__byte_reader *reader)
{
    w->first = drift__read_varint(reader);
    for (uint32_t g = 0; g < scores->groups; g++) {
        uint64_t count = drift__read_varint(reader);
        if (count > UINT32_MAX)
            return 0;
        w->counts[g] = (uint32_t)count;
    }
    return !reader->failed && w->first <= scores->rows + 1;
}

static int read_open(drift__scores *scores, drift__byte_reader *reader)
{
    drift__window_sums *open = &scores->open;
    uint64_t cells = 0;
    open->rows = drift__read_varint(reader);
    open->valid = drift__read_varint(reader);
    open->sum = (int64_t)drift__read_u64(reader);
    open->squares = (int64_t)drift__read_u64(reader);
    if (reader->failed || open->rows >= scores->window_rows || open->valid > open->rows ||
        open->rows > scores->rows)
        return 0;
    int64_t most = (int64_t)open->valid * DRIFT__SCORE_MOST;
    for (uint32_t k = 0; k < scores->scorer.cells; k++) {
        open->cells[k] = drift__read_varint(reader);
        if (open->cells[k] > open->valid - cells)
            return 0;
        cells += open->cells[k];
    }
    return open->sum >= -most && open->sum <= most && open->squares >= 0 &&
           open->squares <= most * DRIFT__SCORE_MOST;
}

static drift_status read_evidence(drift__scores *scores, drift__ranking *r,
                                  drift__byte_reader *reader)
{
    size_t size;
    drift_evidence *evidence = NULL;
    const char *bytes = drift__read_string(reader, &size);
    if (reader->failed)
        return DRIFT_ERR_CORRUPT;
    drift_status status =
        drift_evidence_deserialize(bytes, size, &scores->allocator, &evidence, NULL);
    if (status)
        return status == DRIFT_ERR_OUT_OF_MEMORY ? status : DRIFT_ERR_CORRUPT;
    drift_evidence_result result;
    drift_evidence_get(evidence, &result);
    if (drift_evidence_places(evidence) != 2 * r->n + 1 || result.rows != scores->windows) {
        drift_evidence_destroy(evidence);
        return DRIFT_ERR_CORRUPT;
    }
    drift_evidence_destroy(r->evidence);
    r->evidence = evidence;
    return DRIFT_OK;
}

drift_status drift__scores_read(drift__scores *scores, drift__byte_reader *reader)
{
    scores->rows = drift__read_varint(reader);
    scores->windows = drift__read_varint(reader);
    scores->alarm_row = drift__read_varint(reader);
    scores->change_row = drift__read_varint(reader);
    scores->random.state = drift__read_u64(reader);
    if (reader->failed || scores->rows > UINT64_C(1) << 52 || scores->windows > scores->rows ||
        scores->alarm_row > scores->rows || scores->change_row > scores->alarm_row ||
        !read_open(scores, reader) || !read_window(scores, &scores->current, reader))
        return DRIFT_ERR_CORRUPT;
    for (uint32_t i = 0; i < DRIFT__SCORE_KEPT; i++)
        if (!read_window(scores, &scores->kept[i], reader))
            return DRIFT_ERR_CORRUPT;
    drift_status status = DRIFT_OK;
    for (uint32_t k = 0; k < scores->n && !status; k++)
        status = read_evidence(scores, &scores->rankings[k], reader);
    return status;
}
