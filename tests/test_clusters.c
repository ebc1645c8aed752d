/* SPDX-License-Identifier: Apache-2.0
 *
 * test_clusters.c: rows that belong together: their groups in a profile, what
 * they do to a comparison, and what is said where nobody stated them.
 */
#include <drift/comparison.h>

#include "profile_fixture.h"

enum { N = 6000, LENGTH = 20 };

static const char *const NAMES[3] = {"session", "x", "word"};
static uint64_t seed = 11;

typedef struct rows {
    int64_t session[N];
    double x[N];
    drift_value word[N];
    drift_column columns[3];
    drift_table table;
} rows;

static double next_normal(void)
{
    return sqrt(-2 * log(next_uniform(&seed) + 1e-18)) *
           cos(6.283185307179586 * next_uniform(&seed));
}

/* Blocks of LENGTH equal rows; `alone`: every row for itself. */
static void make(rows *r, int alone)
{
    static const char *const words[4] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < N; i++) {
        if (i % LENGTH && !alone) {
            r->session[i] = r->session[i - 1];
            r->x[i] = r->x[i - 1];
            r->word[i] = r->word[i - 1];
            continue;
        }
        r->session[i] = (int64_t)(next_random(&seed) >> 20);
        r->x[i] = next_normal();
        r->word[i] = text_value(DRIFT_VALUE_STRING, words[next_random(&seed) % 4]);
        if (next_uniform(&seed) < 0.05)
            r->x[i] = NAN;
    }
    r->columns[0] = plain_column(DRIFT_LAYOUT_INT64, r->session);
    r->columns[1] = plain_column(DRIFT_LAYOUT_FLOAT64, r->x);
    r->columns[2] = plain_column(DRIFT_LAYOUT_VALUE, r->word);
    r->table = table_of(NAMES, r->columns, 3, N);
}

static drift_profile *reference_of(rows *r, uint64_t block_rows, const char *block_column)
{
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.block_rows = block_rows;
    config.block_column = block_column;
    return profile_of(&r->table, &config);
}

static drift_profile *counted(const drift_profile *reference, const drift_table *table)
{
    drift_profile *profile = profile_against(reference);
    ck_assert_int_eq(drift_profile_update(profile, table, NULL), DRIFT_OK);
    return profile;
}

static rows before, after;

START_TEST(groups_hold_every_row_once)
{
    make(&before, 0);
    drift_profile *plain = reference_of(&before, 0, NULL);
    ck_assert_ptr_null(plain->columns[1].groups);
    drift_profile *blocked = reference_of(&before, 100, NULL);
    for (size_t c = 1; c < 3; c++) {
        const drift__column_state *column = &blocked->columns[c];
        uint64_t valid = 0, none = 0;
        for (size_t g = 0; g < DRIFT__GROUPS; g++) {
            uint64_t here = column->groups->none[g];
            none += here;
            for (size_t k = 0; k < DRIFT__GROUP_CELLS; k++) {
                here += column->groups->cells[g][k];
                valid += column->groups->cells[g][k];
            }
            /* 60 blocks of 100 rows: one in each of the first 60 groups */
            ck_assert_uint_eq(here, g < 60 ? 100 : 0);
        }
        ck_assert_uint_eq(valid, column->valid);
        ck_assert_uint_eq(none, column->missing);
    }
    ck_assert(drift_profile_compatible(plain, blocked));
    ck_assert_ptr_null(drift__profile_validate(blocked));
    drift_profile_destroy(plain);
    drift_profile_destroy(blocked);
}
END_TEST

START_TEST(rows_and_batches_are_noted_alike)
{
    make(&before, 0);
    make(&after, 0);
    static const struct {
        uint64_t rows;
        const char *column;
    } blocks[3] = {{0, NULL}, {37, NULL}, {0, "session"}};
    for (int b = 0; b < 3; b++) {
        drift_profile *reference = reference_of(&before, blocks[b].rows, blocks[b].column);
        drift_profile *batch = counted(reference, &after.table),
                      *single = profile_against(reference);
        for (size_t i = 0; i < N; i++) {
            drift_value values[3] = {integer_value(after.session[i]), number_value(after.x[i]),
                                     after.word[i]};
            ck_assert_int_eq(drift_profile_update_row(single, values, 3), DRIFT_OK);
        }
        ck_assert(same_bytes(batch, single));
        for (size_t c = 1; c < 3; c++)
            ck_assert_mem_eq(&batch->columns[c].serial, &single->columns[c].serial,
                             sizeof(drift__serial));
        drift_profile_reset(single);
        drift_profile *empty = profile_against(reference);
        ck_assert(same_bytes(single, empty));
        drift_profile_destroy(empty);
        drift_profile_destroy(batch);
        drift_profile_destroy(single);
        drift_profile_destroy(reference);
    }
}
END_TEST

START_TEST(shards_by_column_add_up)
{
    make(&before, 0);
    make(&after, 0);
    drift_profile *reference = reference_of(&before, 0, "session");
    drift_profile *whole = counted(reference, &after.table), *merged = profile_against(reference);
    for (int shard = 2; shard >= 0; shard--) {
        drift_profile *part = profile_against(reference);
        for (size_t i = (size_t)shard; i < N; i += 3) {
            drift_column columns[3];
            for (int c = 0; c < 3; c++) {
                columns[c] = after.columns[c];
                columns[c].offset = i;
            }
            drift_table row = table_of(NAMES, columns, 3, 1);
            ck_assert_int_eq(drift_profile_update(part, &row, NULL), DRIFT_OK);
        }
        ck_assert_int_eq(drift_profile_merge(merged, part, NULL), DRIFT_OK);
        drift_profile_destroy(part);
    }
    ck_assert(same_bytes(whole, merged));
    drift_profile_destroy(whole);
    drift_profile_destroy(merged);
    drift_profile_destroy(reference);
}
END_TEST

