/* SPDX-License-Identifier: Apache-2.0
 *
 * heaps.h: one or two arrays of values in heaps between edges that are order
 * statistics of a small sample of them, so that an answer which needs order
 * only here and there sorts only there (samplesort, Frazer & McKellar 1970,
 * as far as it is needed). What is in which heap is exact; the sample decides
 * only how even the heaps are.
 */
#ifndef DRIFT_KERNELS_HEAPS_H
#define DRIFT_KERNELS_HEAPS_H

#include "kernels/guide.h"

enum { DRIFT__FEWEST_HEAPED = 8192 }; /* fewer values are sorted as soon */

/** An array and where its values lie. */
typedef struct drift__heaped {
    const double *values; /* borrowed */
    size_t n;
    uint16_t *places; /* the heap of each value */
    uint32_t *counts; /* of each heap */
} drift__heaped;

/** Heap h holds what lies in [border h, border h + 1), the last one its end too. */
typedef struct drift__heaps {
    drift_allocator memory;
    drift__guide guide;
    uint32_t n;
    double minimum, maximum;
    drift__heaped sides[2];
} drift__heaps;

/**
 * Heaps of `x` and, where `n_y` > 0, `y`. DRIFT_ERR_UNSUPPORTED where sorting is
 * as good: fewer than DRIFT__FEWEST_HEAPED values in all or 2^32 of them, edges that
 * no guide resolves; and where values are not finite or lie further apart than `widest`. O(n_x + n_y).
 */
drift_status drift__heaps_create(drift__heaps *out_heaps, const double *x, size_t n_x,
                                 const double *y, size_t n_y, double widest,
                                 const drift_allocator *allocator);
void drift__heaps_destroy(drift__heaps *heaps);

/** The lower border of heap h; of h = n the largest value. */
double drift__heaps_border(const drift__heaps *heaps, uint32_t h);
/** 1 where the borders leave room for one value only, the lower border. */
int drift__heaps_single(const drift__heaps *heaps, uint32_t h);
/** What is wanted of a heap. */
enum { DRIFT__HEAP_LEFT = 0, DRIFT__HEAP_TAKEN = 1, DRIFT__HEAP_SORTED = 2 };
/** How many values of a side lie in heaps whose mark is not LEFT. */
size_t drift__heaps_marked(const drift__heaps *heaps, const drift__heaped *side,
                           const uint8_t *marks);
/**
 * Put the keys (core/key.h) of those values into `out_keys`, which has room for
 * them: one heap after another, those marked SORTED in rising order, the others as they come.
 */
drift_status drift__heaps_sort(const drift__heaps *heaps, const drift__heaped *side,
                               const uint8_t *marks, int64_t *out_keys);

#endif
