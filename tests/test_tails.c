/* SPDX-License-Identifier: Apache-2.0
 *
 * test_tails.c: the laws against 20-digit values, the build's tails against the
 * library's own, and arguments nobody should pass.
 */
#include <check.h>
#include <drift/hypothesis.h>
#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/tails.h"
#include "golden/statistics.h"

static void near(double value, double wanted, double relative)
{
    ck_assert_msg(fabs(value - wanted) <= relative * fabs(wanted), "%.17g, wanted %.17g", value,
                  wanted);
}

START_TEST(chi_square_tail_is_accurate_far_out)
{
    for (size_t i = 0; i < sizeof golden_chi_square / sizeof *golden_chi_square; i++) {
        const double *row = golden_chi_square[i];
        double p;
        ck_assert_int_eq(drift_chi_square_tail(row[0], row[1], &p), DRIFT_OK);
        near(p, row[2], 1e-12);
        near(drift__own_chi_square_tail(row[0], row[1]), row[2], 1e-12);
    }
}
END_TEST

START_TEST(normal_tail_is_accurate_far_out)
{
    for (size_t i = 0; i < sizeof golden_normal / sizeof *golden_normal; i++) {
        double p;
        ck_assert_int_eq(drift_normal_tail(golden_normal[i][0], &p), DRIFT_OK);
        near(p, golden_normal[i][1], 1e-12);
    }
}
END_TEST

START_TEST(noncentral_law_is_accurate_far_down)
{
    for (size_t i = 0; i < sizeof golden_noncentral / sizeof *golden_noncentral; i++) {
        const double *row = golden_noncentral[i];
        double p;
        ck_assert_int_eq(drift_noncentral_chi_square_cdf(row[0], row[1], row[2], &p), DRIFT_OK);
        near(p, row[3], 1e-12);
    }
}
END_TEST

START_TEST(noncentral_law_falls_with_its_noncentrality)
{
    double p, last = 1;
    for (double lambda = 0; lambda < 1e5; lambda = lambda * 1.5 + 1) {
        drift_noncentral_chi_square_cdf(50, 15, lambda, &p);
        ck_assert(p <= last + 1e-14 && p >= 0);
        last = p;
    }
    /* The sum and the approximation beyond 1e10 meet. */
    double summed, approximated;
    drift_noncentral_chi_square_cdf(1e10 + 1e5, 3, 1e10, &summed);
    drift_noncentral_chi_square_cdf(1e10 + 1e5, 3, 1.00000000000001e10, &approximated);
    ck_assert_double_eq_tol(summed, approximated, 1e-8);
}
END_TEST

START_TEST(noncentrality_inverts_the_law)
{
    for (double df = 1; df < 64; df += 9)
        for (double x = 100; x < 1000; x *= 1.7) {
            double p = drift__noncentral_chi_square_cdf(
                x, df, drift__chi_square_noncentrality(0.025, x, df));
            near(p, 0.025, 1e-7);
        }
    ck_assert_double_eq(drift__chi_square_noncentrality(0.975, 1, 10), 0);
}
END_TEST

START_TEST(noncentralities_of_one_argument_are_exact)
{
    static const double p[] = {0.975, 0.025, 0.2, 0.9999999};
    enum { N = sizeof p / sizeof *p };
    for (double df = 1; df < 70; df += 7)
        for (double x = 0.3; x < 3000; x *= 1.3) {
            double lambda[N];
            drift__chi_square_noncentralities(x, df, p, N, lambda);
            for (int i = 0; i < N; i++) {
                double below = drift__noncentral_chi_square_cdf(x, df, lambda[i]);
                near(drift__chi_square_noncentrality(p[i], x, df), lambda[i], 1e-7);
                if (lambda[i] > 0)
                    near(below, p[i], 1e-11);
                else
                    ck_assert_double_le(below, p[i]);
            }
        }
    double none[2] = {1, 1};
    drift__chi_square_noncentralities(0, 5, p, 2, none);
    ck_assert(none[0] == 0 && none[1] == 0);
}
END_TEST

START_TEST(noncentral_law_vanishes_nine_deviations_below)
{
    for (double df = 1; df < 70; df += 4)
        for (double x = 0.1; x < 200; x *= 1.5)
            ck_assert_double_lt(drift__noncentral_chi_square_cdf(x, df, pow(sqrt(x) + 9, 2)),
                                0x1p-60);
}
END_TEST

