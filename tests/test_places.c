/* SPDX-License-Identifier: Apache-2.0
 *
 * test_places.c: how a reference that was counted in places becomes the cells of an urn
 * (drift_evidence_create_from_counts): the promise of the start, and what must not be overlooked.
 */
#include <drift/evidence.h>
#include <math.h>

#include "core/memory.h"
#include "core/random.h"
#include "damage.h"
#include "sequential/places.h"

enum { MOST_COUNTED = 16 };

/* A number below `n`, by shares. */
static uint32_t drawn(drift__random *random, const double *shares, uint32_t n)
{
    double total = 0;
    for (uint32_t j = 0; j < n; j++)
        total += shares[j];
    double at = drift__random_uniform(random) * total;
    uint32_t j = 0;
    while (j + 1 < n && at >= shares[j])
        at -= shares[j++];
    return j;
}

/* What share of rows with these shares of the places falls into each cell. */
static void cell_shares(const drift__places *places, const double *shares, double *out)
{
    for (uint32_t j = 0; j < places->cells; j++)
        out[j] = 0;
    for (uint32_t p = 0; p < places->n; p++) {
        uint32_t cell = places->first[p];
        double before = 0;
        for (int k = 0; k < places->cuts[p]; k++, cell++) {
            out[cell] += shares[p] * (places->at[cell + 1] - before);
            before = places->at[cell + 1];
        }
        out[cell] += shares[p] * (1 - before);
    }
}

/*
 * The urn's promise: over references and cuts the true share of a cell has the first two moments of
 * the Dirichlet law that the start says, for one law of the values, however they are tied. `learnt`: names
 * that the reference lacks are of the last place.
 */
static void expect_moments(const double *shares, const uint8_t *single, uint32_t n, int ordered,
                           int learnt, uint64_t rows)
{
    enum { REPETITIONS = 20000 };
    double first = 0, second = 0, first_square = 0, second_square = 0;
    drift__random random = {n + rows};
    const drift_allocator memory = drift__allocator(NULL);
    for (int r = 0; r < REPETITIONS; r++) {
        uint64_t counts[MOST_COUNTED] = {0};
        double there[MOST_COUNTED];
        double start[DRIFT__URN_CELLS], found[DRIFT__URN_CELLS], total = 0;
        drift__places places;
        for (uint64_t i = 0; i < rows; i++)
            counts[drawn(&random, shares, n)]++;
        memcpy(there, shares, n * sizeof *there);
        for (uint32_t p = 0; learnt && p + 1 < n; p++)
            if (!counts[p]) {
                there[n - 1] += there[p];
                there[p] = 0;
            }
        const drift__place_counts reference = {counts, single, n, ordered};
        if (drift__places_choose(&reference, &random, &memory, &places, start))
            continue;
        cell_shares(&places, there, found);
        for (uint32_t j = 0; j < places.cells; j++)
            total += start[j];
        double a = start[0], b = start[places.cells - 1];
        double x = found[0] - a / total;
        double y =
            found[places.cells - 1] * found[places.cells - 1] - b * (b + 1) / (total * (total + 1));
        first += x;
        first_square += x * x;
        second += y;
        second_square += y * y;
        drift__places_destroy(&places, &memory);
    }
    ck_assert_msg(fabs(first) < 4.5 * sqrt(first_square), "%u places: share %g, se %g", n,
                  first / REPETITIONS, sqrt(first_square) / REPETITIONS);
    ck_assert_msg(fabs(second) < 4.5 * sqrt(second_square), "%u places: square %g, se %g", n,
                  second / REPETITIONS, sqrt(second_square) / REPETITIONS);
}

START_TEST(cuts_through_equal_values_keep_the_promise)
{
    const double digits[6] = {0.05, 0.35, 0.1, 0.3, 0.15, 0.05}, rate[2] = {0.95, 0.05};
    const double names[7] = {0.4, 0.2, 0.15, 0.1, 0.08, 0.05, 0.02};
    const double gaps[5] = {0, 0.97, 0.004, 0.02, 0.006}, never[2] = {1, 0};
    const double many[14] = {0.3,  0.2,  0.1,  0.1,  0.08,  0.06,  0.05,
                             0.04, 0.03, 0.02, 0.01, 0.005, 0.005, 0};
    const uint8_t all[7] = {1, 1, 1, 1, 1, 1, 1};
    expect_moments(digits, NULL, 6, 1, 0, 60);
    expect_moments(digits, all, 6, 1, 0, 300);
    expect_moments(names, NULL, 7, 0, 0, 200);
    expect_moments(rate, NULL, 2, 1, 0, 100);
    expect_moments(never, NULL, 2, 1, 0, 50);
    expect_moments(gaps, NULL, 5, 1, 0, 100);
    expect_moments(many, NULL, 14, 0, 1, 60);
    expect_moments(many, NULL, 14, 0, 1, 120);
}
END_TEST

