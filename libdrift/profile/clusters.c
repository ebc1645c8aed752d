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
#include "kernels/kernels.h"
#include "profile/block.h"
#include "profile/recent.h"
#include "profile/state.h"

uint64_t drift__clusters_hash(const drift_profile *profile, const char *text, size_t length)
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

static drift__place place_number(const drift__column_state *column, const drift_value *value)
{
    drift__place found = {0, 0, 0};
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

static drift__place place_name(const drift_profile *profile, const drift__column_state *column,
                               const drift_value *value)
{
    drift__place found = {0, 0, 0};
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    if (drift__name_of(value, column->type, scratch, &text, &length, &numeric))
        return found;
    found.present = 1;
    found.likeness = drift__clusters_hash(profile, text, length);
    found.cell = (uint32_t)(found.likeness % DRIFT__GROUP_CELLS);
    return found;
}

static drift__place place_of(const drift_profile *profile, const drift__column_state *column,
                             const drift_value *value)
{
    return column->names ? place_name(profile, column, value) : place_number(column, value);
}

static void note_serial(drift__serial *serial, const drift__column_state *column,
                        drift__place found)
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

uint8_t drift__clusters_group(const drift_profile *profile, uint64_t row, const drift_value *block)
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
        return (uint8_t)(drift__mix(drift__clusters_hash(profile, text, length)) % DRIFT__GROUPS);
    return (uint8_t)(drift__mix(row) % DRIFT__GROUPS); /* of no block: by itself */
}

/* How many of these rows are among those whose neighbours are compared. */
static size_t serial_rows(const drift__noted_rows *noted)
{
    uint64_t left = noted->first < DRIFT__SERIAL_ROWS ? DRIFT__SERIAL_ROWS - noted->first : 0;
    return left < noted->n ? (size_t)left : noted->n;
}

static int is_noted(const drift__column_state *column)
{
    return column->names != NULL || column->has_cells;
}

int drift__clusters_wanted(const drift__column_state *column, const drift__noted_rows *noted)
{
    return is_noted(column) && (column->groups || serial_rows(noted));
}

static void note_group(drift__groups *groups, uint8_t group, drift__place found)
{
    if (found.present)
        groups->cells[group][found.cell]++;
    else
        groups->none[group]++;
}

void drift__clusters_note_values(drift__column_state *column, const drift__noted_rows *noted,
                                 const drift_value *values)
{
    size_t serial = serial_rows(noted);
    for (size_t i = 0; is_noted(column) && i < (column->groups ? noted->n : serial); i++) {
        drift__place found = place_of(noted->profile, column, &values[i]);
        if (i < serial)
            note_serial(&column->serial, column, found);
        if (column->groups)
            note_group(column->groups, noted->groups[i], found);
    }
}

/* Add neighbours: the lowest `n` of 1 to 64 bits, each at or above the middle or not. */
static void note_serial_bits(drift__serial *serial, uint64_t bits, unsigned n)
{
    uint64_t pairs = n - !serial->has_previous, first = UINT64_C(1) & -(uint64_t)(pairs < n);
    uint64_t changes = (bits ^ (bits << 1 | serial->previous)) & (UINT64_MAX >> (64 - n)) & ~first;
    serial->pairs += pairs;
    serial->matches += pairs - (uint64_t)__builtin_popcountll(changes);
    serial->above += (uint64_t)__builtin_popcountll(bits);
    serial->previous = bits >> (n - 1) & 1;
    serial->has_previous = 1;
}

static void note_serial_numbers(drift__column_state *column, const double *numbers, size_t n,
                                int finite)
{
    const drift__kernels *kernels = drift__kernels_get();
    double middle = drift__key_double(column->cells.keys[column->cells.n / 2]);
    enum { WORD = 64 };
    for (size_t first = 0; first < n; first += WORD) {
        size_t end = n - first < WORD ? n : first + WORD;
        unsigned present = (unsigned)(end - first);
        uint64_t bits = 0;
        if (finite)
            bits = kernels->at_or_above(numbers + first, present, middle);
        else
            present = 0;
        for (size_t i = first; !finite && i < end; i++) {
            unsigned is_finite = numbers[i] - numbers[i] == 0;
            bits |= (uint64_t)(is_finite & (unsigned)(middle <= numbers[i])) << (present & 63);
            present += is_finite;
        }
        if (present)
            note_serial_bits(&column->serial, bits, present);
    }
}

static void count_in_group(drift__column_state *column, uint8_t group, double number, uint32_t at,
                           uint32_t coarse)
{
    if (number - number != 0) {
        column->groups->none[group]++;
        return;
    }
    column->cells.counts[at]++;
    column->groups->cells[group][coarse]++;
}

/* Count numbers in the cells of their groups, and in the fine ones on the way. */
static void count_in_groups(drift__column_state *column, const double *numbers,
                            const uint8_t *groups, size_t n)
{
    enum { FEW = 512 };
    uint8_t coarse[FEW];
    uint16_t places[DRIFT__BLOCK_ROWS];
    const drift__cells *cells = &column->cells;
    uint32_t all = cells->n + 2;
    if (all > FEW) {
        for (size_t i = 0; i < n; i++) {
            uint32_t at = drift__cells_find(cells, drift__key(numbers[i]));
            count_in_group(column, groups[i], numbers[i], at, drift__group_cell(at, cells->n));
        }
        return;
    }
    for (uint32_t k = 0, cell = 0, rest = 0; k < all; k++, rest += DRIFT__GROUP_CELLS) {
        for (; rest >= all; rest -= all)
            cell++;
        coarse[k] = (uint8_t)cell;
    }
    drift__cells_places(cells, numbers, n, places);
    for (size_t i = 0; i < n; i++)
        count_in_group(column, groups[i], numbers[i], places[i], coarse[places[i]]);
}

