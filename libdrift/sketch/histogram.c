/* SPDX-License-Identifier: Apache-2.0
 *
 * histogram.c: the public face of frozen cells. The last cell also takes its
 * upper edge, so its key is the one after that edge.
 */
#include <drift/histogram.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/bytes.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "sketch/cells.h"

enum { FORMAT_VERSION = 1, MOST_EDGES = 65536, BLOCK = 2048 };
static const char MAGIC[4] = {'D', 'R', 'h', 'i'};

struct drift_histogram {
    drift_allocator allocator;
    drift__cells cells;
    double *edges;
    uint64_t missing, invalid, negative_infinity, positive_infinity;
};

static drift_status check_edges(const double *edges, size_t n, drift_error *error)
{
    if (n < 2 || n > MOST_EDGES)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "a histogram has 2 to %d edges, not %zu", MOST_EDGES, n);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(edges[i]) || (i && !(edges[i] > edges[i - 1])))
            return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                               "edge %zu is not finite or does not rise above the one before", i);
    return DRIFT_OK;
}

drift_status drift_histogram_create(const double *edges, size_t n_edges,
                                    const drift_allocator *allocator,
                                    drift_histogram **out_histogram, drift_error *error)
{
    if (!edges || !out_histogram)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = check_edges(edges, n_edges, error);
    if (status)
        return status;
    drift_allocator memory = drift__allocator(allocator);
    drift_histogram *histogram = drift__allocate_zero(&memory, 1, sizeof *histogram);
    int64_t *keys = drift__allocate(&memory, n_edges, sizeof *keys);
    double *copy = drift__allocate(&memory, n_edges, sizeof *copy);
    status = histogram && keys && copy ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
    if (!status) {
        memcpy(copy, edges, n_edges * sizeof *copy);
        for (size_t i = 0; i < n_edges; i++)
            keys[i] = drift__key(edges[i]) + (i + 1 == n_edges);
        histogram->allocator = memory;
        status =
            drift__cells_create(&histogram->cells, keys, NULL, (uint32_t)n_edges - 1, 0, &memory);
    }
    if (!status)
        status = drift__cells_prepare(&histogram->cells, SIZE_MAX, &memory);
    drift__release(&memory, keys);
    if (status) {
        if (histogram)
            drift__cells_destroy(&histogram->cells, &memory);
        drift__release(&memory, copy);
        drift__release(&memory, histogram);
        return drift__fail_status(error, status);
    }
    histogram->edges = copy;
    *out_histogram = histogram;
    return DRIFT_OK;
}

void drift_histogram_destroy(drift_histogram *histogram)
{
    if (!histogram)
        return;
    drift_allocator memory = histogram->allocator;
    drift__cells_destroy(&histogram->cells, &memory);
    drift__release(&memory, histogram->edges);
    drift__release(&memory, histogram);
}

void drift_histogram_reset(drift_histogram *histogram)
{
    drift__cells_reset(&histogram->cells);
    histogram->missing = histogram->invalid = 0;
    histogram->negative_infinity = histogram->positive_infinity = 0;
}

/* What is not finite, and the rest of the block. */
static void update_odd(drift_histogram *histogram, const double *values, size_t n)
{
    double kept[BLOCK];
    drift__odd odd;
    drift__cells_update(&histogram->cells, kept, drift__keep_finite(values, n, kept, &odd));
    histogram->missing += odd.missing;
    histogram->negative_infinity += odd.negative_infinity;
    histogram->positive_infinity += odd.positive_infinity;
}

drift_status drift_histogram_update(drift_histogram *histogram, const double *values, size_t n)
{
    double minimum, maximum;
    if (!histogram || (!values && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    const drift__kernels *kernels = drift__kernels_get();
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t size = n - at < BLOCK ? n - at : BLOCK;
        if (kernels->screen(values + at, size, &minimum, &maximum))
            drift__cells_update(&histogram->cells, values + at, size);
        else
            update_odd(histogram, values + at, size);
    }
    return DRIFT_OK;
}

void drift_histogram_add_invalid(drift_histogram *histogram, uint64_t n)
{
    histogram->invalid += n;
}

drift_status drift_histogram_merge(drift_histogram *histogram, const drift_histogram *other)
{
    if (!histogram || !other)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!drift__cells_same(&histogram->cells, &other->cells))
        return DRIFT_ERR_INCOMPATIBLE;
    if (histogram->missing > UINT64_MAX - other->missing ||
        histogram->invalid > UINT64_MAX - other->invalid ||
        histogram->negative_infinity > UINT64_MAX - other->negative_infinity ||
        histogram->positive_infinity > UINT64_MAX - other->positive_infinity)
        return DRIFT_ERR_OVERFLOW;
    drift_status status = drift__cells_merge(&histogram->cells, &other->cells);
    if (status)
        return status;
    histogram->missing += other->missing;
    histogram->invalid += other->invalid;
    histogram->negative_infinity += other->negative_infinity;
    histogram->positive_infinity += other->positive_infinity;
    return DRIFT_OK;
}

size_t drift_histogram_cells(const drift_histogram *histogram)
{
    return histogram->cells.n;
}

const double *drift_histogram_edges(const drift_histogram *histogram)
{
    return histogram->edges;
}

const uint64_t *drift_histogram_counts(const drift_histogram *histogram)
{
    return histogram->cells.counts + 1;
}

void drift_histogram_get_outside(const drift_histogram *histogram,
                                 drift_histogram_outside *out_outside)
{
    *out_outside = (drift_histogram_outside){
        histogram->cells.counts[0],   histogram->cells.counts[histogram->cells.n + 1],
        histogram->missing,           histogram->invalid,
        histogram->negative_infinity, histogram->positive_infinity};
}

