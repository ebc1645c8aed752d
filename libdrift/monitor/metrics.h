/* SPDX-License-Identifier: Apache-2.0
 *
 * metrics.h: what a monitor remembers for its metrics: the last word of each
 * detector on each column, alarms, evaluations. Written where windows are
 * judged, never where rows are observed; report/openmetrics.c reads it.
 */
#ifndef DRIFT_MONITOR_METRICS_H
#define DRIFT_MONITOR_METRICS_H

#include <drift/base.h>
#include <drift/detector.h>
#include <drift/monitor.h>

#include "core/bytes.h"

/** Who judges columns. */
enum {
    DRIFT__METRICS_WINDOW = 0,    /* comparison of a window with the reference */
    DRIFT__METRICS_EVIDENCE = 1,  /* drift/evidence.h, row after row */
    DRIFT__METRICS_CLASSICAL = 2, /* plus drift_detector_kind: drift/detector.h */
    DRIFT__METRICS_DETECTORS = DRIFT__METRICS_CLASSICAL + DRIFT_DETECTOR_KINDS
};

/** "window", "evidence", "adwin". Static storage. */
const char *drift__metrics_detector_name(uint32_t detector);

enum { DRIFT__METRICS_BUCKETS = 13, DRIFT__METRICS_SEVERITIES = 2 };
/** Upper bounds of the durations of evaluations in seconds, rising; the last bucket has none. */
extern const double drift__metrics_bounds[DRIFT__METRICS_BUCKETS - 1];

/** The last word of one detector on one column, and its alarms so far. */
typedef struct drift__metrics_word {
    uint32_t is_known, detected;
    uint32_t has_score;
    double score, threshold;
    uint64_t alarms[DRIFT__METRICS_SEVERITIES]; /* by drift_severity */
} drift__metrics_word;

typedef struct drift__metrics {
    size_t n_columns;
    drift__metrics_word *words[DRIFT__METRICS_DETECTORS]; /* per column; NULL: not in use */
    double *missing_ratio; /* per column, of the window judged last; negative: not known */
    uint64_t window_rows;  /* of the window judged last */
    uint64_t evaluations, by_duration[DRIFT__METRICS_BUCKETS];
    double seconds;          /* all evaluations together */
    uint64_t last_evaluated; /* nanoseconds since 1970 */
} drift__metrics;

/**
 * Room for `n_columns` columns, no detector in use; 0, or -1 where memory is out (free in both
 * cases).
 */
int drift__metrics_init(drift__metrics *metrics, size_t n_columns,
                        const drift_allocator *allocator);
/** `detector` is in use from now on. 0, or -1 where memory is out. */
int drift__metrics_use(drift__metrics *metrics, uint32_t detector,
                       const drift_allocator *allocator);
/** Detectors in use. */
uint32_t drift__metrics_used(const drift__metrics *metrics);
void drift__metrics_free(drift__metrics *metrics, const drift_allocator *allocator);
/** As after drift__metrics_init. */
void drift__metrics_reset(drift__metrics *metrics);

/** `detector`, in use, has judged `column`; no `score` where NULL, no `threshold` where NaN. */
void drift__metrics_judged(drift__metrics *metrics, uint32_t detector, size_t column, int detected,
                           const double *score, double threshold);
/** `detector` has raised an alarm about `column`; nothing where it is not in use. */
void drift__metrics_alarm(drift__metrics *metrics, uint32_t detector, size_t column,
                          drift_severity severity);
/** An evaluation of `rows` rows took `nanoseconds` and ended at `wall_time`. */
void drift__metrics_evaluated(drift__metrics *metrics, uint64_t rows, uint64_t nanoseconds,
                              uint64_t wall_time);

/** All of it; and out of untrusted bytes into metrics of as many columns, -1 where they are damaged. */
void drift__metrics_write(const drift__metrics *metrics, drift__writer *writer);
int drift__metrics_read(drift__metrics *metrics, drift__byte_reader *reader);

#endif
