/* SPDX-License-Identifier: Apache-2.0
 *
 * sha256.c: the Secure Hash Algorithm with 256 bits, NIST FIPS 180-4 (2015),
 * sections 4.1.2, 4.2.2, 5.1.1, 5.3.3 and 6.2.
 */
#include "core/sha256.h"

#include <string.h>

/* The first 32 bits of the fractions of the cube roots of the first 64 primes. */
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate_right(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

/* The 64 words a block is stretched to. */
static void expand(uint32_t words[64], const uint8_t block[64])
{
    for (unsigned t = 0; t < 16; t++, block += 4)
        words[t] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 |
                   (uint32_t)block[3];
    for (unsigned t = 16; t < 64; t++) {
        uint32_t a = words[t - 15], b = words[t - 2];
        uint32_t low = rotate_right(a, 7) ^ rotate_right(a, 18) ^ a >> 3;
        uint32_t high = rotate_right(b, 17) ^ rotate_right(b, 19) ^ b >> 10;
        words[t] = high + words[t - 7] + low + words[t - 16];
    }
}

static void compress(uint32_t state[8], const uint8_t block[64])
{
    uint32_t words[64], v[8];
    expand(words, block);
    memcpy(v, state, sizeof v);
    for (unsigned t = 0; t < 64; t++) {
        uint32_t a = v[0], e = v[4];
        uint32_t sum_e = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        uint32_t sum_a = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        uint32_t choice = (e & v[5]) ^ (~e & v[6]);
        uint32_t majority = (a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]);
        uint32_t first = v[7] + sum_e + choice + round_constants[t] + words[t];
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += first;
        v[0] = first + sum_a + majority;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] += v[i];
}

void drift__sha256_begin(drift__sha256 *hash)
{
    /* The first 32 bits of the fractions of the square roots of the first eight primes. */
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, initial, sizeof initial);
    hash->size = 0;
}

void drift__sha256_add(drift__sha256 *hash, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    while (size) {
        size_t used = hash->size % 64, part = size < 64 - used ? size : 64 - used;
        memcpy(hash->block + used, at, part);
        hash->size += part;
        at += part;
        size -= part;
        if (used + part == 64)
            compress(hash->state, hash->block);
    }
}

void drift__sha256_end(drift__sha256 *hash, uint8_t out_digest[DRIFT__SHA256_SIZE])
{
    static const uint8_t padding[64] = {0x80};
    uint64_t bits = 8 * hash->size;
    uint8_t length[8];
    drift__sha256_add(hash, padding, 1 + (119 - hash->size % 64) % 64);
    for (unsigned i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    drift__sha256_add(hash, length, 8);
    for (unsigned i = 0; i < DRIFT__SHA256_SIZE; i++)
        out_digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}

void drift__sha256_text(char out_text[2 * DRIFT__SHA256_SIZE + 1],
                        const uint8_t digest[DRIFT__SHA256_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < DRIFT__SHA256_SIZE; i++) {
        out_text[2 * i] = digits[digest[i] >> 4];
        out_text[2 * i + 1] = digits[digest[i] & 15];
    }
    out_text[2 * DRIFT__SHA256_SIZE] = '\0';
}