uint64_t drift_histogram_count(const drift_histogram *histogram)
{
    uint64_t total = 0;
    for (uint32_t k = 0; k < histogram->cells.n + 2; k++)
        total += histogram->cells.counts[k];
    return total;
}

drift_status drift_histogram_quantile(const drift_histogram *histogram, double rank,
                                      double *out_value)
{
    if (!histogram || !out_value || !(rank >= 0 && rank <= 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    uint64_t total = drift_histogram_count(histogram);
    if (!total)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    const uint64_t *counts = histogram->cells.counts;
    double wanted = rank * (double)total, before = (double)counts[0];
    uint32_t n = histogram->cells.n;
    *out_value = histogram->edges[n];
    if (wanted <= before && counts[0]) {
        *out_value = histogram->edges[0];
        return DRIFT_OK;
    }
    for (uint32_t k = 0; k < n; k++) {
        double here = (double)counts[k + 1];
        if (here > 0 && wanted <= before + here) {
            double low = histogram->edges[k], high = histogram->edges[k + 1];
            double share = (wanted - before) / here;
            *out_value = low * (1 - share) + high * share;
            break;
        }
        before += here;
    }
    return DRIFT_OK;
}

drift_status drift_histogram_cdf(const drift_histogram *histogram, double value,
                                 double *out_estimate, double *out_low, double *out_high)
{
    if (!histogram || !out_estimate || isnan(value))
        return DRIFT_ERR_INVALID_ARGUMENT;
    double total = (double)drift_histogram_count(histogram), below = 0;
    if (total == 0)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    const drift__cells *cells = &histogram->cells;
    uint32_t cell =
        isinf(value) ? (value < 0 ? 0 : cells->n + 1) : drift__cells_find(cells, drift__key(value));
    for (uint32_t k = 0; k < cell; k++)
        below += (double)cells->counts[k];
    double here = (double)cells->counts[cell], share = 0.5;
    if (isinf(value)) {
        share = value > 0;
    } else if (cell > 0 && cell <= cells->n) {
        /* Halves, because the width of a cell may be beyond the largest double. */
        double low = histogram->edges[cell - 1] / 2, high = histogram->edges[cell] / 2;
        share = high > low ? (value / 2 - low) / (high - low) : 0.5;
        share = share < 0 ? 0 : share > 1 ? 1 : share;
    }
    int at_edge = cell > 0 && cell <= cells->n && value == histogram->edges[cell - 1];
    *out_estimate = (below + share * here) / total;
    if (out_low)
        *out_low = isinf(value) && value > 0 ? 1 : below / total;
    if (out_high)
        *out_high = at_edge || (isinf(value) && value < 0) ? below / total : (below + here) / total;
    return DRIFT_OK;
}

drift_status drift_histogram_serialize(const drift_histogram *histogram, drift_buffer *out_bytes)
{
    if (!histogram || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__writer writer = {out_bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    drift__write_u32(&writer, histogram->cells.n);
    for (uint32_t k = 0; k <= histogram->cells.n; k++)
        drift__write_double(&writer, histogram->edges[k]);
    for (uint32_t k = 0; k < histogram->cells.n + 2; k++)
        drift__write_varint(&writer, histogram->cells.counts[k]);
    drift__write_varint(&writer, histogram->missing);
    drift__write_varint(&writer, histogram->invalid);
    drift__write_varint(&writer, histogram->negative_infinity);
    drift__write_varint(&writer, histogram->positive_infinity);
    drift__envelope_end(&writer, begin);
    return writer.status;
}

static drift_status read_edges(drift__byte_reader *payload, const drift_allocator *memory,
                               drift_histogram **out_histogram)
{
    uint32_t n = drift__read_u32(payload);
    if (payload->failed || n < 1 || n >= MOST_EDGES ||
        ((size_t)n + 1) * 8 > drift__read_left(payload))
        return DRIFT_ERR_CORRUPT;
    double *edges = drift__allocate(memory, (size_t)n + 1, sizeof *edges);
    if (!edges)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (uint32_t k = 0; k <= n; k++)
        edges[k] = drift__read_double(payload);
    drift_status status = drift_histogram_create(edges, (size_t)n + 1, memory, out_histogram, NULL);
    drift__release(memory, edges);
    return status == DRIFT_ERR_INVALID_ARGUMENT ? DRIFT_ERR_CORRUPT : status;
}

drift_status drift_histogram_deserialize(const void *bytes, size_t size,
                                         const drift_allocator *allocator,
                                         drift_histogram **out_histogram, drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_histogram)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(bytes, size, MAGIC, FORMAT_VERSION, "histogram",
                                               &version, &payload, error);
    if (status)
        return status;
    drift_allocator memory = drift__allocator(allocator);
    drift_histogram *histogram = NULL;
    status = read_edges(&payload, &memory, &histogram);
    if (!status) {
        for (uint32_t k = 0; k < histogram->cells.n + 2; k++)
            histogram->cells.counts[k] = drift__read_varint(&payload);
        histogram->missing = drift__read_varint(&payload);
        histogram->invalid = drift__read_varint(&payload);
        histogram->negative_infinity = drift__read_varint(&payload);
        histogram->positive_infinity = drift__read_varint(&payload);
        if (payload.failed || drift__read_left(&payload) ||
            drift__cells_validate(&histogram->cells))
            status = DRIFT_ERR_CORRUPT;
    }
    if (status) {
        drift_histogram_destroy(histogram);
        return status == DRIFT_ERR_CORRUPT ? drift__fail(error, status, "histogram is damaged")
                                           : drift__fail_status(error, status);
    }
    *out_histogram = histogram;
    return DRIFT_OK;
}
