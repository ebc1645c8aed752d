/* SPDX-License-Identifier: Apache-2.0
 *
 * test_sentry.c: evidence on every column, the size of what it finds, and its
 * state as bytes; rows to places as the counts of a profile have them.
 */
#include "made_data.h"
#include "monitor/sentry.h"
#include "profile/row_places.h"
#include "profile_fixture.h"

enum { MOST_SEEN = 64 };

typedef struct heard {
    drift__signal signals[MOST_SEEN];
    size_t n;
} heard;

static void listen(drift__sentry *sentry, heard *h)
{
    size_t n;
    const drift__signal *signals = drift__sentry_signals(sentry, &n);
    ck_assert(h->n + n <= MOST_SEEN);
    for (size_t i = 0; i < n; i++)
        h->signals[h->n++] = signals[i];
}

static drift__sentry *sentry_over(const drift_profile *reference, drift__sentry_config config)
{
    static failing_memory state;
    drift_allocator memory = failing_allocator(&state);
    drift__sentry *sentry = NULL;
    ck_assert_int_eq(drift__sentry_create(reference, &config, 1, &memory, &sentry, NULL), DRIFT_OK);
    return sentry;
}

static const drift__sentry_config USUAL = {0.01, 0.1, 0, 0};

static void give(drift__sentry *sentry, const made *m, uint64_t first, uint64_t n)
{
    const drift_column *sources[MADE_COLUMNS];
    for (int k = 0; k < MADE_COLUMNS; k++)
        sources[k] = &m->columns[k];
    ck_assert_int_eq(drift__sentry_rows(sentry, sources, first, n), DRIFT_OK);
}

START_TEST(unchanged_rows_say_nothing)
{
    made *a = make_table(5000), *b = make_table(40000);
    drift_profile *reference = made_reference(a);
    drift__sentry *sentry = sentry_over(reference, USUAL);
    heard h = {.n = 0};
    give(sentry, b, 0, 40000);
    listen(sentry, &h);
    ck_assert_uint_eq(h.n, 0);
    drift__sentry_word word;
    drift__sentry_word_of(sentry, 0, &word);
    ck_assert(word.known && word.evidence <= 1 && word.evidence > word.alpha);
    double values = 0.01 / 4 * 0.9, rows = 0.01 / 4 * 0.1;
    ck_assert(fabs(word.alpha - values) < 1e-12 || fabs(word.alpha - rows) < 1e-12);
    ck_assert(!word.alarmed);
    ck_assert_uint_eq(drift__sentry_seen(sentry), 40000);
    drift__sentry_destroy(sentry);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}
END_TEST

START_TEST(a_shift_is_dated_and_measured)
{
    made *a = make_table(10000), *b = make_table(10000);
    for (int i = 5000; i < 10000; i++)
        b->x[i] += 1;
    drift_profile *reference = made_reference(a);
    heard whole = {.n = 0}, parts = {.n = 0};
    drift__sentry *one = sentry_over(reference, USUAL), *many = sentry_over(reference, USUAL);
    give(one, b, 0, 10000);
    listen(one, &whole);
    ck_assert_uint_eq(whole.n, 1);
    ck_assert_uint_eq(whole.signals[0].column, 0);
    ck_assert_uint_eq(whole.signals[0].kind, DRIFT_ALERT_DISTRIBUTION);
    ck_assert_uint_eq(whole.signals[0].severity, DRIFT_SEVERITY_ALERT);
    ck_assert(whole.signals[0].row > 5000 && whole.signals[0].row < 5200);
    ck_assert(whole.signals[0].change_row > 4900 && whole.signals[0].change_row < 5100);
    ck_assert(whole.signals[0].evidence <= whole.signals[0].alpha);
    ck_assert(whole.signals[0].has_psi && whole.signals[0].psi > 0.3);
    ck_assert(whole.signals[0].has_ks && whole.signals[0].ks > 0.2);
    /* How rows are split over calls is seen at the end of a call only: in when it is said. */
    for (uint64_t at = 0; at < 10000; at += 32) {
        give(many, b, at, 10000 - at < 32 ? 10000 - at : 32);
        listen(many, &parts);
    }
    ck_assert_uint_eq(parts.n, 1);
    ck_assert_uint_eq(parts.signals[0].row, whole.signals[0].row);
    ck_assert_uint_eq(parts.signals[0].change_row, whole.signals[0].change_row);
    drift__sentry_destroy(one);
    drift__sentry_destroy(many);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}
