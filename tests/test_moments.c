/* SPDX-License-Identifier: Apache-2.0
 *
 * test_moments.c: one-pass moments against rational arithmetic (drift/moments.h).
 */
#include <drift/moments.h>
#include <float.h>
#include <math.h>

#include "core/hash.h"
#include "damage.h"

enum { N = 3000 };

static double unit(uint64_t i)
{
    return (double)(drift__mix(i) >> 11) * 0x1p-53;
}

static drift_moments *new_moments(void)
{
    drift_moments *moments = NULL;
    ck_assert_int_eq(drift_moments_create(NULL, &moments), DRIFT_OK);
    return moments;
}

static void expect(drift_status status, double found, double expected, double scale)
{
    ck_assert_int_eq(status, DRIFT_OK);
    ck_assert_msg(fabs(found - expected) <= 1e-10 * scale, "%.17g, expected %.17g", found,
                  expected);
}

/* mean, variance, skewness, kurtosis */
static void expect_all(const drift_moments *moments, const double expected[4])
{
    double found = 0;
    drift_status status = drift_moments_mean(moments, &found);
    expect(status, found, expected[0], 1e-4 * fabs(expected[0]));
    status = drift_moments_variance(moments, &found);
    expect(status, found, expected[1], expected[1]);
    status = drift_moments_skewness(moments, &found);
    expect(status, found, expected[2], 1 + fabs(expected[2]));
    status = drift_moments_kurtosis(moments, &found);
    expect(status, found, expected[3], 1 + fabs(expected[3]));
}

START_TEST(moments_agree_with_rational_arithmetic)
{
    static const double expected[5][4] = {
        {0x1.fe1b745d519b7p-2, 0x1.598158ed89693p-4, -0x1.88b7bb05145bfp-8, -0x1.34e44c26632eap+0},
        {0x1.dcd65003fc36fp+29, 0x1.598158fa2ecf3p-4, -0x1.88b794fb91994p-8, -0x1.34e44c20eccc4p+0},
        {-0x1.0c08b1808d0c8p+4, 0x1.bd669ec508abcp+9, 0x1.45a50132ccf31p-1, -0x1.b847c776541bcp-1},
        {0x1.82e6bdc805762p+1, 0x1.f9c9c53c6ccc4p+1, -0x1.94c359d376932p-6, -0x1.3e87bc8d86859p+0},
        {0x1.2e790952b202ap+2, 0x1.31172de5890cap+6, 0x1.4508f3f624a7ap+2, 0x1.010755dd26dccp+5},
    };
    for (int shape = 0; shape < 5; shape++) {
        double values[N];
        for (uint64_t i = 0; i < N; i++)
            values[i] = shape == 0   ? unit(i)
                        : shape == 1 ? 1e9 + unit(i)
                        : shape == 2 ? unit(i) * unit(i) * 100 - 50
                        : shape == 3 ? (double)(drift__mix(i) % 7)
                                     : 1 / (unit(i) + 0.01);
        drift_moments *whole = new_moments(), *merged = new_moments(), *single = new_moments();
        ck_assert_int_eq(drift_moments_update(whole, values, N), DRIFT_OK);
        expect_all(whole, expected[shape]);
        for (size_t i = 0; i < N; i++)
            ck_assert_int_eq(drift_moments_update(single, &values[i], 1), DRIFT_OK);
        expect_all(single, expected[shape]);
        for (size_t from = 0; from < N;) {
            size_t size = 1 + drift__mix(from) % 700;
            size = size > N - from ? N - from : size;
            drift_moments *part = new_moments();
            ck_assert_int_eq(drift_moments_update(part, values + from, size), DRIFT_OK);
            ck_assert_int_eq(drift_moments_merge(merged, part), DRIFT_OK);
            drift_moments_destroy(part);
            from += size;
        }
        expect_all(merged, expected[shape]);
        ck_assert_uint_eq(drift_moments_count(merged), N);
        drift_moments_destroy(whole);
        drift_moments_destroy(merged);
        drift_moments_destroy(single);
    }
}
END_TEST

