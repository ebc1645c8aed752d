/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest.c: a t-digest's life: values are buffered until they make a block,
 * blocks are folded. Queries look at a view, centroids and buffer taken
 * together, and leave both as they are.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "sketch/tdigest_fold.h"

enum { BLOCK = DRIFT__FEED_BLOCK, SPARE_CENTROIDS = 16 };

static void widen(drift_tdigest *digest, double low, double high)
{
    digest->minimum = low < digest->minimum ? low : digest->minimum;
    digest->maximum = high > digest->maximum ? high : digest->maximum;
}

static void build_view(drift_tdigest *digest)
{
    const drift__feed *feed = &digest->feed;
    double low, high;
    if (digest->view_n == feed->n)
        return;
    if (drift__feed_ends(feed, &low, &high))
        widen(digest, low, high);
    drift__tdigest_fold(digest, feed->buffer, feed->buffered, 0, &digest->view);
    digest->view_n = feed->n;
}

static void settle_view(drift_tdigest *digest)
{
    drift__centroids old = digest->settled;
    digest->settled = digest->view;
    digest->view = old;
    drift__feed_empty(&digest->feed);
    digest->view_n = 0;
}

const drift__centroids *drift__tdigest_seen(const drift_tdigest *digest)
{
    if (!digest->feed.buffered)
        return &digest->settled;
    build_view((drift_tdigest *)digest);
    return &digest->view;
}

static drift_status allocate(drift_tdigest *digest)
{
    const drift_allocator *memory = &digest->allocator;
    digest->settled.items = drift__allocate(memory, digest->capacity, sizeof(drift__centroid));
    digest->view.items = drift__allocate(memory, digest->capacity, sizeof(drift__centroid));
    digest->grown.items = drift__allocate(memory, digest->capacity, sizeof(drift__centroid));
    digest->borders = drift__allocate(memory, digest->capacity, sizeof *digest->borders);
    digest->keys = drift__allocate(memory, 2 * BLOCK, sizeof *digest->keys);
    digest->guide.edges =
        drift__allocate(memory, 3 * DRIFT__TDIGEST_EDGES + 1, sizeof *digest->guide.edges);
    digest->guide.start =
        drift__allocate(memory, DRIFT__TDIGEST_GUIDE_CELLS, sizeof *digest->guide.start);
    drift_status fed = drift__feed_create(&digest->feed, memory);
    return digest->settled.items && digest->view.items && digest->grown.items && digest->borders &&
                   !fed && digest->keys && digest->guide.edges && digest->guide.start
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
    /* K1 makes 0.55 to 0.8 centroids of each step: steps somewhat shorter than its own. */
    const double step = 6.283185307179586 / (1.25 * compression);
    digest->allocator = memory;
    digest->compression = compression;
    digest->cosine = cos(step);
    digest->sine = sin(step);
    digest->capacity = (size_t)compression + SPARE_CENTROIDS;
    drift_tdigest_reset(digest);
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
    drift__release(&memory, digest->grown.items);
    drift__release(&memory, digest->borders);
    drift__feed_destroy(&digest->feed, &memory);
    drift__release(&memory, digest->keys);
    drift__guide_destroy(&digest->guide, &memory);
    drift__release(&memory, digest);
}

void drift__tdigest_forget_extrema(drift_tdigest *digest)
{
    digest->minimum = (double)INFINITY;
    digest->maximum = (double)-INFINITY;
}

void drift_tdigest_reset(drift_tdigest *digest)
{
    drift__feed_reset(&digest->feed);
    drift__tdigest_forget_extrema(digest);
    digest->settled.n = 0;
    digest->view_n = 0;
    digest->broken = 0;
    digest->guide.n_edges = 0;
    digest->wait = digest->patience = 0;
}

/* Ends at the first value that is not whole, so that streams of others pay nothing. */
static int are_whole(const double *values, size_t n)
{
    const double shift = 0x1.8p52; /* leaves no place for a fraction */
    for (size_t i = 0; i < n; i++)
        if ((values[i] + shift) - shift != values[i] && fabs(values[i]) < 0x1p51)
            return 0;
    return 1;
}

int drift__tdigest_whole(const drift_tdigest *digest)
{
    return !digest->broken && are_whole(digest->feed.buffer, digest->feed.buffered);
}

static void fold_block(void *sketch, const double *values, double low, double high)
{
    drift_tdigest *digest = sketch;
    widen(digest, low, high);
    digest->broken = digest->broken || !are_whole(values, BLOCK);
    drift__tdigest_fold(digest, values, BLOCK, 1, &digest->view);
    settle_view(digest);
}

drift_status drift_tdigest_update(drift_tdigest *digest, const double *values, size_t n)
{
    if (!digest || (!values && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    return drift__feed_update(&digest->feed, values, n, fold_block, digest);
}

drift_status drift_tdigest_add(drift_tdigest *digest, double value)
{
    if (!digest)
        return DRIFT_ERR_INVALID_ARGUMENT;
    return drift__feed_add(&digest->feed, value, fold_block, digest);
}

drift_status drift_tdigest_merge(drift_tdigest *digest, const drift_tdigest *other)
{
    if (!digest || !other)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__feed both = digest->feed; /* refused before anything changes */
    drift_status status = drift__feed_merge(&both, &other->feed);
    if (status)
        return status;
    int broken = !drift__tdigest_whole(digest) || !drift__tdigest_whole(other);
    if (digest->feed.buffered) {
        build_view(digest);
        settle_view(digest);
    }
    const drift__centroids *theirs = drift__tdigest_seen(other);
    widen(digest, other->minimum, other->maximum);
    status = drift__feed_merge(&digest->feed, &other->feed);
    drift__tdigest_join(digest, theirs, &digest->view);
    settle_view(digest);
    digest->broken = broken;
    return status;
}

uint64_t drift_tdigest_count(const drift_tdigest *digest)
{
    return digest->feed.n;
}

uint64_t drift_tdigest_missing(const drift_tdigest *digest)
{
    return digest->feed.missing;
}

uint64_t drift_tdigest_infinite(const drift_tdigest *digest)
{
    return digest->feed.infinite;
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
    if (!digest->feed.n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    *out_value = value;
    return DRIFT_OK;
}

drift_status drift_tdigest_min(const drift_tdigest *digest, double *out_value)
{
    drift__tdigest_seen(digest);
    return give(digest, digest->minimum, out_value);
}

drift_status drift_tdigest_max(const drift_tdigest *digest, double *out_value)
{
    drift__tdigest_seen(digest);
    return give(digest, digest->maximum, out_value);
}
