/* SPDX-License-Identifier: Apache-2.0
 *
 * test_comparison.c: verdicts, findings and the rule, on tables made in the test.
 */
#include "made_data.h"

#include "compare/judge.h"
#include "core/tails.h"

static made *before, *after;
static drift_profile *reference, *current;
static drift_comparison *comparison;

static void setup(void)
{
    before = make_table(5000);
    after = make_table(5000);
    reference = made_reference(before);
    current = NULL;
    comparison = NULL;
}

static void teardown(void)
{
    drift_comparison_destroy(comparison);
    drift_profile_destroy(current);
    drift_profile_destroy(reference);
    free(before);
    free(after);
}

static void compare(const drift_comparison_config *config)
{
    drift_error error;
    current = made_current(reference, &after->table);
    ck_assert_msg(drift_comparison_create(reference, current, config, &comparison, &error) ==
                      DRIFT_OK,
                  "%s", error.message);
}

static const drift_column_result *column(const char *name)
{
    for (size_t i = 0; i < drift_comparison_columns(comparison); i++)
        if (!strcmp(drift_comparison_column(comparison, i)->name, name))
            return drift_comparison_column(comparison, i);
    ck_abort_msg("no column %s", name);
    return NULL;
}

static const drift_finding *finding(drift_finding_kind kind, const char *name)
{
    for (size_t i = 0; i < drift_comparison_findings(comparison); i++) {
        const drift_finding *f = drift_comparison_finding(comparison, i);
        if (f->kind == kind && !strcmp(f->column, name))
            return f;
    }
    return NULL;
}

static void expect(const char *name, drift_verdict verdict)
{
    const drift_column_result *c = column(name);
    ck_assert_msg(c->verdict == verdict, "%s is %s: %s", name,
                  drift_verdict_name((drift_verdict)c->verdict), c->rule);
}

static void expect_others_stable(const char *changed)
{
    for (int k = 0; k < MADE_COLUMNS; k++)
        if (strcmp(MADE_NAMES[k], changed))
            expect(MADE_NAMES[k], DRIFT_VERDICT_STABLE);
}

START_TEST(unchanged_data_is_stable)
{
    compare(NULL);
    ck_assert_int_eq(drift_comparison_verdict(comparison), DRIFT_VERDICT_STABLE);
    expect_others_stable("");
    ck_assert_uint_eq(drift_comparison_findings(comparison), 0);
    ck_assert_uint_eq(drift_comparison_tested(comparison), 4);
}
END_TEST

START_TEST(identical_data_has_distance_zero)
{
    memcpy(after, before, sizeof *after);
    after->table.columns = after->columns;
    after->columns[0].data = after->x;
    compare(NULL);
    const drift_column_result *c = column("x");
    ck_assert_double_eq(c->psi.value, 0);
    ck_assert_double_eq(c->ks.value, 0);
    ck_assert_double_eq(c->wasserstein.value, 0);
    ck_assert_double_eq(column("z")->js.value, 0);
    ck_assert_double_eq(c->adjusted_p_value, 1);
}
END_TEST

START_TEST(a_shift_is_drift_and_says_why)
{
    for (int i = 0; i < 5000; i++)
        after->x[i] += 0.5;
    compare(NULL);
    expect("x", DRIFT_VERDICT_DRIFT);
    expect_others_stable("x");
    const drift_column_result *c = column("x");
    ck_assert_ptr_nonnull(strstr(c->rule, "adjusted p"));
    ck_assert_ptr_nonnull(strstr(c->rule, "5,000 reference"));
    ck_assert(c->effect > 0.15 && c->effect < 0.35); /* population PSI of half a sigma: 0.25 */
    ck_assert(c->ks.low <= c->ks.high && c->ks.value > 0.15);
    ck_assert(c->wasserstein.low <= 0.5 && c->wasserstein.high >= 0.5);
}
END_TEST

START_TEST(a_small_shift_is_minor)
{
    for (int i = 0; i < 5000; i++)
        after->x[i] += 0.15;
    compare(NULL);
    expect("x", DRIFT_VERDICT_MINOR);
    ck_assert_int_eq(drift_comparison_verdict(comparison), DRIFT_VERDICT_MINOR);
    drift_comparison_destroy(comparison);
    comparison = NULL;
    drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
    config.min_effect = 0.01;
    drift_comparison_create(reference, current, &config, &comparison, NULL);
    expect("x", DRIFT_VERDICT_DRIFT);
}
END_TEST

