/* SPDX-License-Identifier: Apache-2.0
 *
 * test_evidence.c: anytime-valid evidence (drift/evidence.h). What an urn
 * gives is enumerated, so that fairness is an identity and no simulation.
 */
#include <drift/evidence.h>
#include <math.h>

#include "core/memory.h"
#include "core/random.h"
#include "damage.h"
#include "sequential/rising.h"

enum { MOST = 16 };

static drift_evidence *made(const double *start, size_t cells, const drift_evidence_config *config)
{
    drift_evidence *evidence = NULL;
    drift_error error = {""};
    ck_assert_msg(drift_evidence_create(start, cells, config, &evidence, &error) == DRIFT_OK, "%s",
                  error.message);
    return evidence;
}

static drift_evidence *copied(const drift_evidence *evidence)
{
    drift_buffer *bytes = NULL;
    drift_evidence *copy = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_evidence_serialize(evidence, bytes), DRIFT_OK);
    ck_assert_int_eq(drift_evidence_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes),
                                                NULL, &copy, NULL),
                     DRIFT_OK);
    drift_buffer_destroy(bytes);
    return copy;
}

static drift_evidence_result got(const drift_evidence *evidence)
{
    drift_evidence_result result;
    drift_evidence_get(evidence, &result);
    return result;
}

/* Wealth after each number of rows, summed over all sequences weighed by what the urn gives them. */
typedef struct enumeration {
    const double *start;
    uint8_t cells, length;
    double mean[MOST + 1];
} enumeration;

static void enumerate(enumeration *e, const drift_evidence *evidence, uint64_t *counts, int row,
                      double probability)
{
    double total = row;
    for (uint8_t j = 0; j < e->cells; j++)
        total += e->start[j];
    e->mean[row] += probability * exp(got(evidence).log_wealth);
    if (row == e->length)
        return;
    for (uint8_t j = 0; j < e->cells; j++) {
        drift_evidence *next = copied(evidence);
        uint32_t place = j;
        ck_assert_int_eq(drift_evidence_update(next, &place, 1), DRIFT_OK);
        ck_assert_int_eq(drift_evidence_look(next), DRIFT_OK);
        counts[j]++;
        enumerate(e, next, counts, row + 1,
                  probability * (e->start[j] + (double)counts[j] - 1) / total);
        counts[j]--;
        drift_evidence_destroy(next);
    }
}

static void expect_fair(const double *start, uint8_t cells, uint8_t length, uint32_t kind,
                        uint32_t block_rows)
{
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    config.kind = kind;
    config.block_rows = block_rows;
    drift_evidence *evidence = made(start, cells, &config);
    enumeration e = {start, cells, length, {0}};
    uint64_t counts[MOST] = {0};
    enumerate(&e, evidence, counts, 0, 1);
    for (int row = 0; row <= length; row++)
        ck_assert_msg(fabs(e.mean[row] - 1) < 1e-12, "%d cells, kind %u: %.17g after %d rows",
                      cells, kind, e.mean[row], row);
    drift_evidence_destroy(evidence);
}

START_TEST(evidence_is_a_fair_game)
{
    const double few[3] = {2, 1, 4}, two[2] = {9.5, 1.5}, four[4] = {1, 3, 2, 20};
    expect_fair(few, 3, 7, DRIFT_EVIDENCE_ORDERED, 3);
    expect_fair(few, 3, 7, DRIFT_EVIDENCE_NOMINAL, 2);
    expect_fair(two, 2, 12, DRIFT_EVIDENCE_ORDERED, 1);
    expect_fair(two, 2, 12, DRIFT_EVIDENCE_NOMINAL, 2);
    expect_fair(four, 4, 5, DRIFT_EVIDENCE_ORDERED, 1);
}
END_TEST

