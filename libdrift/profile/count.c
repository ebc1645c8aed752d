/* SPDX-License-Identifier: Apache-2.0
 *
 * count.c: counting rows into frozen edges. Whatever needs memory is done
 * first, on copies; what follows cannot fail, so that a call counts all of its
 * rows or none.
 */
#include <math.h>
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

/* One table to be counted. */
typedef struct update {
    const drift_column **sources; /* by position in the profile; NULL = absent */
    uint8_t *groups;              /* of each row, where the profile has blocks; else NULL */
    uint64_t first, rows;         /* number of its first row in the profile; rows */
} update;

/* One call. */
typedef struct counting {
    drift_profile *profile;
    update *updates;
    size_t n;
    drift__tally *tallies;  /* of each column; NULL where tables are counted as they are met */
    drift_status *statuses; /* of each column */
} counting;

void drift__column_add_meaning(drift__column_state *column, drift__meaning meaning)
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
                          double minimum, double maximum, int cells_too)
{
    note_extrema(column, drift__key(minimum), drift__key(maximum), n);
    if (!column->has_cells)
        return;
    double largest = maximum > -minimum ? maximum : -minimum;
    drift__exact_sums_add(column->sum, column->square_sum, numbers, n, largest);
    if (cells_too)
        drift__cells_update(&column->cells, numbers, n);
}

void drift__column_count_integers(drift__column_state *column, const int64_t *keys,
                                  const double *numbers, size_t n)
{
    int64_t minimum = keys[0], maximum = keys[0];
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        double size = fabs(numbers[i]);
        minimum = keys[i] < minimum ? keys[i] : minimum;
        maximum = keys[i] > maximum ? keys[i] : maximum;
        largest = size > largest ? size : largest;
    }
    note_extrema(column, minimum, maximum, n);
    drift__cells_update_keys(&column->cells, keys, n);
    drift__exact_sums_add(column->sum, column->square_sum, numbers, n, largest);
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
            drift__column_add_meaning(column, meaning);
    }
    if (found && integer)
        drift__column_count_integers(column, keys, numbers, found);
    else if (found && drift__kernels_get()->screen(numbers, found, &minimum, &maximum))
        count_numbers(column, numbers, found, minimum, maximum, 1);
}

void drift__column_count_finite(drift__column_state *column, const double *numbers, size_t n,
                                double minimum, double maximum)
{
    /* Groups look for the cells themselves. */
    count_numbers(column, numbers, n, minimum, maximum, !column->groups);
}

