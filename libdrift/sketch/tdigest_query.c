/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest_query.c: quantiles and shares of a t-digest. Both follow one broken
 * line through the means, which keeps to what the bounds of the centroids tell.
 * Where all values are whole numbers, each is as wide as one: the line answers for
 * k from k - 1/2 to k + 1/2.
 */
#include <math.h>

#include "core/key.h"
#include "sketch/tdigest_fold.h"

static double share_between(double a, double b, double value, int by_magnitude)
{
    if (!(b > a))
        return 1;
    if (by_magnitude && (a > 0 || b < 0))
        return (double)(drift__key(value) - drift__key(a)) /
               (double)(drift__key(b) - drift__key(a));
    double span = b - a;
    return isinf(span) ? (value / 2 - a / 2) / (b / 2 - a / 2) : (value - a) / span;
}

static int is_atom(const drift__centroid *c)
{
    return c->low == c->high;
}

/*
 * The values at the two ends of a centroid; through its mean in the middle it
 * is linear. Next to a drift__centroid it does not overlap with, the end is known;
 * else the straight line between the two means decides.
 */
static double end_towards(const drift__centroid *c, const drift__centroid *neighbour, int right)
{
    if (is_atom(c))
        return c->mean;
    const drift__centroid *first = right ? c : neighbour, *second = right ? neighbour : c;
    if (first->high <= second->low) {
        double gap = second->low - first->high, known = right ? c->high : c->low;
        /* No wider than the centroid: its middle, as where whole numbers follow each other. */
        return gap <= c->high - c->low && !drift__tdigest_spread(c)
                   ? known + (right ? gap / 2 : -gap / 2)
                   : known;
    }
    if (is_atom(neighbour))
        return neighbour->mean;
    double share = (double)first->weight / ((double)first->weight + (double)second->weight);
    int by_magnitude = drift__tdigest_spread(first) && drift__tdigest_spread(second);
    return drift__tdigest_between(first->mean, second->mean, share, by_magnitude);
}

static void ends_of(const drift_tdigest *digest, const drift__centroids *all, size_t i,
                    double *out_left, double *out_right)
{
    const drift__centroid *c = &all->items[i];
    *out_left = i ? end_towards(c, c - 1, 0) : is_atom(c) ? c->mean : digest->minimum;
    *out_right = i + 1 < all->n ? end_towards(c, c + 1, 1) : is_atom(c) ? c->mean : digest->maximum;
}

drift_status drift_tdigest_quantile(const drift_tdigest *digest, double rank, double *out_value)
{
    if (!digest || !out_value || !(rank >= 0 && rank <= 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!digest->feed.n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    const drift__centroids *all = drift__tdigest_seen(digest);
    if (rank == 0 || rank == 1) {
        *out_value = rank == 0 ? digest->minimum : digest->maximum;
        return DRIFT_OK;
    }
    double wanted = rank * (double)digest->feed.n;
    uint64_t before = 0;
    size_t i = 0;
    while (i + 1 < all->n && (double)(before + all->items[i].weight) < wanted)
        before += all->items[i++].weight;
    const drift__centroid *c = &all->items[i];
    double left, right, share = (wanted - (double)before) / (double)c->weight;
    share = share > 1 ? 1 : share < 0 ? 0 : share;
    ends_of(digest, all, i, &left, &right);
    int spread = drift__tdigest_spread(c);
    double value = share < 0.5 ? drift__tdigest_between(left, c->mean, 2 * share, spread)
                               : drift__tdigest_between(c->mean, right, 2 * share - 1, spread);
    *out_value = drift__tdigest_whole(digest) ? nearbyint(value) : value;
    return DRIFT_OK;
}

/* How much of centroid i lies at or below `value`, by the same lines as the quantile's. */
static double share_of(const drift_tdigest *digest, const drift__centroids *all, size_t i,
                       double value)
{
    double left, right, mean = all->items[i].mean;
    ends_of(digest, all, i, &left, &right);
    if (value >= right)
        return 1;
    if (value < left)
        return 0;
    int spread = drift__tdigest_spread(&all->items[i]);
    return value < mean ? share_between(left, mean, value, spread) / 2
                        : 0.5 + share_between(mean, right, value, spread) / 2;
}

drift_status drift_tdigest_cdf(const drift_tdigest *digest, double value, double *out_estimate,
                               double *out_low, double *out_high)
{
    if (!digest || !out_estimate || isnan(value))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!digest->feed.n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    const drift__centroids *all = drift__tdigest_seen(digest);
    uint64_t certain = 0, possible = 0;
    double below = 0, n = (double)digest->feed.n;
    double until = drift__tdigest_whole(digest) ? floor(value) + 0.5 : value;
    for (size_t i = 0; i < all->n; i++) {
        const drift__centroid *c = &all->items[i];
        certain += c->high <= value ? c->weight : 0;
        possible += c->low <= value ? c->weight : 0;
        below += share_of(digest, all, i, until) * (double)c->weight;
    }
    double estimate = below / n, low = (double)certain / n, high = (double)possible / n;
    *out_estimate = estimate < low ? low : estimate > high ? high : estimate;
    if (out_low)
        *out_low = low;
    if (out_high)
        *out_high = high;
    return DRIFT_OK;
}
