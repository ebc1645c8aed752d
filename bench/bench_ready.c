/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_ready.c: what is done with ready profiles of 100 numeric columns:
 * compare two, merge a thousand, to bytes and back. An item is a column.
 */
#include <drift/drift.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

enum { COLUMNS = 100, ROWS = 100000, ROWS_OF_PART = 1000, PARTS = 1000, SHIFTED = 20 };

typedef struct setting {
    drift_profile *reference, *current, *sum;
    drift_profile *parts[PARTS];
    drift_buffer *bytes;
} setting;

/* Fill `columns` anew and count them in `profile`, or make `*out_reference` of them. */
static int learn_or_count(double *const *values, size_t rows, double shift, drift_profile *profile,
                          drift_profile **out_reference)
{
    static char names[COLUMNS][16];
    static const char *name[COLUMNS];
    drift_column columns[COLUMNS];
    drift_table table = DRIFT_TABLE_INIT;
    for (size_t k = 0; k < COLUMNS; k++) {
        for (size_t i = 0; i < rows; i++)
            values[k][i] = bench_normal() + (k < SHIFTED ? shift : 0);
        columns[k] = (drift_column)DRIFT_COLUMN_INIT;
        columns[k].layout = DRIFT_LAYOUT_FLOAT64;
        columns[k].data = values[k];
        snprintf(names[k], sizeof names[k], "x%zu", k);
        name[k] = names[k];
    }
    table.n_columns = COLUMNS;
    table.n_rows = rows;
    table.names = name;
    table.columns = columns;
    if (out_reference)
        return drift_profile_create(&table, NULL, out_reference, NULL) != DRIFT_OK;
    return drift_profile_update(profile, &table, NULL) != DRIFT_OK;
}

static int prepare(setting *s)
{
    double *values[COLUMNS];
    for (size_t k = 0; k < COLUMNS; k++)
        values[k] = bench_allocate(ROWS * sizeof **values);
    if (learn_or_count(values, ROWS, 0, NULL, &s->reference) ||
        drift_profile_create_against(s->reference, NULL, &s->current, NULL) ||
        drift_profile_create_against(s->reference, NULL, &s->sum, NULL) ||
        learn_or_count(values, ROWS, 0.1, s->current, NULL))
        return 1;
    for (size_t i = 0; i < PARTS; i++)
        if (drift_profile_create_against(s->reference, NULL, &s->parts[i], NULL) ||
            learn_or_count(values, ROWS_OF_PART, 0, s->parts[i], NULL))
            return 1;
    for (size_t k = 0; k < COLUMNS; k++)
        free(values[k]);
    return drift_buffer_create(NULL, &s->bytes) != DRIFT_OK;
}

static int compare(void *context)
{
    setting *s = context;
    drift_comparison *comparison = NULL;
    if (drift_comparison_create(s->reference, s->current, NULL, &comparison, NULL))
        return 1;
    drift_comparison_destroy(comparison);
    return 0;
}

static int merge(void *context)
{
    setting *s = context;
    drift_profile_reset(s->sum);
    for (size_t i = 0; i < PARTS; i++)
        if (drift_profile_merge(s->sum, s->parts[i], NULL))
            return 1;
    return drift_profile_rows(s->sum) != (uint64_t)PARTS * ROWS_OF_PART;
}

static int encode(void *context)
{
    setting *s = context;
    drift_buffer_reset(s->bytes);
    return drift_profile_serialize(s->current, s->bytes, NULL) != DRIFT_OK;
}

static int decode(void *context)
{
    setting *s = context;
    drift_profile *profile = NULL;
    if (drift_profile_deserialize(drift_buffer_data(s->bytes), drift_buffer_size(s->bytes), NULL,
                                  &profile, NULL))
        return 1;
    drift_profile_destroy(profile);
    return 0;
}

int main(void)
{
    static setting s;
    if (prepare(&s))
        return 1;
    bench_run("profile.compare.100", compare, &s, COLUMNS, 51);
    bench_run("profile.merge.1000x100", merge, &s, (double)PARTS * COLUMNS, 9);
    if (encode(&s))
        return 1;
    bench_run_bytes("profile.encode.100", encode, &s, COLUMNS, 21,
                    (double)drift_buffer_size(s.bytes));
    bench_run("profile.decode.100", decode, &s, COLUMNS, 51);
    drift_buffer_destroy(s.bytes);
    for (size_t i = 0; i < PARTS; i++)
        drift_profile_destroy(s.parts[i]);
    drift_profile_destroy(s.sum);
    drift_profile_destroy(s.current);
    drift_profile_destroy(s.reference);
    return 0;
}
