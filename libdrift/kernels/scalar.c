/* SPDX-License-Identifier: Apache-2.0
 *
 * scalar.c: the kernels in plain C, the reference for every other set.
 */
#include "kernels/kernels.h"

/* Branchless upper bound: the number of edges <= key. */
static uint32_t upper_bound(const int64_t *edges, uint32_t n_edges, int64_t key)
{
    const int64_t *base = edges;
    uint32_t left = n_edges;
    while (left > 1) {
        uint32_t half = left / 2;
        /* A mask, because compilers turn the conditional into a jump that cannot be predicted. */
        base += half & -(uint32_t)(base[half - 1] <= key);
        left -= half;
    }
    return (uint32_t)(base - edges) + (uint32_t)(*base <= key);
}

static void count_keys(const int64_t *edges, uint32_t n_edges, const int64_t *keys, size_t size,
                       uint64_t *counts)
{
    for (size_t i = 0; i < size; i++)
        counts[upper_bound(edges, n_edges, keys[i])]++;
}

const drift__kernels drift__kernels_scalar = {"scalar", count_keys};