END_TEST

/* Rows whose order is not known, as recorders and workers bring them. */
START_TEST(blocks_of_counts_find_it_too)
{
    made *a = make_table(10000), *b = make_table(10000);
    for (int i = 5000; i < 10000; i++)
        b->z[i] = made_word(i % 2 ? 5 : 0);
    drift_profile *reference = made_reference(a);
    drift__sentry *sentry = sentry_over(reference, USUAL);
    heard h = {.n = 0};
    drift_column columns[MADE_COLUMNS];
    for (uint64_t at = 0; at < 10000; at += 200) {
        drift_table part = b->table;
        for (int k = 0; k < MADE_COLUMNS; k++) {
            columns[k] = b->columns[k];
            columns[k].offset = (int64_t)at;
        }
        part.columns = columns;
        part.n_rows = 200;
        drift_profile *block = made_current(reference, &part);
        ck_assert_int_eq(drift__sentry_block(sentry, block), DRIFT_OK);
        drift_profile_destroy(block);
        listen(sentry, &h);
    }
    ck_assert_uint_eq(h.n, 1);
    ck_assert_uint_eq(h.signals[0].column, 2);
    ck_assert_uint_eq(h.signals[0].row, 5200);
    ck_assert_uint_eq(h.signals[0].change_row, 5001);
    drift__sentry_destroy(sentry);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}
END_TEST

START_TEST(a_small_change_warns_and_a_larger_one_alarms)
{
    made *a = make_table(20000), *b = make_table(40000);
    for (int i = 0; i < 40000; i++)
        b->x[i] += i < 20000 ? 0.15 : 2;
    drift_profile *reference = made_reference(a);
    drift__sentry *sentry = sentry_over(reference, USUAL);
    heard h = {.n = 0};
    for (uint64_t at = 0; at < 40000; at += 1000) {
        give(sentry, b, at, 1000);
        listen(sentry, &h);
    }
    ck_assert_uint_eq(h.n, 2);
    ck_assert_uint_eq(h.signals[0].severity, DRIFT_SEVERITY_WARNING);
    ck_assert(h.signals[0].row < 20000 && h.signals[0].psi < 0.1);
    ck_assert_uint_eq(h.signals[1].severity, DRIFT_SEVERITY_ALERT);
    ck_assert(h.signals[1].row > 20000 && h.signals[1].row <= 21000 && h.signals[1].psi > 0.1);
    ck_assert(h.signals[1].change_row > 19000);
    drift__sentry_destroy(sentry);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}
END_TEST

/* However long the small one has lasted. */
START_TEST(a_small_change_does_not_hide_a_large_one)
{
    made *a = make_table(20000), *b = make_table(40000), *c = make_table(2000);
    for (int i = 0; i < 40000; i++)
        b->x[i] += 0.15;
    for (int i = 0; i < 2000; i++)
        c->x[i] += 1;
    drift_profile *reference = made_reference(a);
    drift__sentry *sentry = sentry_over(reference, USUAL);
    heard h = {.n = 0};
    for (int k = 0; k < 10; k++)
        give(sentry, b, 0, 40000);
    listen(sentry, &h);
    ck_assert_uint_eq(h.n, 1);
    ck_assert_uint_eq(h.signals[0].severity, DRIFT_SEVERITY_WARNING);
    for (uint64_t at = 0; at < 2000; at += 20) {
        give(sentry, c, at, 20);
        listen(sentry, &h);
    }
    ck_assert_uint_eq(h.n, 2);
    ck_assert_uint_eq(h.signals[1].severity, DRIFT_SEVERITY_ALERT);
    ck_assert(h.signals[1].row > 400000 && h.signals[1].row <= 401000);
    ck_assert(h.signals[1].change_row > 399000 && h.signals[1].psi > 0.2);
    drift__sentry_destroy(sentry);
    drift_profile_destroy(reference);
    free(a);
    free(b);
    free(c);
}
END_TEST

