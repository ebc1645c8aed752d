/* SPDX-License-Identifier: Apache-2.0
 *
 * test_profile_codec.c: profiles as bytes: round trips, damage, and the
 * golden file of format 1, which every later version must read.
 */
#include <zstd.h>

#include "profile/codec.h"
#include "profile_fixture.h"

enum { ROWS = 600 };

/* One column of every kind, with every count that is not zero somewhere. */
static drift_profile *sample_profile(uint64_t rows)
{
    static double price[ROWS];
    static int64_t huge[ROWS], when[ROWS];
    static int8_t grade[ROWS];
    static uint8_t flag[ROWS], absent[(ROWS + 7) / 8];
    static char ids[ROWS][16];
    static drift_value town[ROWS], id[ROWS], mixed[ROWS];
    static const char *const towns[] = {"Bern", "Z\xc3\xbcrich", "", "a\"b"};
    uint64_t state = 11;
    for (size_t i = 0; i < ROWS; i++) {
        price[i] = i % 50 == 7 ? HUGE_VAL : i % 90 == 8 ? -HUGE_VAL : 100.0 * next_uniform(&state);
        huge[i] = (INT64_C(1) << 54) + (int64_t)(next_random(&state) % 1000);
        when[i] = INT64_C(1700000000000000) + (int64_t)i * 1234567;
        grade[i] = (int8_t)(next_random(&state) % 5);
        flag[i] = i % 3 == 0;
        snprintf(ids[i], sizeof ids[i], "u-%zu", i);
        town[i] = i % 11 ? text_value(DRIFT_VALUE_STRING, towns[next_random(&state) % 4])
                         : missing_value();
        id[i] = text_value(DRIFT_VALUE_STRING, ids[i]);
        mixed[i] = i == 5 ? text_value(DRIFT_VALUE_TOKEN, "x") : number_value((double)(i % 9));
    }
    memset(absent, 0xb7, sizeof absent);
    static const char *const names[] = {"price", "huge", "when",  "grade", "flag",
                                        "town",  "id",   "mixed", "empty"};
    drift_column columns[] = {
        plain_column(DRIFT_LAYOUT_FLOAT64, price), plain_column(DRIFT_LAYOUT_INT64, huge),
        plain_column(DRIFT_LAYOUT_TIME64, when),   plain_column(DRIFT_LAYOUT_INT8, grade),
        plain_column(DRIFT_LAYOUT_BOOL8, flag),    plain_column(DRIFT_LAYOUT_VALUE, town),
        plain_column(DRIFT_LAYOUT_VALUE, id),      plain_column(DRIFT_LAYOUT_VALUE, mixed),
        plain_column(DRIFT_LAYOUT_NULL, NULL)};
    columns[3].validity = absent;
    drift_schema *schema = NULL;
    ck_assert_int_eq(drift_schema_create(NULL, &schema), DRIFT_OK);
    drift_schema_set_type(schema, "mixed", DRIFT_TYPE_NUMERIC);
    drift_schema_set_role(schema, "price", DRIFT_ROLE_LABEL);
    drift_schema_set_use(schema, "when", DRIFT_USE_INCLUDE);
    drift_schema_allow(schema, "town", "Bern", 4);
    drift_schema_allow(schema, "town", "Basel", 5);
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.schema = schema;
    config.seed = 42;
    drift_table table = table_of(names, columns, 9, rows);
    drift_profile *profile = profile_of(&table, &config);
    drift_schema_destroy(schema);
    static const char *const extra[] = {"zeta", "town", "alpha"};
    drift_column later[] = {plain_column(DRIFT_LAYOUT_FLOAT64, price),
                            plain_column(DRIFT_LAYOUT_VALUE, id),
                            plain_column(DRIFT_LAYOUT_FLOAT64, price)};
    drift_table more = table_of(extra, later, 3, 20);
    ck_assert_int_eq(drift_profile_update(profile, &more, NULL), DRIFT_OK);
    ck_assert_ptr_null(drift__profile_validate(profile));
    return profile;
}

static drift_buffer *plain_of(const drift_profile *profile)
{
    drift_buffer *buffer = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
    ck_assert_int_eq(drift__profile_encode(profile, buffer), DRIFT_OK);
    return buffer;
}

