/* SPDX-License-Identifier: Apache-2.0
 *
 * test_rank_tests.c: tests of ordered data against 50-digit values, against
 * themselves by symmetry, and at the edges of what exists.
 */
#include <check.h>
#include <drift/hypothesis.h>
#include <math.h>
#include <stdlib.h>

#include "core/quadratic_laws.h"
#include "golden/ranks.h"

enum { CELLS = 5, TESTS = 7, TIES = 40 };

typedef struct result {
    drift_status status;
    double statistic, p_value;
} result;

/* One call of any of the tests, by its counts. */
typedef struct question {
    golden_test test;
    drift_alternative alternative;
    drift_method method;
} question;

static const drift_alternative ALTERNATIVES[3] = {DRIFT_TWO_SIDED, DRIFT_LESS, DRIFT_GREATER};
static const drift_method METHODS[4] = {DRIFT_METHOD_AUTO, DRIFT_METHOD_EXACT,
                                        DRIFT_METHOD_ASYMPTOTIC, DRIFT_METHOD_CONTINUOUS};

static void near(double value, double wanted, double relative)
{
    ck_assert_msg(fabs(value - wanted) <= relative * fabs(wanted), "%.17g, wanted %.17g", value,
                  wanted);
}

static result anderson_limit(result found)
{
    if (!found.status)
        found.status = drift_anderson_2samp_p_value(found.statistic, &found.p_value);
    return found;
}

static result by_counts(question q, const uint64_t *x, const uint64_t *y, size_t n)
{
    result r = {DRIFT_OK, -7, -7};
    double *s = &r.statistic, *p = &r.p_value;
    switch (q.test) {
    case GOLDEN_KS:
        r.status = drift_ks_2samp_counts(x, y, n, q.alternative, q.method, s, p);
        break;
    case GOLDEN_KUIPER:
        r.status = drift_kuiper_2samp_counts(x, y, n, s, p);
        break;
    case GOLDEN_CRAMER_VON_MISES:
        r.status = drift_cramer_von_mises_2samp_counts(x, y, n, q.method, s, p);
        break;
    case GOLDEN_MANN_WHITNEY:
        r.status = drift_mann_whitney_counts(x, y, n, q.alternative, q.method, 1, s, p);
        break;
    case GOLDEN_ANSARI_BRADLEY:
        r.status = drift_ansari_bradley_counts(x, y, n, q.alternative, q.method, s, p);
        break;
    case GOLDEN_BWS:
        r.status = drift_bws_counts(x, y, n, s, p);
        break;
    case GOLDEN_ANDERSON:
        r.status = drift_anderson_2samp_counts(x, y, n, 1, s, p);
        return anderson_limit(r);
    }
    return r;
}

static result by_values(question q, const double *x, size_t n, const double *y, size_t m)
{
    result r = {DRIFT_OK, -7, -7};
    double *s = &r.statistic, *p = &r.p_value;
    switch (q.test) {
    case GOLDEN_KS:
        r.status = drift_ks_2samp(x, n, y, m, q.alternative, q.method, s, p);
        break;
    case GOLDEN_KUIPER:
        r.status = drift_kuiper_2samp(x, n, y, m, s, p);
        break;
    case GOLDEN_CRAMER_VON_MISES:
        r.status = drift_cramer_von_mises_2samp(x, n, y, m, q.method, s, p);
        break;
    case GOLDEN_MANN_WHITNEY:
        r.status = drift_mann_whitney(x, n, y, m, q.alternative, q.method, 1, s, p);
        break;
    case GOLDEN_ANSARI_BRADLEY:
        r.status = drift_ansari_bradley(x, n, y, m, q.alternative, q.method, s, p);
        break;
    case GOLDEN_BWS:
        r.status = drift_bws(x, n, y, m, s, p);
        break;
    case GOLDEN_ANDERSON:
        r.status =
            drift_anderson_ksamp((const double *const[]){x, y}, (const size_t[]){n, m}, 2, 1, s, p);
        return anderson_limit(r);
    }
    return r;
}

static question of_row(const golden_rank *row)
{
    return (question){row->test, row->alternative, row->method};
}

START_TEST(every_test_gives_the_golden_values)
{
    const golden_rank *row = golden_ranks, *end = row + sizeof golden_ranks / sizeof *golden_ranks;
    for (; row < end; row++) {
        result r = by_counts(of_row(row), row->reference, row->current, row->n);
        double slack = row->test == GOLDEN_ANDERSON ? 1e-14 : 0; /* a difference from its mean */
        ck_assert_msg(
            !r.status &&
                fabs(r.statistic - row->statistic) <= 1e-12 * fabs(row->statistic) + slack &&
                fabs(r.p_value - row->p_value) <= 1e-10 * row->p_value,
            "row %td (test %d): %d %.17g %.17g, wanted %.17g %.17g", row - golden_ranks,
            (int)row->test, (int)r.status, r.statistic, r.p_value, row->statistic, row->p_value);
    }
}
END_TEST

