/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest.c: merging digest (Dunning & Ertl 2019, arXiv:1902.04023, algorithm
 * 1) with scale function K1, computed by rotation instead of arcsines.
 * Queries look at a view, centroids and buffer taken together, and leave both
 * as they are.
 */
#include <math.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/sort.h"
#include "sketch/cells.h"
#include "sketch/tdigest_state.h"

enum { BUFFER = 4096, SPARE_CENTROIDS = 16 };

/* Sorted centroids or sorted keys, read one item at a time. */
typedef struct source {
    const drift__centroid *items;
    const int64_t *keys;
    size_t n, at;
    drift__centroid next; /* weight 0 = exhausted */
} source;

static void advance(source *from)
{
    from->next = (drift__centroid){0};
    if (from->at == from->n)
        return;
    if (from->items) {
        from->next = from->items[from->at++];
        return;
    }
    /* Equal values are one item, so that no boundary falls between them. */
    size_t start = from->at;
    int64_t key = from->keys[start];
    while (from->at < from->n && from->keys[from->at] == key)
        from->at++;
    double value = drift__key_double(key);
    from->next = (drift__centroid){value, value, value, from->at - start};
}

/* The drift__centroid that is being filled; its mean is base + sum / weight / scale. */
typedef struct filling {
    drift__centroids *out;
    size_t capacity;
    double scale, cosine, sine, total;
    drift__centroid now;
    double base, last, sum;
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

static void emit(filling *f)
{
    drift__centroid done = f->now;
    double mean = f->base + f->sum / (double)done.weight / f->scale;
    /* Between the means it was made of, or rounding could put two centroids out of order. */
    done.mean = mean < f->base ? f->base : mean > f->last ? f->last : mean;
    f->out->items[f->out->n++] = done;
    f->before += done.weight;
    f->now.weight = 0;
}

static void take(filling *f, const drift__centroid *item)
{
    drift__centroid *now = &f->now;
    if (now->weight) {
        int same_value = now->low == now->high && item->low == item->high && now->low == item->low;
        double room = f->limit - (double)f->before;
        /* A crumb between two full centroids would pull the ranks of both towards itself. */
        if (now->weight < item->weight / 8)
            room *= 1.25;
        int fits = (double)now->weight + (double)item->weight <= room;
        if (!same_value && !fits && f->out->n + 1 < f->capacity)
            emit(f);
    }
    if (!now->weight) {
        *now = *item;
        f->base = f->last = item->mean;
        f->sum = 0;
        f->limit = step_limit(f);
        return;
    }
    f->sum += (item->mean * f->scale - f->base * f->scale) * (double)item->weight;
    f->last = item->mean;
    now->low = item->low < now->low ? item->low : now->low;
    now->high = item->high > now->high ? item->high : now->high;
    now->weight += item->weight;
}

/* Merge two sorted sources, `total` values together, into `out`, which is neither of them. */
static void compact(const drift_tdigest *digest, source *a, source *b, uint64_t total,
                    drift__centroids *out)
{
    /* Sums of differences must not overflow where the values come near to it. */
    int huge = fmax(fabs(digest->minimum), fabs(digest->maximum)) > 0x1p900;
    filling f = {.out = out,
                 .capacity = digest->capacity,
                 .scale = huge ? 0x1p-200 : 1,
                 .cosine = digest->cosine,
                 .sine = digest->sine,
                 .total = (double)total};
    out->n = 0;
    advance(a);
    advance(b);
    while (a->next.weight || b->next.weight) {
        int from_a = a->next.weight && (!b->next.weight || a->next.mean <= b->next.mean);
        source *from = from_a ? a : b;
        take(&f, &from->next);
        advance(from);
    }
    if (f.now.weight)
        emit(&f);
}

static void build_view(drift_tdigest *digest)
{
    if (digest->view_holds)
        return;
    drift__sort_keys(digest->buffer, digest->buffered, digest->scratch);
    source old = {.items = digest->settled.items, .n = digest->settled.n};
    source fresh = {.keys = digest->buffer, .n = digest->buffered};
    compact(digest, &old, &fresh, digest->n, &digest->view);
    digest->view_holds = 1;
}

static void settle_view(drift_tdigest *digest)
{
    drift__centroids old = digest->settled;
    digest->settled = digest->view;
    digest->view = old;
    digest->buffered = 0;
    digest->view_holds = 0;
}

const drift__centroids *drift__tdigest_seen(const drift_tdigest *digest)
{
    if (!digest->buffered)
        return &digest->settled;
    build_view((drift_tdigest *)digest);
    return &digest->view;
}

static drift_status allocate(drift_tdigest *digest)
{
    const drift_allocator *memory = &digest->allocator;
    digest->settled.items = drift__allocate(memory, digest->capacity, sizeof(drift__centroid));
    digest->view.items = drift__allocate(memory, digest->capacity, sizeof(drift__centroid));
    digest->buffer = drift__allocate(memory, BUFFER, sizeof *digest->buffer);
    digest->scratch = drift__allocate(memory, BUFFER, sizeof *digest->scratch);
    return digest->settled.items && digest->view.items && digest->buffer && digest->scratch
               ? DRIFT_OK
               : DRIFT_ERR_OUT_OF_MEMORY;
}

drift_status drift_tdigest_create(const drift_tdigest_config *config, drift_tdigest **out_digest,
                                  drift_error *error)
{
    drift_tdigest_config filled = DRIFT_TDIGEST_CONFIG_INIT;
    if (!out_digest)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&filled, config, sizeof filled, error);
    if (status)
        return status;
    double compression = filled.compression == 0 ? 100 : filled.compression;
    if (!(compression >= 20 && compression <= 2000))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "the compression of a t-digest lies between 20 and 2000");
    drift_allocator memory = drift__allocator(filled.allocator);
    drift_tdigest *digest = drift__allocate_zero(&memory, 1, sizeof *digest);
    if (!digest)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    const double two_pi = 6.283185307179586;
    digest->allocator = memory;
    digest->compression = compression;
    digest->cosine = cos(two_pi / compression);
    digest->sine = sin(two_pi / compression);
    digest->capacity = (size_t)compression + SPARE_CENTROIDS;
    status = allocate(digest);
    if (status) {
        drift_tdigest_destroy(digest);
        return drift__fail_status(error, status);
    }
    *out_digest = digest;
    return DRIFT_OK;
}

