/* SPDX-License-Identifier: Apache-2.0
 *
 * test_heaps.c: values in heaps (kernels/heaps.h) are where a search finds
 * them; and what is made of heaps, Kolmogorov & Smirnov's, Kuiper's and
 * Wasserstein's distances, is what a walk through sorted samples gives, on data of every kind.
 */
#include <check.h>
#include <drift/distance.h>
#include <drift/hypothesis.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/key.h"
#include "core/memory.h"
#include "core/sort.h"
#include "kernels/heaps.h"

enum { MOST = 40000, KINDS = 17 };

static double x[MOST], y[MOST], x_sorted[MOST], y_sorted[MOST];

static double unit(uint64_t i)
{
    return ((double)(drift__mix(i) >> 11) + 0.5) * 0x1p-53;
}

static double normal(uint64_t i)
{
    return sqrt(-2 * log(unit(2 * i))) * cos(6.283185307179586 * unit(2 * i + 1));
}

static double any_bits(uint64_t i)
{
    uint64_t bits = drift__mix(i);
    double value;
    if ((bits >> 52 & 0x7ff) == 0x7ff)
        bits ^= UINT64_C(1) << 62;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Value i of a sample; the other sample's stand at another `i` and may be moved by `side`. */
static double made(int kind, uint64_t i, int side)
{
    static const double odd[] = {0.0, -0.0, 0x1p-1074, -0x1p-1074, DBL_MIN, 1, 1 + DBL_EPSILON};
    switch (kind) {
    case 0:
        return normal(i);
    case 1:
        return normal(i) + side * 0.01;
    case 2:
        return normal(i) + side * 100;
    case 3:
        return exp(normal(i)) * (1 + side * 0.01);
    case 4:
        return floor(unit(i) * 1000) + (side && i % 100 == 0);
    case 5:
        return floor(unit(i) * 30000);
    case 6:
        return 1e9 + normal(i) + side * 0.01;
    case 7:
        return (i & 1 ? 1 : -1) * exp(400 * unit(i) - 200);
    case 8:
        return odd[drift__mix(i) % (7 - (unsigned)side)];
    case 9:
        return (double)(i % MOST) + side * 0.25;
    case 10:
        return side ? 42.5 : 42;
    case 11:
        return any_bits(i);
    case 12: /* most of it where hardly a sample looks */
        return i % 64 ? 1 + unit(i) * 1e-9 * (1 + side * 1e-6) : normal(i) * 1e6;
    case 13:
        return i % 3 == 0 ? unit(i) * 1e-290 : i % 3 == 1 ? 1 + unit(i) * 1e-12 : unit(i) * 1e250;
    case 14:
        return (i % 2 ? 1 : -1) * (DBL_MAX - unit(i) * 1e306);
    case 15:
        return unit(i) * 0x1p-1022;
    default: /* the same heavy tail on both sides, a difference in the middle */
        return i % 10 ? unit(i) + side * 1e-6 : pow(unit(i % 997), -4);
    }
}

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void sort(size_t n, size_t m)
{
    memcpy(x_sorted, x, n * sizeof *x);
    memcpy(y_sorted, y, m * sizeof *y);
    qsort(x_sorted, n, sizeof *x, rising);
    qsort(y_sorted, m, sizeof *y, rising);
}

static void make(int kind, size_t n, size_t m)
{
    for (size_t i = 0; i < n; i++)
        x[i] = made(kind, i, 0);
    for (size_t i = 0; i < m; i++)
        y[i] = made(kind, kind == 16 ? i : i + 7 * (uint64_t)MOST, 1);
    sort(n, m);
}

typedef struct answers {
    double ks[3], kuiper;
    long double wasserstein;
} answers;

static double units(int64_t height, size_t n, size_t m)
{
    return (double)((long double)height / ((long double)n * (long double)m));
}

/* By the definitions, from the sorted samples. */
static answers walk(size_t n, size_t m)
{
    int64_t height = 0, ahead = 0, behind = 0;
    long double area = 0, at = 0;
    for (size_t i = 0, j = 0; i < n || j < m;) {
        double here = j >= m || (i < n && x_sorted[i] <= y_sorted[j]) ? x_sorted[i] : y_sorted[j];
        area += fabsl((long double)height) * ((long double)here - at);
        at = (long double)here;
        for (; i < n && x_sorted[i] == here; i++)
            height += (int64_t)m;
        for (; j < m && y_sorted[j] == here; j++)
            height -= (int64_t)n;
        ahead = height > ahead ? height : ahead;
        behind = -height > behind ? -height : behind;
    }
    answers found = {.kuiper = units(ahead + behind, n, m),
                     .wasserstein = area / (long double)n / (long double)m};
    found.ks[DRIFT_TWO_SIDED] = units(ahead > behind ? ahead : behind, n, m);
    found.ks[DRIFT_LESS] = units(behind, n, m);
    found.ks[DRIFT_GREATER] = units(ahead, n, m);
    return found;
}

static void agree(int kind, size_t n, size_t m)
{
    sort(n, m);
    answers wanted = walk(n, m);
    double d, p, distance;
    for (int side = 0; side < 3; side++) {
        ck_assert_int_eq(
            drift_ks_2samp(x, n, y, m, (drift_alternative)side, DRIFT_METHOD_ASYMPTOTIC, &d, &p),
            DRIFT_OK);
        ck_assert_msg(d == wanted.ks[side], "kind %d, %zu, %zu: KS %d is %.17g, not %.17g", kind, n,
                      m, side, d, wanted.ks[side]);
    }
    ck_assert_int_eq(drift_kuiper_2samp(x, n, y, m, &d, &p), DRIFT_OK);
    ck_assert_msg(d == wanted.kuiper, "kind %d: Kuiper %.17g", kind, d);
    drift_status status = drift_wasserstein(x, NULL, n, y, NULL, m, &distance);
    if (status == DRIFT_ERR_OVERFLOW && wanted.wasserstein > (long double)DBL_MAX)
        return;
    ck_assert_int_eq(status, DRIFT_OK);
    ck_assert_msg(fabsl((long double)distance - wanted.wasserstein) <= 1e-12L * wanted.wasserstein,
                  "kind %d, %zu, %zu: Wasserstein %.17g, not %.17Lg", kind, n, m, distance,
                  wanted.wasserstein);
}

START_TEST(distances_are_those_of_sorted_samples)
{
    static const size_t sizes[][2] = {{MOST, MOST}, {8191, 1},     {1, MOST},     {5000, 3192},
                                      {5000, 3191}, {MOST, 20011}, {10011, 30001}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        make(_i, sizes[s][0], sizes[s][1]);
        agree(_i, sizes[s][0], sizes[s][1]);
    }
}
END_TEST

static uint64_t fullest(const drift__heaps *heaps)
{
    uint64_t most = 0;
    for (uint32_t h = 0; h < heaps->n; h++) {
        uint64_t here = heaps->sides[0].counts[h] + heaps->sides[1].counts[h];
        most = here > most ? here : most;
    }
    return most;
}

/* Put into x and y, at the places that heaps.c looks at, what it shall see. */
static void show(double (*seen)(size_t k, int side))
{
    enum { SAMPLES = 2 * MOST / 128 * 4, STRETCH = 2 * MOST / SAMPLES };
    drift__heaps heaps;
    for (size_t k = 0; k < SAMPLES; k++) {
        size_t at = k * STRETCH + drift__mix(k) % STRETCH;
        if (at < MOST)
            x[at] = seen(k, 0);
        else
            y[at - MOST] = seen(k, 1);
    }
    ck_assert_int_eq(drift__heaps_create(&heaps, x, MOST, y, MOST, INFINITY, NULL), DRIFT_OK);
    ck_assert_uint_gt(fullest(&heaps), MOST / 2); /* what it has not seen is in one heap */
    drift__heaps_destroy(&heaps);
}

static double ordinary(size_t k, int side)
{
    (void)side;
    return normal(k);
}

START_TEST(values_that_no_sample_saw_are_found)
{
    for (size_t i = 0; i < MOST; i++) {
        x[i] = 1000 + unit(i);
        y[i] = 1000 + unit(i + MOST) * 1.001;
    }
    show(ordinary);
    agree(-1, MOST, MOST);
}
END_TEST

static double low_or_high(size_t k, int side)
{
    return !side ? unit(k) : k % 2 ? 1 + unit(k) : 3000 + unit(k);
}

/* In one heap in which F - G keeps its sign many values are added up that round all the same way. */
START_TEST(sums_of_many_values_keep_their_digits)
{
    for (int run = 0; run < 4; run++) {
        double distance;
        for (size_t i = 0; i < MOST; i++) {
            x[i] = unit(i);
            y[i] = 1000 + unit((uint64_t)run);
        }
        show(low_or_high);
        sort(MOST, MOST);
        long double wanted = walk(MOST, MOST).wasserstein;
        ck_assert_int_eq(drift_wasserstein(x, NULL, MOST, y, NULL, MOST, &distance), DRIFT_OK);
        ck_assert_msg(fabsl((long double)distance - wanted) <= 3e-16L * wanted, "%.3Lg",
                      (long double)distance / wanted - 1);
    }
}
END_TEST

START_TEST(what_is_not_finite_is_as_before)
{
    double d, p, distance = 7;
    make(0, MOST, MOST);
    x[MOST / 2] = INFINITY;
    y[5] = -INFINITY;
    sort(MOST, MOST);
    answers wanted = walk(MOST, MOST);
    ck_assert_int_eq(drift_ks_2samp(x, MOST, y, MOST, DRIFT_TWO_SIDED, DRIFT_METHOD_AUTO, &d, &p),
                     DRIFT_OK);
    ck_assert(d == wanted.ks[DRIFT_TWO_SIDED]);
    ck_assert_int_eq(drift_wasserstein(x, NULL, MOST, y, NULL, MOST, &distance),
                     DRIFT_ERR_INVALID_ARGUMENT);
    x[MOST / 3] = (double)NAN;
    ck_assert_int_eq(drift_ks_2samp(x, MOST, y, MOST, DRIFT_TWO_SIDED, DRIFT_METHOD_AUTO, &d, &p),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_kuiper_2samp(x, MOST, y, MOST, &d, &p), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert(distance == 7 && d == wanted.ks[DRIFT_TWO_SIDED]);
}
END_TEST

/* Every value lies between the borders of its heap, and what is marked comes out sorted. */
static void heaps_hold(const drift__heaps *heaps, const drift__heaped *side)
{
    uint8_t *marks = calloc(heaps->n, 1);
    static int64_t keys[MOST], scratch[MOST];
    uint64_t total = 0, kept = 0;
    ck_assert_ptr_nonnull(marks);
    size_t wrong = 0;
    for (size_t i = 0; i < side->n; i++) {
        uint32_t h = side->places[i];
        double value = side->values[i], low = drift__heaps_border(heaps, h);
        int below = h + 1 < heaps->n ? value < heaps->guide.edges[h] : value <= heaps->maximum;
        wrong += h >= heaps->n || low > value || !below ||
                 (drift__heaps_single(heaps, h) && value != low);
    }
    for (uint32_t h = 0; h < heaps->n; h++) {
        marks[h] = (uint8_t)(drift__mix(h) % 3);
        total += side->counts[h];
        wrong += drift__heaps_border(heaps, h) > drift__heaps_border(heaps, h + 1);
    }
    ck_assert_uint_eq(total, side->n);
    ck_assert_int_eq(drift__heaps_sort(heaps, side, marks, keys), DRIFT_OK);
    const double *sorted = side->values == x ? x_sorted : y_sorted;
    for (size_t i = 0, h = 0; h < heaps->n; i += side->counts[h++]) {
        if (marks[h] == DRIFT__HEAP_LEFT)
            continue;
        size_t n = side->counts[h];
        if (marks[h] == DRIFT__HEAP_TAKEN)
            drift__sort_keys(keys + kept, n, scratch);
        for (size_t k = 0; k < n; k++)
            wrong += keys[kept++] != drift__key(sorted[i + k]);
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_eq(kept, drift__heaps_marked(heaps, side, marks));
    free(marks);
}

START_TEST(heaps_keep_the_order)
{
    drift__heaps heaps;
    make(_i, MOST, 30011);
    drift_status status = drift__heaps_create(&heaps, x, MOST, y, 30011, INFINITY, NULL);
    if ((_i == 13 || _i == 14) && status == DRIFT_ERR_UNSUPPORTED)
        return; /* crowds that lie apart: a guide need not resolve them */
    ck_assert_int_eq(status, DRIFT_OK);
    heaps_hold(&heaps, &heaps.sides[0]);
    heaps_hold(&heaps, &heaps.sides[1]);
    drift__heaps_destroy(&heaps);
    ck_assert_int_eq(drift__heaps_create(&heaps, x, MOST, NULL, 0, INFINITY, NULL), DRIFT_OK);
    heaps_hold(&heaps, &heaps.sides[0]);
    drift__heaps_destroy(&heaps);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("heaps");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, heaps_keep_the_order, 0, KINDS);
    tcase_add_loop_test(tests, distances_are_those_of_sorted_samples, 0, KINDS);
    tcase_add_test(tests, values_that_no_sample_saw_are_found);
    tcase_add_test(tests, sums_of_many_values_keep_their_digits);
    tcase_add_test(tests, what_is_not_finite_is_as_before);
    Suite *suite = suite_create("heaps");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
