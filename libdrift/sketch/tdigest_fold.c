/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest_fold.c: merging digest (Dunning & Ertl 2019, arXiv:1902.04023,
 * algorithm 1) with scale function K1, computed by rotation instead of arcsines.
 *
 * A block is not sorted. Its values are heaped between edges that an earlier
 * block's order statistics gave, finer than the centroids; a heap that is
 * small beside the centroid it will be part of is one item of the merge. Only
 * what lies in larger heaps is sorted: the first blocks, and those after a
 * change that the edges do not fit.
 */
#include "sketch/tdigest_fold.h"

#include <math.h>
#include <string.h>

#include "core/key.h"
#include "core/sort.h"
#include "kernels/lookup.h"

/* The centroid that is being filled; its mean is base + sum / weight / scale. */
typedef struct filling {
    drift__centroids *out;
    size_t capacity;
    double scale, cosine, sine, total;
    drift__centroid now;
    double base, last, sum, key_sum;
    uint64_t before; /* weight of what is already out */
    double limit;
} filling;

/* The largest rank within one step of K1: with 2q - 1 = sin(a), that of sin(a + step). */
static double step_limit(const filling *f)
{
    double q = (double)f->before / f->total, height = 2 * q - 1;
    if (height >= f->cosine)
        return f->total;
    double next = height * f->cosine + 2 * sqrt(q * (1 - q)) * f->sine;
    return f->total * 0.5 * (1 + next);
}

/* From here on numbers of one sign differ in magnitude: what is even among them is so by key. */
static int spans_magnitudes(double low, double high)
{
    const double many = 4;
    return low > 0 ? high / many > low : high < 0 && low / many < high;
}

double drift__tdigest_between(double a, double b, double share, int by_magnitude)
{
    if (by_magnitude && (a > 0 || b < 0)) {
        int64_t from = drift__key(a), to = drift__key(b);
        int64_t step = (int64_t)((double)(to - from) * share);
        return drift__key_double(step < to - from ? from + step : to);
    }
    double span = b - a;
    double value = isinf(span) ? a * (1 - share) + b * share : a + span * share;
    return value > b ? b : value;
}

/* 1 where the mean is nearer to the middle of the magnitudes than to that of the numbers. */
static int is_spread(double low, double high, double mean)
{
    if (!spans_magnitudes(low, high))
        return 0;
    double at = (double)drift__key(mean), even = (double)drift__key(low / 2 + high / 2);
    double middle = (double)drift__key(low) / 2 + (double)drift__key(high) / 2;
    return fabs(at - middle) < fabs(at - even);
}

int drift__tdigest_spread(const drift__centroid *c)
{
    return is_spread(c->low, c->high, c->mean);
}

/* Of values that span magnitudes evenly the mean is taken by key, or the largest alone would make it. */
static double mean_of(const filling *f)
{
    double weight = (double)f->now.weight, mean = f->base + f->sum / weight / f->scale;
    if (spans_magnitudes(f->now.low, f->now.high)) {
        double by_key = drift__key_double(drift__key(f->base) + (int64_t)(f->key_sum / weight));
        mean = is_spread(f->now.low, f->now.high, by_key) ? by_key : mean;
    }
    /* Between the means it was made of, or rounding could put two centroids out of order. */
    return mean < f->base ? f->base : mean > f->last ? f->last : mean;
}

static void emit(filling *f)
{
    drift__centroid done = f->now;
    done.mean = mean_of(f);
    f->out->items[f->out->n++] = done;
    f->before += done.weight;
    f->now.weight = 0;
}

