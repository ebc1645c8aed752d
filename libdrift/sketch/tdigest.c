/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest.c: merging digest (Dunning & Ertl 2019, arXiv:1902.04023, algorithm
 * 1) with scale function K1, computed by rotation instead of arcsines.
 *
 * Invariants: means never fall; low <= mean <= high; the weights of the
 * centroids and the buffered values add up to n. Queries look at a view,
 * centroids and buffer taken together, and leave both as they are.
 */
#include <drift/tdigest.h>
#include <math.h>

#include "core/bytes.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/sort.h"
#include "sketch/cells.h"

enum { BUFFER = 4096, SPARE_CENTROIDS = 16, FORMAT_VERSION = 1, LEAST_CENTROID_BYTES = 25 };
static const char MAGIC[4] = {'D', 'R', 't', 'd'};

typedef struct centroid {
    double mean, low, high;
    uint64_t weight;
} centroid;

typedef struct centroids {
    centroid *items;
    size_t n;
} centroids;

struct drift_tdigest {
    drift_allocator allocator;
    double compression, cosine, sine; /* of one step of K1 */
    uint64_t n, missing, infinite;
    double minimum, maximum;
    size_t capacity;
    centroids settled; /* without the buffer */
    centroids view;    /* with it, where view_holds */
    int view_holds;
    int64_t *buffer, *scratch; /* keys of values */
    size_t buffered;
};

/* Sorted centroids or sorted keys, read one item at a time. */
typedef struct source {
    const centroid *items;
    const int64_t *keys;
    size_t n, at;
    centroid next; /* weight 0 = exhausted */
} source;

static void advance(source *from)
{
    from->next = (centroid){0};
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
    from->next = (centroid){value, value, value, from->at - start};
}

/* The centroid that is being filled; its mean is base + sum / weight / scale. */
typedef struct filling {
    centroids *out;
    size_t capacity;
    double scale, cosine, sine, total;
    centroid now;
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
    centroid done = f->now;
    double mean = f->base + f->sum / (double)done.weight / f->scale;
    /* Between the means it was made of, or rounding could put two centroids out of order. */
    done.mean = mean < f->base ? f->base : mean > f->last ? f->last : mean;
    f->out->items[f->out->n++] = done;
    f->before += done.weight;
    f->now.weight = 0;
}

static void take(filling *f, const centroid *item)
{
    centroid *now = &f->now;
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
                    centroids *out)
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
    centroids old = digest->settled;
    digest->settled = digest->view;
    digest->view = old;
    digest->buffered = 0;
    digest->view_holds = 0;
}

/*
 * The view is a cache inside the object: building it reorders the buffer at
 * most, so whether and when somebody asked never shows in a later answer.
 */
static const centroids *seen(const drift_tdigest *digest)
{
    if (!digest->buffered)
        return &digest->settled;
    build_view((drift_tdigest *)digest);
    return &digest->view;
}