int drift__column_count_doubles(drift__column_state *column, const double *numbers, size_t n)
{
    double kept[DRIFT__BLOCK_ROWS], minimum, maximum;
    const drift__kernels *kernels = drift__kernels_get();
    if (kernels->screen(numbers, n, &minimum, &maximum)) {
        drift__column_count_finite(column, numbers, n, minimum, maximum);
        return 1;
    }
    drift__odd odd;
    size_t found = drift__keep_finite(numbers, n, kept, &odd);
    column->missing += odd.missing;
    column->negative_infinity += odd.negative_infinity;
    column->positive_infinity += odd.positive_infinity;
    if (found && kernels->screen(kept, found, &minimum, &maximum))
        drift__column_count_finite(column, kept, found, minimum, maximum);
    return 0;
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
static void count_column(drift__column_state *column, const drift_column *source,
                         const drift__noted_rows *all)
{
    union {
        drift_value values[DRIFT__BLOCK_ROWS];
        double numbers[DRIFT__BLOCK_ROWS];
    } block;
    int plain = is_plain(column);
    for (size_t at = 0; at < all->n; at += DRIFT__BLOCK_ROWS) {
        size_t left = all->n - at, n = left < DRIFT__BLOCK_ROWS ? left : DRIFT__BLOCK_ROWS;
        const double *numbers = plain ? drift__block_doubles(source, at, n, block.numbers)
                                : column->type == DRIFT_TYPE_TIMESTAMP
                                    ? drift__block_seconds(source, at, n, block.numbers)
                                    : NULL;
        drift__noted_rows noted = {all->profile, all->first + at, n,
                                   all->groups ? all->groups + at : NULL};
        if (numbers) {
            int finite = drift__column_count_doubles(column, numbers, n);
            drift__clusters_note_numbers(column, &noted, numbers, finite);
            continue;
        }
        drift__block_values(source, at, n, block.values);
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

/* Join the names of the table's unknown columns to those known to be extra. */
static drift_status note_extra(drift_profile *profile, const drift_table *table)
{
    const drift_allocator *memory = &profile->allocator;
    size_t n = 0, distinct = 0, n_extra;
    const char **found = drift__allocate(memory, table->n_columns, sizeof *found);
    char **extra;
    if (!found)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < table->n_columns; i++)
        if (drift__name_index_find(&profile->index, table->names[i]) == (size_t)DRIFT__NO_POSITION)
            found[n++] = table->names[i];
    if (!n) {
        drift__release(memory, found);
        return DRIFT_OK;
    }
    qsort(found, n, sizeof *found, by_name);
    for (size_t i = 0; i < n; i++)
        if (!i || strcmp(found[i], found[i - 1]) != 0)
            found[distinct++] = found[i];
    drift_status status = drift__extra_union(profile->extra, profile->n_extra, (char *const *)found,
                                             distinct, memory, &extra, &n_extra);
    drift__release(memory, found);
    if (status)
        return status;
    drift__extra_destroy(profile->extra, profile->n_extra, memory);
    profile->extra = extra;
    profile->n_extra = n_extra;
    return DRIFT_OK;
}

/* Below this many values, waking threads costs more than they save. */
static drift_executor *helpers(const drift_profile *profile, uint64_t rows)
{
    enum { FEWEST_VALUES = 65536 };
    return rows >= FEWEST_VALUES / (profile->n_columns + 1) ? profile->executor : NULL;
}

/* Everything that needs memory for one column. */
static drift_status prepare_column(const counting *work, const update *table, size_t index)
{
    drift__column_state *column = &work->profile->columns[index];
    const drift_allocator *memory = &work->profile->allocator;
    const drift_column *source = table->sources[index];
    if (source && column->names && work->tallies)
        return drift__tally_prepare(column, source, table->rows, memory, &work->tallies[index]);
    if (source && column->has_cells)
        return drift__cells_prepare(&column->cells, (size_t)table->rows, memory);
    return DRIFT_OK;
}

static drift_status commit_column(const counting *work, const update *table, size_t index)
{
    drift__column_state *column = &work->profile->columns[index];
    const drift_column *source = table->sources[index];
    drift__noted_rows noted = {work->profile, table->first, (size_t)table->rows, table->groups};
    drift_status status = DRIFT_OK;
    if (!source) {
        column->missing += table->rows;
        column->absent += table->rows;
        drift__clusters_note_absent(column, table->rows, table->groups);
    } else if (column->names) {
        if (work->tallies)
            drift__tally_commit(column, source, table->rows, &work->tallies[index]);
        else
            status = drift__tally_add(column, source, table->rows, &work->profile->allocator);
        drift__clusters_note_names(column, &noted, source);
    } else {
        count_column(column, source, &noted);
    }
    drift__order_note(work->profile, index, source, table->first, table->rows);
    return status;
}

static void prepare_task(void *context, size_t index)
{
    counting *work = context;
    work->statuses[index] = prepare_column(work, work->updates, index);
}

static void commit_task(void *context, size_t index)
{
    commit_column(context, ((const counting *)context)->updates, index);
}

/* One column of all tables, one after the other. */
static void count_task(void *context, size_t index)
{
    counting *work = context;
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < work->n && status == DRIFT_OK; i++) {
        status = prepare_column(work, &work->updates[i], index);
        if (status == DRIFT_OK)
            status = commit_column(work, &work->updates[i], index);
    }
    work->statuses[index] = status;
}

/* Check a table and find its columns; its rows come behind those before it. */
static drift_status enter(const drift_profile *profile, const drift_table *table, uint64_t first,
                          update *out, drift_error *error)
{
    const drift_allocator *memory = &profile->allocator;
    drift_status status = drift__table_check(table, error);
    if (status)
        return status;
    if (first > UINT64_MAX - table->n_rows)
        return drift__fail_status(error, DRIFT_ERR_OVERFLOW);
    out->first = first;
    out->rows = table->n_rows;
    status = drift__match_columns(&profile->index, profile->n_columns, table, memory, &out->sources,
                                  error);
    if (status || (!profile->blocks.rows && !profile->blocks.column))
        return status;
    out->groups = drift__allocate(memory, (size_t)table->n_rows, 1);
    if (!out->groups)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    drift__clusters_groups(profile,
                           profile->blocks.column ? out->sources[profile->blocks.position] : NULL,
                           first, table->n_rows, out->groups);
    return DRIFT_OK;
}

static void leave(const drift_profile *profile, update *table)
{
    drift__release(&profile->allocator, table->groups);
    drift__release(&profile->allocator, table->sources);
}

static drift_status worst(const counting *work, drift_error *error)
{
    for (size_t i = 0; i < work->profile->n_columns; i++)
        if (work->statuses[i])
            return drift__fail_status(error, work->statuses[i]);
    return DRIFT_OK;
}

drift_status drift_profile_update(drift_profile *profile, const drift_table *table,
                                  drift_error *error)
{
    update only = {NULL, NULL, 0, 0};
    if (!profile)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = enter(profile, table, profile->rows, &only, error);
    if (status)
        return leave(profile, &only), status;
    const drift_allocator *memory = &profile->allocator;
    size_t n = profile->n_columns;
    drift_executor *executor = helpers(profile, table->n_rows);
    counting work = {profile, &only, 1, NULL, NULL};
    work.tallies = drift__allocate_zero(memory, n, sizeof *work.tallies);
    work.statuses = drift__allocate_zero(memory, n, sizeof *work.statuses);
    if (!work.tallies || !work.statuses) {
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    } else {
        drift__execute(executor, n, prepare_task, &work);
        status = worst(&work, error);
    }
    if (status == DRIFT_OK && note_extra(profile, table))
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    if (status == DRIFT_OK) {
        drift__execute(executor, n, commit_task, &work);
        profile->rows += table->n_rows;
    }
    for (size_t i = 0; work.tallies && i < n; i++)
        drift_categories_destroy(work.tallies[i].names);
    drift__release(memory, work.statuses);
    drift__release(memory, work.tallies);
    leave(profile, &only);
    return status;
}

drift_status drift__profile_count(drift_profile *profile, const drift_table *tables, size_t n,
                                  drift_error *error)
{
    const drift_allocator *memory = &profile->allocator;
    uint64_t rows = profile->rows;
    drift_status status = DRIFT_OK;
    counting work = {profile, NULL, n, NULL, NULL};
    work.updates = drift__allocate_zero(memory, n, sizeof *work.updates);
    work.statuses = drift__allocate_zero(memory, profile->n_columns, sizeof *work.statuses);
    if (!work.updates || !work.statuses)
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    for (size_t i = 0; i < n && status == DRIFT_OK; i++) {
        status = enter(profile, &tables[i], rows, &work.updates[i], error);
        if (status == DRIFT_OK && note_extra(profile, &tables[i]))
            status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
        rows += status == DRIFT_OK ? tables[i].n_rows : 0;
    }
    if (status == DRIFT_OK) {
        drift__execute(helpers(profile, rows - profile->rows), profile->n_columns, count_task,
                       &work);
        profile->rows = rows;
        status = worst(&work, error);
    }
    for (size_t i = 0; work.updates && i < n; i++)
        leave(profile, &work.updates[i]);
    drift__release(memory, work.updates);
    drift__release(memory, work.statuses);
    return status;
}
