/* SPDX-License-Identifier: Apache-2.0
 *
 * scores_state.h: the inside of drift__scores.
 */
#ifndef DRIFT_SEQUENTIAL_SCORES_STATE_H
#define DRIFT_SEQUENTIAL_SCORES_STATE_H

#include "sequential/scores.h"

enum {
    DRIFT__SCORE_RANKS = 6, /* of the lower half, the middle included */
    DRIFT__SCORE_CUTS = 2 * DRIFT__SCORE_RANKS - 1,
    DRIFT__SCORE_KEPT = 32 /* finished windows that are remembered */
};

/* One score: its evidence, and the values at which the reference is cut. */
typedef struct drift__ranking {
    drift_evidence *evidence;
    double values[DRIFT__SCORE_CUTS]; /* rising, different */
    uint32_t n;
} drift__ranking;

/* A finished window. */
typedef struct drift__window {
    uint64_t first; /* row */
    uint32_t counts[DRIFT__SCORE_CELLS];
} drift__window;

struct drift__scores {
    drift_allocator allocator;
    drift__scorer scorer;
    uint64_t window_rows;
    int ordered;    /* places are in order */
    uint32_t known; /* windows of the reference */
    double *scores; /* theirs, as in the plan */
    drift__random random;
    drift__ranking rankings[DRIFT__WINDOW_SCORES];
    uint32_t n; /* of them */
    uint32_t groups;
    uint8_t *group; /* of each place */
    uint64_t reference[DRIFT__SCORE_CELLS];
    drift__window_sums open;
    uint64_t rows, windows; /* given; finished */
    uint64_t alarm_row, change_row;
    drift__window current, kept[DRIFT__SCORE_KEPT];
};

#endif
