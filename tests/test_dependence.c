/* SPDX-License-Identifier: Apache-2.0
 *
 * test_dependence.c: whether the rows of a reference depend on each other, and
 * what is chosen then (sequential/dependence.h).
 */
#include "sequential/dependence.h"

#include "dependent_fixture.h"
#include "sequential/autocorrelation.h"

static made_reference reference;

static drift__plan numbers_plan(double phi, double amplitude, size_t n, uint64_t seed)
{
    make_reference(&reference, phi, amplitude, n, seed);
    return plan_of(&reference.rows);
}

static uint32_t numbers_kind(double phi, double amplitude, size_t n, uint64_t seed)
{
    drift__plan plan = numbers_plan(phi, amplitude, n, seed);
    free_plan(&plan);
    return plan.kind;
}

START_TEST(independent_rows_are_used_as_they_are)
{
    int dependent = 0;
    for (uint64_t seed = 1; seed <= 150; seed++)
        dependent += numbers_kind(0, 0, seed % 2 ? 1000 : 5000, seed) != DRIFT__PLAN_NONE;
    ck_assert_int_le(dependent, 1);
}
END_TEST

/* Rows drawn from shares: rare ones, many names, some missing. */
static drift__plan drawn_plan(const double *shares, uint32_t places, int ordered, double missing,
                              double kept, size_t n, uint64_t seed)
{
    drift__random random = {seed};
    reference = (made_reference){.rows = {.places = reference.places, .n = n}};
    uint16_t last = 0;
    for (size_t i = 0; i < n; i++) {
        double at = drift__random_uniform(&random);
        uint16_t place = 0;
        while (place + 1u < places && at >= shares[place])
            at -= shares[place++];
        last = i && drift__random_uniform(&random) < kept ? last : place;
        reference.places[i] =
            drift__random_uniform(&random) < missing ? (uint16_t)DRIFT__NO_PLACE : last;
        reference.counts[last] += reference.places[i] == last;
    }
    reference.rows.reference = (drift__place_counts){reference.counts, NULL, places, ordered};
    return plan_of(&reference.rows);
}

START_TEST(rare_values_are_no_dependence)
{
    const double rare[] = {0.998, 0.002}, names[] = {0.4, 0.3, 0.2, 0.05, 0.049, 0.001};
    int dependent = 0;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        size_t n = seed % 2 ? 1000 : 5000;
        drift__plan plans[] = {
            drawn_plan(rare, 2, 1, 0, 0, n, seed), drawn_plan(rare, 2, 0, 0, 0, n, seed),
            drawn_plan(names, 6, 0, 0.3, 0, n, seed), drawn_plan(names, 6, 1, 0.3, 0, n, seed)};
        for (size_t k = 0; k < 4; k++) {
            dependent += plans[k].kind != DRIFT__PLAN_NONE;
            free_plan(&plans[k]);
        }
    }
    ck_assert_int_le(dependent, 2);
}
END_TEST

START_TEST(weak_dependence_is_seen)
{
    int seen = 0;
    for (uint64_t seed = 1; seed <= 40; seed++)
        seen += numbers_kind(0.1, 0, 5000, seed) != DRIFT__PLAN_NONE;
    ck_assert_int_ge(seen, 39);
}
END_TEST

START_TEST(names_that_stay_are_seen)
{
    const double names[] = {0.4, 0.3, 0.2, 0.05, 0.05};
    for (uint64_t seed = 1; seed <= 5; seed++) {
        drift__plan plan = drawn_plan(names, 5, 0, 0.1, 0.5, 10000, seed);
        ck_assert_int_ge(plan.kind, DRIFT__PLAN_THINNING);
        ck_assert_double_eq_tol(plan.correlation, 0.45, 0.08);
        free_plan(&plan);
    }
}
END_TEST

START_TEST(what_is_used_is_as_long_as_the_memory)
{
    static const struct {
        double phi;
        size_t n;
        uint64_t least_stride, most_stride, least_window, most_window;
    } cases[] = {
        {0.3, 20000, 3, 12, 12, 40}, {0.5, 20000, 4, 25, 18, 100}, {0.9, 40000, 20, 120, 80, 400}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (uint64_t seed = 1; seed <= 5; seed++) {
            drift__plan plan = numbers_plan(cases[c].phi, 0, cases[c].n, seed);
            ck_assert(plan.kind == DRIFT__PLAN_THINNING || plan.kind == DRIFT__PLAN_WINDOWS);
            int windows = plan.kind == DRIFT__PLAN_WINDOWS;
            ck_assert_uint_ge(plan.rows, windows ? cases[c].least_window : cases[c].least_stride);
            ck_assert_uint_le(plan.rows, windows ? cases[c].most_window : cases[c].most_stride);
            ck_assert_uint_eq(plan.season, 0);
            ck_assert_double_eq_tol(plan.correlation, cases[c].phi, 0.05);
            if (windows) {
                ck_assert_uint_ge(plan.windows, DRIFT__LEAST_WINDOWS);
                ck_assert_uint_le(plan.windows, DRIFT__MOST_WINDOWS);
                ck_assert_double_le(plan.left, 0.3);
            }
            free_plan(&plan);
        }
}
END_TEST

START_TEST(a_season_is_found)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        drift__plan plan = numbers_plan(seed % 2 ? 0 : 0.5, 1, 20000, seed);
        ck_assert_int_eq(plan.kind, DRIFT__PLAN_WINDOWS);
        ck_assert_uint_ge(plan.season, PERIOD - 2);
        ck_assert_uint_le(plan.season, PERIOD + 2);
        ck_assert_uint_eq(plan.rows, plan.season);
        ck_assert_uint_eq(plan.windows, 20000 / plan.rows);
        free_plan(&plan);
    }
}
END_TEST

