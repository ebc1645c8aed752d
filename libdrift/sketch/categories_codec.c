/* SPDX-License-Identifier: Apache-2.0
 *
 * categories_codec.c: a sketch of categories as bytes, names in their order.
 */
#include <drift/categories.h>

#include "core/bytes.h"
#include "core/error.h"
#include "sketch/category_table.h"

enum { FORMAT_VERSION = 1 };
static const char MAGIC[4] = {'D', 'R', 'c', 'a'};

drift_status drift_categories_serialize(const drift_categories *categories, drift_buffer *out_bytes)
{
    if (!categories || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__writer writer = {out_bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    drift__write_u32(&writer, categories->capacity);
    drift__write_u64(&writer, categories->seed);
    drift__write_varint(&writer, categories->other);
    drift__write_varint(&writer, categories->n);
    for (size_t i = 0; i < categories->n; i++) {
        drift_category category;
        drift_categories_get(categories, i, &category);
        drift__write_u8(&writer, (uint8_t)category.pinned);
        drift__write_varint(&writer, category.count);
        drift__write_string(&writer, category.name, category.length);
    }
    drift__envelope_end(&writer, begin);
    return writer.status;
}

/* One name; it must follow the one before in the order of bytes. */
static drift_status read_entry(drift_categories *c, drift__byte_reader *payload,
                               const char **previous, size_t *previous_length)
{
    uint8_t pinned = drift__read_u8(payload);
    uint64_t count = drift__read_varint(payload);
    size_t length;
    const char *name = drift__read_string(payload, &length);
    if (payload->failed || !name || pinned > 1 || (!pinned && !count) ||
        (*previous && drift__category_order(*previous, *previous_length, name, length) >= 0) ||
        (!pinned && c->heap_size >= c->capacity) ||
        __builtin_add_overflow(c->total, count, &c->total))
        return DRIFT_ERR_CORRUPT;
    *previous = name;
    *previous_length = length;
    return drift__category_insert(c, name, length, count, pinned);
}

drift_status drift_categories_deserialize(const void *bytes, size_t size,
                                          const drift_allocator *allocator,
                                          drift_categories **out_categories, drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_categories)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(bytes, size, MAGIC, FORMAT_VERSION,
                                               "sketch of categories", &version, &payload, error);
    if (status)
        return status;
    drift_categories_config config = DRIFT_CATEGORIES_CONFIG_INIT;
    config.capacity = drift__read_u32(&payload);
    config.seed = drift__read_u64(&payload);
    config.allocator = allocator;
    uint64_t other = drift__read_varint(&payload), n = drift__read_varint(&payload);
    if (payload.failed || !config.capacity || config.capacity > DRIFT__MOST_CATEGORIES ||
        n > drift__read_left(&payload) / 3)
        return drift__fail(error, DRIFT_ERR_CORRUPT, "sketch of categories is damaged");
    drift_categories *c = NULL;
    status = drift_categories_create(&config, &c, error);
    const char *previous = NULL;
    size_t previous_length = 0;
    for (uint64_t i = 0; !status && i < n; i++)
        status = read_entry(c, &payload, &previous, &previous_length);
    if (!status &&
        (payload.failed || drift__read_left(&payload) || (other && c->heap_size < c->capacity) ||
         __builtin_add_overflow(c->total, other, &c->total)))
        status = DRIFT_ERR_CORRUPT;
    if (status) {
        drift_categories_destroy(c);
        return status == DRIFT_ERR_CORRUPT
                   ? drift__fail(error, status, "sketch of categories is damaged")
                   : drift__fail_status(error, status);
    }
    c->other = other;
    *out_categories = c;
    return DRIFT_OK;
}
