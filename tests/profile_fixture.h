/* SPDX-License-Identifier: Apache-2.0
 *
 * profile_fixture.h: what the tests of profiles share: fixed random numbers,
 * an allocator that fails on demand, one-column tables, bytes of a profile.
 */
#ifndef DRIFT_TESTS_PROFILE_FIXTURE_H
#define DRIFT_TESTS_PROFILE_FIXTURE_H

#include <check.h>
#include <drift/drift.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "profile/state.h"

static inline uint64_t next_random(uint64_t *state)
{
    return drift__mix(*state += UINT64_C(0x9e3779b97f4a7c15));
}

static inline double next_uniform(uint64_t *state)
{
    return (double)(next_random(state) >> 11) * 0x1p-53;
}

/** Fails allocation number `fail_at` and all behind it; counts what is alive. */
typedef struct failing_memory {
    long calls, fail_at, alive;
} failing_memory;

static void *failing_reallocate(void *context, void *memory, size_t size)
{
    failing_memory *state = context;
    if (state->fail_at >= 0 && state->calls >= state->fail_at)
        return NULL;
    state->calls++;
    void *result = realloc(memory, size);
    if (result && !memory)
        state->alive++;
    return result;
}

static void failing_release(void *context, void *memory)
{
    failing_memory *state = context;
    if (memory)
        state->alive--;
    free(memory);
}

static inline drift_allocator failing_allocator(failing_memory *state)
{
    *state = (failing_memory){0, -1, 0};
    return (drift_allocator){failing_reallocate, failing_release, state};
}

static inline drift_value number_value(double number)
{
    return (drift_value){DRIFT_VALUE_DOUBLE, 0, {.number = number}};
}

static inline drift_value integer_value(int64_t integer)
{
    return (drift_value){DRIFT_VALUE_INT64, 0, {.integer = integer}};
}

static inline drift_value bool_value(int truth)
{
    return (drift_value){DRIFT_VALUE_BOOL, 0, {.integer = truth}};
}

static inline drift_value time_value(int64_t microseconds)
{
    return (drift_value){DRIFT_VALUE_TIME, 0, {.integer = microseconds}};
}

static inline drift_value text_value(uint32_t tag, const char *text)
{
    return (drift_value){tag, (uint32_t)strlen(text), {.string = text}};
}

static inline drift_value missing_value(void)
{
    return (drift_value){DRIFT_VALUE_MISSING, 0, {.integer = 0}};
}

static inline drift_column plain_column(uint32_t layout, const void *data)
{
    drift_column column = DRIFT_COLUMN_INIT;
    column.layout = layout;
    column.data = data;
    return column;
}

static inline drift_table table_of(const char *const *names, const drift_column *columns,
                                   uint32_t n_columns, uint64_t n_rows)
{
    drift_table table = DRIFT_TABLE_INIT;
    table.names = names;
    table.columns = columns;
    table.n_columns = n_columns;
    table.n_rows = n_rows;
    return table;
}

static inline drift_profile *profile_of(const drift_table *table,
                                        const drift_profile_config *config)
{
    drift_profile *profile = NULL;
    drift_error error = {""};
    drift_status status = drift_profile_create(table, config, &profile, &error);
    ck_assert_msg(status == DRIFT_OK, "%s", error.message);
    const char *problem = drift__profile_validate(profile);
    ck_assert_msg(!problem, "%s", problem);
    return profile;
}

/** Reference profile of one column called "x". */
static inline drift_profile *profile_of_column(const drift_column *column, uint64_t rows)
{
    static const char *const names[] = {"x"};
    drift_table table = table_of(names, column, 1, rows);
    return profile_of(&table, NULL);
}

static inline drift_profile *profile_against(const drift_profile *reference)
{
    drift_profile *profile = NULL;
    ck_assert_int_eq(drift_profile_create_against(reference, NULL, &profile, NULL), DRIFT_OK);
    return profile;
}

static inline drift_buffer *bytes_of(const drift_profile *profile)
{
    drift_buffer *buffer = NULL;
    const char *problem = drift__profile_validate(profile);
    ck_assert_msg(!problem, "%s", problem);
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
    ck_assert_int_eq(drift_profile_serialize(profile, buffer, NULL), DRIFT_OK);
    return buffer;
}

static inline int same_bytes(const drift_profile *a, const drift_profile *b)
{
    drift_buffer *left = bytes_of(a), *right = bytes_of(b);
    int same = drift_buffer_size(left) == drift_buffer_size(right) &&
               !memcmp(drift_buffer_data(left), drift_buffer_data(right), drift_buffer_size(left));
    drift_buffer_destroy(left);
    drift_buffer_destroy(right);
    return same;
}

static inline int run_suite(const char *name, TCase *tests)
{
    Suite *suite = suite_create(name);
    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 60);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

#endif
