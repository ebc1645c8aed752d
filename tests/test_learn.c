/* SPDX-License-Identifier: Apache-2.0
 *
 * test_learn.c: inferred types, the sample of rows, the choice of edges.
 */
#include "core/hash.h"
#include "core/key.h"
#include "core/memory.h"
#include "core/sort.h"
#include "profile/learn_state.h"
#include "profile_fixture.h"

enum { MOST = 4000 };

static drift_type type_of_values(const drift_value *values, uint64_t n)
{
    drift_column column = plain_column(DRIFT_LAYOUT_VALUE, values);
    drift_profile *profile = profile_of_column(&column, n);
    drift_type type = profile->columns[0].type;
    drift_profile_destroy(profile);
    return type;
}

static drift_type type_of_texts(uint32_t tag, const char *const *texts, uint64_t n)
{
    drift_value values[16];
    for (uint64_t i = 0; i < n; i++)
        values[i] = texts[i] ? text_value(tag, texts[i]) : missing_value();
    return type_of_values(values, n);
}

START_TEST(types_of_tokens_and_texts)
{
    const char *const numbers[] = {"1", NULL, "2.5", "inf"};
    const char *const truths[] = {"True", "false", NULL, "TRUE"};
    const char *const times[] = {"2024-05-01", "2024-05-01T12:00:00Z"};
    const char *const mixed[] = {"1", "2", "three"};
    const char *const nothing[] = {NULL, NULL};
    ck_assert_int_eq(type_of_texts(DRIFT_VALUE_TOKEN, numbers, 4), DRIFT_TYPE_NUMERIC);
    ck_assert_int_eq(type_of_texts(DRIFT_VALUE_STRING, numbers, 4), DRIFT_TYPE_CATEGORICAL);
    ck_assert_int_eq(type_of_texts(DRIFT_VALUE_TOKEN, truths, 4), DRIFT_TYPE_BOOLEAN);
    ck_assert_int_eq(type_of_texts(DRIFT_VALUE_STRING, truths, 4), DRIFT_TYPE_BOOLEAN);
    ck_assert_int_eq(type_of_texts(DRIFT_VALUE_TOKEN, times, 2), DRIFT_TYPE_TIMESTAMP);
    ck_assert_int_eq(type_of_texts(DRIFT_VALUE_STRING, times, 2), DRIFT_TYPE_TIMESTAMP);
    ck_assert_int_eq(type_of_texts(DRIFT_VALUE_TOKEN, mixed, 3), DRIFT_TYPE_CATEGORICAL);
    ck_assert_int_eq(type_of_texts(DRIFT_VALUE_TOKEN, nothing, 2), DRIFT_TYPE_NUMERIC);
}
END_TEST

START_TEST(types_of_typed_values)
{
    drift_value numbers[] = {number_value(1), integer_value(2), number_value(NAN)};
    drift_value truths[] = {bool_value(1), bool_value(0), missing_value()};
    drift_value flags[] = {bool_value(1), number_value(0.5), integer_value(3)};
    drift_value times[] = {time_value(0), time_value(-5), missing_value()};
    drift_value mixed[] = {time_value(0), number_value(1), missing_value()};
    ck_assert_int_eq(type_of_values(numbers, 3), DRIFT_TYPE_NUMERIC);
    ck_assert_int_eq(type_of_values(truths, 3), DRIFT_TYPE_BOOLEAN);
    ck_assert_int_eq(type_of_values(flags, 3), DRIFT_TYPE_CATEGORICAL);
    ck_assert_int_eq(type_of_values(times, 3), DRIFT_TYPE_TIMESTAMP);
    ck_assert_int_eq(type_of_values(mixed, 3), DRIFT_TYPE_CATEGORICAL);
}
END_TEST

/* `repeated` of `n` texts are one and the same. */
static drift_type type_of_names(size_t n, size_t repeated)
{
    static char texts[MOST][16];
    static drift_value values[MOST];
    for (size_t i = 0; i < n; i++) {
        snprintf(texts[i], sizeof texts[i], "n%zu", i < repeated ? (size_t)0 : i);
        values[i] = text_value(DRIFT_VALUE_STRING, texts[i]);
    }
    return type_of_values(values, n);
}

