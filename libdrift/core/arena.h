/* SPDX-License-Identifier: Apache-2.0
 *
 * arena.h: memory of a result that is built once and freed as a whole.
 */
#ifndef DRIFT_CORE_ARENA_H
#define DRIFT_CORE_ARENA_H

#include <drift/base.h>

typedef struct drift__arena {
    drift_allocator allocator;
    struct drift__arena_block *last;
    int failed; /* an allocation returned NULL: what was built is incomplete */
} drift__arena;

void drift__arena_init(drift__arena *arena, const drift_allocator *allocator);
void drift__arena_free(drift__arena *arena);
/** `count * size` zeroed bytes, aligned for any type; NULL (and `failed`) where memory is out. */
void *drift__arena_allocate(drift__arena *arena, size_t count, size_t size);
/** Copy of `length` bytes with a NUL after them. */
char *drift__arena_copy(drift__arena *arena, const char *text, size_t length);
/**
 * printf into the arena, of the conversions %s, %d, %u, %llu and %% only; never NULL: an empty
 * string where memory is out.
 */
const char *drift__arena_printf(drift__arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
