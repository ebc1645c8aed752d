/* SPDX-License-Identifier: Apache-2.0
 *
 * arena.c: blocks in a list, each filled from its start.
 */
#include "core/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"

enum { BLOCK_SIZE = 16384, ALIGNMENT = 16 };

typedef struct drift__arena_block {
    struct drift__arena_block *before;
    size_t used, size;
    max_align_t data[];
} block;

void drift__arena_init(drift__arena *arena, const drift_allocator *allocator)
{
    *arena = (drift__arena){drift__allocator(allocator), NULL, 0};
}

void drift__arena_free(drift__arena *arena)
{
    while (arena->last) {
        block *before = arena->last->before;
        drift__release(&arena->allocator, arena->last);
        arena->last = before;
    }
}

static block *new_block(drift__arena *arena, size_t size)
{
    size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    block *added = drift__allocate(&arena->allocator, room + sizeof *added, 1);
    if (!added)
        return NULL;
    added->before = arena->last;
    added->used = 0;
    added->size = room;
    arena->last = added;
    return added;
}

void *drift__arena_allocate(drift__arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 4) {
        arena->failed = 1;
        return NULL;
    }
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    block *from = arena->last;
    if (!from || from->size - from->used < bytes)
        from = new_block(arena, bytes);
    if (!from) {
        arena->failed = 1;
        return NULL;
    }
    void *memory = (char *)from->data + from->used;
    from->used += bytes;
    return memset(memory, 0, bytes);
}

char *drift__arena_copy(drift__arena *arena, const char *text, size_t length)
{
    char *copy = drift__arena_allocate(arena, length + 1, 1);
    if (copy && length)
        memcpy(copy, text, length);
    return copy;
}

const char *drift__arena_printf(drift__arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : drift__arena_allocate(arena, (size_t)length + 1, 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text ? text : "";
}