START_TEST(a_season_of_a_week_is_made_long_enough)
{
    made_reference *r = &reference;
    drift__random random = {7};
    *r = (made_reference){.rows = {.places = r->places, .n = 5000}};
    for (size_t i = 0; i < 5000; i++) {
        int weekend = i % 7 >= 5;
        r->places[i] = (uint16_t)(weekend ? 10 + drift__random_below(&random, 10)
                                          : drift__random_below(&random, 14));
        r->counts[r->places[i]]++;
    }
    r->rows.reference = (drift__place_counts){r->counts, NULL, 20, 1};
    drift__plan plan = plan_of(&r->rows);
    ck_assert_int_eq(plan.kind, DRIFT__PLAN_WINDOWS);
    ck_assert_uint_eq(plan.season, 7);
    ck_assert_uint_eq(plan.rows, 14);
    free_plan(&plan);
}
END_TEST

/* Days that differ within a week: windows of a day still depend on each other. */
START_TEST(days_of_a_week_are_no_windows)
{
    made_reference *r = &reference;
    drift__random random = {9};
    *r = (made_reference){.rows = {.places = r->places, .n = 20000}};
    for (size_t i = 0; i < 20000; i++) {
        double level = 20 + 6 * sin(6.283185307179586 * (double)(i % 24) / 24) +
                       (i / 24 % 7 >= 5 ? 8 : 0) + 3 * drift__random_normal(&random);
        r->places[i] = (uint16_t)fmin(fmax(level, 0), PLACES - 1);
        r->counts[r->places[i]]++;
    }
    r->rows.reference = (drift__place_counts){r->counts, NULL, PLACES, 1};
    drift__plan plan = plan_of(&r->rows);
    ck_assert_int_eq(plan.kind, DRIFT__PLAN_WINDOWS);
    ck_assert_uint_eq(plan.season, 168);
    ck_assert_uint_eq(plan.rows % 168, 0);
    free_plan(&plan);
}
END_TEST

START_TEST(a_stated_season_is_kept_to)
{
    make_reference(&reference, 0, 0, 10080, 3);
    reference.rows.season = 336;
    drift__plan plan = plan_of(&reference.rows);
    ck_assert_int_eq(plan.kind, DRIFT__PLAN_WINDOWS);
    ck_assert_uint_eq(plan.windows, 30);
    ck_assert_uint_eq(plan.rows, 336);
    ck_assert_uint_eq(plan.n_scores, 2);
    free_plan(&plan);
    reference.rows.n = 10079;
    plan = plan_of(&reference.rows);
    ck_assert_int_eq(plan.kind, DRIFT__PLAN_REFUSED);
    ck_assert_ptr_null(plan.scores);
}
END_TEST

START_TEST(rows_that_only_rise_are_refused)
{
    drift__plan plan;
    reference = (made_reference){.rows = {.places = reference.places, .n = 10000}};
    for (size_t i = 0; i < 10000; i++)
        reference.counts[reference.places[i] = (uint16_t)(i * PLACES / 10000)]++;
    reference.rows.reference = (drift__place_counts){reference.counts, reference.single, PLACES, 1};
    plan = plan_of(&reference.rows);
    ck_assert_int_eq(plan.kind, DRIFT__PLAN_REFUSED);
    free_plan(&plan);
}
END_TEST

START_TEST(what_cannot_be_told_is_left_as_it_is)
{
    ck_assert_int_eq(numbers_kind(0.9, 0, 99, 1), DRIFT__PLAN_NONE);
    reference = (made_reference){.rows = {.places = reference.places, .n = 5000}};
    reference.counts[0] = 5000;
    reference.rows.reference = (drift__place_counts){reference.counts, NULL, 3, 1};
    drift__plan plan = plan_of(&reference.rows);
    ck_assert_int_eq(plan.kind, DRIFT__PLAN_NONE);
    memset(reference.places, 0xff, 5000 * sizeof *reference.places);
    reference.counts[0] = 0;
    plan = plan_of(&reference.rows);
    ck_assert_int_eq(plan.kind, DRIFT__PLAN_NONE);
    reference.rows.season = 50;
    plan = plan_of(&reference.rows);
    ck_assert_int_eq(plan.kind, DRIFT__PLAN_NONE);
}
END_TEST

