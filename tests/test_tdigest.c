/* SPDX-License-Identifier: Apache-2.0
 *
 * test_tdigest.c: rank errors, certified bounds, counts (drift/tdigest.h).
 */
#include <drift/tdigest.h>
#include <float.h>
#include <math.h>

#include "tdigest_fixture.h"

/* The largest distance between a rank and the ranks its answer really has, over 1,999 ranks. */
static double worst_rank_error(const drift_tdigest *digest, const double *sorted, size_t n)
{
    double worst = 0, previous = -INFINITY;
    for (int i = 0; i <= 2000; i++) {
        double rank = i / 2000.0, value = quantile(digest, rank);
        ck_assert_msg(value >= previous, "quantile falls at rank %g", rank);
        previous = value;
        double low = (double)count_below(sorted, n, value, 0) / (double)n;
        double high = (double)count_below(sorted, n, value, 1) / (double)n;
        double error = rank < low ? low - rank : rank > high ? rank - high : 0;
        worst = error > worst ? error : worst;
    }
    return worst;
}

static void check_bounds_at(const drift_tdigest *digest, const double *sorted, size_t n,
                            double value, double *last)
{
    double estimate, low, high;
    ck_assert_int_eq(drift_tdigest_cdf(digest, value, &estimate, &low, &high), DRIFT_OK);
    double truth = (double)count_below(sorted, n, value, 1) / (double)n;
    ck_assert_msg(low <= truth && truth <= high, "value %.17g: %.17g not in %.17g..%.17g", value,
                  truth, low, high);
    ck_assert(low <= estimate && estimate <= high && low >= 0 && high <= 1);
    ck_assert(estimate >= *last);
    *last = estimate;
}

/* Largest rank error allowed, in ppm, at compression 100 and 200. */
static const double allowed[SHAPES][2] = {
    {1200, 600},  {1500, 600},  {100, 100},    {0, 0},       {600, 600}, {1500, 600},
    {8000, 4000}, {5000, 2500}, {100, 100},    {1500, 600},  {100, 100}, {1200, 600},
    {2500, 700},  {600, 600},   {20000, 9000}, {6000, 6000},
};

START_TEST(tdigest_rank_error_and_bounds)
{
    enum { N = 200000 };
    double *values = malloc(N * sizeof *values);
    for (int shape = 0; shape < SHAPES; shape++) {
        fill(values, N, shape);
        drift_tdigest *digests[2] = {digest_of(100, values, N), digest_of(200, values, N)};
        sort(values, N);
        for (int k = 0; k < 2; k++) {
            double error = 1e6 * worst_rank_error(digests[k], values, N);
            ck_assert_msg(error <= allowed[shape][k], "%s, compression %d: %g ppm",
                          shape_names[shape], 100 * (k + 1), error);
            ck_assert_uint_le(drift_tdigest_centroids(digests[k]), 100 * (unsigned)(k + 1) + 2);
            double last = 0;
            for (size_t i = 0; i < N; i += 40) {
                check_bounds_at(digests[k], values, N, values[i], &last);
                double above = last;
                check_bounds_at(digests[k], values, N, nextafter(values[i], INFINITY), &above);
            }
            ck_assert(quantile(digests[k], 0) == values[0]);
            ck_assert(quantile(digests[k], 1) == values[N - 1]);
            drift_tdigest_destroy(digests[k]);
        }
    }
    free(values);
}
END_TEST

/* Small samples of many shapes, split and merged at random: 120,000 questions to the bounds. */
START_TEST(tdigest_bounds_hold_after_merges)
{
    double values[600];
    for (uint64_t round = 0; round < 2000; round++) {
        state = round << 20;
        size_t n = 1 + (size_t)(uniform() * 599);
        fill(values, n, (int)(round % SHAPES));
        size_t parts = 1 + (size_t)(uniform() * 6), from = 0;
        drift_tdigest *whole = digest_of(20, NULL, 0);
        for (size_t p = 0; p < parts; p++) {
            size_t to = p + 1 == parts ? n : from + (size_t)(uniform() * (double)(n - from));
            drift_tdigest *part = digest_of(20 + 30 * (double)p, values + from, to - from);
            ck_assert_int_eq(drift_tdigest_merge(whole, part), DRIFT_OK);
            drift_tdigest_destroy(part);
            from = to;
        }
        ck_assert_uint_eq(drift_tdigest_count(whole), n);
        sort(values, n);
        double last = 0;
        check_bounds_at(whole, values, n, -INFINITY, &last);
        for (int k = 0; k < 60; k++)
            check_bounds_at(whole, values, n, values[(size_t)k * n / 60], &last);
        check_bounds_at(whole, values, n, INFINITY, &last);
        ck_assert(last == 1);
        drift_tdigest_destroy(whole);
    }
}
END_TEST

