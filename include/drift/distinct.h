/* SPDX-License-Identifier: Apache-2.0
 *
 * distinct.h: how many different values a stream holds, in a fixed memory:
 * HyperLogLog (Flajolet, Fusy, Gandouet & Meunier 2007) with the improved
 * estimator of Ertl (2017, arXiv:1702.01284, section 4), which needs no tables
 * of biases. The first 2^precision / 16 different values, at least 16, are
 * counted exactly.
 *
 * The state depends on the set of values and their number alone: shards merged
 * in any order give the same bytes as the whole. Values are hashed under a
 * fixed key, so that shards agree; whoever chooses values for that key can
 * mislead the estimate.
 *
 * Thread rule: one object serves one thread at a time; objects are independent.
 */
#ifndef DRIFT_DISTINCT_H
#define DRIFT_DISTINCT_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_distinct drift_distinct;

typedef struct drift_distinct_config {
    uint32_t struct_size;
    uint32_t precision;               /* 4..18; 0 = 12: 2^precision registers of one byte */
    const drift_allocator *allocator; /* NULL = malloc */
} drift_distinct_config;

#define DRIFT_DISTINCT_CONFIG_INIT {sizeof(drift_distinct_config), 0, NULL}

/** New empty sketch, owned by the caller; `config` NULL: defaults. All memory is taken here. */
DRIFT_API drift_status drift_distinct_create(const drift_distinct_config *config,
                                             drift_distinct **out_distinct, drift_error *error);
DRIFT_API void drift_distinct_destroy(drift_distinct *distinct);
DRIFT_API void drift_distinct_reset(drift_distinct *distinct);
/** Add one value of `length` bytes: a text, or anything else. O(length), no allocation. */
DRIFT_API drift_status drift_distinct_update(drift_distinct *distinct, const char *bytes,
                                             size_t length);
/** Add `n` values: value i is `bytes[offsets[i] .. offsets[i + 1])`. */
DRIFT_API drift_status drift_distinct_update_batch(drift_distinct *distinct, const char *bytes,
                                                   const int64_t *offsets, size_t n);
/**
 * Add `n` numbers. NaN is counted as missing; both zeros are one value, and a
 * number without a fraction is the same value as that integer. O(n), no allocation.
 */
DRIFT_API drift_status drift_distinct_update_doubles(drift_distinct *distinct, const double *values,
                                                     size_t n);
/** Add `n` integers; an integer and the text of its digits are different values. */
DRIFT_API drift_status drift_distinct_update_integers(drift_distinct *distinct,
                                                      const int64_t *values, size_t n);
/** Add everything `other` has seen; DRIFT_ERR_INCOMPATIBLE unless the precisions agree. */
DRIFT_API drift_status drift_distinct_merge(drift_distinct *distinct, const drift_distinct *other);

/** Values seen, equal ones included, NaN not. */
DRIFT_API uint64_t drift_distinct_count(const drift_distinct *distinct);
DRIFT_API uint64_t drift_distinct_missing(const drift_distinct *distinct);
DRIFT_API uint32_t drift_distinct_precision(const drift_distinct *distinct);
/** 1 while every different value is counted exactly (equal hashes: less than 1 in 2^34). */
DRIFT_API int drift_distinct_is_exact(const drift_distinct *distinct);
/**
 * Number of different values: exact at first, then with a standard error of
 * 1.04 / sqrt(2^precision) of it and a bias of 1 / 2^precision. 0 for an empty sketch.
 * O(2^precision).
 */
DRIFT_API drift_status drift_distinct_estimate(const drift_distinct *distinct, double *out_value);
/**
 * Interval that holds the true number with probability `confidence`
 * (0 < confidence < 1) over the choice of the hash: by the gamma law of the sum of the
 * registers' shares, cut to what is certain (as many as registers in use, no
 * more than the count). Both ends are the number itself while it is exact.
 * DRIFT_ERR_INVALID_ARGUMENT for another confidence.
 */
DRIFT_API drift_status drift_distinct_bounds(const drift_distinct *distinct, double confidence,
                                             double *out_low, double *out_high);

/** Append the state as bytes (little-endian, versioned, checksummed) to `out_bytes`. */
DRIFT_API drift_status drift_distinct_serialize(const drift_distinct *distinct,
                                                drift_buffer *out_bytes);
/** Build from untrusted bytes; DRIFT_ERR_CORRUPT leaves `out_distinct` untouched. */
DRIFT_API drift_status drift_distinct_deserialize(const void *bytes, size_t size,
                                                  const drift_allocator *allocator,
                                                  drift_distinct **out_distinct,
                                                  drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
