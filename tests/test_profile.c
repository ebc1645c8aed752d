/* SPDX-License-Identifier: Apache-2.0
 *
 * test_profile.c: counting, merging and reading profiles: the same state
 * whatever the order, the split, the layout or the path of the rows.
 */
#include "profile/block.h"
#include "profile_fixture.h"

enum { ROWS = 3000, COLUMNS = 6 };

static const char *const NAMES[COLUMNS] = {"price", "grade", "huge", "town", "flag", "when"};

/* Rows of every kind, missing, infinite and odd values among them. */
static void make_rows(drift_value (*rows)[COLUMNS], char (*texts)[12], size_t n, uint64_t seed)
{
    uint64_t state = seed;
    for (size_t i = 0; i < n; i++) {
        uint64_t pick = next_random(&state);
        rows[i][0] = number_value(pick % 97 == 0   ? HUGE_VAL
                                  : pick % 89 == 0 ? -HUGE_VAL
                                  : pick % 53 == 0 ? (double)NAN
                                                   : 1e4 * (next_uniform(&state) - 0.5));
        rows[i][1] = integer_value((int64_t)(next_random(&state) % 6));
        rows[i][2] = integer_value((INT64_C(1) << 55) + (int64_t)(next_random(&state) % 9999));
        snprintf(texts[i], 12, "t%u", (unsigned)(next_random(&state) % 40));
        rows[i][3] = pick % 17 ? text_value(DRIFT_VALUE_STRING, texts[i]) : missing_value();
        rows[i][4] =
            pick % 29 ? bool_value((int)(pick >> 20) & 1) : text_value(DRIFT_VALUE_TOKEN, "maybe");
        rows[i][5] = time_value((int64_t)(next_random(&state) >> 14));
    }
}

static drift_value ROW_VALUES[ROWS][COLUMNS], SHUFFLED[ROWS][COLUMNS];
static char TEXTS[ROWS][12];

/* A view of `n` rows from `first` on, each column a stride through the rows. */
static drift_table view(drift_value (*rows)[COLUMNS], size_t first, size_t n, drift_column *columns)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        columns[c] = plain_column(DRIFT_LAYOUT_VALUE, &rows[0][c]);
        columns[c].stride = sizeof rows[0];
        columns[c].offset = first;
    }
    return table_of(NAMES, columns, COLUMNS, n);
}

static drift_profile *make_reference(void)
{
    drift_column columns[COLUMNS];
    make_rows(ROW_VALUES, TEXTS, ROWS, 1);
    drift_table table = view(ROW_VALUES, 0, ROWS, columns);
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.category_capacity = 8;
    drift_schema *schema = NULL;
    ck_assert_int_eq(drift_schema_create(NULL, &schema), DRIFT_OK);
    drift_schema_set_type(schema, "flag", DRIFT_TYPE_BOOLEAN);
    config.schema = schema;
    drift_profile *profile = profile_of(&table, &config);
    drift_schema_destroy(schema);
    return profile;
}

static void update(drift_profile *profile, const drift_table *table)
{
    drift_error error = {""};
    drift_status status = drift_profile_update(profile, table, &error);
    ck_assert_msg(status == DRIFT_OK, "%s", error.message);
}

START_TEST(order_of_rows_does_not_show)
{
    drift_profile *reference = make_reference();
    drift_profile *straight = profile_against(reference), *mixed = profile_against(reference);
    drift_column columns[COLUMNS];
    char texts[ROWS][12];
    make_rows(ROW_VALUES, texts, ROWS, 2);
    for (size_t i = 0; i < ROWS; i += 3)
        snprintf(texts[i], sizeof texts[i], "new%u", (unsigned)(i % 100));
    for (size_t i = 0; i < ROWS; i++)
        if (ROW_VALUES[i][3].tag == DRIFT_VALUE_STRING)
            ROW_VALUES[i][3] = text_value(DRIFT_VALUE_STRING, texts[i]);
    drift_table table = view(ROW_VALUES, 0, ROWS, columns);
    update(straight, &table);
    memcpy(SHUFFLED, ROW_VALUES, sizeof SHUFFLED);
    uint64_t state = 3;
    for (size_t i = ROWS - 1; i > 0; i--) {
        size_t j = next_random(&state) % (i + 1);
        drift_value row[COLUMNS];
        memcpy(row, SHUFFLED[i], sizeof row);
        memcpy(SHUFFLED[i], SHUFFLED[j], sizeof row);
        memcpy(SHUFFLED[j], row, sizeof row);
    }
    for (size_t first = 0; first < ROWS; first += 700) {
        size_t n = ROWS - first < 700 ? ROWS - first : 700;
        table = view(SHUFFLED, first, n, columns);
        update(mixed, &table);
    }
    ck_assert(same_bytes(straight, mixed));
    ck_assert_uint_gt(drift_categories_other(straight->columns[3].names), 0);
    drift_profile_reset(mixed);
    ck_assert_uint_eq(drift_profile_rows(mixed), 0);
    for (size_t i = 0; i < ROWS; i++)
        ck_assert_int_eq(drift_profile_update_row(mixed, SHUFFLED[i], COLUMNS), DRIFT_OK);
    ck_assert(same_bytes(straight, mixed));
    drift_profile_destroy(reference);
    drift_profile_destroy(straight);
    drift_profile_destroy(mixed);
}
END_TEST

