/* SPDX-License-Identifier: Apache-2.0
 *
 * test_kernels.c: every table of kernels that this processor can run gives the
 * answers of the definition (kernels/kernels.h), on edges and values of every
 * kind; and the exact sums that use them are those of one value at a time.
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/key.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "sketch/exact_sum.h"

enum { MOST = 5000, MOST_EDGES = 1200, KINDS = 9, TABLES = 4 };

static const drift__kernels *tables[TABLES];
static size_t n_tables;

static double unit(uint64_t i)
{
    return ((double)(drift__mix(i) >> 11) + 0.5) * 0x1p-53;
}

static double normal(uint64_t i)
{
    return sqrt(-2 * log(unit(2 * i))) * cos(6.283185307179586 * unit(2 * i + 1));
}

/* A finite double of the given kind. */
static double made(int kind, uint64_t i)
{
    switch (kind) {
    case 0:
        return normal(i);
    case 1:
        return exp(normal(i));
    case 2:
        return pow(unit(i), -1 / 1.5);
    case 3:
        return floor(unit(i) * 1000) - 100;
    case 4:
        return 1e6 + normal(i);
    case 5:
        return (drift__mix(i) & 1 ? 1 : -1) * exp(400 * unit(i) - 200);
    case 6:
        return 42.5;
    case 7: { /* any bit pattern */
        static const double odd[] = {0.0, -0.0, DBL_MAX, -DBL_MAX, DBL_MIN, 0x1p-1074, -0x1p-1074};
        uint64_t bits = drift__mix(i);
        double value;
        if (i % 13 < 7)
            return odd[i % 13];
        if ((bits >> 52 & 0x7ff) == 0x7ff)
            bits ^= UINT64_C(1) << 62;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    default: /* crowds near 0 and far away */
        return i % 3 == 0 ? unit(i) * 1e-290 : i % 3 == 1 ? 1 + unit(i) * 1e-12 : unit(i) * 1e300;
    }
}

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Edges that rise strictly; returns how many. */
static uint32_t make_edges(int kind, uint32_t n, int to_infinity, double *edges)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        edges[i] = made(kind, 7919 * (uint64_t)i + n) + 0.0;
    qsort(edges, n, sizeof *edges, rising);
    for (uint32_t i = 0; i < n; i++)
        if (!kept || edges[i] > edges[kept - 1])
            edges[kept++] = edges[i];
    if (to_infinity)
        edges[kept++] = INFINITY;
    return kept;
}

