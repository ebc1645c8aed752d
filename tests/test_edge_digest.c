/* SPDX-License-Identifier: Apache-2.0
 *
 * test_edge_digest.c: rank errors, certain bounds, counts (drift/edge_digest.h).
 */
#include <float.h>

#include "edge_digest_fixture.h"

/* What is asked at a rank: the answer's rank, its bounds, and that the cdf leads back. */
static double rank_error_at(const drift_edge_digest *digest, const double *sorted, size_t n,
                            double rank)
{
    double value, low, high;
    ck_assert_int_eq(drift_edge_digest_quantile(digest, rank, &value, &low, &high), DRIFT_OK);
    size_t place = (size_t)(rank * (double)n);
    place -= place > 0;
    while ((double)place / (double)n < rank)
        place++;
    double truth = sorted[place ? place - 1 : 0];
    ck_assert_msg(low <= truth && truth <= high, "rank %g: %.17g not in %.17g..%.17g", rank, truth,
                  low, high);
    double below = (double)count_below(sorted, n, value, 0) / (double)n;
    double upto = (double)count_below(sorted, n, value, 1) / (double)n;
    ck_assert(cdf(digest, value) >= rank);
    double before = cdf(digest, nextafter(value, -INFINITY));
    ck_assert_msg(value == sorted[0] || rank == 1 || before < rank, "%.17g %.17g %.17g", value,
                  before, rank);
    return rank < below ? below - rank : rank > upto ? rank - upto : 0;
}

static double worst_rank_error(const drift_edge_digest *digest, const double *sorted, size_t n)
{
    double worst = 0, previous = -INFINITY;
    for (int i = 0; i <= 2000; i++) {
        double value = quantile(digest, i / 2000.0);
        ck_assert_msg(value >= previous, "quantile falls at rank %g", i / 2000.0);
        previous = value;
        worst = fmax(worst, rank_error_at(digest, sorted, n, i / 2000.0));
    }
    return worst;
}

static void check_bounds_at(const drift_edge_digest *digest, const double *sorted, size_t n,
                            double value, double *last)
{
    double estimate, low, high;
    ck_assert_int_eq(drift_edge_digest_cdf(digest, value, &estimate, &low, &high), DRIFT_OK);
    double truth = (double)count_below(sorted, n, value, 1) / (double)n;
    ck_assert_msg(low <= truth && truth <= high, "value %.17g: %.17g not in %.17g..%.17g", value,
                  truth, low, high);
    ck_assert(low <= estimate && estimate <= high && low >= 0 && high <= 1);
    ck_assert_msg(estimate >= *last, "cdf falls at %.17g", value);
    *last = estimate;
}

/* Largest rank error allowed, parts per million. */
static const double allowed[SHAPES] = {400, 400, 100, 0,   400, 400, 3000,  400,
                                       100, 400, 400, 400, 400, 400, 15000, 6000};

static void check_stream(const char *name, double *values, size_t n, double most)
{
    drift_edge_digest *digest = digest_of(0, values, n);
    drift_buffer *bytes = bytes_of(digest);
    ck_assert_uint_le(drift_buffer_size(bytes), 2000);
    drift_buffer_destroy(bytes);
    ck_assert_uint_le(drift_edge_digest_cells(digest), 97);
    sort(values, n);
    double error = 1e6 * worst_rank_error(digest, values, n), last = 0;
    ck_assert_msg(error <= most, "%s: %g ppm", name, error);
    for (size_t i = 0; i < n; i += 101) {
        check_bounds_at(digest, values, n, values[i], &last);
        double above = last;
        check_bounds_at(digest, values, n, nextafter(values[i], INFINITY), &above);
    }
    ck_assert(quantile(digest, 0) == values[0]);
    ck_assert(quantile(digest, 1) == values[n - 1]);
    drift_edge_digest_destroy(digest);
}

