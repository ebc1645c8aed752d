/* SPDX-License-Identifier: Apache-2.0
 *
 * test_distance.c: published values, properties, and bounds that must hold for
 * every pair of raw samples.
 */
#include <check.h>
#include <drift/distance.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "distance/estimate.h"

static const uint64_t T[6] = {16, 18, 16, 14, 12, 12}, L[6] = {16, 16, 16, 16, 16, 8};

static uint64_t state = 1;

static double uniform(void)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(state >> 11) / 9007199254740992.0;
}

START_TEST(divergences_give_published_values)
{
    double value;
    ck_assert_int_eq(drift_psi(T, L, 6, DRIFT_SMOOTHING_NONE, &value), DRIFT_OK);
    ck_assert_double_eq_tol(value, 0.0372184, 5e-8);
    drift_kl(T, L, 6, DRIFT_SMOOTHING_NONE, &value);
    ck_assert_double_eq_tol(value, 0.0189097, 5e-8);
    drift_kl(L, T, 6, DRIFT_SMOOTHING_NONE, &value);
    ck_assert_double_eq_tol(value, 0.0183087, 5e-8);
    drift_js(T, L, 6, &value);
    ck_assert_double_eq_tol(value, 0.0046306, 5e-8);
    drift_hellinger(T, L, 6, &value);
    ck_assert_double_eq_tol(value, 0.0681277, 5e-8);
    drift_total_variation(T, L, 6, &value);
    ck_assert_double_eq_tol(value, 0.0681818, 5e-8);
    const uint64_t equal[10] = {10, 10, 10, 10, 10, 10, 10, 10, 10, 10};
    const uint64_t near[10] = {8, 9, 9, 10, 10, 10, 10, 11, 11, 12};
    drift_psi(equal, near, 10, DRIFT_SMOOTHING_NONE, &value);
    ck_assert_double_eq_tol(value, 0.0121227, 5e-8);
}
END_TEST

START_TEST(disjoint_samples_reach_the_ends_of_the_ranges)
{
    const uint64_t a[2] = {7, 0}, b[2] = {0, 5};
    double value, low, high;
    drift_js(a, b, 2, &value);
    ck_assert_double_eq_tol(value, log(2.0), 1e-15);
    drift_hellinger(a, b, 2, &value);
    ck_assert_double_eq_tol(value, 1, 1e-15);
    drift_total_variation(a, b, 2, &value);
    ck_assert_double_eq(value, 1);
    ck_assert_int_eq(drift_psi(a, b, 2, DRIFT_SMOOTHING_NONE, &value), DRIFT_OK);
    ck_assert(isinf(value));
    ck_assert_int_eq(drift_psi(a, b, 2, DRIFT_SMOOTHING_JEFFREYS, &value), DRIFT_OK);
    ck_assert(isfinite(value) && value > 0);
    drift_ks_bounds(a, b, 2, NULL, &low, &high);
    ck_assert_double_eq(low, 1);
    ck_assert_double_eq(high, 1);
}
END_TEST

START_TEST(identical_counts_give_exactly_zero)
{
    uint64_t counts[9];
    double value, low, high;
    for (int round = 0; round < 200; round++) {
        for (int k = 0; k < 9; k++)
            counts[k] = (uint64_t)(uniform() * (round + 2));
        counts[0]++;
        drift_psi(counts, counts, 9, DRIFT_SMOOTHING_JEFFREYS, &value);
        ck_assert_double_eq(value, 0);
        drift_kl(counts, counts, 9, DRIFT_SMOOTHING_JEFFREYS, &value);
        ck_assert_double_eq(value, 0);
        drift_js(counts, counts, 9, &value);
        ck_assert_double_eq(value, 0);
        drift_hellinger(counts, counts, 9, &value);
        ck_assert_double_eq(value, 0);
        drift_total_variation(counts, counts, 9, &value);
        ck_assert_double_eq(value, 0);
        drift_ks_bounds(counts, counts, 9, NULL, &low, &high);
        ck_assert_double_eq(low, 0);
    }
}
END_TEST

