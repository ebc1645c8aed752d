/* SPDX-License-Identifier: Apache-2.0
 *
 * test_order.c: plans for dependent rows in a profile: from tables and files, in bytes,
 * and when they end (profile/order.h).
 */
#include "profile/order.h"

#include "core/memory.h"
#include "io_support.h"
#include "profile/codec.h"
#include "profile/row_places.h"
#include "profile_fixture.h"
#include "sequential/scores.h"

#define SHARED_DATA GOLDEN_DIRECTORY "/../../../shared/data"

enum { ROWS = 20000 };

static double remembered[ROWS], daily[ROWS], plain[ROWS], gaps[ROWS];

static double next_normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(next_uniform(state)));
    return radius * cos(6.283185307179586 * next_uniform(state));
}

/* One column of each kind: AR(1) with .9, a cycle of 144 rows, independent, with runs of gaps. */
static drift_table made_table(drift_column columns[4])
{
    static const char *const names[] = {"remembered", "daily", "plain", "gaps"};
    double x = 0;
    uint64_t state = 5;
    for (size_t i = 0; i < ROWS; i++) {
        x = 0.9 * x + sqrt(0.19) * next_normal(&state);
        remembered[i] = x;
        daily[i] = next_normal(&state) + sin(6.283185307179586 * (double)i / 144);
        plain[i] = next_normal(&state);
        gaps[i] = i / 40 % 5 == 2 && next_uniform(&state) < 0.5 ? (double)NAN : next_normal(&state);
    }
    const double *const numbers[] = {remembered, daily, plain, gaps};
    for (size_t k = 0; k < 4; k++)
        columns[k] = plain_column(DRIFT_LAYOUT_FLOAT64, numbers[k]);
    return table_of(names, columns, 4, ROWS);
}

static drift_profile *made_profile(uint64_t season)
{
    static drift_column columns[4];
    drift_table table = made_table(columns);
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.season_rows = season;
    return profile_of(&table, &config);
}

static const drift__plan *values_plan(const drift_profile *profile, size_t column)
{
    return drift__column_plan(profile, column, DRIFT__PLAN_OF_VALUES);
}

static void expect_plans(const drift_profile *profile)
{
    ck_assert_uint_eq(values_plan(profile, 0)->kind, DRIFT__PLAN_WINDOWS);
    ck_assert_uint_eq(values_plan(profile, 0)->season, 0);
    ck_assert_uint_ge(values_plan(profile, 0)->rows, 70);
    ck_assert_uint_eq(values_plan(profile, 1)->kind, DRIFT__PLAN_WINDOWS);
    ck_assert_double_eq_tol((double)values_plan(profile, 1)->season, 144, 1);
    ck_assert_uint_le(values_plan(profile, 2)->kind, DRIFT__PLAN_NONE);
    ck_assert_uint_le(values_plan(profile, 3)->kind, DRIFT__PLAN_NONE);
    ck_assert_uint_gt(drift__column_plan(profile, 3, DRIFT__PLAN_OF_USABLE)->kind,
                      DRIFT__PLAN_NONE);
    ck_assert_uint_le(drift__column_plan(profile, 0, DRIFT__PLAN_OF_USABLE)->kind,
                      DRIFT__PLAN_NONE);
    ck_assert_ptr_null(profile->order);
}

