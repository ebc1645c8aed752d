/* SPDX-License-Identifier: Apache-2.0
 *
 * test_distinct.c: how many different values there are: exact at first, then
 * within the promised error, whatever the order and the splits (drift/distinct.h).
 */
#include <drift/distinct.h>
#include <math.h>
#include <stdio.h>

#include "core/hash.h"
#include "damage.h"

static drift_distinct *distinct_of(uint32_t precision, const drift_allocator *allocator)
{
    drift_distinct_config config = DRIFT_DISTINCT_CONFIG_INIT;
    config.precision = precision;
    config.allocator = allocator;
    drift_distinct *distinct = NULL;
    ck_assert_int_eq(drift_distinct_create(&config, &distinct, NULL), DRIFT_OK);
    return distinct;
}

static double estimate_of(const drift_distinct *distinct)
{
    double estimate = -1;
    ck_assert_int_eq(drift_distinct_estimate(distinct, &estimate), DRIFT_OK);
    return estimate;
}

static drift_buffer *bytes_of(const drift_distinct *distinct)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_distinct_serialize(distinct, bytes), DRIFT_OK);
    return bytes;
}

static void expect_same(const drift_distinct *a, const drift_distinct *b)
{
    drift_buffer *x = bytes_of(a), *y = bytes_of(b);
    ck_assert(same_bytes(x, y));
    drift_buffer_destroy(x);
    drift_buffer_destroy(y);
}

/* `n` different integers, each `times` times. */
static void add_integers(drift_distinct *distinct, int64_t first, size_t n, int times)
{
    enum { BATCH = 4096 };
    int64_t values[BATCH];
    for (int k = 0; k < times; k++)
        for (size_t from = 0; from < n; from += BATCH) {
            size_t size = n - from < BATCH ? n - from : BATCH;
            for (size_t i = 0; i < size; i++)
                values[i] = first + (int64_t)(from + i);
            ck_assert_int_eq(drift_distinct_update_integers(distinct, values, size), DRIFT_OK);
        }
}

START_TEST(distinct_is_exact_at_first)
{
    for (uint32_t precision = 4; precision <= 18; precision++) {
        drift_distinct *distinct = distinct_of(precision, NULL);
        size_t most = ((size_t)1 << precision) / 16 < 16 ? 16 : ((size_t)1 << precision) / 16;
        ck_assert_uint_eq(drift_distinct_precision(distinct), precision);
        for (size_t n = 0; n <= most; n++) {
            double low, high;
            ck_assert(drift_distinct_is_exact(distinct));
            ck_assert(estimate_of(distinct) == (double)n);
            ck_assert_int_eq(drift_distinct_bounds(distinct, 0.9, &low, &high), DRIFT_OK);
            ck_assert(low == (double)n && high == (double)n);
            add_integers(distinct, (int64_t)n - 5, 1, 2);
        }
        ck_assert(!drift_distinct_is_exact(distinct));
        ck_assert(estimate_of(distinct) >= (double)most + 1);
        ck_assert_uint_eq(drift_distinct_count(distinct), 2 * (most + 1));
        drift_distinct_reset(distinct);
        ck_assert(drift_distinct_is_exact(distinct) && estimate_of(distinct) == 0);
        drift_distinct_destroy(distinct);
    }
    drift_distinct_destroy(NULL);
}
END_TEST

START_TEST(distinct_knows_what_is_equal)
{
    drift_distinct *distinct = distinct_of(0, NULL);
    static const double numbers[] = {0.0,  -0.0, 1.0,      1.0,       0.5,    NAN,
                                     -NAN, -1.0, INFINITY, -INFINITY, 0x1p62, 5e-324};
    static const int64_t integers[] = {0, 1, -1, INT64_C(1) << 62, 7};
    ck_assert_uint_eq(drift_distinct_precision(distinct), 12);
    ck_assert_int_eq(drift_distinct_update_doubles(distinct, numbers, 12), DRIFT_OK);
    ck_assert_uint_eq(drift_distinct_missing(distinct), 2);
    ck_assert_uint_eq(drift_distinct_count(distinct), 10);
    ck_assert(estimate_of(distinct) == 8);
    ck_assert_int_eq(drift_distinct_update_integers(distinct, integers, 5), DRIFT_OK);
    ck_assert(estimate_of(distinct) == 9);
    ck_assert_int_eq(drift_distinct_update(distinct, "7", 1), DRIFT_OK);
    ck_assert_int_eq(drift_distinct_update(distinct, "", 0), DRIFT_OK);
    ck_assert_int_eq(drift_distinct_update(distinct, NULL, 0), DRIFT_OK);
    ck_assert_int_eq(drift_distinct_update(distinct, "\0", 1), DRIFT_OK);
    ck_assert_int_eq(
        drift_distinct_update_batch(distinct, "7abab", (const int64_t[]){0, 1, 1, 3, 5}, 4),
        DRIFT_OK);
    ck_assert(estimate_of(distinct) == 13);
    ck_assert_uint_eq(drift_distinct_count(distinct), 23);
    drift_distinct_destroy(distinct);
}
END_TEST