START_TEST(symmetric_divergences_are_symmetric)
{
    for (int round = 0; round < 500; round++) {
        uint64_t a[7], b[7];
        double forth, back;
        for (int k = 0; k < 7; k++) {
            a[k] = (uint64_t)(uniform() * 1000);
            b[k] = (uint64_t)(uniform() * 50);
        }
        a[0]++;
        b[0]++;
        drift_psi(a, b, 7, DRIFT_SMOOTHING_JEFFREYS, &forth);
        drift_psi(b, a, 7, DRIFT_SMOOTHING_JEFFREYS, &back);
        ck_assert_double_eq_tol(forth, back, 1e-15 + forth * 1e-13);
        drift_js(a, b, 7, &forth);
        drift_js(b, a, 7, &back);
        ck_assert_double_eq_tol(forth, back, 1e-15);
        ck_assert(forth >= 0 && forth <= log(2.0));
    }
}
END_TEST

START_TEST(what_cannot_be_computed_is_a_status)
{
    const uint64_t empty[3] = {0, 0, 0}, some[3] = {1, 2, 3};
    const uint64_t huge[2] = {UINT64_MAX, 1};
    double value = 42;
    ck_assert_int_eq(drift_psi(empty, some, 3, DRIFT_SMOOTHING_JEFFREYS, &value),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_js(some, empty, 3, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_js(some, some, 0, &value), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_total_variation(huge, huge, 2, &value), DRIFT_ERR_OVERFLOW);
    ck_assert_int_eq(drift_wasserstein(NULL, NULL, 0, NULL, NULL, 0, &value),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    const double infinite[1] = {INFINITY};
    ck_assert_int_eq(drift_wasserstein(infinite, NULL, 1, infinite, NULL, 1, &value),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_double_eq(value, 42);
}
END_TEST

START_TEST(counts_of_a_trillion_keep_their_digits)
{
    /* p - q = 1e-12: formed from integers, squared it still has all its digits. */
    const uint64_t a[2] = {500000000001ULL, 499999999999ULL},
                   b[2] = {500000000000ULL, 500000000000ULL};
    double value;
    drift_total_variation(a, b, 2, &value);
    ck_assert_double_eq_tol(value, 1e-12, 1e-24);
    drift_js(a, b, 2, &value); /* (p - q)^2 / (4 (p + q)) summed = 1e-24 / 2 */
    ck_assert_double_eq_tol(value, 5e-25, 1e-34);
}
END_TEST

/* Mean of PSI over all pairs of binomials, summed directly. */
START_TEST(debiasing_subtracts_the_exact_expectation)
{
    const uint64_t x[2] = {3, 17}, y[2] = {5, 7};
    double expected = 0, debiased, psi;
    for (int k = 0; k < 2; k++) {
        double pi = (double)(x[k] + y[k]) / 32, p_mean = 0, p_log = 0, p_both = 0, q_mean = 0,
               q_log = 0, q_both = 0;
        for (int i = 0; i <= 20; i++) {
            double w =
                exp(lgamma(21) - lgamma(i + 1) - lgamma(21 - i)) * pow(pi, i) * pow(1 - pi, 20 - i);
            double p = (i + 0.5) / 21;
            p_mean += w * p;
            p_log += w * log(p);
            p_both += w * p * log(p);
        }
        for (int i = 0; i <= 12; i++) {
            double w =
                exp(lgamma(13) - lgamma(i + 1) - lgamma(13 - i)) * pow(pi, i) * pow(1 - pi, 12 - i);
            double q = (i + 0.5) / 13;
            q_mean += w * q;
            q_log += w * log(q);
            q_both += w * q * log(q);
        }
        expected += p_both + q_both - p_mean * q_log - q_mean * p_log;
    }
    drift_psi(x, y, 2, DRIFT_SMOOTHING_JEFFREYS, &psi);
    ck_assert_int_eq(drift_psi_debiased(x, y, 2, &debiased), DRIFT_OK);
    ck_assert_double_eq_tol(psi - debiased, expected, 1e-12);
}
END_TEST

/* What drift_psi_debiased takes off, in units of g, for `share` of 1,000,000 in the first cell. */
static double noise_in_g(uint64_t share)
{
    const uint64_t counts[2] = {share, 1000000 - share};
    double debiased;
    ck_assert_int_eq(drift_psi_debiased(counts, counts, 2, &debiased), DRIFT_OK);
    return -debiased / (2.0 / 1000000);
}

START_TEST(the_two_ways_of_debiasing_meet)
{
    /* Somewhere here the expansion takes over: the curve may not jump, wherever that is. */
    double last = noise_in_g(150), slope = noise_in_g(151) - last;
    for (uint64_t share = 151; share < 1000; share++) {
        double now = noise_in_g(share);
        ck_assert_double_eq_tol(now, last + slope, 1e-6);
        slope = now - last;
        last = now;
    }
    ck_assert_double_eq_tol(noise_in_g(401), 1, 0.01);
}
END_TEST

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double exact_ks(const double *x, size_t n, const double *y, size_t m)
{
    size_t i = 0, j = 0;
    double largest = 0;
    while (i < n || j < m) {
        double at = j >= m || (i < n && x[i] <= y[j]) ? x[i] : y[j];
        while (i < n && x[i] == at)
            i++;
        while (j < m && y[j] == at)
            j++;
        largest = fmax(largest, fabs((double)i / (double)n - (double)j / (double)m));
    }
    return largest;
}

START_TEST(ordered_bounds_hold_for_every_raw_sample)
{
    enum { CELLS = 6 };
    for (int round = 0; round < 100000; round++) {
        double x[40], y[40], lower[CELLS], upper[CELLS];
        uint64_t reference[CELLS] = {0}, current[CELLS] = {0};
        uint8_t atoms[CELLS] = {0};
        size_t n = 1 + (size_t)(uniform() * 39), m = 1 + (size_t)(uniform() * 39);
        int ties = round % 3 == 0;
        double edge = -3;
        for (int k = 0; k < CELLS; k++) {
            lower[k] = edge;
            atoms[k] = uniform() < 0.3;
            upper[k] = atoms[k] ? edge : edge + 0.2 + uniform();
            edge = upper[k] + (atoms[k] ? 1e-9 : 0);
        }
        for (size_t i = 0; i < n + m; i++) {
            int k = (int)(uniform() * CELLS);
            double inside = ties ? floor(uniform() * 3) / 3 : uniform();
            double value =
                atoms[k] ? lower[k] : lower[k] + inside * (upper[k] - lower[k]) * 0.999999;
            (i < n ? x : y)[i < n ? i : i - n] = value;
            (i < n ? reference : current)[k]++;
        }
        qsort(x, n, sizeof *x, rising);
        qsort(y, m, sizeof *y, rising);
        double low, high, value, exact = exact_ks(x, n, y, m);
        ck_assert_int_eq(drift_ks_bounds(reference, current, CELLS, atoms, &low, &high), DRIFT_OK);
        ck_assert(low <= exact + 1e-12 && exact <= high + 1e-12);
        ck_assert_int_eq(drift_wasserstein(x, NULL, n, y, NULL, m, &exact), DRIFT_OK);
        ck_assert_int_eq(
            drift_wasserstein_bounds(reference, current, lower, upper, CELLS, &value, &low, &high),
            DRIFT_OK);
        ck_assert(low <= exact + 1e-9 && exact <= high + 1e-9);
        ck_assert(low <= value + 1e-12 && value <= high + 1e-12);
    }
}
END_TEST

START_TEST(wasserstein_gives_published_values)
{
    const double a[3] = {0, 1, 3}, b[3] = {5, 6, 8};
    double value;
    ck_assert_int_eq(drift_wasserstein(a, NULL, 3, b, NULL, 3, &value), DRIFT_OK);
    ck_assert_double_eq_tol(value, 5, 1e-15);
}
END_TEST

static void draw(const double *law, size_t cells, int n, uint64_t *out)
{
    memset(out, 0, cells * sizeof *out);
    for (int i = 0; i < n; i++) {
        double u = uniform(), sum = law[0];
        size_t k = 0;
        while (u > sum && k < cells - 1)
            sum += law[++k];
        out[k]++;
    }
}

static double population(drift_divergence which, const double *p, const double *q, size_t cells)
{
    double sum = 0;
    for (size_t k = 0; k < cells; k++) {
        double m = (p[k] + q[k]) / 2, roots = sqrt(p[k]) - sqrt(q[k]);
        const double term[5] = {(p[k] - q[k]) * log(p[k] / q[k]), p[k] * log(p[k] / q[k]),
                                (p[k] * log(p[k] / m) + q[k] * log(q[k] / m)) / 2,
                                roots * roots / 2, fabs(p[k] - q[k]) / 2};
        sum += term[which];
    }
    sum = sum < 1e-15 ? 0 : sum;
    return which == DRIFT_DIVERGENCE_HELLINGER ? sqrt(sum) : sum;
}

/* Coverage of every interval, in 1,000 rounds, at no, small and large distance, down to thin cells. */
START_TEST(intervals_cover_all_divergences)
{
    enum { CELLS = 16, ROUNDS = 1000 };
    static const double tilt[] = {0, 0.2, 0.6, 2.4};
    for (int t = 0; t < 4; t++) {
        double p[CELLS], q[CELLS], whole = 0;
        for (int k = 0; k < CELLS; k++) {
            p[k] = 1.0 / CELLS;
            q[k] = exp(tilt[t] * ((k + 0.5) / CELLS * 2 - 1));
            whole += q[k];
        }
        for (int k = 0; k < CELLS; k++)
            q[k] /= whole;
        int covered[5] = {0};
        for (int round = 0; round < ROUNDS; round++) {
            uint64_t x[CELLS], y[CELLS];
            draw(p, CELLS, 10000, x);
            draw(q, CELLS, 500, y);
            for (int which = 0; which < 5; which++) {
                double low, high, truth = population(which, p, q, CELLS);
                ck_assert_int_eq(drift_divergence_interval(which, x, y, CELLS, &low, &high),
                                 DRIFT_OK);
                ck_assert(low >= 0 && low <= high);
                covered[which] += low <= truth && truth <= high;
            }
        }
        for (int which = 0; which < 5; which++) /* 93 % less three standard errors */
            ck_assert_msg(covered[which] >= 906, "divergence %d at tilt %g: %d of %d", which,
                          tilt[t], covered[which], ROUNDS);
    }
}
END_TEST

START_TEST(intervals_cover_the_population_value)
{
    /* Cells p and q fixed, multinomial samples of 1,000: coverage of PSI's interval. */
    const double p[5] = {0.2, 0.2, 0.2, 0.2, 0.2}, q[5] = {0.28, 0.24, 0.2, 0.16, 0.12};
    double truth = 0;
    for (int k = 0; k < 5; k++)
        truth += (p[k] - q[k]) * log(p[k] / q[k]);
    int covered = 0, rounds = 1000;
    for (int round = 0; round < rounds; round++) {
        uint64_t x[5] = {0}, y[5] = {0};
        for (int i = 0; i < 2000; i++) {
            const double *law = i < 1000 ? p : q;
            double u = uniform(), sum = law[0];
            int k = 0;
            while (u > sum && k < 4)
                sum += law[++k];
            (i < 1000 ? x : y)[k]++;
        }
        double low, high;
        ck_assert_int_eq(drift_divergence_interval(DRIFT_DIVERGENCE_PSI, x, y, 5, &low, &high),
                         DRIFT_OK);
        covered += low <= truth && truth <= high;
    }
    /* 95 % less four standard errors. */
    ck_assert_int_ge(covered, 922);
}
END_TEST

START_TEST(counts_of_any_size_give_the_same_shares)
{
    const uint64_t factor = (uint64_t)1 << 50;
    const double lower[6] = {0, 1, 2, 3, 4, 5}, upper[6] = {1, 2, 3, 4, 5, 6};
    uint64_t x[6], y[6];
    for (int k = 0; k < 6; k++) {
        x[k] = T[k] * factor;
        y[k] = L[k] * factor;
    }
    double value[2], low[2], high[2];
    drift_js(T, L, 6, &value[0]);
    drift_js(x, y, 6, &value[1]);
    ck_assert_double_eq(value[0], value[1]);
    drift_ks_bounds(T, L, 6, NULL, &low[0], &high[0]);
    drift_ks_bounds(x, y, 6, NULL, &low[1], &high[1]);
    ck_assert(low[0] == low[1] && high[0] == high[1]);
    drift_wasserstein_bounds(T, L, lower, upper, 6, &value[0], &low[0], &high[0]);
    drift_wasserstein_bounds(x, y, lower, upper, 6, &value[1], &low[1], &high[1]);
    ck_assert_double_eq_tol(value[0], value[1], 1e-15);
    ck_assert_double_eq_tol(low[0], low[1], 1e-15);
    ck_assert_double_eq_tol(high[0], high[1], 1e-15);
}
END_TEST

START_TEST(several_divergences_are_estimated_as_each_alone)
{
    drift__estimates all;
    double value, low, high;
    ck_assert_int_eq(drift__estimate_divergences(T, L, 6, 31, &all), DRIFT_OK);
    drift_psi_debiased(T, L, 6, &value);
    ck_assert_double_eq(all.psi_debiased, value);
    drift_status (*const plain[])(const uint64_t *, const uint64_t *, size_t,
                                  double *) = {drift_js, drift_hellinger, drift_total_variation};
    for (int i = 0; i < DRIFT__ESTIMATED; i++) {
        if (i < 2)
            (i ? drift_kl : drift_psi)(T, L, 6, DRIFT_SMOOTHING_JEFFREYS, &value);
        else
            plain[i - 2](T, L, 6, &value);
        drift_divergence_interval((drift_divergence)i, T, L, 6, &low, &high);
        ck_assert_double_eq(all.of[i].value, value);
        ck_assert(all.of[i].low == low && all.of[i].high == high && low <= high);
    }
    ck_assert_int_eq(drift_divergence_interval(DRIFT_DIVERGENCE_L_INFINITY, T, L, 6, &low, &high),
                     DRIFT_ERR_UNSUPPORTED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("distance");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, divergences_give_published_values);
    tcase_add_test(all, disjoint_samples_reach_the_ends_of_the_ranges);
    tcase_add_test(all, identical_counts_give_exactly_zero);
    tcase_add_test(all, symmetric_divergences_are_symmetric);
    tcase_add_test(all, what_cannot_be_computed_is_a_status);
    tcase_add_test(all, counts_of_a_trillion_keep_their_digits);
    tcase_add_test(all, debiasing_subtracts_the_exact_expectation);
    tcase_add_test(all, the_two_ways_of_debiasing_meet);
    tcase_add_test(all, ordered_bounds_hold_for_every_raw_sample);
    tcase_add_test(all, wasserstein_gives_published_values);
    tcase_add_test(all, counts_of_any_size_give_the_same_shares);
    tcase_add_test(all, several_divergences_are_estimated_as_each_alone);
    tcase_add_test(all, intervals_cover_the_population_value);
    tcase_add_test(all, intervals_cover_all_divergences);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
