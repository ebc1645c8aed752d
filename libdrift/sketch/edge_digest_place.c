/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_digest_place.c: where the edges stand. A cell may hold so much as the scale
 * function K1 (Dunning & Ertl 2019) lets a centroid hold, times an excess; a
 * block that brings more is sorted as far as it lies in such cells, and edges
 * are put between its values before they are counted, so that their counts are
 * exact from there on. Where there are too many edges, those go that tell least.
 */
#include "sketch/edge_digest_place.h"

#include <math.h>
#include <string.h>

#include "core/sort.h"
#include "kernels/lookup.h"

static const double excess = 2.5; /* cells split beyond so many times their share of K1 */
static const double outlook = 1;  /* weight of what is to come beside what came */

size_t drift__edge_digest_candidates(uint32_t edges)
{
    return 4 * (size_t)edges + DRIFT__EDGE_DIGEST_MOST + 16;
}

/* A block on its way into the knots. */
typedef struct arrival {
    drift_edge_digest *digest;
    const drift__knots *old;
    const double *values;
    size_t n, cells;
    int64_t first, last; /* keys of the smallest value and after the largest, old ones included */
    int decimals;
    int is_one_cell;       /* all lie in one cell: nothing was looked up */
    int is_exact;          /* nothing is estimated until now */
    double total, repeats; /* values with the block; how many such blocks would be as many */
    double expected;       /* sum of the weights that are expected, see expected_weight */
} arrival;

/*
 * 1 where the weight between two ranks is more than so many times its share of
 * K1, taken near the end that is nearer to the tail.
 */
static inline int is_over(const drift_edge_digest *digest, double begin, double weight,
                          double total, double times)
{
    const double near = 0.125;
    double most = times * digest->angle, end = total - begin - weight;
    double rank = (begin < end ? begin : end) + near * weight;
    return weight * weight > most * most * rank * (total - rank);
}

static void build_guide(drift_edge_digest *digest)
{
    double edges[DRIFT__EDGE_DIGEST_MOST];
    uint32_t n = (uint32_t)digest->settled.n - 2;
    for (uint32_t i = 0; i < n; i++)
        edges[i] = drift__key_double(digest->settled.items[i + 1].key);
    drift__guide_replace(&digest->guide, edges, n, DRIFT__EDGE_DIGEST_GUIDE_CELLS);
    digest->guide_holds = 1;
}

/* Counts of the block in the cells there are; a block within one of them is not looked at. */
static void count(arrival *a, double low, double high)
{
    drift_edge_digest *digest = a->digest;
    memset(digest->counts, 0, a->cells * sizeof *digest->counts);
    size_t cell = a->old->n ? drift__knots_find(a->old, drift__key(low)) : 0;
    a->is_one_cell = !a->old->n || cell == drift__knots_find(a->old, drift__key(high));
    if (a->is_one_cell) {
        digest->counts[cell] = a->n;
        return;
    }
    if (!digest->guide_holds)
        build_guide(digest);
    digest->feed.kernels->count(&digest->guide, a->values, a->n, digest->counts);
}

static int64_t lower_end(const arrival *a, size_t cell)
{
    return cell ? a->old->items[cell].key : a->first;
}

static int64_t upper_end(const arrival *a, size_t cell)
{
    return cell + 1 < a->cells ? a->old->items[cell + 1].key : a->last;
}

static uint64_t old_weight(const arrival *a, size_t cell)
{
    return a->old->n ? a->old->items[cell + 1].below - a->old->items[cell].below : 0;
}

static int is_single(int decimals, int64_t low, int64_t high)
{
    drift__arc line = drift__arc_straight(decimals, low, high);
    return drift__arc_is_single(&line, low, high);
}

/*
 * 1 where a block brings far more to a cell than the stream did until now, and
 * so many values more than chance would.
 */
static inline int is_novel(const arrival *a, uint64_t fresh, uint64_t old, double chance)
{
    const double far = 3;
    return ((double)fresh - chance) * a->repeats > far * (double)old;
}

