/* SPDX-License-Identifier: Apache-2.0
 *
 * epoch.h: the time during which a monitor has one reference: the reference,
 * and what is counted against it by the monitor itself.
 */
#ifndef DRIFT_MONITOR_EPOCH_H
#define DRIFT_MONITOR_EPOCH_H

#include <drift/profile.h>

#include "monitor/sentry.h"

typedef struct drift__epoch {
    drift_allocator allocator;
    uint64_t number; /* from 1 */
    drift_profile *reference;
    drift_profile *window; /* what the window counts in: a shard of the reference */
    drift__sentry *sentry; /* over the reference; NULL: windows are judged instead */
    /* Of monitor/transition.h: shards too, NULL where the monitor does not follow. */
    drift_profile *previous, *gathered; /* window before this one; rows for the next reference */
    int settled;                        /* the change has ended */
    struct drift__epoch *older;         /* recorders may still hold shards of its reference */
} drift__epoch;

/**
 * Epoch of a copy of `reference`, with what shards rely on built; `follows`: with a next one;
 * `watched` as in drift__epoch_watch. What `reference` does not say about the order of its rows is
 * taken from `before` (may be NULL), the reference of the epoch before.
 */
drift_status drift__epoch_create(const drift_profile *reference, uint64_t number, int follows,
                                 const drift_profile *before, const drift__sentry_config *watched,
                                 const drift_allocator *allocator, drift__epoch **out_epoch,
                                 drift_error *error);
/** Give it a new sentry, none where `watched` is NULL. On failure it keeps the one it has. */
drift_status drift__epoch_watch(drift__epoch *epoch, const drift__sentry_config *watched,
                                drift_error *error);
/** `epoch` may be NULL; the older ones stay. */
void drift__epoch_destroy(drift__epoch *epoch);

#endif