/* Six standard errors: by chance once in a billion, and the values are always the same. */
static void expect_near(const drift_distinct *distinct, double n)
{
    double m = ldexp(1, (int)drift_distinct_precision(distinct)), low, high;
    ck_assert_msg(fabs(estimate_of(distinct) - n) <= n * (6 * 1.04 / sqrt(m) + 1.1 / m),
                  "estimate %g of %g, %g registers", estimate_of(distinct), n, m);
    ck_assert_int_eq(drift_distinct_bounds(distinct, 1 - 1e-9, &low, &high), DRIFT_OK);
    ck_assert(low <= n && n <= high);
    ck_assert(low <= estimate_of(distinct) && estimate_of(distinct) <= high);
}

START_TEST(distinct_is_accurate_at_every_size)
{
    static const uint32_t precisions[] = {4, 8, 12, 18};
    for (size_t p = 0; p < 4; p++) {
        drift_distinct *distinct = distinct_of(precisions[p], NULL);
        int64_t n = 0;
        for (double size = 1; size <= 1e7; size *= 1.25) {
            add_integers(distinct, n, (size_t)size - (size_t)n, 1);
            if (size <= 1e5)
                add_integers(distinct, 0, (size_t)size, 1);
            n = (int64_t)size;
            expect_near(distinct, (double)n);
        }
        drift_distinct_destroy(distinct);
    }
}
END_TEST

enum { SHAPES = 6 };

/* Different values for different i: rising, spaced, huge steps, many magnitudes, scattered. */
static double shaped(int shape, uint64_t i)
{
    switch (shape) {
    case 0:
        return (double)i;
    case 1:
        return (double)i * 0.1 + 0.05;
    case 2:
        return (double)i * 0x1p40;
    case 3:
        return ldexp(1 + (double)(i >> 9) * 0x1p-40, (int)(i & 511) - 256);
    case 4:
        return -1 - (double)i * 0x1p-30;
    default:
        return (double)(drift__mix(i) >> 11) * 0x1p-53;
    }
}

/* Over many sets of values: the standard error, the bias and how often the bounds hold. */
static void expect_error(uint32_t precision, int shape, size_t n)
{
    enum { REPEATS = 200 };
    drift_distinct *distinct = distinct_of(precision, NULL);
    double *values = malloc(n * sizeof *values), sum = 0, squares = 0;
    double m = ldexp(1, (int)precision);
    int held = 0;
    for (uint64_t r = 0; r < REPEATS; r++) {
        double low, high;
        for (size_t i = 0; i < n; i++)
            values[i] = shaped(shape, r * n + i);
        drift_distinct_reset(distinct);
        for (int k = 0; k < 3; k++) /* or the count would bound the estimate */
            drift_distinct_update_doubles(distinct, values, n);
        double error = estimate_of(distinct) / (double)n - 1;
        sum += error;
        squares += error * error;
        drift_distinct_bounds(distinct, 0.95, &low, &high);
        held += low <= (double)n && (double)n <= high;
    }
    double bias = sum / REPEATS, spread = sqrt(squares / REPEATS);
    ck_assert_msg(spread <= 1.2 * 1.04 / sqrt(m) + 2 / m, "precision %u, shape %d, n %zu: error %g",
                  precision, shape, n, spread);
    ck_assert_msg(fabs(bias) <= 4 * 1.04 / sqrt(m * REPEATS) + 1.2 / m,
                  "precision %u, shape %d, n %zu: bias %g", precision, shape, n, bias);
    ck_assert_msg(held >= 0.95 * REPEATS - 4 * sqrt(0.0475 * REPEATS),
                  "precision %u, shape %d, n %zu: held %d", precision, shape, n, held);
    free(values);
    drift_distinct_destroy(distinct);
}

START_TEST(distinct_keeps_its_error)
{
    static const size_t sizes[] = {300, 3000, 10000, 20000};
    for (uint32_t precision = 4; precision <= 12; precision += 4)
        for (size_t s = 0; s < 4; s++)
            for (int shape = 0; shape < SHAPES; shape++)
                expect_error(precision, shape, sizes[s]);
}
END_TEST