START_TEST(a_reference_gets_plans)
{
    drift_profile *profile = made_profile(0);
    drift_profile_column column;
    expect_plans(profile);
    ck_assert_int_eq(drift_profile_get_column(profile, 0, &column), DRIFT_OK);
    ck_assert_uint_eq(column.plan, DRIFT_PLAN_WINDOWS);
    ck_assert_uint_eq(column.plan_rows, values_plan(profile, 0)->rows);
    ck_assert_double_eq_tol(column.row_correlation, 0.9, 0.03);
    ck_assert_ptr_nonnull(strstr(column.dependence, "rows depend on each other"));
    ck_assert_int_eq(drift_profile_get_column(profile, 2, &column), DRIFT_OK);
    ck_assert_uint_eq(column.plan, DRIFT_PLAN_NONE);
    ck_assert_ptr_null(column.dependence);
    ck_assert_int_eq(drift_profile_get_column(profile, 3, &column), DRIFT_OK);
    ck_assert_ptr_nonnull(strstr(column.dependence, "missing values: rows depend"));
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(a_stated_season_holds_for_every_column)
{
    drift_profile *profile = made_profile(100);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(values_plan(profile, i)->kind, DRIFT__PLAN_WINDOWS);
        ck_assert_uint_eq(values_plan(profile, i)->rows, 100);
        ck_assert_uint_eq(values_plan(profile, i)->windows, 200);
        ck_assert_uint_eq(values_plan(profile, i)->stated, 1);
    }
    drift_profile_destroy(profile);
    profile = made_profile(1000);
    ck_assert_uint_eq(values_plan(profile, 0)->kind, DRIFT__PLAN_REFUSED);
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(a_season_of_one_row_is_refused)
{
    drift_column columns[4];
    drift_table table = made_table(columns);
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_profile *profile = NULL;
    drift_error error = {""};
    config.season_rows = 1;
    ck_assert_int_eq(drift_profile_create(&table, &config, &profile, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_str_eq(error.message, "a season has 2 to 4294967295 rows, not 1");
    ck_assert_ptr_null(profile);
}
END_TEST

/* From a file, with threads or without, the plans are those of the table in memory. */
START_TEST(files_give_the_same_plans)
{
    drift_profile *profile = made_profile(0);
    drift_buffer *text = NULL, *expected = bytes_of(profile);
    char path[256], line[160];
    ck_assert_int_eq(drift_buffer_create(NULL, &text), DRIFT_OK);
    drift_buffer_append(text, "remembered,daily,plain,gaps\n", 28);
    for (size_t i = 0; i < ROWS; i++) {
        int used =
            snprintf(line, sizeof line, "%.17g,%.17g,%.17g,", remembered[i], daily[i], plain[i]);
        used += isnan(gaps[i])
                    ? 0
                    : snprintf(line + used, sizeof line - (size_t)used, "%.17g", gaps[i]);
        line[used++] = '\n';
        drift_buffer_append(text, line, (size_t)used);
    }
    write_file(path, ".csv", drift_buffer_data(text), drift_buffer_size(text));
    for (unsigned threads = 1; threads <= 4; threads += 3) {
        drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
        drift_profile *read = NULL;
        ck_assert_int_eq(drift_executor_create(threads, NULL, &config.executor, NULL), DRIFT_OK);
        ck_assert_int_eq(drift_profile_read(path, &config, &read, NULL), DRIFT_OK);
        expect_plans(read);
        drift_buffer *bytes = bytes_of(read);
        ck_assert_uint_eq(drift_buffer_size(bytes), drift_buffer_size(expected));
        ck_assert_mem_eq(drift_buffer_data(bytes), drift_buffer_data(expected),
                         drift_buffer_size(bytes));
        drift_buffer_destroy(bytes);
        drift_profile_destroy(read);
        drift_executor_destroy(config.executor);
    }
    unlink(path);
    drift_buffer_destroy(text);
    drift_buffer_destroy(expected);
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(plans_are_kept_in_bytes)
{
    drift_profile *profile = made_profile(0), *read = NULL;
    drift_buffer *bytes = bytes_of(profile);
    ck_assert_uint_eq(drift__profile_format(profile), 3);
    ck_assert_int_eq(drift_profile_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes),
                                               NULL, &read, NULL),
                     DRIFT_OK);
    expect_plans(read);
    const drift__plan *a = values_plan(profile, 0), *b = values_plan(read, 0);
    ck_assert_uint_eq(a->windows, b->windows);
    ck_assert_mem_eq(a->scores, b->scores, a->windows * a->n_scores * sizeof *a->scores);
    ck_assert_str_eq(profile->columns[1].dependence, read->columns[1].dependence);
    drift_buffer *again = bytes_of(read);
    ck_assert_uint_eq(drift_buffer_size(bytes), drift_buffer_size(again));
    ck_assert_mem_eq(drift_buffer_data(bytes), drift_buffer_data(again), drift_buffer_size(bytes));
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(again);
    drift_profile_destroy(profile);
    drift_profile_destroy(read);
}
END_TEST

START_TEST(other_rows_end_them)
{
    drift_column columns[4];
    drift_table table = made_table(columns);
    drift_profile *profile = made_profile(0), *against = NULL;
    drift_profile_column column;
    ck_assert_int_eq(drift_profile_create_against(profile, NULL, &against, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_profile_update(against, &table, NULL), DRIFT_OK);
    ck_assert_uint_eq(values_plan(against, 0)->kind, DRIFT__PLAN_UNKNOWN);
    ck_assert_uint_eq(drift__profile_format(against), 1);
    ck_assert_int_eq(drift_profile_merge(profile, against, NULL), DRIFT_OK);
    ck_assert_uint_eq(values_plan(profile, 0)->kind, DRIFT__PLAN_UNKNOWN);
    ck_assert_uint_eq(drift__profile_format(profile), 1);
    ck_assert_int_eq(drift_profile_get_column(profile, 0, &column), DRIFT_OK);
    ck_assert_uint_eq(column.plan, DRIFT_PLAN_UNKNOWN);
    ck_assert_ptr_null(column.dependence);
    drift_profile_destroy(profile);
    profile = made_profile(0);
    drift_profile_reset(profile);
    ck_assert_int_eq(drift_profile_update(profile, &table, NULL), DRIFT_OK);
    ck_assert_uint_eq(values_plan(profile, 0)->kind, DRIFT__PLAN_UNKNOWN);
    drift_profile_destroy(profile);
    drift_profile_destroy(against);
}
END_TEST

START_TEST(plans_for_people_and_programs)
{
    drift_profile *profile = made_profile(100);
    drift_buffer *text = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &text), DRIFT_OK);
    ck_assert_int_eq(drift_profile_render_text(profile, text), DRIFT_OK);
    ck_assert_int_eq(drift_profile_render_json(profile, text), DRIFT_OK);
    drift_buffer_append(text, "", 1);
    const char *said = drift_buffer_data(text);
    ck_assert_ptr_nonnull(strstr(said,
                                 "\ndaily: a season of 100 rows was stated; scores of windows "
                                 "of 100 rows are used\n"));
    ck_assert_ptr_nonnull(strstr(said, "\"dependence\":{\"plan\":\"windows\",\"rows\":100,"
                                       "\"season_rows\":100,\"stated\":true,\"correlation\":"));
    drift_buffer_destroy(text);
    drift_profile_destroy(profile);
}
END_TEST

/* Any byte of the content changed: refused, or a profile that can be used. */
START_TEST(damaged_plans_are_refused_or_sane)
{
    drift_profile *profile = made_profile(100);
    drift_buffer *plain_bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &plain_bytes), DRIFT_OK);
    ck_assert_int_eq(drift__profile_encode(profile, plain_bytes), DRIFT_OK);
    size_t size = drift_buffer_size(plain_bytes), section = size - 4 * (2 * 200 * 8 + 40);
    uint8_t *copy = malloc(size);
    drift_allocator memory = drift__allocator(NULL);
    for (size_t at = section; at < size; at += at % 3 ? 1 : 7) {
        drift_profile *read = NULL;
        memcpy(copy, drift_buffer_data(plain_bytes), size);
        copy[at] ^= (uint8_t)(1 + at % 255);
        drift_status status = drift__profile_decode(copy, size, 3, &memory, &read, NULL);
        ck_assert(status == DRIFT_OK || status == DRIFT_ERR_CORRUPT);
        for (size_t i = 0; status == DRIFT_OK && i < 4; i++) {
            const drift__plan *plan = values_plan(read, i);
            for (uint32_t k = 0; k < plan->windows * plan->n_scores; k++)
                ck_assert(isfinite(plan->scores[k]));
            ck_assert_uint_le(plan->windows, DRIFT__MOST_WINDOWS);
        }
        drift_profile_destroy(read);
    }
    free(copy);
    drift_buffer_destroy(plain_bytes);
    drift_profile_destroy(profile);
}
END_TEST

