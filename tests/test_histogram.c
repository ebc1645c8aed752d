/* SPDX-License-Identifier: Apache-2.0
 *
 * test_histogram.c: counts between frozen edges (drift/histogram.h).
 */
#include <drift/histogram.h>
#include <float.h>
#include <math.h>

#include "core/hash.h"
#include "damage.h"

static double unit(uint64_t i)
{
    return (double)(drift__mix(i) >> 11) * 0x1p-53;
}

static drift_histogram *histogram_of(const double *edges, size_t n)
{
    drift_histogram *histogram = NULL;
    ck_assert_int_eq(drift_histogram_create(edges, n, NULL, &histogram, NULL), DRIFT_OK);
    return histogram;
}

START_TEST(histogram_follows_numpy)
{
    const double edges[4] = {-1, 0, 2, 5};
    const double values[] = {-1, -0.5, -0.0, 0,    1.999,    2,         5,         nextafter(5, 6),
                             6,  -2,   NAN,  -NAN, INFINITY, -INFINITY, -INFINITY, nextafter(5, 0)};
    drift_histogram *histogram = histogram_of(edges, 4);
    ck_assert_int_eq(drift_histogram_update(histogram, values, sizeof values / sizeof *values),
                     DRIFT_OK);
    drift_histogram_add_invalid(histogram, 7);
    const uint64_t expected[3] = {2, 3, 3};
    ck_assert_uint_eq(drift_histogram_cells(histogram), 3);
    ck_assert_mem_eq(drift_histogram_counts(histogram), expected, sizeof expected);
    ck_assert_mem_eq(drift_histogram_edges(histogram), edges, sizeof edges);
    drift_histogram_outside outside;
    drift_histogram_get_outside(histogram, &outside);
    ck_assert(outside.below == 1 && outside.above == 2 && outside.missing == 2 &&
              outside.invalid == 7 && outside.negative_infinity == 2 &&
              outside.positive_infinity == 1);
    ck_assert_uint_eq(drift_histogram_count(histogram), 11);
    drift_histogram_reset(histogram);
    drift_histogram_get_outside(histogram, &outside);
    ck_assert_uint_eq(drift_histogram_count(histogram) + outside.missing + outside.invalid, 0);
    drift_histogram_destroy(histogram);
}
END_TEST

