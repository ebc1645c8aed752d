/* SPDX-License-Identifier: Apache-2.0
 *
 * sha256.h: SHA-256, a hash that nobody can find two inputs for: what the links
 * of a journal are made of. For speed under a key, core/hash.h.
 */
#ifndef DRIFT_CORE_SHA256_H
#define DRIFT_CORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { DRIFT__SHA256_SIZE = 32 };

typedef struct drift__sha256 {
    uint32_t state[8];
    uint8_t block[64]; /* the first `size` mod 64 bytes wait to be hashed */
    uint64_t size;     /* bytes so far */
} drift__sha256;

void drift__sha256_begin(drift__sha256 *hash);
void drift__sha256_add(drift__sha256 *hash, const void *bytes, size_t size);
void drift__sha256_end(drift__sha256 *hash, uint8_t out_digest[DRIFT__SHA256_SIZE]);
/** `digest` as 64 lower-case digits and a NUL. */
void drift__sha256_text(char out_text[2 * DRIFT__SHA256_SIZE + 1],
                        const uint8_t digest[DRIFT__SHA256_SIZE]);

#endif
