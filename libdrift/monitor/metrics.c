/* SPDX-License-Identifier: Apache-2.0
 *
 * metrics.c: what a monitor remembers for its metrics.
 */
#include "monitor/metrics.h"

#include <string.h>

#include "core/memory.h"

const char *drift__metrics_detector_name(uint32_t detector)
{
    static const char *const own[DRIFT__METRICS_CLASSICAL] = {"window", "evidence"};
    return detector < DRIFT__METRICS_CLASSICAL
               ? own[detector]
               : drift_detector_name((drift_detector_kind)(detector - DRIFT__METRICS_CLASSICAL));
}

const double drift__metrics_bounds[DRIFT__METRICS_BUCKETS - 1] = {
    .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1};

int drift__metrics_init(drift__metrics *metrics, size_t n_columns, const drift_allocator *allocator)
{
    *metrics = (drift__metrics){.n_columns = n_columns};
    metrics->missing_ratio = drift__allocate(allocator, n_columns, sizeof *metrics->missing_ratio);
    if (!metrics->missing_ratio)
        return -1;
    drift__metrics_reset(metrics);
    return 0;
}

int drift__metrics_use(drift__metrics *metrics, uint32_t detector, const drift_allocator *allocator)
{
    drift__metrics_word **words = &metrics->words[detector];
    if (!*words)
        *words = drift__allocate_zero(allocator, metrics->n_columns, sizeof **words);
    return *words ? 0 : -1;
}

uint32_t drift__metrics_used(const drift__metrics *metrics)
{
    uint32_t used = 0;
    for (int i = 0; i < DRIFT__METRICS_DETECTORS; i++)
        used += metrics->words[i] != NULL;
    return used;
}

void drift__metrics_free(drift__metrics *metrics, const drift_allocator *allocator)
{
    drift__release(allocator, metrics->missing_ratio);
    for (int i = 0; i < DRIFT__METRICS_DETECTORS; i++)
        drift__release(allocator, metrics->words[i]);
}

void drift__metrics_reset(drift__metrics *metrics)
{
    drift__metrics kept = {.n_columns = metrics->n_columns,
                           .missing_ratio = metrics->missing_ratio};
    for (int i = 0; i < DRIFT__METRICS_DETECTORS; i++) {
        kept.words[i] = metrics->words[i];
        if (kept.words[i])
            memset(kept.words[i], 0, kept.n_columns * sizeof *kept.words[i]);
    }
    for (size_t i = 0; i < kept.n_columns; i++)
        kept.missing_ratio[i] = -1;
    *metrics = kept;
}

void drift__metrics_judged(drift__metrics *metrics, uint32_t detector, size_t column, int detected,
                           const double *score, double threshold)
{
    drift__metrics_word *word = &metrics->words[detector][column];
    word->is_known = 1;
    word->detected = detected != 0;
    word->has_score = score != NULL;
    word->score = score ? *score : 0;
    word->threshold = threshold;
}

void drift__metrics_alarm(drift__metrics *metrics, uint32_t detector, size_t column,
                          drift_severity severity)
{
    if (metrics->words[detector])
        metrics->words[detector][column].alarms[severity]++;
}

void drift__metrics_evaluated(drift__metrics *metrics, uint64_t rows, uint64_t nanoseconds,
                              uint64_t wall_time)
{
    double seconds = 1e-9 * (double)nanoseconds;
    size_t bucket = 0;
    while (bucket < DRIFT__METRICS_BUCKETS - 1 && seconds > drift__metrics_bounds[bucket])
        bucket++;
    metrics->by_duration[bucket]++;
    metrics->evaluations++;
    metrics->seconds += seconds;
    metrics->window_rows = rows;
    metrics->last_evaluated = wall_time;
}