START_TEST(histogram_refuses_bad_edges)
{
    const double bad[5][3] = {{0, 0, 1}, {1, 0, 2}, {0, NAN, 1}, {0, 1, INFINITY}, {-0.0, 0.0, 1}};
    drift_histogram *histogram = NULL;
    drift_error error;
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(drift_histogram_create(bad[i], 3, NULL, &histogram, &error),
                         DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_str_eq(error.message, "edge 1 is not finite or does not rise above the one before");
    ck_assert_int_eq(drift_histogram_create(bad[0], 1, NULL, &histogram, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_str_eq(error.message, "a histogram has 2 to 65536 edges, not 1");
    ck_assert_int_eq(drift_histogram_create(NULL, 3, NULL, &histogram, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_ptr_null(histogram);
    drift_histogram_destroy(NULL);
}
END_TEST

START_TEST(histogram_with_the_widest_edges)
{
    const double edges[2] = {-DBL_MAX, DBL_MAX}, values[3] = {-DBL_MAX, DBL_MAX, 0};
    drift_histogram *histogram = histogram_of(edges, 2);
    ck_assert_int_eq(drift_histogram_update(histogram, values, 3), DRIFT_OK);
    ck_assert_uint_eq(drift_histogram_counts(histogram)[0], 3);
    double value, low, high;
    ck_assert_int_eq(drift_histogram_quantile(histogram, 0.5, &value), DRIFT_OK);
    ck_assert(value == 0);
    ck_assert_int_eq(drift_histogram_cdf(histogram, 0, &value, &low, &high), DRIFT_OK);
    ck_assert_msg(fabs(value - 0.5) < 1e-15 && low == 0 && high == 1, "%g %g %g", value, low, high);
    drift_histogram_destroy(histogram);
}
END_TEST

START_TEST(histogram_merge_is_addition)
{
    const double edges[5] = {0, 0.25, 0.5, 0.75, 0.9}, others[5] = {0, 0.25, 0.5, 0.75, 0.8};
    drift_histogram *whole = histogram_of(edges, 5), *merged = histogram_of(edges, 5),
                    *other = histogram_of(others, 5);
    double values[1000];
    for (uint64_t i = 0; i < 1000; i++)
        values[i] = i % 50 ? unit(i) * 1.2 - 0.1 : (double)NAN;
    ck_assert_int_eq(drift_histogram_update(whole, values, 1000), DRIFT_OK);
    for (int p = 9; p >= 0; p--) {
        drift_histogram *part = histogram_of(edges, 5);
        ck_assert_int_eq(drift_histogram_update(part, values + 100 * p, 100), DRIFT_OK);
        ck_assert_int_eq(drift_histogram_merge(merged, part), DRIFT_OK);
        drift_histogram_destroy(part);
    }
    ck_assert_mem_eq(drift_histogram_counts(whole), drift_histogram_counts(merged),
                     4 * sizeof(uint64_t));
    drift_histogram_outside a, b;
    drift_histogram_get_outside(whole, &a);
    drift_histogram_get_outside(merged, &b);
    ck_assert_mem_eq(&a, &b, sizeof a);
    ck_assert_int_eq(drift_histogram_merge(merged, other), DRIFT_ERR_INCOMPATIBLE);
    /* Doubling until a counter cannot: then nothing changes any more. */
    drift_status status = DRIFT_OK;
    for (int i = 0; i < 60 && !status; i++) {
        drift_histogram_get_outside(merged, &a);
        status = drift_histogram_merge(merged, merged);
    }
    drift_histogram_get_outside(merged, &b);
    ck_assert_int_eq(status, DRIFT_ERR_OVERFLOW);
    ck_assert_mem_eq(&a, &b, sizeof a);
    drift_histogram_destroy(whole);
    drift_histogram_destroy(merged);
    drift_histogram_destroy(other);
}
END_TEST

START_TEST(histogram_quantiles_and_shares)
{
    enum { N = 2000 };
    const double edges[6] = {-1, -0.5, 0, 0.1, 0.4, 1};
    double values[N], value, previous = -INFINITY, last = 0;
    drift_histogram *histogram = histogram_of(edges, 6);
    ck_assert_int_eq(drift_histogram_quantile(histogram, 0.5, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_histogram_cdf(histogram, 0, &value, NULL, NULL),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    for (uint64_t i = 0; i < N; i++)
        values[i] = i % 7 ? unit(i) * 3 - 1.5 : -0.5;
    ck_assert_int_eq(drift_histogram_update(histogram, values, N), DRIFT_OK);
    for (int i = 0; i <= 1000; i++) {
        ck_assert_int_eq(drift_histogram_quantile(histogram, i / 1000.0, &value), DRIFT_OK);
        ck_assert(value >= previous && value >= -1 && value <= 1);
        previous = value;
    }
    for (int i = -3000; i <= 3000; i++) {
        double x = i / 1000.0, estimate, low, high, below = 0;
        for (size_t k = 0; k < N; k++)
            below += values[k] < x;
        ck_assert_int_eq(drift_histogram_cdf(histogram, x, &estimate, &low, &high), DRIFT_OK);
        ck_assert_msg(low <= below / N && below / N <= high, "%g: %g not in %g..%g", x, below / N,
                      low, high);
        ck_assert_msg(low <= estimate && estimate <= high && estimate >= last,
                      "%g: %g in %g..%g after %g", x, estimate, low, high, last);
        last = estimate;
    }
    ck_assert(!drift_histogram_cdf(histogram, INFINITY, &value, NULL, NULL) && value == 1);
    ck_assert(!drift_histogram_cdf(histogram, -INFINITY, &value, NULL, NULL) && value == 0);
    ck_assert_int_eq(drift_histogram_cdf(histogram, NAN, &value, NULL, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_histogram_quantile(histogram, 1.01, &value), DRIFT_ERR_INVALID_ARGUMENT);
    drift_histogram_destroy(histogram);
}
END_TEST

static drift_status open_histogram(const void *bytes, size_t size)
{
    drift_histogram *histogram = NULL;
    drift_status status = drift_histogram_deserialize(bytes, size, NULL, &histogram, NULL);
    ck_assert((status == DRIFT_OK) == (histogram != NULL));
    drift_histogram_destroy(histogram);
    return status;
}

START_TEST(histogram_bytes)
{
    const double edges[4] = {-1e300, 0, 5e-324, DBL_MAX}, values[4] = {-1, 5e-324, NAN, INFINITY};
    drift_histogram *histogram = histogram_of(edges, 4), *back = NULL;
    drift_buffer *bytes = NULL, *again = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_buffer_create(NULL, &again), DRIFT_OK);
    ck_assert_int_eq(drift_histogram_update(histogram, values, 4), DRIFT_OK);
    drift_histogram_add_invalid(histogram, 300);
    ck_assert_int_eq(drift_histogram_serialize(histogram, bytes), DRIFT_OK);
    expect_damage_refused(open_histogram, bytes);
    ck_assert_int_eq(drift_histogram_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes),
                                                 NULL, &back, NULL),
                     DRIFT_OK);
    ck_assert_int_eq(drift_histogram_serialize(back, again), DRIFT_OK);
    ck_assert(same_bytes(bytes, again));
    ck_assert_int_eq(drift_histogram_merge(histogram, back), DRIFT_OK);
    for (size_t left = 0; left < 16; left++) {
        scarce_memory scarce = {left, 0};
        drift_allocator memory = scarce_allocator(&scarce);
        drift_histogram *other = NULL;
        drift_status status = drift_histogram_deserialize(
            drift_buffer_data(bytes), drift_buffer_size(bytes), &memory, &other, NULL);
        ck_assert(status == DRIFT_OK || (status == DRIFT_ERR_OUT_OF_MEMORY && !other));
        drift_histogram_destroy(other);
        ck_assert_int_eq(scarce.out, 0);
    }
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(again);
    drift_histogram_destroy(histogram);
    drift_histogram_destroy(back);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("histogram");
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, histogram_follows_numpy);
    tcase_add_test(tests, histogram_refuses_bad_edges);
    tcase_add_test(tests, histogram_with_the_widest_edges);
    tcase_add_test(tests, histogram_merge_is_addition);
    tcase_add_test(tests, histogram_quantiles_and_shares);
    tcase_add_test(tests, histogram_bytes);
    Suite *suite = suite_create("histogram");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