START_TEST(plans_in_words)
{
    char text[256];
    drift__plan plan = {.kind = DRIFT__PLAN_THINNING, .rows = 8, .correlation = 0.52};
    drift__plan_say(&plan, text, sizeof text);
    ck_assert_str_eq(text, "rows depend on each other: correlation of near rows 0.52; every 8th "
                           "row is used");
    plan = (drift__plan){.kind = DRIFT__PLAN_WINDOWS, .rows = 336, .season = 336, .stated = 1};
    drift__plan_say(&plan, text, sizeof text);
    ck_assert_str_eq(text, "a season of 336 rows was stated; scores of windows of 336 rows are "
                           "used");
    plan =
        (drift__plan){.kind = DRIFT__PLAN_REFUSED, .rows = 144, .season = 144, .correlation = 0.3};
    drift__plan_say(&plan, text, sizeof text);
    ck_assert_str_eq(text, "rows depend on each other: correlation of near rows 0.30, a season of "
                           "144 rows; no evidence: the reference has too few windows of 144 rows, "
                           "30 are needed");
    plan = (drift__plan){.kind = DRIFT__PLAN_NONE};
    drift__plan_say(&plan, text, sizeof text);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(thinned_counts_keep_their_shares)
{
    const uint64_t counts[] = {10, 0, 3, 3, 3, 3, 100, 1};
    uint64_t thinned[8], before = 0, kept = 0;
    drift__thin_counts(counts, 8, 8, thinned);
    for (size_t p = 0; p < 8; p++) {
        before += counts[p];
        kept += thinned[p];
        ck_assert_double_le(fabs((double)before / 8 - (double)kept), 0.5);
    }
    ck_assert_uint_eq(thinned[1], 0);
    drift__thin_counts(counts, 8, 1, thinned);
    ck_assert_int_eq(memcmp(thinned, counts, sizeof counts), 0);
}
END_TEST

/* Of three names, every product and every agreement by hand. */
START_TEST(correlations_by_definition)
{
    const int16_t values[] = {3, -2, 0, 5, 3, -1, 0, 4}, present[] = {1, 1, 0, 1, 1, 1, 0, 1};
    const int16_t numbers[] = {3, -2, 5, -1, 4};
    const uint64_t counts[] = {2, 2, 2}, how_many[] = {2, 1, 1, 1, 1};
    const int16_t names[] = {0, 0, -1, 1, 1, 2, -1, 2};
    drift__series series;
    double mean = 12.0 / 6, unit = 64.0 / 6 - mean * mean;
    drift__series_of_numbers(values, present, 8, how_many, numbers, 5, &series);
    double r = drift__series_correlation(&series, 1);
    ck_assert_double_eq_tol(r, ((-6 + 15 - 3) / 3.0 - mean * mean) / unit, 1e-12);
    drift__series_of_names(names, present, 8, counts, 3, &series);
    r = drift__series_correlation(&series, 1);
    ck_assert_double_eq_tol(r, (2 / 3.0 - 1 / 3.0) / (2 / 3.0), 1e-12);
    ck_assert_double_eq_tol(series.deviation, sqrt(1 / 3.0 + 1 / 9.0 - 2 / 9.0) / (2 / 3.0), 1e-12);
}
END_TEST

START_TEST(want_of_memory_leaves_nothing)
{
    make_reference(&reference, 0.5, 1, 10000, 4);
    for (size_t left = 0;; left++) {
        scarce_memory scarce = {left, 0};
        drift_allocator memory = scarce_allocator(&scarce);
        drift__plan plan = {.kind = 77};
        drift_status status = drift__plan_choose(&reference.rows, &memory, &plan);
        if (status == DRIFT_OK) {
            drift__plan copy;
            scarce.left = 0;
            ck_assert_int_eq(drift__plan_copy(&plan, &memory, &copy), DRIFT_ERR_OUT_OF_MEMORY);
            drift__plan_destroy(&plan, &memory);
            ck_assert_int_eq(scarce.out, 0);
            ck_assert_uint_gt(left, 4);
            break;
        }
        ck_assert_int_eq(status, DRIFT_ERR_OUT_OF_MEMORY);
        ck_assert_int_eq(plan.kind, 77);
        ck_assert_int_eq(scarce.out, 0);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("dependence");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, independent_rows_are_used_as_they_are);
    tcase_add_test(tests, rare_values_are_no_dependence);
    tcase_add_test(tests, weak_dependence_is_seen);
    tcase_add_test(tests, names_that_stay_are_seen);
    tcase_add_test(tests, what_is_used_is_as_long_as_the_memory);
    tcase_add_test(tests, a_season_is_found);
    tcase_add_test(tests, a_season_of_a_week_is_made_long_enough);
    tcase_add_test(tests, days_of_a_week_are_no_windows);
    tcase_add_test(tests, a_stated_season_is_kept_to);
    tcase_add_test(tests, rows_that_only_rise_are_refused);
    tcase_add_test(tests, what_cannot_be_told_is_left_as_it_is);
    tcase_add_test(tests, plans_in_words);
    tcase_add_test(tests, thinned_counts_keep_their_shares);
    tcase_add_test(tests, correlations_by_definition);
    tcase_add_test(tests, want_of_memory_leaves_nothing);
    Suite *suite = suite_create("dependence");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