/* Any order, any split, any order of merging: the same bytes. */
START_TEST(distinct_forgets_order_and_splits)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 255, 256, 257, 5000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (uint32_t precision = 4; precision <= 12; precision += 4) {
            drift_distinct *whole = distinct_of(precision, NULL), *parts[5];
            for (int p = 0; p < 5; p++)
                parts[p] = distinct_of(precision, NULL);
            for (uint64_t i = 0; i < 2 * sizes[s]; i++) {
                double value = shaped(1 + (int)(i % 4), i % sizes[s]);
                double back = shaped(1 + (int)((2 * sizes[s] - 1 - i) % 4),
                                     (2 * sizes[s] - 1 - i) % sizes[s]);
                drift_distinct_update_doubles(whole, &value, 1);
                drift_distinct_update_doubles(parts[drift__mix(i) % 5], &back, 1);
            }
            for (int p = 3; p >= 0; p--)
                ck_assert_int_eq(drift_distinct_merge(parts[p], parts[p + 1]), DRIFT_OK);
            expect_same(whole, parts[0]);
            ck_assert_int_eq(drift_distinct_merge(parts[4], whole), DRIFT_OK);
            ck_assert(estimate_of(parts[4]) == estimate_of(whole) ||
                      drift_distinct_count(parts[4]) != drift_distinct_count(whole));
            drift_distinct_destroy(whole);
            for (int p = 0; p < 5; p++)
                drift_distinct_destroy(parts[p]);
        }
}
END_TEST

