/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_knots.h: what an edge digest knows of a stream: how many values lie
 * below each of some keys (core/key.h), the first of which is the minimum, the last the key
 * after the maximum. Estimates between them follow a monotone cubic (Fritsch & Carlson
 * 1980, slopes of Fritsch & Butland 1984).
 */
#ifndef DRIFT_SKETCH_EDGE_KNOTS_H
#define DRIFT_SKETCH_EDGE_KNOTS_H

#include <stddef.h>
#include <stdint.h>

#include "core/key.h"

enum { DRIFT__NO_DECIMALS = -1, DRIFT__MOST_DECIMALS = 6 };

/** The number of values < key: estimated, and known to lie in below - under .. below + over. */
typedef struct drift__knot {
    int64_t key;
    uint64_t below, under, over;
} drift__knot;

/**
 * Keys rise strictly, `below` and both bounds never fall; the first knot has 0 below, the last all.
 * `decimals` is DRIFT__NO_DECIMALS, or all values inspected were written with so many
 * at most: then the values between two knots are taken to be such numbers.
 */
typedef struct drift__knots {
    drift__knot *items;
    size_t n; /* 0: of no value; else at least 2 */
    int decimals;
} drift__knots;

/** One cell of the cubic: where it lies, and the slopes at its ends as multiples of the chord's. */
typedef struct drift__arc {
    int scale, decimals;
    double from, width, first, second;
} drift__arc;

/** The key after one; there is none between the largest negative number and 0. */
static inline int64_t drift__key_after(int64_t key)
{
    return key == -2 ? 0 : key + 1;
}

static inline int64_t drift__key_before(int64_t key)
{
    return key == 0 ? -2 : key - 1;
}

/** Values below all knots' end: of no knots 0. */
uint64_t drift__knots_total(const drift__knots *knots);
/** The cell [items[i], items[i + 1]). */
drift__arc drift__knots_arc(const drift__knots *knots, size_t i);
/** The straight line from one key to a larger one. */
drift__arc drift__arc_straight(int decimals, int64_t low, int64_t high);
/** Which part of a cell lies below `key`, 0..1; never falls as keys rise. */
double drift__arc_share(const drift__arc *arc, int64_t key);
/** 1 where no edge could tell two values of the cell apart, as far as is known. */
int drift__arc_is_single(const drift__arc *arc, int64_t low, int64_t high);
/** The cell in which `key` lies, or to which it is nearest. O(log n). */
size_t drift__knots_find(const drift__knots *knots, int64_t key);
/** Estimated number of values < key, no whole number; never falls as keys rise. */
double drift__knots_below(const drift__knots *knots, int64_t key);
/** The same as a whole number, exact at knots, and what is certain of it. */
drift__knot drift__knots_at(const drift__knots *knots, int64_t key);
/** The smallest key below which an estimated `share` (0 < share <= 1) of all lies, or more. */
int64_t drift__knots_reach(const drift__knots *knots, double share);
/**
 * The fewest decimals, `from` or more, with which all values can be written,
 * or DRIFT__NO_DECIMALS.
 */
int drift__decimals_of(const double *values, size_t n, int from);

#endif
