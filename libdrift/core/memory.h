/* SPDX-License-Identifier: Apache-2.0
 *
 * memory.h: allocation through an object's allocator, with every size product checked.
 */
#ifndef DRIFT_CORE_MEMORY_H
#define DRIFT_CORE_MEMORY_H

#include <drift/base.h>

/** The allocator to use where the caller gave `allocator` (NULL = malloc). */
drift_allocator drift__allocator(const drift_allocator *allocator);
/** `count * size` bytes, not cleared; NULL where the product overflows or memory is out. */
void *drift__allocate(const drift_allocator *allocator, size_t count, size_t size);
/** The same, cleared. */
void *drift__allocate_zero(const drift_allocator *allocator, size_t count, size_t size);
/** Resize to `count * size` bytes; on NULL the old memory is unchanged. */
void *drift__reallocate(const drift_allocator *allocator, void *memory, size_t count, size_t size);
void drift__release(const drift_allocator *allocator, void *memory);
/** Copy of `length` bytes with a NUL after them. */
char *drift__copy_string(const drift_allocator *allocator, const char *text, size_t length);
/**
 * Make room for `needed` elements of `size` bytes in `*items`, whose capacity
 * is `*capacity`: grows by half, at least to 16. DRIFT_ERR_OUT_OF_MEMORY
 * leaves both as they were.
 */
drift_status drift__reserve(const drift_allocator *allocator, void **items, size_t *capacity,
                            size_t needed, size_t size);

#endif
