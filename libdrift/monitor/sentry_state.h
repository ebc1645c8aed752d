/* SPDX-License-Identifier: Apache-2.0
 *
 * sentry_state.h: the inside of a sentry.
 */
#ifndef DRIFT_MONITOR_SENTRY_STATE_H
#define DRIFT_MONITOR_SENTRY_STATE_H

#include <drift/bound_evidence.h>

#include "monitor/sentry.h"
#include "profile/state.h"
#include "sequential/evidence_state.h"
#include "sequential/scores.h"

/** Places of a row: it has a usable value or not. */
enum { DRIFT__USABLE = 0, DRIFT__UNUSABLE = 1, DRIFT__USABLE_PLACES = 2, DRIFT__BOUND_PLACES = 16 };

typedef enum drift__subject { DRIFT__OF_VALUES = 0, DRIFT__OF_ROWS = 1 } drift__subject;

/**
 * Evidence on one subject of one column: `evidence`, `scores` of windows where its rows depend on each
 * other, or `bound` where a change is tolerated.
 */
typedef struct drift__watch {
    size_t column;
    drift__subject about;
    drift_evidence *evidence;
    drift__scores *scores; /* is given all rows, those without a value too */
    drift_bound_evidence *bound;
    double min_effect;
    uint64_t given;                       /* rows it was given */
    uint64_t reference[DRIFT__URN_CELLS]; /* rows of the reference by cell */
    uint8_t *group;                       /* of each place, for `bound` */
    uint32_t groups;
    drift__random random; /* the order of rows whose order is not known, for `bound` */
    uint64_t wait_for;    /* rows given before the size of a small change is worth another look */
    uint8_t told;         /* 0, or 1 + the severity that was signalled */
    uint8_t kind;         /* drift_alert_kind of what was signalled */
    uint8_t quiet;        /* 1: the policy needs no more of it */
    uint8_t absent;       /* 1: the last block of rows had no such column */
} drift__watch;

struct drift__sentry {
    drift_allocator allocator;
    const drift_profile *reference;
    drift__sentry_config config;
    drift__watch *watches;
    size_t n, *first; /* first[column] .. first[column + 1] are the column's */
    uint64_t rows;
    uint64_t *counts; /* as many as a column has places at most */
    drift__signal *signals;
    size_t n_signals;
    int taken; /* the signals were looked at: the next rows begin a new list */
};

/** Rows of a profile without a usable value in a column of it. */
uint64_t drift__unusable_rows(const drift_profile *profile, const drift__column_state *column);

#endif
