/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_digest.c: an edge digest's life. Queries look at a view, knots and
 * waiting values taken together, and leave both as they are.
 */
#include <math.h>

#include "core/error.h"
#include "core/memory.h"
#include "sketch/edge_digest_place.h"

enum { BLOCK = DRIFT__FEED_BLOCK, FEWEST_EDGES = 16, USUAL_EDGES = 96 };

static void settle_view(drift_edge_digest *digest)
{
    drift__knots old = digest->settled;
    digest->settled = digest->view;
    digest->view = old;
    digest->view_holds = 0;
}

static void build_view(drift_edge_digest *digest)
{
    const drift__feed *feed = &digest->feed;
    double low, high;
    if (!digest->view_holds && drift__feed_ends(feed, &low, &high))
        drift__edge_digest_fold(digest, feed->buffer, feed->buffered, low, high, &digest->view);
    digest->view_holds = 1;
}

const drift__knots *drift__edge_digest_seen(const drift_edge_digest *digest)
{
    if (!digest->feed.buffered)
        return &digest->settled;
    build_view((drift_edge_digest *)digest);
    return &digest->view;
}

static void take_block(void *sketch, const double *values, double low, double high)
{
    drift_edge_digest *digest = sketch;
    drift__edge_digest_fold(digest, values, BLOCK, low, high, &digest->settled);
}

static drift_status allocate(drift_edge_digest *digest)
{
    const drift_allocator *memory = &digest->allocator;
    size_t candidates = drift__edge_digest_candidates(digest->edges);
    digest->settled.items = drift__allocate(memory, digest->edges + 2, sizeof(drift__knot));
    digest->view.items = drift__allocate(memory, digest->edges + 2, sizeof(drift__knot));
    digest->candidates = drift__allocate(memory, candidates, sizeof *digest->candidates);
    digest->expected = drift__allocate(memory, candidates, sizeof *digest->expected);
    digest->costs = drift__allocate(memory, candidates, sizeof *digest->costs);
    digest->keys = drift__allocate(memory, BLOCK, sizeof *digest->keys);
    digest->scratch = drift__allocate(memory, BLOCK, sizeof *digest->scratch);
    digest->guide.edges =
        drift__allocate(memory, 3 * (size_t)digest->edges + 1, sizeof *digest->guide.edges);
    digest->guide.start =
        drift__allocate(memory, DRIFT__EDGE_DIGEST_GUIDE_CELLS, sizeof *digest->guide.start);
    drift_status status = drift__feed_create(&digest->feed, memory);
    return digest->settled.items && digest->view.items && digest->candidates && digest->expected &&
                   digest->costs && digest->keys && digest->scratch && digest->guide.edges &&
                   digest->guide.start
               ? status
               : DRIFT_ERR_OUT_OF_MEMORY;
}

drift_status drift_edge_digest_create(const drift_edge_digest_config *config,
                                      drift_edge_digest **out_digest, drift_error *error)
{
    drift_edge_digest_config filled = DRIFT_EDGE_DIGEST_CONFIG_INIT;
    if (!out_digest)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&filled, config, sizeof filled, error);
    if (status)
        return status;
    uint32_t edges = filled.edges ? filled.edges : USUAL_EDGES;
    if (edges < FEWEST_EDGES || edges > DRIFT__EDGE_DIGEST_MOST)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "an edge digest has %d to %d edges",
                           FEWEST_EDGES, DRIFT__EDGE_DIGEST_MOST);
    drift_allocator memory = drift__allocator(filled.allocator);
    drift_edge_digest *digest = drift__allocate_zero(&memory, 1, sizeof *digest);
    if (!digest)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    digest->allocator = memory;
    digest->edges = edges;
    digest->angle = 3.141592653589793 / edges;
    status = allocate(digest);
    if (status) {
        drift_edge_digest_destroy(digest);
        return drift__fail_status(error, status);
    }
    *out_digest = digest;
    return DRIFT_OK;
}

void drift_edge_digest_destroy(drift_edge_digest *digest)
{
    if (!digest)
        return;
    drift_allocator memory = digest->allocator;
    drift__release(&memory, digest->settled.items);
    drift__release(&memory, digest->view.items);
    drift__release(&memory, digest->candidates);
    drift__release(&memory, digest->expected);
    drift__release(&memory, digest->costs);
    drift__release(&memory, digest->keys);
    drift__release(&memory, digest->scratch);
    drift__guide_destroy(&digest->guide, &memory);
    drift__feed_destroy(&digest->feed, &memory);
    drift__release(&memory, digest);
}

void drift_edge_digest_reset(drift_edge_digest *digest)
{
    drift__feed_reset(&digest->feed);
    digest->settled.n = 0;
    digest->settled.decimals = 0;
    digest->view_holds = digest->guide_holds = 0;
}

drift_status drift_edge_digest_add(drift_edge_digest *digest, double value)
{
    if (!digest)
        return DRIFT_ERR_INVALID_ARGUMENT;
    digest->view_holds = 0;
    return drift__feed_add(&digest->feed, value, take_block, digest);
}

drift_status drift_edge_digest_update(drift_edge_digest *digest, const double *values, size_t n)
{
    if (!digest || (!values && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    digest->view_holds = 0;
    return drift__feed_update(&digest->feed, values, n, take_block, digest);
}

drift_status drift_edge_digest_merge(drift_edge_digest *digest, const drift_edge_digest *other)
{
    if (!digest || !other)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__feed_merge(&digest->feed, &other->feed);
    if (status)
        return status;
    if (digest->feed.buffered) {
        build_view(digest);
        settle_view(digest);
        drift__feed_empty(&digest->feed);
    }
    const drift__knots *theirs = drift__edge_digest_seen(other);
    drift__edge_digest_join(digest, theirs, &digest->view);
    settle_view(digest);
    digest->guide_holds = 0;
    return DRIFT_OK;
}

uint64_t drift_edge_digest_count(const drift_edge_digest *digest)
{
    return digest->feed.n;
}

uint64_t drift_edge_digest_missing(const drift_edge_digest *digest)
{
    return digest->feed.missing;
}

uint64_t drift_edge_digest_infinite(const drift_edge_digest *digest)
{
    return digest->feed.infinite;
}

uint32_t drift_edge_digest_edges(const drift_edge_digest *digest)
{
    return digest->edges;
}

size_t drift_edge_digest_cells(const drift_edge_digest *digest)
{
    size_t n = drift__edge_digest_seen(digest)->n;
    return n ? n - 1 : 0;
}

/* The smallest and the largest finite value. */
static drift_status ends(const drift_edge_digest *digest, double out_ends[2])
{
    const drift__knots *settled = &digest->settled;
    double low = INFINITY, high = -INFINITY;
    if (!digest->feed.n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    drift__feed_ends(&digest->feed, &low, &high);
    if (settled->n) {
        low = fmin(low, drift__key_double(settled->items[0].key));
        high = fmax(high, drift__key_double(drift__key_before(settled->items[settled->n - 1].key)));
    }
    out_ends[0] = low;
    out_ends[1] = high;
    return DRIFT_OK;
}

drift_status drift_edge_digest_min(const drift_edge_digest *digest, double *out_value)
{
    double found[2];
    drift_status status = ends(digest, found);
    if (!status)
        *out_value = found[0];
    return status;
}

drift_status drift_edge_digest_max(const drift_edge_digest *digest, double *out_value)
{
    double found[2];
    drift_status status = ends(digest, found);
    if (!status)
        *out_value = found[1];
    return status;
}