/* 1 where no cell is too full, nor much of the block in one that was thin: most blocks end here. */
static int is_calm(const arrival *a)
{
    const double much = 32;
    const drift__knot *items = a->old->items;
    const uint64_t *counts = a->digest->counts;
    double before = 0;
    int excited = 0;
    for (size_t i = 0; i < a->cells; i++) {
        uint64_t old = items[i + 1].below - items[i].below;
        double weight = (double)(old + counts[i]);
        excited |= is_over(a->digest, before, weight, a->total, excess) |
                   is_novel(a, counts[i], old, much);
        before += weight;
    }
    return !excited;
}

/* 1 where a cell is to be fit for more of what this block brings. */
static int is_changed(const arrival *a, size_t cell)
{
    const double some = 16;
    return is_novel(a, a->digest->counts[cell], old_weight(a, cell), some);
}

/*
 * The weight that a cell is to be fit for: what is in it and as much again, or
 * what it would take in if as much as came until now came as this block does.
 */
static double expected_weight(const arrival *a, size_t cell)
{
    double fresh = (double)a->digest->counts[cell], now = (double)old_weight(a, cell) + fresh;
    return now + outlook * (is_changed(a, cell) ? a->repeats * fresh : now);
}

/* 1 where every value that came has a cell of its own, so that nothing is estimated. */
static int is_exact(const drift__knots *knots)
{
    for (size_t i = 0; i + 1 < knots->n; i++) {
        const drift__knot *left = &knots->items[i];
        if (left[1].below > left->below && drift__key_after(left->key) != left[1].key)
            return 0;
    }
    return 1;
}

/* Mark the cells that are too full now, or will be soon; returns whether there are any. */
static int mark_crowded(arrival *a)
{
    drift_edge_digest *digest = a->digest;
    double before = 0, expected_before = 0;
    int found = 0;
    a->is_exact = is_exact(a->old);
    if (!a->is_exact && is_calm(a))
        return 0;
    a->expected = 0;
    for (size_t i = 0; i < a->cells; i++)
        a->expected += digest->expected[i] = expected_weight(a, i);
    for (size_t i = 0; i < a->cells; i++) {
        double expected = digest->expected[i];
        double weight = (double)(old_weight(a, i) + digest->counts[i]);
        int over = a->is_exact || is_over(digest, before, weight, a->total, excess) ||
                   is_over(digest, expected_before, expected, a->expected, excess);
        digest->crowded[i] =
            over && digest->counts[i] && !is_single(a->decimals, lower_end(a, i), upper_end(a, i));
        found |= digest->crowded[i];
        before += weight;
        expected_before += expected;
    }
    return found;
}

/* The same edges, more below them. `out` may be the old ones. */
static void add_counts(const arrival *a, drift__knots *out)
{
    uint64_t fresh = 0;
    if (!a->old->n)
        memset(out->items, 0, 2 * sizeof *out->items);
    else if (out != a->old)
        memcpy(out->items, a->old->items, a->old->n * sizeof *out->items);
    out->n = a->cells + 1;
    out->decimals = a->decimals;
    out->items[0].key = a->first;
    out->items[a->cells].key = a->last;
    for (size_t i = 0; i < a->cells; i++) {
        fresh += a->digest->counts[i];
        out->items[i + 1].below += fresh;
    }
}

/* Keys of the values in crowded cells, sorted. */
static size_t sort_crowded(const arrival *a)
{
    drift_edge_digest *digest = a->digest;
    const drift__guide *guide = &digest->guide;
    size_t kept = 0;
    for (size_t i = 0; i < a->n; i++) {
        double value = a->values[i];
        digest->keys[kept] = drift__key(value);
        kept +=
            a->is_one_cell ||
            digest->crowded[drift__edges_from(
                guide->edges, guide->steps, guide->start[drift__guide_cell(guide, value)], value)];
    }
    drift__sort_keys(digest->keys, kept, digest->scratch);
    return kept;
}

/* The knots that are being put together, all in digest->candidates. */
typedef struct placing {
    const arrival *a;
    drift__knots made;
    const int64_t *keys; /* sorted, of one cell */
    size_t n_keys;
    uint64_t fresh, below;     /* values of the block, and old ones, below that cell */
    double expected;           /* weight below it */
    double per_fresh, per_old; /* what a value in it is expected to weigh */
    int keep_exact;            /* every value gets a cell of its own */
} placing;

