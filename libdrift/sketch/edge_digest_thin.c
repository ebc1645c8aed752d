/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_digest_thin.c: which edges stay where there are too many: those go that
 * tell least, by the weight of the cell that comes of it and by how straight
 * the counts run through them. Two digests are joined by all their edges.
 */
#include <math.h>
#include <string.h>

#include "sketch/edge_digest_place.h"

/* The weight of the cell in place of two, and how far its line runs beside their border. */
static double cost_by(double begin, double left, double both, double total, double share)
{
    const double per_bend = 8;
    double rank = begin + both / 2, bend = fabs(share * both - left);
    return both > 0 ? (both + per_bend * bend) / sqrt(rank * (total - rank)) : 0;
}

/* What it costs to do without a knot, as ranks are or as they are expected. */
static double cost_of(const drift__knots *knots, const double *expected, size_t i)
{
    const double per_turn = 4;
    const drift__knot *k = &knots->items[i];
    drift__arc line = drift__arc_straight(knots->decimals, k[-1].key, k[1].key);
    if (drift__arc_is_single(&line, k[-1].key, k[1].key))
        return 0;
    double share = drift__arc_share(&line, k->key);
    double now =
        cost_by((double)k[-1].below, (double)(k->below - k[-1].below),
                (double)(k[1].below - k[-1].below), (double)drift__knots_total(knots), share);
    double soon = cost_by(expected[i - 1], expected[i] - expected[i - 1],
                          expected[i + 1] - expected[i - 1], expected[knots->n - 1], share);
    return (now > soon ? now : soon) * (k[-1].key < 0 && k[1].key > 0 ? per_turn : 1);
}

/* Remove the knots that cost least, until there are no more than the digest keeps. */
static void thin(const drift_edge_digest *digest, drift__knots *knots)
{
    double *costs = digest->costs, *expected = digest->expected;
    if (knots->n <= digest->edges + 2)
        return;
    for (size_t i = 1; i + 1 < knots->n; i++)
        costs[i] = cost_of(knots, expected, i);
    while (knots->n > digest->edges + 2) {
        size_t least = 1;
        for (size_t i = 2; i + 1 < knots->n; i++)
            least = costs[i] < costs[least] ? i : least;
        size_t after = knots->n - least - 1;
        memmove(knots->items + least, knots->items + least + 1, after * sizeof *knots->items);
        memmove(expected + least, expected + least + 1, after * sizeof *expected);
        memmove(costs + least, costs + least + 1, after * sizeof *costs);
        knots->n--;
        if (least > 1)
            costs[least - 1] = cost_of(knots, expected, least - 1);
        if (least + 1 < knots->n)
            costs[least] = cost_of(knots, expected, least);
    }
}

void drift__edge_digest_thin(const drift_edge_digest *digest, drift__knots *made, drift__knots *out)
{
    thin(digest, made);
    out->n = made->n;
    out->decimals = made->decimals;
    memcpy(out->items, made->items, made->n * sizeof *made->items);
}

/* With how many decimals the values of both are written. */
static int common_decimals(const drift__knots *mine, const drift__knots *theirs)
{
    if (!mine->n || !theirs->n)
        return mine->n ? mine->decimals : theirs->decimals;
    if (mine->decimals == DRIFT__NO_DECIMALS || theirs->decimals == DRIFT__NO_DECIMALS)
        return DRIFT__NO_DECIMALS;
    const double ends[4] = {drift__key_double(mine->items[0].key),
                            drift__key_double(drift__key_before(mine->items[mine->n - 1].key)),
                            drift__key_double(theirs->items[0].key),
                            drift__key_double(drift__key_before(theirs->items[theirs->n - 1].key))};
    int most = mine->decimals > theirs->decimals ? mine->decimals : theirs->decimals;
    return drift__decimals_of(ends, 4, most);
}

void drift__edge_digest_join(drift_edge_digest *digest, const drift__knots *theirs,
                             drift__knots *out)
{
    const drift__knots *mine = &digest->settled;
    drift__knots made = {digest->candidates, 0, common_decimals(mine, theirs)};
    for (size_t i = 0, k = 0; i < mine->n || k < theirs->n;) {
        int64_t key = k == theirs->n || (i < mine->n && mine->items[i].key < theirs->items[k].key)
                          ? mine->items[i].key
                          : theirs->items[k].key;
        drift__knot here = drift__knots_at(mine, key), there = drift__knots_at(theirs, key);
        here.below += there.below;
        here.under += there.under;
        here.over += there.over;
        digest->expected[made.n] = (double)here.below;
        made.items[made.n++] = here;
        i += i < mine->n && mine->items[i].key == key;
        k += k < theirs->n && theirs->items[k].key == key;
    }
    drift__edge_digest_thin(digest, &made, out);
}
