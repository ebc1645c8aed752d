/* SPDX-License-Identifier: Apache-2.0
 *
 * test_urn.c: what bets against an urn win (sequential/urn.h): by products, by logarithms, by every
 * table of kernels; and that no money comes from nowhere.
 */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/random.h"
#include "damage.h"
#include "golden/rising.h"
#include "sequential/rising.h"
#include "sequential/urn_odds.h"

static const double TENS[10] = {10, 10, 10, 10, 10, 10, 10, 10, 10, 10};

/* An urn with accounts of many ages, some of which saw other shares than the urn began with. */
static drift__urn *urn_of(uint32_t cells, int ordered, double start_total, uint32_t blocks,
                          drift__random *random)
{
    double start[DRIFT__URN_CELLS];
    uint64_t counts[DRIFT__URN_CELLS];
    drift__urn_won won;
    drift__urn *urn = NULL;
    drift_allocator memory = drift__allocator(NULL);
    for (uint32_t j = 0; j < cells; j++)
        start[j] = start_total * 2 * (j + 1) / (cells * (cells + 1.0));
    ck_assert_int_eq(drift__urn_create(start, cells, ordered, 0, &memory, &urn), DRIFT_OK);
    for (uint32_t block = 0; block < blocks; block++) {
        for (uint32_t j = 0; j < cells; j++)
            counts[j] = 1 + drift__random_below(random, 2 + block % 7 + j);
        drift__urn_begin(urn);
        drift__urn_look_at_counts(urn, counts, &won);
        drift__urn_end(urn, &won);
    }
    drift__urn_begin(urn);
    return urn;
}

static void draw(const drift__urn *urn, uint64_t n, int wildly, drift__random *random,
                 uint64_t *out_counts)
{
    memset(out_counts, 0, urn->cells * sizeof *out_counts);
    for (uint64_t i = 0; i < n; i++) {
        double at = drift__random_uniform(random) * urn->total;
        uint32_t j = 0;
        while (j + 1 < urn->cells && at >= urn->pool[j])
            at -= urn->pool[j++];
        out_counts[wildly ? j / 2 : j]++;
    }
}

static void expect_near(double found, double by_logarithms, uint64_t scale, const char *what,
                        uint64_t n)
{
    double expected = ldexp(by_logarithms, (int)scale), rows = (double)n;
    /* Logarithms of some 10 a row on both sides, each as exact as logarithms_of_rising_factorials says. */
    double part = 1e-12 + 2 * 10 * rows * (1e-16 + 1e-18 * rows);
    /* Less than this is nothing: what is won on it is lost in the sum of all money. */
    ck_assert_msg(fabs(found - expected) <= part * expected + 0x1p-200,
                  "%s of %llu rows: %g, not %g (%g)", what, (unsigned long long)n, found, expected,
                  found / expected - 1);
}

START_TEST(products_are_what_logarithms_say)
{
    static const uint64_t lengths[] = {1, 2, 3, 5, 12, 13, 14, 15, 27, 64, 129, 500, 1024, 2048};
    static const uint32_t cells[] = {2, 3, 10, 32};
    drift__random random = {4};
    int told = 0;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (size_t c = 0; c < sizeof cells / sizeof *cells; c++)
            for (int kind = 0; kind < 8; kind++) {
                drift__urn_won won, other;
                drift__urn *urn = urn_of(cells[c], kind & 1, kind & 2 ? 100000 : 300, 40, &random);
                draw(urn, lengths[i], kind & 4, &random, won.counts);
                memcpy(other.counts, won.counts, sizeof won.counts);
                drift__urn_logarithms(urn, lengths[i], &other);
                int known = drift__urn_products(urn, drift__kernels_get(), lengths[i], &won);
                /* What is far from the truth may win more than a double holds. */
                ck_assert((known && other.scale < 60) || kind & 4);
                known = known && other.scale < 900;
                for (uint32_t k = 0; known && k < urn->mixtures; k++)
                    for (uint32_t lane = 0; lane < urn->lanes; lane++)
                        if (urn->opened_total[lane] > 0 && isfinite(won.mixture[k][lane]))
                            expect_near(won.mixture[k][lane], other.mixture[k][lane], other.scale,
                                        "account", lengths[i]);
                for (uint32_t g = 0; known && g < urn->tilts; g++)
                    if (g % 4 < urn->directions &&
                        isfinite(won.tilt[g])) /* else nobody believes it */
                        expect_near(won.tilt[g], other.tilt[g], other.scale, "tilt", lengths[i]);
                told += known;
                drift__urn_destroy(urn);
            }
    ck_assert_int_gt(told, 300);
}
END_TEST

START_TEST(every_table_wins_the_same)
{
    const drift__kernels *tables[8];
    size_t n = drift__kernels_list(tables, 8);
    drift__random random = {5};
    for (uint64_t rows = 1; rows < 600; rows += rows < 40 ? 1 : 37)
        for (int ordered = 0; ordered < 2; ordered++) {
            drift__urn_won first = {0}, won = {0};
            drift__urn *urn = urn_of(2 + (uint32_t)rows % 31, ordered, 1000, 30, &random);
            draw(urn, rows, 0, &random, first.counts);
            memcpy(won.counts, first.counts, sizeof won.counts);
            ck_assert(drift__urn_products(urn, tables[0], rows, &first));
            for (size_t t = 1; t < n; t++) {
                ck_assert(drift__urn_products(urn, tables[t], rows, &won));
                ck_assert_msg(!memcmp(&won, &first, sizeof won), "%s: %llu rows", tables[t]->name,
                              (unsigned long long)rows);
            }
            drift__urn_destroy(urn);
        }
}
END_TEST