void drift__clusters_note_numbers(drift__column_state *column, const drift__noted_rows *noted,
                                  const double *numbers, int finite)
{
    if (!column->has_cells)
        return;
    note_serial_numbers(column, numbers, serial_rows(noted), finite);
    if (column->groups)
        count_in_groups(column, numbers, noted->groups, noted->n);
}

/* Places of the values of a column that are known beforehand, or of texts met lately. */
typedef struct known_places {
    uint32_t n_codes; /* 0: `recent` tells whose places these are */
    drift__place places[DRIFT__RECENT_SLOTS + 1];
    drift__recent recent;
} known_places;

static void know_places(known_places *known, const drift_profile *profile,
                        const drift__column_state *column, const drift_column *source,
                        uint64_t rows)
{
    drift_value value;
    known->n_codes = drift__block_code_count(
        source, rows < DRIFT__RECENT_SLOTS ? (uint32_t)rows : DRIFT__RECENT_SLOTS);
    for (uint32_t code = 0; code < known->n_codes; code++) {
        drift__block_code_value(source, code, &value);
        known->places[code] = place_name(profile, column, &value);
    }
    known->places[known->n_codes] = (drift__place){0, 0, 0};
    if (!known->n_codes)
        memset(&known->recent, 0, sizeof known->recent);
}

static drift__place place_recent(known_places *known, const drift_profile *profile,
                                 const drift__column_state *column, const drift_value *value)
{
    if (!drift__is_text(value))
        return place_name(profile, column, value);
    uint32_t slot = drift__recent_slot(value);
    if (!drift__recent_holds(&known->recent, slot, value)) {
        known->recent.texts[slot] = *value;
        known->places[slot] = place_name(profile, column, value);
    }
    return known->places[slot];
}

void drift__clusters_note_places(drift__column_state *column, const drift__noted_rows *noted,
                                 const drift__place *places)
{
    size_t serial = serial_rows(noted);
    for (size_t i = 0; i < serial; i++)
        note_serial(&column->serial, column, places[i]);
    for (size_t i = 0; column->groups && i < noted->n; i++)
        note_group(column->groups, noted->groups[i], places[i]);
}

void drift__clusters_note_names(drift__column_state *column, const drift__noted_rows *all,
                                const drift_column *source)
{
    union {
        drift_value values[DRIFT__BLOCK_ROWS];
        uint32_t codes[DRIFT__BLOCK_ROWS];
    } block;
    drift__place places[DRIFT__BLOCK_ROWS];
    known_places known;
    drift__noted_rows noted = *all;
    if (!column->groups && !serial_rows(all))
        return;
    know_places(&known, all->profile, column, source, all->n);
    for (size_t at = 0; at < all->n; at += noted.n) {
        size_t left = all->n - at;
        noted.n = left < DRIFT__BLOCK_ROWS ? left : DRIFT__BLOCK_ROWS;
        noted.first = all->first + at;
        noted.groups = all->groups ? all->groups + at : NULL;
        if (!column->groups && !serial_rows(&noted))
            return;
        if (known.n_codes)
            drift__block_codes(source, at, noted.n, block.codes);
        else
            drift__block_values(source, at, noted.n, block.values);
        for (size_t i = 0; i < noted.n; i++)
            places[i] = known.n_codes
                            ? known.places[block.codes[i]]
                            : place_recent(&known, all->profile, column, &block.values[i]);
        drift__clusters_note_places(column, &noted, places);
    }
}

void drift__clusters_note_absent(drift__column_state *column, uint64_t rows, const uint8_t *groups)
{
    for (uint64_t i = 0; column->groups && is_noted(column) && i < rows; i++)
        column->groups->none[groups[i]]++;
}

static void groups_of_rows(uint64_t block_rows, uint64_t first, uint64_t rows, uint8_t *out_groups)
{
    uint64_t group = first / block_rows % DRIFT__GROUPS, within = first % block_rows;
    for (uint64_t i = 0; i < rows; i++) {
        out_groups[i] = (uint8_t)group;
        if (++within == block_rows) {
            group = (group + 1) % DRIFT__GROUPS;
            within = 0;
        }
    }
}

void drift__clusters_groups(const drift_profile *profile, const drift_column *block, uint64_t first,
                            uint64_t rows, uint8_t *out_groups)
{
    drift_value values[DRIFT__BLOCK_ROWS];
    if (profile->blocks.rows) {
        groups_of_rows(profile->blocks.rows, first + profile->rows_before, rows, out_groups);
        return;
    }
    for (uint64_t at = 0; at < rows; at += DRIFT__BLOCK_ROWS) {
        uint64_t left = rows - at;
        size_t n = left < DRIFT__BLOCK_ROWS ? (size_t)left : DRIFT__BLOCK_ROWS;
        if (block)
            drift__block_values(block, at, n, values);
        for (size_t i = 0; i < n; i++)
            out_groups[at + i] =
                drift__clusters_group(profile, first + at + i, block ? &values[i] : NULL);
    }
}

void drift__clusters_note_row(drift_profile *profile, const drift_value *values)
{
    int blocked = profile->blocks.rows || profile->blocks.column;
    if (profile->rows >= DRIFT__SERIAL_ROWS && !blocked)
        return;
    uint8_t group = 0;
    if (blocked)
        group = drift__clusters_group(profile, profile->rows,
                                      profile->blocks.column ? &values[profile->blocks.position]
                                                             : NULL);
    drift__noted_rows noted = {profile, 0, 1, &group};
    for (size_t c = 0; c < profile->n_columns; c++)
        drift__clusters_note_values(&profile->columns[c], &noted, &values[c]);
}
