/* SPDX-License-Identifier: Apache-2.0
 *
 * count.c: counting rows into frozen edges. Whatever needs memory is done
 * first, on copies; what follows cannot fail, so that a call counts all of its
 * rows or none.
 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/executor.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "profile/block.h"
#include "profile/learn_state.h"
#include "profile/state.h"
#include "profile/tally.h"

typedef struct update {
    const drift_column **sources; /* by position in the profile; NULL = absent */
    size_t *positions;
    drift__tally *tallies;
    uint8_t *groups;        /* of each row, where the profile has blocks; else NULL */
    drift_status *statuses; /* of preparing each column */
    char **extra;
    size_t n_extra;
    drift_profile *profile;
    uint64_t rows;
} update;

static void add_meaning(drift__column_state *column, drift__meaning meaning)
{
    switch (meaning) {
    case DRIFT__MEANS_MISSING:
        column->missing++;
        break;
    case DRIFT__MEANS_INVALID:
        column->invalid++;
        break;
    case DRIFT__MEANS_NEGATIVE_INFINITY:
        column->negative_infinity++;
        break;
    case DRIFT__MEANS_POSITIVE_INFINITY:
        column->positive_infinity++;
        break;
    default:
        break;
    }
}

static void note_extrema(drift__column_state *column, int64_t minimum, int64_t maximum, size_t n)
{
    column->minimum = column->valid && column->minimum < minimum ? column->minimum : minimum;
    column->maximum = column->valid && column->maximum > maximum ? column->maximum : maximum;
    column->valid += n;
}

/* Finite numbers between these extrema, in a column whose cells are of doubles. */
static void count_numbers(drift__column_state *column, const double *numbers, size_t n,
                          double minimum, double maximum)
{
    note_extrema(column, drift__key(minimum), drift__key(maximum), n);
    if (!column->has_cells)
        return;
    double largest = maximum > -minimum ? maximum : -minimum;
    drift__cells_update(&column->cells, numbers, n);
    drift__exact_sums_add(column->sum, column->square_sum, numbers, n, largest);
}

static void count_integers(drift__column_state *column, const int64_t *keys, const double *numbers,
                           size_t n)
{
    int64_t minimum = keys[0], maximum = keys[0];
    for (size_t i = 0; i < n; i++) {
        minimum = keys[i] < minimum ? keys[i] : minimum;
        maximum = keys[i] > maximum ? keys[i] : maximum;
    }
    note_extrema(column, minimum, maximum, n);
    drift__cells_update_keys(&column->cells, keys, n);
    drift__exact_sum_add(column->sum, numbers, n);
    drift__exact_square_sum_add(column->square_sum, numbers, n);
}

static void count_values(drift__column_state *column, const drift_value *values, size_t n)
{
    int64_t keys[DRIFT__BLOCK_ROWS];
    double numbers[DRIFT__BLOCK_ROWS], minimum, maximum;
    size_t found = 0;
    int integer = column->has_cells && column->cells.integer;
    for (size_t i = 0; i < n; i++) {
        drift__meaning meaning =
            drift__number_of(&values[i], column->type, integer, &numbers[found], &keys[found]);
        if (meaning == DRIFT__MEANS_VALUE)
            found++;
        else
            add_meaning(column, meaning);
    }
    if (found && integer)
        count_integers(column, keys, numbers, found);
    else if (found && drift__kernels_get()->screen(numbers, found, &minimum, &maximum))
        count_numbers(column, numbers, found, minimum, maximum);
}

static void count_doubles(drift__column_state *column, const double *numbers, size_t n)
{
    double kept[DRIFT__BLOCK_ROWS], minimum, maximum;
    const drift__kernels *kernels = drift__kernels_get();
    if (kernels->screen(numbers, n, &minimum, &maximum)) {
        count_numbers(column, numbers, n, minimum, maximum);
        return;
    }
    drift__odd odd;
    size_t found = drift__keep_finite(numbers, n, kept, &odd);
    column->missing += odd.missing;
    column->negative_infinity += odd.negative_infinity;
    column->positive_infinity += odd.positive_infinity;
    if (found && kernels->screen(kept, found, &minimum, &maximum))
        count_numbers(column, kept, found, minimum, maximum);
}