static int equal(const drift_buffer *a, const drift_buffer *b)
{
    return drift_buffer_size(a) == drift_buffer_size(b) &&
           !memcmp(drift_buffer_data(a), drift_buffer_data(b), drift_buffer_size(a));
}

START_TEST(bytes_give_the_profile_back)
{
    drift_profile *profile = sample_profile(ROWS), *again = NULL;
    drift_buffer *bytes = bytes_of(profile);
    drift_error error = {""};
    drift_status status = drift_profile_deserialize(drift_buffer_data(bytes),
                                                    drift_buffer_size(bytes), NULL, &again, &error);
    ck_assert_msg(status == DRIFT_OK, "%s", error.message);
    drift_buffer *first = plain_of(profile), *second = plain_of(again), *text = NULL;
    ck_assert(equal(first, second));
    ck_assert(drift_profile_compatible(profile, again));
    ck_assert_uint_eq(drift_profile_rows(again), ROWS + 20);
    ck_assert_uint_eq(again->n_extra, 2);
    ck_assert_str_eq(again->extra[0], "alpha");
    /* A profile read back counts, merges and renders like the one written. */
    ck_assert_int_eq(drift_profile_merge(again, profile, &error), DRIFT_OK);
    ck_assert_int_eq(drift_profile_merge(profile, profile, &error), DRIFT_OK);
    ck_assert(same_bytes(again, profile));
    ck_assert_int_eq(drift_buffer_create(NULL, &text), DRIFT_OK);
    ck_assert_int_eq(drift_profile_render_text(again, text), DRIFT_OK);
    ck_assert_int_eq(drift_profile_render_json(again, text), DRIFT_OK);
    drift_buffer_destroy(text);
    drift_buffer_destroy(first);
    drift_buffer_destroy(second);
    drift_buffer_destroy(bytes);
    drift_profile_destroy(profile);
    drift_profile_destroy(again);
}
END_TEST

static void expect_refused(const void *bytes, size_t size, drift_status expected,
                           const char *message)
{
    drift_profile *profile = NULL;
    drift_error error = {""};
    drift_status status = drift_profile_deserialize(bytes, size, NULL, &profile, &error);
    ck_assert_int_eq(status, expected);
    ck_assert_ptr_null(profile);
    ck_assert_msg(strstr(error.message, message), "%s", error.message);
}

START_TEST(damage_is_refused)
{
    drift_profile *profile = sample_profile(ROWS);
    drift_buffer *bytes = bytes_of(profile);
    size_t size = drift_buffer_size(bytes);
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, drift_buffer_data(bytes), size);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        drift_profile *read = NULL;
        drift_status status = drift_profile_deserialize(copy, size, NULL, &read, NULL);
        ck_assert_msg(status == DRIFT_ERR_CORRUPT || status == DRIFT_ERR_UNSUPPORTED, "bit %zu",
                      bit);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t length = 0; length < size; length++)
        expect_refused(copy, length, DRIFT_ERR_CORRUPT, "profile");
    expect_refused(copy, size + 1, DRIFT_ERR_CORRUPT, "its length is not what its header says");
    expect_refused("date,price\n1,2\n3,4\n", 19, DRIFT_ERR_CORRUPT,
                   "these bytes are not a profile");
    copy[4] = 4;
    expect_refused(copy, size, DRIFT_ERR_UNSUPPORTED, "profile of format 4: this version reads");
    free(copy);
    drift_buffer_destroy(bytes);
    drift_profile_destroy(profile);
}
END_TEST

/*
 * Behind a checksum and a compressor that somebody made right again: whatever
 * is decoded keeps every invariant and encodes to the bytes it came from.
 */
