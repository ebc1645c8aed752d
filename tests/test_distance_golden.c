/* SPDX-License-Identifier: Apache-2.0
 *
 * test_distance_golden.c: every distance against values of 50-digit arithmetic,
 * on counts up to 1e12, thin, full, empty and single cells; symmetry, zero for
 * identical samples, no NaN.
 */
#include <check.h>
#include <drift/distance.h>
#include <math.h>
#include <stdlib.h>

#include "golden/distances.h"

enum { CASES = sizeof golden_of_counts / sizeof *golden_of_counts };
enum { SAMPLES = sizeof golden_of_samples / sizeof *golden_of_samples };
enum { PSI_FORMS = 6, KL_FORMS = 5, VALUES = 17, SYMMETRIC_FROM = 11 };

static const drift_smoothing PSI_SMOOTHING[PSI_FORMS] = {
    DRIFT_SMOOTHING_NONE,     DRIFT_SMOOTHING_JEFFREYS, DRIFT_SMOOTHING_LAPLACE,
    DRIFT_SMOOTHING_SMALLEST, DRIFT_SMOOTHING_FLOOR,    DRIFT_SMOOTHING_ADD};
static const drift_smoothing KL_SMOOTHING[KL_FORMS] = {
    DRIFT_SMOOTHING_NONE, DRIFT_SMOOTHING_JEFFREYS, DRIFT_SMOOTHING_LAPLACE, DRIFT_SMOOTHING_FLOOR,
    DRIFT_SMOOTHING_ADD};

typedef drift_status (*divergence)(const uint64_t *, const uint64_t *, size_t, double *);
static const divergence PLAIN[VALUES - SYMMETRIC_FROM] = {drift_js,
                                                          drift_hellinger,
                                                          drift_total_variation,
                                                          drift_bhattacharyya,
                                                          drift_l_infinity,
                                                          drift_histogram_intersection};
static const drift_divergence NAMES[VALUES - SYMMETRIC_FROM] = {DRIFT_DIVERGENCE_JS,
                                                                DRIFT_DIVERGENCE_HELLINGER,
                                                                DRIFT_DIVERGENCE_TOTAL_VARIATION,
                                                                DRIFT_DIVERGENCE_BHATTACHARYYA,
                                                                DRIFT_DIVERGENCE_L_INFINITY,
                                                                DRIFT_DIVERGENCE_INTERSECTION};

/* Value number `which` in the order of the golden rows. */
static double of_counts(int which, const uint64_t *x, const uint64_t *y, size_t n)
{
    double value = NAN;
    drift_status status;
    if (which < PSI_FORMS)
        status = drift_psi(x, y, n, PSI_SMOOTHING[which], &value);
    else if (which < SYMMETRIC_FROM)
        status = drift_kl(x, y, n, KL_SMOOTHING[which - PSI_FORMS], &value);
    else
        status = PLAIN[which - SYMMETRIC_FROM](x, y, n, &value);
    ck_assert_int_eq(status, DRIFT_OK);
    return value;
}

static double of_weights(int which, const double *x, const double *y, size_t n)
{
    double value = NAN;
    drift_divergence name = DRIFT_DIVERGENCE_PSI;
    drift_smoothing smoothing = DRIFT_SMOOTHING_NONE;
    if (which < PSI_FORMS) {
        smoothing = PSI_SMOOTHING[which];
    } else if (which < SYMMETRIC_FROM) {
        name = DRIFT_DIVERGENCE_KL;
        smoothing = KL_SMOOTHING[which - PSI_FORMS];
    } else {
        name = NAMES[which - SYMMETRIC_FROM];
    }
    ck_assert_int_eq(drift_divergence_of_weights(name, x, y, n, smoothing, &value), DRIFT_OK);
    return value;
}

static void expect(double value, double golden, const char *what, int row, int which)
{
    int same = isinf(golden) ? value == golden : fabs(value - golden) <= 1e-10 * fabs(golden);
    ck_assert_msg(same, "%s, row %d, value %d: %.17g, not %.17g", what, row, which, value, golden);
}

START_TEST(divergences_of_counts_have_ten_digits)
{
    const golden_divergences *row = &golden_of_counts[_i];
    for (int which = 0; which < VALUES; which++)
        expect(of_counts(which, row->reference, row->current, row->n), row->values[which], "counts",
               _i, which);
}
END_TEST

START_TEST(divergences_of_weights_have_ten_digits)
{
    const golden_divergences *row = &golden_of_counts[_i];
    double x[8], y[8];
    for (size_t k = 0; k < row->n; k++) {
        x[k] = (double)row->reference[k];
        y[k] = (double)row->current[k];
    }
    for (int which = 0; which < VALUES; which++)
        expect(of_weights(which, x, y, row->n), row->values[which], "weights", _i, which);
}
END_TEST