START_TEST(values_that_stay_away_are_another_change)
{
    made *a = make_table(5000), *b = make_table(10000);
    for (int i = 5000; i < 10000; i++)
        b->x[i] = i % 4 ? b->x[i] : (double)NAN;
    drift_profile *reference = made_reference(a);
    drift__sentry *sentry = sentry_over(reference, USUAL);
    const drift_column *sources[MADE_COLUMNS] = {&b->columns[0], &b->columns[1], NULL,
                                                 &b->columns[3]};
    heard h = {.n = 0};
    give(sentry, b, 0, 5000);
    ck_assert_int_eq(drift__sentry_rows(sentry, sources, 5000, 5000), DRIFT_OK);
    listen(sentry, &h);
    ck_assert_uint_eq(h.n, 2);
    ck_assert_uint_eq(h.signals[0].column, 2);
    ck_assert_uint_eq(h.signals[0].kind, DRIFT_ALERT_SCHEMA);
    ck_assert(h.signals[0].row > 5000 && h.signals[0].row < 5040);
    ck_assert_uint_eq(h.signals[1].column, 0);
    ck_assert_uint_eq(h.signals[1].kind, DRIFT_ALERT_MISSING);
    ck_assert(h.signals[1].row > 5000 && h.signals[1].row < 5200);
    ck_assert(h.signals[1].has_psi && h.signals[1].psi > 0.1);
    drift__sentry_destroy(sentry);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}
END_TEST

START_TEST(a_tolerated_change_is_quiet_and_more_is_not)
{
    made *a = make_table(20000), *b = make_table(30000);
    for (int i = 0; i < 30000; i++)
        b->x[i] += i < 15000 ? 0.15 : 1; /* a KS distance of .06, then of .38 */
    drift_profile *reference = made_reference(a);
    drift__sentry *sentry = sentry_over(reference, (drift__sentry_config){0.01, 0.1, 0, 0.1});
    heard h = {.n = 0};
    give(sentry, b, 0, 15000);
    listen(sentry, &h);
    ck_assert_uint_eq(h.n, 0);
    give(sentry, b, 15000, 15000);
    listen(sentry, &h);
    ck_assert_uint_eq(h.n, 1);
    ck_assert_uint_eq(h.signals[0].column, 0);
    ck_assert(h.signals[0].row > 15000 && h.signals[0].row < 16500);
    drift__sentry_destroy(sentry);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}
END_TEST

START_TEST(a_run_length_in_place_of_a_level)
{
    made *a = make_table(10000), *b = make_table(20000);
    for (int i = 10000; i < 20000; i++)
        b->y[i] += 3;
    drift_profile *reference = made_reference(a);
    drift__sentry *sentry = sentry_over(reference, (drift__sentry_config){0.01, 0.1, 1e6, 0});
    heard h = {.n = 0};
    give(sentry, b, 0, 20000);
    listen(sentry, &h);
    ck_assert_uint_eq(h.n, 1);
    ck_assert_uint_eq(h.signals[0].column, 1);
    ck_assert(h.signals[0].row > 10000 && h.signals[0].row < 10100);
    drift__sentry_destroy(sentry);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}
END_TEST

static drift_buffer *written(const drift__sentry *sentry)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    drift__writer writer = {bytes, DRIFT_OK};
    drift__sentry_write(sentry, &writer);
    ck_assert_int_eq(writer.status, DRIFT_OK);
    return bytes;
}

static drift_status read_into(drift__sentry *sentry, const void *bytes, size_t size)
{
    drift__byte_reader reader = {bytes, (const uint8_t *)bytes + size, 0};
    return drift__sentry_read(sentry, &reader);
}