START_TEST(edge_digest_rank_error_and_bounds)
{
    enum { N = 1000000 };
    double *values = malloc(N * sizeof *values);
    for (int shape = 0; shape < SHAPES; shape++) {
        fill(values, N, shape);
        check_stream(shape_names[shape], values, N, allowed[shape]);
    }
    fill(values, N, 0);
    sort(values, N);
    check_stream("sorted normal", values, N, 400);
    free(values);
}
END_TEST

/* Small samples of many shapes, split and merged at random: 120,000 questions to the bounds. */
START_TEST(edge_digest_bounds_hold_after_merges)
{
    double values[600];
    for (uint64_t round = 0; round < 2000; round++) {
        state = round << 20;
        size_t n = 1 + (size_t)(uniform() * 599), from = 0;
        fill(values, n, (int)(round % SHAPES));
        size_t parts = 1 + (size_t)(uniform() * 6);
        drift_edge_digest *whole = digest_of(16, NULL, 0);
        for (size_t p = 0; p < parts; p++) {
            size_t to = p + 1 == parts ? n : from + (size_t)(uniform() * (double)(n - from));
            drift_edge_digest *part = digest_of(16 + 30 * (uint32_t)p, values + from, to - from);
            ck_assert_int_eq(drift_edge_digest_merge(whole, part), DRIFT_OK);
            drift_edge_digest_destroy(part);
            from = to;
        }
        ck_assert_uint_eq(drift_edge_digest_count(whole), n);
        sort(values, n);
        double last = 0;
        check_bounds_at(whole, values, n, -INFINITY, &last);
        for (size_t k = 0; k < 60; k++) {
            check_bounds_at(whole, values, n, values[k * n / 60], &last);
            rank_error_at(whole, values, n, (double)k / 60);
        }
        check_bounds_at(whole, values, n, INFINITY, &last);
        ck_assert(last == 1);
        drift_edge_digest_destroy(whole);
    }
}
END_TEST

/* Streams that change every few blocks, so that edges come and go all the time. */
START_TEST(edge_digest_bounds_hold_while_edges_move)
{
    enum { PIECE = 5000, PIECES = 12 };
    double *values = malloc(PIECE * PIECES * sizeof *values);
    for (uint64_t round = 0; round < 24; round++) {
        for (int i = 0; i < PIECES; i++) {
            double *piece = values + (size_t)i * PIECE;
            fill(piece, PIECE, (int)((round * 7 + (uint64_t)i * 5) % SHAPES));
            for (size_t k = 0; i % 3 && k < PIECE && fabs(piece[k]) < 1e300; k++)
                piece[k] = piece[k] * i - (double)round;
        }
        size_t n = PIECE * PIECES;
        drift_edge_digest *digest = digest_of(round % 2 ? 24 : 0, values, n);
        sort(values, n);
        double last = 0;
        for (size_t k = 0; k < n; k += 37)
            check_bounds_at(digest, values, n, values[k], &last);
        for (int i = 0; i <= 1000; i++)
            rank_error_at(digest, values, n, i / 1000.0);
        drift_edge_digest_destroy(digest);
    }
    free(values);
}
END_TEST

START_TEST(edge_digest_parts_merge_to_the_whole)
{
    enum { N = 400000, PARTS = 40 };
    double *values = malloc(N * sizeof *values);
    for (int shape = 0; shape < SHAPES; shape++) {
        fill(values, N, shape);
        drift_edge_digest *whole = digest_of(0, NULL, 0);
        for (size_t p = 0; p < PARTS; p++) {
            drift_edge_digest *part = digest_of(0, values + p * (N / PARTS), N / PARTS);
            ck_assert_int_eq(drift_edge_digest_merge(whole, part), DRIFT_OK);
            drift_edge_digest_destroy(part);
        }
        sort(values, N);
        ck_assert_uint_eq(drift_edge_digest_count(whole), N);
        double error = 1e6 * worst_rank_error(whole, values, N);
        ck_assert_msg(error <= 3 * fmax(allowed[shape], 300), "%s: %g ppm", shape_names[shape],
                      error);
        drift_edge_digest_destroy(whole);
    }
    free(values);
}
END_TEST

