/* SPDX-License-Identifier: Apache-2.0
 *
 * test_bound_evidence.c: bets against a bound (drift/bound_evidence.h).
 */
#include <drift/bound_evidence.h>
#include <math.h>

#include "core/random.h"
#include "damage.h"
#include "sequential/spending.h"

static drift_bound_evidence *for_losses(double sum, uint64_t n, double tolerance, double alpha)
{
    drift_bound_evidence *evidence = NULL;
    ck_assert_int_eq(
        drift_bound_evidence_create_for_losses(sum, n, tolerance, alpha, NULL, &evidence, NULL),
        DRIFT_OK);
    return evidence;
}

static drift_evidence_result got(const drift_bound_evidence *evidence)
{
    drift_evidence_result result;
    drift_bound_evidence_get(evidence, &result);
    return result;
}

/* The mean wealth after `rows` rows that are 1 with probability `p`, else 0: all sequences. */
static double mean_wealth(int rows, double p)
{
    double mean = 0;
    for (uint32_t sequence = 0; sequence < 1u << rows; sequence++) {
        drift_bound_evidence *evidence = for_losses(20, 100, 0.05, 0.05);
        double share = 1;
        for (int i = 0; i < rows; i++) {
            double loss = sequence >> i & 1;
            share *= loss > 0 ? p : 1 - p;
            ck_assert_int_eq(drift_bound_evidence_update(evidence, &loss, 1), DRIFT_OK);
        }
        mean += share * exp(got(evidence).log_wealth);
        drift_bound_evidence_destroy(evidence);
    }
    return mean;
}

START_TEST(losses_at_the_bound_are_a_fair_game)
{
    drift_bound_evidence *evidence = for_losses(20, 100, 0.05, 0.05);
    double bound = drift_bound_evidence_bound(evidence);
    drift_bound_evidence_destroy(evidence);
    double n = 100, p = 0.2, m = bound - 0.05;
    ck_assert(fabs(n * (p * log(p / m) + (1 - p) * log((1 - p) / (1 - m))) - log(200)) < 1e-9);
    for (int rows = 1; rows <= 10; rows++) {
        ck_assert(fabs(mean_wealth(rows, bound) - 1) < 1e-13);
        ck_assert(mean_wealth(rows, bound - 0.02) < 1);
    }
}
END_TEST

START_TEST(losses_above_the_bound_are_found)
{
    drift__random random = {11};
    drift_bound_evidence *evidence = for_losses(500, 5000, 0, 0.05);
    for (int i = 0; i < 6000; i++) {
        double loss = drift__random_uniform(&random) < (i < 3000 ? 0.1 : 0.2);
        ck_assert_int_eq(drift_bound_evidence_update(evidence, &loss, 1), DRIFT_OK);
    }
    drift_evidence_result result = got(evidence);
    ck_assert_msg(result.alarm_row > 3000 && result.alarm_row < 3700, "alarm at %d",
                  (int)result.alarm_row);
    ck_assert_msg(result.change_row > 2700 && result.change_row <= result.alarm_row, "change at %d",
                  (int)result.change_row);
    ck_assert(result.p_value < 0.05);
    drift_bound_evidence_destroy(evidence);
}
END_TEST

static void fill(uint32_t *places, size_t n, double power, uint64_t seed)
{
    drift__random random = {seed};
    for (size_t i = 0; i < n; i++)
        places[i] = (uint32_t)(10 * pow(drift__random_uniform(&random), power));
}

/* Rows from the change to the estimate, at the alarm, of losses whose mean goes from .1 to `after`. */
static int error_of_losses(double after, double tolerance, int change, uint64_t seed)
{
    drift__random random = {seed};
    drift_bound_evidence *evidence = for_losses(500, 5000, tolerance, 0.01);
    for (int i = 0; i < change + 30000 && !got(evidence).alarm_row; i++) {
        double loss = drift__random_uniform(&random) < (i < change ? 0.1 : after);
        drift_bound_evidence_update(evidence, &loss, 1);
    }
    ck_assert_uint_gt(got(evidence).alarm_row, 0);
    int error = (int)got(evidence).change_row - (change + 1);
    drift_bound_evidence_destroy(evidence);
    return error;
}