/* All ways to deal `rows` rows to the cells, each with what the urn gives it. */
static double mean_by_counts(const drift_evidence *evidence, const double *start, uint64_t rows)
{
    double mean = 0, total = start[0] + start[1] + start[2];
    for (uint64_t a = 0; a <= rows; a++)
        for (uint64_t b = 0; a + b <= rows; b++) {
            uint64_t counts[3] = {a, b, rows - a - b};
            long double log_share =
                -drift__log_rising(total, (long double)rows) + lgammal((long double)rows + 1);
            for (int j = 0; j < 3; j++)
                log_share += drift__log_rising(start[j], (long double)counts[j]) -
                             lgammal((long double)counts[j] + 1);
            drift_evidence *next = copied(evidence);
            ck_assert_int_eq(drift_evidence_update_counts(next, counts), DRIFT_OK);
            mean += (double)expl(log_share + got(next).log_wealth);
            drift_evidence_destroy(next);
        }
    return mean;
}

START_TEST(blocks_of_counts_are_fair_whatever_their_size)
{
    const double start[3] = {40, 7.5, 12};
    const uint64_t sizes[] = {1, 5, 40, 256, 257, 600};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        drift_evidence *evidence = made(start, 3, NULL);
        double mean = mean_by_counts(evidence, start, sizes[i]);
        ck_assert_msg(fabs(mean - 1) < 1e-11, "%d rows: %.17g", (int)sizes[i], mean);
        drift_evidence_destroy(evidence);
    }
}
END_TEST

/* The mean of what there is at a stop, in the mode that pays 1 a row: never above the rows. */
START_TEST(run_length_pays_no_more_than_the_rows)
{
    const double start[2] = {3, 5};
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    config.run_length = 1000;
    config.block_rows = 2;
    drift_evidence *evidence = made(start, 2, &config);
    enumeration e = {start, 2, 11, {0}};
    uint64_t counts[MOST] = {0};
    enumerate(&e, evidence, counts, 0, 1);
    for (int row = 1; row <= 11; row++) {
        double paid = 2 + 2 * ((row - 1) / 2);
        ck_assert_msg(fabs(e.mean[row] - paid) < 1e-10, "%.17g after %d rows", e.mean[row], row);
    }
    ck_assert(fabs(got(evidence).log_threshold - log(1002)) < 1e-12);
    drift_evidence_destroy(evidence);
}
END_TEST

/* Rows of an urn's cells by the shares of `start`, or by other shares. */
static uint8_t drawn(drift__random *random, const double *shares, uint8_t cells)
{
    double total = 0, at;
    for (uint8_t j = 0; j < cells; j++)
        total += shares[j];
    at = drift__random_uniform(random) * total;
    uint8_t j = 0;
    while (j + 1 < cells && at >= shares[j])
        at -= shares[j++];
    return j;
}

static const double TENTHS[10] = {101, 100, 100, 100, 100, 100, 100, 100, 100, 100};
static const double SHIFTED[10] = {20, 40, 60, 80, 100, 100, 120, 140, 160, 180};

/* `before` rows of the reference's shares, then rows of others. */
static void fill(uint32_t *rows, size_t n, size_t before, const double *start,
                 const double *changed, uint8_t cells, uint64_t seed)
{
    drift__random random = {seed};
    for (size_t i = 0; i < n; i++)
        rows[i] = drawn(&random, i < before ? start : changed, cells);
}

START_TEST(a_change_is_found_once_and_dated)
{
    enum { N = 6000, CHANGE = 4000 };
    static uint32_t rows[N];
    fill(rows, N, CHANGE, TENTHS, SHIFTED, 10, 5);
    drift_evidence *evidence = made(TENTHS, 10, NULL);
    ck_assert_int_eq(drift_evidence_update(evidence, rows, CHANGE), DRIFT_OK);
    drift_evidence_result before = got(evidence), after;
    ck_assert(before.alarm_row == 0 && before.p_value > 0.01 && before.rows == CHANGE);
    ck_assert_int_eq(drift_evidence_update(evidence, rows + CHANGE, N - CHANGE), DRIFT_OK);
    after = got(evidence);
    ck_assert_msg(after.alarm_row > CHANGE && after.alarm_row < CHANGE + 160, "alarm at %d",
                  (int)after.alarm_row);
    ck_assert_msg(after.change_row > CHANGE - 64 && after.change_row < CHANGE + 64, "change at %d",
                  (int)after.change_row);
    ck_assert(after.p_value < 1e-20 && after.log_largest > 50);
    ck_assert(after.log_threshold == log(100));
    drift_evidence_destroy(evidence);
}
END_TEST