typedef struct unseen {
    const char *what;
    uint64_t counts[6];
    uint32_t places, kind, to; /* where all rows go */
    uint64_t within;           /* rows until the alarm; 0: too few to say so soon */
} unseen;

static const unseen UNSEEN[] = {
    {"never missing", {10000, 0}, 2, DRIFT_EVIDENCE_NOMINAL, 1, 6},
    {"always missing", {0, 10000}, 2, DRIFT_EVIDENCE_NOMINAL, 0, 6},
    {"status, invalid", {10000, 0, 0, 0}, 4, DRIFT_EVIDENCE_NOMINAL, 2, 6},
    {"status, the last", {10000, 0, 0, 0}, 4, DRIFT_EVIDENCE_NOMINAL, 3, 6},
    {"all of the last", {0, 0, 0, 10000}, 4, DRIFT_EVIDENCE_NOMINAL, 1, 6},
    {"a constant that rises", {0, 10000, 0}, 3, DRIFT_EVIDENCE_ORDERED, 2, 6},
    {"a constant that falls", {0, 10000, 0}, 3, DRIFT_EVIDENCE_ORDERED, 0, 6},
    {"the largest is a constant", {0, 0, 10000}, 3, DRIFT_EVIDENCE_ORDERED, 1, 6},
    {"between two values", {0, 5000, 0, 5000, 0}, 5, DRIFT_EVIDENCE_ORDERED, 2, 6},
    {"above two values", {0, 9000, 0, 1000, 0}, 5, DRIFT_EVIDENCE_ORDERED, 4, 6},
    {"between three values", {3000, 3000, 0, 4000, 0}, 5, DRIFT_EVIDENCE_ORDERED, 2, 6},
    {"no known name", {4000, 3000, 2000, 900, 100, 0}, 6, DRIFT_EVIDENCE_NOMINAL, 5, 6},
    {"twenty rows", {20, 0}, 2, DRIFT_EVIDENCE_NOMINAL, 1, 30},
    {"two rows", {2, 0}, 2, DRIFT_EVIDENCE_NOMINAL, 1, 0},
    {"two values once", {1, 1}, 2, DRIFT_EVIDENCE_ORDERED, 1, 0}};

static drift_evidence *counted(const unseen *u, uint64_t seed)
{
    drift_evidence *evidence = NULL;
    drift_error error = {""};
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    config.kind = u->kind;
    config.seed = seed;
    config.alpha = 0.05;
    ck_assert_msg(
        !drift_evidence_create_from_counts(u->counts, NULL, u->places, &config, &evidence, &error),
        "%s: %s", u->what, error.message);
    return evidence;
}

static uint64_t alarm_after(drift_evidence *evidence, uint32_t to, uint64_t rows)
{
    drift_evidence_result result;
    for (uint64_t i = 0; i < rows; i++)
        ck_assert_int_eq(drift_evidence_update(evidence, &to, 1), DRIFT_OK);
    ck_assert_int_eq(drift_evidence_look(evidence), DRIFT_OK);
    drift_evidence_get(evidence, &result);
    return result.alarm_row;
}

START_TEST(what_the_reference_never_had_is_found_at_once)
{
    for (size_t i = 0; i < sizeof UNSEEN / sizeof *UNSEEN; i++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            drift_evidence *evidence = counted(&UNSEEN[i], seed);
            uint64_t row = alarm_after(evidence, UNSEEN[i].to, UNSEEN[i].within);
            ck_assert_msg(row > 0 || !UNSEEN[i].within, "%s: not within %d rows", UNSEEN[i].what,
                          (int)UNSEEN[i].within);
            drift_evidence_destroy(evidence);
        }
}
END_TEST

