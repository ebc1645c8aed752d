/* SPDX-License-Identifier: Apache-2.0
 *
 * profile_validate.c: every invariant of a profile, for decoders and tests.
 */
#include <float.h>
#include <string.h>

#include "profile/block.h"
#include "profile/state.h"

static const char *cells_problem(const drift__column_state *column)
{
    const drift__cells *cells = &column->cells;
    const char *problem = drift__cells_validate(cells);
    if (problem)
        return problem;
    if (!column->sum || !column->square_sum)
        return "a column with cells has no sums";
    if (cells->integer && column->type != DRIFT_TYPE_NUMERIC)
        return "integer cells in a column that is not numeric";
    uint64_t total = 0;
    uint32_t first = cells->n + 2, last = 0;
    for (uint32_t i = 0; i < cells->n + 2; i++) {
        if (__builtin_add_overflow(total, cells->counts[i], &total))
            return "cells hold more than can be counted";
        if (cells->counts[i]) {
            first = first > i ? i : first;
            last = i;
        }
    }
    if (total != column->valid)
        return "cells do not add up to the valid rows";
    if (total && (drift__cells_find(cells, column->minimum) != first ||
                  drift__cells_find(cells, column->maximum) != last))
        return "minimum or maximum lies in an empty cell";
    return NULL;
}

static const char *range_problem(const drift__column_state *column)
{
    int ranged = column->type == DRIFT_TYPE_NUMERIC || column->type == DRIFT_TYPE_TIMESTAMP;
    if (!ranged || !column->valid)
        return column->minimum || column->maximum ? "a range without values" : NULL;
    if (column->minimum > column->maximum)
        return "the minimum is above the maximum";
    int integer = column->has_cells && column->cells.integer;
    int64_t least = integer ? DRIFT__INTEGER_KEY_MIN : drift__key(-DBL_MAX);
    int64_t most = integer ? DRIFT__INTEGER_KEY_MAX : drift__key(DBL_MAX);
    if (column->minimum < least || column->maximum > most)
        return "the range is not finite";
    return NULL;
}

static const char *names_problem(const drift__column_state *column)
{
    uint64_t count;
    if (drift_categories_total(column->names) != column->valid)
        return "names do not add up to the valid rows";
    if (column->type == DRIFT_TYPE_BOOLEAN &&
        (drift_categories_size(column->names) != 2 ||
         drift_categories_count(column->names, "false", 5, &count) ||
         drift_categories_count(column->names, "true", 4, &count)))
        return "a boolean column has other names than false and true";
    return NULL;
}

static const char *counts_problem(const drift__column_state *column, uint64_t rows)
{
    uint64_t total = column->missing;
    if (__builtin_add_overflow(total, column->invalid, &total) ||
        __builtin_add_overflow(total, column->negative_infinity, &total) ||
        __builtin_add_overflow(total, column->positive_infinity, &total) ||
        __builtin_add_overflow(total, column->valid, &total) || total != rows)
        return "a column's counts do not add up to the rows";
    if (column->absent > column->missing)
        return "more rows absent than missing";
    if (column->type != DRIFT_TYPE_NUMERIC &&
        (column->negative_infinity || column->positive_infinity))
        return "infinities in a column that is not numeric";
    if (column->type == DRIFT_TYPE_ID && column->invalid)
        return "invalid values in an id column";
    if (column->numeric_tokens > (column->names ? column->valid : 0))
        return "more numeric tokens than values";
    return NULL;
}

static const char *groups_problem(const drift__column_state *column, uint64_t rows)
{
    uint64_t valid = 0, none = 0;
    for (size_t g = 0; g < DRIFT__GROUPS; g++) {
        for (size_t k = 0; k < DRIFT__GROUP_CELLS; k++)
            if (__builtin_add_overflow(valid, column->groups->cells[g][k], &valid))
                return "groups hold more than can be counted";
        if (__builtin_add_overflow(none, column->groups->none[g], &none))
            return "groups hold more than can be counted";
    }
    return valid != column->valid || none != rows - column->valid
               ? "groups do not add up to the rows"
               : NULL;
}

static const char *column_problem(const drift__column_state *column, uint64_t rows)
{
    int numeric = column->type == DRIFT_TYPE_NUMERIC || column->type == DRIFT_TYPE_TIMESTAMP;
    int named = column->type == DRIFT_TYPE_CATEGORICAL || column->type == DRIFT_TYPE_BOOLEAN;
    if (!column->name || strlen(column->name) != column->name_length)
        return "a column's name holds a NUL";
    if (column->type < DRIFT_TYPE_NUMERIC || column->type > DRIFT_TYPE_ID ||
        column->role < DRIFT_ROLE_FEATURE || column->role > DRIFT_ROLE_SEGMENT ||
        column->use < DRIFT_USE_AUTO || column->use > DRIFT_USE_EXCLUDE)
        return "an unknown type, role or use";
    if ((column->has_cells && !numeric) || named != (column->names != NULL))
        return "cells or names do not fit the type";
    if (column->discrete > 1 || (column->discrete && !column->has_cells))
        return "discrete without cells";
    const char *problem = counts_problem(column, rows);
    if (!problem)
        problem = range_problem(column);
    if (!problem && column->has_cells)
        problem = cells_problem(column);
    if (!problem && column->names)
        problem = names_problem(column);
    if (!problem && column->groups)
        problem = groups_problem(column, rows);
    return problem;
}

const char *drift__profile_validate(const drift_profile *profile)
{
    if (!profile->n_columns)
        return "there is no column";
    if (profile->sampling < DRIFT__SAMPLING_ALL || profile->sampling > DRIFT__SAMPLING_FIRST ||
        profile->sample_rows > profile->reference_rows || !profile->sample_rows)
        return "the sample is not part of the reference";
    if (!profile->category_capacity || profile->category_capacity > (1u << 24))
        return "the capacity for names is out of its range";
    for (size_t i = 0; i < profile->n_columns; i++) {
        const char *problem = column_problem(&profile->columns[i], profile->rows);
        if (problem)
            return problem;
    }
    if (profile->n_extra > DRIFT__EXTRA_CAPACITY)
        return "too many extra columns";
    for (size_t i = 0; i < profile->n_extra; i++) {
        if (i && strcmp(profile->extra[i - 1], profile->extra[i]) >= 0)
            return "extra columns are not in order";
        if (drift__name_index_find(&profile->index, profile->extra[i]) !=
            (size_t)DRIFT__NO_POSITION)
            return "an extra column is a column of the profile";
    }
    return NULL;
}