static void take(filling *f, const drift__centroid *item)
{
    drift__centroid *now = &f->now;
    if (now->weight) {
        int same_value = now->low == now->high && item->low == item->high && now->low == item->low;
        int fits = (double)now->weight + (double)item->weight <= f->limit - (double)f->before;
        /* Magnitudes of both signs: no number between them is typical. */
        int turns = now->high < 0 && item->low >= 0 && is_spread(now->low, now->high, mean_of(f));
        if (!same_value && (!fits || turns) && f->out->n + 1 < f->capacity)
            emit(f);
    }
    if (!now->weight) {
        *now = *item;
        f->base = f->last = item->mean;
        f->sum = f->key_sum = 0;
        f->limit = step_limit(f);
        return;
    }
    double weight = (double)item->weight;
    f->sum += (item->mean * f->scale - f->base * f->scale) * weight;
    /* As doubles, because keys of both signs lie further apart than an int64 reaches. */
    f->key_sum += ((double)drift__key(item->mean) - (double)drift__key(f->base)) * weight;
    f->last = item->mean;
    now->low = item->low < now->low ? item->low : now->low;
    now->high = item->high > now->high ? item->high : now->high;
    now->weight += item->weight;
}

static int is_huge(const drift_tdigest *digest)
{
    return fmax(fabs(digest->minimum), fabs(digest->maximum)) > 0x1p900;
}

static filling begin(const drift_tdigest *digest, drift__centroids *out)
{
    out->n = 0;
    return (filling){.out = out,
                     .capacity = digest->capacity,
                     /* Sums of differences must not overflow where the values come near to it. */
                     .scale = is_huge(digest) ? 0x1p-200 : 1,
                     .cosine = digest->cosine,
                     .sine = digest->sine,
                     .total = (double)digest->feed.n};
}

/* The settled centroids up to `mean`, then the item itself; returns the first one not taken. */
static size_t take_in_order(filling *f, const drift__centroids *settled, size_t at,
                            const drift__centroid *item)
{
    while (at < settled->n && settled->items[at].mean <= item->mean)
        take(f, &settled->items[at++]);
    take(f, item);
    return at;
}

static void finish(filling *f, const drift__centroids *settled, size_t at)
{
    while (at < settled->n)
        take(f, &settled->items[at++]);
    if (f->now.weight)
        emit(f);
}

void drift__tdigest_join(const drift_tdigest *digest, const drift__centroids *theirs,
                         drift__centroids *out)
{
    filling f = begin(digest, out);
    size_t at = 0;
    for (size_t i = 0; i < theirs->n; i++)
        at = take_in_order(&f, &digest->settled, at, &theirs->items[i]);
    finish(&f, &digest->settled, at);
}

/* The next of the sorted keys; equal values are one item, so that no boundary falls between them. */
static size_t key_item(const int64_t *keys, size_t n, drift__centroid *out_item)
{
    size_t equal = 1;
    while (equal < n && keys[equal] == keys[0])
        equal++;
    double value = drift__key_double(keys[0]);
    *out_item = (drift__centroid){value, value, value, equal};
    return equal;
}

static drift__centroid heap_item(const drift__heap *heap)
{
    double low = heap->low + 0.0, high = heap->high + 0.0; /* one zero only */
    /* A heap is narrow: where its sum is beyond the doubles, the middle will do. */
    double mean = isfinite(heap->sum) ? heap->sum / (double)heap->n : low / 2 + high / 2;
    mean = mean < low ? low : mean > high ? high : mean + 0.0;
    return (drift__centroid){mean, low, high, heap->n};
}

/* Put the item into the centroid. */
static void grow(drift__centroid *c, const drift__centroid *item)
{
    double share = (double)item->weight / ((double)c->weight + (double)item->weight);
    c->low = item->low < c->low ? item->low : c->low;
    c->high = item->high > c->high ? item->high : c->high;
    c->weight += item->weight;
    if (drift__tdigest_spread(c)) {
        int64_t key = drift__key(c->mean);
        c->mean =
            drift__key_double(key + (int64_t)((double)(drift__key(item->mean) - key) * share));
    } else {
        double step = item->mean - c->mean;
        c->mean = isinf(step) ? c->mean * (1 - share) + item->mean * share : c->mean + step * share;
    }
    c->mean = c->mean < c->low ? c->low : c->mean > c->high ? c->high : c->mean;
}

