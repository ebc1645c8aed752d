/* SPDX-License-Identifier: Apache-2.0
 *
 * feed.c: values are buffered until they make a block; a whole block of the
 * caller's is handed on where it lies.
 */
#include "sketch/feed.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"

enum { BLOCK = DRIFT__FEED_BLOCK };

void drift__feed_empty(drift__feed *feed)
{
    feed->buffered = 0;
    feed->low = INFINITY;
    feed->high = -INFINITY;
}

void drift__feed_reset(drift__feed *feed)
{
    feed->n = feed->missing = feed->infinite = 0;
    drift__feed_empty(feed);
}

drift_status drift__feed_create(drift__feed *out_feed, const drift_allocator *allocator)
{
    out_feed->kernels = drift__kernels_get();
    out_feed->buffer = drift__allocate(allocator, BLOCK, sizeof *out_feed->buffer);
    drift__feed_reset(out_feed);
    return out_feed->buffer ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
}

void drift__feed_destroy(drift__feed *feed, const drift_allocator *allocator)
{
    drift__release(allocator, feed->buffer);
}

static int has_room(const drift__feed *feed, size_t n)
{
    uint64_t most = feed->n > feed->missing ? feed->n : feed->missing;
    most = feed->infinite > most ? feed->infinite : most;
    return most <= UINT64_MAX - n;
}

static void widen(drift__feed *feed, double low, double high, size_t n)
{
    feed->low = low < feed->low ? low : feed->low;
    feed->high = high > feed->high ? high : feed->high;
    feed->n += n;
    feed->buffered += n;
}

static void hand_on(drift__feed *feed, const double *values, drift__take_block *take, void *sketch)
{
    double low = feed->low, high = feed->high;
    drift__feed_empty(feed);
    take(sketch, values, low, high);
}

static void add(drift__feed *feed, double value, drift__take_block *take, void *sketch)
{
    if (!isfinite(value)) {
        if (isnan(value))
            feed->missing++;
        else
            feed->infinite++;
        return;
    }
    value += 0.0; /* one zero only */
    feed->buffer[feed->buffered] = value;
    widen(feed, value, value, 1);
    if (feed->buffered == BLOCK)
        hand_on(feed, feed->buffer, take, sketch);
}

/* At most as many values as the block that has begun still takes. */
static void add_piece(drift__feed *feed, const double *values, size_t n, drift__take_block *take,
                      void *sketch)
{
    double low, high;
    if (!feed->kernels->screen(values, n, &low, &high)) {
        for (size_t i = 0; i < n; i++)
            add(feed, values[i], take, sketch);
        return;
    }
    if (n < BLOCK)
        memcpy(feed->buffer + feed->buffered, values, n * sizeof *values);
    widen(feed, low + 0.0, high + 0.0, n);
    if (feed->buffered == BLOCK)
        hand_on(feed, n < BLOCK ? feed->buffer : values, take, sketch);
}

drift_status drift__feed_add(drift__feed *feed, double value, drift__take_block *take, void *sketch)
{
    if (!has_room(feed, 1))
        return DRIFT_ERR_OVERFLOW;
    add(feed, value, take, sketch);
    return DRIFT_OK;
}

drift_status drift__feed_update(drift__feed *feed, const double *values, size_t n,
                                drift__take_block *take, void *sketch)
{
    if (!has_room(feed, n))
        return DRIFT_ERR_OVERFLOW;
    while (n) {
        size_t room = BLOCK - feed->buffered, piece = n < room ? n : room;
        add_piece(feed, values, piece, take, sketch);
        values += piece;
        n -= piece;
    }
    return DRIFT_OK;
}

drift_status drift__feed_merge(drift__feed *feed, const drift__feed *other)
{
    if (feed->n > UINT64_MAX - other->n || feed->missing > UINT64_MAX - other->missing ||
        feed->infinite > UINT64_MAX - other->infinite)
        return DRIFT_ERR_OVERFLOW;
    feed->n += other->n;
    feed->missing += other->missing;
    feed->infinite += other->infinite;
    return DRIFT_OK;
}
