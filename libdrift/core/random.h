/* SPDX-License-Identifier: Apache-2.0
 *
 * random.h: SplitMix64 (Steele, Lea & Flood 2014): the same numbers from the
 * same seed on every architecture. Not for secrets.
 */
#ifndef DRIFT_CORE_RANDOM_H
#define DRIFT_CORE_RANDOM_H

#include <stdint.h>

typedef struct drift__random {
    uint64_t state; /* any value is a seed */
} drift__random;

uint64_t drift__random_next(drift__random *random);
/** In the open interval (0, 1), 53 bits. */
double drift__random_uniform(drift__random *random);
/** Standard normal (Box & Muller 1958). */
double drift__random_normal(drift__random *random);
/** 0 .. n - 1, each as probable as the others; n > 0. */
uint64_t drift__random_below(drift__random *random, uint64_t n);

#endif
