/* SPDX-License-Identifier: Apache-2.0
 *
 * test_scores.c: evidence by the scores of windows (sequential/scores.h).
 */
#include "sequential/scores.h"

#include "core/buffer.h"
#include "dependent_fixture.h"

enum { PIECE = 500 };

static made_reference reference;

static drift__scores *made(const drift__plan *plan, double alpha, uint64_t seed)
{
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    drift__scores *scores = NULL;
    config.alpha = alpha;
    config.seed = seed;
    ck_assert_int_eq(drift__scores_create(plan, &reference.rows.reference, &config, &scores, NULL),
                     DRIFT_OK);
    return scores;
}

static drift_evidence_result got(const drift__scores *scores)
{
    drift_evidence_result result;
    drift__scores_get(scores, &result);
    return result;
}

/* Rows of the reference's stream, a shift from row `change` on. */
static void give(drift__scores *scores, made_stream *stream, uint64_t rows, uint64_t change,
                 double shift, double scale)
{
    uint32_t places[PIECE];
    for (uint64_t at = 0; at < rows; at += PIECE) {
        size_t n = rows - at < PIECE ? (size_t)(rows - at) : PIECE;
        for (size_t i = 0; i < n; i++) {
            double number = next_number(stream);
            places[i] = number_place(stream, at + i + 1 < change ? number : scale * number + shift);
        }
        ck_assert_int_eq(drift__scores_update(scores, places, n), DRIFT_OK);
    }
}

START_TEST(unchanged_streams_raise_no_alarm)
{
    int alarms = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        make_reference(&reference, seed % 2 ? 0.9 : 0.5, seed % 3 ? 0 : 1, 20000, seed);
        drift__plan plan = plan_of(&reference.rows);
        if (plan.kind == DRIFT__PLAN_WINDOWS) {
            drift__scores *scores = made(&plan, 0.05, seed);
            give(scores, &reference.stream, 50000, UINT64_MAX, 0, 1);
            alarms += got(scores).alarm_row > 0;
            drift__scores_destroy(scores);
        }
        free_plan(&plan);
    }
    ck_assert_int_le(alarms, 6);
}
END_TEST

START_TEST(changes_are_found_and_dated)
{
    int near = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        make_reference(&reference, 0.9, 0, 20000, seed);
        reference.rows.season = 100;
        drift__plan plan = plan_of(&reference.rows);
        drift__scores *scores = made(&plan, 0.05, seed);
        give(scores, &reference.stream, 15000, 5001, seed % 2 ? 2 : 0, seed % 2 ? 1 : 4);
        drift_evidence_result result = got(scores);
        ck_assert_uint_eq(result.rows, 15000);
        ck_assert_uint_gt(result.alarm_row, 5000);
        ck_assert_uint_lt(result.alarm_row, 7500);
        ck_assert_uint_eq(result.alarm_row % 100, 0);
        ck_assert_uint_eq(result.change_row % 100, 1);
        near += fabs((double)result.change_row - 5001) <= 300;
        ck_assert_double_ge(result.log_largest, result.log_threshold);
        ck_assert_double_eq_tol(result.log_threshold, log(20), 1e-12);
        ck_assert_double_le(result.p_value, 0.05);
        drift__scores_destroy(scores);
        free_plan(&plan);
    }
    ck_assert_int_ge(near, 5);
}
END_TEST

/* All reference scores are one number: nothing but another number is rare. */
START_TEST(constant_columns_can_change)
{
    reference = (made_reference){.rows = {.places = reference.places, .n = 3000, .season = 100}};
    for (size_t i = 0; i < 3000; i++)
        reference.places[i] = 1;
    reference.counts[1] = 3000;
    for (int ordered = 0; ordered < 2; ordered++) {
        uint32_t places[PIECE];
        reference.rows.reference = (drift__place_counts){reference.counts, NULL, 3, ordered};
        drift__plan plan = plan_of(&reference.rows);
        ck_assert_uint_eq(plan.windows, 30);
        drift__scores *scores = made(&plan, 0.01, 5);
        for (size_t i = 0; i < PIECE; i++)
            places[i] = 1;
        for (int k = 0; k < 200; k++)
            ck_assert_int_eq(drift__scores_update(scores, places, PIECE), DRIFT_OK);
        ck_assert_uint_eq(got(scores).alarm_row, 0);
        for (size_t i = 0; i < PIECE; i += 3)
            places[i] = 2;
        for (int k = 0; k < 4; k++)
            ck_assert_int_eq(drift__scores_update(scores, places, PIECE), DRIFT_OK);
        ck_assert_uint_gt(got(scores).alarm_row, 100000);
        ck_assert_uint_ge(got(scores).change_row, 99001);
        ck_assert_uint_le(got(scores).change_row, 100501);
        drift__scores_destroy(scores);
        free_plan(&plan);
    }
}
END_TEST

