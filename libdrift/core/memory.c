/* SPDX-License-Identifier: Apache-2.0
 *
 * memory.c: allocation through an object's allocator.
 */
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static void *system_reallocate(void *context, void *memory, size_t size)
{
    (void)context;
    return realloc(memory, size);
}

static void system_release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

drift_allocator drift__allocator(const drift_allocator *allocator)
{
    static const drift_allocator system_allocator = {system_reallocate, system_release, NULL};
    return allocator && allocator->reallocate && allocator->release ? *allocator : system_allocator;
}

void *drift__reallocate(const drift_allocator *allocator, void *memory, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return NULL;
    return allocator->reallocate(allocator->context, memory, bytes ? bytes : 1);
}

void *drift__allocate(const drift_allocator *allocator, size_t count, size_t size)
{
    return drift__reallocate(allocator, NULL, count, size);
}

void *drift__allocate_zero(const drift_allocator *allocator, size_t count, size_t size)
{
    void *memory = drift__reallocate(allocator, NULL, count, size);
    if (memory)
        memset(memory, 0, count * size);
    return memory;
}

void drift__release(const drift_allocator *allocator, void *memory)
{
    if (memory)
        allocator->release(allocator->context, memory);
}

char *drift__copy_string(const drift_allocator *allocator, const char *text, size_t length)
{
    if (length == SIZE_MAX)
        return NULL;
    char *copy = drift__allocate(allocator, length + 1, 1);
    if (!copy)
        return NULL;
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

drift_status drift__reserve(const drift_allocator *allocator, void **items, size_t *capacity,
                            size_t needed, size_t size)
{
    if (needed <= *capacity)
        return DRIFT_OK;
    size_t grown = *capacity + *capacity / 2;
    if (grown < 16)
        grown = 16;
    if (grown < needed)
        grown = needed;
    void *memory = drift__reallocate(allocator, *items, grown, size);
    if (!memory)
        return DRIFT_ERR_OUT_OF_MEMORY;
    *items = memory;
    *capacity = grown;
    return DRIFT_OK;
}
