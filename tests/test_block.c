/* SPDX-License-Identifier: Apache-2.0
 *
 * test_block.c: the layouts of a column: the same data must give the same
 * profile, byte for byte, however it lies in memory.
 */
#include <float.h>

#include "profile/block.h"
#include "profile_fixture.h"

enum { ROWS = 2500, OFFSET = 5 };

static int32_t numbers[ROWS];
static uint8_t present[(ROWS + OFFSET + 7) / 8];

/* Whole numbers 0 .. 120, every seventh missing. */
static void fill_numbers(void)
{
    uint64_t state = 21;
    memset(present, 0, sizeof present);
    for (int i = 0; i < ROWS; i++) {
        numbers[i] = (int32_t)(next_random(&state) % 121);
        if (i % 7)
            present[(i + OFFSET) / 8] |= (uint8_t)(1u << (i + OFFSET) % 8);
    }
}

/* The numbers as `type`, OFFSET unused ones in front, `step` elements apart; freed by the caller. */
#define SPREAD(type)                                                                               \
    static void *spread_##type(ptrdiff_t step)                                                     \
    {                                                                                              \
        size_t size = (ROWS + OFFSET) * (size_t)(step < 0 ? -step : step);                         \
        type *array = calloc(size, sizeof *array);                                                 \
        ck_assert_ptr_nonnull(array);                                                              \
        type *first = step < 0 ? array + size - 1 : array;                                         \
        for (ptrdiff_t i = 0; i < ROWS; i++)                                                       \
            first[(i + OFFSET) * step] = (type)numbers[i];                                         \
        return array;                                                                              \
    }
SPREAD(double)
SPREAD(float)
SPREAD(int8_t)
SPREAD(int16_t)
SPREAD(int32_t)
SPREAD(int64_t)
SPREAD(uint8_t)
SPREAD(uint16_t)
SPREAD(uint32_t)
SPREAD(uint64_t)

typedef struct number_layout {
    uint32_t layout;
    size_t width;
    void *(*spread)(ptrdiff_t step);
} number_layout;

static const number_layout number_layouts[] = {
    {DRIFT_LAYOUT_FLOAT64, 8, spread_double},  {DRIFT_LAYOUT_FLOAT32, 4, spread_float},
    {DRIFT_LAYOUT_INT8, 1, spread_int8_t},     {DRIFT_LAYOUT_INT16, 2, spread_int16_t},
    {DRIFT_LAYOUT_INT32, 4, spread_int32_t},   {DRIFT_LAYOUT_INT64, 8, spread_int64_t},
    {DRIFT_LAYOUT_UINT8, 1, spread_uint8_t},   {DRIFT_LAYOUT_UINT16, 2, spread_uint16_t},
    {DRIFT_LAYOUT_UINT32, 4, spread_uint32_t}, {DRIFT_LAYOUT_UINT64, 8, spread_uint64_t}};

/* Every test runs without blocks and with them, with few words and with many. */
static uint64_t block_rows;
static int n_words;

static void begin(int round)
{
    block_rows = round % 2 ? 20 : 0;
    n_words = round / 2 ? 600 : 40;
}

static drift_profile *profile_in_blocks(const drift_column *column, uint64_t n)
{
    static const char *const names[] = {"x"};
    drift_table table = table_of(names, column, 1, n);
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.block_rows = block_rows;
    return profile_of(&table, &config);
}

static drift_profile *profile_of_values(const drift_value *values, uint64_t n)
{
    drift_column column = plain_column(DRIFT_LAYOUT_VALUE, values);
    return profile_in_blocks(&column, n);
}

static drift_profile *expected_numbers(void)
{
    static drift_value values[ROWS];
    for (int i = 0; i < ROWS; i++)
        values[i] = i % 7 ? number_value(numbers[i]) : missing_value();
    return profile_of_values(values, ROWS);
}

static void check_same(const drift_profile *expected, const drift_column *column)
{
    drift_profile *found = profile_in_blocks(column, ROWS);
    ck_assert_msg(same_bytes(expected, found), "layout %u, stride %lld", column->layout,
                  (long long)column->stride);
    const drift__serial *a = &expected->columns[0].serial, *b = &found->columns[0].serial;
    ck_assert_uint_eq(a->pairs, b->pairs);
    ck_assert_uint_eq(a->matches, b->matches);
    ck_assert_uint_eq(a->above, b->above);
    ck_assert_uint_eq(a->previous, b->previous);
    drift_profile_destroy(found);
}

