/* SPDX-License-Identifier: Apache-2.0
 *
 * test_exact_sum.c: sums without rounding (sketch/exact_sum.h). Golden values
 * from rational arithmetic (Python's fractions).
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "sketch/exact_sum.h"

enum { N = 1000 };

static double any_double(uint64_t i)
{
    uint64_t bits = drift__mix(i);
    double value;
    if ((bits >> 52 & 0x7ff) == 0x7ff)
        bits ^= UINT64_C(1) << 62;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double unit(uint64_t i)
{
    return (double)(drift__mix(i) >> 11) * 0x1p-53;
}

typedef struct sums {
    drift__exact_sum sum;
    drift__exact_square_sum squares;
} sums;

static void add(sums *s, const double *values, size_t n)
{
    drift__exact_sum_add(&s->sum, values, n);
    drift__exact_square_sum_add(&s->squares, values, n);
}

static drift_buffer *bytes_of(const sums *s)
{
    drift_buffer *buffer = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
    drift__writer writer = {buffer, DRIFT_OK};
    drift__exact_sum_write(&s->sum, &writer);
    drift__exact_square_sum_write(&s->squares, &writer);
    ck_assert_int_eq(writer.status, DRIFT_OK);
    return buffer;
}

static void expect_same(const sums *a, const sums *b)
{
    drift_buffer *x = bytes_of(a), *y = bytes_of(b);
    ck_assert_uint_eq(drift_buffer_size(x), drift_buffer_size(y));
    ck_assert_mem_eq(drift_buffer_data(x), drift_buffer_data(y), drift_buffer_size(x));
    drift_buffer_destroy(x);
    drift_buffer_destroy(y);
}

static void expect_bytes(const double *values, size_t n, const char *sum, const char *squares)
{
    sums s = {0};
    char hex[128] = "", expected[128];
    add(&s, values, n);
    drift_buffer *bytes = bytes_of(&s);
    const uint8_t *data = drift_buffer_data(bytes);
    for (size_t i = 0; i < drift_buffer_size(bytes); i++) {
        static const char digits[] = "0123456789abcdef";
        hex[2 * i] = digits[data[i] >> 4];
        hex[2 * i + 1] = digits[data[i] & 15];
        hex[2 * i + 2] = '\0';
    }
    strcpy(expected, sum);
    strcat(expected, squares);
    ck_assert_str_eq(hex, expected);
    drift_buffer_destroy(bytes);
}

START_TEST(exact_sum_writes_canonical_bytes)
{
    const double largest[2] = {DBL_MAX, DBL_MAX}, mixed[2] = {1.5, -0.25}, one[1] = {1},
                 minus_one[1] = {-1}, smallest[1] = {5e-324}, minus[1] = {-3.5},
                 nothing[2] = {1e300, -1e300};
    expect_bytes(one, 1, "00210100000400", "00430110000000");
    expect_bytes(minus_one, 1, "01210100000400", "00430110000000");
    expect_bytes(mixed, 2, "00210100000500", "00430125000000");
    expect_bytes(smallest, 1, "00000101000000", "00000101000000");
    expect_bytes(largest, 2, "003f03000000c0ffffffffffff0700",
                 "007f0500000008000000000000feffffffffff1f000000");
    expect_bytes(minus, 1, "01210100000e00", "004301c4000000");
    expect_bytes(NULL, 0, "000000", "000000");
    sums s = {0};
    drift_buffer *bytes;
    add(&s, nothing, 2);
    bytes = bytes_of(&s);
    ck_assert_mem_eq(drift_buffer_data(bytes), "\0\0\0", 3);
    drift_buffer_destroy(bytes);
}
END_TEST

/* Doubles of every exponent: the digest of the bytes that rational arithmetic gives. */
START_TEST(exact_sum_of_any_doubles)
{
    static const uint64_t key[2] = {0, 0};
    sums s = {0};
    for (uint64_t i = 0; i < N; i++) {
        double value = any_double(i);
        add(&s, &value, 1);
    }
    drift_buffer *buffer = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
    drift__writer writer = {buffer, DRIFT_OK};
    drift__exact_sum_write(&s.sum, &writer);
    ck_assert_uint_eq(
        drift__siphash(2, 4, key, drift_buffer_data(buffer), drift_buffer_size(buffer)),
        0x312994df59e03a2c);
    drift_buffer_reset(buffer);
    drift__exact_square_sum_write(&s.squares, &writer);
    ck_assert_uint_eq(
        drift__siphash(2, 4, key, drift_buffer_data(buffer), drift_buffer_size(buffer)),
        0xf92be4707b80dc7e);
    drift_buffer_destroy(buffer);
    double mean, variance;
    drift__exact_mean_variance(&s.sum, &s.squares, N, &mean, &variance);
    ck_assert(mean == -0x1.6de0137d88fc8p+1012);
    ck_assert(isinf(variance) && variance > 0);
}
END_TEST

