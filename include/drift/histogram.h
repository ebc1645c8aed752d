/* SPDX-License-Identifier: Apache-2.0
 *
 * histogram.h: exact counts between frozen edges. Merging is addition, so the
 * result does not depend on how the data was split or ordered.
 *
 * Cell k of K holds edges[k] <= x < edges[k + 1]; the last one also its upper
 * edge (numpy.histogram's convention). Beside the cells: below, above,
 * missing (NaN), invalid (text that is no number), -inf and +inf.
 *
 * Thread rule: one object serves one thread at a time; objects are independent.
 */
#ifndef DRIFT_HISTOGRAM_H
#define DRIFT_HISTOGRAM_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_histogram drift_histogram;

/** The counts that are not cells. Frozen structure. */
typedef struct drift_histogram_outside {
    uint64_t below;   /* finite x < edges[0] */
    uint64_t above;   /* finite x > edges[K] */
    uint64_t missing; /* NaN */
    uint64_t invalid; /* reported by drift_histogram_add_invalid */
    uint64_t negative_infinity;
    uint64_t positive_infinity;
} drift_histogram_outside;

/**
 * Histogram of `n_edges` - 1 cells between strictly rising finite `edges`
 * (2 <= n_edges <= 65,536; copied). Owned by the caller.
 * DRIFT_ERR_INVALID_ARGUMENT for edges that do not rise or are not finite.
 */
DRIFT_API drift_status drift_histogram_create(const double *edges, size_t n_edges,
                                              const drift_allocator *allocator,
                                              drift_histogram **out_histogram, drift_error *error);
DRIFT_API void drift_histogram_destroy(drift_histogram *histogram);
/** Set every count to zero, keep the edges. */
DRIFT_API void drift_histogram_reset(drift_histogram *histogram);
/** Count `n` values. O(n log cells), mostly O(n); no allocation. */
DRIFT_API drift_status drift_histogram_update(drift_histogram *histogram, const double *values,
                                              size_t n);
/** Count `n` cells whose text was no number. */
DRIFT_API void drift_histogram_add_invalid(drift_histogram *histogram, uint64_t n);
/** Add the counts of `other`; DRIFT_ERR_INCOMPATIBLE unless its edges are bit for bit the same. */
DRIFT_API drift_status drift_histogram_merge(drift_histogram *histogram,
                                             const drift_histogram *other);

/** Number of cells, K. */
DRIFT_API size_t drift_histogram_cells(const drift_histogram *histogram);
/** K + 1 edges. Borrowed until destroy. */
DRIFT_API const double *drift_histogram_edges(const drift_histogram *histogram);
/** K counts. Borrowed; they change with every update. */
DRIFT_API const uint64_t *drift_histogram_counts(const drift_histogram *histogram);
DRIFT_API void drift_histogram_get_outside(const drift_histogram *histogram,
                                           drift_histogram_outside *out_outside);
/** Finite values counted: the cells, below and above. */
DRIFT_API uint64_t drift_histogram_count(const drift_histogram *histogram);
/**
 * Value at `rank` (0..1) of the finite values, linear inside a cell; a rank
 * that falls below or above answers the nearest edge. DRIFT_ERR_NOT_ENOUGH_DATA when empty.
 */
DRIFT_API drift_status drift_histogram_quantile(const drift_histogram *histogram, double rank,
                                                double *out_value);
/**
 * Share of the finite values that are < `value`: interpolated in `out_estimate`,
 * certain bounds in `out_low` and `out_high` (each may be NULL).
 */
DRIFT_API drift_status drift_histogram_cdf(const drift_histogram *histogram, double value,
                                           double *out_estimate, double *out_low, double *out_high);

DRIFT_API drift_status drift_histogram_serialize(const drift_histogram *histogram,
                                                 drift_buffer *out_bytes);
/** Build from untrusted bytes; DRIFT_ERR_CORRUPT leaves `out_histogram` untouched. */
DRIFT_API drift_status drift_histogram_deserialize(const void *bytes, size_t size,
                                                   const drift_allocator *allocator,
                                                   drift_histogram **out_histogram,
                                                   drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