START_TEST(a_change_of_scale_is_seen)
{
    for (int i = 0; i < 5000; i++)
        after->x[i] *= 1.2;
    compare(NULL);
    ck_assert_uint_ge(column("x")->verdict, DRIFT_VERDICT_MINOR);
    expect_others_stable("x");
}
END_TEST

START_TEST(few_rows_are_insufficient)
{
    after->table.n_rows = 40;
    compare(NULL);
    for (int k = 0; k < MADE_COLUMNS; k++)
        expect(MADE_NAMES[k], DRIFT_VERDICT_INSUFFICIENT);
    ck_assert(!drift_comparison_judged(comparison));
}
END_TEST

START_TEST(one_row_and_no_row_are_no_drift)
{
    after->table.n_rows = 1;
    compare(NULL);
    ck_assert_int_eq(drift_comparison_verdict(comparison), DRIFT_VERDICT_INSUFFICIENT);
    drift_comparison_destroy(comparison);
    drift_profile_destroy(current);
    after->table.n_rows = 0;
    compare(NULL);
    ck_assert_int_eq(drift_comparison_verdict(comparison), DRIFT_VERDICT_INSUFFICIENT);
    ck_assert(!drift_comparison_judged(comparison));
    ck_assert(!column("x")->has_statistics);
}
END_TEST

START_TEST(half_missing_is_drift_by_missing_rate)
{
    for (int i = 0; i < 5000; i += 2)
        after->x[i] = NAN;
    compare(NULL);
    expect("x", DRIFT_VERDICT_DRIFT);
    expect_others_stable("x");
    ck_assert_ptr_nonnull(finding(DRIFT_FINDING_MISSING_RATE, "x"));
    ck_assert(column("x")->psi.extra < 0.05);
}
END_TEST

START_TEST(all_missing_is_drift_and_others_are_judged)
{
    for (int i = 0; i < 5000; i++)
        after->x[i] = NAN;
    compare(NULL);
    expect("x", DRIFT_VERDICT_DRIFT);
    expect_others_stable("x");
    ck_assert(!column("x")->has_statistics);
    ck_assert_uint_ge(column("x")->n_notes, 1);
}
END_TEST

START_TEST(infinities_are_found)
{
    for (int i = 0; i < 10; i++)
        after->x[i * 7] = i % 2 ? INFINITY : -INFINITY;
    compare(NULL);
    ck_assert_ptr_nonnull(finding(DRIFT_FINDING_INFINITE, "x"));
    expect("x", DRIFT_VERDICT_MINOR);
    expect_others_stable("x");
}
END_TEST

START_TEST(values_out_of_range_are_found)
{
    for (int i = 0; i < 50; i++)
        after->x[i * 11] = 40 + i;
    compare(NULL);
    ck_assert_ptr_nonnull(finding(DRIFT_FINDING_RANGE, "x"));
    expect_others_stable("x");
}
END_TEST

START_TEST(an_unseen_category_is_found)
{
    for (int i = 0; i < 1500; i++)
        after->z[i * 3] = made_word(5);
    compare(NULL);
    const drift_finding *f = finding(DRIFT_FINDING_UNSEEN, "z");
    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(strstr(f->message, "'new'"));
    expect("z", DRIFT_VERDICT_DRIFT);
    expect_others_stable("z");
}
END_TEST