static void check_that_it_continues(drift__sentry_config config)
{
    made *a = make_table(5000), *b = make_table(10000);
    for (int i = 6000; i < 10000; i++)
        b->x[i] += 1;
    drift_profile *reference = made_reference(a);
    drift__sentry *one = sentry_over(reference, config), *other = sentry_over(reference, config);
    give(one, b, 0, 5555);
    drift_buffer *bytes = written(one);
    const uint8_t *data = drift_buffer_data(bytes);
    size_t size = drift_buffer_size(bytes);
    ck_assert_int_eq(read_into(other, data, size), DRIFT_OK);
    give(one, b, 5555, 4445);
    give(other, b, 5555, 4445);
    heard h = {.n = 0}, g = {.n = 0};
    listen(one, &h);
    listen(other, &g);
    ck_assert(h.n == 1 && g.n == 1);
    ck_assert_uint_eq(h.signals[0].row, g.signals[0].row);
    drift_buffer *left = written(one), *right = written(other);
    ck_assert_uint_eq(drift_buffer_size(left), drift_buffer_size(right));
    ck_assert_mem_eq(drift_buffer_data(left), drift_buffer_data(right), drift_buffer_size(left));
    for (size_t cut = 0; cut < size; cut += 97)
        ck_assert_int_eq(read_into(other, data, cut), DRIFT_ERR_CORRUPT);
    drift_buffer_destroy(left);
    drift_buffer_destroy(right);
    drift_buffer_destroy(bytes);
    drift__sentry_destroy(one);
    drift__sentry_destroy(other);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}

START_TEST(what_was_written_continues)
{
    check_that_it_continues(USUAL);
    check_that_it_continues((drift__sentry_config){0.01, 0.1, 0, 0.05});
}
END_TEST

START_TEST(state_of_another_level_is_refused)
{
    made *a = make_table(5000);
    drift_profile *reference = made_reference(a);
    drift__sentry *one = sentry_over(reference, USUAL);
    drift__sentry *other = sentry_over(reference, (drift__sentry_config){0.05, 0.1, 0, 0});
    drift_buffer *bytes = written(one);
    ck_assert_int_eq(read_into(other, drift_buffer_data(bytes), drift_buffer_size(bytes)),
                     DRIFT_ERR_CORRUPT);
    drift_buffer_destroy(bytes);
    drift__sentry_destroy(one);
    drift__sentry_destroy(other);
    drift_profile_destroy(reference);
    free(a);
}
END_TEST

START_TEST(a_lack_of_memory_leaves_nothing)
{
    made *a = make_table(2000);
    drift_profile *reference = made_reference(a);
    long calls = 1;
    for (long fail_at = 0; fail_at < calls; fail_at++) {
        failing_memory state;
        drift_allocator memory = failing_allocator(&state);
        drift__sentry *sentry = NULL;
        state.fail_at = fail_at;
        ck_assert_int_eq(drift__sentry_create(reference, &USUAL, 1, &memory, &sentry, NULL),
                         DRIFT_ERR_OUT_OF_MEMORY);
        ck_assert_ptr_null(sentry);
        ck_assert_int_eq(state.alive, 0);
        state.fail_at = -1;
        if (fail_at == 0) {
            ck_assert_int_eq(drift__sentry_create(reference, &USUAL, 1, &memory, &sentry, NULL),
                             DRIFT_OK);
            calls = state.calls;
            drift__sentry_destroy(sentry);
            ck_assert_int_eq(state.alive, 0);
        }
    }
    ck_assert_int_gt(calls, 10);
    drift_profile_destroy(reference);
    free(a);
}
END_TEST

/* Each row's place, summed, is what the profile counts. */
static void check_places(const drift_column *source, uint64_t rows)
{
    drift_profile *profile = profile_of_column(source, rows);
    const drift__column_state *column = &profile->columns[0];
    uint32_t n = drift__column_places(column), places[DRIFT__BLOCK_ROWS];
    uint64_t *counts = calloc(n + 1, sizeof *counts), *expected = calloc(n + 1, sizeof *counts);
    uint64_t missing = 0, invalid = 0, infinite = 0;
    ck_assert(rows <= DRIFT__BLOCK_ROWS);
    drift__column_row_places(column, source, 0, rows, places);
    for (uint64_t i = 0; i < rows; i++) {
        missing += places[i] == DRIFT__ROW_MISSING;
        invalid += places[i] == DRIFT__ROW_INVALID;
        infinite += places[i] == DRIFT__ROW_INFINITE;
        if (places[i] < DRIFT__ROW_MISSING) {
            ck_assert_uint_lt(places[i], n);
            counts[places[i]]++;
        }
    }
    drift__column_place_counts(column, column, expected);
    ck_assert_mem_eq(counts, expected, n * sizeof *counts);
    ck_assert_uint_eq(missing, column->missing);
    ck_assert_uint_eq(invalid, column->invalid);
    ck_assert_uint_eq(infinite, column->negative_infinity + column->positive_infinity);
    free(counts);
    free(expected);
    drift_profile_destroy(profile);
}

