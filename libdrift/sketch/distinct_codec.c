/* SPDX-License-Identifier: Apache-2.0
 *
 * distinct_codec.c: a sketch of distinct values as bytes: its hashes in rising
 * order while they are all there, else its registers, six bits each.
 */
#include "core/bytes.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/sort.h"
#include "sketch/distinct_state.h"

enum { FORMAT_VERSION = 1 };
static const char MAGIC[4] = {'D', 'R', 'd', 'i'};
static const uint64_t SIGN = (uint64_t)1 << 63;

/* Keys sort as signed numbers; the sign bit turned over makes that the order of the hashes. */
static drift_status write_hashes(const drift_distinct *d, drift__writer *writer)
{
    int64_t *keys = drift__allocate(&d->allocator, 2 * d->n + 1, sizeof *keys);
    if (!keys)
        return DRIFT_ERR_OUT_OF_MEMORY;
    size_t n = 0;
    for (size_t i = 0; i < 2 * d->most; i++)
        if (d->hashes[i])
            keys[n++] = (int64_t)(d->hashes[i] ^ SIGN);
    drift__sort_keys(keys, n, keys + n);
    drift__write_varint(writer, n);
    for (size_t i = 0; i < n; i++)
        drift__write_u64(writer, (uint64_t)keys[i] ^ SIGN);
    drift__release(&d->allocator, keys);
    return DRIFT_OK;
}

static void write_registers(const drift_distinct *d, drift__writer *writer)
{
    for (size_t i = 0; i < (size_t)1 << d->precision; i += 4) {
        const uint8_t *four = d->registers + i;
        drift__write_u8(writer, (uint8_t)(four[0] | four[1] << 6));
        drift__write_u8(writer, (uint8_t)(four[1] >> 2 | four[2] << 4));
        drift__write_u8(writer, (uint8_t)(four[2] >> 4 | four[3] << 2));
    }
}

drift_status drift_distinct_serialize(const drift_distinct *distinct, drift_buffer *out_bytes)
{
    if (!distinct || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__writer writer = {out_bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    drift__write_u8(&writer, (uint8_t)distinct->precision);
    drift__write_u8(&writer, (uint8_t)distinct->exact);
    drift__write_varint(&writer, distinct->count);
    drift__write_varint(&writer, distinct->missing);
    if (distinct->exact) {
        drift_status status = write_hashes(distinct, &writer);
        if (status && !writer.status)
            writer.status = status;
    } else {
        write_registers(distinct, &writer);
    }
    drift__envelope_end(&writer, begin);
    return writer.status;
}

static int read_hashes(drift_distinct *d, drift__byte_reader *payload)
{
    uint64_t n = drift__read_varint(payload), before = 0;
    if (n > d->most || n > d->count || (!n && d->count))
        return 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t hash = drift__read_u64(payload);
        if (hash <= before)
            return 0;
        drift__distinct_take(d, hash);
        before = hash;
    }
    return 1;
}

static int read_registers(drift_distinct *d, drift__byte_reader *payload)
{
    uint8_t highest = drift__distinct_highest(d), any = 0;
    d->exact = 0;
    for (size_t i = 0; i < (size_t)1 << d->precision; i += 4) {
        uint8_t a = drift__read_u8(payload), b = drift__read_u8(payload),
                c = drift__read_u8(payload);
        uint8_t *four = d->registers + i;
        four[0] = a & 63;
        four[1] = (uint8_t)((a >> 6 | b << 2) & 63);
        four[2] = (uint8_t)((b >> 4 | c << 4) & 63);
        four[3] = c >> 2;
        for (int k = 0; k < 4; k++) {
            if (four[k] > highest)
                return 0;
            any |= four[k];
        }
    }
    return any && d->count > d->most;
}

drift_status drift_distinct_deserialize(const void *bytes, size_t size,
                                        const drift_allocator *allocator,
                                        drift_distinct **out_distinct, drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_distinct)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(
        bytes, size, MAGIC, FORMAT_VERSION, "sketch of distinct values", &version, &payload, error);
    if (status)
        return status;
    drift_distinct_config config = DRIFT_DISTINCT_CONFIG_INIT;
    config.precision = drift__read_u8(&payload);
    config.allocator = allocator;
    uint8_t exact = drift__read_u8(&payload);
    if (config.precision < DRIFT__LEAST_PRECISION || config.precision > DRIFT__MOST_PRECISION ||
        exact > 1)
        return drift__fail(error, DRIFT_ERR_CORRUPT, "sketch of distinct values is damaged");
    drift_distinct *d = NULL;
    status = drift_distinct_create(&config, &d, error);
    if (status)
        return status;
    d->count = drift__read_varint(&payload);
    d->missing = drift__read_varint(&payload);
    int sound = exact ? read_hashes(d, &payload) : read_registers(d, &payload);
    if (!sound || payload.failed || drift__read_left(&payload)) {
        drift_distinct_destroy(d);
        return drift__fail(error, DRIFT_ERR_CORRUPT, "sketch of distinct values is damaged");
    }
    *out_distinct = d;
    return DRIFT_OK;
}
