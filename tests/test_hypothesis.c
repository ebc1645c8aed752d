/* SPDX-License-Identifier: Apache-2.0
 *
 * test_hypothesis.c: tests of two samples against published and computed values.
 */
#include <check.h>
#include <drift/hypothesis.h>
#include <math.h>
#include <stdlib.h>

#include "golden/statistics.h"

static const uint64_t T[6] = {16, 18, 16, 14, 12, 12}, L[6] = {16, 16, 16, 16, 16, 8};
static const double A[8] = {38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0};
static const double B[8] = {39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8};

static void near(double value, double wanted, double relative)
{
    ck_assert_msg(fabs(value - wanted) <= relative * fabs(wanted), "%.17g, wanted %.17g", value,
                  wanted);
}

START_TEST(chi_square_and_g_give_published_values)
{
    double statistic, df, p;
    ck_assert_int_eq(drift_chi_square(T, L, 6, &statistic, &df, &p), DRIFT_OK);
    near(statistic, 1.6224090, 1e-7);
    near(p, 0.8985262, 1e-7);
    ck_assert_double_eq(df, 5);
    drift_g_test(T, L, 6, &statistic, &df, &p);
    near(statistic, 1.6299561, 1e-7);
    near(p, 0.8976032, 1e-7);
}
END_TEST

START_TEST(fisher_gives_published_values)
{
    /* SciPy 1.17, scipy.stats.fisher_exact */
    double p;
    ck_assert_int_eq(drift_fisher_exact(8, 2, 1, 5, DRIFT_TWO_SIDED, &p), DRIFT_OK);
    near(p, 0.034965034965034975, 1e-12);
    drift_fisher_exact(30, 10, 10, 20, DRIFT_TWO_SIDED, &p);
    near(p, 0.0006556771058273171, 1e-12);
    drift_fisher_exact(5, 5, 5, 5, DRIFT_TWO_SIDED, &p);
    ck_assert_double_eq(p, 1);
    drift_fisher_exact(0, 10, 0, 20, DRIFT_TWO_SIDED, &p);
    ck_assert_double_eq(p, 1);
    ck_assert_int_eq(drift_fisher_exact(0, 0, 3, 4, DRIFT_TWO_SIDED, &p), DRIFT_OK);
    drift_fisher_exact(100, 0, 0, 100, DRIFT_TWO_SIDED, &p); /* 2 / C(200, 100) */
    near(p, 2.208760693199503e-59, 1e-10);
}
END_TEST

START_TEST(fisher_keeps_its_digits_at_any_size)
{
    double p;
    for (size_t i = 0; i < sizeof golden_fisher / sizeof *golden_fisher; i++) {
        const golden_table *t = &golden_fisher[i];
        ck_assert_int_eq(drift_fisher_exact(t->a, t->b, t->c, t->d, DRIFT_TWO_SIDED, &p), DRIFT_OK);
        near(p, t->p_value, 1e-10);
        drift_fisher_exact(t->c, t->d, t->a, t->b, DRIFT_TWO_SIDED, &p);
        near(p, t->p_value, 1e-10);
        drift_fisher_exact(t->b, t->a, t->d, t->c, DRIFT_TWO_SIDED, &p);
        near(p, t->p_value, 1e-10);
    }
    /* 10^18 rows: the normal law is exact to 1e-9 here. */
    const uint64_t half = 250000000000000000ULL;
    ck_assert_int_eq(
        drift_fisher_exact(half + 1000000000, half - 1000000000, half, half, DRIFT_TWO_SIDED, &p),
        DRIFT_OK);
    near(p, erfc(1e9 / sqrt(1e18 / 4) / sqrt(2.0)), 1e-7);
}
END_TEST

