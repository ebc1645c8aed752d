/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_digest_codec.c: an edge digest as bytes, and back with every invariant checked.
 */
#include <float.h>
#include <math.h>

#include "core/bytes.h"
#include "core/error.h"
#include "sketch/edge_digest_state.h"

enum { FORMAT_VERSION = 1, LEAST_KNOT_BYTES = 11 };
static const char MAGIC[4] = {'D', 'R', 'e', 'd'};

/*
 * Of each knot its value, the count since the one before and both bounds; the
 * last one is written as the largest value, whose key it follows.
 */
drift_status drift_edge_digest_serialize(const drift_edge_digest *digest, drift_buffer *out_bytes)
{
    if (!digest || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    const drift__knots *knots = drift__edge_digest_seen(digest);
    drift__writer writer = {out_bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    drift__write_u32(&writer, digest->edges);
    drift__write_varint(&writer, digest->feed.n);
    drift__write_varint(&writer, digest->feed.missing);
    drift__write_varint(&writer, digest->feed.infinite);
    drift__write_u8(&writer, (uint8_t)(knots->n ? knots->decimals + 1 : 0));
    drift__write_varint(&writer, knots->n);
    for (size_t i = 0; i < knots->n; i++) {
        const drift__knot *k = &knots->items[i];
        int64_t key = i + 1 < knots->n ? k->key : drift__key_before(k->key);
        drift__write_double(&writer, drift__key_double(key));
        drift__write_varint(&writer, i ? k->below - k[-1].below : 0);
        drift__write_varint(&writer, k->under);
        drift__write_varint(&writer, k->over);
    }
    drift__envelope_end(&writer, begin);
    return writer.status;
}

static int plausible(const drift_edge_digest *digest)
{
    const drift__knots *knots = &digest->settled;
    uint64_t n = digest->feed.n;
    if (!knots->n)
        return n == 0;
    if (knots->n == 1 || !n)
        return 0;
    for (size_t i = 0; i < knots->n; i++) {
        const drift__knot *k = &knots->items[i];
        if (k->under > k->below || k->below > n || k->over > n - k->below)
            return 0;
        if (i && (k->key <= k[-1].key || k->below < k[-1].below ||
                  k->below - k->under < k[-1].below - k[-1].under ||
                  k->below + k->over < k[-1].below + k[-1].over))
            return 0;
    }
    const drift__knot *first = knots->items, *last = first + knots->n - 1;
    return !first->below && !first->over && last->below == n && !last->under;
}

static void read_knots(drift_edge_digest *digest, drift__byte_reader *payload)
{
    drift__knots *knots = &digest->settled;
    uint8_t decimals = drift__read_u8(payload);
    uint64_t n = drift__read_varint(payload), below = 0;
    if (decimals > DRIFT__MOST_DECIMALS + 1 || n > digest->edges + 2 ||
        n > drift__read_left(payload) / LEAST_KNOT_BYTES) {
        payload->failed = 1;
        return;
    }
    knots->n = (size_t)n;
    knots->decimals = n ? (int)decimals - 1 : 0;
    for (size_t i = 0; i < knots->n; i++) {
        double value = drift__read_double(payload);
        payload->failed |= !isfinite(value) || (value == 0 && signbit(value)) ||
                           __builtin_add_overflow(below, drift__read_varint(payload), &below);
        int64_t key = drift__key(value);
        knots->items[i].key = i + 1 < knots->n ? key : drift__key_after(key);
        knots->items[i].below = below;
        knots->items[i].under = drift__read_varint(payload);
        knots->items[i].over = drift__read_varint(payload);
    }
}

drift_status drift_edge_digest_deserialize(const void *bytes, size_t size,
                                           const drift_allocator *allocator,
                                           drift_edge_digest **out_digest, drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_digest)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(bytes, size, MAGIC, FORMAT_VERSION, "edge digest",
                                               &version, &payload, error);
    if (status)
        return status;
    drift_edge_digest_config config = DRIFT_EDGE_DIGEST_CONFIG_INIT;
    config.edges = drift__read_u32(&payload);
    config.allocator = allocator;
    drift_edge_digest *digest = NULL;
    status = payload.failed || !config.edges ? DRIFT_ERR_INVALID_ARGUMENT
                                             : drift_edge_digest_create(&config, &digest, error);
    if (status == DRIFT_ERR_INVALID_ARGUMENT)
        return drift__fail(error, DRIFT_ERR_CORRUPT, "edge digest is damaged");
    if (status)
        return status;
    digest->feed.n = drift__read_varint(&payload);
    digest->feed.missing = drift__read_varint(&payload);
    digest->feed.infinite = drift__read_varint(&payload);
    read_knots(digest, &payload);
    if (payload.failed || drift__read_left(&payload) || !plausible(digest)) {
        drift_edge_digest_destroy(digest);
        return drift__fail(error, DRIFT_ERR_CORRUPT, "edge digest is damaged");
    }
    *out_digest = digest;
    return DRIFT_OK;
}
