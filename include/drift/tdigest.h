/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest.h: quantiles of a stream in a few kilobytes, for data without a
 * reference. Merging digest with scale function K1 (Dunning & Ertl 2019,
 * arXiv:1902.04023, section 2.2); every centroid keeps the smallest and the
 * largest value it took in, so each answer has a certified rank interval.
 *
 * Thread rule: one object serves one thread at a time; objects are
 * independent. A function that takes a const digest changes nothing a caller
 * can see (it may fill a cache inside the object).
 */
#ifndef DRIFT_TDIGEST_H
#define DRIFT_TDIGEST_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_tdigest drift_tdigest;

typedef struct drift_tdigest_config {
    uint32_t struct_size;
    uint32_t reserved;
    double compression;               /* 20..2000; 0 = 100: about so many centroids */
    const drift_allocator *allocator; /* NULL = malloc */
} drift_tdigest_config;

#define DRIFT_TDIGEST_CONFIG_INIT {sizeof(drift_tdigest_config), 0, 0.0, NULL}

/** New empty digest, owned by the caller; `config` NULL for the defaults. All memory is taken here. */
DRIFT_API drift_status drift_tdigest_create(const drift_tdigest_config *config,
                                            drift_tdigest **out_digest, drift_error *error);
DRIFT_API void drift_tdigest_destroy(drift_tdigest *digest);
DRIFT_API void drift_tdigest_reset(drift_tdigest *digest);
/** Add one value; NaN and +-inf are counted apart (see missing, infinite). Amortised O(1). */
DRIFT_API drift_status drift_tdigest_add(drift_tdigest *digest, double value);
/** Add `n` values, as if one by one, to the last bit. */
DRIFT_API drift_status drift_tdigest_update(drift_tdigest *digest, const double *values, size_t n);
/** Add everything `other` has seen; `other` is unchanged. */
DRIFT_API drift_status drift_tdigest_merge(drift_tdigest *digest, const drift_tdigest *other);

/** Finite values seen. */
DRIFT_API uint64_t drift_tdigest_count(const drift_tdigest *digest);
DRIFT_API uint64_t drift_tdigest_missing(const drift_tdigest *digest);
DRIFT_API uint64_t drift_tdigest_infinite(const drift_tdigest *digest);
DRIFT_API double drift_tdigest_compression(const drift_tdigest *digest);
/** Centroids after compaction of what is buffered. */
DRIFT_API size_t drift_tdigest_centroids(const drift_tdigest *digest);
DRIFT_API drift_status drift_tdigest_min(const drift_tdigest *digest, double *out_value);
DRIFT_API drift_status drift_tdigest_max(const drift_tdigest *digest, double *out_value);
/**
 * Estimate the value at `rank` (0..1) of the finite values. Monotone in
 * `rank`; 0 gives the minimum, 1 the maximum; a whole number where all values
 * are whole numbers. DRIFT_ERR_NOT_ENOUGH_DATA on an
 * empty digest, DRIFT_ERR_INVALID_ARGUMENT outside 0..1. O(centroids) after compaction.
 */
DRIFT_API drift_status drift_tdigest_quantile(const drift_tdigest *digest, double rank,
                                              double *out_value);
/**
 * Share of the finite values that are <= `value`: estimate, and bounds that
 * hold with certainty (`out_low`, `out_high` may be NULL): the share of the
 * centroids whose largest value is <= `value`, and of those whose smallest is.
 */
DRIFT_API drift_status drift_tdigest_cdf(const drift_tdigest *digest, double value,
                                         double *out_estimate, double *out_low, double *out_high);

DRIFT_API drift_status drift_tdigest_serialize(const drift_tdigest *digest,
                                               drift_buffer *out_bytes);
/** Build from untrusted bytes; DRIFT_ERR_CORRUPT leaves `out_digest` untouched. */
DRIFT_API drift_status drift_tdigest_deserialize(const void *bytes, size_t size,
                                                 const drift_allocator *allocator,
                                                 drift_tdigest **out_digest, drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
