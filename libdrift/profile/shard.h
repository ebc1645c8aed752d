/* SPDX-License-Identifier: Apache-2.0
 *
 * shard.h: part of the counts of a stream, made one row at a time without
 * taking memory. A shard is a profile against a reference whose edges it
 * borrows and whose names have a room that does not grow. Rows are first coded,
 * 8 bytes a value, and wait in a ring; a ring is counted column by column.
 */
#ifndef DRIFT_PROFILE_SHARD_H
#define DRIFT_PROFILE_SHARD_H

#include <drift/profile.h>

#include "core/bytes.h"
#include "kernels/kernels.h"

enum {
    DRIFT__SHARD_NAMES = 64, /* names kept of a column beside those the reference named */
    DRIFT__RING_ROWS = DRIFT__TURN_ROWS
};

/** A value that waits to be counted. */
typedef union drift__slot {
    double number; /* NaN: missing */
    int64_t key;   /* of a column of integers; INT64_MIN: counted already */
    struct {
        uint32_t code;     /* of a name */
        uint32_t likeness; /* of a name that the reference did not name: bits of its hash */
    } name;
} drift__slot;

/** How the values of each column are coded; what was coded lately is found without a hash. */
typedef struct drift__coder {
    const drift__kernels *kernels;
    size_t n_columns;
    int plain;         /* every column takes doubles as they are */
    uint8_t *kinds;    /* drift__coding */
    uint32_t **recent; /* DRIFT__RECENT_SLOTS codes of a column of names; else NULL */
} drift__coder;

/** Rows that wait. */
typedef struct drift__ring {
    drift__slot *slots; /* rows of them, `width` apart */
    size_t width;       /* whole cache lines, an odd number: rows do not crowd in a cache */
    uint8_t *groups;    /* of each row */
    uint32_t rows, capacity;
    int counting; /* some of what waits is counted and some is not */
} drift__ring;

/** Empty shard; `reference` must outlive it and have the guides of its edges built. */
drift_status drift__shard_create(const drift_profile *reference, const drift_allocator *allocator,
                                 drift_profile **out_shard, drift_error *error);
/**
 * What a shard counted as a reference: the same edges, and of names those that were met beside those
 * the reference named, unless they were more than a shard keeps.
 */
drift_status drift__shard_settle(const drift_profile *shard, const drift_allocator *allocator,
                                 drift_profile **out_reference, drift_error *error);
/** Add the counts of another shard of the same reference; cannot fail. */
void drift__shard_absorb(drift_profile *shard, const drift_profile *other);
/**
 * Add the counts of any profile against the same reference, which takes no memory.
 * DRIFT_ERR_INCOMPATIBLE, and nothing added, where it is another one.
 */
drift_status drift__shard_pour(drift_profile *shard, const drift_profile *other,
                               drift_error *error);

drift_status drift__coder_create(const drift_profile *reference, const drift_allocator *allocator,
                                 drift__coder *out_coder);
void drift__coder_destroy(drift__coder *coder, const drift_allocator *allocator);
drift_status drift__ring_create(size_t n_columns, const drift_allocator *allocator,
                                drift__ring *out_ring);
void drift__ring_destroy(drift__ring *ring, const drift_allocator *allocator);
/**
 * Code one row of `coder->n_columns` values behind those that wait; the ring has
 * room. Work is bounded by the columns and the bytes of the texts; no
 * memory is taken. DRIFT_ERR_INVALID_ARGUMENT, and nothing changed, for a text without bytes.
 */
drift_status drift__shard_code(drift_profile *shard, const drift__coder *coder, drift__ring *ring,
                               const drift_value *values);
/** Count what waits. Takes no memory. */
void drift__shard_flush(drift_profile *shard, const drift__coder *coder, drift__ring *ring);

/** The counts, without what the reference fixes. */
void drift__shard_write(const drift_profile *shard, drift__writer *writer);
/**
 * Out of untrusted bytes into an empty shard of the same reference; after DRIFT_ERR_CORRUPT
 * or DRIFT_ERR_OUT_OF_MEMORY it has to be reset.
 */
drift_status drift__shard_read(drift_profile *shard, drift__byte_reader *reader);

#endif
