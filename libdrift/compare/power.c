/* SPDX-License-Identifier: Apache-2.0
 *
 * power.c: would a change that matters have been seen, and how many rows would
 * have been enough? To first order PSI / g of a changed population is
 * noncentral chi-square with noncentrality PSI / g, g = 1/N + 1/n.
 */
#include <math.h>

#include "compare/judge.h"
#include "core/tails.h"

static double level_of_cells(const drift__judgement *judgement)
{
    double weight = judgement->weight[DRIFT__COMPONENT_CELLS];
    return judgement->level * (weight > 0 ? weight : 1);
}

static double critical_value(drift_comparison *comparison, double level, double df)
{
    drift__known_quantile *known = &comparison->critical;
    if (known->level != level || known->df != df)
        *known = (drift__known_quantile){level, df, drift__chi_square_quantile(level, df)};
    return known->value;
}

double drift__power_at(drift_comparison *comparison, double level, double weight, double df,
                       double min_effect, double g)
{
    double below, critical = critical_value(comparison, level * (weight > 0 ? weight : 1), df);
    if (!(g > 0) || isnan(critical))
        return 0;
    /* One of the squares alone stays below `critical` with less than this: P(Z < -9) < 2^-60. */
    if (sqrt(min_effect / g) - sqrt(critical) > 9)
        return 1;
    if (drift_noncentral_chi_square_cdf(critical, df, min_effect / g, &below))
        return 0;
    return 1 - below;
}

double drift__power(drift_comparison *comparison, const drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    if (!result->valid_reference || !result->valid_current || judgement->design.unknown)
        return 0;
    double scale = judgement->design.cells.mean;
    double g = scale / (double)result->valid_reference + scale / (double)result->valid_current;
    double df = judgement->cells.n > 2 ? judgement->cells.n - 1 : 1;
    return drift__power_at(comparison, judgement->level, judgement->weight[DRIFT__COMPONENT_CELLS],
                           df, judgement->min_effect, g);
}

/* Noncentrality at which the power is DRIFT__WANTED_POWER. */
static double wanted_noncentrality(drift_comparison *comparison, double level, double df)
{
    drift__known_quantile *known = &comparison->noncentrality;
    if (known->level != level || known->df != df)
        *known = (drift__known_quantile){
            level, df,
            drift__chi_square_noncentrality(1 - DRIFT__WANTED_POWER,
                                            critical_value(comparison, level, df), df)};
    return known->value;
}

/* Test cells at a smaller sample of `smaller` values, by the rule of test_cells.c. */
static double cells_at(const drift__judgement *judgement, double smaller)
{
    double least = judgement->cells.n > 2 ? judgement->cells.n : 2;
    if (judgement->result->names || judgement->reference->discrete)
        return least;
    double cells = floor(smaller / DRIFT__EXPECTED);
    cells = cells > DRIFT__TEST_CELLS ? DRIFT__TEST_CELLS : cells;
    return cells > least ? cells : least;
}

/* Values of the sample beside `other` independent ones (INFINITY: as many as wanted; 0: as many as it). */
static double values_needed(drift_comparison *comparison, const drift__judgement *judgement,
                            double other)
{
    double level = level_of_cells(judgement), cells = cells_at(judgement, 0), needed = INFINITY;
    for (int step = 0; step < 4; step++) {
        double g = judgement->min_effect / wanted_noncentrality(comparison, level, cells - 1);
        needed = other > 0 ? 1 / (g - 1 / other) : 2 / g;
        if (!(needed > 0))
            return INFINITY;
        double again = cells_at(judgement, other > 0 && other < needed ? other : needed);
        if (again <= cells)
            break;
        cells = again;
    }
    return needed;
}

static uint64_t more_rows(double values, uint64_t valid, uint64_t rows)
{
    double share = valid ? (double)valid / (double)rows : 1;
    double more = ceil((values - (double)valid) / share);
    return more > 0 && more < 1e15 ? (uint64_t)more : 0;
}

void drift__count_rows_needed(drift_comparison *comparison, drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    if (!(judgement->min_effect > 0) || judgement->design.unknown || judgement->absent ||
        !result->valid_reference)
        return;
    double scale = judgement->design.cells.mean;
    double reference = (double)result->valid_reference / scale;
    double current = values_needed(comparison, judgement, reference);
    /* Beyond ten times the reference it is the reference that is too small. */
    if (current <= 10 * reference) {
        result->more_rows_current =
            more_rows(current * scale, result->valid_current, result->rows_current);
    } else {
        double both = values_needed(comparison, judgement, 0) * scale;
        result->more_rows_reference =
            more_rows(both, result->valid_reference, result->rows_reference);
        result->more_rows_current = more_rows(both, result->valid_current, result->rows_current);
    }
    result->has_more_rows = result->more_rows_current || result->more_rows_reference;
}