START_TEST(a_column_that_is_gone_is_drift_and_a_new_one_minor)
{
    static const char *const renamed[MADE_COLUMNS] = {"w", "y", "z", "flag"};
    after->table.names = renamed;
    compare(NULL);
    expect("x", DRIFT_VERDICT_DRIFT);
    ck_assert_ptr_nonnull(finding(DRIFT_FINDING_MISSING_COLUMN, "x"));
    const drift_finding *f = finding(DRIFT_FINDING_EXTRA_COLUMN, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(f->verdict, DRIFT_VERDICT_MINOR);
    expect_others_stable("x");
}
END_TEST

START_TEST(a_changed_type_is_drift)
{
    after->columns[0] = after->columns[2]; /* words where numbers were */
    compare(NULL);
    expect("x", DRIFT_VERDICT_DRIFT);
    ck_assert_ptr_nonnull(finding(DRIFT_FINDING_TYPE, "x"));
    expect_others_stable("x");
}
END_TEST

START_TEST(numbers_among_words_are_found)
{
    after->columns[2] = after->columns[1]; /* numbers where words were */
    compare(NULL);
    expect("z", DRIFT_VERDICT_DRIFT);
    ck_assert_ptr_nonnull(finding(DRIFT_FINDING_TYPE, "z"));
    expect_others_stable("z");
}
END_TEST

START_TEST(another_constant_is_drift)
{
    for (int i = 0; i < 5000; i++) {
        before->x[i] = 3;
        after->x[i] = 4;
    }
    drift_profile_destroy(reference);
    reference = made_reference(before);
    compare(NULL);
    expect("x", DRIFT_VERDICT_DRIFT);
    ck_assert_ptr_nonnull(finding(DRIFT_FINDING_RANGE, "x"));
    expect_others_stable("x");
}
END_TEST

START_TEST(the_same_constant_is_stable)
{
    for (int i = 0; i < 5000; i++)
        before->x[i] = after->x[i] = 3;
    drift_profile_destroy(reference);
    reference = made_reference(before);
    compare(NULL);
    expect("x", DRIFT_VERDICT_STABLE);
}
END_TEST

START_TEST(classic_psi_ignores_evidence)
{
    drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
    config.preset = DRIFT_PRESET_PSI_CLASSIC;
    for (int i = 0; i < 5000; i++)
        after->x[i] += 1;
    compare(&config);
    expect("x", DRIFT_VERDICT_DRIFT);
    expect("y", DRIFT_VERDICT_STABLE);
    ck_assert_uint_eq(column("x")->n_test_cells, 10);
    ck_assert(column("x")->psi.value > 0.8 && column("x")->psi.value < 1.1);
}
END_TEST

START_TEST(classic_psi_still_reports_missing_values)
{
    drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
    config.preset = DRIFT_PRESET_PSI_CLASSIC;
    for (int i = 0; i < 5000; i++)
        after->x[i] = NAN;
    compare(&config);
    expect("x", DRIFT_VERDICT_DRIFT);
    ck_assert_ptr_nonnull(finding(DRIFT_FINDING_MISSING_RATE, "x"));
}
END_TEST

START_TEST(foreign_edges_are_refused)
{
    drift_error error;
    drift_profile *other = made_reference(after);
    drift_comparison *untouched = NULL;
    ck_assert_int_eq(drift_comparison_create(reference, other, NULL, &untouched, &error),
                     DRIFT_ERR_INCOMPATIBLE);
    ck_assert_ptr_null(untouched);
    ck_assert_ptr_nonnull(strstr(error.message, "--reference"));
    drift_profile_destroy(other);
}
END_TEST

START_TEST(wrong_policies_are_refused)
{
    static const double wrong[] = {-0.1, 1, 2, NAN};
    drift_error error;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
        config.alpha = wrong[i];
        ck_assert_int_eq(
            drift_comparison_create(reference, reference, &config, &comparison, &error),
            DRIFT_ERR_INVALID_ARGUMENT);
    }
    drift_preset preset;
    ck_assert_int_eq(drift_preset_find("evidently", &preset, &error), DRIFT_ERR_UNSUPPORTED);
    ck_assert_int_eq(drift_preset_find("nonsense", &preset, &error), DRIFT_ERR_NOT_FOUND);
    ck_assert_int_eq(drift_preset_find("psi-classic", &preset, &error), DRIFT_OK);
}
END_TEST

