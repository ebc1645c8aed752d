/* SPDX-License-Identifier: Apache-2.0
 *
 * made_data.h: small tables for tests, from a fixed seed.
 */
#ifndef DRIFT_TESTS_MADE_DATA_H
#define DRIFT_TESTS_MADE_DATA_H

#include <check.h>
#include <drift/drift.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MADE_ROWS = 40000, MADE_COLUMNS = 4 };
static const char *const MADE_NAMES[MADE_COLUMNS] = {"x", "y", "z", "flag"};
static const char *const MADE_WORDS[6] = {"red", "green", "blue", "black", "white", "new"};

typedef struct made {
    double x[MADE_ROWS], y[MADE_ROWS];
    drift_value z[MADE_ROWS];
    uint8_t flag[MADE_ROWS];
    drift_column columns[MADE_COLUMNS];
    drift_table table;
} made;

static uint64_t made_state = 88172645463325252ULL;

static inline double made_uniform(void)
{
    made_state ^= made_state << 13;
    made_state ^= made_state >> 7;
    made_state ^= made_state << 17;
    return ((double)(made_state >> 11) + 0.5) / 9007199254740992.0;
}

static inline double made_normal(void)
{
    return sqrt(-2 * log(made_uniform())) * cos(6.283185307179586 * made_uniform());
}

static inline drift_value made_word(int word)
{
    drift_value value = {DRIFT_VALUE_STRING, (uint32_t)strlen(MADE_WORDS[word]), {0}};
    value.as.string = MADE_WORDS[word];
    return value;
}

/* x, y normal; z one of five words; flag true in three of ten rows. */
static inline made *make_table(uint64_t rows)
{
    made *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    ck_assert(rows <= MADE_ROWS);
    for (uint64_t i = 0; i < rows; i++) {
        m->x[i] = made_normal();
        m->y[i] = made_normal() * 3 + 10;
        m->z[i] = made_word((int)(made_uniform() * made_uniform() * 5));
        m->flag[i] = made_uniform() < 0.3;
    }
    const drift_column empty = DRIFT_COLUMN_INIT;
    const drift_table table = DRIFT_TABLE_INIT;
    const void *data[MADE_COLUMNS] = {m->x, m->y, m->z, m->flag};
    const uint32_t layouts[MADE_COLUMNS] = {DRIFT_LAYOUT_FLOAT64, DRIFT_LAYOUT_FLOAT64,
                                            DRIFT_LAYOUT_VALUE, DRIFT_LAYOUT_BOOL8};
    for (int k = 0; k < MADE_COLUMNS; k++) {
        m->columns[k] = empty;
        m->columns[k].data = data[k];
        m->columns[k].layout = layouts[k];
    }
    m->table = table;
    m->table.n_columns = MADE_COLUMNS;
    m->table.n_rows = rows;
    m->table.names = MADE_NAMES;
    m->table.columns = m->columns;
    return m;
}

static inline drift_profile *made_reference(const made *m)
{
    drift_error error;
    drift_profile *profile = NULL;
    ck_assert_msg(drift_profile_create(&m->table, NULL, &profile, &error) == DRIFT_OK, "%s",
                  error.message);
    return profile;
}

static inline drift_profile *made_current(const drift_profile *reference, const drift_table *table)
{
    drift_error error;
    drift_profile *profile = NULL;
    ck_assert_int_eq(drift_profile_create_against(reference, NULL, &profile, &error), DRIFT_OK);
    ck_assert_msg(drift_profile_update(profile, table, &error) == DRIFT_OK, "%s", error.message);
    return profile;
}

#endif