START_TEST(number_layouts_agree)
{
    static const ptrdiff_t steps[] = {1, 3, -1, -2};
    begin(_i);
    fill_numbers();
    drift_profile *expected = expected_numbers();
    ck_assert_uint_eq(expected->columns[0].missing, (ROWS + 6) / 7);
    for (size_t l = 0; l < sizeof number_layouts / sizeof *number_layouts; l++)
        for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
            const number_layout *kind = &number_layouts[l];
            char *array = kind->spread(steps[s]);
            drift_column column = plain_column(kind->layout, array);
            column.offset = OFFSET;
            column.validity = present;
            column.stride = s ? steps[s] * (ptrdiff_t)kind->width : 0;
            if (steps[s] < 0)
                column.data = array + ((size_t)((ROWS + OFFSET) * -steps[s]) - 1) * kind->width;
            check_same(expected, &column);
            free(array);
        }
    drift_profile_destroy(expected);
}
END_TEST

/* An array of numbers that are not aligned, as fields of packed records. */
START_TEST(unaligned_strides_are_read)
{
    begin(_i);
    fill_numbers();
    drift_profile *expected = expected_numbers();
    char *records = malloc(ROWS * 13);
    for (int i = 0; i < ROWS; i++) {
        double number = i % 7 ? numbers[i] : NAN;
        memcpy(records + 13 * i + 3, &number, sizeof number);
    }
    drift_column column = plain_column(DRIFT_LAYOUT_FLOAT64, records + 3);
    column.stride = 13;
    check_same(expected, &column);
    free(records);
    drift_profile_destroy(expected);
}
END_TEST

START_TEST(values_and_tokens_agree_with_arrays)
{
    static drift_value values[ROWS];
    static char texts[ROWS][16];
    begin(_i);
    fill_numbers();
    drift_profile *expected = expected_numbers();
    drift_column column = plain_column(DRIFT_LAYOUT_VALUE, values);
    for (int kind = 0; kind < 3; kind++) {
        for (int i = 0; i < ROWS; i++) {
            snprintf(texts[i], sizeof texts[i], i % 2 ? "%d" : "%d.0", (int)numbers[i]);
            values[i] = i % 7 == 0  ? missing_value()
                        : kind == 0 ? integer_value(numbers[i])
                        : kind == 1 ? text_value(DRIFT_VALUE_TOKEN, texts[i])
                        : i % 2     ? number_value(numbers[i])
                                    : integer_value(numbers[i]);
        }
        check_same(expected, &column);
    }
    drift_profile_destroy(expected);
}
END_TEST

START_TEST(number_dictionaries_agree)
{
    int64_t words[121];
    static uint8_t indices[ROWS + OFFSET];
    begin(_i);
    fill_numbers();
    for (int i = 0; i < 121; i++)
        words[i] = 120 - i;
    for (int i = 0; i < ROWS; i++)
        indices[i + OFFSET] = (uint8_t)(120 - numbers[i]);
    drift_profile *expected = expected_numbers();
    drift_column dictionary = plain_column(DRIFT_LAYOUT_INT64, words);
    drift_column column = plain_column(DRIFT_LAYOUT_DICTIONARY, indices);
    column.index_layout = DRIFT_LAYOUT_UINT8;
    column.dictionary = &dictionary;
    column.dictionary_length = 121;
    column.offset = OFFSET;
    column.validity = present;
    check_same(expected, &column);
    drift_profile_destroy(expected);
}
END_TEST

/*
 * Names of 0 to 30 bytes, some with a NUL inside: short and long string views;
 * and many that begin and end alike.
 */
enum { WORDS = 600 };
static char words[WORDS][32];
static uint32_t word_lengths[WORDS];
static int choice[ROWS];

static void fill_words(void)
{
    uint64_t state = 8;
    fill_numbers();
    for (int w = 0; w < WORDS; w++) {
        word_lengths[w] = (uint32_t)(w % 31);
        for (uint32_t k = 0; k < word_lengths[w]; k++)
            words[w][k] = (char)(k == 2 ? 0 : 'a' + (w + (int)k) % 26);
    }
    for (int w = 40; w < WORDS; w++)
        word_lengths[w] = (uint32_t)snprintf(words[w], sizeof words[w], "beginning%03dthe end", w);
    for (int i = 0; i < ROWS; i++)
        choice[i] = (int)(next_random(&state) % (uint64_t)n_words);
}

static drift_value word_value(int i)
{
    if (i % 7 == 0)
        return missing_value();
    drift_value value = {DRIFT_VALUE_STRING, word_lengths[choice[i]], {.string = words[choice[i]]}};
    return value;
}