/* 300 unchanged pairs at alpha .05: at most 15 + 3 sqrt(14.25) findings. */
START_TEST(foreign_parts_are_refused)
{
    drift_chunks *chunks = NULL, *none = NULL;
    drift_error error;
    drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
    made *other = make_table(3000);
    drift_profile *stranger = made_reference(other);
    ck_assert_int_eq(drift_chunks_create(stranger, NULL, &chunks, NULL), DRIFT_OK);
    current = made_current(stranger, &after->table);
    ck_assert_int_eq(drift_chunks_add(chunks, current, 1, 5000, NULL, NULL), DRIFT_OK);
    drift_profile_destroy(current);
    current = made_current(reference, &after->table);
    config.chunks = chunks;
    ck_assert_int_eq(drift_comparison_create(reference, current, &config, &comparison, &error),
                     DRIFT_ERR_INCOMPATIBLE);
    ck_assert_str_eq(error.message, "the parts were compared with another reference");
    drift_chunks_destroy(chunks);
    ck_assert_int_eq(drift_chunks_create(reference, NULL, &chunks, NULL), DRIFT_OK);
    config.chunks = chunks;
    config.alpha = 0.05;
    ck_assert_int_eq(drift_comparison_create(reference, current, &config, &comparison, &error),
                     DRIFT_ERR_INCOMPATIBLE);
    ck_assert_ptr_nonnull(strstr(error.message, "under other settings"));
    config.alpha = 2;
    ck_assert_int_eq(drift_chunks_create(reference, &config, &none, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_ptr_null(none);
    drift_chunks_destroy(chunks);
    drift_profile_destroy(stranger);
    free(other);
}
END_TEST

START_TEST(false_alarms_stay_below_alpha)
{
    int alarms = 0;
    drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
    config.alpha = 0.05;
    for (int round = 0; round < 300; round++) {
        made *a = make_table(400), *b = make_table(300);
        drift_profile *r = made_reference(a), *c = made_current(r, &b->table);
        drift_comparison *result = NULL;
        ck_assert_int_eq(drift_comparison_create(r, c, &config, &result, NULL), DRIFT_OK);
        alarms += drift_comparison_verdict(result) >= DRIFT_VERDICT_MINOR;
        drift_comparison_destroy(result);
        drift_profile_destroy(c);
        drift_profile_destroy(r);
        free(a);
        free(b);
    }
    ck_assert_int_le(alarms, 26);
}
END_TEST

START_TEST(power_is_that_of_the_noncentral_law)
{
    drift_comparison none = {.n_columns = 0};
    double critical = drift__chi_square_quantile(0.01, 15);
    for (double lambda = 0.5; lambda < 1e6; lambda *= 1.7) {
        double power = drift__power_at(&none, 0.02, 0.5, 15, 0.1, 0.1 / lambda);
        ck_assert_double_eq_tol(power, 1 - drift__noncentral_chi_square_cdf(critical, 15, lambda),
                                1e-12);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("comparison");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, unchanged_data_is_stable);
    tcase_add_test(all, identical_data_has_distance_zero);
    tcase_add_test(all, a_shift_is_drift_and_says_why);
    tcase_add_test(all, a_small_shift_is_minor);
    tcase_add_test(all, a_change_of_scale_is_seen);
    tcase_add_test(all, few_rows_are_insufficient);
    tcase_add_test(all, one_row_and_no_row_are_no_drift);
    tcase_add_test(all, half_missing_is_drift_by_missing_rate);
    tcase_add_test(all, all_missing_is_drift_and_others_are_judged);
    tcase_add_test(all, infinities_are_found);
    tcase_add_test(all, values_out_of_range_are_found);
    tcase_add_test(all, an_unseen_category_is_found);
    tcase_add_test(all, a_column_that_is_gone_is_drift_and_a_new_one_minor);
    tcase_add_test(all, a_changed_type_is_drift);
    tcase_add_test(all, numbers_among_words_are_found);
    tcase_add_test(all, another_constant_is_drift);
    tcase_add_test(all, the_same_constant_is_stable);
    tcase_add_test(all, classic_psi_ignores_evidence);
    tcase_add_test(all, classic_psi_still_reports_missing_values);
    tcase_add_test(all, foreign_edges_are_refused);
    tcase_add_test(all, wrong_policies_are_refused);
    tcase_add_test(all, foreign_parts_are_refused);
    tcase_add_test(all, power_is_that_of_the_noncentral_law);
    tcase_add_test(all, false_alarms_stay_below_alpha);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
