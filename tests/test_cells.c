/* SPDX-License-Identifier: Apache-2.0
 *
 * test_cells.c: ordered keys and counts between frozen edges
 * (sketch/cells.h).
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"
#include "sketch/cells.h"

static double any_double(uint64_t i)
{
    uint64_t bits = drift__mix(i);
    double value;
    if ((bits >> 52 & 0x7ff) == 0x7ff)
        bits ^= UINT64_C(1) << 62;
    memcpy(&value, &bits, sizeof value);
    return value;
}

START_TEST(keys_order_as_doubles)
{
    ck_assert_int_eq(drift__key(-0.0), drift__key(0.0));
    ck_assert_int_eq(drift__key(0.0), 0);
    ck_assert(!signbit(drift__key_double(drift__key(-0.0))));
    const double rising[] = {-INFINITY, -DBL_MAX, -1, -DBL_MIN, -5e-324, 0,
                             5e-324,    DBL_MIN,  1,  DBL_MAX,  INFINITY};
    for (size_t i = 0; i < sizeof rising / sizeof *rising; i++) {
        ck_assert(!i || drift__key(rising[i - 1]) < drift__key(rising[i]));
        ck_assert(drift__key_double(drift__key(rising[i])) == rising[i]);
    }
    for (uint64_t i = 0; i < 100000; i++) {
        double a = any_double(i), b = any_double(i + 1);
        ck_assert((a < b) == (drift__key(a) < drift__key(b)));
        ck_assert(drift__key_double(drift__key(a)) == a);
        /* Neighbouring doubles have neighbouring keys, which is what atoms rely on. */
        if (a != 0 && fabs(a) < DBL_MAX)
            ck_assert_int_eq(drift__key(nextafter(a, INFINITY)), drift__key(a) + 1);
    }
}
END_TEST

static drift__cells cells_of(const int64_t *keys, uint32_t n, int integer)
{
    drift_allocator memory = drift__allocator(NULL);
    drift__cells cells;
    ck_assert_int_eq(drift__cells_create(&cells, keys, NULL, n, integer, &memory), DRIFT_OK);
    ck_assert_ptr_null(drift__cells_validate(&cells));
    return cells;
}

static void destroy(drift__cells *cells)
{
    drift_allocator memory = drift__allocator(NULL);
    drift__cells_destroy(cells, &memory);
}

START_TEST(cells_edges_belong_to_the_cell_above)
{
    const int64_t keys[4] = {-5, 0, 1, 10};
    drift__cells cells = cells_of(keys, 3, 1);
    const int64_t asked[] = {INT64_MIN, -6, -5, -1, 0, 1, 9, 10, INT64_MAX};
    const uint32_t cell[] = {0, 0, 1, 1, 2, 3, 3, 4, 4};
    for (size_t i = 0; i < sizeof cell / sizeof *cell; i++)
        ck_assert_uint_eq(drift__cells_find(&cells, asked[i]), cell[i]);
    drift__cells_update_keys(&cells, asked, sizeof cell / sizeof *cell);
    const uint64_t expected[5] = {2, 2, 1, 2, 2};
    ck_assert_mem_eq(cells.counts, expected, sizeof expected);
    ck_assert(drift__cells_edge(&cells, 3) == 10);
    drift__cells_reset(&cells);
    for (int k = 0; k < 5; k++)
        ck_assert_uint_eq(cells.counts[k], 0);
    destroy(&cells);
}
END_TEST

/* The kernel, the search and a plain loop agree for every number of edges. */
START_TEST(cells_kernel_agrees_with_counting)
{
    for (uint32_t n_edges = 2; n_edges <= 300; n_edges += n_edges < 40 ? 1 : 37) {
        int64_t keys[300], values[500];
        for (uint32_t k = 0; k < n_edges; k++)
            keys[k] = (int64_t)k * 3 - 200;
        for (size_t i = 0; i < 500; i++)
            values[i] = (int64_t)(drift__mix(i + n_edges) % (3 * n_edges + 20)) - 210;
        values[0] = INT64_MIN;
        values[1] = INT64_MAX;
        drift__cells cells = cells_of(keys, n_edges - 1, 1);
        uint64_t expected[301] = {0};
        for (size_t i = 0; i < 500; i++) {
            uint32_t below = 0;
            while (below < n_edges && keys[below] <= values[i])
                below++;
            ck_assert_uint_eq(drift__cells_find(&cells, values[i]), below);
            expected[below]++;
        }
        drift__cells_update_keys(&cells, values, 500);
        ck_assert_mem_eq(cells.counts, expected, (n_edges + 1) * sizeof *expected);
        destroy(&cells);
    }
}
END_TEST

START_TEST(cells_merge_adds_or_leaves)
{
    const int64_t keys[3] = {0, 5, 9}, others[3] = {0, 5, 8}, values[4] = {-1, 1, 6, 20};
    drift__cells a = cells_of(keys, 2, 1), b = cells_of(keys, 2, 1), c = cells_of(others, 2, 1);
    ck_assert(drift__cells_same(&a, &b) && !drift__cells_same(&a, &c));
    b.integer = 0;
    ck_assert(!drift__cells_same(&a, &b));
    b.integer = 1;
    b.atoms[1] = 1;
    ck_assert(!drift__cells_same(&a, &b));
    b.atoms[1] = 0;
    drift__cells_update_keys(&a, values, 4);
    drift__cells_update_keys(&b, values, 3);
    ck_assert_int_eq(drift__cells_merge(&a, &b), DRIFT_OK);
    const uint64_t expected[4] = {2, 2, 2, 1};
    ck_assert_mem_eq(a.counts, expected, sizeof expected);
    b.counts[3] = UINT64_MAX - 5;
    ck_assert_int_eq(drift__cells_merge(&a, &b), DRIFT_ERR_OVERFLOW);
    ck_assert_mem_eq(a.counts, expected, sizeof expected);
    destroy(&a);
    destroy(&b);
    destroy(&c);
}
END_TEST

START_TEST(cells_validate_names_what_is_wrong)
{
    const int64_t keys[3] = {0, 5, 9};
    drift__cells cells = cells_of(keys, 2, 1);
    cells.keys[1] = 9;
    ck_assert_str_eq(drift__cells_validate(&cells), "edges do not rise");
    cells.keys[1] = 5;
    cells.atoms[0] = 1;
    ck_assert_str_eq(drift__cells_validate(&cells), "an atom is wider than one value");
    cells.atoms[0] = 2;
    ck_assert_str_eq(drift__cells_validate(&cells), "an atom flag is neither 0 nor 1");
    cells.atoms[0] = 0;
    cells.counts[0] = cells.counts[3] = UINT64_MAX;
    ck_assert_str_eq(drift__cells_validate(&cells), "counts overflow");
    cells.counts[0] = cells.counts[3] = 0;
    cells.integer = 0;
    cells.keys[2] = drift__key(INFINITY) + 1;
    ck_assert_str_eq(drift__cells_validate(&cells), "an edge is not a finite number");
    destroy(&cells);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("cells");
    tcase_add_test(tests, keys_order_as_doubles);
    tcase_add_test(tests, cells_edges_belong_to_the_cell_above);
    tcase_add_test(tests, cells_kernel_agrees_with_counting);
    tcase_add_test(tests, cells_merge_adds_or_leaves);
    tcase_add_test(tests, cells_validate_names_what_is_wrong);
    Suite *suite = suite_create("cells");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
