/* SPDX-License-Identifier: Apache-2.0
 *
 * bytes.h: little-endian numbers into a buffer and, with every bound checked,
 * out of untrusted bytes.
 */
#ifndef DRIFT_CORE_BYTES_H
#define DRIFT_CORE_BYTES_H

#include <drift/base.h>

/**
 * Writer: after the first failure every further write does nothing and
 * `status` keeps the reason, so a serializer checks once, at its end.
 */
typedef struct drift__writer {
    drift_buffer *buffer;
    drift_status status;
} drift__writer;

void drift__write_u8(drift__writer *writer, uint8_t value);
void drift__write_u32(drift__writer *writer, uint32_t value);
void drift__write_u64(drift__writer *writer, uint64_t value);
void drift__write_double(drift__writer *writer, double value);
/** LEB128, 1..10 bytes. */
void drift__write_varint(drift__writer *writer, uint64_t value);
void drift__write_bytes(drift__writer *writer, const void *data, size_t size);
/** Length as varint, then the bytes. */
void drift__write_string(drift__writer *writer, const char *text, size_t length);

/** Reader: past the end, or after an overlong varint, `failed` is set and everything reads as 0. */
typedef struct drift__byte_reader {
    const uint8_t *at, *end;
    int failed;
} drift__byte_reader;

uint8_t drift__read_u8(drift__byte_reader *reader);
uint32_t drift__read_u32(drift__byte_reader *reader);
uint64_t drift__read_u64(drift__byte_reader *reader);
double drift__read_double(drift__byte_reader *reader);
uint64_t drift__read_varint(drift__byte_reader *reader);
/** `size` bytes in place; NULL (and failed) where there are fewer. */
const uint8_t *drift__read_bytes(drift__byte_reader *reader, size_t size);
/** A string written by drift__write_string, in place. */
const char *drift__read_string(drift__byte_reader *reader, size_t *out_length);
/** Bytes left. */
size_t drift__read_left(const drift__byte_reader *reader);

/** SipHash-2-4 with a fixed key: finds accidents, not forgers. */
uint64_t drift__checksum(const void *bytes, size_t size);
/**
 * The envelope every serialized object shares: 4 bytes of magic, u32 format
 * version, u64 payload size, payload, u64 drift__checksum of all that
 * precedes. `begin` returns the place to hand to `end`.
 */
size_t drift__envelope_begin(drift__writer *writer, const char magic[4], uint32_t version);
void drift__envelope_end(drift__writer *writer, size_t begin);
/**
 * Open an envelope of at most `version`: `out_payload` covers the payload.
 * `what` names the object in messages ("t-digest"). DRIFT_ERR_CORRUPT for a
 * wrong magic, size or checksum, DRIFT_ERR_UNSUPPORTED for a newer version.
 */
drift_status drift__envelope_open(const void *bytes, size_t size, const char magic[4],
                                  uint32_t version, const char *what, uint32_t *out_version,
                                  drift__byte_reader *out_payload, drift_error *error);

#endif
