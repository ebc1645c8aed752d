/* SPDX-License-Identifier: Apache-2.0
 *
 * test_tdigest_codec.c: t-digests as bytes: there and back, older, damaged, forged.
 */
#include "core/bytes.h"
#include "core/hash.h"
#include "tdigest_fixture.h"

START_TEST(tdigest_bytes_round_trip)
{
    double values[5000];
    for (int shape = 0; shape < SHAPES; shape++) {
        for (size_t n = 0; n <= 5000; n = n * 7 + 1) {
            fill(values, n, shape);
            drift_tdigest *digest = digest_of(20 + shape * 130.0, values, n), *back = NULL;
            drift_buffer *bytes = bytes_of(digest);
            ck_assert_int_eq(drift_tdigest_deserialize(drift_buffer_data(bytes),
                                                       drift_buffer_size(bytes), NULL, &back, NULL),
                             DRIFT_OK);
            drift_buffer *again = bytes_of(back);
            ck_assert(same_bytes(bytes, again));
            if (n)
                ck_assert(quantile(digest, 0.37) == quantile(back, 0.37));
            drift_buffer_destroy(bytes);
            drift_buffer_destroy(again);
            drift_tdigest_destroy(digest);
            drift_tdigest_destroy(back);
        }
    }
}
END_TEST

static drift_status open_tdigest(const void *bytes, size_t size)
{
    drift_tdigest *digest = NULL;
    drift_status status = drift_tdigest_deserialize(bytes, size, NULL, &digest, NULL);
    ck_assert((status == DRIFT_OK) == (digest != NULL));
    drift_tdigest_destroy(digest);
    return status;
}

START_TEST(tdigest_refuses_damaged_bytes)
{
    double values[300];
    fill(values, 300, 0);
    drift_tdigest *digest = digest_of(20, values, 300);
    drift_buffer *bytes = bytes_of(digest);
    expect_damage_refused(open_tdigest, bytes);
    drift_buffer_destroy(bytes);
    drift_tdigest_destroy(digest);
}
END_TEST

/* Format 1 says nothing of whole numbers: its digests answer by the line alone. */
START_TEST(tdigest_reads_format_1)
{
    drift_buffer *bytes = NULL;
    drift_tdigest *back = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    drift__writer writer = {bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, "DRtd", 1);
    drift__write_double(&writer, 100);
    drift__write_u64(&writer, 4);
    drift__write_u64(&writer, 1);
    drift__write_u64(&writer, 2);
    drift__write_double(&writer, 1);
    drift__write_double(&writer, 8);
    drift__write_varint(&writer, 1);
    drift__write_double(&writer, 3.5);
    drift__write_double(&writer, 1);
    drift__write_double(&writer, 8);
    drift__write_varint(&writer, 4);
    drift__envelope_end(&writer, begin);
    ck_assert_int_eq(writer.status, DRIFT_OK);
    ck_assert_int_eq(drift_tdigest_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes),
                                               NULL, &back, NULL),
                     DRIFT_OK);
    ck_assert_uint_eq(drift_tdigest_count(back), 4);
    ck_assert_uint_eq(drift_tdigest_missing(back), 1);
    ck_assert_uint_eq(drift_tdigest_infinite(back), 2);
    ck_assert_double_eq(quantile(back, 0.5), 3.5);
    drift_buffer_destroy(bytes);
    drift_tdigest_destroy(back);
}
END_TEST

/* Damage under a right checksum: every bit of the payload, sealed again, is refused or harmless. */
START_TEST(tdigest_survives_forged_bytes)
{
    static const uint64_t key[2] = {0x6c69626472696674ULL, 0x666f726d61742031ULL};
    double values[300];
    fill(values, 300, 4);
    drift_tdigest *digest = digest_of(20, values, 300);
    drift_buffer *bytes = bytes_of(digest);
    size_t size = drift_buffer_size(bytes), refused = 0;
    uint8_t *copy = malloc(size);
    memcpy(copy, drift_buffer_data(bytes), size);
    for (size_t bit = 8 * 16; bit < 8 * (size - 8); bit++) {
        copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        uint64_t seal = drift__siphash(2, 4, key, copy, size - 8);
        for (int i = 0; i < 8; i++)
            copy[size - 8 + (size_t)i] = (uint8_t)(seal >> (8 * i));
        drift_tdigest *back = NULL;
        if (drift_tdigest_deserialize(copy, size, NULL, &back, NULL)) {
            refused++;
        } else {
            double previous = -INFINITY;
            for (int i = 0; i <= 20; i++) {
                double value = quantile(back, i / 20.0);
                ck_assert(value >= previous && isfinite(value));
                previous = value;
            }
            drift_tdigest_destroy(back);
        }
        copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    ck_assert_uint_gt(refused, 0);
    free(copy);
    drift_buffer_destroy(bytes);
    drift_tdigest_destroy(digest);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("tdigest_codec");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, tdigest_bytes_round_trip);
    tcase_add_test(tests, tdigest_reads_format_1);
    tcase_add_test(tests, tdigest_refuses_damaged_bytes);
    tcase_add_test(tests, tdigest_survives_forged_bytes);
    Suite *suite = suite_create("tdigest_codec");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
