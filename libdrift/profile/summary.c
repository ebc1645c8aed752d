/* SPDX-License-Identifier: Apache-2.0
 *
 * summary.c: what can be read off a column: moments, quantiles, whether it is
 * tested.
 */
#include <math.h>
#include <string.h>

#include "profile/state.h"

static double key_value(const drift__column_state *column, int64_t key)
{
    return column->has_cells && column->cells.integer ? (double)key : drift__key_double(key);
}

const char *drift__column_skipped(const drift__column_state *column)
{
    if (column->use == DRIFT_USE_EXCLUDE)
        return "excluded";
    if (column->role == DRIFT_ROLE_ID)
        return "its role is id";
    if (column->role == DRIFT_ROLE_TIME)
        return "its role is time";
    if (column->type == DRIFT_TYPE_ID)
        return "an id: every value is different or nearly so";
    if (column->type == DRIFT_TYPE_TIMESTAMP && column->use != DRIFT_USE_INCLUDE)
        return "a timestamp that is not included by name";
    return NULL;
}

int drift__column_range(const drift__column_state *column, double *out_minimum, double *out_maximum)
{
    if (!column->has_cells || !column->valid)
        return 0;
    *out_minimum = key_value(column, column->minimum);
    *out_maximum = key_value(column, column->maximum);
    return 1;
}

int drift__column_moments(const drift__column_state *column, double *out_mean, double *out_std,
                          double *out_minimum, double *out_maximum)
{
    double mean, variance;
    if (!drift__column_range(column, out_minimum, out_maximum))
        return 0;
    drift__exact_mean_variance(column->sum, column->square_sum, column->valid, &mean, &variance);
    *out_mean = mean;
    *out_std = sqrt(variance);
    return 1;
}

static double between(double low, double high, double fraction)
{
    double value = isinf(high - low) ? 2.0 * (low / 2 + fraction * (high / 2 - low / 2))
                                     : low + fraction * (high - low);
    return value < low ? low : value > high ? high : value;
}

/* Ends of what `counts[index]` holds, no wider than the values seen. */
static void cell_range(const drift__column_state *column, uint32_t index, double *out_low,
                       double *out_high)
{
    const drift__cells *cells = &column->cells;
    double minimum = key_value(column, column->minimum);
    double maximum = key_value(column, column->maximum);
    double low = index == 0 ? minimum : drift__cells_edge(cells, index - 1);
    double high = index > cells->n ? maximum : drift__cells_edge(cells, index);
    if (index > 0 && index <= cells->n && cells->atoms[index - 1])
        high = low;
    *out_low = low < minimum ? minimum : low;
    *out_high = high > maximum ? maximum : high;
    if (*out_high < *out_low)
        *out_high = *out_low;
}

drift_status drift__column_quantiles(const drift__column_state *column, const double *ranks,
                                     size_t n, double *out_values)
{
    if (!column->has_cells)
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t i = 0; i < n; i++)
        if (!(ranks[i] >= (i ? ranks[i - 1] : 0.0) && ranks[i] <= 1.0))
            return DRIFT_ERR_INVALID_ARGUMENT;
    if (!column->valid)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    const drift__cells *cells = &column->cells;
    uint64_t before = 0; /* in the cells before `index` */
    uint32_t index = 0, end = cells->n + 2;
    while (!cells->counts[end - 1] && end > 1)
        end--;
    for (size_t i = 0; i < n; i++) {
        double low, high, target = ranks[i] * (double)column->valid;
        /* The cell in which the rank lies, else the last one that holds anything. */
        uint64_t least = target < 0x1p63 ? (uint64_t)ceil(target) : (uint64_t)1 << 63;
        while (index + 1 < end && (!cells->counts[index] || before + cells->counts[index] < least))
            before += cells->counts[index++];
        double fraction = (target - (double)before) / (double)cells->counts[index];
        cell_range(column, index, &low, &high);
        out_values[i] = between(low, high, fraction < 0.0 ? 0.0 : fraction > 1.0 ? 1.0 : fraction);
    }
    return DRIFT_OK;
}

uint64_t drift_profile_rows(const drift_profile *profile)
{
    return profile ? profile->rows : 0;
}

size_t drift_profile_columns(const drift_profile *profile)
{
    return profile ? profile->n_columns : 0;
}

drift_status drift_profile_get_column(const drift_profile *profile, size_t index,
                                      drift_profile_column *out_column)
{
    if (!profile || !out_column)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (index >= profile->n_columns)
        return DRIFT_ERR_NOT_FOUND;
    const drift__column_state *column = &profile->columns[index];
    drift_profile_column out;
    memset(&out, 0, sizeof out);
    out.name = column->name;
    out.type = (uint32_t)column->type;
    out.role = (uint32_t)column->role;
    out.missing = column->missing;
    out.invalid = column->invalid;
    out.negative_infinity = column->negative_infinity;
    out.positive_infinity = column->positive_infinity;
    out.valid = column->valid;
    out.skipped = drift__column_skipped(column);
    out.tested = out.skipped == NULL;
    out.has_range = (uint32_t)drift__column_moments(column, &out.mean, &out.standard_deviation,
                                                    &out.minimum, &out.maximum);
    out.cells = column->has_cells ? column->cells.n : 0;
    out.names = column->names ? drift_categories_size(column->names) : 0;
    const drift__plan *plan = drift__column_plan(profile, index, DRIFT__PLAN_OF_VALUES);
    out.plan = plan->kind;
    out.plan_rows = plan->rows;
    out.season_rows = plan->season;
    out.row_correlation = plan->correlation;
    out.dependence = profile->planned_rows == profile->rows ? column->dependence : NULL;
    *out_column = out;
    return DRIFT_OK;
}

drift_status drift_profile_find_column(const drift_profile *profile, const char *name,
                                       size_t *out_index)
{
    if (!profile || !name || !out_index)
        return DRIFT_ERR_INVALID_ARGUMENT;
    size_t index = drift__name_index_find(&profile->index, name);
    if (index == (size_t)DRIFT__NO_POSITION)
        return DRIFT_ERR_NOT_FOUND;
    *out_index = index;
    return DRIFT_OK;
}

drift_status drift_profile_quantile(const drift_profile *profile, size_t index, double rank,
                                    double *out_value)
{
    if (!profile || !out_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (index >= profile->n_columns)
        return DRIFT_ERR_NOT_FOUND;
    return drift__column_quantiles(&profile->columns[index], &rank, 1, out_value);
}