START_TEST(forged_sections_are_refused_or_whole)
{
    drift_profile *profile = sample_profile(120);
    drift_buffer *plain = plain_of(profile);
    size_t size = drift_buffer_size(plain), accepted = 0;
    uint8_t *copy = malloc(size);
    uint64_t state = 77;
    for (int trial = 0; trial < 20000; trial++) {
        memcpy(copy, drift_buffer_data(plain), size);
        size_t changes = 1 + next_random(&state) % 3;
        for (size_t i = 0; i < changes; i++)
            copy[next_random(&state) % size] = (uint8_t)next_random(&state);
        drift_profile *read = NULL;
        drift_error error = {""};
        drift_status status = drift__profile_decode(copy, size, 1, NULL, &read, &error);
        if (status) {
            ck_assert_int_eq(status, DRIFT_ERR_CORRUPT);
            ck_assert_msg(strstr(error.message, "profile is damaged: "), "%s", error.message);
            continue;
        }
        accepted++;
        ck_assert_ptr_null(drift__profile_validate(read));
        drift_buffer *again = plain_of(read);
        ck_assert_uint_eq(drift_buffer_size(again), size);
        ck_assert_mem_eq(drift_buffer_data(again), copy, size);
        drift_buffer_destroy(again);
        drift_profile_destroy(read);
    }
    ck_assert_uint_lt(accepted, 20000 / 4);
    for (size_t length = 0; length < size; length++) {
        drift_profile *read = NULL;
        ck_assert_int_eq(
            drift__profile_decode(drift_buffer_data(plain), length, 1, NULL, &read, NULL),
            DRIFT_ERR_CORRUPT);
    }
    free(copy);
    drift_buffer_destroy(plain);
    drift_profile_destroy(profile);
}
END_TEST

/* `frame` in an envelope with a right checksum. */
static drift_status read_frame(const void *frame, size_t size, drift_error *error)
{
    drift_buffer *bytes = NULL;
    drift_profile *read = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    drift__writer writer = {bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, "DRpf", DRIFT__PROFILE_PLAIN_FORMAT);
    drift__write_bytes(&writer, frame, size);
    drift__envelope_end(&writer, begin);
    drift_status status = drift_profile_deserialize(drift_buffer_data(bytes),
                                                    drift_buffer_size(bytes), NULL, &read, error);
    drift_profile_destroy(read);
    drift_buffer_destroy(bytes);
    return status;
}

START_TEST(bombs_are_refused)
{
    /* Empty frames (RFC 8878) that state 1 GiB, no size at all, and a window of 128 MiB. */
    static const uint8_t large[] = {0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0,    0,    0,
                                    0x40, 0,    0,    0,    0,    0x01, 0x00, 0x00};
    static const uint8_t unknown[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50, 0x01, 0x00, 0x00};
    static const uint8_t window[] = {0x28, 0xb5, 0x2f, 0xfd, 0x40, 0x88, 0x00, 0x00, 0x01, 0, 0};
    const char *expected = "profile is damaged: it does not hold one zstd frame of a stated size";
    drift_error error = {""};
    ck_assert_int_eq(read_frame(large, sizeof large, &error), DRIFT_ERR_CORRUPT);
    ck_assert_str_eq(error.message, expected);
    ck_assert_int_eq(read_frame(unknown, sizeof unknown, &error), DRIFT_ERR_CORRUPT);
    ck_assert_str_eq(error.message, expected);
    ck_assert_int_eq(read_frame(window, sizeof window, &error), DRIFT_ERR_CORRUPT);
    ck_assert_int_eq(read_frame("", 0, &error), DRIFT_ERR_CORRUPT);
    /* Two frames, each of them right, are one too many. */
    drift_profile *profile = sample_profile(120);
    drift_buffer *plain = plain_of(profile);
    size_t bound = ZSTD_compressBound(drift_buffer_size(plain));
    char *frames = malloc(2 * bound);
    size_t size =
        ZSTD_compress(frames, bound, drift_buffer_data(plain), drift_buffer_size(plain), 3);
    ck_assert_int_eq(read_frame(frames, size, &error), DRIFT_OK);
    memcpy(frames + size, frames, size);
    ck_assert_int_eq(read_frame(frames, 2 * size, &error), DRIFT_ERR_CORRUPT);
    /* So is one that holds nothing and would be skipped. */
    memcpy(frames + size, "\x50\x2a\x4d\x18\0\0\0\0", 8);
    ck_assert_int_eq(read_frame(frames, size + 8, &error), DRIFT_ERR_CORRUPT);
    ck_assert_str_eq(error.message, expected);
    free(frames);
    drift_buffer_destroy(plain);
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(without_memory_nothing_is_made)
{
    drift_profile *profile = sample_profile(120);
    drift_buffer *bytes = bytes_of(profile);
    drift_status status = DRIFT_ERR_OUT_OF_MEMORY;
    long fail_at = 0;
    for (; status == DRIFT_ERR_OUT_OF_MEMORY; fail_at++) {
        failing_memory memory;
        drift_allocator allocator = failing_allocator(&memory);
        memory.fail_at = fail_at;
        drift_profile *read = NULL;
        status = drift_profile_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes),
                                           &allocator, &read, NULL);
        ck_assert(status == DRIFT_OK || !read);
        drift_profile_destroy(read);
        ck_assert_int_eq(memory.alive, 0);
    }
    ck_assert_int_eq(status, DRIFT_OK);
    ck_assert_int_gt(fail_at, 50);
    drift_buffer_destroy(bytes);
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(numeric_columns_stay_small)
{
    enum { N = 20000, COLUMNS = 20 };
    static double values[COLUMNS][N];
    static char names[COLUMNS][8];
    const char *pointers[COLUMNS];
    drift_column columns[COLUMNS];
    uint64_t state = 1;
    for (size_t c = 0; c < COLUMNS; c++) {
        snprintf(names[c], sizeof names[c], "c%zu", c);
        pointers[c] = names[c];
        columns[c] = plain_column(DRIFT_LAYOUT_FLOAT64, values[c]);
        for (size_t i = 0; i < N; i++)
            values[c][i] = log(next_uniform(&state) + 1e-9) * 1e3;
    }
    drift_table table = table_of(pointers, columns, COLUMNS, N);
    drift_profile *profile = profile_of(&table, NULL);
    drift_buffer *bytes = bytes_of(profile);
    ck_assert_uint_lt(drift_buffer_size(bytes) / COLUMNS, 1500);
    drift_buffer_destroy(bytes);
    drift_profile_destroy(profile);
}
END_TEST

