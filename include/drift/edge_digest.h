/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_digest.h: quantiles of a stream in two kilobytes, for data without a
 * reference, at the cost of counting. Values are counted between edges that are
 * order statistics of the data, closer in the tails, and are added where a cell
 * takes in too much; a monotone cubic through the counts gives what lies
 * between (the idea is SplineSketch's: Kuszmaul, Masarik & Vesely 2025,
 * arXiv:2504.01206). What was counted before an edge came is not known below
 * it, but lies within certain bounds, so each answer has a certain interval.
 *
 * Of values written with at most six decimals (whole numbers among them) the answers are
 * such numbers too; values that fill cells of their own are exact.
 *
 * Thread rule: one object serves one thread at a time; objects are
 * independent. A function that takes a const digest changes nothing a caller
 * can see (it may fill a cache inside the object).
 */
#ifndef DRIFT_EDGE_DIGEST_H
#define DRIFT_EDGE_DIGEST_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_edge_digest drift_edge_digest;

typedef struct drift_edge_digest_config {
    uint32_t struct_size;
    uint32_t edges;                   /* 16..500; 0 = 96: at most so many edges */
    const drift_allocator *allocator; /* NULL = malloc */
} drift_edge_digest_config;

#define DRIFT_EDGE_DIGEST_CONFIG_INIT {sizeof(drift_edge_digest_config), 0, NULL}

/** New empty digest, owned by the caller; `config` NULL: the defaults. All memory is taken here. */
DRIFT_API drift_status drift_edge_digest_create(const drift_edge_digest_config *config,
                                                drift_edge_digest **out_digest, drift_error *error);
DRIFT_API void drift_edge_digest_destroy(drift_edge_digest *digest);
DRIFT_API void drift_edge_digest_reset(drift_edge_digest *digest);
/** Add one value; NaN and +-inf are counted apart (see missing, infinite). Amortised O(1). */
DRIFT_API drift_status drift_edge_digest_add(drift_edge_digest *digest, double value);
/** Add `n` values, as if one by one, to the last bit. */
DRIFT_API drift_status drift_edge_digest_update(drift_edge_digest *digest, const double *values,
                                                size_t n);
/**
 * Add everything `other` has seen; `other` is unchanged. The edges of both are
 * kept as far as there is room; counts at edges that only one of them has are
 * interpolated in the other, within its certain bounds.
 */
DRIFT_API drift_status drift_edge_digest_merge(drift_edge_digest *digest,
                                               const drift_edge_digest *other);

/** Finite values seen. */
DRIFT_API uint64_t drift_edge_digest_count(const drift_edge_digest *digest);
DRIFT_API uint64_t drift_edge_digest_missing(const drift_edge_digest *digest);
DRIFT_API uint64_t drift_edge_digest_infinite(const drift_edge_digest *digest);
/** Most edges, as given. */
DRIFT_API uint32_t drift_edge_digest_edges(const drift_edge_digest *digest);
/** Cells between minimum, edges and maximum; 0 of an empty digest. */
DRIFT_API size_t drift_edge_digest_cells(const drift_edge_digest *digest);
DRIFT_API drift_status drift_edge_digest_min(const drift_edge_digest *digest, double *out_value);
DRIFT_API drift_status drift_edge_digest_max(const drift_edge_digest *digest, double *out_value);
/**
 * Estimate the value at `rank` (0..1) of the finite values: the smallest whose
 * estimated cdf reaches `rank`. Monotone in `rank`; 0 gives the minimum, 1 the
 * maximum. The k-th smallest value, with the smallest k >= 1 for which k / count reaches `rank`,
 * lies between `out_low` and `out_high` with certainty (each may be NULL), and
 * so does the estimate.
 * DRIFT_ERR_NOT_ENOUGH_DATA on an empty digest, DRIFT_ERR_INVALID_ARGUMENT outside 0..1. O(edges).
 */
DRIFT_API drift_status drift_edge_digest_quantile(const drift_edge_digest *digest, double rank,
                                                  double *out_value, double *out_low,
                                                  double *out_high);
/**
 * Share of the finite values that are <= `value`: estimate, monotone in
 * `value`, and bounds that hold with certainty (`out_low`, `out_high` may be
 * NULL). Errors as of drift_edge_digest_quantile; NaN is invalid. O(edges).
 */
DRIFT_API drift_status drift_edge_digest_cdf(const drift_edge_digest *digest, double value,
                                             double *out_estimate, double *out_low,
                                             double *out_high);

DRIFT_API drift_status drift_edge_digest_serialize(const drift_edge_digest *digest,
                                                   drift_buffer *out_bytes);
/** Build from untrusted bytes; DRIFT_ERR_CORRUPT leaves `out_digest` untouched. */
DRIFT_API drift_status drift_edge_digest_deserialize(const void *bytes, size_t size,
                                                     const drift_allocator *allocator,
                                                     drift_edge_digest **out_digest,
                                                     drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