START_TEST(ids_are_found)
{
    static drift_value values[MOST];
    ck_assert_int_eq(type_of_names(100, 0), DRIFT_TYPE_ID);
    ck_assert_int_eq(type_of_names(99, 0), DRIFT_TYPE_CATEGORICAL);
    ck_assert_int_eq(type_of_names(MOST, 190), DRIFT_TYPE_ID);
    ck_assert_int_eq(type_of_names(MOST, 210), DRIFT_TYPE_CATEGORICAL);
    for (int i = 0; i < MOST; i++)
        values[i] = integer_value(7 + 3 * i);
    ck_assert_int_eq(type_of_values(values, 100), DRIFT_TYPE_ID);
    ck_assert_int_eq(type_of_values(values, 99), DRIFT_TYPE_NUMERIC);
    values[50] = values[49];
    ck_assert_int_eq(type_of_values(values, 100), DRIFT_TYPE_NUMERIC);
    for (int i = 0; i < MOST; i++)
        values[i] = number_value(i + 0.5);
    ck_assert_int_eq(type_of_values(values, 1000), DRIFT_TYPE_NUMERIC);
}
END_TEST

START_TEST(schema_overrides_the_type)
{
    drift_value values[] = {integer_value(1), integer_value(2), integer_value(1)};
    const char *const names[] = {"x"};
    drift_column column = plain_column(DRIFT_LAYOUT_VALUE, values);
    drift_table table = table_of(names, &column, 1, 3);
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_schema *schema = NULL;
    ck_assert_int_eq(drift_schema_create(NULL, &schema), DRIFT_OK);
    drift_schema_set_type(schema, "x", DRIFT_TYPE_CATEGORICAL);
    drift_schema_set_role(schema, "x", DRIFT_ROLE_LABEL);
    config.schema = schema;
    drift_profile *profile = profile_of(&table, &config);
    ck_assert_int_eq(profile->columns[0].type, DRIFT_TYPE_CATEGORICAL);
    ck_assert_int_eq(profile->columns[0].role, DRIFT_ROLE_LABEL);
    ck_assert_uint_eq(profile->columns[0].numeric_tokens, 3);
    uint64_t count = 0;
    ck_assert_int_eq(drift_categories_count(profile->columns[0].names, "1", 1, &count), DRIFT_OK);
    ck_assert_uint_eq(count, 2);
    drift_profile_destroy(profile);

    drift_schema_set_type(schema, "y", DRIFT_TYPE_NUMERIC);
    drift_error error = {""};
    profile = NULL;
    ck_assert_int_eq(drift_profile_create(&table, &config, &profile, &error), DRIFT_ERR_NOT_FOUND);
    ck_assert_str_eq(error.message, "the schema names a column 'y' that the data does not have");
    ck_assert_ptr_null(profile);
    drift_schema_destroy(schema);
}
END_TEST

static const char *edges_problem(const int64_t *sorted, size_t m, int64_t minimum, int64_t maximum)
{
    drift__edges edges;
    drift__choose_edges(sorted, m, minimum, maximum, &edges);
    if (edges.keys[0] != minimum || edges.keys[edges.n] != maximum + 1)
        return "the outer edges are not the extremes";
    for (uint32_t k = 0; k < edges.n; k++) {
        if (edges.keys[k] >= edges.keys[k + 1])
            return "edges do not rise";
        if (edges.atoms[k] != (edges.keys[k + 1] - edges.keys[k] == 1))
            return "an atom is not one key wide";
    }
    size_t least = (m + 63) / 64 < 3 ? 3 : (m + 63) / 64;
    for (size_t i = 0, next; i < m; i = next) {
        for (next = i + 1; next < m && sorted[next] == sorted[i]; next++)
            ;
        uint32_t k = 0;
        while (k < edges.n && edges.keys[k + 1] <= sorted[i])
            k++;
        if (!edges.atoms[k] && (edges.discrete || next - i >= least))
            return "a frequent value has no cell of its own";
    }
    for (uint32_t k = 0; k < edges.n && !edges.discrete; k++) {
        size_t inside = 0;
        for (size_t i = 0; i < m; i++)
            inside += sorted[i] >= edges.keys[k] && sorted[i] < edges.keys[k + 1];
        if (!edges.atoms[k] && inside > 2 * (m / 64 + 1))
            return "a cell holds more than twice its share";
    }
    return NULL;
}

