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

int drift__feed_ends(const drift__feed *feed, double *out_low, double *out_high)
{
    if (!feed->buffered || !feed->kernels->screen(feed->buffer, feed->buffered, out_low, out_high))
        return 0;
    *out_low += 0.0; /* one zero only */
    *out_high += 0.0;
    return 1;
}

/* The buffer is full. */
static void hand_on(drift__feed *feed, drift__take_block *take, void *sketch)
{
    double low, high;
    drift__feed_ends(feed, &low, &high);
    feed->buffered = 0;
    take(sketch, feed->buffer, low, high);
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
    feed->n++;
    feed->buffer[feed->buffered++] = value;
    if (feed->buffered == BLOCK)
        hand_on(feed, take, sketch);
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
    feed->n += n;
    if (n == BLOCK) {
        take(sketch, values, low + 0.0, high + 0.0);
        return;
    }
    memcpy(feed->buffer + feed->buffered, values, n * sizeof *values);
    feed->buffered += n;
    if (feed->buffered == BLOCK)
        hand_on(feed, take, sketch);
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
