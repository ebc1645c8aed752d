/* SPDX-License-Identifier: Apache-2.0
 *
 * window_score.h: a window of rows as one or two numbers, from the counts of its
 * places alone, so that the order of rows within it does not matter. Whole windows of
 * dependent rows are nearly exchangeable where they are long against what the rows
 * remember, or are one season each (shared/reference/STREAMS.md section 5).
 *
 * - places in order: location, the mean normal score (Tukey's lambda .14 of mid-ranks, Joiner &
 *   Rosenblatt 1971), and scale, the mean of its squared distance from the reference's mean;
 * - of two values or one: their share alone;
 * - names: chi-square of the window's counts against the reference's shares.
 *
 * Sums are whole numbers: the same whatever the order. A mean is made comparable with that of
 * a window with another number of values by the square root of that number.
 */
#ifndef DRIFT_SEQUENTIAL_WINDOW_SCORE_H
#define DRIFT_SEQUENTIAL_WINDOW_SCORE_H

#include "sequential/places.h"

enum {
    DRIFT__WINDOW_SCORES = 2, /* at most */
    DRIFT__SCORE_CELLS = 16,  /* names that count on their own, and one cell for all others */
    DRIFT__SCORE_UNIT = 32,   /* normal scores are in parts of a standard deviation */
    DRIFT__SCORE_MOST = 127
};

/** How places become scores. */
typedef struct drift__scorer {
    uint32_t n;          /* places */
    uint32_t scores;     /* of a window: 1 or 2 */
    uint32_t cells;      /* of names, 2 .. DRIFT__SCORE_CELLS; 0: `value` is used */
    int8_t *value;       /* n: score of a row, or its cell */
    uint64_t rows;       /* of the reference with a value */
    double per_window;   /* rows with a value of a window, as in the reference */
    double mean, square; /* of `value` over the reference; of its squared distance from the mean */
    uint64_t counts[DRIFT__SCORE_CELLS]; /* of names: rows of the reference */
} drift__scorer;

/** Sums over rows. All zero is the beginning. */
typedef struct drift__window_sums {
    uint64_t rows; /* those without a value too */
    uint64_t valid;
    int64_t sum, squares;
    uint64_t cells[DRIFT__SCORE_CELLS];
} drift__window_sums;

/** For windows of `window_rows` rows, of which the share `valid` has a value. */
drift_status drift__scorer_create(const drift__place_counts *reference, uint64_t window_rows,
                                  double valid, const drift_allocator *allocator,
                                  drift__scorer *out_scorer);
void drift__scorer_destroy(drift__scorer *scorer, const drift_allocator *allocator);
/** Add `count` rows of place `place`; a place from `n` on is a row without a value. */
void drift__window_add(const drift__scorer *scorer, uint32_t place, uint64_t count,
                       drift__window_sums *sums);
/**
 * Scores of a window into `out_scores` (scorer->scores); 0 where it has no value. `own`: its rows
 * are among the reference's, and are left out of that. Rows of `windows` windows together have the
 * scores of one with their mean; of names, as of one window, with what the reference does not know of
 * its own shares taken out.
 */
int drift__window_score(const drift__scorer *scorer, const drift__window_sums *sums, int own,
                        double windows, double *out_scores);
/**
 * Normal scores of ordered places, -DRIFT__SCORE_MOST .. DRIFT__SCORE_MOST, into `out_scores`
 * (reference->n).
 */
void drift__normal_scores(const drift__place_counts *reference, int8_t *out_scores);

#endif
