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

START_TEST(bound_evidence_bytes)
{
    uint32_t places[777];
    uint64_t counts[4] = {3000, 3000, 3000, 3000};
    fill(places, 777, 1, 3);
    for (int i = 0; i < 777; i++)
        places[i] %= 4;
    drift_bound_evidence *evidence = NULL, *back = NULL;
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_bound_evidence_create_for_places(counts, 4, 0, 0, NULL, &evidence, NULL),
                     DRIFT_OK);
    ck_assert_int_eq(drift_bound_evidence_update_places(evidence, places, 500), DRIFT_OK);
    ck_assert_int_eq(drift_bound_evidence_serialize(evidence, bytes), DRIFT_OK);
    expect_damage_refused(open_evidence, bytes);
    ck_assert_int_eq(drift_bound_evidence_deserialize(drift_buffer_data(bytes),
                                                      drift_buffer_size(bytes), NULL, &back, NULL),
                     DRIFT_OK);
    ck_assert_int_eq(drift_bound_evidence_update_places(evidence, places + 500, 277), DRIFT_OK);
    ck_assert_int_eq(drift_bound_evidence_update_places(back, places + 500, 277), DRIFT_OK);
    drift_evidence_result a = got(evidence), b = got(back);
    ck_assert_mem_eq(&a, &b, sizeof a);
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