static double expected_at(const placing *p, uint64_t below, size_t fresh)
{
    return p->expected + p->per_old * (double)(below - p->below) + p->per_fresh * (double)fresh;
}

static void emit(placing *p, int64_t key, size_t fresh)
{
    const drift__knots *old = p->a->old;
    drift_edge_digest *digest = p->a->digest;
    size_t room = drift__edge_digest_candidates(digest->edges) - (key != p->a->last);
    if (p->made.n >= room || (p->made.n && p->made.items[p->made.n - 1].key >= key))
        return;
    drift__knot at = drift__knots_at(old, key);
    digest->expected[p->made.n] = expected_at(p, at.below, fresh);
    at.below += p->fresh + fresh;
    p->made.items[p->made.n++] = at;
}

static size_t keys_below(const placing *p, int64_t key)
{
    size_t low = 0, high = p->n_keys;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (p->keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Ranks within a part of a cell, as they are or as they are expected. */
typedef struct ruler {
    double base, total; /* below the part, and in all */
    double gain;        /* of one value of the block */
    double start;       /* of the last edge, from `base` on */
} ruler;

/* 1 where by either ruler an edge is due before the value `at` places into the part. */
static int is_due(const drift_edge_digest *digest, const ruler rulers[2], double at)
{
    for (const ruler *r = rulers; r < rulers + 2; r++)
        if (is_over(digest, r->base + r->start, at * r->gain - r->start, r->total, 1))
            return 1;
    return 0;
}

/* 1 where so many values after `at` of them are as much as a cell may hold. */
static int is_alone(const drift_edge_digest *digest, const ruler rulers[2], double at, double n)
{
    for (const ruler *r = rulers; r < rulers + 2; r++)
        if (is_over(digest, r->base + at * r->gain, n * r->gain, r->total, 1))
            return 1;
    return 0;
}

/* The first of the places from `at` on, before `end`, at which an edge is due. */
static size_t next_due(const drift_edge_digest *digest, const ruler rulers[2], size_t at,
                       size_t end, double half)
{
    while (at < end) {
        size_t middle = at + (end - at) / 2;
        if (is_due(digest, rulers, (double)middle + half))
            end = middle;
        else
            at = middle + 1;
    }
    return end;
}

/*
 * Edges within [low, high), of which the block is taken to be typical: at
 * steps of K1, and on both sides of a value that fills one alone.
 */
static void walk(placing *p, int64_t low, int64_t high)
{
    const drift_edge_digest *digest = p->a->digest;
    size_t from = keys_below(p, low), n = keys_below(p, high) - from;
    const int64_t *keys = p->keys + from;
    uint64_t below = drift__knots_at(p->a->old, low).below;
    uint64_t inside = drift__knots_at(p->a->old, high).below - below;
    /* The values of a sample lie in the middle of what each stands for. */
    double half = inside ? 0.5 : 0, each = n ? (double)inside / (double)n : 0;
    ruler rulers[2] = {
        {(double)(below + p->fresh + from), p->a->total, 1 + each, 0},
        {expected_at(p, below, from), p->a->expected, p->per_fresh + p->per_old * each, 0}};
    size_t due = next_due(digest, rulers, 0, n, half);
    for (size_t i = 0, equal; i < n; i += equal) {
        for (equal = 1; i + equal < n && keys[i + equal] == keys[i];)
            equal++;
        int alone =
            p->keep_exact || (equal > 2 && is_alone(digest, rulers, (double)i, (double)equal));
        if (!alone && i < due)
            continue;
        emit(p, keys[i], from + i);
        if (alone)
            emit(p, drift__key_after(keys[i]), from + i + equal);
        double start = alone ? (double)(i + equal) : (double)i + half;
        rulers[0].start = start * rulers[0].gain;
        rulers[1].start = start * rulers[1].gain;
        due = next_due(digest, rulers, i + equal, n, half);
    }
}

/* 1 where the middle one of numbers of one sign is much smaller than the one farthest from zero. */
static int crowds(int64_t middle, int64_t farthest)
{
    const double much = 32;
    return fabs(drift__key_double(middle)) < fabs(drift__key_double(farthest)) / much;
}

/* Edges within a crowded cell: where it was empty, where magnitudes meet at zero, then by K1. */
static void split(placing *p, int64_t low, int64_t high)
{
    enum { MOST_BREAKS = 6 };
    const drift__knots *old = p->a->old;
    const int64_t *keys = p->keys, zero = drift__key(0);
    int64_t breaks[MOST_BREAKS], last = keys[p->n_keys - 1];
    size_t n = 0, negative = keys_below(p, zero);
    breaks[n++] = low;
    breaks[n++] = high;
    if (old->n)
        breaks[n++] = old->items[0].key;
    if (old->n)
        breaks[n++] = old->items[old->n - 1].key;
    if (low < zero && high > zero && negative && crowds(keys[negative / 2], keys[0]))
        breaks[n++] = drift__key_after(keys[negative - 1]);
    if (low < zero && high > zero && negative < p->n_keys &&
        crowds(keys[(negative + p->n_keys) / 2], last))
        breaks[n++] = keys[negative];
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k && breaks[k] < breaks[k - 1]; k--) {
            int64_t swapped = breaks[k];
            breaks[k] = breaks[k - 1];
            breaks[k - 1] = swapped;
        }
    for (size_t i = 0; i + 1 < n; i++) {
        if (breaks[i] < low || breaks[i + 1] > high || breaks[i] == breaks[i + 1])
            continue;
        emit(p, breaks[i], keys_below(p, breaks[i]));
        walk(p, breaks[i], breaks[i + 1]);
    }
}

/* 1 where each of the sorted keys can have a cell of its own. */
static int have_room(const arrival *a, size_t n_keys)
{
    const int64_t *keys = a->digest->keys;
    size_t edges = a->old->n;
    for (size_t i = 0; i < n_keys && edges <= a->digest->edges; i++)
        edges += !i || keys[i] != keys[i - 1] ? 2 : 0;
    return edges <= a->digest->edges;
}

static void place(const arrival *a, drift__knots *out)
{
    drift_edge_digest *digest = a->digest;
    placing p = {.a = a, .made = {digest->candidates, 0, a->decimals}, .keys = digest->keys};
    p.keep_exact = have_room(a, sort_crowded(a)) && a->is_exact;
    for (size_t i = 0; i < a->cells; i++) {
        int changed = is_changed(a, i);
        p.n_keys = digest->counts[i];
        p.per_old = changed ? 1 : 1 + outlook;
        p.per_fresh = changed ? 1 + outlook * a->repeats : 1 + outlook;
        emit(&p, lower_end(a, i), 0);
        if (digest->crowded[i]) {
            split(&p, lower_end(a, i), upper_end(a, i));
            p.keys += p.n_keys;
        }
        p.below += old_weight(a, i);
        p.fresh += p.n_keys;
        p.expected += expected_weight(a, i);
    }
    p.per_old = p.per_fresh = 0;
    emit(&p, a->last, 0);
    drift__edge_digest_thin(digest, &p.made, out);
}

void drift__edge_digest_fold(drift_edge_digest *digest, const double *values, size_t n, double low,
                             double high, drift__knots *out)
{
    enum { INSPECTED = 16 };
    const drift__knots *old = &digest->settled;
    const double ends[2] = {low, high};
    arrival a = {.digest = digest,
                 .old = old,
                 .values = values,
                 .n = n,
                 .cells = old->n ? old->n - 1 : 1,
                 .first = drift__key(low),
                 .last = drift__key_after(drift__key(high)),
                 .total = (double)drift__knots_total(old) + (double)n};
    a.repeats = a.total / (double)n;
    if (old->n && old->items[0].key < a.first)
        a.first = old->items[0].key;
    if (old->n && old->items[old->n - 1].key > a.last)
        a.last = old->items[old->n - 1].key;
    size_t inspected = old->n && n > INSPECTED ? INSPECTED : n;
    a.decimals = drift__decimals_of(ends, 2, old->n ? old->decimals : 0);
    a.decimals = drift__decimals_of(values, inspected, a.decimals);
    count(&a, low, high);
    if (mark_crowded(&a)) {
        place(&a, out);
        digest->guide_holds &= out != old;
    } else {
        add_counts(&a, out);
    }
}