/* Where the share of `first` among the two ends, on the line between their means. */
static double border(const drift__centroid *first, const drift__centroid *second)
{
    if (first->high < 0 && second->low >= 0)
        return -0x1p-1074;
    double share = (double)first->weight / ((double)first->weight + (double)second->weight);
    return drift__tdigest_between(first->mean, second->mean, share,
                                  drift__tdigest_spread(first) && drift__tdigest_spread(second));
}

/*
 * 1 where centroid `at`, with `before` values before it, may grow by `n`: to one step of K1; or
 * beyond it where it grows as it did until now, so that only its chance excess stays.
 */
static int belongs(const drift_tdigest *digest, size_t at, uint64_t before, uint64_t n)
{
    const double steady = 3, few = 8, excess = 2.5;
    double total = (double)digest->feed.n, was = (double)digest->settled.items[at].weight;
    double weight = (double)digest->grown.items[at].weight + (double)n;
    double rank = (double)before + weight / 2, old = total - (double)DRIFT__FEED_BLOCK;
    double most = digest->sine;
    if (old > 0 && weight - was <= steady * was * DRIFT__FEED_BLOCK / old + few)
        most *= excess;
    return weight * weight <= most * most * rank * (total - rank);
}

/*
 * Take heaps into the centroids within whose borders they lie, as long as those
 * stay near to a step of K1: borders that stay where they are have the rank
 * that queries give them. What is left is merged, or sorted first.
 */
static void absorb(drift_tdigest *digest, uint32_t n_heaps)
{
    drift__centroids *grown = &digest->grown;
    double *borders = digest->borders;
    size_t at = 0;
    uint64_t before = 0;
    for (size_t i = 0; i + 1 < grown->n; i++)
        borders[i] = border(&grown->items[i], &grown->items[i + 1]);
    for (uint32_t h = 0; grown->n && h < n_heaps; h++) {
        drift__heap *heap = &digest->heaps[h];
        if (!heap->n)
            continue;
        drift__centroid item = heap_item(heap), *into = &grown->items[at];
        for (; at + 1 < grown->n && item.mean > borders[at]; into++)
            before += grown->items[at++].weight;
        if (into->low == into->high && heap->low != heap->high)
            continue;
        int same_value = into->low == into->high && item.low == into->low && item.high == into->low;
        if (same_value || belongs(digest, at, before, heap->n)) {
            grow(into, &item);
            heap->n = 0;
        }
    }
    for (size_t i = 1; i < grown->n; i++) {
        drift__centroid *c = &grown->items[i];
        c->mean = c->mean < c[-1].mean ? c[-1].mean : c->mean;
        c->high = c->high < c->mean ? c->mean : c->high;
    }
}

/* `keys` are those of the values in the heaps that `split` marks. */
static void fold_heaps(const drift_tdigest *digest, uint32_t n_heaps, drift__centroids *out)
{
    filling f = begin(digest, out);
    drift__centroid item;
    const int64_t *keys = digest->keys;
    size_t at = 0;
    for (uint32_t h = 0; h < n_heaps; h++) {
        const drift__heap *heap = &digest->heaps[h];
        if (!heap->n)
            continue;
        if (!digest->split[h]) {
            item = heap_item(heap);
            at = take_in_order(&f, &digest->grown, at, &item);
            continue;
        }
        for (const int64_t *end = keys + heap->n; keys < end;) {
            keys += key_item(keys, (size_t)(end - keys), &item);
            at = take_in_order(&f, &digest->grown, at, &item);
        }
    }
    finish(&f, &digest->grown, at);
}