START_TEST(sides_may_be_exchanged)
{
    const golden_divergences *row = &golden_of_counts[_i];
    for (int which = 0; which < VALUES; which++) {
        if (which >= PSI_FORMS && which < SYMMETRIC_FROM)
            continue; /* KL has a direction */
        double forth = of_counts(which, row->reference, row->current, row->n);
        double back = of_counts(which, row->current, row->reference, row->n);
        ck_assert(!isnan(forth) && !isnan(back));
        ck_assert(forth == back || fabs(forth - back) <= 1e-14 * forth);
    }
}
END_TEST

START_TEST(identical_samples_are_at_distance_zero)
{
    const golden_divergences *row = &golden_of_counts[_i];
    const uint64_t *sides[2] = {row->reference, row->current};
    for (int side = 0; side < 2; side++)
        for (int which = 0; which < VALUES - 1; which++)
            ck_assert_double_eq(of_counts(which, sides[side], sides[side], row->n), 0);
    for (int side = 0; side < 2; side++) {
        double overlap = of_counts(VALUES - 1, sides[side], sides[side], row->n);
        ck_assert_double_eq_tol(overlap, 1, 1e-15);
    }
}
END_TEST

START_TEST(identical_weights_are_at_distance_zero)
{
    const golden_divergences *row = &golden_of_counts[_i];
    double x[8], twice[8];
    for (size_t k = 0; k < row->n; k++) {
        x[k] = (double)row->reference[k] / 3;
        twice[k] = 2 * x[k];
    }
    for (int which = 0; which < VALUES - 1; which++)
        ck_assert_double_eq(of_weights(which, x, x, row->n), 0);
    for (int which = SYMMETRIC_FROM; which < VALUES - 1; which++)
        ck_assert_double_eq(of_weights(which, x, twice, row->n), 0);
}
END_TEST

static void of_samples(const golden_samples *row, int exchanged, double out[4])
{
    const double *x = exchanged ? row->current : row->reference;
    const double *y = exchanged ? row->reference : row->current;
    const double *u = exchanged ? row->current_weights : row->reference_weights;
    const double *v = exchanged ? row->reference_weights : row->current_weights;
    size_t n = exchanged ? row->m : row->n, m = exchanged ? row->n : row->m;
    ck_assert_int_eq(drift_wasserstein(x, u, n, y, v, m, &out[0]), DRIFT_OK);
    ck_assert_int_eq(drift_energy(x, u, n, y, v, m, &out[1]), DRIFT_OK);
    ck_assert_int_eq(drift_mmd_rbf(x, n, y, m, 1, golden_sigma, 0, &out[2]), DRIFT_OK);
    ck_assert_int_eq(drift_mmd_rbf(x, n, y, m, 1, golden_sigma, 1, &out[3]), DRIFT_OK);
}

START_TEST(distances_of_samples_have_ten_digits)
{
    const golden_samples *row = &golden_of_samples[_i];
    double values[4];
    for (int exchanged = 0; exchanged < 2; exchanged++) {
        of_samples(row, exchanged, values);
        for (int which = 0; which < 4; which++)
            expect(values[which], row->values[which], exchanged ? "exchanged" : "samples", _i,
                   which);
    }
}
END_TEST

START_TEST(identical_samples_of_values_are_at_distance_zero)
{
    golden_samples row = golden_of_samples[_i];
    double values[4];
    row.m = row.n;
    for (size_t i = 0; i < row.n; i++) {
        row.current[i] = row.reference[i];
        row.current_weights[i] = row.reference_weights[i];
    }
    of_samples(&row, 0, values);
    for (int which = 0; which < 3; which++)
        ck_assert_double_eq(values[which], 0);
    ck_assert(!isnan(values[3]));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("distance_golden");
    TCase *all = tcase_create("all");
    tcase_add_loop_test(all, divergences_of_counts_have_ten_digits, 0, CASES);
    tcase_add_loop_test(all, divergences_of_weights_have_ten_digits, 0, CASES);
    tcase_add_loop_test(all, sides_may_be_exchanged, 0, CASES);
    tcase_add_loop_test(all, identical_samples_are_at_distance_zero, 0, CASES);
    tcase_add_loop_test(all, identical_weights_are_at_distance_zero, 0, CASES);
    tcase_add_loop_test(all, distances_of_samples_have_ten_digits, 0, SAMPLES);
    tcase_add_loop_test(all, identical_samples_of_values_are_at_distance_zero, 0, SAMPLES);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