START_TEST(names_can_change)
{
    drift__random random = {11};
    uint32_t places[PIECE];
    reference = (made_reference){.rows = {.places = reference.places, .n = 10000, .season = 100}};
    for (size_t i = 0; i < 10000; i++)
        reference.counts[reference.places[i] = (uint16_t)drift__random_below(&random, 5)]++;
    reference.rows.reference = (drift__place_counts){reference.counts, NULL, 6, 0};
    drift__plan plan = plan_of(&reference.rows);
    ck_assert_uint_eq(plan.n_scores, 1);
    drift__scores *scores = made(&plan, 0.01, 5);
    for (int k = 0; k < 60; k++) {
        for (size_t i = 0; i < PIECE; i++)
            places[i] = (uint32_t)drift__random_below(&random, k < 40 ? 5 : 3);
        ck_assert_int_eq(drift__scores_update(scores, places, PIECE), DRIFT_OK);
    }
    ck_assert_uint_gt(got(scores).alarm_row, 20000);
    ck_assert_uint_lt(got(scores).alarm_row, 24000);
    uint64_t before[DRIFT__SCORE_CELLS], now[DRIFT__SCORE_CELLS];
    ck_assert_uint_eq(drift__scores_since_change(scores, before, now), 6);
    uint64_t rows = 0, gone = 0;
    for (size_t k = 0; k < 6; k++) {
        rows += now[k];
        gone += now[k] == 0;
    }
    ck_assert_uint_ge(gone, 3);
    ck_assert_uint_ge(rows, 100);
    drift__scores_destroy(scores);
    free_plan(&plan);
}
END_TEST

/* Rows one at a time, many at once, and windows as counts say the same. */
START_TEST(how_rows_come_makes_no_difference)
{
    make_reference(&reference, 0.5, 0, 10000, 8);
    reference.rows.season = 50;
    drift__plan plan = plan_of(&reference.rows);
    drift__scores *whole = made(&plan, 0.05, 5), *single = made(&plan, 0.05, 5),
                  *counted = made(&plan, 0.05, 5);
    uint32_t places[PIECE];
    for (int k = 0; k < 40; k++) {
        for (size_t i = 0; i < PIECE; i++)
            places[i] = i % 7 == 3 ? UINT32_MAX
                                   : number_place(&reference.stream,
                                                  next_number(&reference.stream) + k / 30.0);
        ck_assert_int_eq(drift__scores_update(whole, places, PIECE), DRIFT_OK);
        for (size_t i = 0; i < PIECE; i++)
            ck_assert_int_eq(drift__scores_update(single, &places[i], 1), DRIFT_OK);
        for (size_t at = 0; at < PIECE; at += 25) {
            uint64_t counts[PLACES] = {0};
            for (size_t i = at; i < at + 25; i++)
                if (places[i] < PLACES)
                    counts[places[i]]++;
            ck_assert_int_eq(drift__scores_update_counts(counted, counts, 25), DRIFT_OK);
        }
        drift_evidence_result a = got(whole), b = got(single), c = got(counted);
        ck_assert_int_eq(memcmp(&a, &b, sizeof a), 0);
        ck_assert_int_eq(memcmp(&a, &c, sizeof a), 0);
    }
    ck_assert_uint_gt(got(whole).alarm_row, 0);
    drift__scores_destroy(whole);
    drift__scores_destroy(single);
    drift__scores_destroy(counted);
    free_plan(&plan);
}
END_TEST