/* Mark the heaps that must be sorted, by what one step of K1 holds there; returns their values. */
static size_t mark(drift_tdigest *digest, uint32_t n_heaps)
{
    const double share = 1.0 / 8, total = (double)digest->feed.n;
    const drift__centroid *settled = digest->grown.items, *end = settled + digest->grown.n;
    uint64_t before = 0;
    size_t marked = 0;
    for (uint32_t h = 0; h < n_heaps; h++) {
        const drift__heap *heap = &digest->heaps[h];
        digest->split[h] = 0;
        if (!heap->n)
            continue;
        for (; settled < end && settled->mean < heap->low; settled++)
            before += settled->weight;
        double weight = (double)heap->n, rank = (double)before + weight / 2;
        double most = share * digest->sine;
        if (heap->low < heap->high && heap->n > 1 &&
            weight * weight > most * most * rank * (total - rank)) {
            digest->split[h] = 1;
            marked += heap->n;
        }
        before += heap->n;
    }
    return marked;
}

static void sort_marked(drift_tdigest *digest, const double *values, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        digest->keys[kept] = drift__key(values[i] + 0.0);
        kept += digest->split[drift__guide_find(&digest->guide, values[i])];
    }
    drift__sort_keys(digest->keys, kept, digest->keys + DRIFT__FEED_BLOCK);
}

static void sort_all(drift_tdigest *digest, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        digest->keys[i] = drift__key(values[i] + 0.0);
    drift__sort_keys(digest->keys, n, digest->keys + DRIFT__FEED_BLOCK);
    digest->heaps[0].n = n;
    digest->split[0] = 1;
}

/*
 * Edges at the order statistics of a sorted block whose ranks are evenly
 * spaced on K1; one that comes twice is a heap of its own.
 */
static void learn_edges(drift_tdigest *digest, size_t n)
{
    const double cosine = 0.99992470183914450, sine = 0.012271538285719925; /* of pi / 256 */
    double edges[DRIFT__TDIGEST_EDGES], x = cosine, y = sine;
    uint32_t made = 0;
    int64_t last = 0, zero = drift__key(0);
    for (int k = 0; k + 1 < DRIFT__TDIGEST_EDGES; k++) {
        int64_t key = digest->keys[(size_t)((double)n * 0.5 * (1 - x))];
        if (made && key == last)
            key++;
        if (made && last < zero && key > zero)
            edges[made++] = 0;
        if (!made || key > last) {
            edges[made++] = drift__key_double(key);
            last = key;
        }
        double turned = x * cosine - y * sine;
        y = y * cosine + x * sine;
        x = turned;
    }
    drift__guide_replace(&digest->guide, edges, made, DRIFT__TDIGEST_GUIDE_CELLS);
}

/* Edges that do not fit are not replaced at once, each time that they fail: some streams fit none. */
static void learn_where_due(drift_tdigest *digest, size_t n)
{
    enum { LONGEST_WAIT = 32 };
    if (digest->wait) {
        digest->wait--;
        return;
    }
    learn_edges(digest, n);
    digest->patience = digest->patience < LONGEST_WAIT ? 2 * digest->patience + 1 : LONGEST_WAIT;
    digest->wait = digest->patience;
}

static void copy_settled(drift_tdigest *digest)
{
    digest->grown.n = digest->settled.n;
    if (digest->settled.n)
        memcpy(digest->grown.items, digest->settled.items,
               digest->settled.n * sizeof *digest->settled.items);
}

void drift__tdigest_fold(drift_tdigest *digest, const double *values, size_t n, int learn,
                         drift__centroids *out)
{
    uint32_t n_heaps = digest->guide.n_edges + 1;
    size_t marked = n;
    copy_settled(digest);
    if (n_heaps > 1) {
        for (uint32_t h = 0; h < n_heaps; h++)
            digest->heaps[h] = (drift__heap){0, INFINITY, -INFINITY, 0};
        digest->feed.kernels->heap(&digest->guide, values, n, digest->heaps);
        absorb(digest, n_heaps);
        marked = mark(digest, n_heaps);
    }
    int fits = marked <= n / 4;
    if (fits) {
        if (marked)
            sort_marked(digest, values, n);
    } else {
        copy_settled(digest);
        sort_all(digest, values, n);
        n_heaps = 1;
    }
    fold_heaps(digest, n_heaps, out);
    if (learn && fits)
        digest->patience = digest->wait = 0;
    else if (learn)
        learn_where_due(digest, n);
}
