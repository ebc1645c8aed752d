/* SPDX-License-Identifier: Apache-2.0
 *
 * profile_support.h: tables, streams of numbers and failing memory for the
 * tests of profiles.
 */
#ifndef TESTS_PROFILE_SUPPORT_H
#define TESTS_PROFILE_SUPPORT_H

#include <check.h>
#include <drift/drift.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/codec.h"
#include "profile/state.h"

/* xorshift64*: the same numbers everywhere. */
static inline uint64_t random_bits(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dULL;
}

static inline double random_unit(uint64_t *state)
{
    return (double)(random_bits(state) >> 11) / 9007199254740992.0;
}

enum { MOST_TABLE_COLUMNS = 64 };

/* A table whose columns are arrays of drift_value or of one layout. */
typedef struct test_table {
    drift_table table;
    const char *names[MOST_TABLE_COLUMNS];
    drift_column columns[MOST_TABLE_COLUMNS];
} test_table;

static inline void table_begin(test_table *t, uint64_t rows)
{
    memset(t, 0, sizeof *t);
    t->table.struct_size = sizeof t->table;
    t->table.n_rows = rows;
    t->table.names = t->names;
    t->table.columns = t->columns;
}

static inline drift_column *table_add(test_table *t, const char *name, drift_layout layout,
                                      const void *data)
{
    uint32_t i = t->table.n_columns++;
    drift_column column = DRIFT_COLUMN_INIT;
    t->names[i] = name;
    t->columns[i] = column;
    t->columns[i].layout = layout;
    t->columns[i].data = data;
    return &t->columns[i];
}

/* The rows first .. first + n - 1 of a table of packed columns. */
static inline test_table table_slice(const test_table *t, uint64_t first, uint64_t n)
{
    test_table part = *t;
    part.table.names = NULL;
    part.table.n_rows = n;
    for (uint32_t i = 0; i < part.table.n_columns; i++)
        part.columns[i].offset += first;
    return part;
}

/* A slice holds pointers into itself; they are set where it is used. */
static inline const drift_table *table_of(test_table *t)
{
    t->table.names = t->names;
    t->table.columns = t->columns;
    return &t->table;
}

static inline drift_value value_missing(void)
{
    drift_value value = {DRIFT_VALUE_MISSING, 0, {0}};
    return value;
}

static inline drift_value value_double(double number)
{
    drift_value value = {DRIFT_VALUE_DOUBLE, 0, {0}};
    value.as.number = number;
    return value;
}

static inline drift_value value_integer(uint32_t tag, int64_t integer)
{
    drift_value value = {tag, 0, {0}};
    value.as.integer = integer;
    return value;
}

static inline drift_value value_text(uint32_t tag, const char *text)
{
    drift_value value = {tag, (uint32_t)strlen(text), {0}};
    value.as.string = text;
    return value;
}

static inline drift_value token(const char *text)
{
    return value_text(DRIFT_VALUE_TOKEN, text);
}

static inline drift_profile *profile_of(const drift_table *table,
                                        const drift_profile_config *config)
{
    drift_profile *profile = NULL;
    drift_error error = {""};
    drift_status status = drift_profile_create(table, config, &profile, &error);
    ck_assert_msg(status == DRIFT_OK, "%s", error.message);
    const char *problem = drift__profile_validate(profile);
    ck_assert_msg(!problem, "%s", problem ? problem : "");
    return profile;
}

static inline drift_profile *profile_against(const drift_profile *reference,
                                             const drift_table *table)
{
    drift_profile *profile = NULL;
    drift_error error = {""};
    ck_assert_int_eq(drift_profile_create_against(reference, NULL, &profile, &error), DRIFT_OK);
    if (table) {
        drift_status status = drift_profile_update(profile, table, &error);
        ck_assert_msg(status == DRIFT_OK, "%s", error.message);
    }
    const char *problem = drift__profile_validate(profile);
    ck_assert_msg(!problem, "%s", problem ? problem : "");
    return profile;
}

static inline drift_buffer *encoded(const drift_profile *profile)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift__profile_encode(profile, bytes), DRIFT_OK);
    return bytes;
}

static inline int same_bytes(const drift_profile *a, const drift_profile *b)
{
    drift_buffer *left = encoded(a), *right = encoded(b);
    int same = drift_buffer_size(left) == drift_buffer_size(right) &&
               memcmp(drift_buffer_data(left), drift_buffer_data(right),
                      drift_buffer_size(left)) == 0;
    drift_buffer_destroy(left);
    drift_buffer_destroy(right);
    return same;
}

static inline const drift__column_state *column_called(const drift_profile *profile,
                                                       const char *name)
{
    size_t index = 0;
    ck_assert_msg(drift_profile_find_column(profile, name, &index) == DRIFT_OK, "%s", name);
    return &profile->columns[index];
}

/* Memory that ends after `left` allocations, and knows what is not released. */
typedef struct short_memory {
    long left;
    long held;
} short_memory;

static inline void *short_reallocate(void *context, void *memory, size_t size)
{
    short_memory *state = context;
    if (state->left-- <= 0)
        return NULL;
    void *result = realloc(memory, size);
    if (!memory && result)
        state->held++;
    return result;
}

static inline void short_release(void *context, void *memory)
{
    short_memory *state = context;
    state->held -= memory != NULL;
    free(memory);
}

static inline drift_allocator short_allocator(short_memory *state)
{
    drift_allocator allocator = {short_reallocate, short_release, state};
    return allocator;
}

static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