START_TEST(how_calls_are_split_makes_no_difference)
{
    enum { N = 3000 };
    static uint32_t rows[N];
    fill(rows, N, 2000, TENTHS, SHIFTED, 10, 9);
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    for (uint32_t stride = 1; stride <= 3; stride += 2) {
        config.stride = stride;
        config.block_rows = 20;
        drift_evidence *whole = made(TENTHS, 10, &config), *split = made(TENTHS, 10, &config);
        drift__random random = {stride};
        ck_assert_int_eq(drift_evidence_update(whole, rows, N), DRIFT_OK);
        for (size_t at = 0; at < N;) {
            size_t n = (size_t)drift__random_below(&random, 90);
            n = n < N - at ? n : N - at;
            ck_assert_int_eq(drift_evidence_update(split, rows + at, n), DRIFT_OK);
            at += n;
            drift_evidence *read = copied(split);
            drift_evidence_destroy(split);
            split = read;
        }
        drift_evidence_result a = got(whole), b = got(split);
        ck_assert_mem_eq(&a, &b, sizeof a);
        ck_assert(a.alarm_row > 2000 && (a.alarm_row - 1) % stride == 0);
        drift_evidence_destroy(whole);
        drift_evidence_destroy(split);
    }
}
END_TEST

/* Of blocks a stride leaves every so many-th row, however small they are, and their shares. */
START_TEST(a_stride_thins_blocks)
{
    enum { STRIDE = 7, BLOCKS = 20000 };
    const double start[3] = {500, 300, 200};
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    config.stride = STRIDE;
    drift_evidence *evidence = made(start, 3, &config);
    drift__random random = {4};
    uint64_t given = 0, all[3] = {0}, kept[3];
    for (int i = 0; i < BLOCKS; i++) {
        uint64_t counts[3] = {0};
        for (uint64_t n = drift__random_below(&random, 12); n; n--) {
            double at = drift__random_uniform(&random);
            counts[at < 0.5 ? 0 : at < 0.8 ? 1 : 2]++;
            given++;
        }
        for (int j = 0; j < 3; j++)
            all[j] += counts[j];
        ck_assert_int_eq(drift_evidence_update_counts(evidence, counts), DRIFT_OK);
        if (i == BLOCKS / 2) {
            drift_evidence *read = copied(evidence);
            drift_evidence_destroy(evidence);
            evidence = read;
        }
    }
    drift_evidence_counts(evidence, kept);
    ck_assert_uint_eq(got(evidence).rows, given);
    for (int j = 0; j < 3; j++)
        ck_assert_double_eq_tol((double)kept[j], (double)all[j] / STRIDE, 300);
    ck_assert_uint_eq(got(evidence).alarm_row, 0);
    drift_evidence_destroy(evidence);
}
END_TEST

/* The row of the alarm is the first at which a look after every row would have crossed. */
START_TEST(the_alarm_is_dated_within_its_block)
{
    enum { N = 3000 };
    static uint32_t rows[N];
    for (uint64_t seed = 0; seed < 8; seed++) {
        fill(rows, N, 1000, TENTHS, SHIFTED, 10, seed);
        drift_evidence *blocks = made(TENTHS, 10, NULL), *single = made(TENTHS, 10, NULL);
        ck_assert_int_eq(drift_evidence_update(blocks, rows, N), DRIFT_OK);
        size_t at = 0;
        while (at < N && !got(single).alarm_row) {
            ck_assert_int_eq(drift_evidence_update(single, &rows[at++], 1), DRIFT_OK);
            ck_assert_int_eq(drift_evidence_look(single), DRIFT_OK);
        }
        ck_assert_uint_eq(got(single).alarm_row, at);
        ck_assert_uint_eq(got(blocks).alarm_row, at);
        drift_evidence_destroy(blocks);
        drift_evidence_destroy(single);
    }
}
END_TEST