START_TEST(order_of_merges_does_not_show)
{
    enum { SHARDS = 10 };
    drift_profile *reference = make_reference(), *shards[SHARDS], *whole = NULL, *first = NULL;
    drift_column columns[COLUMNS];
    whole = profile_against(reference);
    char texts[ROWS][12];
    make_rows(ROW_VALUES, texts, ROWS, 5);
    for (size_t i = 0; i < ROWS; i += 5)
        ROW_VALUES[i][3] = text_value(DRIFT_VALUE_TOKEN, texts[(i * 31) % ROWS]);
    drift_table table = view(ROW_VALUES, 0, ROWS, columns);
    update(whole, &table);
    for (size_t s = 0; s < SHARDS; s++) {
        shards[s] = profile_against(reference);
        table = view(ROW_VALUES, s * ROWS / SHARDS, ROWS / SHARDS, columns);
        update(shards[s], &table);
    }
    uint64_t state = 8;
    for (int trial = 0; trial < 3; trial++) {
        size_t order[SHARDS];
        for (size_t s = 0; s < SHARDS; s++)
            order[s] = s;
        for (size_t s = SHARDS - 1; s > 0; s--) {
            size_t other = next_random(&state) % (s + 1), kept = order[s];
            order[s] = order[other];
            order[other] = kept;
        }
        drift_profile *merged = profile_against(reference);
        for (size_t s = 0; s < SHARDS; s++)
            ck_assert_int_eq(drift_profile_merge(merged, shards[order[s]], NULL), DRIFT_OK);
        ck_assert(same_bytes(merged, whole));
        drift_profile_destroy(first);
        first = merged;
    }
    drift_profile_destroy(first);
    for (size_t s = 0; s < SHARDS; s++)
        drift_profile_destroy(shards[s]);
    drift_profile_destroy(whole);
    drift_profile_destroy(reference);
}
END_TEST

START_TEST(different_edges_do_not_merge)
{
    drift_profile *a = make_reference();
    double numbers[] = {1, 2, 3};
    drift_column column = plain_column(DRIFT_LAYOUT_FLOAT64, numbers);
    drift_profile *b = profile_of_column(&column, 3);
    drift_error error = {""};
    drift_buffer *before = bytes_of(a);
    ck_assert_int_eq(drift_profile_compatible(a, b), 0);
    ck_assert_int_eq(drift_profile_merge(a, b, &error), DRIFT_ERR_INCOMPATIBLE);
    ck_assert_ptr_nonnull(strstr(error.message, "different edges"));
    drift_buffer *after = bytes_of(a);
    ck_assert_uint_eq(drift_buffer_size(before), drift_buffer_size(after));
    a->rows = UINT64_MAX - 2;
    drift_profile *c = profile_against(a);
    c->rows = 3;
    ck_assert_int_eq(drift_profile_merge(a, c, &error), DRIFT_ERR_OVERFLOW);
    drift_buffer_destroy(before);
    drift_buffer_destroy(after);
    drift_profile_destroy(a);
    drift_profile_destroy(b);
    drift_profile_destroy(c);
}
END_TEST