enum { WEEK = 336, WEEKS = 30, ELECTRICITY_ROWS = 45312, ELECTRICITY_COLUMNS = 5 };

/* Columns 4 to 8 of the data set, into `numbers`; 0 where it is not there. */
static int read_electricity(double *numbers[ELECTRICITY_COLUMNS])
{
    char path[1024], line[512];
    const char *data = getenv("DRIFT_SHARED_DATA");
    snprintf(path, sizeof path, "%s/elec2/elec2.csv", data ? data : SHARED_DATA);
    FILE *file = fopen(path, "r");
    if (!file) {
        ck_assert_msg(!getenv("CI"), "%s is missing", path);
        printf("skipped: %s is missing\n", path);
        return 0;
    }
    size_t n = 0;
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    for (; n < ELECTRICITY_ROWS && fgets(line, sizeof line, file); n++) {
        double x[ELECTRICITY_COLUMNS];
        ck_assert_int_eq(sscanf(line, "%*[^,],%*[^,],%*[^,],%lf,%lf,%lf,%lf,%lf", &x[0], &x[1],
                                &x[2], &x[3], &x[4]),
                         ELECTRICITY_COLUMNS);
        for (size_t k = 0; k < ELECTRICITY_COLUMNS; k++)
            numbers[k][n] = x[k];
    }
    fclose(file);
    ck_assert_uint_eq(n, ELECTRICITY_ROWS);
    return 1;
}