START_TEST(distinct_refuses_what_makes_no_sense)
{
    drift_distinct *a = distinct_of(4, NULL), *b = distinct_of(5, NULL), *none = NULL;
    drift_distinct_config config = DRIFT_DISTINCT_CONFIG_INIT;
    drift_error error;
    double low = 3, high = 4;
    ck_assert_int_eq(drift_distinct_merge(a, b), DRIFT_ERR_INCOMPATIBLE);
    ck_assert_int_eq(drift_distinct_merge(a, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_distinct_merge(a, a), DRIFT_OK);
    ck_assert_int_eq(drift_distinct_update(a, NULL, 1), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_distinct_update_doubles(a, NULL, 1), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_distinct_update_integers(a, NULL, 1), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_distinct_update_batch(a, "ab", (const int64_t[]){0, 2, 1}, 2),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_distinct_update_batch(a, "ab", (const int64_t[]){-1, 2}, 1),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_distinct_bounds(a, 0, &low, &high), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_distinct_bounds(a, 1, &low, &high), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_distinct_bounds(a, NAN, &low, &high), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert(low == 3 && high == 4);
    ck_assert_uint_eq(drift_distinct_count(a), 0);
    for (uint32_t precision = 1; precision < 100; precision++) {
        config.precision = precision;
        if (precision >= 4 && precision <= 18)
            continue;
        ck_assert_int_eq(drift_distinct_create(&config, &none, &error), DRIFT_ERR_INVALID_ARGUMENT);
        ck_assert_str_eq(error.message,
                         "the precision of a sketch of distinct values lies between 4 and 18");
    }
    ck_assert_int_eq(drift_distinct_create(&config, NULL, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    drift_distinct_destroy(a);
    drift_distinct_destroy(b);
}
END_TEST

START_TEST(distinct_survives_lack_of_memory)
{
    for (size_t left = 0; left < 3; left++) {
        scarce_memory scarce = {left, 0};
        drift_allocator memory = scarce_allocator(&scarce);
        drift_distinct_config config = DRIFT_DISTINCT_CONFIG_INIT;
        drift_distinct *none = NULL;
        config.allocator = &memory;
        ck_assert_int_eq(drift_distinct_create(&config, &none, NULL), DRIFT_ERR_OUT_OF_MEMORY);
        ck_assert(!none && scarce.out == 0);
    }
    scarce_memory scarce = {3, 0};
    drift_allocator memory = scarce_allocator(&scarce);
    drift_distinct *distinct = distinct_of(12, &memory);
    drift_buffer *bytes = NULL;
    add_integers(distinct, 0, 100, 1);
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_distinct_serialize(distinct, bytes), DRIFT_ERR_OUT_OF_MEMORY);
    ck_assert_uint_eq(drift_buffer_size(bytes), 0);
    add_integers(distinct, 0, 100000, 1);
    ck_assert_int_eq(drift_distinct_serialize(distinct, bytes), DRIFT_OK);
    ck_assert_uint_le(drift_buffer_size(bytes), 3072 + 40);
    drift_buffer_destroy(bytes);
    drift_distinct_destroy(distinct);
    ck_assert_int_eq(scarce.out, 0);
}
END_TEST

static drift_status open_distinct(const void *bytes, size_t size)
{
    scarce_memory scarce = {SIZE_MAX, 0};
    drift_allocator memory = scarce_allocator(&scarce);
    drift_distinct *distinct = NULL;
    drift_error error = {{0}};
    drift_status status = drift_distinct_deserialize(bytes, size, &memory, &distinct, &error);
    ck_assert((status == DRIFT_OK) == (distinct != NULL));
    ck_assert((status == DRIFT_OK) == (error.message[0] == '\0'));
    drift_distinct_destroy(distinct);
    ck_assert_int_eq(scarce.out, 0);
    return status;
}

static drift_distinct *reopen(const drift_distinct *distinct)
{
    drift_distinct *back = NULL;
    drift_buffer *bytes = bytes_of(distinct);
    ck_assert_int_eq(drift_distinct_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes),
                                                NULL, &back, NULL),
                     DRIFT_OK);
    drift_buffer_destroy(bytes);
    return back;
}

START_TEST(distinct_bytes)
{
    static const size_t sizes[] = {0, 1, 16, 17, 100, 100000};
    static const double missing = NAN;
    for (size_t s = 0; s < 6; s++) {
        drift_distinct *distinct = distinct_of(4 + 4 * (s % 2), NULL);
        add_integers(distinct, -3, sizes[s], 1);
        drift_distinct_update_doubles(distinct, &missing, 1);
        drift_buffer *bytes = bytes_of(distinct);
        expect_damage_refused(open_distinct, bytes);
        drift_distinct *back = reopen(distinct);
        expect_same(distinct, back);
        ck_assert(estimate_of(distinct) == estimate_of(back));
        add_integers(distinct, 0, 1000, 1);
        add_integers(back, 0, 1000, 1);
        expect_same(distinct, back);
        drift_buffer_destroy(bytes);
        drift_distinct_destroy(distinct);
        drift_distinct_destroy(back);
    }
}
END_TEST

/* A right checksum over each single changed bit of the payload: refused, or a sound object. */
START_TEST(distinct_survives_forged_bytes)
{
    static const uint64_t key[2] = {0x6c69626472696674ULL, 0x666f726d61742031ULL};
    for (size_t n = 10; n <= 10000; n *= 1000) {
        drift_distinct *distinct = distinct_of(5, NULL);
        add_integers(distinct, 0, n, 1);
        drift_buffer *bytes = bytes_of(distinct);
        size_t size = drift_buffer_size(bytes);
        uint8_t *copy = malloc(size);
        memcpy(copy, drift_buffer_data(bytes), size);
        for (size_t bit = 8 * 16; bit < 8 * (size - 8); bit++) {
            copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            uint64_t seal = drift__siphash(2, 4, key, copy, size - 8);
            for (size_t i = 0; i < 8; i++)
                copy[size - 8 + i] = (uint8_t)(seal >> (8 * i));
            drift_distinct *back = NULL;
            if (!drift_distinct_deserialize(copy, size, NULL, &back, NULL)) {
                double low, high, estimate = estimate_of(back);
                ck_assert(!drift_distinct_bounds(back, 0.99, &low, &high));
                ck_assert(low <= estimate && estimate <= high && isfinite(high));
                add_integers(back, 0, 100, 1);
                drift_distinct *again = reopen(back);
                expect_same(back, again);
                drift_distinct_destroy(again);
                drift_distinct_destroy(back);
            }
            copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        }
        free(copy);
        drift_buffer_destroy(bytes);
        drift_distinct_destroy(distinct);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("distinct");
    tcase_set_timeout(tests, 100);
    tcase_add_test(tests, distinct_is_exact_at_first);
    tcase_add_test(tests, distinct_knows_what_is_equal);
    tcase_add_test(tests, distinct_is_accurate_at_every_size);
    tcase_add_test(tests, distinct_keeps_its_error);
    tcase_add_test(tests, distinct_forgets_order_and_splits);
    tcase_add_test(tests, distinct_refuses_what_makes_no_sense);
    tcase_add_test(tests, distinct_survives_lack_of_memory);
    tcase_add_test(tests, distinct_bytes);
    tcase_add_test(tests, distinct_survives_forged_bytes);
    Suite *suite = suite_create("distinct");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