START_TEST(tdigest_small_samples_are_exact)
{
    const double values[5] = {3, 1, 2, -0.0, 10};
    const double sorted[5] = {0, 1, 2, 3, 10};
    drift_tdigest *digest = digest_of(0, values, 5);
    for (int i = 0; i < 5; i++)
        ck_assert(quantile(digest, (i + 0.5) / 5) == sorted[i]);
    double value;
    ck_assert_int_eq(drift_tdigest_min(digest, &value), DRIFT_OK);
    ck_assert(value == 0 && !signbit(value));
    ck_assert_int_eq(drift_tdigest_max(digest, &value), DRIFT_OK);
    ck_assert(value == 10);
    drift_tdigest_destroy(digest);
}
END_TEST

/* A value that fills its own centroid answers itself, whatever stands beside it. */
START_TEST(tdigest_atoms_answer_themselves)
{
    enum { N = 430000 };
    double *values = malloc(N * sizeof *values);
    for (size_t i = 0; i < N; i++)
        values[i] = 0.1;
    drift_tdigest *digest = digest_of(100, values, N);
    ck_assert_uint_eq(drift_tdigest_centroids(digest), 1);
    for (int i = 0; i <= 100; i++)
        ck_assert(quantile(digest, i / 100.0) == 0.1);
    ck_assert_int_eq(drift_tdigest_add(digest, 7), DRIFT_OK);
    ck_assert(quantile(digest, 0.99999) == 0.1);
    ck_assert(quantile(digest, 1) == 7);
    drift_tdigest_destroy(digest);
    free(values);
}
END_TEST

