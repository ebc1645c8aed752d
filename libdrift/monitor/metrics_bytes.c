/* SPDX-License-Identifier: Apache-2.0
 *
 * metrics_bytes.c: what a monitor remembers for its metrics, as bytes, so that counters go on
 * where they were.
 */
#include <math.h>

#include "monitor/metrics.h"

static void write_word(const drift__metrics_word *word, drift__writer *writer)
{
    drift__write_u8(writer, (uint8_t)(word->is_known | word->detected << 1 | word->has_score << 2));
    drift__write_double(writer, word->score);
    drift__write_double(writer, word->threshold);
    for (int i = 0; i < DRIFT__METRICS_SEVERITIES; i++)
        drift__write_varint(writer, word->alarms[i]);
}

void drift__metrics_write(const drift__metrics *metrics, drift__writer *writer)
{
    for (int d = 0; d < DRIFT__METRICS_DETECTORS; d++)
        for (size_t i = 0; metrics->words[d] && i < metrics->n_columns; i++)
            write_word(&metrics->words[d][i], writer);
    for (size_t i = 0; i < metrics->n_columns; i++)
        drift__write_double(writer, metrics->missing_ratio[i]);
    drift__write_varint(writer, metrics->window_rows);
    drift__write_varint(writer, metrics->evaluations);
    for (int i = 0; i < DRIFT__METRICS_BUCKETS; i++)
        drift__write_varint(writer, metrics->by_duration[i]);
    drift__write_double(writer, metrics->seconds);
    drift__write_u64(writer, metrics->last_evaluated);
}

static int read_word(drift__metrics_word *word, drift__byte_reader *reader)
{
    uint8_t bits = drift__read_u8(reader);
    word->is_known = bits & 1;
    word->detected = bits >> 1 & 1;
    word->has_score = bits >> 2 & 1;
    word->score = drift__read_double(reader);
    word->threshold = drift__read_double(reader);
    for (int i = 0; i < DRIFT__METRICS_SEVERITIES; i++)
        word->alarms[i] = drift__read_varint(reader);
    return bits > 7;
}

int drift__metrics_read(drift__metrics *metrics, drift__byte_reader *reader)
{
    int bad = 0;
    for (int d = 0; d < DRIFT__METRICS_DETECTORS; d++)
        for (size_t i = 0; metrics->words[d] && i < metrics->n_columns; i++)
            bad |= read_word(&metrics->words[d][i], reader);
    for (size_t i = 0; i < metrics->n_columns; i++) {
        metrics->missing_ratio[i] = drift__read_double(reader);
        bad |= !(metrics->missing_ratio[i] <= 1);
    }
    metrics->window_rows = drift__read_varint(reader);
    metrics->evaluations = drift__read_varint(reader);
    for (int i = 0; i < DRIFT__METRICS_BUCKETS; i++)
        metrics->by_duration[i] = drift__read_varint(reader);
    metrics->seconds = drift__read_double(reader);
    metrics->last_evaluated = drift__read_u64(reader);
    return bad || reader->failed || !(metrics->seconds >= 0) || isinf(metrics->seconds) ? -1 : 0;
}