START_TEST(limit_laws_keep_their_digits_far_out)
{
    for (size_t i = 0; i < sizeof golden_cramer_von_mises_tail / sizeof(double[2]); i++)
        near(drift__cramer_von_mises_tail(golden_cramer_von_mises_tail[i][0]),
             golden_cramer_von_mises_tail[i][1], 1e-11);
    for (size_t i = 0; i < sizeof golden_anderson_darling_tail / sizeof(double[2]); i++)
        near(drift__anderson_darling_tail(golden_anderson_darling_tail[i][0]),
             golden_anderson_darling_tail[i][1], 1e-11);
}
END_TEST

static int never_rises(double (*tail)(double), double step, int steps)
{
    double before = 1;
    for (int i = 0; i <= steps; i++) {
        double here = tail(i * step);
        if (!(here >= 0 && here <= before * (1 + 1e-13)))
            return 0;
        before = here;
    }
    return tail(-1) == 1 && tail(INFINITY) == 0 && isnan(tail(NAN));
}

START_TEST(limit_laws_fall_from_one_to_nothing)
{
    ck_assert(never_rises(drift__cramer_von_mises_tail, 1e-3, 500));
    ck_assert(never_rises(drift__cramer_von_mises_tail, 0.25, 800));
    ck_assert(never_rises(drift__anderson_darling_tail, 5e-3, 1000));
    ck_assert(never_rises(drift__anderson_darling_tail, 1, 1000));
}
END_TEST

static drift_alternative other_side(drift_alternative alternative)
{
    return alternative == DRIFT_LESS      ? DRIFT_GREATER
           : alternative == DRIFT_GREATER ? DRIFT_LESS
                                          : DRIFT_TWO_SIDED;
}

START_TEST(samples_and_order_can_be_turned_round)
{
    const golden_rank *row = golden_ranks, *end = row + sizeof golden_ranks / sizeof *golden_ranks;
    for (; row < end; row++) {
        question q = of_row(row), turned = q;
        if (q.alternative == DRIFT_LESS) /* what GREATER turns into */
            continue;
        turned.alternative = other_side(q.alternative);
        near(by_counts(turned, row->current, row->reference, row->n).p_value, row->p_value, 1e-10);
        if (q.test == GOLDEN_BWS) /* i (n + m) / n does not turn round with the ranks */
            continue;
        uint64_t x[CELLS], y[CELLS];
        for (size_t k = 0; k < row->n; k++) {
            x[k] = row->reference[row->n - 1 - k];
            y[k] = row->current[row->n - 1 - k];
        }
        if (q.test == GOLDEN_ANSARI_BRADLEY) /* a scale has no direction */
            turned.alternative = q.alternative;
        near(by_counts(turned, x, y, row->n).p_value, row->p_value, 1e-10);
    }
}
END_TEST

static size_t spread_out(const uint64_t *counts, size_t n, double *values)
{
    size_t made = 0;
    for (size_t k = 0; k < n; k++)
        for (uint64_t i = 0; i < counts[k]; i++)
            values[made++] = (double)k - 2.5;
    for (size_t i = 1; i < made; i += 2) { /* out of order */
        double kept = values[i];
        values[i] = values[made - i];
        values[made - i] = kept;
    }
    return made;
}

START_TEST(values_and_their_counts_agree)
{
    static const uint64_t x[4] = {7, 0, 9, 3}, y[4] = {2, 5, 8, 8};
    double a[TIES], b[TIES];
    size_t n = spread_out(x, 4, a), m = spread_out(y, 4, b);
    for (int test = 0; test < TESTS; test++)
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 4; j++) {
                question q = {(golden_test)test, ALTERNATIVES[i], METHODS[j]};
                result counted = by_counts(q, x, y, 4), valued = by_values(q, a, n, b, m);
                ck_assert_int_eq(counted.status, DRIFT_OK);
                ck_assert_int_eq(valued.status, DRIFT_OK);
                ck_assert_double_eq(counted.statistic, valued.statistic);
                ck_assert_double_eq(counted.p_value, valued.p_value);
            }
}
END_TEST