START_TEST(moments_that_do_not_exist)
{
    drift_moments *moments = new_moments();
    double value = 5, same[3] = {0.1, 0.1, 0.1};
    ck_assert_int_eq(drift_moments_mean(moments, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_moments_min(moments, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_moments_max(moments, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_moments_update(moments, same, 1), DRIFT_OK);
    ck_assert_int_eq(drift_moments_variance(moments, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert(value == 5);
    ck_assert_int_eq(drift_moments_update(moments, same, 2), DRIFT_OK);
    ck_assert_int_eq(drift_moments_skewness(moments, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_moments_kurtosis(moments, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_moments_variance(moments, &value), DRIFT_OK);
    ck_assert(value == 0);
    ck_assert_int_eq(drift_moments_mean(moments, &value), DRIFT_OK);
    ck_assert(value == 0.1);
    ck_assert_int_eq(drift_moments_update(moments, NULL, 1), DRIFT_ERR_INVALID_ARGUMENT);
    drift_moments_destroy(moments);
    drift_moments_destroy(NULL);
}
END_TEST

START_TEST(moments_count_what_is_no_number)
{
    const double values[7] = {NAN, 3, INFINITY, -INFINITY, -1, NAN, INFINITY};
    drift_moments *moments = new_moments();
    double value = 0;
    ck_assert_int_eq(drift_moments_update(moments, values, 7), DRIFT_OK);
    ck_assert_int_eq(drift_moments_merge(moments, moments), DRIFT_OK);
    ck_assert_uint_eq(drift_moments_count(moments), 4);
    ck_assert_uint_eq(drift_moments_missing(moments), 4);
    ck_assert_uint_eq(drift_moments_infinite(moments), 6);
    ck_assert(!drift_moments_mean(moments, &value) && value == 1);
    ck_assert(!drift_moments_min(moments, &value) && value == -1);
    ck_assert(!drift_moments_max(moments, &value) && value == 3);
    drift_moments_reset(moments);
    ck_assert_uint_eq(drift_moments_count(moments) + drift_moments_infinite(moments), 0);
    drift_moments_destroy(moments);
}
END_TEST

static drift_status open_moments(const void *bytes, size_t size)
{
    drift_moments *moments = NULL;
    drift_status status = drift_moments_deserialize(bytes, size, NULL, &moments, NULL);
    ck_assert((status == DRIFT_OK) == (moments != NULL));
    drift_moments_destroy(moments);
    return status;
}

static drift_buffer *bytes_of(const drift_moments *moments)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_moments_serialize(moments, bytes), DRIFT_OK);
    return bytes;
}

/* Values whose powers overflow: no NaN comes out, the mean and the bytes stay right. */
START_TEST(moments_of_huge_values)
{
    const double samples[3][4] = {{1e200, -1e200, 2e200, -2e200},
                                  {DBL_MAX, -DBL_MAX, DBL_MAX, -DBL_MAX},
                                  {DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX}};
    for (int i = 0; i < 3; i++) {
        for (size_t step = 1; step <= 4; step += 3) {
            drift_moments *moments = new_moments();
            double value = NAN;
            for (size_t at = 0; at < 4; at += step)
                ck_assert_int_eq(drift_moments_update(moments, samples[i] + at, step), DRIFT_OK);
            ck_assert_int_eq(drift_moments_mean(moments, &value), DRIFT_OK);
            ck_assert_msg(fabs(value - (i == 2 ? DBL_MAX : 0)) <= 1e-15 * fabs(samples[i][0]),
                          "mean %g", value);
            drift_status status = drift_moments_skewness(moments, &value);
            ck_assert(status == DRIFT_ERR_NOT_ENOUGH_DATA || isfinite(value));
            status = drift_moments_kurtosis(moments, &value);
            ck_assert(status == DRIFT_ERR_NOT_ENOUGH_DATA || isfinite(value));
            status = drift_moments_variance(moments, &value);
            ck_assert(status == DRIFT_ERR_NOT_ENOUGH_DATA || !isnan(value));
            drift_buffer *bytes = bytes_of(moments);
            ck_assert_int_eq(open_moments(drift_buffer_data(bytes), drift_buffer_size(bytes)),
                             DRIFT_OK);
            drift_buffer_destroy(bytes);
            drift_moments_destroy(moments);
        }
    }
}
END_TEST

START_TEST(moments_bytes)
{
    const double values[5] = {1, 2.5, -3, NAN, INFINITY};
    drift_moments *moments = new_moments(), *back = NULL;
    drift_buffer *empty = bytes_of(moments);
    ck_assert_int_eq(drift_moments_update(moments, values, 5), DRIFT_OK);
    drift_buffer *bytes = bytes_of(moments);
    expect_damage_refused(open_moments, empty);
    expect_damage_refused(open_moments, bytes);
    ck_assert_int_eq(drift_moments_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes),
                                               NULL, &back, NULL),
                     DRIFT_OK);
    drift_buffer *again = bytes_of(back);
    ck_assert(same_bytes(bytes, again));
    drift_buffer_destroy(empty);
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(again);
    drift_moments_destroy(moments);
    drift_moments_destroy(back);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("moments");
    tcase_add_test(tests, moments_agree_with_rational_arithmetic);
    tcase_add_test(tests, moments_that_do_not_exist);
    tcase_add_test(tests, moments_count_what_is_no_number);
    tcase_add_test(tests, moments_of_huge_values);
    tcase_add_test(tests, moments_bytes);
    Suite *suite = suite_create("moments");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
