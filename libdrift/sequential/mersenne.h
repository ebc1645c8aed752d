/* SPDX-License-Identifier: Apache-2.0
 *
 * mersenne.h: the Mersenne Twister MT19937 (Matsumoto & Nishimura 1998), and the
 * draw without replacement that CPython makes with it: river's KSWIN tests what
 * random.Random(seed).sample gives.
 */
#ifndef DRIFT_SEQUENTIAL_MERSENNE_H
#define DRIFT_SEQUENTIAL_MERSENNE_H

#include <stddef.h>
#include <stdint.h>

enum { DRIFT__MERSENNE_WORDS = 624 };

typedef struct drift__mersenne {
    uint32_t words[DRIFT__MERSENNE_WORDS];
    uint32_t at;
} drift__mersenne;

/** Seeded as random.Random(seed). */
void drift__mersenne_seed(drift__mersenne *generator, uint64_t seed);
/** 0 .. n - 1, each as probable as the others; 0 < n < 2^32. */
uint32_t drift__mersenne_below(drift__mersenne *generator, uint32_t n);
/** `k` of 0 .. n - 1 as random.sample(range(n), k) gives them; `scratch` has room for n. */
void drift__mersenne_sample(drift__mersenne *generator, uint32_t n, uint32_t k, uint32_t *out,
                            uint32_t *scratch);

#endif