START_TEST(different_blocks_do_not_mix)
{
    make(&before, 0);
    drift_error error = {""};
    drift_comparison *comparison = NULL;
    drift_profile *twenty = reference_of(&before, 20, NULL),
                  *plain = reference_of(&before, 0, NULL);
    ck_assert_int_eq(drift_profile_merge(twenty, plain, &error), DRIFT_ERR_INCOMPATIBLE);
    ck_assert_ptr_nonnull(strstr(error.message, "blocks of 20 rows"));
    ck_assert_int_eq(drift_comparison_create(twenty, plain, NULL, &comparison, &error),
                     DRIFT_ERR_INCOMPATIBLE);
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_profile *none = NULL;
    config.block_rows = 5;
    config.block_column = "session";
    ck_assert_int_eq(drift_profile_create(&before.table, &config, &none, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    config.block_rows = 0;
    config.block_column = "nobody";
    ck_assert_int_eq(drift_profile_create(&before.table, &config, &none, &error),
                     DRIFT_ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(error.message, "'nobody'"));
    ck_assert_ptr_null(none);
    drift_profile_destroy(twenty);
    drift_profile_destroy(plain);
}
END_TEST

START_TEST(bytes_keep_blocks_and_refuse_forged_ones)
{
    make(&before, 0);
    drift_error error = {""};
    drift_profile *profile = reference_of(&before, 0, "session"), *again = NULL;
    drift_buffer *bytes = bytes_of(profile);
    ck_assert_int_eq(drift_profile_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes),
                                               NULL, &again, &error),
                     DRIFT_OK);
    ck_assert(same_bytes(profile, again));
    const char *column = NULL;
    uint64_t block_rows = 1;
    ck_assert_int_eq(drift_profile_blocks(again, &block_rows, &column), DRIFT_OK);
    ck_assert_str_eq(column, "session");
    ck_assert_uint_eq(block_rows, 0);
    ck_assert_mem_eq(again->columns[1].groups, profile->columns[1].groups, sizeof(drift__groups));
    drift_profile_destroy(again);
    drift_buffer_destroy(bytes);
    profile->columns[1].groups->cells[3][5]++;
    ck_assert_str_eq(drift__profile_validate(profile), "groups do not add up to the rows");
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_profile_serialize(profile, bytes, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_profile_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes),
                                               NULL, &again, &error),
                     DRIFT_ERR_CORRUPT);
    drift_buffer_destroy(bytes);
    drift_profile_destroy(profile);
}
END_TEST

static drift_comparison *compared(uint64_t block_rows, const char *block_column)
{
    drift_comparison *comparison = NULL;
    drift_profile *reference = reference_of(&before, block_rows, block_column);
    drift_profile *current = counted(reference, &after.table);
    ck_assert_int_eq(drift_comparison_create(reference, current, NULL, &comparison, NULL),
                     DRIFT_OK);
    drift_profile_destroy(reference);
    drift_profile_destroy(current);
    return comparison;
}

START_TEST(copies_of_a_row_count_once)
{
    double effect[2] = {0, 0}, blocked[2] = {1, 1}, naive[2] = {1, 1};
    const int repetitions = 40;
    for (int i = 0; i < repetitions; i++) {
        make(&before, 0);
        make(&after, 0);
        drift_comparison *with = compared(i % 2 ? LENGTH : 0, i % 2 ? NULL : "session");
        drift_comparison *without = compared(0, NULL);
        for (int c = 0; c < 2; c++) {
            const drift_column_result *told = drift_comparison_column(with, (size_t)c + 1);
            const drift_column_result *untold = drift_comparison_column(without, (size_t)c + 1);
            effect[c] += told->design_effect / repetitions;
            blocked[c] = fmin(blocked[c], told->p_value);
            naive[c] = fmin(naive[c], untold->p_value);
            ck_assert(untold->design_effect == 0 && untold->neighbour_agreement > 0.8);
            ck_assert(told->neighbour_agreement == 0);
        }
        drift_comparison_destroy(with);
        drift_comparison_destroy(without);
    }
    for (int c = 0; c < 2; c++) {
        /* Equal rows: the design effect is their number. */
        ck_assert_msg(fabs(effect[c] - LENGTH) < 0.1 * LENGTH, "design effect %g", effect[c]);
        ck_assert_double_gt(blocked[c], 1e-4);
        ck_assert_double_lt(naive[c], 1e-12);
    }
}
END_TEST

START_TEST(rows_for_themselves_cost_little)
{
    double effect = 0;
    const int repetitions = 40;
    for (int i = 0; i < repetitions; i++) {
        make(&before, 1);
        make(&after, 1);
        drift_comparison *with = compared(30, NULL), *without = compared(0, NULL);
        const drift_column_result *x = drift_comparison_column(with, 1);
        effect += x->design_effect / repetitions;
        ck_assert_double_ge(x->design_effect, 1);
        ck_assert(drift_comparison_column(without, 1)->neighbour_agreement == 0);
        drift_comparison_destroy(with);
        drift_comparison_destroy(without);
    }
    ck_assert_double_lt(effect, 1.1);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("clusters");
    tcase_add_test(cases, groups_hold_every_row_once);
    tcase_add_test(cases, rows_and_batches_are_noted_alike);
    tcase_add_test(cases, shards_by_column_add_up);
    tcase_add_test(cases, different_blocks_do_not_mix);
    tcase_add_test(cases, bytes_keep_blocks_and_refuse_forged_ones);
    tcase_add_test(cases, copies_of_a_row_count_once);
    tcase_add_test(cases, rows_for_themselves_cost_little);
    return run_suite("clusters", cases);
}
