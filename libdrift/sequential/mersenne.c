/* SPDX-License-Identifier: Apache-2.0
 *
 * mersenne.c: MT19937, "Mersenne Twister: a 623-dimensionally equidistributed
 * uniform pseudo-random number generator", with the authors' initialisation by
 * an array (2002), of which CPython takes the 32-bit words of the seed.
 */
#include "sequential/mersenne.h"

#include <string.h>

enum { N = DRIFT__MERSENNE_WORDS, M = 397 };

static uint32_t mixed(const uint32_t *words, uint32_t i)
{
    return words[i - 1] ^ (words[i - 1] >> 30);
}

void drift__mersenne_seed(drift__mersenne *generator, uint64_t seed)
{
    uint32_t *words = generator->words;
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t length = key[1] ? 2 : 1;
    words[0] = 19650218;
    for (uint32_t i = 1; i < N; i++)
        words[i] = 1812433253u * mixed(words, i) + i;
    uint32_t i = 1;
    for (uint32_t step = 0; step < N; step++) {
        uint32_t j = step % length;
        words[i] = (words[i] ^ (mixed(words, i) * 1664525u)) + key[j] + j;
        if (++i == N) {
            words[0] = words[N - 1];
            i = 1;
        }
    }
    for (uint32_t step = 1; step < N; step++) {
        words[i] = (words[i] ^ (mixed(words, i) * 1566083941u)) - i;
        if (++i == N) {
            words[0] = words[N - 1];
            i = 1;
        }
    }
    words[0] = 0x80000000u;
    generator->at = N;
}

static void turn(uint32_t *words)
{
    for (uint32_t i = 0; i < N; i++) {
        uint32_t joined = (words[i] & 0x80000000u) | (words[(i + 1) % N] & 0x7fffffffu);
        words[i] = words[(i + M) % N] ^ (joined >> 1) ^ (joined & 1 ? 0x9908b0dfu : 0);
    }
}

static uint32_t next(drift__mersenne *generator)
{
    if (generator->at >= N) {
        turn(generator->words);
        generator->at = 0;
    }
    uint32_t y = generator->words[generator->at++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

uint32_t drift__mersenne_below(drift__mersenne *generator, uint32_t n)
{
    int unused = __builtin_clz(n);
    uint32_t drawn;
    do
        drawn = next(generator) >> unused;
    while (drawn >= n);
    return drawn;
}

/* Up to how many CPython draws from a list of all, beyond that anew where one came before. */
static uint32_t listed(uint32_t k)
{
    uint64_t more = 1;
    while (more < (uint64_t)3 * k)
        more *= 4;
    return k > 5 ? 21 + (uint32_t)more : 21;
}

void drift__mersenne_sample(drift__mersenne *generator, uint32_t n, uint32_t k, uint32_t *out,
                            uint32_t *scratch)
{
    int from_list = n <= listed(k);
    for (uint32_t i = 0; i < n; i++)
        scratch[i] = from_list ? i : 0;
    for (uint32_t i = 0; i < k; i++) {
        uint32_t drawn;
        if (from_list) {
            drawn = drift__mersenne_below(generator, n - i);
            out[i] = scratch[drawn];
            scratch[drawn] = scratch[n - i - 1];
            continue;
        }
        do
            drawn = drift__mersenne_below(generator, n);
        while (scratch[drawn]);
        scratch[drawn] = 1;
        out[i] = drawn;
    }
}