static drift_status allocate(drift_tdigest *digest)
{
    const drift_allocator *memory = &digest->allocator;
    digest->settled.items = drift__allocate(memory, digest->capacity, sizeof(centroid));
    digest->view.items = drift__allocate(memory, digest->capacity, sizeof(centroid));
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
    const centroids *theirs = seen(other);
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
    return seen(digest)->n;
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

/* Where a <= b, monotone in share and never beyond b. */
static double between(double a, double b, double share)
{
    double span = b - a;
    double value = isinf(span) ? a * (1 - share) + b * share : a + span * share;
    return value > b ? b : value;
}

static double share_between(double a, double b, double value)
{
    if (!(b > a))
        return 1;
    double span = b - a;
    return isinf(span) ? (value / 2 - a / 2) / (b / 2 - a / 2) : (value - a) / span;
}

static int is_atom(const centroid *c)
{
    return c->low == c->high;
}

/*
 * The values at the two ends of a centroid; through its mean in the middle it
 * is linear. Next to a centroid it does not overlap with, the end is known;
 * else the straight line between the two means decides.
 */
static double end_towards(const centroid *c, const centroid *neighbour, int right)
{
    if (is_atom(c))
        return c->mean;
    if (right ? c->high <= neighbour->low : neighbour->high <= c->low)
        return right ? c->high : c->low;
    if (is_atom(neighbour))
        return neighbour->mean;
    const centroid *first = right ? c : neighbour, *second = right ? neighbour : c;
    double share = (double)first->weight / ((double)first->weight + (double)second->weight);
    return between(first->mean, second->mean, share);
}

static void ends_of(const drift_tdigest *digest, const centroids *all, size_t i, double *out_left,
                    double *out_right)
{
    const centroid *c = &all->items[i];
    *out_left = i ? end_towards(c, c - 1, 0) : is_atom(c) ? c->mean : digest->minimum;
    *out_right = i + 1 < all->n ? end_towards(c, c + 1, 1)
                 : is_atom(c)   ? c->mean
                                : digest->maximum;
}

drift_status drift_tdigest_quantile(const drift_tdigest *digest, double rank, double *out_value)
{
    if (!digest || !out_value || !(rank >= 0 && rank <= 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!digest->n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    if (rank == 0 || rank == 1) {
        *out_value = rank == 0 ? digest->minimum : digest->maximum;
        return DRIFT_OK;
    }
    const centroids *all = seen(digest);
    double wanted = rank * (double)digest->n;
    uint64_t before = 0;
    size_t i = 0;
    while (i + 1 < all->n && (double)(before + all->items[i].weight) < wanted)
        before += all->items[i++].weight;
    const centroid *c = &all->items[i];
    double left, right, share = (wanted - (double)before) / (double)c->weight;
    share = share > 1 ? 1 : share < 0 ? 0 : share;
    ends_of(digest, all, i, &left, &right);
    *out_value = share < 0.5 ? between(left, c->mean, 2 * share)
                             : between(c->mean, right, 2 * share - 1);
    return DRIFT_OK;
}

/* How much of centroid i lies at or below `value`, by the same lines as the quantile's. */
static double share_of(const drift_tdigest *digest, const centroids *all, size_t i, double value)
{
    double left, right, mean = all->items[i].mean;
    ends_of(digest, all, i, &left, &right);
    if (value >= right)
        return 1;
    if (value < left)
        return 0;
    return value < mean ? share_between(left, mean, value) / 2
                        : 0.5 + share_between(mean, right, value) / 2;
}

drift_status drift_tdigest_cdf(const drift_tdigest *digest, double value, double *out_estimate,
                               double *out_low, double *out_high)
{
    if (!digest || !out_estimate || isnan(value))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!digest->n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    const centroids *all = seen(digest);
    uint64_t certain = 0, possible = 0;
    double below = 0, n = (double)digest->n;
    for (size_t i = 0; i < all->n; i++) {
        const centroid *c = &all->items[i];
        certain += c->high <= value ? c->weight : 0;
        possible += c->low <= value ? c->weight : 0;
        below += share_of(digest, all, i, value) * (double)c->weight;
    }
    double estimate = below / n, low = (double)certain / n, high = (double)possible / n;
    *out_estimate = estimate < low ? low : estimate > high ? high : estimate;
    if (out_low)
        *out_low = low;
    if (out_high)
        *out_high = high;
    return DRIFT_OK;
}

drift_status drift_tdigest_serialize(const drift_tdigest *digest, drift_buffer *out_bytes)
{
    if (!digest || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    const centroids *all = seen(digest);
    drift__writer writer = {out_bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    drift__write_double(&writer, digest->compression);
    drift__write_u64(&writer, digest->n);
    drift__write_u64(&writer, digest->missing);
    drift__write_u64(&writer, digest->infinite);
    drift__write_double(&writer, digest->minimum);
    drift__write_double(&writer, digest->maximum);
    drift__write_varint(&writer, all->n);
    for (size_t i = 0; i < all->n; i++) {
        drift__write_double(&writer, all->items[i].mean);
        drift__write_double(&writer, all->items[i].low);
        drift__write_double(&writer, all->items[i].high);
        drift__write_varint(&writer, all->items[i].weight);
    }
    drift__envelope_end(&writer, begin);
    return writer.status;
}

static int plausible(const drift_tdigest *digest)
{
    uint64_t total = 0;
    double low = 0, high = 0;
    for (size_t i = 0; i < digest->settled.n; i++) {
        const centroid *c = &digest->settled.items[i];
        if (!isfinite(c->low) || !isfinite(c->high) || !(c->low <= c->mean && c->mean <= c->high) ||
            (i && c->mean < c[-1].mean) || !c->weight || (c->weight == 1 && c->low != c->high) ||
            __builtin_add_overflow(total, c->weight, &total))
            return 0;
        low = !i || c->low < low ? c->low : low;
        high = !i || c->high > high ? c->high : high;
    }
    return total == digest->n && low == digest->minimum && high == digest->maximum;
}

static void read_state(drift_tdigest *digest, drift__byte_reader *payload)
{
    digest->n = drift__read_u64(payload);
    digest->missing = drift__read_u64(payload);
    digest->infinite = drift__read_u64(payload);
    digest->minimum = drift__read_double(payload);
    digest->maximum = drift__read_double(payload);
    uint64_t n = drift__read_varint(payload);
    if (n > digest->capacity || n > drift__read_left(payload) / LEAST_CENTROID_BYTES) {
        payload->failed = 1;
        return;
    }
    digest->settled.n = (size_t)n;
    for (size_t i = 0; i < digest->settled.n; i++) {
        centroid *c = &digest->settled.items[i];
        c->mean = drift__read_double(payload);
        c->low = drift__read_double(payload);
        c->high = drift__read_double(payload);
        c->weight = drift__read_varint(payload);
    }
}

drift_status drift_tdigest_deserialize(const void *bytes, size_t size,
                                       const drift_allocator *allocator,
                                       drift_tdigest **out_digest, drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_digest)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(bytes, size, MAGIC, FORMAT_VERSION, "t-digest",
                                               &version, &payload, error);
    if (status)
        return status;
    drift_tdigest_config config = DRIFT_TDIGEST_CONFIG_INIT;
    config.compression = drift__read_double(&payload);
    config.allocator = allocator;
    if (payload.failed || !(config.compression >= 20 && config.compression <= 2000))
        return drift__fail(error, DRIFT_ERR_CORRUPT, "t-digest is damaged");
    drift_tdigest *digest = NULL;
    status = drift_tdigest_create(&config, &digest, error);
    if (status)
        return status;
    read_state(digest, &payload);
    if (payload.failed || drift__read_left(&payload) || !plausible(digest)) {
        drift_tdigest_destroy(digest);
        return drift__fail(error, DRIFT_ERR_CORRUPT, "t-digest is damaged");
    }
    *out_digest = digest;
    return DRIFT_OK;
}
