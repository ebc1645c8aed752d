/* SPDX-License-Identifier: Apache-2.0
 *
 * bytes.c: little-endian numbers, byte by byte, the same on every architecture.
 */
#include "core/bytes.h"

#include <string.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/hash.h"

enum { ENVELOPE_HEAD = 16, ENVELOPE_TAIL = 8 };

void drift__write_bytes(drift__writer *writer, const void *data, size_t size)
{
    if (writer->status == DRIFT_OK)
        writer->status = drift_buffer_append(writer->buffer, data, size);
}

static void put_little_endian(uint8_t *out, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_little_endian(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

static void write_number(drift__writer *writer, uint64_t value, unsigned size)
{
    uint8_t bytes[8];
    put_little_endian(bytes, value, size);
    drift__write_bytes(writer, bytes, size);
}

void drift__write_u8(drift__writer *writer, uint8_t value)
{
    write_number(writer, value, 1);
}

void drift__write_u32(drift__writer *writer, uint32_t value)
{
    write_number(writer, value, 4);
}

void drift__write_u64(drift__writer *writer, uint64_t value)
{
    write_number(writer, value, 8);
}

void drift__write_double(drift__writer *writer, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    write_number(writer, bits, 8);
}

void drift__write_varint(drift__writer *writer, uint64_t value)
{
    uint8_t bytes[10];
    size_t size = 0;
    do {
        bytes[size++] = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value);
    drift__write_bytes(writer, bytes, size);
}

void drift__write_string(drift__writer *writer, const char *text, size_t length)
{
    drift__write_varint(writer, length);
    drift__write_bytes(writer, text, length);
}

const uint8_t *drift__read_bytes(drift__byte_reader *reader, size_t size)
{
    if (reader->failed || size > (size_t)(reader->end - reader->at)) {
        reader->failed = 1;
        return NULL;
    }
    const uint8_t *start = reader->at;
    reader->at += size;
    return start;
}

static uint64_t read_number(drift__byte_reader *reader, unsigned size)
{
    const uint8_t *bytes = drift__read_bytes(reader, size);
    return bytes ? get_little_endian(bytes, size) : 0;
}

uint8_t drift__read_u8(drift__byte_reader *reader)
{
    return (uint8_t)read_number(reader, 1);
}

uint32_t drift__read_u32(drift__byte_reader *reader)
{
    return (uint32_t)read_number(reader, 4);
}

uint64_t drift__read_u64(drift__byte_reader *reader)
{
    return read_number(reader, 8);
}

double drift__read_double(drift__byte_reader *reader)
{
    uint64_t bits = read_number(reader, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint64_t drift__read_varint(drift__byte_reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        const uint8_t *byte = drift__read_bytes(reader, 1);
        if (!byte)
            return 0;
        if (shift == 63 && *byte > 1)
            break;
        value |= (uint64_t)(*byte & 0x7f) << shift;
        if (!(*byte & 0x80))
            return value;
    }
    reader->failed = 1;
    return 0;
}

const char *drift__read_string(drift__byte_reader *reader, size_t *out_length)
{
    uint64_t length = drift__read_varint(reader);
    *out_length = 0;
    if (length > drift__read_left(reader))
        reader->failed = 1;
    const uint8_t *bytes = reader->failed ? NULL : drift__read_bytes(reader, (size_t)length);
    if (bytes)
        *out_length = (size_t)length;
    return (const char *)bytes;
}

size_t drift__read_left(const drift__byte_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

uint64_t drift__checksum(const void *bytes, size_t size)
{
    static const uint64_t key[2] = {0x6c69626472696674ULL, 0x666f726d61742031ULL};
    return drift__siphash(2, 4, key, bytes, size);
}

size_t drift__envelope_begin(drift__writer *writer, const char magic[4], uint32_t version)
{
    size_t begin = drift_buffer_size(writer->buffer);
    drift__write_bytes(writer, magic, 4);
    drift__write_u32(writer, version);
    drift__write_u64(writer, 0);
    return begin;
}

void drift__envelope_end(drift__writer *writer, size_t begin)
{
    if (writer->status != DRIFT_OK) {
        drift__buffer_truncate(writer->buffer, begin);
        return;
    }
    size_t size = drift_buffer_size(writer->buffer) - begin;
    uint8_t *start = (uint8_t *)drift_buffer_data(writer->buffer) + begin;
    put_little_endian(start + 8, size - ENVELOPE_HEAD, 8);
    drift__write_u64(writer, drift__checksum(start, size));
    if (writer->status != DRIFT_OK)
        drift__buffer_truncate(writer->buffer, begin);
}

drift_status drift__envelope_open(const void *bytes, size_t size, const char magic[4],
                                  uint32_t version, const char *what, uint32_t *out_version,
                                  drift__byte_reader *out_payload, drift_error *error)
{
    const uint8_t *start = bytes;
    if (!bytes || size < ENVELOPE_HEAD || memcmp(bytes, magic, 4) != 0)
        return drift__fail(error, DRIFT_ERR_CORRUPT, "these bytes are not a %s", what);
    uint32_t found = (uint32_t)get_little_endian(start + 4, 4);
    if (found > version)
        return drift__fail(error, DRIFT_ERR_UNSUPPORTED,
                           "%s of format %u: this version reads up to format %u", what,
                           (unsigned)found, (unsigned)version);
    uint64_t payload = get_little_endian(start + 8, 8);
    if (found == 0 || size < ENVELOPE_HEAD + ENVELOPE_TAIL ||
        payload != size - ENVELOPE_HEAD - ENVELOPE_TAIL)
        return drift__fail(error, DRIFT_ERR_CORRUPT,
                           "%s is damaged: its length is not what its header says", what);
    if (drift__checksum(start, size - ENVELOPE_TAIL) !=
        get_little_endian(start + size - ENVELOPE_TAIL, ENVELOPE_TAIL))
        return drift__fail(error, DRIFT_ERR_CORRUPT, "%s is damaged: its checksum does not match",
                           what);
    out_payload->at = start + ENVELOPE_HEAD;
    out_payload->end = start + size - ENVELOPE_TAIL;
    out_payload->failed = 0;
    *out_version = found;
    return DRIFT_OK;
}