START_TEST(ks_gives_published_values)
{
    double d, p;
    ck_assert_int_eq(drift_ks_2samp(A, 8, B, 8, DRIFT_TWO_SIDED, DRIFT_METHOD_AUTO, &d, &p),
                     DRIFT_OK);
    near(d, 0.625, 1e-15);
    near(p, 0.0870241, 1e-6);
    /* Ties: a 0/1 column is Fisher's exact test. */
    double zeros_ones_x[40], zeros_ones_y[40];
    for (int i = 0; i < 40; i++) {
        zeros_ones_x[i] = i < 30;
        zeros_ones_y[i] = i < 20;
    }
    drift_ks_2samp(zeros_ones_x, 40, zeros_ones_y, 40, DRIFT_TWO_SIDED, DRIFT_METHOD_AUTO, &d, &p);
    near(d, 0.25, 1e-15);
    near(p, 0.0368348, 1e-6);
    drift_ks_p_value(0.0, 10, 10, &p);
    ck_assert_double_eq(p, 1);
    const uint64_t singles[20] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    drift_ks_p_value_exact(0.6, 10, 10, singles, 20, &p);
    near(p, 0.0524476, 1e-6);
    drift_ks_p_value_exact(0.7, 10, 10, singles, 20, &p);
    near(p, 0.0123406, 1e-5);
    ck_assert_int_eq(drift_ks_p_value_exact(0.5, 10000, 10000, singles, 20, &p),
                     DRIFT_ERR_UNSUPPORTED);
}
END_TEST

START_TEST(lepage_sees_location_and_scale)
{
    const uint64_t flat[8] = {50, 50, 50, 50, 50, 50, 50, 50};
    const uint64_t shifted[8] = {20, 30, 40, 50, 50, 60, 70, 80};
    const uint64_t narrow[8] = {10, 30, 60, 100, 100, 60, 30, 10};
    const uint64_t two[8] = {0, 0, 10, 0, 0, 20, 0, 0};
    double statistic, p;
    ck_assert_int_eq(drift_lepage(flat, flat, 8, &statistic, &p), DRIFT_OK);
    ck_assert_double_eq_tol(statistic, 0, 1e-9);
    /* NumPy: scores of every value listed one by one, permutation covariance as a matrix */
    drift_lepage(flat, shifted, 8, &statistic, &p);
    near(statistic, 29.114656823151016, 1e-12);
    near(p, 4.7624738012261513e-07, 1e-11);
    drift_lepage(flat, narrow, 8, &statistic, &p);
    near(statistic, 97.94388740211973, 1e-12);
    near(p, 5.3920645490920835e-22, 1e-11);
    ck_assert_int_eq(drift_lepage(two, two, 8, &statistic, &p), DRIFT_OK);
    ck_assert(p > 0.99);
    ck_assert_int_eq(drift_lepage(flat, two, 0, &statistic, &p), DRIFT_ERR_INVALID_ARGUMENT);
    const uint64_t one[2] = {5, 0};
    ck_assert_int_eq(drift_lepage(one, one, 2, &statistic, &p), DRIFT_ERR_NOT_ENOUGH_DATA);
}
END_TEST

START_TEST(corrections_give_published_values)
{
    /* R 4.2: p.adjust(c(0.01, 0.04, 0.03, 0.005), ...) */
    const double p[4] = {0.01, 0.04, 0.03, 0.005};
    static const double holm[4] = {0.03, 0.06, 0.06, 0.02},
                        bonferroni[4] = {0.04, 0.16, 0.12, 0.02}, bh[4] = {0.02, 0.04, 0.04, 0.02};
    double adjusted[4];
    drift_adjust_p_values(p, 4, DRIFT_CORRECTION_HOLM, adjusted);
    for (int i = 0; i < 4; i++)
        near(adjusted[i], holm[i], 1e-14);
    drift_adjust_p_values(p, 4, DRIFT_CORRECTION_BONFERRONI, adjusted);
    for (int i = 0; i < 4; i++)
        near(adjusted[i], bonferroni[i], 1e-14);
    drift_adjust_p_values(p, 4, DRIFT_CORRECTION_BH, adjusted);
    for (int i = 0; i < 4; i++)
        near(adjusted[i], bh[i], 1e-14);
    drift_adjust_p_values(p, 4, DRIFT_CORRECTION_BY, adjusted);
    for (int i = 0; i < 4; i++)
        near(adjusted[i], bh[i] * (1 + 0.5 + 1.0 / 3 + 0.25), 1e-14);
    const double bad[1] = {NAN};
    ck_assert_int_eq(drift_adjust_p_values(bad, 1, DRIFT_CORRECTION_HOLM, adjusted),
                     DRIFT_ERR_INVALID_ARGUMENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hypothesis");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, chi_square_and_g_give_published_values);
    tcase_add_test(all, fisher_gives_published_values);
    tcase_add_test(all, fisher_keeps_its_digits_at_any_size);
    tcase_add_test(all, ks_gives_published_values);
    tcase_add_test(all, lepage_sees_location_and_scale);
    tcase_add_test(all, corrections_give_published_values);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