/* A block by counts gives the money that its rows give, by products and by logarithms. */
START_TEST(counts_give_what_rows_give)
{
    enum { N = 256 };
    uint32_t rows[N];
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    config.block_rows = N;
    for (uint64_t seed = 0; seed < 20; seed++) {
        uint64_t counts[10] = {0}, back[10];
        drift_evidence *by_rows = made(TENTHS, 10, &config), *by_counts = made(TENTHS, 10, NULL);
        for (int block = 0; block < 6; block++) {
            fill(rows, N, 0, TENTHS, block < 3 ? TENTHS : SHIFTED, 10, seed * 6 + (uint64_t)block);
            memset(counts, 0, sizeof counts);
            for (int i = 0; i < N; i++)
                counts[rows[i]]++;
            ck_assert_int_eq(drift_evidence_update(by_rows, rows, N), DRIFT_OK);
            ck_assert_int_eq(drift_evidence_update_counts(by_counts, counts), DRIFT_OK);
            double a = got(by_rows).log_wealth, b = got(by_counts).log_wealth;
            ck_assert_msg(fabs(a - b) < 1e-11 * (1 + fabs(a)), "%.17g %.17g", a, b);
        }
        drift_evidence_counts(by_counts, back);
        uint64_t sum = 0;
        for (int j = 0; j < 10; j++)
            sum += back[j];
        ck_assert_uint_eq(sum, 6 * N);
        ck_assert_uint_eq(got(by_counts).alarm_row % N, 0);
        drift_evidence_destroy(by_rows);
        drift_evidence_destroy(by_counts);
    }
}
END_TEST

START_TEST(numbers_of_any_size_leave_it_sane)
{
    const double start[3] = {0.5, 1e9, 1000};
    const uint64_t blocks[][3] = {{0, UINT64_C(1) << 40, 1u << 20},
                                  {UINT64_C(1) << 50, 0, 0},
                                  {0, 0, 1},
                                  {200, 0, 0},
                                  {0, UINT64_C(1) << 51, 0},
                                  {1, 1, 1}};
    for (uint32_t kind = 0; kind < 2; kind++) {
        drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
        config.kind = kind;
        drift_evidence *evidence = made(start, 3, &config);
        for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
            ck_assert_int_eq(drift_evidence_update_counts(evidence, blocks[i]), DRIFT_OK);
            drift_evidence_result result = got(evidence);
            ck_assert_msg(!isnan(result.log_wealth) && isfinite(result.log_largest),
                          "block %zu: %g", i, result.log_wealth);
            drift_evidence *back = copied(evidence);
            drift_evidence_result other = got(back);
            ck_assert_mem_eq(&result, &other, sizeof result);
            drift_evidence_destroy(evidence);
            evidence = back;
        }
        ck_assert_uint_eq(got(evidence).alarm_row,
                          (UINT64_C(1) << 40) + (1u << 20) + (UINT64_C(1) << 50));
        const uint64_t too_many[3] = {UINT64_C(1) << 51, 0, 0};
        const uint64_t around[3] = {1, UINT64_MAX, 0}; /* their sum would be 0 */
        drift_evidence_result before = got(evidence);
        ck_assert_int_eq(drift_evidence_update_counts(evidence, too_many), DRIFT_ERR_OVERFLOW);
        ck_assert_int_eq(drift_evidence_update_counts(evidence, around), DRIFT_ERR_OVERFLOW);
        drift_evidence_result after = got(evidence);
        ck_assert_mem_eq(&before, &after, sizeof before);
        drift_evidence_destroy(evidence);
    }
}
END_TEST

