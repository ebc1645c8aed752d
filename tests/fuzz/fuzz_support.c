/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_support.c: what the fuzz targets share.
 */
#include "fuzz_support.h"

#include "core/bytes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

enum { ENVELOPE_HEAD = 16, ENVELOPE_TAIL = 8 };

size_t fuzz_left(const fuzz_input *input)
{
    return (size_t)(input->end - input->at);
}

uint8_t fuzz_byte(fuzz_input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

uint64_t fuzz_number(fuzz_input *input)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | fuzz_byte(input);
    return value;
}

double fuzz_double(fuzz_input *input)
{
    static const double special[] = {
        0.0,    -0.0,     1.0,  -1.0,      NAN,  INFINITY, 1e308, -1e308,
        5e-324, 2.2e-308, 1e-5, -INFINITY, 1e15, 0.1,      7.0,   9007199254740993.0};
    uint8_t choice = fuzz_byte(input);
    double value = 0;
    if (choice < 16)
        return special[choice];
    if (choice < 160)
        return (double)(choice - 88);
    uint64_t bits = fuzz_number(input);
    memcpy(&value, &bits, sizeof(value));
    return value;
}

drift_buffer *fuzz_buffer(void)
{
    drift_buffer *buffer = NULL;
    if (drift_buffer_create(NULL, &buffer) != DRIFT_OK)
        abort();
    return buffer;
}

void fuzz_wrap(drift_buffer *buffer, const char magic[4], uint32_t format, const uint8_t *payload,
               size_t size, int compress)
{
    drift__writer writer = {buffer, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, magic, format);
    if (compress) {
        size_t room = ZSTD_compressBound(size);
        uint8_t *frame = malloc(room);
        size_t used = ZSTD_compress(frame, room, payload, size, 1);
        drift__write_bytes(&writer, frame, used);
        free(frame);
    } else {
        drift__write_bytes(&writer, payload, size);
    }
    drift__envelope_end(&writer, begin);
}

void fuzz_damage(drift_buffer *out, const char magic[4], const drift_buffer *bytes,
                 fuzz_input *input)
{
    size_t size = drift_buffer_size(bytes) - ENVELOPE_HEAD - ENVELOPE_TAIL;
    uint8_t *payload = malloc(size + 1);
    memcpy(payload, (const uint8_t *)drift_buffer_data(bytes) + ENVELOPE_HEAD, size);
    while (size && fuzz_left(input) >= 3) {
        size_t place = ((size_t)fuzz_byte(input) << 8 | fuzz_byte(input)) % size;
        uint8_t value = fuzz_byte(input);
        if (value == 0xEE)
            size = place; /* cut off */
        else
            payload[place] = value;
    }
    fuzz_wrap(out, magic, 1, payload, size, 0);
    free(payload);
}

static int file = -1;

const char *fuzz_open(const uint8_t *bytes, size_t size)
{
    static char path[64];
    file = memfd_create("input", MFD_CLOEXEC);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    return path;
}

void fuzz_close(void)
{
    close(file);
    file = -1;
}