START_TEST(edges_keep_their_promises)
{
    static int64_t keys[2000], scratch[2000];
    uint64_t state = 11;
    for (int round = 0; round < 400; round++) {
        size_t m = 1 + next_random(&state) % (round % 4 ? 2000 : 100);
        uint64_t spread = UINT64_C(1) << (next_random(&state) % 40);
        for (size_t i = 0; i < m; i++)
            keys[i] = (int64_t)(next_random(&state) % spread) - (int64_t)(spread / 2);
        for (size_t i = 0; i < m / 3 && round % 3 == 0; i++)
            keys[i] = 5;
        drift__sort_keys(keys, m, scratch);
        const char *problem = edges_problem(keys, m, keys[0] - round % 5, keys[m - 1] + round % 7);
        ck_assert_msg(!problem, "round %d: %s", round, problem);
    }
}
END_TEST

START_TEST(edges_stand_at_the_ranks)
{
    static int64_t keys[6400];
    drift__edges edges;
    for (int i = 0; i < 6400; i++)
        keys[i] = 10 * i;
    drift__choose_edges(keys, 6400, 0, 63990, &edges);
    ck_assert_int_eq(edges.discrete, 0);
    int found = 0, twentieths = 0;
    for (uint32_t k = 0; k <= edges.n; k++) {
        found += edges.keys[k] > 0 && edges.keys[k] < 63990 && edges.keys[k] % 1000 == 0;
        twentieths += edges.keys[k] > 0 && edges.keys[k] < 63990 && edges.keys[k] % 3200 == 0;
    }
    ck_assert_int_eq(found, 63);
    ck_assert_int_eq(twentieths, 19);
    /* 63 + 19 - 3 shared, 8 in the tails, 2 outer edges. */
    ck_assert_uint_eq(edges.n + 1, 63 + 19 - 3 + 8 + 2);
}
END_TEST

/* Sums, products and roundings only: the same doubles on every machine. */
static double number_of_kind(int kind, uint64_t *state)
{
    const uint64_t drawn = next_random(state);
    const double a = (double)(drawn % 65521) / 65521, b = (double)(drawn / 65536 % 65519) / 65519;
    const double c = (double)(drawn >> 33 & 0xffff) / 65536, sum = a + b + c - 1.5;
    switch (kind) {
    case 0:
        return sum;
    case 1: /* long tails on both sides */
        return sum / (c + 1e-4);
    case 2: /* as many values as may be atoms, and one more */
        return (double)(drawn % 65);
    case 3: /* atoms among others */
        return a < 0.3 ? 0 : b < 0.02 ? 7 : sum;
    case 4:
        return (double)(drawn % 3000);
    case 5: /* few values, 65 that are seen now and then */
        return b < 0.001 ? (double)(drawn % 65) : (double)(drawn % 20);
    case 6: /* most of it where few of the edges' sample look */
        return b < 0.02 ? sum * 1e6 : 1 + a * 1e-9;
    default: /* halves of atoms on either side of what makes one, -0 among them */
        return a < 1 / 64.0 ? -0.0 : a < 2.02 / 64 ? -1 : sum;
    }
}

/* A large sample, ordered only where edges lie, gives those of the sorted one; and those of ever. */
START_TEST(edges_of_large_samples_are_those_of_sorted_ones)
{
    enum { LARGEST = 131072, EDGE_KINDS = 8 };
    static const size_t sizes[] = {8191, 8192, 8400, 30000, LARGEST};
    static int64_t keys[LARGEST], sorted[LARGEST], scratch[LARGEST];
    const drift_allocator memory = drift__allocator(NULL);
    const uint64_t hash_key[2] = {1, 2};
    uint64_t state = 5, digest = 0;
    for (int kind = 0; kind < EDGE_KINDS; kind++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            drift__edges found, wanted;
            const size_t m = sizes[s];
            for (size_t i = 0; i < m; i++)
                sorted[i] = keys[i] = drift__key(number_of_kind(kind, &state));
            drift__sort_keys(sorted, m, scratch);
            drift__choose_edges(sorted, m, sorted[0], sorted[m - 1], &wanted);
            ck_assert_int_eq(drift__order_for_edges(keys, m, 0, &memory), DRIFT_OK);
            drift__choose_edges(keys, m, sorted[0], sorted[m - 1], &found);
            ck_assert_msg(found.n == wanted.n && found.discrete == wanted.discrete &&
                              !memcmp(found.keys, wanted.keys, (found.n + 1) * sizeof *keys) &&
                              !memcmp(found.atoms, wanted.atoms, found.n),
                          "kind %d, %zu values", kind, m);
            for (uint32_t k = 0; k <= found.n; k++) {
                uint64_t both[2] = {digest, (uint64_t)found.keys[k]};
                digest = drift__siphash(2, 4, hash_key, both, sizeof both);
            }
        }
    ck_assert_uint_eq(digest, UINT64_C(442726811870435725));
}
END_TEST

