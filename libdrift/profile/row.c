/* SPDX-License-Identifier: Apache-2.0
 *
 * row.c: counting one row at a time, the path of a live service. A name that
 * is already kept needs no memory; so of one row the column with the only new
 * name goes first, and with several new names they are counted on copies.
 */
#include <string.h>

#include "core/memory.h"
#include "profile/block.h"
#include "profile/state.h"

/* 1 where counting the value may need memory. */
static int is_new_name(const drift__column_state *column, const drift_value *value)
{
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    uint64_t count;
    return drift__name_of(value, column->type, scratch, &text, &length, &numeric) ==
               DRIFT__MEANS_VALUE &&
           drift_categories_count(column->names, text, length, &count) != DRIFT_OK;
}

static drift_status count_name(drift_categories *names, drift_type type, const drift_value *value)
{
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    if (drift__name_of(value, type, scratch, &text, &length, &numeric) != DRIFT__MEANS_VALUE)
        return DRIFT_OK;
    return drift_categories_update(names, text, length, 1);
}

static void count_number(drift__column_state *column, const drift_value *value)
{
    double number;
    int64_t key;
    int integer = column->has_cells && column->cells.integer;
    switch (drift__number_of(value, column->type, integer, &number, &key)) {
    case DRIFT__MEANS_MISSING:
        column->missing++;
        return;
    case DRIFT__MEANS_INVALID:
        column->invalid++;
        return;
    case DRIFT__MEANS_NEGATIVE_INFINITY:
        column->negative_infinity++;
        return;
    case DRIFT__MEANS_POSITIVE_INFINITY:
        column->positive_infinity++;
        return;
    case DRIFT__MEANS_VALUE:
        break;
    }
    if (!column->valid || key < column->minimum)
        column->minimum = key;
    if (!column->valid || key > column->maximum)
        column->maximum = key;
    column->valid++;
    if (!column->has_cells)
        return;
    drift__cells_update(&column->cells, &key, 1);
    drift__exact_sum_add(column->sum, &number, 1);
    drift__exact_square_sum_add(column->square_sum, &number, 1);
}

static void count_meaning(drift__column_state *column, const drift_value *value)
{
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    switch (drift__name_of(value, column->type, scratch, &text, &length, &numeric)) {
    case DRIFT__MEANS_VALUE:
        column->valid++;
        column->numeric_tokens += (uint64_t)numeric;
        break;
    case DRIFT__MEANS_MISSING:
        column->missing++;
        break;
    default:
        column->invalid++;
    }
}

/* Copies of the columns with new names, each with its new name counted. */
static drift_status count_on_copies(const drift_profile *profile, const drift_value *values,
                                    drift_categories **copies)
{
    for (size_t i = 0; i < profile->n_columns; i++) {
        const drift__column_state *column = &profile->columns[i];
        if (!column->names || !is_new_name(column, &values[i]))
            continue;
        drift_status status = drift__profile_copy_names(profile, column, 1, &copies[i]);
        if (status == DRIFT_OK)
            status = count_name(copies[i], column->type, &values[i]);
        if (status)
            return status;
    }
    return DRIFT_OK;
}

static drift_status count_new_names(drift_profile *profile, const drift_value *values)
{
    drift_categories **copies =
        drift__allocate_zero(&profile->allocator, profile->n_columns, sizeof *copies);
    if (!copies)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift_status status = count_on_copies(profile, values, copies);
    for (size_t i = 0; i < profile->n_columns; i++) {
        drift__column_state *column = &profile->columns[i];
        if (status || !copies[i]) {
            drift_categories_destroy(copies[i]);
            copies[i] = NULL;
            continue;
        }
        drift_categories_destroy(column->names);
        column->names = copies[i];
    }
    /* Known names are left; they take their counts in place. */
    for (size_t i = 0; status == DRIFT_OK && i < profile->n_columns; i++)
        if (profile->columns[i].names && !copies[i])
            count_name(profile->columns[i].names, profile->columns[i].type, &values[i]);
    drift__release(&profile->allocator, copies);
    return status;
}

static drift_status count_names(drift_profile *profile, const drift_value *values)
{
    size_t new_names = 0, first_new = 0;
    for (size_t i = 0; i < profile->n_columns && new_names < 2; i++)
        if (profile->columns[i].names && is_new_name(&profile->columns[i], &values[i])) {
            first_new = i;
            new_names++;
        }
    if (new_names > 1)
        return count_new_names(profile, values);
    if (new_names == 1) {
        drift__column_state *column = &profile->columns[first_new];
        drift_status status = count_name(column->names, column->type, &values[first_new]);
        if (status)
            return status;
    }
    for (size_t i = 0; i < profile->n_columns; i++)
        if (profile->columns[i].names && !(new_names && i == first_new))
            count_name(profile->columns[i].names, profile->columns[i].type, &values[i]);
    return DRIFT_OK;
}

drift_status drift_profile_update_row(drift_profile *profile, const drift_value *values, size_t n)
{
    if (!profile || (!values && n) || n != profile->n_columns)
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t i = 0; i < n; i++)
        if ((values[i].tag == DRIFT_VALUE_STRING || values[i].tag == DRIFT_VALUE_TOKEN) &&
            !values[i].as.string)
            return DRIFT_ERR_INVALID_ARGUMENT;
    if (profile->rows == UINT64_MAX)
        return DRIFT_ERR_OVERFLOW;
    drift_status status = count_names(profile, values);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        drift__column_state *column = &profile->columns[i];
        if (column->names)
            count_meaning(column, &values[i]);
        else if (column->type != DRIFT_TYPE_ID)
            count_number(column, &values[i]);
        else if (values[i].tag == DRIFT_VALUE_MISSING ||
                 (values[i].tag == DRIFT_VALUE_DOUBLE && values[i].as.number != values[i].as.number))
            column->missing++;
        else
            column->valid++;
    }
    profile->rows++;
    return DRIFT_OK;
}
