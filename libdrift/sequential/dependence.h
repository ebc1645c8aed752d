/* SPDX-License-Identifier: Apache-2.0
 *
 * dependence.h: do the rows of a reference depend on each other, and how can evidence
 * that is exact only for exchangeable rows still be had from them. Decided column by column
 * (shared/reference/STREAMS.md section 5):
 *
 * - none: rows as they are;
 * - thinning: every k-th row, so far apart that they do not resemble each other;
 * - windows: rows by windows much longer than they remember, or of one season, of
 *   which only the scores count (window_score.h, scores.h);
 * - refused: none of these; evidence on that column would raise false alarms.
 */
#ifndef DRIFT_SEQUENTIAL_DEPENDENCE_H
#define DRIFT_SEQUENTIAL_DEPENDENCE_H

#include "sequential/window_score.h"

typedef enum drift__plan_kind {
    DRIFT__PLAN_UNKNOWN = 0, /* the order of the rows was not seen: as none */
    DRIFT__PLAN_NONE = 1,
    DRIFT__PLAN_THINNING = 2,
    DRIFT__PLAN_WINDOWS = 3,
    DRIFT__PLAN_REFUSED = 4
} drift__plan_kind;

enum {
    DRIFT__MOST_WINDOWS = 400,
    DRIFT__LEAST_WINDOWS = 50, /* of a length found here */
    DRIFT__LEAST_SEASONS = 30, /* of a season that was stated or is plain */
    DRIFT__PLAN_SHORT = 100,   /* rows from which on something is said at all */
    DRIFT__NO_PLACE = 0xffff   /* a row without a value */
};

typedef struct drift__plan {
    uint32_t kind;      /* drift__plan_kind */
    uint32_t stated;    /* 1: the season was stated */
    uint64_t rows;      /* thinning: k; windows: rows of one; refused: those it would take */
    uint64_t season;    /* rows after which the data repeats itself; 0: none found or stated */
    double correlation; /* of neighbouring rows, or of those where it is largest */
    double left;        /* the same of what is used: rows k apart, scores of windows */
    uint32_t windows;   /* of the reference, DRIFT__LEAST_SEASONS .. DRIFT__MOST_WINDOWS */
    uint32_t n_scores;  /* of each */
    double valid;       /* share of rows with a value */
    double *scores;     /* n_scores times `windows`, one score after the other; owned */
} drift__plan;

/** The first rows of a reference in their order, and the counts of all. */
typedef struct drift__ordered_rows {
    const uint16_t *places; /* n: place, or DRIFT__NO_PLACE */
    size_t n;
    drift__place_counts reference;
    uint64_t season; /* rows, as stated; 0: to be found */
} drift__ordered_rows;

/**
 * Choose the plan of a column. O(32 n) where rows do not depend on each other, else
 * O(n min(n / 4, 2048)) with small constants. Fails only for want of memory.
 */
drift_status drift__plan_choose(const drift__ordered_rows *rows, const drift_allocator *allocator,
                                drift__plan *out_plan);
/** A copy of its own. */
drift_status drift__plan_copy(const drift__plan *plan, const drift_allocator *allocator,
                              drift__plan *out_plan);
void drift__plan_destroy(drift__plan *plan, const drift_allocator *allocator);
/**
 * A sentence for people: "rows depend on each other: correlation of neighbours 0.52; every 8th
 * row is used". Empty where there is nothing to say (none, unknown).
 */
void drift__plan_say(const drift__plan *plan, char *out, size_t size);
/**
 * Counts as they would be had only every `stride`-th row been counted, rounded so that the
 * sums over the places before each differ by less than one row.
 */
void drift__thin_counts(const uint64_t *counts, size_t places, uint64_t stride,
                        uint64_t *out_counts);

#endif
