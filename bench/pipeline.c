/* SPDX-License-Identifier: Apache-2.0
 *
 * pipeline.c: tables of made columns, and what the library says of them.
 */
#include "pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

static char name_bytes[MADE_MOST_NAMES * MADE_NAME_LENGTH];
static int32_t name_offsets[MADE_MOST_NAMES + 1];
static char column_names[MADE_MOST_COLUMNS][8];
static const char *column_pointers[MADE_MOST_COLUMNS];

static void fill_names(void)
{
    char text[16];
    for (int32_t k = 0; k < MADE_MOST_NAMES; k++) {
        snprintf(text, sizeof text, "n%04d", (int)k);
        memcpy(name_bytes + MADE_NAME_LENGTH * k, text, MADE_NAME_LENGTH);
        name_offsets[k + 1] = MADE_NAME_LENGTH * (k + 1);
    }
    for (int k = 0; k < MADE_MOST_COLUMNS; k++) {
        snprintf(column_names[k], sizeof column_names[k], "x%d", k);
        column_pointers[k] = column_names[k];
    }
}

const char *made_name(size_t index)
{
    if (!column_pointers[0])
        fill_names();
    return name_bytes + MADE_NAME_LENGTH * index;
}

made_table *made_table_create(size_t columns, size_t rows, size_t names)
{
    const drift_column empty = DRIFT_COLUMN_INIT;
    const drift_table table = DRIFT_TABLE_INIT;
    made_table *made = bench_allocate(sizeof *made);
    made_name(0);
    made->table = table;
    made->dictionary = empty;
    made->dictionary.layout = DRIFT_LAYOUT_STRING32;
    made->dictionary.data = name_offsets;
    made->dictionary.bytes = name_bytes;
    made->columns = bench_allocate(columns * sizeof *made->columns);
    made->numbers = names ? NULL : bench_allocate(columns * sizeof *made->numbers);
    made->indices = names ? bench_allocate(columns * sizeof *made->indices) : NULL;
    for (size_t k = 0; k < columns; k++) {
        drift_column *column = &made->columns[k];
        *column = empty;
        if (names) {
            made->indices[k] = bench_allocate(rows * sizeof *made->indices[k]);
            column->layout = DRIFT_LAYOUT_DICTIONARY;
            column->index_layout = DRIFT_LAYOUT_INT32;
            column->dictionary = &made->dictionary;
            column->dictionary_length = names;
            column->data = made->indices[k];
        } else {
            made->numbers[k] = bench_allocate(rows * sizeof *made->numbers[k]);
            column->layout = DRIFT_LAYOUT_FLOAT64;
            column->data = made->numbers[k];
        }
    }
    made->table.n_columns = (uint32_t)columns;
    made->table.n_rows = rows;
    made->table.names = column_pointers;
    made->table.columns = made->columns;
    return made;
}

void made_table_destroy(made_table *made)
{
    for (size_t k = 0; k < made->table.n_columns; k++)
        free(made->numbers ? (void *)made->numbers[k] : (void *)made->indices[k]);
    free(made->numbers);
    free(made->indices);
    free(made->columns);
    free(made);
}

void expect_ok(drift_status status, const drift_error *error)
{
    if (status == DRIFT_OK)
        return;
    fprintf(stderr, "%s\n",
            error && error->message[0] ? error->message : drift_status_string(status));
    exit(1);
}

static drift_profile *profile_in_blocks(const drift_table *table, size_t block_rows)
{
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_error error = {0};
    drift_profile *profile = NULL;
    config.block_rows = block_rows;
    expect_ok(drift_profile_create(table, &config, &profile, &error), &error);
    return profile;
}

drift_profile *profile_of(const drift_table *table)
{
    return profile_in_blocks(table, 0);
}

drift_comparison *compare_in_blocks(const drift_table *reference, const drift_table *current,
                                    size_t block_rows, const drift_comparison_config *config)
{
    drift_error error = {0};
    drift_profile *learnt = profile_in_blocks(reference, block_rows), *counted = NULL;
    drift_comparison *comparison = NULL;
    expect_ok(drift_profile_create_against(learnt, NULL, &counted, &error), &error);
    expect_ok(drift_profile_update(counted, current, &error), &error);
    expect_ok(drift_comparison_create(learnt, counted, config, &comparison, &error), &error);
    drift_profile_destroy(counted);
    drift_profile_destroy(learnt);
    return comparison;
}

drift_comparison *compare_tables(const drift_table *reference, const drift_table *current,
                                 const drift_comparison_config *config)
{
    return compare_in_blocks(reference, current, 0, config);
}

void column_p_values(const drift_comparison *comparison, double *out_p)
{
    for (size_t i = 0; i < drift_comparison_columns(comparison); i++) {
        const drift_column_result *result = drift_comparison_column(comparison, i);
        out_p[i] = result->has_p_value ? result->p_value : 1;
    }
}