START_TEST(tdigest_counts_what_is_no_number)
{
    const double values[6] = {NAN, INFINITY, 1, -INFINITY, NAN, -NAN};
    drift_tdigest *digest = digest_of(50, values, 6);
    ck_assert_uint_eq(drift_tdigest_count(digest), 1);
    ck_assert_uint_eq(drift_tdigest_missing(digest), 3);
    ck_assert_uint_eq(drift_tdigest_infinite(digest), 2);
    ck_assert(drift_tdigest_compression(digest) == 50);
    drift_tdigest_reset(digest);
    double value = 5;
    ck_assert_uint_eq(drift_tdigest_missing(digest) + drift_tdigest_infinite(digest), 0);
    ck_assert_int_eq(drift_tdigest_quantile(digest, 0.5, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_tdigest_cdf(digest, 1, &value, NULL, NULL), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_tdigest_min(digest, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert(value == 5);
    drift_tdigest_destroy(digest);
}
END_TEST

START_TEST(tdigest_refuses_bad_arguments)
{
    drift_tdigest_config config = DRIFT_TDIGEST_CONFIG_INIT;
    const double bad[5] = {19.9, 2000.1, -100, NAN, INFINITY};
    drift_tdigest *digest = NULL;
    drift_error error;
    for (int i = 0; i < 5; i++) {
        config.compression = bad[i];
        ck_assert_int_eq(drift_tdigest_create(&config, &digest, &error),
                         DRIFT_ERR_INVALID_ARGUMENT);
        ck_assert_str_eq(error.message, "the compression of a t-digest lies between 20 and 2000");
    }
    ck_assert_ptr_null(digest);
    ck_assert_int_eq(drift_tdigest_create(NULL, &digest, NULL), DRIFT_OK);
    ck_assert(drift_tdigest_compression(digest) == 100);
    double value;
    ck_assert_int_eq(drift_tdigest_add(digest, 1), DRIFT_OK);
    ck_assert_int_eq(drift_tdigest_quantile(digest, -0.1, &value), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_tdigest_quantile(digest, 1.1, &value), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_tdigest_quantile(digest, NAN, &value), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_tdigest_cdf(digest, NAN, &value, NULL, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_tdigest_update(digest, NULL, 1), DRIFT_ERR_INVALID_ARGUMENT);
    drift_tdigest_destroy(digest);
    drift_tdigest_destroy(NULL);
}
END_TEST

START_TEST(tdigest_questions_leave_no_trace)
{
    double values[20000];
    fill(values, 20000, 0);
    drift_tdigest *asked = digest_of(100, NULL, 0), *quiet = digest_of(100, values, 20000);
    for (size_t i = 0; i < 20000; i++) {
        ck_assert_int_eq(drift_tdigest_add(asked, values[i]), DRIFT_OK);
        if (i % 997 == 0)
            quantile(asked, 0.5);
    }
    drift_buffer *a = bytes_of(asked), *b = bytes_of(quiet);
    ck_assert(same_bytes(a, b));
    drift_buffer_destroy(a);
    drift_buffer_destroy(b);
    drift_tdigest_destroy(asked);
    drift_tdigest_destroy(quiet);
}
END_TEST

static double share_at(const drift_tdigest *digest, double value)
{
    double share, low, high;
    ck_assert_int_eq(drift_tdigest_cdf(digest, value, &share, &low, &high), DRIFT_OK);
    ck_assert(low <= share && share <= high);
    return share;
}

/* Whole numbers are answered by whole numbers, until the first that is none. */
START_TEST(tdigest_whole_numbers)
{
    enum { N = 50000 };
    static double values[N];
    for (size_t i = 0; i < N; i++)
        values[i] = (double)(i * 7919 % 500) - 250;
    drift_tdigest *digest = digest_of(100, values, N), *half = digest_of(100, NULL, 0);
    drift_buffer *bytes = bytes_of(digest);
    drift_tdigest *back = NULL;
    ck_assert_int_eq(drift_tdigest_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes),
                                               NULL, &back, NULL),
                     DRIFT_OK);
    drift_buffer_destroy(bytes);
    for (int i = 0; i <= 1000; i++) {
        double rank = i / 1000.0, value = quantile(digest, rank);
        ck_assert_double_eq(value, nearbyint(value));
        ck_assert_double_eq(quantile(back, rank), value);
        ck_assert_double_le_tol(fabs(value - (500 * rank - 250.5)), 0.5, 0.3);
    }
    for (int k = -250; k < 250; k++) {
        ck_assert_double_eq_tol(share_at(digest, k), (k + 251) / 500.0, 0.001);
        ck_assert_double_eq(share_at(digest, k + 0.75), share_at(digest, k));
    }
    ck_assert_int_eq(drift_tdigest_add(half, 0.5), DRIFT_OK);
    ck_assert_double_eq(quantile(half, 0.5), 0.5);
    ck_assert_int_eq(drift_tdigest_merge(digest, half), DRIFT_OK);
    ck_assert_int_eq(drift_tdigest_add(back, 0.5), DRIFT_OK);
    int broken = 0;
    for (int i = 1; i < 1000; i++)
        broken |= (quantile(digest, i / 1e3) != nearbyint(quantile(digest, i / 1e3))) |
                  (quantile(back, i / 1e3) != nearbyint(quantile(back, i / 1e3))) << 1;
    ck_assert_int_eq(broken, 3);
    drift_tdigest_destroy(digest);
    drift_tdigest_destroy(half);
    drift_tdigest_destroy(back);
}
END_TEST

/* However the values come, in whatever pieces, with what is no number among them: the same bytes. */
START_TEST(tdigest_pieces_do_not_show)
{
    enum { N = 30000 };
    static double values[N];
    for (int shape = 0; shape < SHAPES; shape++) {
        fill(values, N, shape);
        values[N / 3] = values[N / 2] = (double)NAN;
        drift_tdigest *at_once = digest_of(150, values, N), *singly = digest_of(150, NULL, 0);
        drift_tdigest *pieces = digest_of(150, NULL, 0);
        for (size_t i = 0; i < N; i++)
            ck_assert_int_eq(drift_tdigest_add(singly, values[i]), DRIFT_OK);
        for (size_t from = 0, step = 1; from < N; step = step * 5 % 7001) {
            size_t n = step < N - from ? step : N - from;
            ck_assert_int_eq(drift_tdigest_update(pieces, values + from, n), DRIFT_OK);
            from += n;
        }
        drift_buffer *a = bytes_of(at_once), *b = bytes_of(singly), *c = bytes_of(pieces);
        ck_assert_msg(same_bytes(a, b) && same_bytes(a, c), "%s", shape_names[shape]);
        drift_buffer_destroy(a);
        drift_buffer_destroy(b);
        drift_buffer_destroy(c);
        drift_tdigest_destroy(at_once);
        drift_tdigest_destroy(singly);
        drift_tdigest_destroy(pieces);
    }
}
END_TEST

START_TEST(tdigest_merges_with_itself_and_empty)
{
    double values[10000];
    fill(values, 10000, 1);
    drift_tdigest *digest = digest_of(100, values, 10000), *empty = digest_of(100, NULL, 0);
    double median = quantile(digest, 0.5);
    ck_assert_int_eq(drift_tdigest_merge(digest, empty), DRIFT_OK);
    ck_assert_int_eq(drift_tdigest_merge(digest, digest), DRIFT_OK);
    ck_assert_uint_eq(drift_tdigest_count(digest), 20000);
    ck_assert(fabs(quantile(digest, 0.5) - median) < 0.01);
    ck_assert_int_eq(drift_tdigest_merge(empty, digest), DRIFT_OK);
    ck_assert_uint_eq(drift_tdigest_count(empty), 20000);
    ck_assert(quantile(empty, 0) == quantile(digest, 0));
    drift_tdigest_destroy(digest);
    drift_tdigest_destroy(empty);
}
END_TEST

START_TEST(tdigest_count_cannot_overflow)
{
    const double one = 1;
    drift_tdigest *digest = digest_of(100, &one, 1);
    for (int i = 0; i < 63; i++)
        ck_assert_int_eq(drift_tdigest_merge(digest, digest), DRIFT_OK);
    drift_buffer *before = bytes_of(digest);
    ck_assert_int_eq(drift_tdigest_merge(digest, digest), DRIFT_ERR_OVERFLOW);
    drift_buffer *after = bytes_of(digest);
    ck_assert(same_bytes(before, after));
    ck_assert(quantile(digest, 0.3) == 1);
    drift_buffer_destroy(before);
    drift_buffer_destroy(after);
    drift_tdigest_destroy(digest);
}
END_TEST

/* All memory is taken by create: nothing after it can run out. */
START_TEST(tdigest_needs_memory_only_at_first)
{
    scarce_memory scarce = {0, 0};
    drift_allocator memory = scarce_allocator(&scarce);
    drift_tdigest_config config = DRIFT_TDIGEST_CONFIG_INIT;
    config.allocator = &memory;
    drift_tdigest *digest = NULL;
    for (size_t blocks = 0; !digest; blocks++) {
        ck_assert_uint_lt(blocks, 10);
        ck_assert_int_eq(scarce.out, 0);
        scarce.left = blocks;
        drift_status status = drift_tdigest_create(&config, &digest, NULL);
        ck_assert_int_eq(status, digest ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY);
    }
    scarce.left = 0;
    double values[10000];
    fill(values, 10000, 1);
    ck_assert_int_eq(drift_tdigest_update(digest, values, 10000), DRIFT_OK);
    ck_assert_int_eq(drift_tdigest_merge(digest, digest), DRIFT_OK);
    ck_assert(quantile(digest, 0.5) > 0);
    drift_tdigest_destroy(digest);
    ck_assert_int_eq(scarce.out, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("tdigest");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, tdigest_rank_error_and_bounds);
    tcase_add_test(tests, tdigest_bounds_hold_after_merges);
    tcase_add_test(tests, tdigest_small_samples_are_exact);
    tcase_add_test(tests, tdigest_atoms_answer_themselves);
    tcase_add_test(tests, tdigest_counts_what_is_no_number);
    tcase_add_test(tests, tdigest_refuses_bad_arguments);
    tcase_add_test(tests, tdigest_questions_leave_no_trace);
    tcase_add_test(tests, tdigest_pieces_do_not_show);
    tcase_add_test(tests, tdigest_whole_numbers);
    tcase_add_test(tests, tdigest_merges_with_itself_and_empty);
    tcase_add_test(tests, tdigest_count_cannot_overflow);
    tcase_add_test(tests, tdigest_needs_memory_only_at_first);
    Suite *suite = suite_create("tdigest");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
