/* SPDX-License-Identifier: Apache-2.0
 *
 * kernels.h: the inner loops, one table of function pointers per instruction
 * set, chosen once. Callers never name an instruction set; every table gives
 * the same bits.
 */
#ifndef DRIFT_KERNELS_KERNELS_H
#define DRIFT_KERNELS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef struct drift__kernels {
    const char *name; /* "scalar" */
    /**
     * Count `size` keys between `n_edges` >= 1 rising edges: counts[i] of the
     * n_edges + 1 counters is what has exactly i edges at or below it.
     */
    void (*count_keys)(const int64_t *edges, uint32_t n_edges, const int64_t *keys, size_t size,
                       uint64_t *counts);
} drift__kernels;

extern const drift__kernels drift__kernels_scalar;

/** The table for this processor. The only mutable global of the library hides here. */
const drift__kernels *drift__kernels_get(void);

#endif