void drift_tdigest_destroy(drift_tdigest *digest)
{
    if (!digest)
        return;
    drift_allocator memory = digest->allocator;
    drift__release(&memory, digest->settled.items);
    drift__release(&memory, digest->view.items);
    drift__release(&memory, digest->buffer);
    drift__release(&memory, digest->scratch);
    drift__release(&memory, digest);
}

void drift_tdigest_reset(drift_tdigest *digest)
{
    digest->n = digest->missing = digest->infinite = 0;
    digest->minimum = digest->maximum = 0;
    digest->settled.n = digest->buffered = 0;
    digest->view_holds = 0;
}

static void widen(drift_tdigest *digest, double low, double high, uint64_t n)
{
    if (!digest->n || low < digest->minimum)
        digest->minimum = low;
    if (!digest->n || high > digest->maximum)
        digest->maximum = high;
    digest->n += n;
}

static void add(drift_tdigest *digest, double value)
{
    if (!isfinite(value)) {
        if (isnan(value))
            digest->missing++;
        else
            digest->infinite++;
        return;
    }
    if (digest->buffered == BUFFER) {
        build_view(digest);
        settle_view(digest);
    }
    value += 0.0; /* one zero only */
    widen(digest, value, value, 1);
    digest->buffer[digest->buffered++] = drift__key(value);
    digest->view_holds = 0;
}

drift_status drift_tdigest_update(drift_tdigest *digest, const double *values, size_t n)
{
    if (!digest || (!values && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    uint64_t most = digest->n > digest->missing ? digest->n : digest->missing;
    most = digest->infinite > most ? digest->infinite : most;
    if (most > UINT64_MAX - n)
        return DRIFT_ERR_OVERFLOW;
    for (size_t i = 0; i < n; i++)
        add(digest, values[i]);
    return DRIFT_OK;
}

drift_status drift_tdigest_add(drift_tdigest *digest, double value)
{
    return drift_tdigest_update(digest, &value, 1);
}

drift_status drift_tdigest_merge(drift_tdigest *digest, const drift_tdigest *other)
{
    if (!digest || !other)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (digest->n > UINT64_MAX - other->n || digest->missing > UINT64_MAX - other->missing ||
        digest->infinite > UINT64_MAX - other->infinite)
        return DRIFT_ERR_OVERFLOW;
    if (digest->buffered) {
        build_view(digest);
        settle_view(digest);
    }
    const drift__centroids *theirs = drift__tdigest_seen(other);
    source mine = {.items = digest->settled.items, .n = digest->settled.n};
    source added = {.items = theirs->items, .n = theirs->n};
    digest->missing += other->missing;
    digest->infinite += other->infinite;
    if (other->n)
        widen(digest, other->minimum, other->maximum, other->n);
    compact(digest, &mine, &added, digest->n, &digest->view);
    settle_view(digest);
    return DRIFT_OK;
}

uint64_t drift_tdigest_count(const drift_tdigest *digest)
{
    return digest->n;
}

uint64_t drift_tdigest_missing(const drift_tdigest *digest)
{
    return digest->missing;
}

uint64_t drift_tdigest_infinite(const drift_tdigest *digest)
{
    return digest->infinite;
}

double drift_tdigest_compression(const drift_tdigest *digest)
{
    return digest->compression;
}

size_t drift_tdigest_centroids(const drift_tdigest *digest)
{
    return drift__tdigest_seen(digest)->n;
}

static drift_status give(const drift_tdigest *digest, double value, double *out_value)
{
    if (!digest->n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    *out_value = value;
    return DRIFT_OK;
}

drift_status drift_tdigest_min(const drift_tdigest *digest, double *out_value)
{
    return give(digest, digest->minimum, out_value);
}

drift_status drift_tdigest_max(const drift_tdigest *digest, double *out_value)
{
    return give(digest, digest->maximum, out_value);
}
