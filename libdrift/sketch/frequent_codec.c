/* SPDX-License-Identifier: Apache-2.0
 *
 * frequent_codec.c: a sketch of frequent names as bytes, the most frequent first.
 */
#include "core/bytes.h"
#include "core/error.h"
#include "sketch/frequent_state.h"

enum { FORMAT_VERSION = 1 };
static const char MAGIC[4] = {'D', 'R', 'f', 'r'};

drift_status drift_frequent_serialize(const drift_frequent *frequent, drift_buffer *out_bytes)
{
    if (!frequent || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__writer writer = {out_bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    drift__write_u32(&writer, frequent->capacity);
    drift__write_varint(&writer, frequent->total);
    drift__write_varint(&writer, frequent->offset);
    drift__write_varint(&writer, frequent->n);
    for (size_t i = 0; i < frequent->n; i++) {
        drift_frequent_name name;
        drift_frequent_get(frequent, i, &name);
        drift__write_varint(&writer, name.low);
        drift__write_string(&writer, name.name, name.length);
    }
    drift__envelope_end(&writer, begin);
    return writer.status;
}

/* One name; it must come after the one before. */
static drift_status read_counter(drift_frequent *f, drift__byte_reader *payload,
                                 drift__counter *before)
{
    drift__counter now = {.count = drift__read_varint(payload)};
    now.name = (char *)drift__read_string(payload, &now.length);
    if (payload->failed || !now.name || !now.count ||
        (before->name && !drift__counter_before(before, &now)) ||
        drift__frequent_find(f, now.name, now.length))
        return DRIFT_ERR_CORRUPT;
    *before = now;
    return drift__frequent_insert(f, now.name, now.length, now.count);
}

/* A step takes its part of the offset from more than `capacity` counters, at most four times so. */
static int is_possible(const drift_frequent *f, uint64_t sum)
{
    if (f->total > (uint64_t)INT64_MAX || sum > f->total)
        return 0;
    uint64_t lost = f->total - sum, capacity = f->capacity;
    return f->offset <= lost / (capacity + 1) &&
           lost / (4 * capacity) + (lost % (4 * capacity) > 0) <= f->offset;
}

static drift_status read_content(drift_frequent *f, drift__byte_reader *payload)
{
    uint64_t sum = 0;
    f->total = drift__read_varint(payload);
    f->offset = drift__read_varint(payload);
    uint64_t n = drift__read_varint(payload);
    drift__counter before = {0};
    if (payload->failed || n > 2 * (uint64_t)f->capacity || n > drift__read_left(payload) / 2)
        return DRIFT_ERR_CORRUPT;
    for (uint64_t i = 0; i < n; i++) {
        drift_status status = read_counter(f, payload, &before);
        if (status)
            return status;
        if (__builtin_add_overflow(sum, before.count, &sum))
            return DRIFT_ERR_CORRUPT;
    }
    if (drift__read_left(payload) || !is_possible(f, sum))
        return DRIFT_ERR_CORRUPT;
    return DRIFT_OK;
}

drift_status drift_frequent_deserialize(const void *bytes, size_t size,
                                        const drift_allocator *allocator,
                                        drift_frequent **out_frequent, drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_frequent)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(
        bytes, size, MAGIC, FORMAT_VERSION, "sketch of frequent names", &version, &payload, error);
    if (status)
        return status;
    drift_frequent_config config = DRIFT_FREQUENT_CONFIG_INIT;
    config.capacity = drift__read_u32(&payload);
    config.allocator = allocator;
    if (payload.failed || !config.capacity || config.capacity > DRIFT__MOST_FREQUENT)
        return drift__fail(error, DRIFT_ERR_CORRUPT, "sketch of frequent names is damaged");
    drift_frequent *f = NULL;
    status = drift_frequent_create(&config, &f, error);
    if (status)
        return status;
    status = read_content(f, &payload);
    if (status) {
        drift_frequent_destroy(f);
        return status == DRIFT_ERR_CORRUPT
                   ? drift__fail(error, status, "sketch of frequent names is damaged")
                   : drift__fail_status(error, status);
    }
    *out_frequent = f;
    return DRIFT_OK;
}