/* The numbers 0 .. 99 repeated, in every layout that can hold them. */
START_TEST(layouts_agree)
{
    enum { N = 2500 };
    static double d[N], spread[3 * N];
    static float f[N];
    static int8_t i8[N];
    static int16_t i16[N];
    static int32_t i32[N], index[N];
    static int64_t i64[N];
    static uint8_t u8[N], validity[(N + 5 + 7) / 8];
    static uint16_t u16[N];
    static uint32_t u32[N];
    static uint64_t u64[N];
    static drift_value values[N], tokens[N];
    static char texts[N][8];
    double dictionary[100];
    for (int i = 0; i < N; i++) {
        int v = (i * 37) % 100;
        d[i] = f[i] = (float)v;
        spread[3 * (N - 1 - i)] = v;
        i8[i] = (int8_t)v;
        i16[i] = (int16_t)v;
        i32[i] = index[i] = v;
        i64[i] = v;
        u8[i] = (uint8_t)v;
        u16[i] = (uint16_t)v;
        u32[i] = (uint32_t)v;
        u64[i] = (uint64_t)v;
        values[i] = integer_value(v);
        snprintf(texts[i], sizeof texts[i], "%d.0", v);
        tokens[i] = text_value(DRIFT_VALUE_TOKEN, texts[i]);
        dictionary[v] = v;
    }
    memset(validity, 0xff, sizeof validity);
    drift_column inner = plain_column(DRIFT_LAYOUT_FLOAT64, dictionary);
    drift_column columns[] = {plain_column(DRIFT_LAYOUT_FLOAT64, d),
                              plain_column(DRIFT_LAYOUT_FLOAT32, f),
                              plain_column(DRIFT_LAYOUT_INT8, i8),
                              plain_column(DRIFT_LAYOUT_INT16, i16),
                              plain_column(DRIFT_LAYOUT_INT32, i32),
                              plain_column(DRIFT_LAYOUT_INT64, i64),
                              plain_column(DRIFT_LAYOUT_UINT8, u8),
                              plain_column(DRIFT_LAYOUT_UINT16, u16),
                              plain_column(DRIFT_LAYOUT_UINT32, u32),
                              plain_column(DRIFT_LAYOUT_UINT64, u64),
                              plain_column(DRIFT_LAYOUT_VALUE, values),
                              plain_column(DRIFT_LAYOUT_VALUE, tokens),
                              plain_column(DRIFT_LAYOUT_FLOAT64, &spread[3 * (N - 1)]),
                              plain_column(DRIFT_LAYOUT_DICTIONARY, index),
                              plain_column(DRIFT_LAYOUT_FLOAT64, d)};
    size_t n = sizeof columns / sizeof *columns;
    columns[n - 3].stride = -3 * (int64_t)sizeof(double);
    columns[n - 2].dictionary = &inner;
    columns[n - 2].dictionary_length = 100;
    columns[n - 2].index_layout = DRIFT_LAYOUT_INT32;
    columns[n - 1].validity = validity;
    drift_profile *first = profile_of_column(&columns[0], N);
    for (size_t k = 1; k < n; k++) {
        drift_profile *other = profile_of_column(&columns[k], N);
        ck_assert_msg(same_bytes(first, other), "column %zu", k);
        drift_profile_destroy(other);
    }
    drift_profile_destroy(first);
}
END_TEST

START_TEST(text_layouts_agree)
{
    enum { N = 600 };
    static const char *const words[] = {"red", "a name that is longer than twelve bytes", "",
                                        "blue"};
    static drift_value values[N];
    static int32_t small[N + 4];
    static int64_t large[N + 1];
    static char bytes[N * 48];
    static struct {
        int32_t length;
        char inside[12];
    } views[N];
    static uint8_t index[N];
    const char *buffers[1] = {bytes};
    int32_t end = 0;
    for (int i = 0; i < N; i++) {
        const char *word = words[(i * 7) % 4];
        int32_t length = (int32_t)strlen(word);
        values[i] = text_value(DRIFT_VALUE_STRING, word);
        small[i + 3] = end;
        large[i] = end;
        memcpy(bytes + end, word, (size_t)length);
        views[i].length = length;
        if (length <= 12) {
            memcpy(views[i].inside, word, (size_t)length);
        } else {
            memcpy(views[i].inside, word, 4);
            memset(views[i].inside + 4, 0, 4);
            memcpy(views[i].inside + 8, &end, 4);
        }
        index[i] = (uint8_t)((i * 7) % 4);
        end += length;
    }
    small[N + 3] = end;
    large[N] = end;
    drift_column inner = plain_column(DRIFT_LAYOUT_VALUE, values);
    drift_value dictionary[4];
    for (int k = 0; k < 4; k++)
        dictionary[k] = text_value(DRIFT_VALUE_STRING, words[k]);
    inner.data = dictionary;
    drift_column columns[] = {
        plain_column(DRIFT_LAYOUT_VALUE, values), plain_column(DRIFT_LAYOUT_STRING32, small),
        plain_column(DRIFT_LAYOUT_STRING64, large), plain_column(DRIFT_LAYOUT_STRING_VIEW, views),
        plain_column(DRIFT_LAYOUT_DICTIONARY, index)};
    columns[1].offset = 3;
    columns[1].bytes = columns[2].bytes = bytes;
    columns[3].buffers = buffers;
    columns[4].dictionary = &inner;
    columns[4].dictionary_length = 4;
    columns[4].index_layout = DRIFT_LAYOUT_UINT8;
    drift_profile *first = profile_of_column(&columns[0], N);
    ck_assert_uint_eq(drift_categories_size(first->columns[0].names), 4);
    for (size_t k = 1; k < 5; k++) {
        drift_profile *other = profile_of_column(&columns[k], N);
        ck_assert_msg(same_bytes(first, other), "column %zu", k);
        drift_profile_destroy(other);
    }
    drift_profile_destroy(first);
}
END_TEST