START_TEST(places_of_rows_add_up_to_the_counts)
{
    static double numbers[1000];
    static int64_t integers[1000];
    static drift_value texts[1000], mixed[1000];
    static uint8_t flags[1000];
    for (int i = 0; i < 1000; i++) {
        numbers[i] = i % 50 == 7 ? (double)NAN : i % 90 == 1 ? (double)INFINITY : made_normal();
        integers[i] = INT64_C(9007199254740993) + (int64_t)(made_uniform() * 1000);
        texts[i] = i % 10 == 3 ? missing_value() : made_word((int)(made_uniform() * 5));
        mixed[i] = i % 20 == 3   ? text_value(DRIFT_VALUE_TOKEN, "1.5")
                   : i % 20 == 9 ? missing_value()
                                 : number_value(made_uniform());
        flags[i] = made_uniform() < 0.2;
    }
    drift_column columns[] = {
        plain_column(DRIFT_LAYOUT_FLOAT64, numbers), plain_column(DRIFT_LAYOUT_INT64, integers),
        plain_column(DRIFT_LAYOUT_VALUE, texts), plain_column(DRIFT_LAYOUT_VALUE, mixed),
        plain_column(DRIFT_LAYOUT_BOOL8, flags)};
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
        check_places(&columns[k], 1000);
}
END_TEST

/* A column x that remembers (phi; 0.9 gives windows, 0.1 thinning), from row `change` on a shift. */
static void make_remember(made *m, double phi, uint64_t rows, uint64_t change)
{
    double x = made_normal();
    for (uint64_t i = 0; i < rows; i++) {
        x = phi * x + sqrt(1 - phi * phi) * made_normal();
        m->x[i] = x + (i < change ? 0 : 1.5);
    }
}

static drift_profile *block_of(const drift_profile *reference, const made *m, uint64_t at,
                               uint64_t n)
{
    drift_column columns[MADE_COLUMNS];
    drift_table part = m->table;
    for (int k = 0; k < MADE_COLUMNS; k++) {
        columns[k] = m->columns[k];
        columns[k].offset = (int64_t)at;
    }
    part.columns = columns;
    part.n_rows = n;
    return made_current(reference, &part);
}

START_TEST(dependent_rows_are_watched_by_their_plan)
{
    static const struct {
        double phi;
        uint32_t kind;
    } cases[] = {{0.9, DRIFT__PLAN_WINDOWS}, {0.1, DRIFT__PLAN_THINNING}};
    for (size_t c = 0; c < 2; c++) {
        made *a = make_table(20000), *b = make_table(40000);
        make_remember(a, cases[c].phi, 20000, UINT64_MAX);
        make_remember(b, cases[c].phi, 40000, 30000);
        drift_profile *reference = made_reference(a);
        ck_assert_uint_eq(drift__column_plan(reference, 0, DRIFT__PLAN_OF_VALUES)->kind,
                          cases[c].kind);
        drift__sentry *by_rows = sentry_over(reference, USUAL),
                      *by_blocks = sentry_over(reference, USUAL);
        heard rows = {.n = 0}, blocks = {.n = 0};
        for (uint64_t at = 0; at < 40000; at += 100) {
            give(by_rows, b, at, 100);
            listen(by_rows, &rows);
            drift_profile *block = block_of(reference, b, at, 100);
            ck_assert_int_eq(drift__sentry_block(by_blocks, block), DRIFT_OK);
            drift_profile_destroy(block);
            listen(by_blocks, &blocks);
        }
        const heard *all[] = {&rows, &blocks};
        for (size_t k = 0; k < 2; k++) {
            ck_assert_uint_eq(all[k]->n, 1);
            ck_assert_uint_eq(all[k]->signals[0].column, 0);
            ck_assert_uint_eq(all[k]->signals[0].severity, DRIFT_SEVERITY_ALERT);
            ck_assert_uint_gt(all[k]->signals[0].row, 30000);
            ck_assert_uint_lt(all[k]->signals[0].row, 32500);
            ck_assert_double_eq_tol((double)all[k]->signals[0].change_row, 30001, 1500);
            ck_assert(all[k]->signals[0].has_psi && all[k]->signals[0].psi > 0.25);
            ck_assert(all[k]->signals[0].has_ks && all[k]->signals[0].ks > 0.2);
        }
        drift__sentry_destroy(by_rows);
        drift__sentry_destroy(by_blocks);
        drift_profile_destroy(reference);
        free(a);
        free(b);
    }
}
END_TEST