static drift_buffer *read_golden(const char *path)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    char chunk[4096];
    for (size_t size; (size = fread(chunk, 1, sizeof chunk, file)) > 0;)
        ck_assert_int_eq(drift_buffer_append(bytes, chunk, size), DRIFT_OK);
    fclose(file);
    return bytes;
}

/* The file was written once, by the version that introduced format 1. */
START_TEST(golden_format_1_is_read_for_ever)
{
    drift_buffer *bytes = read_golden(GOLDEN_DIRECTORY "/profile_format_1.drift");
    drift_profile *golden = NULL;
    drift_error error = {""};
    drift_status status = drift_profile_deserialize(
        drift_buffer_data(bytes), drift_buffer_size(bytes), NULL, &golden, &error);
    ck_assert_msg(status == DRIFT_OK, "%s", error.message);
    ck_assert_uint_eq(drift_profile_rows(golden), ROWS + 20);
    ck_assert_uint_eq(drift_profile_columns(golden), 9);
    ck_assert_uint_eq(golden->seed, 42);
    static const uint32_t types[] = {DRIFT_TYPE_NUMERIC, DRIFT_TYPE_NUMERIC, DRIFT_TYPE_TIMESTAMP,
                                     DRIFT_TYPE_NUMERIC, DRIFT_TYPE_BOOLEAN, DRIFT_TYPE_CATEGORICAL,
                                     DRIFT_TYPE_ID,      DRIFT_TYPE_NUMERIC, DRIFT_TYPE_NUMERIC};
    for (size_t i = 0; i < 9; i++) {
        drift_profile_column column;
        ck_assert_int_eq(drift_profile_get_column(golden, i, &column), DRIFT_OK);
        ck_assert_uint_eq(column.type, types[i]);
    }
    ck_assert_str_eq(golden->columns[5].name, "town");
    ck_assert_uint_eq(golden->columns[0].positive_infinity, 12);
    ck_assert_uint_eq(golden->columns[0].negative_infinity, 7);
    ck_assert_uint_eq(golden->columns[1].cells.integer, 1);
    ck_assert_uint_eq(golden->columns[3].discrete, 1);
    ck_assert_uint_eq(golden->columns[7].invalid, 1);
    ck_assert_uint_eq(golden->columns[8].has_cells, 0);
    ck_assert_int_eq(golden->columns[0].role, DRIFT_ROLE_LABEL);
    ck_assert_int_eq(golden->columns[2].use, DRIFT_USE_INCLUDE);
    ck_assert_uint_eq(drift_categories_size(golden->columns[5].allowed), 2);
    uint64_t count = 0;
    ck_assert_int_eq(drift_categories_count(golden->columns[4].names, "true", 4, &count), DRIFT_OK);
    ck_assert_uint_eq(count, 200);
    ck_assert_str_eq(golden->extra[1], "zeta");
    double value = 0;
    ck_assert_int_eq(drift_profile_quantile(golden, 7, 0.5, &value), DRIFT_OK);
    ck_assert_double_eq(value, 4.0);

    /* Between 16 bytes of head and 8 of checksum lies the frame; its content is what is written. */
    drift_buffer *plain = plain_of(golden);
    size_t size = drift_buffer_size(plain);
    char *content = malloc(size);
    ck_assert_uint_eq(ZSTD_decompress(content, size, (const char *)drift_buffer_data(bytes) + 16,
                                      drift_buffer_size(bytes) - 24),
                      size);
    ck_assert_mem_eq(content, drift_buffer_data(plain), size);
    free(content);
    drift_buffer_destroy(plain);
    drift_buffer_destroy(bytes);
    drift_profile_destroy(golden);
}
END_TEST