START_TEST(offsets_and_bits_are_obeyed)
{
    uint8_t bits[3] = {0xf0, 0x0f, 0xa5}, validity[3] = {0xff, 0x00, 0xff};
    drift_column column = plain_column(DRIFT_LAYOUT_BOOL1, bits);
    column.offset = 5;
    column.validity = validity;
    drift_profile *profile = profile_of_column(&column, 15);
    const drift__column_state *x = &profile->columns[0];
    uint64_t yes = 0;
    ck_assert_int_eq(x->type, DRIFT_TYPE_BOOLEAN);
    ck_assert_uint_eq(x->missing, 8);
    ck_assert_uint_eq(x->valid, 7);
    ck_assert_int_eq(drift_categories_count(x->names, "true", 4, &yes), DRIFT_OK);
    ck_assert_uint_eq(yes, 3 + 2);
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(numbers_at_the_ends_of_their_range)
{
    double numbers[] = {0.0,
                        -0.0,
                        5e-324,
                        -5e-324,
                        1.7976931348623157e308,
                        -1.7976931348623157e308,
                        HUGE_VAL,
                        -HUGE_VAL,
                        NAN,
                        2.2250738585072014e-308,
                        1.0};
    drift_column column = plain_column(DRIFT_LAYOUT_FLOAT64, numbers);
    drift_profile *profile = profile_of_column(&column, 11);
    drift_profile_column x;
    ck_assert_int_eq(drift_profile_get_column(profile, 0, &x), DRIFT_OK);
    ck_assert_uint_eq(x.valid, 8);
    ck_assert_uint_eq(x.missing, 1);
    ck_assert_uint_eq(x.positive_infinity, 1);
    ck_assert_uint_eq(x.negative_infinity, 1);
    ck_assert_double_eq(x.minimum, -1.7976931348623157e308);
    ck_assert_double_eq(x.maximum, 1.7976931348623157e308);
    ck_assert_double_eq(x.mean, 0.125);
    double previous = -HUGE_VAL;
    for (int i = 0; i <= 1000; i++) {
        double value = NAN;
        ck_assert_int_eq(drift_profile_quantile(profile, 0, i / 1000.0, &value), DRIFT_OK);
        ck_assert(value >= previous && fabs(value) <= x.maximum);
        previous = value;
    }
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(constant_missing_and_single_columns)
{
    double constant[50];
    for (int i = 0; i < 50; i++)
        constant[i] = 1e9 + 0.1;
    drift_column column = plain_column(DRIFT_LAYOUT_FLOAT64, constant);
    drift_profile *profile = profile_of_column(&column, 50);
    drift_profile_column x;
    double value = 0;
    ck_assert_int_eq(drift_profile_get_column(profile, 0, &x), DRIFT_OK);
    ck_assert_uint_eq(x.cells, 1);
    ck_assert_double_eq(x.mean, constant[0]);
    ck_assert_double_eq(x.standard_deviation, 0.0);
    ck_assert_int_eq(drift_profile_quantile(profile, 0, 0.3, &value), DRIFT_OK);
    ck_assert_double_eq(value, constant[0]);
    ck_assert_int_eq(drift_profile_quantile(profile, 0, 1.5, &value), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_profile_quantile(profile, 1, 0.5, &value), DRIFT_ERR_NOT_FOUND);
    drift_profile *empty = profile_against(profile);
    ck_assert_int_eq(drift_profile_quantile(empty, 0, 0.5, &value), DRIFT_ERR_NOT_ENOUGH_DATA);
    drift_profile_destroy(empty);
    drift_profile_destroy(profile);

    profile = profile_of_column(&column, 1);
    ck_assert_int_eq(drift_profile_get_column(profile, 0, &x), DRIFT_OK);
    ck_assert_double_eq(x.minimum, x.maximum);
    drift_profile_destroy(profile);

    drift_column nothing = plain_column(DRIFT_LAYOUT_NULL, NULL);
    profile = profile_of_column(&nothing, 50);
    ck_assert_int_eq(drift_profile_get_column(profile, 0, &x), DRIFT_OK);
    ck_assert_uint_eq(x.type, DRIFT_TYPE_NUMERIC);
    ck_assert_uint_eq(x.missing, 50);
    ck_assert_uint_eq(x.has_range, 0);
    static const char *const names[] = {"x"};
    drift_table table = table_of(names, &column, 1, 50);
    update(profile, &table);
    ck_assert_uint_eq(profile->columns[0].valid, 50);
    drift_buffer_destroy(bytes_of(profile));
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(meanings_follow_the_type)
{
    drift_profile *reference = make_reference();
    drift_profile *profile = profile_against(reference);
    drift_value row[COLUMNS] = {text_value(DRIFT_VALUE_STRING, "5"),
                                bool_value(1),
                                number_value(3.5),
                                number_value(7.0),
                                number_value(1.0),
                                text_value(DRIFT_VALUE_STRING, "2024-05-01")};
    ck_assert_int_eq(drift_profile_update_row(profile, row, COLUMNS), DRIFT_OK);
    drift_value next[COLUMNS] = {text_value(DRIFT_VALUE_TOKEN, " 5 "),
                                 time_value(0),
                                 text_value(DRIFT_VALUE_TOKEN, "-1e30"),
                                 time_value(1500000),
                                 integer_value(2),
                                 number_value(5.0)};
    ck_assert_int_eq(drift_profile_update_row(profile, next, COLUMNS), DRIFT_OK);
    const drift__column_state *c = profile->columns;
    uint64_t count = 0;
    ck_assert(c[0].invalid == 1 && c[0].valid == 1);
    ck_assert(c[1].valid == 1 && c[1].invalid == 1);
    ck_assert(c[2].valid == 2 && c[2].minimum == DRIFT__INTEGER_KEY_MIN && c[2].maximum == 3);
    ck_assert_int_eq(drift_categories_count(c[3].names, "7", 1, &count), DRIFT_OK);
    ck_assert_int_eq(drift_categories_count(c[3].names, "1970-01-01T00:00:01.500000Z", 27, &count),
                     DRIFT_OK);
    ck_assert_uint_eq(c[3].numeric_tokens, 1);
    ck_assert_int_eq(drift_categories_count(c[4].names, "true", 4, &count), DRIFT_OK);
    ck_assert(count == 1 && c[4].invalid == 1);
    ck_assert(c[5].valid == 1 && c[5].invalid == 1);
    ck_assert_ptr_null(drift__profile_validate(profile));
    ck_assert_int_eq(drift_profile_update_row(profile, row, COLUMNS - 1),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_uint_eq(drift_profile_rows(profile), 2);
    drift_profile_destroy(profile);
    drift_profile_destroy(reference);
}
END_TEST

START_TEST(columns_are_matched_by_name)
{
    enum { MANY = 5000, N = 40 };
    char(*names)[8] = calloc(MANY + 1, sizeof *names);
    const char **forward = calloc(MANY, sizeof *forward), **back = calloc(MANY, sizeof *back);
    double(*data)[N] = calloc(MANY, sizeof *data);
    drift_column *columns = calloc(MANY, sizeof *columns), *turned = calloc(MANY, sizeof *turned);
    for (size_t c = 0; c < MANY; c++) {
        snprintf(names[c], sizeof names[c], "c%zu", c);
        for (size_t i = 0; i < N; i++)
            data[c][i] = (double)((c * 31 + i * i) % 1009);
        columns[c] = turned[MANY - 1 - c] = plain_column(DRIFT_LAYOUT_FLOAT64, data[c]);
        forward[c] = back[MANY - 1 - c] = names[c];
    }
    drift_table table = table_of(forward, columns, MANY, N);
    drift_profile *reference = profile_of(&table, NULL);
    drift_profile *a = profile_against(reference), *b = profile_against(reference);
    for (int repeat = 0; repeat < 5; repeat++) {
        update(a, &table);
        drift_table other = table_of(back, turned, MANY, N);
        update(b, &other);
    }
    ck_assert(same_bytes(a, b));
    back[0] = "unknown";
    drift_table other = table_of(back, turned, MANY, N);
    update(b, &other);
    ck_assert_uint_eq(b->n_extra, 1);
    ck_assert_str_eq(b->extra[0], "unknown");
    ck_assert_uint_eq(b->columns[MANY - 1].absent, N);
    back[1] = back[2];
    drift_error error = {""};
    ck_assert_int_eq(drift_profile_update(b, &other, &error), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "two columns are called 'c4997'"));
    ck_assert_uint_eq(drift_profile_rows(b), 6 * N);
    drift_profile_destroy(a);
    drift_profile_destroy(b);
    drift_profile_destroy(reference);
    free(names);
    free(forward);
    free(back);
    free(data);
    free(columns);
    free(turned);
}
END_TEST

START_TEST(without_memory_every_count_stays)
{
    drift_profile *reference = make_reference();
    drift_column columns[COLUMNS + 1];
    const char *names[COLUMNS + 1];
    char texts[ROWS][12];
    make_rows(ROW_VALUES, texts, ROWS, 9);
    for (size_t i = 0; i < ROWS; i += 2)
        ROW_VALUES[i][3] = text_value(DRIFT_VALUE_TOKEN, i % 4 ? "unseen a" : "unseen b");
    drift_table table = view(ROW_VALUES, 0, 60, columns);
    memcpy(names, NAMES, sizeof NAMES);
    names[COLUMNS] = "extra";
    columns[COLUMNS] = columns[0];
    table.names = names;
    table.n_columns = COLUMNS + 1;
    drift_profile *expected = profile_against(reference), *other = profile_against(reference);
    update(other, &table);
    ck_assert_int_eq(drift_profile_merge(expected, other, NULL), DRIFT_OK);
    drift_value odd[COLUMNS];
    memcpy(odd, ROW_VALUES[0], sizeof odd);
    odd[3] = text_value(DRIFT_VALUE_STRING, "another unseen name");
    ck_assert_int_eq(drift_profile_update_row(expected, odd, COLUMNS), DRIFT_OK);
    update(expected, &table);

    failing_memory memory;
    drift_allocator allocator = failing_allocator(&memory);
    drift_profile *profile = NULL;
    ck_assert_int_eq(drift_profile_create_against(reference, &allocator, &profile, NULL), DRIFT_OK);
    drift_profile *states[3] = {profile_against(reference), profile_against(reference),
                                profile_against(reference)};
    drift_profile_merge(states[1], other, NULL);
    drift_profile_merge(states[2], other, NULL);
    drift_profile_update_row(states[2], odd, COLUMNS);
    for (int step = 0; step < 3; step++) {
        drift_status status = DRIFT_ERR_OUT_OF_MEMORY;
        for (long calls = 0; status != DRIFT_OK; calls++) {
            memory.calls = 0;
            memory.fail_at = calls;
            status = step == 0   ? drift_profile_merge(profile, other, NULL)
                     : step == 1 ? drift_profile_update_row(profile, odd, COLUMNS)
                                 : drift_profile_update(profile, &table, NULL);
            memory.fail_at = -1;
            ck_assert(status == DRIFT_OK || status == DRIFT_ERR_OUT_OF_MEMORY);
            if (status)
                ck_assert(same_bytes(profile, states[step]));
        }
    }
    ck_assert(same_bytes(profile, expected));
    for (int step = 0; step < 3; step++)
        drift_profile_destroy(states[step]);
    drift_profile_destroy(profile);
    ck_assert_int_eq(memory.alive, 0);
    drift_profile_destroy(other);
    drift_profile_destroy(expected);
    drift_profile_destroy(reference);
}
END_TEST

START_TEST(row_of_new_names_counts_whole_or_not_at_all)
{
    static const char *const names[] = {"a", "b", "c"};
    drift_value first[4], known[4];
    for (int i = 0; i < 4; i++) {
        first[i] = text_value(DRIFT_VALUE_STRING, i % 2 ? "x" : "y");
        known[i] = text_value(DRIFT_VALUE_STRING, "known");
    }
    drift_column columns[] = {plain_column(DRIFT_LAYOUT_VALUE, first),
                              plain_column(DRIFT_LAYOUT_VALUE, first),
                              plain_column(DRIFT_LAYOUT_VALUE, known)};
    drift_table table = table_of(names, columns, 3, 4);
    drift_profile *reference = profile_of(&table, NULL);
    drift_profile *none = profile_against(reference), *one = profile_against(reference);
    drift_value row[] = {text_value(DRIFT_VALUE_STRING, "new in a"),
                         text_value(DRIFT_VALUE_TOKEN, "new in b"), known[0]};
    ck_assert_int_eq(drift_profile_update_row(one, row, 3), DRIFT_OK);
    ck_assert_uint_eq(drift_categories_size(one->columns[1].names), 3);
    drift_status status = DRIFT_ERR_OUT_OF_MEMORY;
    long calls = 0;
    for (; status == DRIFT_ERR_OUT_OF_MEMORY; calls++) {
        failing_memory memory;
        drift_allocator allocator = failing_allocator(&memory);
        drift_profile *profile = NULL;
        ck_assert_int_eq(drift_profile_create_against(reference, &allocator, &profile, NULL),
                         DRIFT_OK);
        memory.calls = 0;
        memory.fail_at = calls;
        status = drift_profile_update_row(profile, row, 3);
        memory.fail_at = -1;
        ck_assert(same_bytes(profile, status ? none : one));
        drift_profile_destroy(profile);
        ck_assert_int_eq(memory.alive, 0);
    }
    ck_assert_int_eq(status, DRIFT_OK);
    ck_assert_int_gt(calls, 2);
    drift_profile_destroy(none);
    drift_profile_destroy(one);
    drift_profile_destroy(reference);
}
END_TEST

START_TEST(learning_without_memory_leaves_nothing)
{
    make_rows(ROW_VALUES, TEXTS, ROWS, 1);
    drift_column columns[COLUMNS];
    drift_table table = view(ROW_VALUES, 0, 200, columns);
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_status status = DRIFT_ERR_OUT_OF_MEMORY;
    for (long calls = 0; status == DRIFT_ERR_OUT_OF_MEMORY; calls++) {
        failing_memory memory;
        drift_allocator allocator = failing_allocator(&memory);
        memory.fail_at = calls;
        config.allocator = &allocator;
        drift_profile *profile = NULL;
        status = drift_profile_create(&table, &config, &profile, NULL);
        ck_assert(status == DRIFT_OK || !profile);
        drift_profile_destroy(profile);
        ck_assert_int_eq(memory.alive, 0);
    }
    ck_assert_int_eq(status, DRIFT_OK);
}
END_TEST

START_TEST(quantiles_are_exact_at_edges_and_never_fall)
{
    enum { N = 6400 };
    static double numbers[N];
    uint64_t state = 4;
    for (size_t i = 0; i < N; i++)
        numbers[i] = i % 10 == 0 ? 2.0 : 10.0 * next_uniform(&state) * next_uniform(&state);
    drift_column column = plain_column(DRIFT_LAYOUT_FLOAT64, numbers);
    drift_profile *profile = profile_of_column(&column, N);
    const drift__cells *cells = &profile->columns[0].cells;
    uint64_t below = 0;
    for (uint32_t k = 0; k < cells->n; k++) {
        double value = 0;
        below += cells->counts[k];
        ck_assert_int_eq(drift_profile_quantile(profile, 0, (double)below / N, &value), DRIFT_OK);
        if (k && !cells->atoms[k - 1])
            ck_assert_double_eq(value, drift__cells_edge(cells, k));
        if (cells->atoms[k]) {
            double inside = 0;
            double rank = ((double)below + 0.5 * (double)cells->counts[k + 1]) / N;
            ck_assert_int_eq(drift_profile_quantile(profile, 0, rank, &inside), DRIFT_OK);
            ck_assert_double_eq(inside, drift__cells_edge(cells, k));
        }
    }
    double previous = -1.0;
    for (int i = 0; i <= 20000; i++) {
        double value = 0;
        ck_assert_int_eq(drift_profile_quantile(profile, 0, i / 20000.0, &value), DRIFT_OK);
        ck_assert_double_ge(value, previous);
        previous = value;
    }
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(schema_decides_what_is_tested)
{
    drift_profile *profile = make_reference();
    drift_schema *schema = NULL, *back = NULL;
    drift_error error = {""};
    drift_profile_column x;
    drift_profile_get_column(profile, 5, &x);
    ck_assert(!x.tested && strstr(x.skipped, "timestamp"));
    ck_assert_int_eq(drift_schema_create(NULL, &schema), DRIFT_OK);
    drift_schema_set_use(schema, "when", DRIFT_USE_INCLUDE);
    drift_schema_set_role(schema, "price", DRIFT_ROLE_ID);
    drift_schema_set_use(schema, "price", DRIFT_USE_INCLUDE);
    drift_schema_allow(schema, "town", "t1", 2);
    drift_schema_only_included(schema);
    ck_assert_int_eq(drift_profile_apply_schema(profile, schema, &error), DRIFT_OK);
    const char *reasons[COLUMNS] = {"its role is id", "excluded", "excluded",
                                    "excluded",       "excluded", NULL};
    for (size_t i = 0; i < COLUMNS; i++) {
        drift_profile_get_column(profile, i, &x);
        ck_assert_uint_eq(x.tested, reasons[i] == NULL);
        ck_assert_pstr_eq(x.skipped, reasons[i]);
    }
    ck_assert_int_eq(drift_profile_schema(profile, &back), DRIFT_OK);
    ck_assert_uint_eq(drift_schema_size(back), COLUMNS);
    drift_profile *again = make_reference();
    ck_assert_int_eq(drift_profile_apply_schema(again, back, &error), DRIFT_OK);
    ck_assert(same_bytes(again, profile));
    ck_assert(drift_profile_compatible(again, profile));
    drift_schema_set_role(schema, "ghost", DRIFT_ROLE_LABEL);
    drift_schema_set_role(schema, "town", DRIFT_ROLE_LABEL);
    ck_assert_int_eq(drift_profile_apply_schema(profile, schema, &error), DRIFT_ERR_NOT_FOUND);
    ck_assert(same_bytes(again, profile));
    drift_schema_destroy(schema);
    drift_schema_destroy(back);
    drift_profile_destroy(profile);
    drift_profile_destroy(again);
}
END_TEST

START_TEST(renderings_tell_the_same)
{
    drift_profile *profile = make_reference();
    drift_buffer *text = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &text), DRIFT_OK);
    ck_assert_int_eq(drift_profile_render_text(profile, text), DRIFT_OK);
    const char *words = drift_buffer_data(text);
    ck_assert_ptr_nonnull(strstr(words, "3,000 rows, 6 columns; edges from all 3,000 reference"));
    ck_assert_ptr_nonnull(strstr(words, "\ntown    categorical"));
    ck_assert_ptr_nonnull(strstr(words, "40 names"));
    drift_buffer_reset(text);
    ck_assert_int_eq(drift_profile_render_json(profile, text), DRIFT_OK);
    words = drift_buffer_data(text);
    ck_assert_ptr_nonnull(strstr(words, "{\"format\":\"drift.profile/1\""));
    ck_assert_ptr_nonnull(
        strstr(words, "{\"name\":\"grade\",\"type\":\"numeric\",\"role\":\"feature\""));
    drift_buffer_destroy(text);
    drift_profile_destroy(profile);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("profile");
    tcase_add_test(cases, order_of_rows_does_not_show);
    tcase_add_test(cases, order_of_merges_does_not_show);
    tcase_add_test(cases, different_edges_do_not_merge);
    tcase_add_test(cases, layouts_agree);
    tcase_add_test(cases, text_layouts_agree);
    tcase_add_test(cases, offsets_and_bits_are_obeyed);
    tcase_add_test(cases, numbers_at_the_ends_of_their_range);
    tcase_add_test(cases, constant_missing_and_single_columns);
    tcase_add_test(cases, meanings_follow_the_type);
    tcase_add_test(cases, columns_are_matched_by_name);
    tcase_add_test(cases, without_memory_every_count_stays);
    tcase_add_test(cases, row_of_new_names_counts_whole_or_not_at_all);
    tcase_add_test(cases, learning_without_memory_leaves_nothing);
    tcase_add_test(cases, quantiles_are_exact_at_edges_and_never_fall);
    tcase_add_test(cases, schema_decides_what_is_tested);
    tcase_add_test(cases, renderings_tell_the_same);
    return run_suite("profile", cases);
}
