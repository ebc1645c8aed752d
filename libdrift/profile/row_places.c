/* SPDX-License-Identifier: Apache-2.0
 *
 * row_places.c: rows of a column to places of its reference.
 */
#include "profile/row_places.h"

#include <math.h>
#include <string.h>

#include "profile/recent.h"
#include "sketch/category_table.h"

static uint32_t named(const drift_categories *names)
{
    return (uint32_t)(names->n - names->heap_size);
}

uint32_t drift__column_places(const drift__column_state *column)
{
    if (column->names)
        return named(column->names) + 1;
    return column->has_cells ? column->cells.n + 2 : 0;
}

int drift__column_place_is_single(const drift__column_state *column, uint32_t place)
{
    if (column->names)
        return 1;
    return place >= 1 && place <= column->cells.n && column->cells.atoms[place - 1];
}

/* Count of the name number `index` of the reference; mostly it has the same number everywhere. */
static uint64_t count_of(const drift__category_entry *name, const drift_categories *of,
                         uint32_t index)
{
    uint64_t count = 0;
    const drift__category_entry *same = index < of->n ? &of->entries[index] : NULL;
    if (same && same->length == name->length && !memcmp(same->name, name->name, name->length))
        return same->count;
    return drift_categories_count(of, name->name, name->length, &count) ? 0 : count;
}

void drift__column_place_counts(const drift__column_state *column, const drift__column_state *of,
                                uint64_t *out_counts)
{
    if (!column->names) {
        memcpy(out_counts, of->cells.counts, (column->cells.n + 2) * sizeof *out_counts);
        return;
    }
    uint32_t n = named(column->names);
    uint64_t others = of->valid;
    for (uint32_t i = 0; i < n; i++) {
        out_counts[i] = count_of(&column->names->entries[i], of->names, i);
        others -= out_counts[i];
    }
    out_counts[n] = others;
}

static uint32_t place_without_value(drift__meaning meaning)
{
    switch (meaning) {
    case DRIFT__MEANS_MISSING:
        return DRIFT__ROW_MISSING;
    case DRIFT__MEANS_INVALID:
        return DRIFT__ROW_INVALID;
    default:
        return DRIFT__ROW_INFINITE;
    }
}

static uint32_t place_of_name(const drift__column_state *column, const drift_value *value)
{
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    uint32_t n = named(column->names);
    drift__meaning meaning = drift__name_of(value, column->type, scratch, &text, &length, &numeric);
    if (meaning != DRIFT__MEANS_VALUE)
        return place_without_value(meaning);
    uint32_t found = drift__category_find(column->names, text, length);
    return found && found <= n ? found - 1 : n;
}

static void place_texts(const drift__column_state *column, const drift_value *values, size_t n,
                        uint32_t *out_places)
{
    drift__recent recent;
    uint32_t places[DRIFT__RECENT_SLOTS];
    uint8_t known[DRIFT__RECENT_SLOTS] = {0};
    for (size_t i = 0; i < n; i++) {
        if (!drift__is_text(&values[i])) {
            out_places[i] = place_of_name(column, &values[i]);
            continue;
        }
        uint32_t slot = drift__recent_slot(&values[i]);
        if (!known[slot] || !drift__recent_holds(&recent, slot, &values[i])) {
            recent.texts[slot] = values[i];
            places[slot] = place_of_name(column, &values[i]);
            known[slot] = 1;
        }
        out_places[i] = places[slot];
    }
}

/* Rows of few values that are known beforehand: each is looked up once. */
static void place_codes(const drift__column_state *column, const drift_column *source,
                        uint64_t first, size_t n, uint32_t codes, uint32_t *out_places)
{
    uint32_t places[DRIFT__RECENT_SLOTS + 1];
    drift_value value;
    for (uint32_t code = 0; code < codes; code++) {
        drift__block_code_value(source, code, &value);
        places[code] = place_of_name(column, &value);
    }
    places[codes] = DRIFT__ROW_MISSING;
    drift__block_codes(source, first, n, out_places);
    for (size_t i = 0; i < n; i++)
        out_places[i] = places[out_places[i]];
}

static void place_names(const drift__column_state *column, const drift_column *source,
                        uint64_t first, size_t n, uint32_t *out_places)
{
    drift_value values[DRIFT__BLOCK_ROWS];
    uint32_t codes = drift__block_code_count(source, n < DRIFT__RECENT_SLOTS ? (uint32_t)n
                                                                             : DRIFT__RECENT_SLOTS);
    if (codes) {
        place_codes(column, source, first, n, codes, out_places);
        return;
    }
    drift__block_values(source, first, n, values);
    place_texts(column, values, n, out_places);
}

static void place_doubles(const drift__column_state *column, const double *numbers, size_t n,
                          uint32_t *out_places)
{
    uint16_t places[DRIFT__BLOCK_ROWS];
    drift__cells_places(&column->cells, numbers, n, places);
    for (size_t i = 0; i < n; i++) {
        double size = fabs(numbers[i]);
        out_places[i] = places[i];
        if (!(size < (double)INFINITY))
            out_places[i] = isnan(size) ? DRIFT__ROW_MISSING : DRIFT__ROW_INFINITE;
    }
}

static void place_numbers(const drift__column_state *column, const drift_column *source,
                          uint64_t first, size_t n, uint32_t *out_places)
{
    union {
        double numbers[DRIFT__BLOCK_ROWS];
        drift_value values[DRIFT__BLOCK_ROWS];
    } block;
    int integer = column->has_cells && column->cells.integer;
    const double *numbers = integer || !column->has_cells ? NULL
                            : column->type == DRIFT_TYPE_TIMESTAMP
                                ? drift__block_seconds(source, first, n, block.numbers)
                                : drift__block_doubles(source, first, n, block.numbers);
    if (numbers) {
        place_doubles(column, numbers, n, out_places);
        return;
    }
    drift__block_values(source, first, n, block.values);
    for (size_t i = 0; i < n; i++) {
        double number;
        int64_t key;
        drift__meaning meaning =
            drift__number_of(&block.values[i], column->type, integer, &number, &key);
        out_places[i] = meaning != DRIFT__MEANS_VALUE ? place_without_value(meaning)
                        : column->has_cells           ? drift__cells_find(&column->cells, key)
                                                      : 0;
    }
}

void drift__column_row_places(const drift__column_state *column, const drift_column *source,
                              uint64_t first, size_t n, uint32_t *out_places)
{
    if (column->names)
        place_names(column, source, first, n, out_places);
    else
        place_numbers(column, source, first, n, out_places);
}
