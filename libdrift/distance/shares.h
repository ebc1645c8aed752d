/* SPDX-License-Identifier: Apache-2.0
 *
 * shares.h: two samples' shares of one cell and their difference, without
 * cancellation: p - q = (x n - y N) / (N n) is formed from exact integers.
 */
#ifndef DRIFT_DISTANCE_SHARES_H
#define DRIFT_DISTANCE_SHARES_H

#include <drift/distance.h>

__extension__ typedef __int128 drift__int128;

typedef struct drift__totals {
    uint64_t reference, current;
    size_t used; /* cells that are not empty on both sides */
} drift__totals;

typedef struct drift__shares {
    double p, q;
    double difference; /* p - q, correctly rounded */
} drift__shares;

/** Totals; DRIFT_ERR_* where there is nothing to compare. */
drift_status drift__sum_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                               drift__totals *out_totals);
/** Shares of a cell with counts x and y. */
drift__shares drift__cell_shares(uint64_t x, uint64_t y, const drift__totals *totals,
                                 drift_smoothing smoothing);

#endif
