/* SPDX-License-Identifier: Apache-2.0
 *
 * test_nominal.c: tests of counts, shares and moments against 20-digit values,
 * their symmetries, and what must be refused.
 */
#include <check.h>
#include <drift/distance.h>
#include <drift/hypothesis.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "core/tails.h"
#include "golden/nominal.h"

#define SIZE(table) (sizeof(table) / sizeof *(table))

typedef drift_status (*test_of_counts)(const uint64_t *, const uint64_t *, size_t, double *,
                                       double *, double *);

static const test_of_counts tests[6] = {drift_chi_square,      drift_chi_square_yates, drift_g_test,
                                        drift_g_test_williams, drift_chi_square_fit,   drift_g_fit};

/* Below 1e-250 a p-value may have lost its digits to the underflow of doubles. */
static void near(double value, double wanted, double relative)
{
    if (isinf(wanted))
        ck_assert(isinf(value) && value > 0);
    else if (fabs(wanted) < 1e-250)
        ck_assert(fabs(value) < 1.1e-250);
    else
        ck_assert_msg(fabs(value - wanted) <= relative * fabs(wanted), "%.17g, wanted %.17g", value,
                      wanted);
}

START_TEST(counts_have_ten_digits)
{
    for (size_t i = 0; i < SIZE(golden_counts_cases); i++) {
        const golden_counts *c = &golden_counts_cases[i];
        for (int j = 0; j < 6; j++) {
            double statistic, df, p;
            ck_assert_int_eq(tests[j](c->reference, c->current, c->n, &statistic, &df, &p),
                             DRIFT_OK);
            near(statistic, c->tests[2 * j], 1e-12);
            near(p, c->tests[2 * j + 1], 1e-10);
            ck_assert((statistic > 0) == (c->tests[2 * j] > 0));
        }
        for (int j = 0; j < 4; j++) {
            double value;
            ck_assert_int_eq(drift_association((drift_association_measure)j, c->reference,
                                               c->current, c->n, &value),
                             DRIFT_OK);
            near(value, c->association[j], 1e-10);
            ck_assert(value >= 0 && value <= 1);
        }
    }
}
END_TEST

START_TEST(samples_may_be_exchanged)
{
    for (size_t i = 0; i < SIZE(golden_counts_cases); i++) {
        const golden_counts *c = &golden_counts_cases[i];
        for (int j = 0; j < 4; j++) {
            double a[3], b[3];
            tests[j](c->reference, c->current, c->n, &a[0], &a[1], &a[2]);
            tests[j](c->current, c->reference, c->n, &b[0], &b[1], &b[2]);
            near(a[0], b[0], 1e-14);
            near(a[2], b[2], 1e-12);
        }
    }
}
END_TEST

