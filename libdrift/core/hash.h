/* SPDX-License-Identifier: Apache-2.0
 *
 * hash.h: keyed hashing of bytes (SipHash, Aumasson & Bernstein 2012) and
 * mixing of row numbers.
 */
#ifndef DRIFT_CORE_HASH_H
#define DRIFT_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

/** SipHash-c-d of `size` bytes under a 128-bit key; bytes are taken little-endian. */
uint64_t drift__siphash(unsigned compression_rounds, unsigned final_rounds, const uint64_t key[2],
                        const void *bytes, size_t size);
/** A bijection of 64 bits that scatters neighbours (the finaliser of SplitMix64, Steele 2014). */
static inline uint64_t drift__mix(uint64_t value)
{
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}
/** Fill `key` from the system's generator; a fixed key where it has none. */
void drift__random_key(uint64_t key[2]);

#endif
