/* SPDX-License-Identifier: Apache-2.0
 *
 * categories.h: exact counts of names, up to a capacity, then `other`.
 *
 * Which names are kept does not depend on the order of the data or of merges:
 * pinned names always, and of the rest the `capacity` ones with the smallest
 * keyed hash (SipHash-1-3 of the name under `seed`). A kept name's count is
 * exact; kept counts and `other` always add up to the total.
 *
 * Thread rule: one object serves one thread at a time; objects are independent.
 */
#ifndef DRIFT_CATEGORIES_H
#define DRIFT_CATEGORIES_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_categories drift_categories;

typedef struct drift_categories_config {
    uint32_t struct_size;
    uint32_t capacity; /* names kept beside the pinned ones; 0 = 1,024; at most 2^24 */
    uint64_t seed;     /* key of the hash that chooses the names to keep */
    const drift_allocator *allocator; /* NULL = malloc */
} drift_categories_config;

#define DRIFT_CATEGORIES_CONFIG_INIT {sizeof(drift_categories_config), 0, 0, NULL}

/** One kept name. `name` is borrowed until the sketch changes; it may hold any byte, NUL too. */
typedef struct drift_category {
    const char *name;
    size_t length;
    uint64_t count;
    uint32_t pinned; /* 1 = chosen beforehand, 0 = met in the data */
    uint32_t reserved;
} drift_category;

DRIFT_API drift_status drift_categories_create(const drift_categories_config *config,
                                               drift_categories **out_categories,
                                               drift_error *error);
DRIFT_API void drift_categories_destroy(drift_categories *categories);
/** Set every count to zero and forget the names that are not pinned. */
DRIFT_API void drift_categories_reset(drift_categories *categories);
/** Keep `name` whatever its hash; its count starts at 0. Only on an empty sketch. */
DRIFT_API drift_status drift_categories_pin(drift_categories *categories, const char *name,
                                            size_t length);
/** Count `name` `count` times. O(length), plus O(size) and an allocation for a name kept for the first time. */
DRIFT_API drift_status drift_categories_update(drift_categories *categories, const char *name,
                                               size_t length, uint64_t count);
/**
 * Count `n` names: name i is `bytes[offsets[i] .. offsets[i + 1])`. Only
 * DRIFT_ERR_OUT_OF_MEMORY can come after some names were counted; _total tells how many.
 */
DRIFT_API drift_status drift_categories_update_batch(drift_categories *categories,
                                                     const char *bytes, const int64_t *offsets,
                                                     size_t n);
/** Add the counts of `other`; DRIFT_ERR_INCOMPATIBLE unless capacity, seed and pinned names agree. */
DRIFT_API drift_status drift_categories_merge(drift_categories *categories,
                                              const drift_categories *other);

/** Everything counted. */
DRIFT_API uint64_t drift_categories_total(const drift_categories *categories);
/** Counted, but its name is no longer (or was never) kept. */
DRIFT_API uint64_t drift_categories_other(const drift_categories *categories);
/** Names kept, the pinned ones included. */
DRIFT_API size_t drift_categories_size(const drift_categories *categories);
/** Count of `name` where it is kept; DRIFT_ERR_NOT_FOUND where it is not. */
DRIFT_API drift_status drift_categories_count(const drift_categories *categories, const char *name,
                                              size_t length, uint64_t *out_count);
/** Kept name `index` (0 .. size-1) in the order of its bytes. O(1). */
DRIFT_API drift_status drift_categories_get(const drift_categories *categories, size_t index,
                                            drift_category *out_category);

DRIFT_API drift_status drift_categories_serialize(const drift_categories *categories,
                                                  drift_buffer *out_bytes);
/** Build from untrusted bytes; DRIFT_ERR_CORRUPT leaves `out_categories` untouched. */
DRIFT_API drift_status drift_categories_deserialize(const void *bytes, size_t size,
                                                    const drift_allocator *allocator,
                                                    drift_categories **out_categories,
                                                    drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