static double all_money(const drift__urn *urn)
{
    double sum = urn->cash;
    for (uint32_t lane = 0; lane < DRIFT__URN_LANES; lane++)
        sum += urn->wealth[0][lane] + urn->wealth[1][lane];
    for (uint32_t g = 0; g < urn->tilts; g++)
        sum += urn->tilted[g];
    return sum;
}

static void expect_order(const drift__urn *urn)
{
    ck_assert(urn->accounts >= 1 && urn->accounts <= urn->lanes - 2);
    ck_assert_uint_eq(urn->opened_block[urn->order[0]], 1);
    ck_assert_uint_eq(urn->opened_block[urn->order[urn->accounts - 1]], urn->blocks);
    for (uint32_t place = 1; place < urn->accounts; place++)
        ck_assert(urn->opened_block[urn->order[place]] > urn->opened_block[urn->order[place - 1]]);
}

START_TEST(money_and_order_of_accounts_are_kept)
{
    scarce_memory scarce = {SIZE_MAX, 0};
    drift_allocator memory = scarce_allocator(&scarce);
    for (int ordered = 0; ordered < 2; ordered++) {
        drift__urn *urn = NULL;
        ck_assert_int_eq(drift__urn_create(TENS, 10, ordered, 0, &memory, &urn), DRIFT_OK);
        drift__random random = {3};
        drift__urn_won won;
        for (int block = 0; block < 5000; block++) {
            uint8_t rows[8];
            double before = all_money(urn);
            drift__urn_begin(urn);
            ck_assert_msg(fabs(all_money(urn) - before) < 1e-14 * before, "block %d", block);
            expect_order(urn);
            for (int i = 0; i < 8; i++)
                rows[i] = (uint8_t)drift__random_below(&random, 10);
            drift__urn_look(urn, rows, 8, &won);
            drift__urn_end(urn, &won);
            ck_assert(won.money.scale == 0 &&
                      fabs(all_money(urn) - won.money.value) < 1e-13 * won.money.value);
        }
        ck_assert(urn->cash > 0.2 && urn->cash < 0.6);
        drift__urn_destroy(urn);
        ck_assert_int_eq(scarce.out, 0);
    }
}
END_TEST

/* More is won than a double can hold beside cash, and lost again: what is gone is not spent. */
START_TEST(no_money_is_owed)
{
    drift_allocator memory = drift__allocator(NULL);
    const double start[2] = {1e5, 1e5};
    drift__urn *urn = NULL;
    uint64_t most = 0;
    ck_assert_int_eq(drift__urn_create(start, 2, 1, 0, &memory, &urn), DRIFT_OK);
    for (int block = 0; block < 60; block++) {
        const uint64_t counts[2] = {block ? 0 : 1300, block ? 30 : 0};
        drift__urn_won won;
        double before = all_money(urn);
        drift__urn_begin(urn);
        ck_assert_double_ge(urn->cash, 0);
        ck_assert_msg(fabs(all_money(urn) - before) <= 1e-14 * before, "block %d", block);
        drift__urn_look_at_counts(urn, counts, &won);
        drift__urn_end(urn, &won);
        ck_assert(urn->cash >= 0 && won.money.value >= 0);
        most = urn->scale > most ? urn->scale : most;
    }
    ck_assert_uint_gt(most, 1100);
    ck_assert_uint_lt(urn->scale, most);
    drift__urn_destroy(urn);
}
END_TEST

START_TEST(logarithms_of_rising_factorials)
{
    for (size_t i = 0; i < sizeof golden_rising / sizeof *golden_rising; i++) {
        const long double *row = golden_rising[i], found = drift__log_rising(row[0], row[1]);
        long double most = (1e-16L + 1e-18L * row[1]) * fabsl(row[2]);
        ck_assert_msg(fabsl(found - row[2]) <= fminl(most, 1e-15L * fabsl(row[2])),
                      "%Lg %Lg: %.22Lg, not %.22Lg", row[0], row[1], found, row[2]);
    }
    const double x[] = {0.001, 0.5, 1, 3.25, 100, 1e9};
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        long double sum = 0;
        for (int n = 0; n <= 400; n++) {
            long double found = drift__log_rising(x[i], n);
            ck_assert_msg(fabsl(found - sum) <= 1e-16L * (1 + fabsl(sum)), "%g %d", x[i], n);
            sum += logl((long double)x[i] + n);
        }
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("urn");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, products_are_what_logarithms_say);
    tcase_add_test(tests, every_table_wins_the_same);
    tcase_add_test(tests, money_and_order_of_accounts_are_kept);
    tcase_add_test(tests, no_money_is_owed);
    tcase_add_test(tests, logarithms_of_rising_factorials);
    Suite *suite = suite_create("urn");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