START_TEST(bad_arguments_are_refused)
{
    const double good[3] = {1, 2, 3}, zero[3] = {1, 0, 3}, not[3] = {1, NAN, 3};
    drift_evidence *evidence = NULL;
    drift_error error;
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    ck_assert_int_eq(drift_evidence_create(zero, 3, NULL, &evidence, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_str_eq(error.message, "cell 1 begins with 0; 0.001 to 1e15 is possible");
    ck_assert_int_eq(drift_evidence_create(not, 3, NULL, &evidence, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_evidence_create(good, 1, NULL, &evidence, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_str_eq(error.message, "an urn has 2 to 32 cells, not 1");
    config.alpha = 1;
    ck_assert_int_eq(drift_evidence_create(good, 3, &config, &evidence, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_str_eq(error.message, "alpha must lie between 0 (1e-100) and 1, not be 1");
    config.alpha = 0;
    config.block_rows = 257;
    ck_assert_int_eq(drift_evidence_create(good, 3, &config, &evidence, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_str_eq(error.message, "a block has 1 to 256 rows, not 257");
    ck_assert_ptr_null(evidence);
    config.block_rows = 0;
    config.stride = 2;
    evidence = made(good, 3, &config);
    const uint32_t cells[2] = {2, 3};
    ck_assert_int_eq(drift_evidence_update(evidence, cells, 2), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_uint_eq(got(evidence).rows, 0);
    drift_evidence_destroy(evidence);
    drift_evidence_destroy(NULL);
}
END_TEST

/* An allocator that adds up what it gives. */
static void *sum_reallocate(void *context, void *memory, size_t size)
{
    *(size_t *)context += size;
    return realloc(memory, size);
}

static void sum_release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

START_TEST(a_column_takes_six_kilobytes_at_most)
{
    for (uint32_t kind = 0; kind < 2; kind++) {
        size_t bytes = 0;
        const drift_allocator memory = {sum_reallocate, sum_release, &bytes};
        drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
        config.kind = kind;
        config.allocator = &memory;
        drift_evidence *evidence = made(TENTHS, 10, &config);
        double start[21];
        ck_assert_msg(bytes <= 6144, "kind %u: %zu bytes", kind, bytes);
        drift_evidence_destroy(evidence);
        for (int j = 0; j < 21; j++)
            start[j] = 50;
        bytes = 0;
        evidence = made(start, kind ? 21 : 12, &config);
        ck_assert_msg(bytes <= 6144, "kind %u: %zu bytes", kind, bytes);
        size_t created = bytes;
        uint32_t row = 3;
        for (int i = 0; i < 5000; i++)
            ck_assert_int_eq(drift_evidence_update(evidence, &row, 1), DRIFT_OK);
        ck_assert_uint_eq(bytes, created);
        drift_evidence_destroy(evidence);
    }
}
END_TEST

static drift_status open_evidence(const void *bytes, size_t size)
{
    drift_evidence *evidence = NULL;
    drift_status status = drift_evidence_deserialize(bytes, size, NULL, &evidence, NULL);
    ck_assert((status == DRIFT_OK) == (evidence != NULL));
    drift_evidence_destroy(evidence);
    return status;
}

START_TEST(evidence_bytes)
{
    enum { N = 1500 };
    static uint32_t rows[N];
    fill(rows, N, 1000, TENTHS, SHIFTED, 10, 1);
    drift_evidence *evidence = made(TENTHS, 10, NULL);
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_evidence_update(evidence, rows, N), DRIFT_OK);
    ck_assert_int_eq(drift_evidence_serialize(evidence, bytes), DRIFT_OK);
    expect_damage_refused(open_evidence, bytes);
    for (size_t left = 0; left < 4; left++) {
        scarce_memory scarce = {left, 0};
        drift_allocator memory = scarce_allocator(&scarce);
        drift_evidence *other = NULL;
        drift_status status = drift_evidence_deserialize(
            drift_buffer_data(bytes), drift_buffer_size(bytes), &memory, &other, NULL);
        ck_assert(left == 3 ? status == DRIFT_OK : status == DRIFT_ERR_OUT_OF_MEMORY && !other);
        drift_evidence_destroy(other);
        ck_assert_int_eq(scarce.out, 0);
    }
    drift_buffer_destroy(bytes);
    drift_evidence_destroy(evidence);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("evidence");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, evidence_is_a_fair_game);
    tcase_add_test(tests, blocks_of_counts_are_fair_whatever_their_size);
    tcase_add_test(tests, run_length_pays_no_more_than_the_rows);
    tcase_add_test(tests, a_change_is_found_once_and_dated);
    tcase_add_test(tests, how_calls_are_split_makes_no_difference);
    tcase_add_test(tests, a_stride_thins_blocks);
    tcase_add_test(tests, the_alarm_is_dated_within_its_block);
    tcase_add_test(tests, counts_give_what_rows_give);
    tcase_add_test(tests, numbers_of_any_size_leave_it_sane);
    tcase_add_test(tests, a_column_takes_six_kilobytes_at_most);
    tcase_add_test(tests, bad_arguments_are_refused);
    tcase_add_test(tests, evidence_bytes);
    Suite *suite = suite_create("evidence");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