/* As long as every value has a cell of its own nothing is estimated: bounds are the truth. */
START_TEST(edge_digest_few_values_are_exact)
{
    enum { N = 30000 };
    double *values = malloc(N * sizeof *values);
    for (int different = 1; different <= 48; different += 47) {
        state = 5;
        for (size_t i = 0; i < N; i++)
            values[i] = sqrt(floor(uniform() * different)) - 3;
        drift_edge_digest *digest = digest_of(0, values, N);
        sort(values, N);
        for (int i = 0; i <= 1000; i++)
            ck_assert(rank_error_at(digest, values, N, i / 1000.0) == 0);
        for (size_t i = 0; i < N; i += 11) {
            double estimate, low, high;
            ck_assert_int_eq(drift_edge_digest_cdf(digest, values[i], &estimate, &low, &high),
                             DRIFT_OK);
            ck_assert(low == estimate && high == estimate);
        }
        drift_edge_digest_destroy(digest);
    }
    free(values);
}
END_TEST

START_TEST(edge_digest_small_samples_are_exact)
{
    const double values[5] = {3, 1, 2, -0.0, 10}, sorted[5] = {0, 1, 2, 3, 10};
    drift_edge_digest *digest = digest_of(0, values, 5);
    for (int i = 0; i < 5; i++)
        ck_assert(quantile(digest, (i + 0.5) / 5) == sorted[i]);
    for (int i = 0; i < 5; i++)
        ck_assert(cdf(digest, sorted[i]) == (i + 1) / 5.0);
    double value;
    ck_assert_int_eq(drift_edge_digest_min(digest, &value), DRIFT_OK);
    ck_assert(value == 0 && !signbit(value));
    drift_edge_digest_reset(digest);
    ck_assert_int_eq(drift_edge_digest_add(digest, -0.0), DRIFT_OK);
    ck_assert_int_eq(drift_edge_digest_min(digest, &value), DRIFT_OK);
    ck_assert(value == 0 && !signbit(value) && !signbit(quantile(digest, 0.5)));
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(drift_edge_digest_add(digest, values[i]), DRIFT_OK);
    ck_assert_int_eq(drift_edge_digest_max(digest, &value), DRIFT_OK);
    ck_assert(value == 10);
    drift_edge_digest_destroy(digest);
}
END_TEST

START_TEST(edge_digest_constant_answers_itself)
{
    enum { N = 430000 };
    double *values = malloc(N * sizeof *values);
    for (size_t i = 0; i < N; i++)
        values[i] = 0.1 + 0.2;
    drift_edge_digest *digest = digest_of(0, values, N);
    for (int i = 0; i <= 100; i++)
        ck_assert(quantile(digest, i / 100.0) == values[0]);
    ck_assert(cdf(digest, nextafter(values[0], 0)) == 0 && cdf(digest, values[0]) == 1);
    ck_assert_uint_eq(drift_edge_digest_cells(digest), 1);
    ck_assert_int_eq(drift_edge_digest_add(digest, 7), DRIFT_OK);
    ck_assert(quantile(digest, 0.99999) == values[0]);
    ck_assert(quantile(digest, 1) == 7);
    drift_edge_digest_destroy(digest);
    free(values);
}
END_TEST