START_TEST(identical_samples_have_distance_0_and_p_1)
{
    static const uint64_t small[4] = {3, 1, 4, 1}, large[3] = {1000000000000, 7, 300000000000};
    for (int j = 0; j < 4; j++)
        for (int test = 0; test < TESTS; test++) {
            question q = {(golden_test)test, DRIFT_TWO_SIDED, METHODS[j]};
            result r = by_counts(q, small, small, 4);
            ck_assert_int_eq(r.status, DRIFT_OK);
            if (q.test == GOLDEN_BWS || q.test == GOLDEN_ANDERSON) {
                ck_assert_double_gt(r.p_value, 0.99);
                continue;
            }
            ck_assert_double_eq(r.p_value, 1);
            if (test <= GOLDEN_CRAMER_VON_MISES)
                ck_assert_double_eq(r.statistic, 0);
            if (q.method != DRIFT_METHOD_AUTO && q.method != DRIFT_METHOD_ASYMPTOTIC)
                continue;
            ck_assert_double_eq(by_counts(q, large, large, 3).p_value, 1);
        }
}
END_TEST

START_TEST(equal_values_differ_in_nothing)
{
    static const uint64_t x[3] = {0, 900, 0}, y[3] = {0, 6, 0};
    for (int test = 0; test <= GOLDEN_ANSARI_BRADLEY; test++)
        for (int i = 0; i < 3; i++)
            ck_assert_double_eq(
                by_counts((question){(golden_test)test, ALTERNATIVES[i], DRIFT_METHOD_AUTO}, x, y,
                          3)
                    .p_value,
                1);
    question q = {GOLDEN_ANDERSON, DRIFT_TWO_SIDED, DRIFT_METHOD_AUTO};
    ck_assert_int_eq(by_counts(q, x, y, 3).status, DRIFT_ERR_NOT_ENOUGH_DATA);
}
END_TEST

static void refused(result found, drift_status wanted)
{
    ck_assert_int_eq(found.status, wanted);
    ck_assert_double_eq(found.statistic, -7);
    ck_assert_double_eq(found.p_value, -7);
}

START_TEST(what_does_not_exist_is_refused)
{
    static const uint64_t none[2] = {0, 0}, some[2] = {3, 4};
    static const double values[3] = {1, 2, 3}, hole[3] = {1, NAN, 3};
    for (int test = 0; test < TESTS; test++)
        for (int j = 0; j < 4; j++) {
            question q = {(golden_test)test, DRIFT_TWO_SIDED, METHODS[j]};
            refused(by_counts(q, none, some, 2), DRIFT_ERR_NOT_ENOUGH_DATA);
            refused(by_counts(q, some, none, 2), DRIFT_ERR_NOT_ENOUGH_DATA);
            refused(by_counts(q, NULL, some, 2), DRIFT_ERR_INVALID_ARGUMENT);
            refused(by_values(q, values, 3, values, 0), DRIFT_ERR_NOT_ENOUGH_DATA);
            refused(by_values(q, values, 3, hole, 3), DRIFT_ERR_INVALID_ARGUMENT);
            refused(by_values(q, NULL, 3, values, 3), DRIFT_ERR_INVALID_ARGUMENT);
        }
    static const golden_test with_sides[3] = {GOLDEN_KS, GOLDEN_MANN_WHITNEY,
                                              GOLDEN_ANSARI_BRADLEY};
    for (int i = 0; i < 3; i++) {
        question side = {with_sides[i], (drift_alternative)9, DRIFT_METHOD_AUTO};
        refused(by_counts(side, some, some, 2), DRIFT_ERR_INVALID_ARGUMENT);
        question method = {with_sides[i], DRIFT_LESS, (drift_method)9};
        refused(by_counts(method, some, some, 2), DRIFT_ERR_INVALID_ARGUMENT);
    }
}
END_TEST

START_TEST(endless_work_is_refused)
{
    static const uint64_t x[3] = {400000, 300000, 300000}, y[3] = {350000, 350000, 300000};
    static const golden_test exact[4] = {GOLDEN_KS, GOLDEN_CRAMER_VON_MISES, GOLDEN_MANN_WHITNEY,
                                         GOLDEN_ANSARI_BRADLEY};
    for (int i = 0; i < 4; i++)
        for (int j = 1; j < 4; j += 2)
            refused(by_counts((question){exact[i], DRIFT_TWO_SIDED, METHODS[j]}, x, y, 3),
                    DRIFT_ERR_UNSUPPORTED);
}
END_TEST

