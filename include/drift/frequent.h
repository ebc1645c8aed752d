/* SPDX-License-Identifier: Apache-2.0
 *
 * frequent.h: the names that occur most often in a stream of any number of
 * names, each with bounds of its count that hold with certainty. Misra & Gries
 * (1982) with weights and merging as Agarwal et al. (2013, "Mergeable
 * summaries", section 3); up to 2 * capacity counters, from which the
 * (capacity + 1)-th largest count is taken when they are full, as Anderson et
 * al. (2017, arXiv:1705.07001) take a median.
 *
 * With N the total, every count is known to N / (capacity + 1) or better, and
 * every name with more than that is kept. The same calls in the same order
 * give the same bytes. While no more than 2 * capacity names were met, every
 * count is exact and order means nothing; beyond, which rare names are kept and
 * how wide the bounds are depend on the order of the data and of merges, but
 * the promises above do not.
 *
 * Thread rule: one object serves one thread at a time; objects are
 * independent. A function that takes a const sketch changes nothing a caller
 * can see (it may fill a cache inside the object).
 */
#ifndef DRIFT_FREQUENT_H
#define DRIFT_FREQUENT_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_frequent drift_frequent;

typedef struct drift_frequent_config {
    uint32_t struct_size;
    uint32_t capacity;                /* 0 = 1,024; at most 2^20 */
    const drift_allocator *allocator; /* NULL = malloc */
} drift_frequent_config;

#define DRIFT_FREQUENT_CONFIG_INIT {sizeof(drift_frequent_config), 0, NULL}

/** One kept name: low <= its true count <= high. `name` is borrowed until the sketch changes. */
typedef struct drift_frequent_name {
    const char *name; /* may hold any byte, NUL too */
    size_t length;
    uint64_t low, high;
} drift_frequent_name;

/** New empty sketch, owned by the caller; `config` NULL for the defaults. */
DRIFT_API drift_status drift_frequent_create(const drift_frequent_config *config,
                                             drift_frequent **out_frequent, drift_error *error);
DRIFT_API void drift_frequent_destroy(drift_frequent *frequent);
DRIFT_API void drift_frequent_reset(drift_frequent *frequent);
/**
 * Count `name` `count` times. Amortised O(length); memory grows with the names
 * kept, which are held whole. DRIFT_ERR_OVERFLOW where the total would pass 2^63 - 1.
 */
DRIFT_API drift_status drift_frequent_update(drift_frequent *frequent, const char *name,
                                             size_t length, uint64_t count);
/**
 * Count `n` names: name i is `bytes[offsets[i] .. offsets[i + 1])`. Only
 * DRIFT_ERR_OUT_OF_MEMORY can come after some names were counted; _total tells how many.
 */
DRIFT_API drift_status drift_frequent_update_batch(drift_frequent *frequent, const char *bytes,
                                                   const int64_t *offsets, size_t n);
/**
 * Add everything `other` has seen; errors add up to at most that of the total.
 * DRIFT_ERR_INCOMPATIBLE unless the capacities agree.
 */
DRIFT_API drift_status drift_frequent_merge(drift_frequent *frequent, const drift_frequent *other);

/** Everything counted. */
DRIFT_API uint64_t drift_frequent_total(const drift_frequent *frequent);
/**
 * Largest error of any bound: high - low of every kept name, and the most a
 * name that is not kept can have. At most total / (capacity + 1); 0 = all counts are exact.
 */
DRIFT_API uint64_t drift_frequent_error(const drift_frequent *frequent);
DRIFT_API uint32_t drift_frequent_capacity(const drift_frequent *frequent);
/** Names kept: at most 2 * capacity. */
DRIFT_API size_t drift_frequent_size(const drift_frequent *frequent);
/** Bounds of the count of any name; 0 and drift_frequent_error where it is not kept. */
DRIFT_API drift_status drift_frequent_count(const drift_frequent *frequent, const char *name,
                                            size_t length, uint64_t *out_low, uint64_t *out_high);
/**
 * Kept name `index` (0 .. size-1), the most frequent first, among equal ones in
 * the order of their bytes. O(size log size) after a change, then O(1).
 */
DRIFT_API drift_status drift_frequent_get(const drift_frequent *frequent, size_t index,
                                          drift_frequent_name *out_name);

/** Append the state as bytes (little-endian, versioned, checksummed) to `out_bytes`. */
DRIFT_API drift_status drift_frequent_serialize(const drift_frequent *frequent,
                                                drift_buffer *out_bytes);
/** Build from untrusted bytes; DRIFT_ERR_CORRUPT leaves `out_frequent` untouched. */
DRIFT_API drift_status drift_frequent_deserialize(const void *bytes, size_t size,
                                                  const drift_allocator *allocator,
                                                  drift_frequent **out_frequent,
                                                  drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
