/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_comparison.c: two tables of 1,000,000 rows and 20 numeric columns in
 * memory, nothing prepared; and its parts.
 */
#include <drift/drift.h>
#include <stdio.h>

#include "harness.h"

enum { ROWS = 1000000, COLUMNS = 20 };

typedef struct tables {
    drift_column columns[2][COLUMNS];
    const char *names[COLUMNS];
    drift_table table[2];
    drift_profile *reference, *current;
} tables;

static int profile_reference(void *context)
{
    tables *t = context;
    drift_profile_destroy(t->reference);
    t->reference = NULL;
    return drift_profile_create(&t->table[0], NULL, &t->reference, NULL) != DRIFT_OK;
}

static int profile_current(void *context)
{
    tables *t = context;
    drift_profile_destroy(t->current);
    t->current = NULL;
    return drift_profile_create_against(t->reference, NULL, &t->current, NULL) ||
           drift_profile_update(t->current, &t->table[1], NULL);
}

static int compare_profiles(void *context)
{
    tables *t = context;
    drift_comparison *comparison = NULL;
    if (drift_comparison_create(t->reference, t->current, NULL, &comparison, NULL))
        return 1;
    drift_comparison_destroy(comparison);
    return 0;
}

static int compare_tables(void *context)
{
    return profile_reference(context) || profile_current(context) || compare_profiles(context);
}

int main(void)
{
    static tables t;
    static char names[COLUMNS][16];
    const drift_column empty = DRIFT_COLUMN_INIT;
    const drift_table table = DRIFT_TABLE_INIT;
    for (int side = 0; side < 2; side++) {
        for (int k = 0; k < COLUMNS; k++) {
            double *values = bench_allocate(ROWS * sizeof *values);
            for (size_t i = 0; i < ROWS; i++)
                values[i] = bench_normal() + (side && k < 4 ? 0.1 : 0);
            t.columns[side][k] = empty;
            t.columns[side][k].layout = DRIFT_LAYOUT_FLOAT64;
            t.columns[side][k].data = values;
            snprintf(names[k], sizeof names[k], "x%d", k);
            t.names[k] = names[k];
        }
        t.table[side] = table;
        t.table[side].n_columns = COLUMNS;
        t.table[side].n_rows = ROWS;
        t.table[side].names = t.names;
        t.table[side].columns = t.columns[side];
    }
    double values = (double)ROWS * COLUMNS;
    bench_run("comparison.tables.1000000x20", compare_tables, &t, 2 * values, 3);
    bench_run("profile.reference.float64", profile_reference, &t, values, 3);
    bench_run("profile.against.float64", profile_current, &t, values, 3);
    bench_run("comparison.profiles.20", compare_profiles, &t, 1, 21);
    return 0;
}