static drift_profile *expected_words(void)
{
    static drift_value values[ROWS];
    for (int i = 0; i < ROWS; i++)
        values[i] = word_value(i);
    drift_profile *profile = profile_of_values(values, ROWS);
    ck_assert_int_eq(profile->columns[0].type, DRIFT_TYPE_CATEGORICAL);
    return profile;
}

START_TEST(string_layouts_agree)
{
    static int32_t narrow[ROWS + OFFSET + 1];
    static int64_t wide[ROWS + OFFSET + 1];
    static char bytes[ROWS * 32];
    begin(_i);
    fill_words();
    drift_profile *expected = expected_words();
    size_t used = 0;
    for (int i = 0; i < ROWS; i++) {
        size_t length = i % 7 ? word_lengths[choice[i]] : 0;
        memcpy(bytes + used, words[choice[i]], length);
        used += length;
        narrow[i + OFFSET + 1] = (int32_t)used;
        wide[i + OFFSET + 1] = (int64_t)used;
    }
    drift_column column = plain_column(DRIFT_LAYOUT_STRING32, narrow);
    column.bytes = bytes;
    column.offset = OFFSET;
    column.validity = present;
    check_same(expected, &column);
    column.layout = DRIFT_LAYOUT_STRING64;
    column.data = wide;
    check_same(expected, &column);
    drift_profile_destroy(expected);
}
END_TEST

static void put_view(uint8_t view[16], const char *text, uint32_t length, int32_t buffer,
                     int32_t start)
{
    memset(view, 0, 16);
    memcpy(view, &length, 4);
    if (length <= 12) {
        memcpy(view + 4, text, length);
        return;
    }
    memcpy(view + 4, text, 4);
    memcpy(view + 8, &buffer, 4);
    memcpy(view + 12, &start, 4);
}

START_TEST(string_views_agree)
{
    static uint8_t views[ROWS + OFFSET][16];
    static char buffers[2][ROWS * 32];
    const char *const pointers[2] = {buffers[0], buffers[1]};
    int32_t used[2] = {0, 0};
    begin(_i);
    fill_words();
    drift_profile *expected = expected_words();
    for (int i = 0; i < ROWS; i++) {
        int which = i % 2;
        uint32_t length = word_lengths[choice[i]];
        put_view(views[i + OFFSET], words[choice[i]], length, which, used[which]);
        memcpy(buffers[which] + used[which], words[choice[i]], length);
        used[which] += (int32_t)length;
    }
    drift_column column = plain_column(DRIFT_LAYOUT_STRING_VIEW, views);
    column.buffers = pointers;
    column.offset = OFFSET;
    column.validity = present;
    check_same(expected, &column);
    drift_profile_destroy(expected);
}
END_TEST

/* A row may be missing by its own bit, by the dictionary's, or by an index that leads nowhere. */
START_TEST(string_dictionaries_agree)
{
    static int16_t indices[ROWS];
    static int32_t offsets[WORDS + 2];
    static char bytes[WORDS * 32];
    uint8_t valid_words[(WORDS + 8) / 8];
    begin(_i);
    fill_words();
    drift_profile *expected = expected_words();
    for (int w = 0; w < WORDS; w++) {
        memcpy(bytes + offsets[w], words[w], word_lengths[w]);
        offsets[w + 1] = offsets[w] + (int32_t)word_lengths[w];
    }
    int none = n_words;
    offsets[none + 1] = offsets[none];
    memset(valid_words, 0xff, sizeof valid_words);
    valid_words[none / 8] = (uint8_t)~(1u << none % 8);
    const int16_t nowhere[] = {(int16_t)none, -1, (int16_t)(none + 1), INT16_MIN, INT16_MAX};
    for (int i = 0; i < ROWS; i++)
        indices[i] = i % 7 ? (int16_t)choice[i] : nowhere[i % 5];
    drift_column dictionary = plain_column(DRIFT_LAYOUT_STRING32, offsets);
    dictionary.bytes = bytes;
    dictionary.validity = valid_words;
    drift_column column = plain_column(DRIFT_LAYOUT_DICTIONARY, indices);
    column.index_layout = DRIFT_LAYOUT_INT16;
    column.dictionary = &dictionary;
    column.dictionary_length = (uint64_t)none + 1;
    check_same(expected, &column);
    drift_profile_destroy(expected);
}
END_TEST