START_TEST(every_p_value_is_a_probability)
{
    uint64_t state = 7, x[CELLS], y[CELLS];
    for (int round = 0; round < 600; round++) {
        uint64_t all_x = 0, all_y = 0;
        for (size_t k = 0; k < CELLS; k++) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            x[k] = (state >> 33) % 4;
            y[k] = (state >> 40) % 5 ? (state >> 45) % 3 : 0;
            all_x += x[k];
            all_y += y[k];
        }
        if (!all_x || !all_y)
            continue;
        question q = {(golden_test)(round % TESTS), ALTERNATIVES[round % 3], METHODS[round % 4]};
        result r = by_counts(q, x, y, CELLS);
        if (q.test == GOLDEN_ANDERSON && r.status == DRIFT_ERR_NOT_ENOUGH_DATA)
            continue;
        ck_assert_int_eq(r.status, DRIFT_OK);
        ck_assert(isfinite(r.statistic) && r.p_value > 0 && r.p_value <= 1);
    }
}
END_TEST

START_TEST(infinities_are_values)
{
    static const double x[3] = {-INFINITY, 0, INFINITY}, y[3] = {-INFINITY, 1, 2};
    question q = {GOLDEN_MANN_WHITNEY, DRIFT_TWO_SIDED, DRIFT_METHOD_EXACT};
    ck_assert_double_eq(by_values(q, x, 3, y, 3).statistic, 0.5 + 1 + 3);
}
END_TEST

START_TEST(epps_singleton_gives_scipys_values)
{
    /* SciPy 1.17, scipy.stats.epps_singleton_2samp */
    static const double x[8] = {38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0};
    static const double y[8] = {39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8};
    static const double flat[8] = {1, 1, 1, 1, 1, 1, 1, 9}, far[5] = {1, 2, 3, 4, INFINITY};
    double w = -7, p = -7;
    ck_assert_int_eq(drift_epps_singleton(flat, 8, flat, 8, &w, &p), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_epps_singleton(x, 4, y, 8, &w, &p), DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_epps_singleton(far, 5, y, 8, &w, &p), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_double_eq(w, -7);
    ck_assert_int_eq(drift_epps_singleton(x, 8, x, 8, &w, &p), DRIFT_OK);
    ck_assert(w == 0 && p == 1);
    ck_assert_int_eq(drift_epps_singleton(x, 8, y, 8, &w, &p), DRIFT_OK);
    near(w, 3.981988619558072, 1e-10);
    near(p, 0.40844891295815533, 1e-10);
}
END_TEST

START_TEST(anderson_of_several_samples)
{
    /* Scholz & Stephens 1987, section 5: smoothness of paper in four laboratories. */
    static const double a[8] = {38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0};
    static const double b[8] = {39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8};
    static const double c[8] = {34.0, 35.0, 39.0, 40.0, 43.0, 43.0, 44.0, 45.0};
    static const double d[8] = {34.0, 34.8, 34.8, 35.4, 37.2, 37.8, 41.2, 42.8};
    const double *samples[4] = {a, b, c, d};
    static const size_t sizes[4] = {8, 8, 8, 8}, gap[2] = {8, 0};
    double statistic = -7, p = -7;
    ck_assert_int_eq(drift_anderson_ksamp(samples, sizes, 4, 0, &statistic, &p), DRIFT_OK);
    ck_assert_double_eq_tol(statistic, 4.449, 1e-3);
    ck_assert_double_eq_tol(p, 0.0021, 3e-4);
    drift_anderson_ksamp(samples, sizes, 4, 1, &statistic, &p);
    ck_assert_double_eq_tol(statistic, 4.480, 1e-3);
    ck_assert_int_eq(drift_anderson_ksamp(samples, sizes, 1, 1, &statistic, &p),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_anderson_ksamp(samples, gap, 2, 1, &statistic, &p),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_anderson_2samp_p_value(NAN, &p), DRIFT_ERR_INVALID_ARGUMENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rank_tests");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 100);
    tcase_add_test(all, every_test_gives_the_golden_values);
    tcase_add_test(all, limit_laws_keep_their_digits_far_out);
    tcase_add_test(all, limit_laws_fall_from_one_to_nothing);
    tcase_add_test(all, samples_and_order_can_be_turned_round);
    tcase_add_test(all, values_and_their_counts_agree);
    tcase_add_test(all, identical_samples_have_distance_0_and_p_1);
    tcase_add_test(all, equal_values_differ_in_nothing);
    tcase_add_test(all, what_does_not_exist_is_refused);
    tcase_add_test(all, endless_work_is_refused);
    tcase_add_test(all, every_p_value_is_a_probability);
    tcase_add_test(all, infinities_are_values);
    tcase_add_test(all, epps_singleton_gives_scipys_values);
    tcase_add_test(all, anderson_of_several_samples);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
