/* SPDX-License-Identifier: Apache-2.0
 *
 * ties.h: the pooled sample as blocks of equal values, what every rank test
 * needs to know of two samples.
 */
#ifndef DRIFT_HYPOTHESIS_TIES_H
#define DRIFT_HYPOTHESIS_TIES_H

#include <drift/base.h>

/** Block k holds reference[k] + current[k] > 0 equal values; blocks rise. Totals are above 0. */
typedef struct drift__ties {
    uint64_t *reference, *current;
    size_t n;
    uint64_t n_reference, n_current;
} drift__ties;

/**
 * From raw values, which are copied and sorted: O(N) time and memory. A NaN is
 * DRIFT_ERR_INVALID_ARGUMENT, a side without values DRIFT_ERR_NOT_ENOUGH_DATA.
 */
drift_status drift__ties_of_values(const double *reference, size_t n_reference,
                                   const double *current, size_t n_current, drift__ties *out);
/**
 * From counts in ordered cells, each a block; empty ones are left out.
 * DRIFT_ERR_OVERFLOW where the counts of a side add up to more than 2^62.
 */
drift_status drift__ties_of_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                                   drift__ties *out);
void drift__ties_release(drift__ties *ties);

#endif