START_TEST(boolean_layouts_agree)
{
    static uint8_t whole[ROWS + OFFSET], bits[(ROWS + OFFSET + 7) / 8];
    static drift_value flags[ROWS], tokens[ROWS];
    static const char *const spellings[2][3] = {{"false", "False", "FALSE"},
                                                {"true", "True", "TRUE"}};
    begin(_i);
    fill_numbers();
    memset(bits, 0, sizeof bits);
    for (int i = 0; i < ROWS; i++) {
        int truth = numbers[i] % 3 == 0;
        whole[i + OFFSET] = (uint8_t)(truth * (1 + i % 255));
        bits[(i + OFFSET) / 8] |= (uint8_t)(truth << (i + OFFSET) % 8);
        flags[i] = i % 7 ? bool_value(truth) : missing_value();
        tokens[i] = i % 7 ? text_value(i % 2 ? DRIFT_VALUE_TOKEN : DRIFT_VALUE_STRING,
                                       spellings[truth][i % 3])
                          : missing_value();
    }
    drift_profile *expected = profile_of_values(flags, ROWS);
    ck_assert_int_eq(expected->columns[0].type, DRIFT_TYPE_BOOLEAN);
    drift_column column = plain_column(DRIFT_LAYOUT_VALUE, tokens);
    check_same(expected, &column);
    column = plain_column(DRIFT_LAYOUT_BOOL8, whole);
    column.offset = OFFSET;
    column.validity = present;
    check_same(expected, &column);
    column.layout = DRIFT_LAYOUT_BOOL1;
    column.data = bits;
    check_same(expected, &column);
    drift_profile_destroy(expected);
}
END_TEST

START_TEST(time_layouts_agree)
{
    static int64_t times[ROWS];
    static drift_value values[ROWS], tokens[ROWS];
    static char texts[ROWS][64];
    uint64_t state = 4;
    begin(_i);
    for (int i = 0; i < ROWS; i++) {
        times[i] =
            (int64_t)(next_random(&state) % UINT64_C(4000000000000000)) - INT64_C(2000000000000000);
        values[i] = time_value(times[i]);
        size_t length = drift__format_timestamp(texts[i], times[i]);
        ck_assert_uint_eq(length, strlen(texts[i]));
        tokens[i] = text_value(i % 2 ? DRIFT_VALUE_TOKEN : DRIFT_VALUE_STRING, texts[i]);
    }
    drift_profile *expected = profile_of_values(values, ROWS);
    ck_assert_int_eq(expected->columns[0].type, DRIFT_TYPE_TIMESTAMP);
    drift_column column = plain_column(DRIFT_LAYOUT_TIME64, times);
    check_same(expected, &column);
    column = plain_column(DRIFT_LAYOUT_VALUE, tokens);
    check_same(expected, &column);
    drift_profile_destroy(expected);
}
END_TEST

START_TEST(what_is_not_finite_agrees)
{
    static double array[ROWS];
    static drift_value values[ROWS];
    static const double odd[] = {INFINITY, -INFINITY, NAN, -0.0};
    begin(_i);
    fill_numbers();
    for (int i = 0; i < ROWS; i++) {
        array[i] = i % 5 ? numbers[i] / 8.0 : odd[i % 4];
        values[i] = number_value(array[i]);
    }
    drift_profile *expected = profile_of_values(values, ROWS);
    drift_column column = plain_column(DRIFT_LAYOUT_FLOAT64, array);
    check_same(expected, &column);
    ck_assert_uint_gt(expected->columns[0].positive_infinity, 0);
    drift_profile_destroy(expected);
}
END_TEST

