/* SPDX-License-Identifier: Apache-2.0
 *
 * sorted.h: sorted copies of values, alone or with their weights.
 */
#ifndef DRIFT_CORE_SORTED_H
#define DRIFT_CORE_SORTED_H

#include <drift/base.h>

/** A value and its weight. */
typedef struct drift__weighted {
    double value, weight;
} drift__weighted;

/**
 * New array of `n` values in rising order. DRIFT_ERR_INVALID_ARGUMENT for NaN,
 * and for infinities where `finite`. Owned by the caller.
 */
drift_status drift__sorted_copy(const double *values, size_t n, int finite,
                                const drift_allocator *memory, double **out_sorted);
/**
 * New array of `n` finite values in rising order with their weights (NULL: 1 each; >= 0, finite);
 * `*out_sum` is the sum of the weights. DRIFT_ERR_NOT_ENOUGH_DATA where it is 0.
 */
drift_status drift__sorted_weighted(const double *values, const double *weights, size_t n,
                                    const drift_allocator *memory, drift__weighted **out_sorted,
                                    long double *out_sum);

#endif
