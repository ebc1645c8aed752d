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

/** Two samples in cells, by counts or by weights, as shares. */
typedef struct drift__share_table {
    size_t n;
    const uint64_t *x, *y; /* counts, or NULL */
    const double *u, *v;   /* weights */
    drift__totals totals;  /* of counts; `used` of weights too */
    long double sum_u, sum_v;
    drift_smoothing smoothing;
    double floor_p, floor_q; /* what an empty share becomes */
    size_t empty_p, empty_q; /* cells in use by the other side alone */
} drift__share_table;

/** Table of counts; DRIFT_ERR_* where there is nothing to compare. O(n). */
drift_status drift__table_of_counts(drift__share_table *out, const uint64_t *reference,
                                    const uint64_t *current, size_t n, drift_smoothing smoothing);
/** Table of weights. */
drift_status drift__table_of_weights(drift__share_table *out, const double *reference,
                                     const double *current, size_t n, drift_smoothing smoothing);
/** 1 where the cell is in use on either side. */
int drift__table_used(const drift__share_table *table, size_t k);
drift__shares drift__table_shares(const drift__share_table *table, size_t k);

/** Totals; DRIFT_ERR_* where there is nothing to compare. */
drift_status drift__sum_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                               drift__totals *out_totals);
/** Shares of a cell with counts x and y. */
drift__shares drift__cell_shares(uint64_t x, uint64_t y, const drift__totals *totals,
                                 drift_smoothing smoothing);
/** ln(p / q), p, q > 0. */
double drift__log_ratio(drift__shares shares);
/** p ln(p / q) - p + q, never negative; the last two cancel over all cells. */
double drift__kl_term(drift__shares shares);
/** A cell's part of the Jensen-Shannon divergence. */
double drift__js_term(drift__shares shares);
/** A cell's part of the square of Hellinger's distance. */
double drift__hellinger_term(drift__shares shares);
/** What drift_psi is expected to be when nothing changed, with these totals of the counts. O(n). */
double drift__psi_expected(const uint64_t *reference, const uint64_t *current, size_t n,
                           const drift__totals *totals);
/**
 * E|distance + Z| - |distance| for Z normal with this deviation: by how much chance lengthens a
 * distance; a distance below 0 counts as its size.
 */
double drift__folding(double distance, double deviation);

#endif