/* Of prices the answers are prices, until something comes that is none. */
START_TEST(edge_digest_answers_in_decimals)
{
    enum { N = 50000 };
    double *values = malloc(N * sizeof *values);
    state = 9;
    for (size_t i = 0; i < N; i++)
        values[i] = rint(100 * exp(normal())) / 100;
    drift_edge_digest *digest = digest_of(0, values, N);
    for (int i = 1; i < 1000; i++) {
        double value = quantile(digest, i / 1000.0);
        ck_assert(rint(value * 100) / 100 == value);
        ck_assert(cdf(digest, value) == cdf(digest, value + 0.001));
    }
    for (int i = 0; i < 4096; i++)
        ck_assert_int_eq(drift_edge_digest_add(digest, exp(normal())), DRIFT_OK);
    int others = 0;
    for (int i = 1; i < 1000; i++) {
        double value = quantile(digest, i / 1000.0);
        others += rint(value * 100) / 100 != value;
    }
    ck_assert_int_gt(others, 900);
    drift_edge_digest_reset(digest);
    size_t whole_blocks = 20 * 2048;
    for (size_t i = 0; i < whole_blocks; i++)
        values[i] = i % 1000 < 2 ? (double)(i % 2) : uniform(); /* whole at both ends only */
    ck_assert_int_eq(drift_edge_digest_update(digest, values, whole_blocks), DRIFT_OK);
    sort(values, whole_blocks);
    ck_assert(worst_rank_error(digest, values, whole_blocks) < 0.002);
    drift_edge_digest_destroy(digest);
    free(values);
}
END_TEST

START_TEST(edge_digest_takes_every_finite_number)
{
    enum { N = 20000 };
    double *values = malloc(N * sizeof *values);
    for (int kind = 0; kind < 4; kind++) {
        state = 3;
        for (size_t i = 0; i < N; i++) {
            double u = uniform();
            values[i] = kind == 0   ? (u < 0.5 ? -DBL_MAX : DBL_MAX)
                        : kind == 1 ? (u - 0.5) * 1e-310
                        : kind == 2 ? (u < 0.3   ? -0.0
                                       : u < 0.6 ? 0.0
                                       : u < 0.8 ? 5e-324
                                                 : -5e-324)
                                    : (u < 0.5 ? -1 : 1) * exp(uniform() * 1440 - 735);
        }
        drift_edge_digest *digest = digest_of(0, values, N);
        sort(values, N);
        double error = worst_rank_error(digest, values, N), last = 0;
        ck_assert_msg(error <= (kind == 3 ? 0.015 : 0.003), "kind %d: %g", kind, error);
        for (size_t i = 0; i < N; i += 7)
            check_bounds_at(digest, values, N, values[i], &last);
        check_bounds_at(digest, values, N, DBL_MAX, &last);
        drift_edge_digest_destroy(digest);
    }
    free(values);
}
END_TEST