/* Blocks longer than a window are judged by what chance does to so many rows. */
START_TEST(long_blocks_are_no_alarm)
{
    int alarms = 0, found = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        make_reference(&reference, 0.5, 0, 10000, seed);
        reference.rows.season = 50;
        drift__plan plan = plan_of(&reference.rows);
        drift__scores *scores = made(&plan, 0.05, seed);
        for (int k = 0; k < 400; k++) {
            uint64_t counts[PLACES] = {0};
            for (size_t i = 0; i < 700; i++)
                counts[number_place(&reference.stream,
                                    next_number(&reference.stream) + (k < 300 ? 0 : 0.5))]++;
            ck_assert_int_eq(drift__scores_update_counts(scores, counts, 700), DRIFT_OK);
        }
        uint64_t row = got(scores).alarm_row;
        alarms += row > 0 && row <= 210000;
        found += row > 210000;
        drift__scores_destroy(scores);
        free_plan(&plan);
    }
    ck_assert_int_le(alarms, 4);
    ck_assert_int_ge(found, 16);
}
END_TEST

/* A mean of more rows counts for more, as the square root; the reference's own mean is 0. */
START_TEST(scores_of_other_numbers_of_rows_compare)
{
    drift_allocator memory = drift__allocator(NULL);
    const uint64_t counts[4] = {100, 100, 100, 100};
    drift__place_counts all = {counts, NULL, 4, 1};
    drift__scorer scorer;
    ck_assert_int_eq(drift__scorer_create(&all, 40, 0.5, &memory, &scorer), DRIFT_OK);
    double usual[2], more[2], two[2];
    drift__window_sums sums = {0};
    drift__window_add(&scorer, 3, 20, &sums);
    drift__window_add(&scorer, 9, 20, &sums);
    ck_assert_int_eq(drift__window_score(&scorer, &sums, 0, 1, usual), 1);
    drift__window_add(&scorer, 3, 60, &sums);
    ck_assert_int_eq(drift__window_score(&scorer, &sums, 0, 1, more), 1);
    ck_assert_int_eq(drift__window_score(&scorer, &sums, 0, 4, two), 1);
    ck_assert_double_gt(usual[0], 20);
    for (int k = 0; k < 2; k++) {
        ck_assert_double_eq_tol(more[k], 2 * usual[k], 1e-9);
        ck_assert_double_eq_tol(two[k], usual[k], 1e-9);
    }
    sums = (drift__window_sums){0};
    for (uint32_t place = 0; place < 4; place++)
        drift__window_add(&scorer, place, 7, &sums);
    ck_assert_int_eq(drift__window_score(&scorer, &sums, 0, 1, usual), 1);
    ck_assert_double_eq_tol(usual[0], 0, 1e-9);
    ck_assert_double_eq_tol(usual[1], 0, 1e-9);
    sums = (drift__window_sums){0};
    ck_assert_int_eq(drift__window_score(&scorer, &sums, 0, 1, usual), 0);
    drift__scorer_destroy(&scorer, &memory);
}
END_TEST

static void copy_state(const drift__scores *from, drift__scores *to)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    drift__writer writer = {bytes, DRIFT_OK};
    drift__scores_write(from, &writer);
    ck_assert_int_eq(writer.status, DRIFT_OK);
    const uint8_t *data = drift_buffer_data(bytes);
    drift__byte_reader reader = {data, data + drift_buffer_size(bytes), 0};
    ck_assert_int_eq(drift__scores_read(to, &reader), DRIFT_OK);
    ck_assert_uint_eq(drift__read_left(&reader), 0);
    drift_buffer_destroy(bytes);
}

START_TEST(state_continues_as_it_would)
{
    for (int names = 0; names < 2; names++) {
        make_reference(&reference, 0.5, 0, 10000, 8);
        reference.rows.season = 50;
        reference.rows.reference.ordered = !names;
        drift__plan plan = plan_of(&reference.rows);
        drift__scores *scores = made(&plan, 0.05, 5), *copy = made(&plan, 0.05, 5);
        made_stream stream = reference.stream;
        give(scores, &reference.stream, 7777, UINT64_MAX, 0, 1);
        copy_state(scores, copy);
        stream = reference.stream;
        give(scores, &reference.stream, 5000, 2000, 1, 1);
        give(copy, &stream, 5000, 2000, 1, 1);
        drift_evidence_result a = got(scores), b = got(copy);
        ck_assert_int_eq(memcmp(&a, &b, sizeof a), 0);
        drift__scores_destroy(scores);
        drift__scores_destroy(copy);
        free_plan(&plan);
    }
}
END_TEST