static void count_presence(drift__column_state *column, const drift_value *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int present = values[i].tag != DRIFT_VALUE_MISSING;
        column->valid += (uint64_t)present;
        column->missing += (uint64_t)!present;
    }
}

static int is_plain(const drift__column_state *column)
{
    return column->type == DRIFT_TYPE_NUMERIC && !(column->has_cells && column->cells.integer);
}

int drift__profile_takes_doubles(const drift_profile *profile, const char *name)
{
    size_t position = drift__name_index_find(&profile->index, name);
    /* Blocks go by the text of a value. */
    if (position == (size_t)DRIFT__NO_POSITION ||
        (profile->blocks.column && position == profile->blocks.position))
        return 0;
    return is_plain(&profile->columns[position]);
}

/* Columns without names: nothing here needs memory, and every block of rows is looked at once. */
static void count_column(drift__column_state *column, const drift_column *source, uint64_t rows,
                         const update *work)
{
    union {
        drift_value values[DRIFT__BLOCK_ROWS];
        double numbers[DRIFT__BLOCK_ROWS];
    } block;
    int plain = is_plain(column);
    for (uint64_t first = 0; first < rows; first += DRIFT__BLOCK_ROWS) {
        uint64_t left = rows - first;
        size_t n = left < DRIFT__BLOCK_ROWS ? (size_t)left : DRIFT__BLOCK_ROWS;
        const double *numbers = plain ? drift__block_doubles(source, first, n, block.numbers)
                                : column->type == DRIFT_TYPE_TIMESTAMP
                                    ? drift__block_seconds(source, first, n, block.numbers)
                                    : NULL;
        drift__noted_rows noted = {work->profile, first, n, work->groups};
        if (numbers) {
            count_doubles(column, numbers, n);
            drift__clusters_note_numbers(column, &noted, numbers);
            continue;
        }
        drift__block_values(source, first, n, block.values);
        if (column->type == DRIFT_TYPE_ID)
            count_presence(column, block.values, n);
        else
            count_values(column, block.values, n);
        drift__clusters_note_values(column, &noted, block.values);
    }
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Names of the table's unknown columns, joined to those known to be extra. */
static drift_status note_extra(const drift_profile *profile, const drift_table *table, update *work)
{
    const drift_allocator *memory = &profile->allocator;
    size_t n = 0, distinct = 0;
    for (uint32_t i = 0; i < table->n_columns; i++)
        n += work->positions[i] == (size_t)DRIFT__NO_POSITION;
    const char **found = drift__allocate(memory, n, sizeof *found);
    if (!found)
        return DRIFT_ERR_OUT_OF_MEMORY;
    n = 0;
    for (uint32_t i = 0; i < table->n_columns; i++)
        if (work->positions[i] == (size_t)DRIFT__NO_POSITION)
            found[n++] = table->names[i];
    qsort(found, n, sizeof *found, by_name);
    for (size_t i = 0; i < n; i++)
        if (!i || strcmp(found[i], found[i - 1]) != 0)
            found[distinct++] = found[i];
    drift_status status = drift__extra_union(profile->extra, profile->n_extra, (char *const *)found,
                                             distinct, memory, &work->extra, &work->n_extra);
    drift__release(memory, found);
    return status;
}

/* Below this many values, waking threads costs more than they save. */
static drift_executor *helpers(const drift_profile *profile, uint64_t rows)
{
    enum { FEWEST_VALUES = 65536 };
    return rows >= FEWEST_VALUES / (profile->n_columns + 1) ? profile->executor : NULL;
}

/* Everything that needs memory for one column. */
static void prepare_column(void *context, size_t index)
{
    update *work = context;
    drift__column_state *column = &work->profile->columns[index];
    const drift_column *source = work->sources[index];
    if (source && column->names)
        work->statuses[index] = drift__tally_prepare(
            column, source, work->rows, &work->profile->allocator, &work->tallies[index]);
    else if (source && column->has_cells)
        work->statuses[index] =
            drift__cells_prepare(&column->cells, (size_t)work->rows, &work->profile->allocator);
}

static drift_status prepare(drift_profile *profile, const drift_table *table, update *work)
{
    size_t n = profile->n_columns;
    work->sources = drift__allocate_zero(&profile->allocator, n, sizeof *work->sources);
    work->tallies = drift__allocate_zero(&profile->allocator, n, sizeof *work->tallies);
    if (!work->sources || !work->tallies)
        return DRIFT_ERR_OUT_OF_MEMORY;
    if (profile->blocks.rows || profile->blocks.column) {
        work->groups = drift__allocate(&profile->allocator, (size_t)table->n_rows, 1);
        if (!work->groups)
            return DRIFT_ERR_OUT_OF_MEMORY;
    }
    for (uint32_t i = 0; i < table->n_columns; i++)
        if (work->positions[i] != (size_t)DRIFT__NO_POSITION)
            work->sources[work->positions[i]] = &table->columns[i];
    drift_status status = note_extra(profile, table, work);
    work->statuses = drift__allocate_zero(&profile->allocator, n, sizeof *work->statuses);
    if (!work->statuses)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift__execute(helpers(profile, table->n_rows), status == DRIFT_OK ? n : 0, prepare_column,
                   work);
    for (size_t i = 0; i < n && status == DRIFT_OK; i++)
        status = work->statuses[i];
    return status;
}

static void commit_column(void *context, size_t index)
{
    update *work = context;
    drift__column_state *column = &work->profile->columns[index];
    if (!work->sources[index]) {
        column->missing += work->rows;
        column->absent += work->rows;
        drift__clusters_note_absent(column, work->rows, work->groups);
    } else if (column->names) {
        drift__tally_commit(column, work->sources[index], work->rows, &work->tallies[index]);
        drift__clusters_note_names(work->profile, column, work->sources[index], work->rows,
                                   work->groups);
    } else {
        count_column(column, work->sources[index], work->rows, work);
    }
}

static void commit(drift_profile *profile, uint64_t rows, update *work)
{
    if (work->groups)
        drift__clusters_groups(
            profile, profile->blocks.column ? work->sources[profile->blocks.position] : NULL, rows,
            work->groups);
    drift__execute(helpers(profile, rows), profile->n_columns, commit_column, work);
    char **old = profile->extra;
    size_t n_old = profile->n_extra;
    profile->extra = work->extra;
    profile->n_extra = work->n_extra;
    work->extra = old;
    work->n_extra = n_old;
    profile->rows += rows;
}

drift_status drift_profile_update(drift_profile *profile, const drift_table *table,
                                  drift_error *error)
{
    update work = {0};
    if (!profile)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__table_check(table, error);
    if (status)
        return status;
    if (profile->rows > UINT64_MAX - table->n_rows)
        return drift__fail_status(error, DRIFT_ERR_OVERFLOW);
    const drift_allocator *memory = &profile->allocator;
    status = drift__match_columns(&profile->index, profile->n_columns, table, memory,
                                  &work.positions, error);
    if (status)
        return status;
    work.profile = profile;
    work.rows = table->n_rows;
    status = prepare(profile, table, &work);
    if (status == DRIFT_OK)
        commit(profile, table->n_rows, &work);
    else
        drift__fail_status(error, status);
    for (size_t i = 0; work.tallies && i < profile->n_columns; i++)
        drift_categories_destroy(work.tallies[i].names);
    drift__extra_destroy(work.extra, work.n_extra, memory);
    drift__release(memory, work.groups);
    drift__release(memory, work.statuses);
    drift__release(memory, work.tallies);
    drift__release(memory, work.sources);
    drift__release(memory, work.positions);
    return status;
}
