/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_profile.c: counting a column against a reference, by what its values
 * are in memory and by how they come: missing, constant, in blocks; and the
 * cost of a column in tables of few and of many.
 */
#include <drift/drift.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

enum { ROWS = 1000000, WORDS = 40, ROOM = 16, SIGHT_ROWS = 20000, MOST_COLUMNS = 5000 };

typedef struct counting {
    drift_table table;
    drift_column column;
    const char *name;
    drift_profile *reference;
} counting;

static int count(void *context)
{
    counting *c = context;
    drift_profile *current = NULL;
    int failed = drift_profile_create_against(c->reference, NULL, &current, NULL) ||
                 drift_profile_update(current, &c->table, NULL);
    drift_profile_destroy(current);
    return failed;
}

/* Count `column` against a profile of itself. */
static void bench_column(const char *name, drift_column column, uint64_t block_rows)
{
    static const char *const names[] = {"x"};
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    counting c = {DRIFT_TABLE_INIT, column, "x", NULL};
    char work[64];
    config.block_rows = block_rows;
    c.table.n_columns = 1;
    c.table.n_rows = ROWS;
    c.table.names = names;
    c.table.columns = &c.column;
    snprintf(work, sizeof work, "profile.count.%s", name);
    if (drift_profile_create(&c.table, &config, &c.reference, NULL))
        fprintf(stderr, "%s: no reference\n", work);
    else
        bench_run(work, count, &c, ROWS, 7);
    drift_profile_destroy(c.reference);
}

static drift_column plain(uint32_t layout, const void *data)
{
    drift_column column = DRIFT_COLUMN_INIT;
    column.layout = layout;
    column.data = data;
    return column;
}

static void bench_floats(void)
{
    double *normal = bench_allocate(ROWS * sizeof *normal);
    double *other = bench_allocate(2 * ROWS * sizeof *other);
    float *single = bench_allocate(ROWS * sizeof *single);
    uint8_t *present = bench_allocate(ROWS / 8);
    for (size_t i = 0; i < ROWS; i++)
        normal[i] = bench_normal();
    for (size_t i = 0; i < ROWS; i++)
        single[i] = (float)normal[i];
    for (size_t i = 0; i < ROWS / 8; i++)
        present[i] = (uint8_t)(bench_uniform() * 256);
    bench_column("float64", plain(DRIFT_LAYOUT_FLOAT64, normal), 0);
    bench_column("float64.blocks.50", plain(DRIFT_LAYOUT_FLOAT64, normal), 50);
    drift_column nulls = plain(DRIFT_LAYOUT_FLOAT64, normal);
    nulls.validity = present;
    bench_column("float64.nulls", nulls, 0);
    for (size_t i = 0; i < ROWS; i++)
        other[i] = bench_uniform() < 0.5 ? (double)NAN : normal[i];
    bench_column("float64.nan", plain(DRIFT_LAYOUT_FLOAT64, other), 0);
    for (size_t i = 0; i < ROWS; i++)
        other[i] = 42.5;
    bench_column("float64.constant", plain(DRIFT_LAYOUT_FLOAT64, other), 0);
    for (size_t i = 0; i < ROWS; i++)
        other[i] = exp(3 * normal[i]);
    bench_column("float64.lognormal", plain(DRIFT_LAYOUT_FLOAT64, other), 0);
    for (size_t i = 0; i < ROWS; i++)
        other[2 * i] = normal[i];
    drift_column strided = plain(DRIFT_LAYOUT_FLOAT64, other);
    strided.stride = 2 * sizeof *other;
    bench_column("float64.strided", strided, 0);
    bench_column("float32", plain(DRIFT_LAYOUT_FLOAT32, single), 0);
    free(present);
    free(single);
    free(other);
    free(normal);
}

