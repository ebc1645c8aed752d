/* SPDX-License-Identifier: Apache-2.0
 *
 * hash.c: SipHash with any number of rounds.
 */
#include "core/hash.h"

#include <string.h>
#include <sys/random.h>

typedef struct state {
    uint64_t v0, v1, v2, v3;
} state;

static inline uint64_t rotate(uint64_t x, unsigned bits)
{
    return (x << bits) | (x >> (64 - bits));
}

static inline __attribute__((always_inline)) void rounds(state *s, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = rotate(s->v1, 13) ^ s->v0;
        s->v3 = rotate(s->v3, 16) ^ s->v2;
        s->v0 = rotate(s->v0, 32);
        s->v2 += s->v1;
        s->v0 += s->v3;
        s->v1 = rotate(s->v1, 17) ^ s->v2;
        s->v3 = rotate(s->v3, 21) ^ s->v0;
        s->v2 = rotate(s->v2, 32);
    }
}

static uint64_t whole_word(const uint8_t *bytes)
{
    uint64_t value = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&value, bytes, sizeof value);
#else
    for (size_t i = 0; i < 8; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
#endif
    return value;
}

/* The last `left` < 8 of `size` bytes; of eight or more bytes a whole word can be read. */
static uint64_t last_word(const uint8_t *bytes, size_t left, size_t size)
{
    uint64_t value = 0;
    if (size >= 8)
        return left ? whole_word(bytes + left - 8) >> (64 - 8 * left) : 0;
    for (size_t i = 0; i < left; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static inline __attribute__((always_inline)) uint64_t hash(unsigned compression_rounds,
                                                           unsigned final_rounds,
                                                           const uint64_t key[2], const void *bytes,
                                                           size_t size)
{
    const uint8_t *at = bytes;
    state s = {key[0] ^ 0x736f6d6570736575ULL, key[1] ^ 0x646f72616e646f6dULL,
               key[0] ^ 0x6c7967656e657261ULL, key[1] ^ 0x7465646279746573ULL};
    size_t left = size;
    for (; left >= 8; left -= 8, at += 8) {
        uint64_t m = whole_word(at);
        s.v3 ^= m;
        rounds(&s, compression_rounds);
        s.v0 ^= m;
    }
    uint64_t last = ((uint64_t)size << 56) | last_word(at, left, size);
    s.v3 ^= last;
    rounds(&s, compression_rounds);
    s.v0 ^= last;
    s.v2 ^= 0xff;
    rounds(&s, final_rounds);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

uint64_t drift__siphash(unsigned compression_rounds, unsigned final_rounds, const uint64_t key[2],
                        const void *bytes, size_t size)
{
    /* The rounds of names as constants: straight code. */
    if (compression_rounds == 1 && final_rounds == 3)
        return hash(1, 3, key, bytes, size);
    return hash(compression_rounds, final_rounds, key, bytes, size);
}

void drift__random_key(uint64_t key[2])
{
    if (getrandom(key, 2 * sizeof *key, GRND_NONBLOCK) != (ssize_t)(2 * sizeof *key)) {
        key[0] = 0x243f6a8885a308d3ULL;
        key[1] = 0x13198a2e03707344ULL;
    }
}