/* First row of an alarm of one column on weeks, at a fifth of .05; 0: none. */
static uint64_t electricity_alarm(const drift_profile *reference, size_t index,
                                  const double *numbers)
{
    const drift__column_state *column = &reference->columns[index];
    uint64_t counts[1024];
    uint32_t places[DRIFT__BLOCK_ROWS];
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    drift_evidence_result result;
    drift__scores *scores = NULL;
    drift_column source = plain_column(DRIFT_LAYOUT_FLOAT64, numbers);
    config.alpha = 0.01;
    ck_assert_uint_le(drift__column_places(column), 1024);
    drift__column_place_counts(column, column, counts);
    drift__place_counts known = {counts, NULL, drift__column_places(column), 1};
    ck_assert_uint_eq(values_plan(reference, index)->windows, WEEKS);
    ck_assert_int_eq(
        drift__scores_create(values_plan(reference, index), &known, &config, &scores, NULL),
        DRIFT_OK);
    for (size_t row = WEEK * WEEKS; row < ELECTRICITY_ROWS; row += 24) {
        drift__column_row_places(column, &source, row, 24, places);
        ck_assert_int_eq(drift__scores_update(scores, places, 24), DRIFT_OK);
    }
    drift__scores_get(scores, &result);
    drift__scores_destroy(scores);
    return result.alarm_row ? result.alarm_row + WEEK * WEEKS : 0;
}

/* Three columns are constant until row 17,424; the others only follow the seasons of the year. */
START_TEST(electricity_by_weeks)
{
    static const char *const names[] = {"nswprice", "nswdemand", "vicprice", "vicdemand",
                                        "transfer"};
    enum { CHANGE = 17424 };
    double *numbers[ELECTRICITY_COLUMNS];
    drift_column columns[ELECTRICITY_COLUMNS];
    for (size_t k = 0; k < ELECTRICITY_COLUMNS; k++) {
        numbers[k] = malloc(ELECTRICITY_ROWS * sizeof *numbers[k]);
        columns[k] = plain_column(DRIFT_LAYOUT_FLOAT64, numbers[k]);
    }
    if (read_electricity(numbers)) {
        drift_table table = table_of(names, columns, ELECTRICITY_COLUMNS, WEEK * WEEKS);
        drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
        config.season_rows = WEEK;
        drift_profile *reference = profile_of(&table, &config);
        for (size_t k = 0; k < ELECTRICITY_COLUMNS; k++) {
            uint64_t row = electricity_alarm(reference, k, numbers[k]);
            ck_assert_msg(!row || row > CHANGE, "%s: alarm at row %d", names[k], (int)row);
            ck_assert_msg(k < 2 || (row && row < CHANGE + 9 * WEEK), "%s: alarm at row %d",
                          names[k], (int)row);
            printf("%s: alarm at row %d\n", names[k], (int)row);
        }
        drift_profile_destroy(reference);
    }
    for (size_t k = 0; k < ELECTRICITY_COLUMNS; k++)
        free(numbers[k]);
}
END_TEST

START_TEST(rows_kept_are_bounded)
{
    drift_profile *profile = made_profile(0);
    static const struct {
        uint64_t rows, season, kept;
    } cases[] = {{1000, 0, 1000},    {1000000, 0, 32768},
                 {0, 0, 32768},      {1000000, 1000, 400000},
                 {1000, 1000, 1000}, {UINT64_MAX, UINT32_MAX, (48 << 20) / 2 / 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        drift__order_drop(profile);
        ck_assert_int_eq(drift__order_begin(profile, cases[i].rows, cases[i].season), DRIFT_OK);
        ck_assert_uint_eq(profile->order->rows, cases[i].kept);
    }
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(want_of_memory_leaves_nothing)
{
    drift_column columns[4];
    drift_table table = made_table(columns);
    table.n_rows = 1000;
    failing_memory state;
    drift_allocator memory = failing_allocator(&state);
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.allocator = &memory;
    for (long at = 0;; at += at < 100 ? 1 : 9) {
        drift_profile *profile = NULL;
        state.calls = 0;
        state.fail_at = at;
        drift_status status = drift_profile_create(&table, &config, &profile, NULL);
        drift_profile_destroy(profile);
        ck_assert_int_eq(state.alive, 0);
        if (status == DRIFT_OK)
            break;
        ck_assert_int_eq(status, DRIFT_ERR_OUT_OF_MEMORY);
        ck_assert_ptr_null(profile);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("order");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_reference_gets_plans);
    tcase_add_test(tests, a_stated_season_holds_for_every_column);
    tcase_add_test(tests, a_season_of_one_row_is_refused);
    tcase_add_test(tests, files_give_the_same_plans);
    tcase_add_test(tests, plans_are_kept_in_bytes);
    tcase_add_test(tests, other_rows_end_them);
    tcase_add_test(tests, plans_for_people_and_programs);
    tcase_add_test(tests, damaged_plans_are_refused_or_sane);
    tcase_add_test(tests, electricity_by_weeks);
    tcase_add_test(tests, rows_kept_are_bounded);
    tcase_add_test(tests, want_of_memory_leaves_nothing);
    return run_suite("order", tests);
}