static uint32_t place_of(const double *edges, uint32_t n, double value)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (edges[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* By the definition, in the order of the values. */
static void make_heaps(const double *edges, uint32_t n_edges, const double *values, size_t n,
                       drift__heap *heaps)
{
    for (uint32_t k = 0; k <= n_edges; k++)
        heaps[k] = (drift__heap){0, (double)INFINITY, -(double)INFINITY, 0};
    for (size_t i = 0; edges && i < n; i++) {
        drift__heap *heap = &heaps[place_of(edges, n_edges, values[i])];
        heap->sum += values[i];
        heap->low = values[i] < heap->low ? values[i] : heap->low;
        heap->high = values[i] > heap->high ? values[i] : heap->high;
        heap->n++;
    }
}

static void count_agrees(const double *edges, uint32_t n_edges, const double *values, size_t n)
{
    const drift_allocator memory = drift__allocator(NULL);
    drift__guide guide;
    uint64_t expected[MOST_EDGES + 2], counts[MOST_EDGES + 2];
    static drift__heap expected_heaps[MOST_EDGES + 2], heaps[MOST_EDGES + 2];
    static uint16_t places[MOST];
    make_heaps(edges, n_edges, values, n, expected_heaps);
    memset(expected, 0, sizeof expected);
    for (size_t i = 0; i < n; i++)
        expected[place_of(edges, n_edges, values[i])]++;
    ck_assert_int_eq(drift__guide_create(&guide, edges, n_edges, &memory), DRIFT_OK);
    for (size_t t = 0; t < n_tables; t++) {
        memset(counts, 0, sizeof counts);
        tables[t]->count(&guide, values, n, counts);
        for (uint32_t k = 0; k <= n_edges; k++)
            ck_assert_msg(counts[k] == expected[k], "%s: %llu of %llu in cell %u of %u",
                          tables[t]->name, (unsigned long long)counts[k],
                          (unsigned long long)expected[k], k, n_edges);
        make_heaps(NULL, n_edges, NULL, 0, heaps);
        tables[t]->heap(&guide, values, n, heaps);
        ck_assert_msg(!memcmp(heaps, expected_heaps, (n_edges + 1) * sizeof *heaps), "%s: heaps",
                      tables[t]->name);
        tables[t]->place(&guide, values, n, places);
        size_t wrong = 0;
        for (size_t i = 0; i < n; i++)
            wrong += places[i] != place_of(edges, n_edges, values[i]);
        ck_assert_msg(!wrong, "%s: %zu places", tables[t]->name, wrong);
    }
    drift__guide_destroy(&guide, &memory);
}

START_TEST(kernels_count_as_a_search_does)
{
    static const uint32_t sizes[] = {1, 2, 3, 17, 65, 92, 257, 513, 1100};
    static double values[MOST + 1], edges[MOST_EDGES];
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            uint32_t n_edges = make_edges(kind, sizes[s], s % 2 && kind != 6, edges);
            for (int of = 0; of < KINDS; of++) {
                size_t n = s % 3 == 0 ? 77 : MOST - s;
                double *from = values + s % 2; /* not every block is aligned to a vector */
                for (size_t i = 0; i < n; i++)
                    from[i] = i % 5 == 4 && isfinite(edges[i % n_edges])
                                  ? edges[i % n_edges]
                                  : made(i % 3 ? of : kind, i);
                count_agrees(edges, n_edges, from, n);
            }
        }
}
END_TEST

START_TEST(kernels_screen_finds_extrema_and_the_odd)
{
    static double values[300];
    for (size_t t = 0; t < n_tables; t++)
        for (size_t n = 1; n < 40; n++)
            for (size_t at = 0; at < n; at++) {
                double low = 0, high = 0;
                for (size_t i = 0; i < n; i++)
                    values[i] = 0.25 * (double)(drift__mix(i) % 3);
                values[at] = at % 2 ? -DBL_MAX : DBL_MAX;
                ck_assert(tables[t]->screen(values, n, &low, &high));
                ck_assert(at % 2 ? low == -DBL_MAX : high == DBL_MAX);
                values[at] = at % 3 ? (double)NAN : at % 2 ? (double)INFINITY : -(double)INFINITY;
                low = high = 7;
                ck_assert(!tables[t]->screen(values, n, &low, &high));
                ck_assert(low == 7 && high == 7);
            }
}

END_TEST

/* Every table's partial sums, added up, are the sums of one value at a time. */
static drift_buffer *bytes_of(const drift__exact_sum *sum, const drift__exact_square_sum *squares)
{
    drift_buffer *buffer = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
    drift__writer writer = {buffer, DRIFT_OK};
    drift__exact_sum_write(sum, &writer);
    drift__exact_square_sum_write(squares, &writer);
    ck_assert_int_eq(writer.status, DRIFT_OK);
    return buffer;
}

static void assert_same_sums(const drift__exact_sum *sum, const drift__exact_sum *expected)
{
    static const drift__exact_square_sum none;
    drift_buffer *left = bytes_of(sum, &none), *right = bytes_of(expected, &none);
    ck_assert_uint_eq(drift_buffer_size(left), drift_buffer_size(right));
    ck_assert_mem_eq(drift_buffer_data(left), drift_buffer_data(right), drift_buffer_size(left));
    drift_buffer_destroy(left);
    drift_buffer_destroy(right);
}

/* `units` of 2^exponent, 31 bits at a time. */
static void add_units(drift__exact_sum *sum, drift__wide units, int exponent)
{
    for (; units; units /= INT64_C(1) << 31, exponent += 31) {
        double low = ldexp((double)(units % (INT64_C(1) << 31)), exponent);
        drift__exact_sum_add(sum, &low, 1);
    }
}

START_TEST(kernels_sums_are_exact)
{
    static double values[DRIFT__SUM_BLOCK];
    int settled = 0;
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t n = 1; n <= DRIFT__SUM_BLOCK; n += n < 12 ? 1 : 337) {
            double largest = 0;
            int exponent;
            for (size_t i = 0; i < n; i++) {
                values[i] = made(kind, i + 31 * n);
                largest = fmax(largest, fabs(values[i]));
            }
            frexp(largest, &exponent);
            if (!(largest > 0) || exponent < -300 || exponent > 500)
                continue;
            drift__partial_sums parts[TABLES];
            int done = 0;
            for (size_t t = 0; t < n_tables; t++) {
                int could = tables[t]->sums(values, n, exponent, &parts[t]);
                ck_assert(t == 0 || could == done);
                done = could;
            }
            settled += done;
            for (size_t t = 0; done && t < n_tables; t++) {
                drift__exact_sum sum = {.pending = 0}, expected = {.pending = 0};
                drift__exact_sum_add(&expected, values, n);
                add_units(&sum, parts[t].values, exponent - DRIFT__SUM_UNIT);
                assert_same_sums(&sum, &expected);
            }
        }
    ck_assert_int_gt(settled, 20);
}
END_TEST

START_TEST(both_sums_are_those_of_one_value_at_a_time)
{
    static double values[MOST];
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t n = 1; n <= MOST; n = 3 * n + 7) {
            static drift__exact_sum sum, expected;
            static drift__exact_square_sum squares, expected_squares;
            memset(&sum, 0, sizeof sum);
            memset(&expected, 0, sizeof expected);
            memset(&squares, 0, sizeof squares);
            memset(&expected_squares, 0, sizeof expected_squares);
            double largest = 0;
            for (size_t i = 0; i < n; i++) {
                values[i] = made(kind, i + n);
                if (i % 11 == 3 && n % 2)
                    values[i] *= 1e-7; /* spans more places than one level holds */
                largest = fmax(largest, fabs(values[i]));
            }
            drift__exact_sums_add(&sum, &squares, values, n, largest);
            drift__exact_sum_add(&expected, values, n);
            drift__exact_square_sum_add(&expected_squares, values, n);
            drift_buffer *a = bytes_of(&sum, &squares);
            drift_buffer *b = bytes_of(&expected, &expected_squares);
            ck_assert_uint_eq(drift_buffer_size(a), drift_buffer_size(b));
            ck_assert_mem_eq(drift_buffer_data(a), drift_buffer_data(b), drift_buffer_size(a));
            drift_buffer_destroy(a);
            drift_buffer_destroy(b);
        }
}
END_TEST