START_TEST(unchanged_references_of_few_values_stay_quiet)
{
    for (size_t i = 0; i < sizeof UNSEEN / sizeof *UNSEEN; i++) {
        double shares[6];
        uint32_t places = UNSEEN[i].places, alarms = 0;
        drift__random random = {i};
        for (uint32_t p = 0; p < places; p++)
            shares[p] = (double)UNSEEN[i].counts[p];
        for (uint64_t seed = 0; seed < 40; seed++) {
            drift_evidence *evidence = counted(&UNSEEN[i], seed);
            drift_evidence_result result;
            for (int row = 0; row < 4000; row++) {
                uint32_t place = drawn(&random, shares, places);
                ck_assert_int_eq(drift_evidence_update(evidence, &place, 1), DRIFT_OK);
            }
            drift_evidence_get(evidence, &result);
            alarms += result.alarm_row > 0;
            drift_evidence_destroy(evidence);
        }
        /* Binomial(40, .05) is at most 8 with probability .9998. */
        ck_assert_msg(alarms <= 8, "%s: %u of 40", UNSEEN[i].what, alarms);
    }
}
END_TEST

/* Thousands of names once each: that they all are new is no change, that they come again is. */
START_TEST(names_of_one_row_each)
{
    enum { NAMES = 5000 };
    static uint64_t counts[NAMES + 1];
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    config.kind = DRIFT_EVIDENCE_NOMINAL;
    for (int p = 0; p < NAMES; p++)
        counts[p] = 1;
    for (int once = 1; once >= 0; once--) {
        drift_evidence *evidence = NULL;
        for (int p = 0; p < NAMES && !once; p++)
            counts[p] = 2;
        ck_assert_int_eq(
            drift_evidence_create_from_counts(counts, NULL, NAMES + 1, &config, &evidence, NULL),
            DRIFT_OK);
        uint64_t row = alarm_after(evidence, NAMES, 2000);
        ck_assert_msg(once ? !row : row && row < 200, "alarm at row %d", (int)row);
        drift_evidence_destroy(evidence);
    }
}
END_TEST

START_TEST(binomial_numbers_have_their_moments)
{
    enum { DRAWS = 40000 };
    static const struct {
        uint64_t n;
        double p;
    } LAWS[] = {{1, 0.3},       {10, 0.999},   {128, 0.0001},    {128, 0.9999},   {200, 0.5},
                {100000, 1e-4}, {100000, 0.3}, {1u << 21, 1e-6}, {1u << 21, 0.75}};
    drift__random random = {12};
    for (size_t i = 0; i < sizeof LAWS / sizeof *LAWS; i++) {
        double n = (double)LAWS[i].n, p = LAWS[i].p, variance = n * p * (1 - p), sum = 0,
               squares = 0;
        int draws = LAWS[i].n > 1000 ? DRAWS / 20 : DRAWS;
        for (int k = 0; k < draws; k++) {
            uint64_t drawn_now = drift__draw_binomial(&random, LAWS[i].n, p);
            ck_assert(drawn_now <= LAWS[i].n);
            double from = (double)drawn_now - n * p;
            sum += from;
            squares += from * from;
        }
        double kurtosis = 2 + (1 - 6 * p * (1 - p)) / variance;
        ck_assert_msg(fabs(sum / draws) < 4.5 * sqrt(variance / draws), "%g %g: mean off by %g", n,
                      p, sum / draws);
        ck_assert_msg(fabs(squares / draws - variance) < 4.5 * variance * sqrt(kurtosis / draws),
                      "%g %g: variance %g, not %g", n, p, squares / draws, variance);
    }
    ck_assert_uint_eq(drift__draw_binomial(&random, 7, 0), 0);
    ck_assert_uint_eq(drift__draw_binomial(&random, 7, 1), 7);
    ck_assert_uint_eq(drift__draw_binomial(&random, 0, 0.5), 0);
}
END_TEST

START_TEST(nothing_to_cut_is_refused)
{
    const uint64_t none[3] = {0, 0, 0}, one[3] = {0, 1, 0};
    drift_evidence *evidence = NULL;
    drift_error error;
    ck_assert_int_eq(drift_evidence_create_from_counts(none, NULL, 3, NULL, &evidence, &error),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_str_eq(error.message, "a reference of 0 rows cannot be cut into cells");
    ck_assert_int_eq(drift_evidence_create_from_counts(none, NULL, 2, NULL, &evidence, NULL),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(drift_evidence_create_from_counts(one, NULL, 3, NULL, &evidence, NULL),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_ptr_null(evidence);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("places");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, cuts_through_equal_values_keep_the_promise);
    tcase_add_test(tests, what_the_reference_never_had_is_found_at_once);
    tcase_add_test(tests, unchanged_references_of_few_values_stay_quiet);
    tcase_add_test(tests, names_of_one_row_each);
    tcase_add_test(tests, binomial_numbers_have_their_moments);
    tcase_add_test(tests, nothing_to_cut_is_refused);
    Suite *suite = suite_create("places");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
