/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_support.h: what the fuzz targets share: reading choices from the input,
 * wrapping a payload in a valid envelope, so that mutations reach what the
 * checksum guards, and the input as a file.
 */
#ifndef DRIFT_FUZZ_SUPPORT_H
#define DRIFT_FUZZ_SUPPORT_H

#include <drift/drift.h>

#include <stddef.h>
#include <stdint.h>

/* A property that must hold; the fuzzer reports the trap with its input. */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            __builtin_trap();                                                                      \
    } while (0)

typedef struct fuzz_input {
    const uint8_t *at, *end;
} fuzz_input;

/* Past the end everything is 0. */
uint8_t fuzz_byte(fuzz_input *input);
uint64_t fuzz_number(fuzz_input *input);
/* One of the values that break things, or any double. */
double fuzz_double(fuzz_input *input);
size_t fuzz_left(const fuzz_input *input);

/* Append an envelope with `payload`, in a zstd frame where `compress`. */
void fuzz_wrap(drift_buffer *buffer, const char magic[4], uint32_t format, const uint8_t *payload,
               size_t size, int compress);
/* Change bytes of the payload of the envelope `bytes` as `input` says, and wrap it again. */
void fuzz_damage(drift_buffer *out, const char magic[4], const drift_buffer *bytes,
                 fuzz_input *input);
/* A file with these bytes; its path holds until fuzz_close. */
const char *fuzz_open(const uint8_t *bytes, size_t size);
void fuzz_close(void);
drift_buffer *fuzz_buffer(void);

#endif
