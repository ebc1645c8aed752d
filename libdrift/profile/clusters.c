/* SPDX-License-Identifier: Apache-2.0
 *
 * clusters.c: noting which group a row falls in, and whether it resembles the
 * row before it.
 */
#include "profile/clusters.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/hash.h"
#include "profile/block.h"
#include "profile/state.h"

/* Where a value belongs: a coarse cell, or none, and what it is compared by. */
typedef struct place {
    int present;
    uint32_t cell;
    uint64_t likeness;
} place;

static uint64_t hash_text(const drift_profile *profile, const char *text, size_t length)
{
    const uint64_t key[2] = {profile->seed, UINT64_C(0x636c757374657273)};
    return drift__siphash(1, 3, key, text, length);
}

int drift__blocks_same(const drift__blocks *a, const drift__blocks *b)
{
    if (a->rows != b->rows || !a->column != !b->column)
        return 0;
    return !a->column || strcmp(a->column, b->column) == 0;
}

void drift__blocks_say(const drift__blocks *blocks, char *out, size_t size)
{
    char quoted[64];
    if (blocks->rows)
        snprintf(out, size, "blocks of %llu rows", (unsigned long long)blocks->rows);
    else if (blocks->column)
        snprintf(out, size, "blocks by '%s'",
                 drift__quote(quoted, blocks->column, strlen(blocks->column)));
    else
        snprintf(out, size, "no blocks");
}

drift_status drift_profile_blocks(const drift_profile *profile, uint64_t *out_rows,
                                  const char **out_column)
{
    if (!profile || !out_rows || !out_column)
        return DRIFT_ERR_INVALID_ARGUMENT;
    *out_rows = profile->blocks.rows;
    *out_column = profile->blocks.column;
    return DRIFT_OK;
}

uint32_t drift__group_cell(uint32_t index, uint32_t n)
{
    return (uint32_t)((uint64_t)index * DRIFT__GROUP_CELLS / ((uint64_t)n + 2));
}

static place place_number(const drift__column_state *column, const drift_value *value)
{
    place found = {0, 0, 0};
    double number;
    int64_t key;
    int integer = column->has_cells && column->cells.integer;
    if (!column->has_cells || drift__number_of(value, column->type, integer, &number, &key))
        return found;
    found.present = 1;
    found.likeness = column->cells.keys[column->cells.n / 2] <= key;
    if (column->groups)
        found.cell = drift__group_cell(drift__cells_find(&column->cells, key), column->cells.n);
    return found;
}

static place place_name(const drift_profile *profile, const drift__column_state *column,
                        const drift_value *value)
{
    place found = {0, 0, 0};
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    if (drift__name_of(value, column->type, scratch, &text, &length, &numeric))
        return found;
    found.present = 1;
    found.likeness = hash_text(profile, text, length);
    found.cell = (uint32_t)(found.likeness % DRIFT__GROUP_CELLS);
    return found;
}

static place place_of(const drift_profile *profile, const drift__column_state *column,
                      const drift_value *value)
{
    return column->names ? place_name(profile, column, value) : place_number(column, value);
}

static void note_serial(drift__serial *serial, const drift__column_state *column, place found)
{
    if (!found.present)
        return;
    if (serial->has_previous) {
        serial->pairs++;
        serial->matches += serial->previous == found.likeness;
    }
    if (!column->names)
        serial->above += found.likeness;
    serial->previous = found.likeness;
    serial->has_previous = 1;
}

/* Group of a row: of its number, or of its value in the block column. */
static uint8_t group_of(const drift_profile *profile, uint64_t row, const drift_value *block)
{
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    row += profile->rows_before;
    if (profile->blocks.rows)
        return (uint8_t)(row / profile->blocks.rows % DRIFT__GROUPS);
    if (block && drift__name_of(block, DRIFT_TYPE_CATEGORICAL, scratch, &text, &length, &numeric) ==
                     DRIFT__MEANS_VALUE)
        return (uint8_t)(drift__mix(hash_text(profile, text, length)) % DRIFT__GROUPS);
    return (uint8_t)(drift__mix(row) % DRIFT__GROUPS); /* of no block: by itself */
}

static void note_values(drift_profile *profile, drift__column_state *column,
                        const drift_value *values, size_t n, size_t serial_rows,
                        const uint8_t *groups)
{
    for (size_t i = 0; i < n; i++) {
        if (!column->groups && i >= serial_rows)
            return;
        place found = place_of(profile, column, &values[i]);
        if (i < serial_rows)
            note_serial(&column->serial, column, found);
        if (!column->groups)
            continue;
        if (found.present)
            column->groups->cells[groups[i]][found.cell]++;
        else
            column->groups->none[groups[i]]++;
    }
}

static int is_noted(const drift__column_state *column)
{
    return column->names != NULL || column->has_cells;
}

void drift__clusters_note(drift_profile *profile, const drift_column *const *sources, uint64_t rows)
{
    drift_value values[DRIFT__BLOCK_ROWS];
    uint8_t groups[DRIFT__BLOCK_ROWS] = {0};
    int blocked = profile->blocks.rows || profile->blocks.column;
    uint64_t left = profile->rows < DRIFT__SERIAL_ROWS ? DRIFT__SERIAL_ROWS - profile->rows : 0;
    uint64_t end = blocked ? rows : left < rows ? left : rows;
    for (uint64_t first = 0; first < end; first += DRIFT__BLOCK_ROWS) {
        size_t n = end - first < DRIFT__BLOCK_ROWS ? (size_t)(end - first) : DRIFT__BLOCK_ROWS;
        size_t serial = first >= left ? 0 : left - first < n ? (size_t)(left - first) : n;
        if (blocked) {
            const drift_column *block =
                profile->blocks.column ? sources[profile->blocks.position] : NULL;
            if (block)
                drift__block_values(block, first, n, values);
            for (size_t i = 0; i < n; i++)
                groups[i] = group_of(profile, profile->rows + first + i, block ? &values[i] : NULL);
        }
        for (size_t c = 0; c < profile->n_columns; c++) {
            drift__column_state *column = &profile->columns[c];
            if (!is_noted(column))
                continue;
            if (sources[c])
                drift__block_values(sources[c], first, n, values);
            else
                memset(values, 0, n * sizeof *values);
            note_values(profile, column, values, n, serial, groups);
        }
    }
}

void drift__clusters_note_row(drift_profile *profile, const drift_value *values)
{
    size_t serial = profile->rows < DRIFT__SERIAL_ROWS;
    int blocked = profile->blocks.rows || profile->blocks.column;
    if (!serial && !blocked)
        return;
    uint8_t group = 0;
    if (blocked)
        group = group_of(profile, profile->rows,
                         profile->blocks.column ? &values[profile->blocks.position] : NULL);
    for (size_t c = 0; c < profile->n_columns; c++)
        if (is_noted(&profile->columns[c]))
            note_values(profile, &profile->columns[c], &values[c], 1, serial, &group);
}
