/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest_codec.c: a t-digest as bytes, and back with every invariant checked.
 */
#include <math.h>

#include "core/bytes.h"
#include "core/error.h"
#include "sketch/tdigest_state.h"

/* Format 1 did not say whether all values are whole numbers. */
enum { FORMAT_VERSION = 2, LEAST_CENTROID_BYTES = 25 };
static const char MAGIC[4] = {'D', 'R', 't', 'd'};

drift_status drift_tdigest_serialize(const drift_tdigest *digest, drift_buffer *out_bytes)
{
    if (!digest || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    const drift__centroids *all = drift__tdigest_seen(digest);
    drift__writer writer = {out_bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    drift__write_double(&writer, digest->compression);
    drift__write_u64(&writer, digest->feed.n);
    drift__write_u64(&writer, digest->feed.missing);
    drift__write_u64(&writer, digest->feed.infinite);
    drift__write_double(&writer, digest->feed.n ? digest->minimum : 0);
    drift__write_double(&writer, digest->feed.n ? digest->maximum : 0);
    drift__write_u8(&writer, (uint8_t)drift__tdigest_whole(digest));
    drift__write_varint(&writer, all->n);
    for (size_t i = 0; i < all->n; i++) {
        drift__write_double(&writer, all->items[i].mean);
        drift__write_double(&writer, all->items[i].low);
        drift__write_double(&writer, all->items[i].high);
        drift__write_varint(&writer, all->items[i].weight);
    }
    drift__envelope_end(&writer, begin);
    return writer.status;
}

static int plausible(const drift_tdigest *digest)
{
    uint64_t total = 0;
    double low = 0, high = 0;
    for (size_t i = 0; i < digest->settled.n; i++) {
        const drift__centroid *c = &digest->settled.items[i];
        if (!isfinite(c->low) || !isfinite(c->high) || !(c->low <= c->mean && c->mean <= c->high) ||
            (i && c->mean < c[-1].mean) || !c->weight || (c->weight == 1 && c->low != c->high) ||
            __builtin_add_overflow(total, c->weight, &total))
            return 0;
        low = !i || c->low < low ? c->low : low;
        high = !i || c->high > high ? c->high : high;
    }
    return total == digest->feed.n && low == digest->minimum && high == digest->maximum;
}

static void read_state(drift_tdigest *digest, uint32_t version, drift__byte_reader *payload)
{
    digest->feed.n = drift__read_u64(payload);
    digest->feed.missing = drift__read_u64(payload);
    digest->feed.infinite = drift__read_u64(payload);
    digest->minimum = drift__read_double(payload);
    digest->maximum = drift__read_double(payload);
    uint8_t whole = version > 1 ? drift__read_u8(payload) : 0;
    digest->broken = !whole;
    payload->failed |= whole > 1;
    uint64_t n = drift__read_varint(payload);
    if (n > digest->capacity || n > drift__read_left(payload) / LEAST_CENTROID_BYTES) {
        payload->failed = 1;
        return;
    }
    digest->settled.n = (size_t)n;
    for (size_t i = 0; i < digest->settled.n; i++) {
        drift__centroid *c = &digest->settled.items[i];
        c->mean = drift__read_double(payload);
        c->low = drift__read_double(payload);
        c->high = drift__read_double(payload);
        c->weight = drift__read_varint(payload);
    }
}

drift_status drift_tdigest_deserialize(const void *bytes, size_t size,
                                       const drift_allocator *allocator, drift_tdigest **out_digest,
                                       drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_digest)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(bytes, size, MAGIC, FORMAT_VERSION, "t-digest",
                                               &version, &payload, error);
    if (status)
        return status;
    drift_tdigest_config config = DRIFT_TDIGEST_CONFIG_INIT;
    config.compression = drift__read_double(&payload);
    config.allocator = allocator;
    if (payload.failed || !(config.compression >= 20 && config.compression <= 2000))
        return drift__fail(error, DRIFT_ERR_CORRUPT, "t-digest is damaged");
    drift_tdigest *digest = NULL;
    status = drift_tdigest_create(&config, &digest, error);
    if (status)
        return status;
    read_state(digest, version, &payload);
    if (payload.failed || drift__read_left(&payload) || !plausible(digest)) {
        drift_tdigest_destroy(digest);
        return drift__fail(error, DRIFT_ERR_CORRUPT, "t-digest is damaged");
    }
    if (!digest->feed.n)
        drift__tdigest_forget_extrema(digest);
    *out_digest = digest;
    return DRIFT_OK;
}
