/* SPDX-License-Identifier: Apache-2.0
 *
 * random.h: SplitMix64 (Steele, Lea & Flood 2014): the same numbers from the
 * same seed on every architecture. Not for secrets.
 */
#ifndef DRIFT_CORE_RANDOM_H
#define DRIFT_CORE_RANDOM_H

#include <stdint.h>

#include "core/hash.h"

typedef struct drift__random {
    uint64_t state; /* any value is a seed */
} drift__random;

static inline uint64_t drift__random_next(drift__random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    return drift__mix(random->state);
}

/** Below 2^53. */
static inline uint64_t drift__random_bits(drift__random *random)
{
    return drift__random_next(random) >> 11;
}

static inline double drift__random_uniform_of(uint64_t bits)
{
    return ((double)bits + 0.5) * 0x1p-53;
}

/** In the open interval (0, 1), 53 bits. */
static inline double drift__random_uniform(drift__random *random)
{
    return drift__random_uniform_of(drift__random_bits(random));
}

/** Standard normal (Box & Muller 1958). */
double drift__random_normal(drift__random *random);
/** 0 .. n - 1, each as probable as the others; n > 0. */
uint64_t drift__random_below(drift__random *random, uint64_t n);

#endif
