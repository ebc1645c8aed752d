/* SPDX-License-Identifier: Apache-2.0
 *
 * test_retraining.c: how often a retraining may be asked for.
 */
#include "monitor/retraining.h"

#include "core/memory.h"
#include "profile_fixture.h"

static drift_allocator memory;

static drift__retraining retraining_of(double interval, double period, uint64_t budget)
{
    drift__retraining r;
    memory = drift__allocator(NULL);
    ck_assert_int_eq(drift__retraining_init(&r, interval, period, budget, &memory), 0);
    return r;
}

START_TEST(retrainings_have_an_interval_and_a_budget)
{
    const uint64_t s = 1000000000;
    char text[DRIFT__RETRAINING_TEXT];
    drift__retraining r = retraining_of(10, 100, 2);
    ck_assert_int_eq(drift__retraining_ask(&r, 5 * s, text), 1);
    ck_assert_str_eq(text, "requested");
    ck_assert_int_eq(drift__retraining_ask(&r, 14 * s, text), 0);
    ck_assert_str_eq(text, "withheld: the last one was 9 s ago, and 10 s have to lie between two");
    ck_assert_int_eq(drift__retraining_ask(&r, 15 * s, text), 1);
    ck_assert_int_eq(drift__retraining_ask(&r, 104 * s, text), 0);
    ck_assert_str_eq(text, "withheld: 2 of 2 retrainings of the last 100 s are spent");
    ck_assert_int_eq(drift__retraining_ask(&r, 105 * s, text), 1);
    ck_assert_int_eq(drift__retraining_ask(&r, 114 * s, text), 0);
    drift__retraining_free(&r, &memory);
    r = retraining_of(0, 100, 0);
    for (uint64_t i = 0; i < 50; i++)
        ck_assert_int_eq(drift__retraining_ask(&r, s, text), 1);
    drift__retraining_free(&r, &memory);
}
END_TEST

START_TEST(spent_retrainings_outlive_the_clock)
{
    const uint64_t s = 1000000000;
    char text[DRIFT__RETRAINING_TEXT];
    drift__retraining a = retraining_of(0, 100, 2), b = retraining_of(0, 100, 2);
    drift__retraining more = retraining_of(0, 100, 5);
    drift__retraining_ask(&a, 1000 * s, text);
    drift__retraining_ask(&a, 1050 * s, text);
    drift_buffer *buffer = NULL;
    drift_buffer_create(NULL, &buffer);
    drift__writer writer = {buffer, DRIFT_OK};
    drift__retraining_write(&a, 1060 * s, 7000 * s, &writer);
    const uint8_t *bytes = drift_buffer_data(buffer);
    drift__byte_reader reader = {bytes, bytes + drift_buffer_size(buffer), 0};
    /* The machine starts anew, 30 s later; its clock begins at 1 s. */
    ck_assert_int_eq(drift__retraining_read(&b, s, 7030 * s, &reader), 0);
    ck_assert_int_eq(drift__retraining_ask(&b, 10 * s, text), 0); /* 60 + 30 + 9 s */
    ck_assert_int_eq(drift__retraining_ask(&b, 11 * s, text), 1);
    ck_assert_int_eq(drift__retraining_ask(&b, 60 * s, text), 0); /* 10 + 30 + 59 s */
    ck_assert_int_eq(drift__retraining_ask(&b, 61 * s, text), 1);
    reader = (drift__byte_reader){bytes, bytes + drift_buffer_size(buffer), 0};
    ck_assert_int_eq(drift__retraining_read(&more, s, 7030 * s, &reader), 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(drift__retraining_ask(&more, 2 * s, text), 1);
    ck_assert_int_eq(drift__retraining_ask(&more, 2 * s, text), 0);
    drift_buffer_destroy(buffer);
    drift__retraining_free(&a, &memory);
    drift__retraining_free(&b, &memory);
    drift__retraining_free(&more, &memory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("retraining");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, retrainings_have_an_interval_and_a_budget);
    tcase_add_test(all, spent_retrainings_outlive_the_clock);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
