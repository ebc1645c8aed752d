/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest_fixture.h: digests made, asked and written, for the tests of t-digests.
 */
#ifndef DRIFT_TESTS_TDIGEST_FIXTURE_H
#define DRIFT_TESTS_TDIGEST_FIXTURE_H

#include <check.h>
#include <drift/tdigest.h>
#include <math.h>

#include "damage.h"
#include "streams.h"

static inline drift_tdigest *digest_of(double compression, const double *values, size_t n)
{
    drift_tdigest_config config = DRIFT_TDIGEST_CONFIG_INIT;
    config.compression = compression;
    drift_tdigest *digest = NULL;
    ck_assert_int_eq(drift_tdigest_create(&config, &digest, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_tdigest_update(digest, values, n), DRIFT_OK);
    return digest;
}

static inline double quantile(const drift_tdigest *digest, double rank)
{
    double value = NAN;
    ck_assert_int_eq(drift_tdigest_quantile(digest, rank, &value), DRIFT_OK);
    return value;
}

static inline drift_buffer *bytes_of(const drift_tdigest *digest)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_tdigest_serialize(digest, bytes), DRIFT_OK);
    return bytes;
}

#endif
