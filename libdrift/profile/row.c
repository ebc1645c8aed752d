/* SPDX-License-Identifier: Apache-2.0
 *
 * row.c: counting one row at a time, the path of a live service. Memory for
 * the names met for the first time is taken before anything is counted.
 */
#include "profile/block.h"
#include "profile/state.h"
#include "sketch/category_room.h"

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
    drift__cells_update_keys(&column->cells, &key, 1);
    drift__exact_sum_add(column->sum, &number, 1);
    drift__exact_square_sum_add(column->square_sum, &number, 1);
}

static void count_name(drift__column_state *column, const drift_value *value)
{
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    switch (drift__name_of(value, column->type, scratch, &text, &length, &numeric)) {
    case DRIFT__MEANS_VALUE:
        column->valid++;
        column->numeric_tokens += (uint64_t)numeric;
        drift_categories_update(column->names, text, length, 1);
        break;
    case DRIFT__MEANS_MISSING:
        column->missing++;
        break;
    default:
        column->invalid++;
    }
}

static drift_status reserve_name(const drift__column_state *column, const drift_value *value)
{
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    if (drift__name_of(value, column->type, scratch, &text, &length, &numeric) !=
        DRIFT__MEANS_VALUE)
        return DRIFT_OK;
    return drift__categories_reserve(column->names, text, length);
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
    for (size_t i = 0; i < n; i++) {
        drift_status status =
            profile->columns[i].names ? reserve_name(&profile->columns[i], &values[i]) : DRIFT_OK;
        if (status)
            return status;
    }
    drift__clusters_note_row(profile, values);
    for (size_t i = 0; i < n; i++) {
        drift__column_state *column = &profile->columns[i];
        if (column->names)
            count_name(column, &values[i]);
        else if (column->type != DRIFT_TYPE_ID)
            count_number(column, &values[i]);
        else if (values[i].tag == DRIFT_VALUE_MISSING ||
                 (values[i].tag == DRIFT_VALUE_DOUBLE &&
                  values[i].as.number != values[i].as.number))
            column->missing++;
        else
            column->valid++;
    }
    profile->rows++;
    return DRIFT_OK;
}