/* Rows that only rise fit no plan: their column is not watched, the others are. */
START_TEST(a_refused_column_is_not_watched)
{
    made *a = make_table(5000);
    drift__sentry_word word;
    for (int i = 0; i < 5000; i++)
        a->x[i] = i / 100;
    drift_profile *reference = made_reference(a);
    ck_assert_uint_eq(drift__column_plan(reference, 0, DRIFT__PLAN_OF_VALUES)->kind,
                      DRIFT__PLAN_REFUSED);
    drift__sentry *sentry = sentry_over(reference, USUAL);
    ck_assert_uint_eq(drift__sentry_watches(sentry), 7);
    for (uint64_t k = 0; k < 20; k++)
        give(sentry, a, 0, 1000);
    heard h = {.n = 0};
    listen(sentry, &h);
    ck_assert_uint_eq(h.n, 0);
    drift__sentry_word_of(sentry, 1, &word);
    ck_assert(word.known);
    drift__sentry_destroy(sentry);
    drift_profile_destroy(reference);
    free(a);
}
END_TEST

START_TEST(state_of_windows_continues)
{
    made *a = make_table(20000), *b = make_table(20000);
    make_remember(a, 0.9, 20000, UINT64_MAX);
    make_remember(b, 0.9, 20000, 10000);
    drift_profile *reference = made_reference(a);
    drift__sentry *whole = sentry_over(reference, USUAL), *first = sentry_over(reference, USUAL),
                  *second = sentry_over(reference, USUAL);
    heard one = {.n = 0}, two = {.n = 0};
    give(whole, b, 0, 20000);
    listen(whole, &one);
    give(first, b, 0, 7777);
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    drift__writer writer = {bytes, DRIFT_OK};
    drift__sentry_write(first, &writer);
    ck_assert_int_eq(writer.status, DRIFT_OK);
    const uint8_t *data = drift_buffer_data(bytes);
    drift__byte_reader reader = {data, data + drift_buffer_size(bytes), 0};
    ck_assert_int_eq(drift__sentry_read(second, &reader), DRIFT_OK);
    give(second, b, 7777, 20000 - 7777);
    listen(second, &two);
    ck_assert_uint_eq(one.n, two.n);
    ck_assert_uint_ge(one.n, 1);
    ck_assert_uint_eq(one.signals[0].row, two.signals[0].row);
    ck_assert_uint_eq(one.signals[0].change_row, two.signals[0].change_row);
    drift_buffer_destroy(bytes);
    drift__sentry_destroy(whole);
    drift__sentry_destroy(first);
    drift__sentry_destroy(second);
    drift_profile_destroy(reference);
    free(a);
    free(b);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("sentry");
    tcase_add_test(tests, dependent_rows_are_watched_by_their_plan);
    tcase_add_test(tests, a_refused_column_is_not_watched);
    tcase_add_test(tests, state_of_windows_continues);
    tcase_add_test(tests, unchanged_rows_say_nothing);
    tcase_add_test(tests, a_shift_is_dated_and_measured);
    tcase_add_test(tests, blocks_of_counts_find_it_too);
    tcase_add_test(tests, a_small_change_warns_and_a_larger_one_alarms);
    tcase_add_test(tests, a_small_change_does_not_hide_a_large_one);
    tcase_add_test(tests, values_that_stay_away_are_another_change);
    tcase_add_test(tests, a_tolerated_change_is_quiet_and_more_is_not);
    tcase_add_test(tests, a_run_length_in_place_of_a_level);
    tcase_add_test(tests, what_was_written_continues);
    tcase_add_test(tests, state_of_another_level_is_refused);
    tcase_add_test(tests, a_lack_of_memory_leaves_nothing);
    tcase_add_test(tests, places_of_rows_add_up_to_the_counts);
    return run_suite("sentry", tests);
}