START_TEST(damaged_state_is_refused_or_sane)
{
    drift_buffer *bytes = NULL;
    make_reference(&reference, 0.5, 0, 5000, 8);
    reference.rows.season = 50;
    drift__plan plan = plan_of(&reference.rows);
    drift__scores *scores = made(&plan, 0.05, 5);
    give(scores, &reference.stream, 777, UINT64_MAX, 0, 1);
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    drift__writer writer = {bytes, DRIFT_OK};
    drift__scores_write(scores, &writer);
    size_t size = drift_buffer_size(bytes);
    uint8_t *copy = malloc(size);
    for (size_t at = 0; at < size; at++) {
        drift__scores *other = made(&plan, 0.05, 5);
        memcpy(copy, drift_buffer_data(bytes), size);
        copy[at] ^= (uint8_t)(1 + at % 255);
        drift__byte_reader reader = {copy, copy + size, 0}, cut = {copy, copy + at, 0};
        if (drift__scores_read(other, &reader) == DRIFT_OK)
            give(other, &reference.stream, 200, UINT64_MAX, 0, 1);
        drift__scores_destroy(other);
        other = made(&plan, 0.05, 5);
        ck_assert_int_eq(drift__scores_read(other, &cut), DRIFT_ERR_CORRUPT);
        drift__scores_destroy(other);
    }
    free(copy);
    drift_buffer_destroy(bytes);
    drift__scores_destroy(scores);
    free_plan(&plan);
}
END_TEST

START_TEST(bad_arguments_and_want_of_memory)
{
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    drift__scores *scores = NULL;
    drift_error error = {""};
    make_reference(&reference, 0, 0, 5000, 8);
    drift__plan plan = plan_of(&reference.rows);
    ck_assert_int_eq(plan.kind, DRIFT__PLAN_NONE);
    ck_assert_int_eq(
        drift__scores_create(&plan, &reference.rows.reference, &config, &scores, &error),
        DRIFT_ERR_INVALID_ARGUMENT);
    reference.rows.season = 50;
    plan = plan_of(&reference.rows);
    for (size_t left = 0; !scores; left++) {
        scarce_memory scarce = {left, 0};
        drift_allocator memory = scarce_allocator(&scarce);
        config.allocator = &memory;
        drift_status status =
            drift__scores_create(&plan, &reference.rows.reference, &config, &scores, &error);
        if (status) {
            ck_assert_int_eq(status, DRIFT_ERR_OUT_OF_MEMORY);
            ck_assert_int_eq(scarce.out, 0);
        } else {
            scarce.left = 0;
            give(scores, &reference.stream, 1000, UINT64_MAX, 0, 1);
            uint64_t counts[PLACES] = {UINT64_MAX, 1};
            ck_assert_int_eq(drift__scores_update_counts(scores, counts, 2), DRIFT_ERR_OVERFLOW);
            counts[0] = 2;
            ck_assert_int_eq(drift__scores_update_counts(scores, counts, 2),
                             DRIFT_ERR_INVALID_ARGUMENT);
            ck_assert_uint_eq(got(scores).rows, 1000);
            drift__scores_destroy(scores);
            ck_assert_int_eq(scarce.out, 0);
        }
    }
    free_plan(&plan);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("scores");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, unchanged_streams_raise_no_alarm);
    tcase_add_test(tests, changes_are_found_and_dated);
    tcase_add_test(tests, constant_columns_can_change);
    tcase_add_test(tests, names_can_change);
    tcase_add_test(tests, how_rows_come_makes_no_difference);
    tcase_add_test(tests, long_blocks_are_no_alarm);
    tcase_add_test(tests, scores_of_other_numbers_of_rows_compare);
    tcase_add_test(tests, state_continues_as_it_would);
    tcase_add_test(tests, damaged_state_is_refused_or_sane);
    tcase_add_test(tests, bad_arguments_and_want_of_memory);
    Suite *suite = suite_create("scores");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
