/* SPDX-License-Identifier: Apache-2.0
 *
 * binning.c: from raw values to cells by the rules other tools use.
 */
#include <drift/distance.h>
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/sorted.h"

/* Bins by Doane (1976): Sturges' and log2(1 + |skewness| / its deviation under a normal law). */
static double doane_bins(const double *sorted, size_t n)
{
    double count = (double)n, mean = 0, second = 0, third = 0;
    double deviation = sqrt(6 * (count - 2) / ((count + 1) * (count + 3)));
    if (n < 3)
        return 1;
    for (size_t i = 0; i < n; i++)
        mean += sorted[i] / count;
    for (size_t i = 0; i < n; i++) {
        double difference = sorted[i] - mean;
        second += difference * difference / count;
        third += difference * difference * difference / count;
    }
    if (!(second > 0))
        return 1;
    double skewness = third / (second * sqrt(second));
    return 1 + log2(count) + log2(1 + fabs(skewness) / deviation);
}

/* Cells as wide as range / bins, as many as cover the range. */
static size_t bins_of(drift_binning rule, size_t bins, const double *sorted, size_t n)
{
    if (rule == DRIFT_BINNING_EQUAL_WIDTH)
        return bins;
    if (n < 2 || sorted[0] == sorted[n - 1])
        return 1;
    double wanted = rule == DRIFT_BINNING_DOANE ? doane_bins(sorted, n) : log2((double)n) + 1;
    double width = (sorted[n - 1] - sorted[0]) / wanted;
    double covering = ceil((sorted[n - 1] - sorted[0]) / width);
    return covering > 1 ? (size_t)covering : 1;
}

static double quantile(const double *sorted, size_t n, double rank)
{
    double at = rank * (double)(n - 1), below = floor(at);
    size_t i = (size_t)below;
    if (i + 1 >= n)
        return sorted[n - 1];
    return sorted[i] + (at - below) * (sorted[i + 1] - sorted[i]);
}

static size_t equal_edges(const double *sorted, size_t n, size_t bins, double *out)
{
    double low = sorted[0], high = sorted[n - 1];
    if (low == high) {
        low -= 0.5;
        high += 0.5;
    }
    for (size_t i = 0; i <= bins; i++)
        out[i] = i == bins ? high : low + (high - low) * (double)i / (double)bins;
    return bins + 1;
}

static size_t quantile_edges(const double *sorted, size_t n, size_t bins, double *out)
{
    size_t used = 0;
    for (size_t i = 0; i <= bins; i++) {
        double edge = quantile(sorted, n, (double)i / (double)bins);
        if (!used || edge > out[used - 1])
            out[used++] = edge;
    }
    if (used == 1) {
        out[1] = out[0] + 0.5;
        out[0] -= 0.5;
        used = 2;
    }
    return used;
}

static drift_status pool(const double *reference, size_t n_reference, const double *current,
                         size_t n_current, const drift_allocator *memory, double **out_sorted)
{
    size_t n = n_reference + n_current;
    double *both = drift__allocate(memory, n, sizeof *both);
    if (!both)
        return DRIFT_ERR_OUT_OF_MEMORY;
    memcpy(both, reference, n_reference * sizeof *both);
    if (n_current)
        memcpy(both + n_reference, current, n_current * sizeof *both);
    drift_status status = drift__sorted_copy(both, n, 1, memory, out_sorted);
    drift__release(memory, both);
    return status;
}

drift_status drift_bin_edges(drift_binning rule, size_t bins, const double *reference,
                             size_t n_reference, const double *current, size_t n_current,
                             double *out_edges, size_t capacity, size_t *out_n)
{
    int counted = rule == DRIFT_BINNING_EQUAL_WIDTH || rule == DRIFT_BINNING_QUANTILES;
    if (!out_edges || !out_n || rule > DRIFT_BINNING_DOANE || (!reference && n_reference) ||
        (!current && n_current) || (counted && !bins))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    if (n_current > SIZE_MAX / 16 || n_reference > SIZE_MAX / 16)
        return DRIFT_ERR_OVERFLOW;
    drift_allocator memory = drift__allocator(NULL);
    double *sorted = NULL;
    drift_status status = pool(reference, n_reference, current, n_current, &memory, &sorted);
    if (status)
        return status;
    size_t n = n_reference + n_current;
    if (!counted)
        bins = bins_of(rule, bins, sorted, n);
    if (!isfinite(sorted[n - 1] - sorted[0]) || bins >= capacity) {
        *out_n = bins + 1;
        status = DRIFT_ERR_OVERFLOW;
    } else if (rule == DRIFT_BINNING_QUANTILES) {
        *out_n = quantile_edges(sorted, n, bins, out_edges);
    } else {
        *out_n = equal_edges(sorted, n, bins, out_edges);
    }
    drift__release(&memory, sorted);
    return status;
}

/* Cell of a value: edges at or below it, the last edge itself in the last cell. */
static size_t cell_of(const double *edges, size_t n_edges, double value)
{
    size_t low = 0, high = n_edges;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (edges[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low == n_edges && value == edges[n_edges - 1] ? n_edges - 1 : low;
}

drift_status drift_bin_values(const double *values, const double *weights, size_t n,
                              const double *edges, size_t n_edges, double *out_cells)
{
    if (!out_cells || !edges || n_edges < 2 || (!values && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t i = 0; i < n_edges; i++)
        if (!isfinite(edges[i]) || (i && !(edges[i] > edges[i - 1])))
            return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]) || (weights && (!(weights[i] >= 0) || isinf(weights[i]))))
            return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t k = 0; k <= n_edges; k++)
        out_cells[k] = 0;
    for (size_t i = 0; i < n; i++)
        out_cells[cell_of(edges, n_edges, values[i])] += weights ? weights[i] : 1;
    return DRIFT_OK;
}