START_TEST(ordering_survives_want_of_memory)
{
    enum { M = 20000 };
    static int64_t keys[M];
    uint64_t state = 3;
    for (long fail_at = 0, failed = 1; failed; fail_at++) {
        failing_memory memory;
        drift_allocator allocator = failing_allocator(&memory);
        memory.fail_at = fail_at;
        for (size_t i = 0; i < M; i++)
            keys[i] = drift__key(number_of_kind(0, &state));
        drift_status status = drift__order_for_edges(keys, M, 0, &allocator);
        failed = status != DRIFT_OK;
        ck_assert_int_eq(status, failed ? DRIFT_ERR_OUT_OF_MEMORY : DRIFT_OK);
        ck_assert_int_eq(memory.alive, 0);
        ck_assert(failed || fail_at > 8);
    }
}
END_TEST

START_TEST(few_values_get_a_cell_each)
{
    double numbers[50];
    for (int i = 0; i < 50; i++)
        numbers[i] = (i % 5) * 1.5;
    drift_column column = plain_column(DRIFT_LAYOUT_FLOAT64, numbers);
    drift_profile *profile = profile_of_column(&column, 50);
    const drift__column_state *state = &profile->columns[0];
    ck_assert_uint_eq(state->discrete, 1);
    ck_assert_uint_eq(state->cells.n, 9);
    for (uint32_t k = 0; k < 9; k++) {
        ck_assert_uint_eq(state->cells.atoms[k], k % 2 == 0);
        ck_assert_uint_eq(state->cells.counts[k + 1], k % 2 ? 0 : 10);
    }
    drift_profile_destroy(profile);
}
END_TEST

/* The reference profile of a table shown in batches of `batch` rows. */
static drift_profile *learn_in_batches(const double *numbers, uint64_t n, uint64_t batch,
                                       uint64_t sample_rows)
{
    const char *const names[] = {"x"};
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.sample_rows = sample_rows;
    config.seed = 42;
    drift__learner *learner = NULL;
    drift_profile *profile = NULL;
    ck_assert_int_eq(drift__learner_create(&config, &learner, NULL), DRIFT_OK);
    for (int pass = 0; pass < 3; pass++) {
        for (uint64_t first = 0; first < n; first += batch) {
            drift_column column = plain_column(DRIFT_LAYOUT_FLOAT64, numbers);
            column.offset = first;
            drift_table table = table_of(names, &column, 1, n - first < batch ? n - first : batch);
            drift_status status = pass == 0   ? drift__learner_infer(learner, &table, 1, NULL)
                                  : pass == 1 ? drift__learner_sample(learner, &table, 1, NULL)
                                              : drift_profile_update(profile, &table, NULL);
            ck_assert_int_ge(status, DRIFT_OK);
            if (status == DRIFT_END)
                break;
        }
        if (pass == 1)
            ck_assert_int_eq(drift__learner_freeze(learner, 0, &profile, NULL), DRIFT_OK);
    }
    drift__learner_destroy(learner);
    return profile;
}