START_TEST(exact_sum_forgets_order_and_splits)
{
    double values[N];
    for (uint64_t i = 0; i < N; i++)
        values[i] = i % 3 ? any_double(i) : (unit(i) - 0.5) * 1e3;
    sums whole = {0};
    add(&whole, values, N);
    for (uint64_t round = 1; round <= 20; round++) {
        for (size_t i = N - 1; i > 0; i--) {
            size_t j = drift__mix(i * 31 + round) % (i + 1);
            double swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
        sums parts[4] = {0};
        for (size_t i = 0; i < N; i++)
            add(&parts[drift__mix(i + 7777 * round) % 4], &values[i], 1);
        for (int p = 1; p < 4; p++) {
            drift__exact_sum_merge(&parts[0].sum, &parts[p].sum);
            drift__exact_square_sum_merge(&parts[0].squares, &parts[p].squares);
        }
        expect_same(&whole, &parts[0]);
    }
}
END_TEST

START_TEST(exact_sum_doubles_for_ever)
{
    /* 2^63 additions of the largest double, by merging. */
    const double largest = DBL_MAX;
    sums s = {0};
    add(&s, &largest, 1);
    for (int i = 0; i < 63; i++) {
        drift__exact_sum_merge(&s.sum, &s.sum);
        drift__exact_square_sum_merge(&s.squares, &s.squares);
    }
    double mean, variance;
    drift__exact_mean_variance(&s.sum, &s.squares, UINT64_C(1) << 63, &mean, &variance);
    ck_assert(mean == DBL_MAX && variance == 0);
}
END_TEST

static void expect_moments(const double *values, size_t n, double mean, double variance)
{
    sums s = {0};
    double found_mean, found_variance;
    add(&s, values, n);
    drift__exact_mean_variance(&s.sum, &s.squares, n, &found_mean, &found_variance);
    ck_assert(fabs(found_mean - mean) <= 1e-15 * fabs(mean));
    ck_assert(fabs(found_variance - variance) <= 1e-15 * variance);
}

START_TEST(exact_mean_and_variance)
{
    const double far[3] = {1e9 + 1, 1e9 + 2, 1e9 + 3}, one[1] = {-7.25};
    double values[N];
    expect_moments(far, 3, 1e9 + 2, 1);
    expect_moments(one, 1, -7.25, 0);
    for (uint64_t i = 0; i < N; i++)
        values[i] = 0.1;
    expect_moments(values, 10, 0.1, 0);
    expect_moments(values, N, 0.1, 0);
    for (uint64_t i = 0; i < N; i++)
        values[i] = 1e9 + unit(i);
    expect_moments(values, N, 0x1.dcd65003fc710p+29, 0x1.4fb9272624f31p-4);
    for (uint64_t i = 0; i < N; i++)
        values[i] = ldexp(unit(i) - 0.5, (int)(i * 37 % 400) - 200);
    expect_moments(values, N, 0x1.9ffd4633caccfp+188, 0x1.f9d1a79d1b746p+385);
    for (uint64_t i = 0; i < N; i++) {
        uint64_t bits = drift__mix(i) >> 40;
        memcpy(&values[i], &bits, sizeof bits);
    }
    expect_moments(values, N, 0x0.00000007f8e1fp-1022, 0);
    const double ends[2] = {DBL_MAX, -DBL_MAX};
    sums s = {0};
    double mean, variance;
    add(&s, ends, 2);
    drift__exact_mean_variance(&s.sum, &s.squares, 2, &mean, &variance);
    ck_assert(mean == 0 && isinf(variance));
}
END_TEST

START_TEST(exact_sum_reads_what_it_writes)
{
    for (uint64_t round = 0; round < 200; round++) {
        sums s = {0}, back;
        for (uint64_t i = 0; i < round; i++) {
            double value = any_double(i * round);
            add(&s, &value, 1);
        }
        drift_buffer *bytes = bytes_of(&s);
        drift__byte_reader reader = {drift_buffer_data(bytes), NULL, 0};
        reader.end = reader.at + drift_buffer_size(bytes);
        drift__exact_sum_read(&back.sum, &reader);
        drift__exact_square_sum_read(&back.squares, &reader);
        ck_assert(!reader.failed && !drift__read_left(&reader));
        expect_same(&s, &back);
        const double more = 0.3;
        add(&s, &more, 1);
        add(&back, &more, 1);
        expect_same(&s, &back);
        drift_buffer_destroy(bytes);
    }
}
END_TEST

START_TEST(exact_sum_refuses_other_bytes)
{
    static const struct {
        uint8_t bytes[12];
        size_t size;
    } bad[] = {
        {{2, 33, 1, 0, 4, 0, 0}, 7},              /* sign */
        {{1, 0, 0}, 3},                           /* minus zero */
        {{0, 5, 0}, 3},                           /* zero at a place */
        {{0, 33, 1, 0, 0, 0, 0}, 7},              /* digit 0 at the ends */
        {{0, 33, 2, 1, 0, 0, 0, 0, 0, 0, 0}, 11}, /* digit 0 at the ends */
        {{0, 69, 1, 1, 0, 0, 0}, 7},              /* beyond the range */
        {{0, 255, 255, 1}, 4},                    /* beyond the range */
        {{0, 33, 1, 0, 4, 0}, 6},                 /* cut */
        {{0, 68, 1, 0, 0, 0, 0x40}, 7},           /* larger than any sum */
        {{0}, 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        drift__exact_sum sum;
        drift__byte_reader reader = {bad[i].bytes, bad[i].bytes + bad[i].size, 0};
        drift__exact_sum_read(&sum, &reader);
        ck_assert_msg(reader.failed, "case %zu was accepted", i);
    }
    static const uint8_t negative[7] = {1, 67, 1, 1, 0, 0, 0};
    drift__exact_square_sum squares;
    drift__byte_reader reader = {negative, negative + 7, 0};
    drift__exact_square_sum_read(&squares, &reader);
    ck_assert(reader.failed);
}
END_TEST

static void expect_zero_beyond(const int64_t *chunks, const int32_t used[2], int n)
{
    ck_assert(0 <= used[0] && used[0] <= used[1] && used[1] <= n);
    int wrong = 0;
    for (int i = 0; i < n; i++)
        wrong += (i < used[0] || i >= used[1]) && chunks[i] != 0;
    ck_assert_int_eq(wrong, 0);
}

/* However they are made, merged and emptied: chunks that are not in use are 0. */
START_TEST(exact_sum_knows_the_chunks_in_use)
{
    static sums s[4], whole;
    static const sums none;
    double values[300];
    for (uint64_t step = 0; step < 1000; step++) {
        sums *at = &s[drift__mix(step) % 4];
        int kind = (int)(drift__mix(step + 7) % 5);
        size_t n = drift__mix(step + 11) % 300;
        double scale = ldexp(1, (int)(drift__mix(step + 5) % 300) - 150), largest = 0;
        for (size_t i = 0; i < n; i++) {
            values[i] = kind == 1 ? any_double(step + i) : scale * (unit(step * 300 + i) - 0.5);
            largest = fmax(largest, fabs(values[i]));
        }
        if (kind < 2)
            add(at, values, n);
        else if (kind == 2)
            drift__exact_sums_add(&at->sum, &at->squares, values, n, largest);
        else if (kind == 3) {
            drift__exact_sum_merge(&at->sum, &s[0].sum);
            drift__exact_square_sum_merge(&at->squares, &s[0].squares);
        } else {
            drift__exact_sum_reset(&at->sum);
            drift__exact_square_sum_reset(&at->squares);
            ck_assert(!memcmp(at, &none, sizeof none));
        }
        expect_zero_beyond(at->sum.chunks, at->sum.used, DRIFT__SUM_CHUNKS);
        expect_zero_beyond(at->squares.chunks, at->squares.used, DRIFT__SQUARE_CHUNKS);
    }
    /* Carries of a negative sum go through all chunks. */
    values[0] = -1;
    add(&whole, values, 1);
    whole.sum.pending = UINT64_C(1) << 40;
    drift__exact_sum_add(&whole.sum, values, 1);
    expect_zero_beyond(whole.sum.chunks, whole.sum.used, DRIFT__SUM_CHUNKS);
    ck_assert_int_eq(whole.sum.used[1], DRIFT__SUM_CHUNKS);
    drift__exact_sum_merge(&whole.sum, &s[1].sum);
    expect_zero_beyond(whole.sum.chunks, whole.sum.used, DRIFT__SUM_CHUNKS);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("exact_sum");
    tcase_add_test(tests, exact_sum_writes_canonical_bytes);
    tcase_add_test(tests, exact_sum_of_any_doubles);
    tcase_add_test(tests, exact_sum_forgets_order_and_splits);
    tcase_add_test(tests, exact_sum_doubles_for_ever);
    tcase_add_test(tests, exact_mean_and_variance);
    tcase_add_test(tests, exact_sum_reads_what_it_writes);
    tcase_add_test(tests, exact_sum_refuses_other_bytes);
    tcase_add_test(tests, exact_sum_knows_the_chunks_in_use);
    Suite *suite = suite_create("exact_sum");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