START_TEST(bad_columns_are_refused)
{
    double number = 1.0;
    int32_t index = 0;
    drift_column none = DRIFT_COLUMN_INIT;
    drift_column unknown = plain_column(99, &number);
    drift_column no_data = plain_column(DRIFT_LAYOUT_FLOAT64, NULL);
    drift_column old = plain_column(DRIFT_LAYOUT_FLOAT64, &number);
    drift_column strided = plain_column(DRIFT_LAYOUT_STRING32, &index);
    drift_column alone = plain_column(DRIFT_LAYOUT_DICTIONARY, &index);
    drift_column nested = alone, fractional = alone;
    drift_column numbers_column = plain_column(DRIFT_LAYOUT_FLOAT64, &number);
    old.struct_size = 8;
    strided.stride = 8;
    alone.index_layout = nested.index_layout = DRIFT_LAYOUT_INT32;
    nested.dictionary = &alone;
    fractional.dictionary = &numbers_column;
    fractional.dictionary_length = 1;
    fractional.index_layout = DRIFT_LAYOUT_FLOAT32;
    static const char *const reasons[] = {"its layout is unknown",
                                          "its layout is unknown",
                                          "its data is NULL",
                                          "struct_size is too small: start from DRIFT_COLUMN_INIT",
                                          "its layout takes no stride",
                                          "its dictionary is not a column of values",
                                          "its dictionary is not a column of values",
                                          "its dictionary indices are not integers"};
    const drift_column *columns[] = {&none,    &unknown, &no_data, &old,
                                     &strided, &alone,   &nested,  &fractional};
    const char *const names[] = {"x"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        drift_table table = table_of(names, columns[i], 1, 1);
        drift_error error = {""};
        drift_profile *profile = NULL;
        char expected[256];
        snprintf(expected, sizeof expected, "column 'x': %s", reasons[i]);
        ck_assert_int_eq(drift_profile_create(&table, NULL, &profile, &error),
                         DRIFT_ERR_INVALID_ARGUMENT);
        if (i == 6) /* the dictionary of a dictionary has no dictionary itself */
            ck_assert_ptr_nonnull(strstr(error.message, "dictionary"));
        else
            ck_assert_str_eq(error.message, expected);
        ck_assert_ptr_null(profile);
    }
}
END_TEST

START_TEST(timestamps_are_written_as_iso_8601)
{
    static const struct {
        int64_t microseconds;
        const char *text;
    } cases[] = {{0, "1970-01-01T00:00:00Z"},
                 {-1, "1969-12-31T23:59:59.999999Z"},
                 {INT64_C(951782400000000), "2000-02-29T00:00:00Z"},
                 {INT64_C(4107542400000000), "2100-03-01T00:00:00Z"},
                 {INT64_C(1714566896007000), "2024-05-01T12:34:56.007000Z"}};
    char text[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        drift__format_timestamp(text, cases[i].microseconds);
        ck_assert_str_eq(text, cases[i].text);
    }
    ck_assert_uint_lt(drift__format_timestamp(text, INT64_MIN), 64);
    ck_assert_uint_lt(drift__format_timestamp(text, INT64_MAX), 64);
}
END_TEST

static void *counted_reallocate(void *context, void *memory, size_t size)
{
    size_t *block = memory ? (size_t *)memory - 2 : NULL, before = block ? block[0] : 0;
    block = realloc(block, size + 2 * sizeof *block);
    if (!block)
        return NULL;
    *(size_t *)context += size - before;
    block[0] = size;
    return block + 2;
}

static void counted_release(void *context, void *memory)
{
    if (!memory)
        return;
    size_t *block = (size_t *)memory - 2;
    *(size_t *)context -= block[0];
    free(block);
}

START_TEST(a_numeric_column_takes_8_kilobytes_at_most)
{
    enum { MANY = 20000 };
    static double array[MANY];
    static const char *const names[] = {"x"};
    size_t held = 0;
    uint64_t state = 5;
    drift_allocator counted = {counted_reallocate, counted_release, &held};
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.allocator = &counted;
    for (int i = 0; i < MANY; i++)
        array[i] = log((double)(next_random(&state) % 1000000 + 1));
    drift_column column = plain_column(DRIFT_LAYOUT_FLOAT64, array);
    drift_table table = table_of(names, &column, 1, MANY);
    drift_profile *profile = profile_of(&table, &config);
    ck_assert_uint_gt(held, 2048);
    ck_assert_uint_lt(held, 8192);
    drift_profile_destroy(profile);
    ck_assert_uint_eq(held, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("block");
    tcase_add_loop_test(tests, number_layouts_agree, 0, 4);
    tcase_add_loop_test(tests, unaligned_strides_are_read, 0, 4);
    tcase_add_loop_test(tests, values_and_tokens_agree_with_arrays, 0, 4);
    tcase_add_loop_test(tests, number_dictionaries_agree, 0, 4);
    tcase_add_loop_test(tests, string_layouts_agree, 0, 4);
    tcase_add_loop_test(tests, string_views_agree, 0, 4);
    tcase_add_loop_test(tests, string_dictionaries_agree, 0, 4);
    tcase_add_loop_test(tests, boolean_layouts_agree, 0, 4);
    tcase_add_loop_test(tests, time_layouts_agree, 0, 4);
    tcase_add_loop_test(tests, what_is_not_finite_agrees, 0, 4);
    tcase_add_test(tests, a_numeric_column_takes_8_kilobytes_at_most);
    tcase_add_test(tests, bad_columns_are_refused);
    tcase_add_test(tests, timestamps_are_written_as_iso_8601);
    return run_suite("block", tests);
}