/* Written once, by the version that introduced format 2: blocks by a column, an override. */
START_TEST(golden_format_2_is_read_for_ever)
{
    drift_buffer *bytes = read_golden(GOLDEN_DIRECTORY "/profile_format_2.drift");
    drift_profile *golden = NULL;
    drift_error error = {""};
    drift_status status = drift_profile_deserialize(
        drift_buffer_data(bytes), drift_buffer_size(bytes), NULL, &golden, &error);
    ck_assert_msg(status == DRIFT_OK, "%s", error.message);
    ck_assert_uint_eq(drift_profile_rows(golden), 300);
    ck_assert_str_eq(golden->blocks.column, "session");
    ck_assert_uint_eq(golden->blocks.position, 0);
    ck_assert_double_eq(golden->columns[1].override.min_effect, 0.25);
    ck_assert_double_eq(golden->columns[1].override.weight, 2);
    ck_assert_double_eq(golden->columns[1].override.alpha, -1);
    ck_assert_double_eq(golden->columns[2].override.alpha, 0.001);
    uint64_t used = 0;
    for (size_t g = 0; g < DRIFT__GROUPS; g++)
        for (size_t k = 0; k < DRIFT__GROUP_CELLS; k++)
            used += golden->columns[1].groups->cells[g][k];
    ck_assert_uint_eq(used, 300);
    drift_buffer_destroy(bytes);
    drift_profile_destroy(golden);
}
END_TEST

/* Written once, by the version that introduced format 3: plans of a stated season. */
START_TEST(golden_format_3_is_read_for_ever)
{
    drift_buffer *bytes = read_golden(GOLDEN_DIRECTORY "/profile_format_3.drift");
    drift_profile *golden = NULL;
    drift_error error = {""};
    drift_status status = drift_profile_deserialize(
        drift_buffer_data(bytes), drift_buffer_size(bytes), NULL, &golden, &error);
    ck_assert_msg(status == DRIFT_OK, "%s", error.message);
    ck_assert_uint_eq(drift_profile_rows(golden), 400);
    const drift__plan *hour = drift__column_plan(golden, 0, DRIFT__PLAN_OF_VALUES),
                      *town = drift__column_plan(golden, 1, DRIFT__PLAN_OF_VALUES);
    ck_assert_uint_eq(hour->kind, DRIFT__PLAN_WINDOWS);
    ck_assert_uint_eq(hour->rows, 10);
    ck_assert_uint_eq(hour->season, 10);
    ck_assert_uint_eq(hour->windows, 40);
    ck_assert_uint_eq(hour->n_scores, 2);
    ck_assert_uint_eq(town->n_scores, 1);
    ck_assert_double_eq_tol(hour->correlation, 0.312423, 1e-6);
    drift_buffer_destroy(bytes);
    drift_profile_destroy(golden);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("profile_codec");
    tcase_add_test(cases, bytes_give_the_profile_back);
    tcase_add_test(cases, damage_is_refused);
    tcase_add_test(cases, forged_sections_are_refused_or_whole);
    tcase_add_test(cases, bombs_are_refused);
    tcase_add_test(cases, without_memory_nothing_is_made);
    tcase_add_test(cases, numeric_columns_stay_small);
    tcase_add_test(cases, golden_format_1_is_read_for_ever);
    tcase_add_test(cases, golden_format_2_is_read_for_ever);
    tcase_add_test(cases, golden_format_3_is_read_for_ever);
    return run_suite("profile_codec", cases);
}