static void bench_integers(void)
{
    int64_t *wide = bench_allocate(ROWS * sizeof *wide);
    int32_t *narrow = bench_allocate(ROWS * sizeof *narrow);
    int8_t *tiny = bench_allocate(ROWS * sizeof *tiny);
    uint8_t *flags = bench_allocate(ROWS * sizeof *flags);
    for (size_t i = 0; i < ROWS; i++) {
        wide[i] = (int64_t)(1e9 * bench_normal());
        narrow[i] = (int32_t)(1e6 * bench_normal());
        tiny[i] = (int8_t)(20 * bench_normal());
        flags[i] = bench_uniform() < 0.3;
    }
    bench_column("int64", plain(DRIFT_LAYOUT_INT64, wide), 0);
    bench_column("int32", plain(DRIFT_LAYOUT_INT32, narrow), 0);
    bench_column("int8", plain(DRIFT_LAYOUT_INT8, tiny), 0);
    bench_column("bool8", plain(DRIFT_LAYOUT_BOOL8, flags), 0);
    bench_column("time", plain(DRIFT_LAYOUT_TIME64, wide), 0);
    for (size_t i = 0; i < ROWS; i++)
        wide[i] = INT64_C(1000000000000000000) + (int64_t)(1e17 * bench_normal());
    bench_column("int64.beyond_2_53", plain(DRIFT_LAYOUT_INT64, wide), 0);
    for (size_t i = 0; i < ROWS / 8; i++)
        flags[i] = (uint8_t)(bench_uniform() * 256);
    bench_column("bool1", plain(DRIFT_LAYOUT_BOOL1, flags), 0);
    free(flags);
    free(tiny);
    free(narrow);
    free(wide);
}

static void bench_names(void)
{
    int32_t *codes = bench_allocate(ROWS * sizeof *codes);
    int32_t *offsets = bench_allocate((ROWS + 1) * sizeof *offsets);
    char *bytes = bench_allocate((size_t)ROWS * ROOM);
    for (size_t i = 0; i < ROWS; i++)
        codes[i] = (int32_t)(bench_uniform() * WORDS);
    offsets[0] = 0;
    for (size_t i = 0; i < ROWS; i++)
        offsets[i + 1] = offsets[i] + snprintf(bytes + offsets[i], ROOM, "category %d", codes[i]);
    drift_column strings = plain(DRIFT_LAYOUT_STRING32, offsets);
    strings.bytes = bytes;
    bench_column("strings", strings, 0);
    bench_column("strings.blocks.50", strings, 50);

    int32_t word_offsets[WORDS + 1] = {0};
    char words[WORDS * ROOM];
    for (int i = 0; i < WORDS; i++)
        word_offsets[i + 1] =
            word_offsets[i] + snprintf(words + word_offsets[i], ROOM, "category %d", i);
    drift_column dictionary = plain(DRIFT_LAYOUT_STRING32, word_offsets);
    dictionary.bytes = words;
    drift_column encoded = plain(DRIFT_LAYOUT_DICTIONARY, codes);
    encoded.index_layout = DRIFT_LAYOUT_INT32;
    encoded.dictionary = &dictionary;
    encoded.dictionary_length = WORDS;
    bench_column("dictionary", encoded, 0);
    bench_column("dictionary.blocks.50", encoded, 50);
    free(bytes);
    free(offsets);
    free(codes);
}

/* A batch of SIGHT_ROWS rows of `n` columns, all of them the same values. */
static void bench_wide(uint32_t n)
{
    static drift_column columns[MOST_COLUMNS];
    static char names[MOST_COLUMNS][8];
    static const char *pointers[MOST_COLUMNS];
    counting c = {DRIFT_TABLE_INIT, DRIFT_COLUMN_INIT, NULL, NULL};
    double *values = bench_allocate(SIGHT_ROWS * sizeof *values);
    char work[64];
    for (size_t i = 0; i < SIGHT_ROWS; i++)
        values[i] = bench_normal();
    for (uint32_t k = 0; k < n; k++) {
        columns[k] = plain(DRIFT_LAYOUT_FLOAT64, values);
        snprintf(names[k], sizeof names[k], "x%u", (unsigned)k);
        pointers[k] = names[k];
    }
    c.table.n_columns = n;
    c.table.n_rows = SIGHT_ROWS;
    c.table.names = pointers;
    c.table.columns = columns;
    snprintf(work, sizeof work, "profile.count.columns.%u", (unsigned)n);
    if (drift_profile_create(&c.table, NULL, &c.reference, NULL) == DRIFT_OK)
        bench_run(work, count, &c, (double)SIGHT_ROWS * n, 3);
    drift_profile_destroy(c.reference);
    free(values);
}

int main(void)
{
    bench_floats();
    bench_integers();
    bench_names();
    bench_wide(1000);
    bench_wide(MOST_COLUMNS);
    return 0;
}
