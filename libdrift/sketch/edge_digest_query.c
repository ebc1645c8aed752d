/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_digest_query.c: quantiles and shares of an edge digest, each the
 * other's inverse, with what is certain of them.
 */
#include <math.h>

#include "sketch/edge_digest_state.h"

/* The first place in order, from 1 on, that is this share of all or more. */
static uint64_t place_of(double rank, uint64_t n)
{
    double total = (double)n, place = ceil(rank * total);
    place -= place > 1 && (place - 1) / total >= rank;
    place += place / total < rank;
    return place < 1 ? 1 : place < total ? (uint64_t)place : n;
}

/* Between which values the one at this place in order (from 1 on) lies. */
static void place_bounds(const drift__knots *knots, uint64_t place, double *out_low,
                         double *out_high)
{
    size_t low = 0, high = knots->n - 1;
    for (size_t i = 1; i + 1 < knots->n; i++) {
        const drift__knot *k = &knots->items[i];
        if (k->below + k->over < place)
            low = i;
        if (k->below - k->under >= place && i < high)
            high = i;
    }
    if (out_low)
        *out_low = drift__key_double(knots->items[low].key) + 0.0;
    if (out_high)
        *out_high = drift__key_double(drift__key_before(knots->items[high].key)) + 0.0;
}

drift_status drift_edge_digest_quantile(const drift_edge_digest *digest, double rank,
                                        double *out_value, double *out_low, double *out_high)
{
    if (!digest || !out_value || !(rank >= 0 && rank <= 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!digest->feed.n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    const drift__knots *knots = drift__edge_digest_seen(digest);
    int64_t after = knots->items[knots->n - 1].key; /* the answer is the key before */
    if (rank == 0)
        after = drift__key_after(knots->items[0].key);
    else if (rank < 1)
        after = drift__knots_reach(knots, rank);
    *out_value = drift__key_double(drift__key_before(after)) + 0.0;
    place_bounds(knots, place_of(rank, digest->feed.n), out_low, out_high);
    return DRIFT_OK;
}

drift_status drift_edge_digest_cdf(const drift_edge_digest *digest, double value,
                                   double *out_estimate, double *out_low, double *out_high)
{
    if (!digest || !out_estimate || isnan(value))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!digest->feed.n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    const drift__knots *knots = drift__edge_digest_seen(digest);
    double n = (double)digest->feed.n;
    int64_t key = drift__key_after(drift__key(value));
    drift__knot at = drift__knots_at(knots, key);
    *out_estimate = drift__knots_below(knots, key) / n;
    if (out_low)
        *out_low = (double)(at.below - at.under) / n;
    if (out_high)
        *out_high = (double)(at.below + at.over) / n;
    return DRIFT_OK;
}
