/* SPDX-License-Identifier: Apache-2.0
 *
 * signal.h: the border between detection and policy: a detector says that a column changed, and
 * the policy makes incidents of what they say.
 */
#ifndef DRIFT_MONITOR_SIGNAL_H
#define DRIFT_MONITOR_SIGNAL_H

#include <drift/monitor.h>
#include <math.h>

/** Text of the one finding in words that evidence has; the name of the column follows it. */
#define DRIFT__NO_COLUMN "the data has no column"

typedef struct drift__signal {
    size_t column;
    uint32_t detector;   /* drift__metrics_detector: who says so */
    uint32_t kind;       /* drift_alert_kind */
    uint32_t severity;   /* drift_severity: WARNING = evidence, effect below min_effect */
    uint32_t reserved;   /* 0 */
    uint64_t row;        /* rows observed when the evidence was complete */
    uint64_t change_row; /* where it began, as estimated; 1..row */
    uint64_t window;     /* number, from 1, of the window that this was found in */
    double evidence;     /* p-value: of a test, or 1 / wealth; 0 = certain (a column is gone) */
    double alpha;        /* the level it reached; both NaN: of a detector that has neither */
    double psi, ks;      /* effect */
    uint32_t has_psi, has_ks;
    const char *text; /* what was found, in words; borrowed for the call; NULL = a distribution */
} drift__signal;

/** 0 of a detector that makes no promise about false alarms. */
static inline int drift__signal_has_evidence(const drift__signal *signal)
{
    return !isnan(signal->evidence) || !isnan(signal->alpha);
}

/**
 * Tell the policy. The first signal of a kind about a column and every later one that is of
 * greater severity is news; the others confirm it, and one of less severity takes it back to that.
 * So a detector that stays crossed signals when it crosses and again, with the effect as it is
 * then, from drift__policy_due on. Changes the policy's state and the metrics; never fails, takes no
 * memory, calls nobody: alerts are delivered by the next poll.
 */
void drift__policy_signal(drift_monitor *monitor, const drift__signal *signal);
/**
 * The first row from which another signal of `kind` about `column` could change anything: 0 = any,
 * UINT64_MAX = none: its alert is told, it is muted for good, or a window has shown that the change is
 * over. Whoever signals then again has found another change.
 */
uint64_t drift__policy_due(const drift_monitor *monitor, size_t column, drift_alert_kind kind);

#endif
