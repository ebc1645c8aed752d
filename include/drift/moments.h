/* SPDX-License-Identifier: Apache-2.0
 *
 * moments.h: count, mean, central moments to the fourth, minimum, maximum of
 * a stream in one pass. Welford's recurrence, merged by the pairwise formulas
 * of Pebay (2008, Sandia report SAND2008-6212, eq. 1.1-3.1).
 *
 * Thread rule: one object serves one thread at a time; objects are independent.
 */
#ifndef DRIFT_MOMENTS_H
#define DRIFT_MOMENTS_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_moments drift_moments;

/** New empty object, owned by the caller; `allocator` NULL for malloc. */
DRIFT_API drift_status drift_moments_create(const drift_allocator *allocator,
                                            drift_moments **out_moments);
DRIFT_API void drift_moments_destroy(drift_moments *moments);
DRIFT_API void drift_moments_reset(drift_moments *moments);
/**
 * Add `n` values. NaN is counted as missing and +-inf as infinite; neither
 * touches the moments. O(n), no allocation.
 */
DRIFT_API drift_status drift_moments_update(drift_moments *moments, const double *values, size_t n);
/** Add everything `other` has seen; `other` is unchanged. O(1). */
DRIFT_API drift_status drift_moments_merge(drift_moments *moments, const drift_moments *other);

/** Finite values seen. */
DRIFT_API uint64_t drift_moments_count(const drift_moments *moments);
DRIFT_API uint64_t drift_moments_missing(const drift_moments *moments);
DRIFT_API uint64_t drift_moments_infinite(const drift_moments *moments);
/* Each fails with DRIFT_ERR_NOT_ENOUGH_DATA where its value does not exist. */
DRIFT_API drift_status drift_moments_mean(const drift_moments *moments, double *out_value);
/** Sample variance, divisor n - 1; needs 2 values. */
DRIFT_API drift_status drift_moments_variance(const drift_moments *moments, double *out_value);
/** m3 / m2^1.5 with divisor n (SciPy's `skew`, bias=True); needs spread. */
DRIFT_API drift_status drift_moments_skewness(const drift_moments *moments, double *out_value);
/** m4 / m2^2 - 3 with divisor n (SciPy's `kurtosis`); needs spread. */
DRIFT_API drift_status drift_moments_kurtosis(const drift_moments *moments, double *out_value);
DRIFT_API drift_status drift_moments_min(const drift_moments *moments, double *out_value);
DRIFT_API drift_status drift_moments_max(const drift_moments *moments, double *out_value);

/** Append the state as bytes (little-endian, versioned, checksummed) to `out_bytes`. */
DRIFT_API drift_status drift_moments_serialize(const drift_moments *moments,
                                               drift_buffer *out_bytes);
/** Build from untrusted bytes; DRIFT_ERR_CORRUPT leaves `out_moments` untouched. */
DRIFT_API drift_status drift_moments_deserialize(const void *bytes, size_t size,
                                                 const drift_allocator *allocator,
                                                 drift_moments **out_moments, drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