START_TEST(what_does_not_exist_is_refused)
{
    const uint64_t none[2] = {0, 0}, one[2] = {5, 0}, some[2] = {3, 4}, huge[2] = {1ULL << 62, 1},
                   more[2] = {UINT64_MAX, 2};
    for (int j = 0; j < 6; j++) {
        double s = 7, d = 7, p = 7;
        ck_assert_int_eq(tests[j](some, some, 0, &s, &d, &p), DRIFT_ERR_INVALID_ARGUMENT);
        ck_assert_int_eq(tests[j](NULL, some, 2, &s, &d, &p), DRIFT_ERR_INVALID_ARGUMENT);
        ck_assert_int_eq(tests[j](some, some, 2, &s, &d, NULL), DRIFT_ERR_INVALID_ARGUMENT);
        ck_assert_int_eq(tests[j](none, some, 2, &s, &d, &p), DRIFT_ERR_NOT_ENOUGH_DATA);
        ck_assert_int_eq(tests[j](some, none, 2, &s, &d, &p), DRIFT_ERR_NOT_ENOUGH_DATA);
        ck_assert_int_eq(tests[j](one, one, 2, &s, &d, &p), DRIFT_ERR_NOT_ENOUGH_DATA);
        ck_assert_int_eq(tests[j](huge, some, 2, &s, &d, &p), DRIFT_ERR_OVERFLOW);
        ck_assert_int_eq(tests[j](some, more, 2, &s, &d, &p), DRIFT_ERR_OVERFLOW);
        ck_assert(s == 7 && d == 7 && p == 7);
    }
    double value = 7;
    ck_assert_int_eq(drift_association(DRIFT_ASSOCIATION_CRAMER_V, one, one, 2, &value),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_association((drift_association_measure)4, some, some, 2, &value),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_double_eq(value, 7);
}
END_TEST

START_TEST(fisher_on_one_side_has_ten_digits)
{
    for (size_t i = 0; i < SIZE(golden_one_sided_cases); i++) {
        const golden_one_sided *t = &golden_one_sided_cases[i];
        double less, greater, mirrored;
        drift_fisher_exact(t->a, t->b, t->c, t->d, DRIFT_LESS, &less);
        drift_fisher_exact(t->a, t->b, t->c, t->d, DRIFT_GREATER, &greater);
        near(less, t->less, 1e-10);
        near(greater, t->greater, 1e-10);
        drift_fisher_exact(t->c, t->d, t->a, t->b, DRIFT_GREATER, &mirrored);
        near(mirrored, t->less, 1e-10);
        drift_fisher_exact(t->b, t->a, t->d, t->c, DRIFT_LESS, &mirrored);
        near(mirrored, t->greater, 1e-10);
    }
    double p = 7;
    ck_assert_int_eq(drift_fisher_exact(1, 2, 3, 4, (drift_alternative)3, &p),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_fisher_exact(1ULL << 61, 2, 3, 4, DRIFT_LESS, &p), DRIFT_ERR_OVERFLOW);
    ck_assert_double_eq(p, 7);
}
END_TEST

START_TEST(student_tail_has_ten_digits)
{
    for (size_t i = 0; i < SIZE(golden_student_cases); i++) {
        const golden_student *s = &golden_student_cases[i];
        double p;
        ck_assert_int_eq(drift_student_tail(s->t, s->df, &p), DRIFT_OK);
        near(p, s->tail, 1e-10);
        near(drift__own_student_tail(s->t, s->df), s->tail, 1e-10);
    }
}
END_TEST

START_TEST(student_tail_of_the_build_is_the_own_one)
{
    for (double df = 0.3; df < 3000; df *= 1.13)
        for (double t = 1e-3; t < 100; t *= 1.2)
            near(drift__student_tail(t, df), drift__own_student_tail(t, df), 1e-10);
    /* So many degrees of freedom that the law is the normal one. */
    for (double t = -5; t < 30; t += 0.5) {
        double p;
        drift_normal_tail(t, &p);
        near(drift__own_student_tail(t, 1e18), p, 1e-10);
    }
}
END_TEST

START_TEST(f_tail_has_ten_digits)
{
    for (size_t i = 0; i < SIZE(golden_f_cases); i++) {
        const golden_f *c = &golden_f_cases[i];
        near(drift__f_tail(c->f, c->above, c->below), c->tail, 1e-10);
        near(drift__own_f_tail(c->f, c->above, c->below), c->tail, 1e-10);
    }
    ck_assert_double_eq(drift__f_tail(0, 3, 5), 1);
    ck_assert_double_eq(drift__f_tail(INFINITY, 3, 5), 0);
}
END_TEST

START_TEST(f_and_normal_tails_of_the_build_are_the_own_ones)
{
    for (double above = 0.7; above < 1500; above *= 1.7)
        for (double below = 0.7; below < 1500; below *= 1.7)
            for (double f = 5e-3; f < 20; f *= 1.3)
                near(drift__f_tail(f, above, below), drift__own_f_tail(f, above, below), 1e-10);
    for (double z = -38; z < 38; z += 0.037)
        near(drift__normal_tail(z), drift__own_normal_tail(z), 1e-10);
}
END_TEST

START_TEST(means_have_ten_digits)
{
    for (size_t i = 0; i < SIZE(golden_moments_cases); i++) {
        const golden_moments *m = &golden_moments_cases[i];
        for (int equal = 0; equal < 2; equal++) {
            const double *wanted = equal ? m->equal : m->welch;
            double t, df, p, mirrored, less, greater;
            ck_assert_int_eq(drift_t_test_moments(m->mean1, m->variance1, m->n1, m->mean2,
                                                  m->variance2, m->n2, equal, DRIFT_TWO_SIDED, &t,
                                                  &df, &p),
                             DRIFT_OK);
            near(t, wanted[0], 1e-12);
            near(df, wanted[1], 1e-12);
            near(p, wanted[2], 1e-10);
            drift_t_test_moments(m->mean2, m->variance2, m->n2, m->mean1, m->variance1, m->n1,
                                 equal, DRIFT_LESS, &mirrored, &df, &less);
            ck_assert_double_eq(mirrored, -t);
            drift_t_test_moments(m->mean1, m->variance1, m->n1, m->mean2, m->variance2, m->n2,
                                 equal, DRIFT_GREATER, &t, &df, &greater);
            ck_assert_double_eq(less, greater);
        }
    }
}
END_TEST

START_TEST(samples_without_variance_have_no_t)
{
    const double tenths[7] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, fifths[3] = {0.2, 0.2, 0.2};
    const double bad[2] = {1, NAN}, large[4] = {1e308, -1e308, 1e308, -1e308},
                 far[2] = {1e308, 9e307};
    double t = 7, df = 7, p = 7;
    for (int equal = 0; equal < 2; equal++) {
        ck_assert_int_eq(drift_t_test(tenths, 7, fifths, 3, equal, DRIFT_LESS, &t, &df, &p),
                         DRIFT_ERR_NOT_ENOUGH_DATA);
        ck_assert_int_eq(drift_t_test(tenths, 1, large, 4, equal, DRIFT_LESS, &t, &df, &p),
                         DRIFT_ERR_NOT_ENOUGH_DATA);
        ck_assert_int_eq(drift_t_test(bad, 2, large, 4, equal, DRIFT_LESS, &t, &df, &p),
                         DRIFT_ERR_INVALID_ARGUMENT);
        ck_assert_int_eq(drift_t_test_moments(0, -1, 5, 0, 1, 5, equal, DRIFT_LESS, &t, &df, &p),
                         DRIFT_ERR_INVALID_ARGUMENT);
    }
    ck_assert(t == 7 && df == 7 && p == 7);
    ck_assert_int_eq(drift_t_test(large, 4, far, 2, 0, DRIFT_LESS, &t, &df, &p), DRIFT_OK);
    ck_assert(isfinite(t) && df >= 1 && p > 0 && p < 0.5);
    ck_assert_int_eq(drift_t_test(large, 4, large, 4, 1, DRIFT_TWO_SIDED, &t, &df, &p), DRIFT_OK);
    ck_assert(t == 0 && p == 1);
}
END_TEST

START_TEST(shares_have_ten_digits)
{
    for (size_t i = 0; i < SIZE(golden_share_cases); i++) {
        const golden_share *s = &golden_share_cases[i];
        double z, p, mirrored;
        ck_assert_int_eq(drift_two_proportions_z(s->k1, s->n1, s->k2, s->n2, DRIFT_GREATER, &z, &p),
                         DRIFT_OK);
        near(z, s->z, 1e-12);
        near(p, s->upper, 1e-10);
        drift_two_proportions_z(s->k2, s->n2, s->k1, s->n1, DRIFT_LESS, &mirrored, &p);
        ck_assert_double_eq(mirrored, -z);
        near(p, s->upper, 1e-10);
        drift_two_proportions_z(s->k1, s->n1, s->k2, s->n2, DRIFT_TWO_SIDED, &z, &p);
        double both = p;
        drift_two_proportions_z(s->k1, s->n1, s->k2, s->n2, s->z < 0 ? DRIFT_LESS : DRIFT_GREATER,
                                &z, &p);
        near(both, 2 * p, 1e-15);
    }
    double z = 7, p = 7;
    ck_assert_int_eq(drift_two_proportions_z(0, 5, 0, 7, DRIFT_LESS, &z, &p),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_two_proportions_z(5, 5, 7, 7, DRIFT_LESS, &z, &p),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_two_proportions_z(0, 0, 3, 7, DRIFT_LESS, &z, &p),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_two_proportions_z(6, 5, 3, 7, DRIFT_LESS, &z, &p),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert(z == 7 && p == 7);
}
END_TEST

START_TEST(intervals_of_shares_have_ten_digits)
{
    double low, high;
    for (size_t i = 0; i < SIZE(golden_interval_cases); i++) {
        const golden_interval *s = &golden_interval_cases[i];
        for (int exact = 0; exact < 2; exact++) {
            const double *wanted = exact ? s->exact : s->wilson;
            drift_rate_method method = exact ? DRIFT_RATE_CLOPPER_PEARSON : DRIFT_RATE_WILSON;
            ck_assert_int_eq(drift_rate_interval(s->k, s->n, method, s->level, &low, &high),
                             DRIFT_OK);
            near(low, wanted[0], 1e-10);
            near(high, wanted[1], 1e-10);
        }
    }
    for (size_t i = 0; i < SIZE(golden_difference_cases); i++) {
        const golden_difference *d = &golden_difference_cases[i];
        ck_assert_int_eq(
            drift_rate_difference_interval(d->k1, d->n1, d->k2, d->n2, d->level, &low, &high),
            DRIFT_OK);
        near(low, d->low, 1e-10);
        near(high, d->high, 1e-10);
    }
}
END_TEST

START_TEST(intervals_hold_at_any_size_and_level)
{
    static const double levels[] = {5e-324, 1e-10, 0.5, 0.95, 1 - 1e-12, 1 - DBL_EPSILON / 2};
    double low, high;
    for (int i = 0; i < 6; i++)
        for (uint64_t n = 1; n < UINT64_MAX / 90; n *= 89)
            for (uint64_t k = 0; k <= n; k += n / 4 + 1)
                for (int method = 0; method < 2; method++) {
                    ck_assert_int_eq(drift_rate_interval(k, n, (drift_rate_method)method, levels[i],
                                                         &low, &high),
                                     DRIFT_OK);
                    double share = (double)k / (double)n;
                    ck_assert(low >= 0 && high <= 1);
                    ck_assert(low <= share * (1 + 1e-12) && high >= share * (1 - 1e-12));
                }
    /* Half of everything, where both intervals are nearly the normal one. */
    const uint64_t half = 1ULL << 62;
    drift_rate_interval(half, 2 * half, DRIFT_RATE_CLOPPER_PEARSON, 0.95, &low, &high);
    ck_assert_double_eq_tol(0.5 - low, 1.959963984540054 / 2 / sqrt(2.0 * (double)half), 1e-15);
    low = high = 7;
    ck_assert_int_eq(drift_rate_interval(0, 0, DRIFT_RATE_WILSON, 0.9, &low, &high),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_rate_interval(2, 1, DRIFT_RATE_WILSON, 0.9, &low, &high),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_rate_interval(1, 2, DRIFT_RATE_WILSON, 1, &low, &high),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_rate_interval(1, 2, DRIFT_RATE_WILSON, NAN, &low, &high),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_rate_difference_interval(1, 2, 0, 0, 0.9, &low, &high),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert(low == 7 && high == 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nominal");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, counts_have_ten_digits);
    tcase_add_test(all, samples_may_be_exchanged);
    tcase_add_test(all, what_does_not_exist_is_refused);
    tcase_add_test(all, fisher_on_one_side_has_ten_digits);
    tcase_add_test(all, student_tail_has_ten_digits);
    tcase_add_test(all, student_tail_of_the_build_is_the_own_one);
    tcase_add_test(all, f_tail_has_ten_digits);
    tcase_add_test(all, f_and_normal_tails_of_the_build_are_the_own_ones);
    tcase_add_test(all, means_have_ten_digits);
    tcase_add_test(all, samples_without_variance_have_no_t);
    tcase_add_test(all, shares_have_ten_digits);
    tcase_add_test(all, intervals_of_shares_have_ten_digits);
    tcase_add_test(all, intervals_hold_at_any_size_and_level);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
