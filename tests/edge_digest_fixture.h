/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_digest_fixture.h: digests made, asked and written, for the tests of edge digests.
 */
#ifndef DRIFT_TESTS_EDGE_DIGEST_FIXTURE_H
#define DRIFT_TESTS_EDGE_DIGEST_FIXTURE_H

#include <check.h>
#include <drift/edge_digest.h>
#include <math.h>

#include "damage.h"
#include "streams.h"

static inline drift_edge_digest *digest_of(uint32_t edges, const double *values, size_t n)
{
    drift_edge_digest_config config = DRIFT_EDGE_DIGEST_CONFIG_INIT;
    config.edges = edges;
    drift_edge_digest *digest = NULL;
    ck_assert_int_eq(drift_edge_digest_create(&config, &digest, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_edge_digest_update(digest, values, n), DRIFT_OK);
    return digest;
}

static inline double quantile(const drift_edge_digest *digest, double rank)
{
    double value = NAN, low, high;
    ck_assert_int_eq(drift_edge_digest_quantile(digest, rank, &value, &low, &high), DRIFT_OK);
    ck_assert_msg(low <= value && value <= high, "rank %g: %.17g not in %.17g..%.17g", rank, value,
                  low, high);
    return value;
}

static inline double cdf(const drift_edge_digest *digest, double value)
{
    double estimate = NAN;
    ck_assert_int_eq(drift_edge_digest_cdf(digest, value, &estimate, NULL, NULL), DRIFT_OK);
    return estimate;
}

static inline drift_buffer *bytes_of(const drift_edge_digest *digest)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_edge_digest_serialize(digest, bytes), DRIFT_OK);
    return bytes;
}

#endif