/* Of values in ten places, of which none may move by more than `tolerance`. */
static int error_of_places(double power, double tolerance, int change, uint64_t seed)
{
    static uint32_t places[60000];
    const uint64_t counts[10] = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000};
    drift_bound_evidence *evidence = NULL;
    ck_assert_int_eq(
        drift_bound_evidence_create_for_places(counts, 10, tolerance, 0.01, NULL, &evidence, NULL),
        DRIFT_OK);
    fill(places, (size_t)change, 1, seed);
    fill(places + change, 60000 - (size_t)change, power, seed + 100);
    ck_assert_int_eq(drift_bound_evidence_update_places(evidence, places, 60000), DRIFT_OK);
    ck_assert_uint_gt(got(evidence).alarm_row, 0);
    int error = (int)got(evidence).change_row - (change + 1);
    drift_bound_evidence_destroy(evidence);
    return error;
}

enum { SEEDS = 20 };

static int by_value(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void assert_median_within(int errors[SEEDS], int low, int high)
{
    qsort(errors, SEEDS, sizeof *errors, by_value);
    ck_assert_msg(errors[SEEDS / 2] >= low && errors[SEEDS / 2] <= high, "median error of %d rows",
                  errors[SEEDS / 2]);
}

START_TEST(a_change_is_dated_where_it_began)
{
    int errors[SEEDS];
    const struct {
        double after, tolerance;
        int low, high;
    } losses[] = {{0.2, 0, -50, 50}, {0.5, 0.05, -10, 10}, {0.2, 0.05, -50, 200}};
    for (size_t c = 0; c < sizeof losses / sizeof *losses; c++)
        for (int change = 1000; change <= 10000; change *= 10) {
            for (uint64_t seed = 0; seed < SEEDS; seed++)
                errors[seed] = error_of_losses(losses[c].after, losses[c].tolerance, change, seed);
            assert_median_within(errors, losses[c].low, losses[c].high);
        }
    /* By whole blocks of 32; the last of them moves .25 where .2 is tolerated. */
    const struct {
        double power, tolerance;
        int low, high;
    } moved[] = {{2, 0.05, -32, 32}, {1.5, 0.05, -32, 64}, {2, 0.2, -32, 400}};
    for (size_t c = 0; c < sizeof moved / sizeof *moved; c++)
        for (int change = 1000; change <= 10000; change *= 10) {
            for (uint64_t seed = 0; seed < SEEDS; seed++)
                errors[seed] = error_of_places(moved[c].power, moved[c].tolerance, change, seed);
            assert_median_within(errors, moved[c].low, moved[c].high);
        }
}
END_TEST

START_TEST(what_is_tolerated_raises_no_alarm)
{
    enum { N = 50000 };
    static uint32_t places[N];
    uint64_t counts[10];
    for (int p = 0; p < 10; p++)
        counts[p] = 1000;
    for (uint64_t seed = 0; seed < 5; seed++) {
        drift_bound_evidence *evidence = NULL;
        ck_assert_int_eq(
            drift_bound_evidence_create_for_places(counts, 10, 0.05, 0.05, NULL, &evidence, NULL),
            DRIFT_OK);
        fill(places, N, 1.1, seed); /* moves no share by more than .035 */
        ck_assert_int_eq(drift_bound_evidence_update_places(evidence, places, N), DRIFT_OK);
        ck_assert_uint_eq(got(evidence).alarm_row, 0);
        fill(places, 2000, 2, seed); /* by .25 */
        ck_assert_int_eq(drift_bound_evidence_update_places(evidence, places, 2000), DRIFT_OK);
        ck_assert(got(evidence).alarm_row > N && got(evidence).alarm_row < N + 500);
        drift_bound_evidence_destroy(evidence);
    }
}
END_TEST

START_TEST(money_of_all_blocks_adds_up)
{
    double sum = 0;
    const uint64_t blocks = UINT64_C(64) * ((1 << 12) - 1);
    for (uint64_t block = 0; block < blocks; block++) {
        ck_assert(drift__block_share(block) > 0);
        sum += drift__block_share(block);
    }
    ck_assert_msg(fabs(sum - (1 - 4.0 / 16)) < 1e-10, "%.17g", sum);
}
END_TEST

START_TEST(bad_arguments_are_refused)
{
    drift_bound_evidence *evidence = NULL;
    const uint64_t counts[2] = {5, 5};
    const uint32_t place = 2;
    const double bad[3] = {-0.1, 1.1, NAN};
    drift_error error;
    ck_assert_int_eq(drift_bound_evidence_create_for_losses(5, 0, 0, 0, NULL, &evidence, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_bound_evidence_create_for_losses(6, 5, 0, 0, NULL, &evidence, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_bound_evidence_create_for_losses(1, 5, 0, 1, NULL, &evidence, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_bound_evidence_create_for_losses(9, 9, 0, 0, NULL, &evidence, NULL),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_int_eq(
        drift_bound_evidence_create_for_places(counts, 2, 0.3, 0, NULL, &evidence, NULL),
        DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_ptr_null(evidence);
    evidence = for_losses(10, 1000, 0, 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(drift_bound_evidence_update(evidence, &bad[i], 1),
                         DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_bound_evidence_update_places(evidence, &place, 1),
                     DRIFT_ERR_INCOMPATIBLE);
    ck_assert_uint_eq(got(evidence).rows, 0);
    drift_bound_evidence_destroy(evidence);
    drift_bound_evidence_destroy(NULL);
}
END_TEST

static drift_status open_evidence(const void *bytes, size_t size)
{
    drift_bound_evidence *evidence = NULL;
    drift_status status = drift_bound_evidence_deserialize(bytes, size, NULL, &evidence, NULL);
    ck_assert((status == DRIFT_OK) == (evidence != NULL));
    drift_bound_evidence_destroy(evidence);
    return status;
}

static drift_buffer *bytes_of(const drift_bound_evidence *evidence)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_bound_evidence_serialize(evidence, bytes), DRIFT_OK);
    return bytes;
}

static void assert_same(const drift_bound_evidence *one, const drift_bound_evidence *other)
{
    drift_buffer *a = bytes_of(one), *b = bytes_of(other);
    ck_assert_uint_eq(drift_buffer_size(a), drift_buffer_size(b));
    ck_assert_mem_eq(drift_buffer_data(a), drift_buffer_data(b), drift_buffer_size(a));
    drift_buffer_destroy(a);
    drift_buffer_destroy(b);
}

START_TEST(bound_evidence_bytes)
{
    uint32_t places[777];
    uint64_t counts[10] = {900, 900, 900, 900, 900, 900, 900, 900, 900, 900};
    fill(places, 400, 1, 3);
    fill(places + 400, 377, 2, 4);
    drift_bound_evidence *evidence = NULL, *back = NULL;
    ck_assert_int_eq(
        drift_bound_evidence_create_for_places(counts, 10, 0, 0, NULL, &evidence, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_bound_evidence_update_places(evidence, places, 450), DRIFT_OK);
    ck_assert_uint_eq(got(evidence).alarm_row, 0);
    ck_assert(got(evidence).change_row > 350 && got(evidence).change_row < 450);
    drift_buffer *bytes = bytes_of(evidence);
    expect_damage_refused(open_evidence, bytes);
    ck_assert_int_eq(drift_bound_evidence_deserialize(drift_buffer_data(bytes),
                                                      drift_buffer_size(bytes), NULL, &back, NULL),
                     DRIFT_OK);
    assert_same(evidence, back);
    ck_assert_int_eq(drift_bound_evidence_update_places(evidence, places + 450, 327), DRIFT_OK);
    ck_assert_int_eq(drift_bound_evidence_update_places(back, places + 450, 327), DRIFT_OK);
    assert_same(evidence, back);
    drift_evidence_result a = got(evidence), b = got(back);
    ck_assert_mem_eq(&a, &b, sizeof a);
    ck_assert(a.alarm_row > 450 && a.change_row > 350 && a.change_row < 450);
    drift_buffer_destroy(bytes);
    drift_bound_evidence_destroy(evidence);
    drift_bound_evidence_destroy(back);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("bound_evidence");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, losses_at_the_bound_are_a_fair_game);
    tcase_add_test(tests, losses_above_the_bound_are_found);
    tcase_add_test(tests, a_change_is_dated_where_it_began);
    tcase_add_test(tests, what_is_tolerated_raises_no_alarm);
    tcase_add_test(tests, money_of_all_blocks_adds_up);
    tcase_add_test(tests, bad_arguments_are_refused);
    tcase_add_test(tests, bound_evidence_bytes);
    Suite *suite = suite_create("bound_evidence");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
