/* SPDX-License-Identifier: Apache-2.0
 *
 * damage.h: what every decoder must refuse: each flipped bit, each truncation,
 * a byte too many.
 */
#ifndef DRIFT_TESTS_DAMAGE_H
#define DRIFT_TESTS_DAMAGE_H

#include <check.h>
#include <drift/base.h>
#include <stdlib.h>
#include <string.h>

/** Tries to build an object, destroys it where that succeeds. */
typedef drift_status open_bytes(const void *bytes, size_t size);

static inline void expect_refused(open_bytes *open, const uint8_t *bytes, size_t size)
{
    drift_status status = open(bytes, size);
    ck_assert(status == DRIFT_ERR_CORRUPT || status == DRIFT_ERR_UNSUPPORTED);
}

static inline void expect_damage_refused(open_bytes *open, const drift_buffer *good)
{
    size_t size = drift_buffer_size(good);
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, drift_buffer_data(good), size);
    copy[size] = 0;
    ck_assert_int_eq(open(copy, size), DRIFT_OK);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        expect_refused(open, copy, size);
        copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t cut = 0; cut < size; cut++)
        expect_refused(open, copy, cut);
    expect_refused(open, copy, size + 1);
    free(copy);
}

static inline int same_bytes(const drift_buffer *a, const drift_buffer *b)
{
    return drift_buffer_size(a) == drift_buffer_size(b) &&
           memcmp(drift_buffer_data(a), drift_buffer_data(b), drift_buffer_size(a)) == 0;
}

/**
 * Allocator that has `left` more blocks to give (SIZE_MAX: no limit) and
 * counts the blocks that are out.
 */
typedef struct scarce_memory {
    size_t left;
    long out;
} scarce_memory;

static inline void *scarce_reallocate(void *context, void *memory, size_t size)
{
    scarce_memory *scarce = context;
    if (!scarce->left)
        return NULL;
    if (scarce->left != SIZE_MAX)
        scarce->left--;
    void *result = realloc(memory, size);
    if (result && !memory)
        scarce->out++;
    return result;
}

static inline void scarce_release(void *context, void *memory)
{
    if (memory)
        ((scarce_memory *)context)->out--;
    free(memory);
}

static inline drift_allocator scarce_allocator(scarce_memory *scarce)
{
    return (drift_allocator){scarce_reallocate, scarce_release, scarce};
}

#endif