START_TEST(sample_does_not_depend_on_batches)
{
    static double numbers[MOST];
    const uint64_t batches[] = {1, 7, 100, 999, 3999};
    const uint64_t samples[] = {0, 1, 10, 500, 3999, 4000};
    uint64_t state = 3;
    for (int i = 0; i < MOST; i++)
        numbers[i] = next_uniform(&state);
    for (size_t s = 0; s < sizeof samples / sizeof *samples; s++) {
        drift_profile *whole = learn_in_batches(numbers, MOST, MOST, samples[s]);
        uint64_t expected = samples[s] ? samples[s] : MOST;
        ck_assert_uint_eq(whole->sample_rows, expected);
        ck_assert_uint_eq(whole->reference_rows, MOST);
        ck_assert_int_eq(whole->sampling,
                         expected < MOST ? DRIFT__SAMPLING_HASH : DRIFT__SAMPLING_ALL);
        ck_assert_uint_eq(whole->columns[0].cells.counts[0], 0);
        ck_assert_uint_eq(whole->columns[0].cells.counts[whole->columns[0].cells.n + 1], 0);
        for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
            drift_profile *parts = learn_in_batches(numbers, MOST, batches[b], samples[s]);
            ck_assert(same_bytes(whole, parts));
            drift_profile_destroy(parts);
        }
        drift_profile_destroy(whole);
    }
}
END_TEST

/* Sorted data: a sample of the rows must still cover the whole range evenly. */
START_TEST(sample_covers_sorted_data)
{
    static double numbers[40000];
    for (int i = 0; i < 40000; i++)
        numbers[i] = i * 0.25;
    drift_profile *profile = learn_in_batches(numbers, 40000, 1000, 2000);
    const drift__cells *cells = &profile->columns[0].cells;
    for (uint32_t k = 1; k <= cells->n; k++)
        ck_assert_uint_lt(cells->counts[k], 40000 / 64 * 2);
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(frequent_names_are_pinned)
{
    enum { ROWS = 12000 };
    static char texts[ROWS][16];
    static drift_value values[ROWS];
    /* 3,000 names, 1,024 of them four times as frequent. */
    for (int i = 0, row = 0; row < ROWS; i++) {
        int times = i < 1024 ? 7 : 2;
        for (int j = 0; j < times && row < ROWS; j++, row++) {
            snprintf(texts[row], sizeof texts[row], "name %04d", i);
            values[row] = text_value(DRIFT_VALUE_TOKEN, texts[row]);
        }
    }
    drift_column column = plain_column(DRIFT_LAYOUT_VALUE, values);
    drift_profile *profile = profile_of_column(&column, ROWS);
    size_t pinned = 0;
    for (size_t i = 0; i < drift_categories_size(profile->columns[0].names); i++) {
        drift_category name;
        drift_categories_get(profile->columns[0].names, i, &name);
        pinned += name.pinned;
        if (name.pinned)
            ck_assert_uint_eq(name.count, 7);
    }
    ck_assert_uint_eq(pinned, 1024);
    drift_profile_destroy(profile);
}
END_TEST

START_TEST(nothing_to_learn_from)
{
    const char *const names[] = {"x"};
    drift_error error = {""};
    drift_profile *profile = NULL;
    drift_column column = plain_column(DRIFT_LAYOUT_NULL, NULL);
    drift_table no_rows = table_of(names, &column, 1, 0);
    drift_table no_columns = table_of(NULL, NULL, 0, 5);
    ck_assert_int_eq(drift_profile_create(&no_rows, NULL, &profile, &error),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_str_eq(error.message, "the reference has no rows");
    ck_assert_int_eq(drift_profile_create(&no_columns, NULL, &profile, &error),
                     DRIFT_ERR_NOT_ENOUGH_DATA);
    ck_assert_str_eq(error.message, "the reference has no columns");
    ck_assert_ptr_null(profile);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("learn");
    tcase_add_test(tests, types_of_tokens_and_texts);
    tcase_add_test(tests, types_of_typed_values);
    tcase_add_test(tests, ids_are_found);
    tcase_add_test(tests, schema_overrides_the_type);
    tcase_add_test(tests, edges_keep_their_promises);
    tcase_add_test(tests, edges_stand_at_the_ranks);
    tcase_add_test(tests, edges_of_large_samples_are_those_of_sorted_ones);
    tcase_add_test(tests, ordering_survives_want_of_memory);
    tcase_add_test(tests, few_values_get_a_cell_each);
    tcase_add_test(tests, sample_does_not_depend_on_batches);
    tcase_add_test(tests, sample_covers_sorted_data);
    tcase_add_test(tests, frequent_names_are_pinned);
    tcase_add_test(tests, nothing_to_learn_from);
    return run_suite("learn", tests);
}