/* Every tag at every place, and rows of every length. */
START_TEST(kernels_take_the_numbers_of_a_row)
{
    enum { LONGEST = 21 };
    drift_value row[LONGEST + 1];
    double out[LONGEST + 1];
    for (size_t t = 0; t < n_tables; t++)
        for (size_t n = 0; n <= LONGEST; n++)
            for (uint32_t tag = 0; tag <= DRIFT_VALUE_TIME; tag++) {
                size_t at = n ? drift__mix(n + tag) % n : 0;
                for (size_t i = 0; i <= n; i++) {
                    row[i] = (drift_value){DRIFT_VALUE_DOUBLE, (uint32_t)drift__mix(i), {0}};
                    row[i].as.number = made(7, i + n);
                    out[i] = 7;
                }
                row[at].tag = tag;
                ck_assert_uint_eq(tables[t]->take_numbers(row, n, out),
                                  n > 1    ? DRIFT_VALUE_DOUBLE | tag
                                  : n == 1 ? tag
                                           : 0);
                for (size_t i = 0; i < n; i++)
                    ck_assert(row[i].tag == DRIFT_VALUE_MISSING
                                  ? isnan(out[i])
                                  : !memcmp(&out[i], &row[i].as.number, sizeof *out));
                ck_assert(out[n] == 7);
            }
}
END_TEST

START_TEST(kernels_turn_rows_into_columns)
{
    enum { WIDTH = 24 };
    static double rows[DRIFT__TURN_ROWS * WIDTH], out[DRIFT__TURN_COLUMNS][DRIFT__TURN_ROWS];
    double minima[DRIFT__TURN_COLUMNS], maxima[DRIFT__TURN_COLUMNS];
    size_t odd = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t bits = drift__mix(i); /* no number in particular */
        memcpy(&rows[i], &bits, sizeof bits);
    }
    rows[3 * WIDTH + 5] = (double)INFINITY;
    rows[6 * WIDTH + 12] = -(double)INFINITY;
    rows[20 * WIDTH + 23] = (double)NAN;
    for (size_t t = 0; t < n_tables; t++)
        for (size_t n = 1; n <= DRIFT__TURN_ROWS; n += n < 9 ? 1 : 17)
            for (size_t first = 0; first < WIDTH; first += DRIFT__TURN_COLUMNS) {
                memset(out, 0, sizeof out);
                uint32_t finite = tables[t]->turn(rows + first, WIDTH, n, out[0], minima, maxima);
                for (size_t c = 0; c < DRIFT__TURN_COLUMNS; c++) {
                    uint64_t beyond = 0;
                    double low = 0, high = 0;
                    ck_assert_int_eq(finite >> c & 1, tables[t]->screen(out[c], n, &low, &high));
                    ck_assert(!(finite >> c & 1) || (minima[c] == low && maxima[c] == high));
                    odd += !(finite >> c & 1);
                    for (size_t i = 0; i < n; i++)
                        ck_assert(!memcmp(&out[c][i], &rows[i * WIDTH + first + c], sizeof **out));
                    if (n < DRIFT__TURN_ROWS)
                        memcpy(&beyond, &out[c][n], sizeof beyond);
                    ck_assert_uint_eq(beyond, 0);
                }
            }
    ck_assert_uint_gt(odd, 0);
}
END_TEST

START_TEST(kernels_tell_what_lies_at_or_above_an_edge)
{
    double values[64];
    for (size_t i = 0; i < 64; i++)
        values[i] = (double)(drift__mix(i) % 5);
    for (size_t t = 0; t < n_tables; t++)
        for (size_t n = 0; n <= 64; n++) {
            uint64_t expected = 0;
            for (size_t i = 0; i < n; i++)
                expected |= (uint64_t)(values[i] >= 2) << i;
            ck_assert_uint_eq(tables[t]->at_or_above(values, n, 2), expected);
        }
}
END_TEST

int main(void)
{
    n_tables = drift__kernels_list(tables, TABLES);
    TCase *tests = tcase_create("kernels");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, kernels_count_as_a_search_does);
    tcase_add_test(tests, kernels_screen_finds_extrema_and_the_odd);
    tcase_add_test(tests, kernels_sums_are_exact);
    tcase_add_test(tests, kernels_take_the_numbers_of_a_row);
    tcase_add_test(tests, kernels_turn_rows_into_columns);
    tcase_add_test(tests, kernels_tell_what_lies_at_or_above_an_edge);
    tcase_add_test(tests, both_sums_are_those_of_one_value_at_a_time);
    Suite *suite = suite_create("kernels");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