START_TEST(own_tails_agree_with_the_build_tails)
{
    for (double df = 1; df < 3000; df *= 1.17)
        for (double x = 1e-9; x < 5000; x *= 1.21) {
            double built = drift__chi_square_tail(x, df), own = drift__own_chi_square_tail(x, df);
            ck_assert(built >= 0 && built <= 1);
            if (own > 1e-300)
                near(built, own, 1e-10);
        }
}
END_TEST

START_TEST(own_ways_meet_where_they_change)
{
    /* Shapes of a half and of a million, and x = a + 1. */
    const double switches[] = {1, 2e6};
    for (int i = 0; i < 2; i++)
        for (double z = -8; z < 8; z += 0.25) {
            double df = switches[i], x = df + z * sqrt(2 * df);
            if (x > 0)
                near(drift__own_chi_square_tail(x, df * (1 + 1e-15)),
                     drift__own_chi_square_tail(x, df * (1 - 1e-15)), 1e-10);
        }
    for (double df = 0.01; df < 1e7; df *= 3)
        near(drift__own_chi_square_tail((df + 2) * (1 + 1e-15), df),
             drift__own_chi_square_tail((df + 2) * (1 - 1e-15), df), 1e-11);
}
END_TEST

START_TEST(quantile_inverts_the_tail)
{
    double x, back;
    for (double df = 1; df < 200; df += 7)
        for (double p = 0.999; p > 1e-250; p *= 1e-7) {
            ck_assert_int_eq(drift_chi_square_quantile(p, df, &x), DRIFT_OK);
            drift_chi_square_tail(x, df, &back);
            near(back, p, 1e-11);
        }
    ck_assert_int_eq(drift_chi_square_quantile(1, 5, &x), DRIFT_OK);
    ck_assert_double_eq(x, 0);
    ck_assert_int_eq(drift_chi_square_quantile(0.999, 0.02, &x), DRIFT_OK);
    drift_chi_square_tail(x, 0.02, &back);
    near(back, 0.999, 1e-10);
}
END_TEST

static const double hostile[] = {0,
                                 -0.0,
                                 -1,
                                 5e-324,
                                 1e-320,
                                 1e-300,
                                 1e-10,
                                 0.5,
                                 1,
                                 1e3,
                                 1e6,
                                 1e10,
                                 1e16,
                                 1e34,
                                 1e120,
                                 1e300,
                                 1.7976931348623157e308,
                                 INFINITY,
                                 -INFINITY,
                                 NAN};
enum { HOSTILE = sizeof hostile / sizeof *hostile };

/* 1 where a call fails and writes, or succeeds and gives no number of 0..most. */
static int wrong(drift_status status, const double *out, double most)
{
    return status ? *out != 7 : !(*out >= 0 && *out <= most);
}

static int wrong_with_noncentrality(double x, double df)
{
    int count = 0;
    for (int k = 0; k < HOSTILE; k++) {
        double out = 7;
        drift_status status = drift_noncentral_chi_square_cdf(x, df, hostile[k], &out);
        count += wrong(status, &out, 1);
    }
    return count;
}

static int mistakes(void)
{
    int count = 0;
    for (int i = 0; i < HOSTILE; i++) {
        double normal = 7, ks = 7;
        count += wrong(drift_normal_tail(hostile[i], &normal), &normal, 1);
        count += wrong(drift_ks_p_value(hostile[i], 5, UINT64_MAX, &ks), &ks, 1);
        for (int j = 0; j < HOSTILE; j++) {
            double tail = 7, quantile = 7;
            count += wrong(drift_chi_square_tail(hostile[i], hostile[j], &tail), &tail, 1);
            count += wrong(drift_chi_square_quantile(hostile[i], hostile[j], &quantile), &quantile,
                           INFINITY);
            count += wrong_with_noncentrality(hostile[i], hostile[j]);
        }
    }
    return count;
}

START_TEST(hostile_arguments_neither_abort_nor_give_nan)
{
    pid_t child = fork();
    if (child == 0)
        _exit(mistakes() != 0);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tails");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, chi_square_tail_is_accurate_far_out);
    tcase_add_test(all, normal_tail_is_accurate_far_out);
    tcase_add_test(all, noncentral_law_is_accurate_far_down);
    tcase_add_test(all, noncentral_law_falls_with_its_noncentrality);
    tcase_add_test(all, noncentrality_inverts_the_law);
    tcase_add_test(all, noncentralities_of_one_argument_are_exact);
    tcase_add_test(all, noncentral_law_vanishes_nine_deviations_below);
    tcase_add_test(all, own_tails_agree_with_the_build_tails);
    tcase_add_test(all, own_ways_meet_where_they_change);
    tcase_add_test(all, quantile_inverts_the_tail);
    tcase_add_test(all, hostile_arguments_neither_abort_nor_give_nan);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
