/* SPDX-License-Identifier: Apache-2.0
 *
 * arena.c: blocks in a list, each filled from its start.
 */
#include "core/arena.h"

#include <stdarg.h>
#include <string.h>

#include "core/memory.h"

/* Blocks grow fourfold up to a size. All are multiples of the alignment, and so is what is left in them. */
enum { FIRST_BLOCK = 16 << 10, LARGEST_BLOCK = 1 << 20, ALIGNMENT = 16 };

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
    size_t room = arena->last ? 4 * arena->last->size : FIRST_BLOCK;
    room = room > LARGEST_BLOCK ? LARGEST_BLOCK : room;
    room = room > size ? room : size;
    block *added = drift__allocate(&arena->allocator, room + sizeof *added, 1);
    if (!added)
        return NULL;
    added->before = arena->last;
    added->used = 0;
    added->size = room;
    arena->last = added;
    return added;
}

/* Room for `bytes`, whatever is in it. */
static void *take(drift__arena *arena, size_t bytes)
{
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
    return memory;
}

void *drift__arena_allocate(drift__arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 4) {
        arena->failed = 1;
        return NULL;
    }
    void *memory = take(arena, bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}

char *drift__arena_copy(drift__arena *arena, const char *text, size_t length)
{
    char *copy = length < SIZE_MAX / 4 ? take(arena, length + 1) : NULL;
    if (!copy) {
        arena->failed = 1;
        return NULL;
    }
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* What was written, and would have been with more room. */
typedef struct output {
    char *text;
    size_t room, used;
} output;

static void put(output *out, const char *text, size_t length)
{
    if (out->used + length <= out->room)
        memcpy(out->text + out->used, text, length);
    out->used += length;
}

static void put_number(output *out, unsigned long long size, int negative)
{
    char digits[24];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + size % 10);
        size /= 10;
    } while (size);
    if (negative)
        digits[--at] = '-';
    put(out, digits + at, sizeof digits - at);
}

/* vsnprintf takes a thousand instructions to begin with, and sentences are many. */
static void put_formatted(output *out, const char *format, va_list arguments)
{
    for (const char *mark; (mark = strchr(format, '%')) != NULL;) {
        put(out, format, (size_t)(mark - format));
        format = mark + 2;
        switch (mark[1]) {
        case 's': {
            const char *text = va_arg(arguments, const char *);
            put(out, text, strlen(text));
            break;
        }
        case 'd': {
            int number = va_arg(arguments, int);
            put_number(out, number < 0 ? 0ULL - (unsigned long long)number : (unsigned)number,
                       number < 0);
            break;
        }
        case 'u':
            put_number(out, va_arg(arguments, unsigned), 0);
            break;
        case 'l': /* llu */
            put_number(out, va_arg(arguments, unsigned long long), 0);
            format = mark + 4;
            break;
        default:
            put(out, "%", 1);
        }
    }
    put(out, format, strlen(format) + 1);
}

const char *drift__arena_printf(drift__arena *arena, const char *format, ...)
{
    va_list arguments;
    block *last = arena->last;
    output out = {NULL, 0, 0};
    if (last)
        out = (output){(char *)last->data + last->used, last->size - last->used, 0};
    va_start(arguments, format);
    put_formatted(&out, format, arguments);
    va_end(arguments);
    int whole = out.used <= out.room;
    char *text = take(arena, out.used);
    if (!text)
        return "";
    if (whole)
        return text;
    out = (output){text, out.used, 0};
    va_start(arguments, format);
    put_formatted(&out, format, arguments);
    va_end(arguments);
    return text;
}
