/* SPDX-License-Identifier: Apache-2.0
 *
 * feed.h: the way of a stream into a sketch that takes blocks of fixed size: what is not
 * finite is counted apart, the rest waits until it makes a block. Blocks begin
 * where the last one ended, so that the pieces in which values come do not show.
 */
#ifndef DRIFT_SKETCH_FEED_H
#define DRIFT_SKETCH_FEED_H

#include <drift/base.h>

#include "kernels/kernels.h"

enum { DRIFT__FEED_BLOCK = 2048 };

typedef struct drift__feed {
    const drift__kernels *kernels;
    uint64_t n, missing, infinite; /* n: finite values, those that wait included */
    double *buffer;                /* what waits, fewer than a block */
    size_t buffered;
} drift__feed;

/** Takes a block of finite values between `low` and `high`. */
typedef void drift__take_block(void *sketch, const double *values, double low, double high);

drift_status drift__feed_create(drift__feed *out_feed, const drift_allocator *allocator);
void drift__feed_destroy(drift__feed *feed, const drift_allocator *allocator);
/** Forget all that came. */
void drift__feed_reset(drift__feed *feed);
/** Forget what waits: somebody took it. */
void drift__feed_empty(drift__feed *feed);
/** DRIFT_ERR_OVERFLOW where a count would; nothing is taken then. */
drift_status drift__feed_update(drift__feed *feed, const double *values, size_t n,
                                drift__take_block *take, void *sketch);
/** The smallest and the largest value that waits; 0 where none does. */
int drift__feed_ends(const drift__feed *feed, double *out_low, double *out_high);
/** Add the counts of `other`; the sketch takes its values. Overflow leaves `feed` as it was. */
drift_status drift__feed_merge(drift__feed *feed, const drift__feed *other);

/** The same for one value; mostly it only has to wait. */
static inline drift_status drift__feed_add(drift__feed *feed, double value, drift__take_block *take,
                                           void *sketch)
{
    if (!(value - value == 0) || feed->n == UINT64_MAX || feed->buffered + 1 == DRIFT__FEED_BLOCK)
        return drift__feed_update(feed, &value, 1, take, sketch);
    feed->buffer[feed->buffered++] = value;
    feed->n++;
    return DRIFT_OK;
}

#endif