START_TEST(edge_digest_counts_what_is_no_number)
{
    const double values[6] = {NAN, INFINITY, 1, -INFINITY, NAN, -NAN};
    drift_edge_digest *digest = digest_of(50, values, 6);
    ck_assert_uint_eq(drift_edge_digest_count(digest), 1);
    ck_assert_uint_eq(drift_edge_digest_missing(digest), 3);
    ck_assert_uint_eq(drift_edge_digest_infinite(digest), 2);
    ck_assert_uint_eq(drift_edge_digest_edges(digest), 50);
    drift_edge_digest_reset(digest);
    double value = 5;
    ck_assert_uint_eq(drift_edge_digest_missing(digest) + drift_edge_digest_infinite(digest), 0);
    ck_assert_uint_eq(drift_edge_digest_cells(digest), 0);
    ck_assert_int_eq(drift_edge_digest_quantile(digest, 0.5, &value, NULL, NULL),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_edge_digest_cdf(digest, 1, &value, NULL, NULL),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_edge_digest_min(digest, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert(value == 5);
    drift_edge_digest_destroy(digest);
}
END_TEST

START_TEST(edge_digest_refuses_bad_arguments)
{
    drift_edge_digest_config config = DRIFT_EDGE_DIGEST_CONFIG_INIT;
    const uint32_t bad[3] = {1, 15, 501};
    drift_edge_digest *digest = NULL;
    drift_error error;
    for (int i = 0; i < 3; i++) {
        config.edges = bad[i];
        ck_assert_int_eq(drift_edge_digest_create(&config, &digest, &error),
                         DRIFT_ERR_INVALID_ARGUMENT);
        ck_assert_str_eq(error.message, "an edge digest has 16 to 500 edges");
    }
    ck_assert_ptr_null(digest);
    ck_assert_int_eq(drift_edge_digest_create(NULL, &digest, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_edge_digest_edges(digest), 96);
    double value = 5;
    const double ranks[3] = {-0.1, 1.1, NAN};
    ck_assert_int_eq(drift_edge_digest_add(digest, 1), DRIFT_OK);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(drift_edge_digest_quantile(digest, ranks[i], &value, NULL, NULL),
                         DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_edge_digest_cdf(digest, NAN, &value, NULL, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_edge_digest_update(digest, NULL, 1), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert(value == 5);
    drift_edge_digest_destroy(digest);
    drift_edge_digest_destroy(NULL);
}
END_TEST

START_TEST(edge_digest_merges_with_itself_and_empty)
{
    double values[10000];
    fill(values, 10000, 1);
    drift_edge_digest *digest = digest_of(0, values, 10000), *empty = digest_of(0, NULL, 0);
    double median = quantile(digest, 0.5);
    ck_assert_int_eq(drift_edge_digest_merge(digest, empty), DRIFT_OK);
    ck_assert_int_eq(drift_edge_digest_merge(digest, digest), DRIFT_OK);
    ck_assert_uint_eq(drift_edge_digest_count(digest), 20000);
    ck_assert(fabs(quantile(digest, 0.5) - median) < 1e-6);
    ck_assert_int_eq(drift_edge_digest_merge(empty, digest), DRIFT_OK);
    drift_buffer *a = bytes_of(digest), *b = bytes_of(empty);
    ck_assert(same_bytes(a, b));
    drift_buffer_destroy(a);
    drift_buffer_destroy(b);
    drift_edge_digest_destroy(digest);
    drift_edge_digest_destroy(empty);
}
END_TEST

START_TEST(edge_digest_count_cannot_overflow)
{
    const double values[3] = {1, 2, 5};
    drift_edge_digest *digest = digest_of(0, values, 3);
    for (int i = 0; i < 62; i++)
        ck_assert_int_eq(drift_edge_digest_merge(digest, digest), DRIFT_OK);
    drift_buffer *before = bytes_of(digest);
    ck_assert_int_eq(drift_edge_digest_merge(digest, digest), DRIFT_ERR_OVERFLOW);
    drift_buffer *after = bytes_of(digest);
    ck_assert(same_bytes(before, after));
    ck_assert(quantile(digest, 0.3) == 1 && quantile(digest, 0.9) == 5);
    drift_buffer_destroy(before);
    drift_buffer_destroy(after);
    drift_edge_digest_destroy(digest);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("edge digest");
    tcase_set_timeout(tests, 100);
    tcase_add_test(tests, edge_digest_rank_error_and_bounds);
    tcase_add_test(tests, edge_digest_bounds_hold_after_merges);
    tcase_add_test(tests, edge_digest_bounds_hold_while_edges_move);
    tcase_add_test(tests, edge_digest_parts_merge_to_the_whole);
    tcase_add_test(tests, edge_digest_few_values_are_exact);
    tcase_add_test(tests, edge_digest_small_samples_are_exact);
    tcase_add_test(tests, edge_digest_constant_answers_itself);
    tcase_add_test(tests, edge_digest_answers_in_decimals);
    tcase_add_test(tests, edge_digest_takes_every_finite_number);
    tcase_add_test(tests, edge_digest_counts_what_is_no_number);
    tcase_add_test(tests, edge_digest_refuses_bad_arguments);
    tcase_add_test(tests, edge_digest_merges_with_itself_and_empty);
    tcase_add_test(tests, edge_digest_count_cannot_overflow);
    Suite *suite = suite_create("edge digest");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
