/* SPDX-License-Identifier: Apache-2.0
 *
 * measure.c: the statistics and summaries of one column.
 */
#include <drift/distance.h>
#include <math.h>
#include <string.h>

#include "compare/judge.h"
#include "distance/estimate.h"

static const double SUMMARY_RANKS[5] = {0.01, 0.25, 0.5, 0.75, 0.99};

static void set_value(drift_statistic *statistic, drift_status status, double value)
{
    if (status == DRIFT_OK && isfinite(value)) {
        statistic->value = value;
        statistic->has_value = 1;
    }
}

static void set_interval(drift_statistic *statistic, drift_status status, double low, double high)
{
    if (status == DRIFT_OK && isfinite(low) && isfinite(high)) {
        statistic->low = low;
        statistic->high = high;
        statistic->has_interval = 1;
    }
}

static void set_extra(drift_statistic *statistic, drift_status status, double extra)
{
    if (status == DRIFT_OK && isfinite(extra)) {
        statistic->extra = extra;
        statistic->has_extra = 1;
    }
}

/* As many independent rows as the dependent ones are worth, in the same shares. */
static drift__test_cells effective_cells(drift_comparison *comparison,
                                         const drift__judgement *judgement)
{
    drift__test_cells cells = judgement->cells;
    double scale = judgement->design.cells.mean;
    if (scale <= 1)
        return cells;
    uint64_t *counts =
        drift__arena_allocate(&comparison->arena, 2 * (size_t)cells.n, sizeof *counts);
    if (!counts)
        return cells;
    for (uint32_t k = 0; k < cells.n; k++) {
        counts[k] = (uint64_t)((double)cells.reference[k] / scale + 0.5);
        counts[cells.n + k] = (uint64_t)((double)cells.current[k] / scale + 0.5);
    }
    return (drift__test_cells){counts, counts + cells.n, cells.n};
}

/* Of a part: what chunks.c keeps. */
static drift_status measure_briefly(const drift__test_cells *cells, drift__estimates *out)
{
    drift__estimate *of = out->of;
    drift_status status = drift_psi(cells->reference, cells->current, cells->n,
                                    DRIFT_SMOOTHING_JEFFREYS, &of[DRIFT_DIVERGENCE_PSI].value);
    if (!status)
        status = drift_psi_debiased(cells->reference, cells->current, cells->n, &out->psi_debiased);
    if (!status)
        status = drift_total_variation(cells->reference, cells->current, cells->n,
                                       &of[DRIFT_DIVERGENCE_TOTAL_VARIATION].value);
    return status;
}

static void measure_psi(const drift__judgement *judgement, drift_status status,
                        const drift__estimates *found)
{
    drift_statistic *psi = &judgement->result->psi;
    double value = found->of[DRIFT_DIVERGENCE_PSI].value;
    set_value(psi, status, value);
    /* What chance adds grows as the rows say less. */
    double debiased = value - judgement->design.cells.mean * (value - found->psi_debiased);
    set_extra(psi, status, debiased > 0 ? debiased : 0);
}

static void measure_chi_square(drift_column_result *result, const drift__test_cells *cells)
{
    double value = 0, df = 0, p = 0;
    drift_status status =
        drift_chi_square(cells->reference, cells->current, cells->n, &value, &df, &p);
    set_value(&result->chi_square, status, value);
    set_extra(&result->chi_square, status, df);
    if (status == DRIFT_OK) {
        result->chi_square.p_value = p;
        result->chi_square.has_p_value = 1;
    }
}

static void measure_cells(drift_comparison *comparison, drift__judgement *judgement)
{
    enum { ALL = (1 << DRIFT__ESTIMATED) - 1 };
    drift_column_result *result = judgement->result;
    const drift__test_cells *cells = &judgement->cells;
    drift__estimates found = {0}, known;
    measure_chi_square(result, cells);
    drift_status status =
        comparison->brief
            ? measure_briefly(cells, &found)
            : drift__estimate_divergences(cells->reference, cells->current, cells->n, ALL, &found);
    measure_psi(judgement, status, &found);
    set_value(&result->total_variation, status, found.of[DRIFT_DIVERGENCE_TOTAL_VARIATION].value);
    if (comparison->brief)
        return;
    double js = found.of[DRIFT_DIVERGENCE_JS].value;
    set_value(&result->kl, status, found.of[DRIFT_DIVERGENCE_KL].value);
    set_value(&result->js, status, js);
    set_value(&result->js_distance, status, sqrt(js / log(2.0)));
    set_value(&result->hellinger, status, found.of[DRIFT_DIVERGENCE_HELLINGER].value);
    known = found;
    const drift__test_cells effective = effective_cells(comparison, judgement);
    if (effective.reference != cells->reference)
        status = drift__estimate_divergences(effective.reference, effective.current, effective.n,
                                             ALL, &known);
    drift_statistic *const of[DRIFT__ESTIMATED] = {&result->psi, &result->kl, &result->js,
                                                   &result->hellinger, &result->total_variation};
    for (int i = 0; i < DRIFT__ESTIMATED; i++)
        set_interval(of[i], status, known.of[i].low, known.of[i].high);
}

static void measure_order(drift_comparison *comparison, drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    const drift__ordered_view *view = &comparison->ordered;
    double low = 0, high = 0, value = 0, p = 0;
    drift_status status =
        drift_ks_bounds(view->reference, view->current, result->n_cells, view->atoms, &low, &high);
    set_value(&result->ks, status, low);
    set_interval(&result->ks, status, low, high);
    if (status == DRIFT_OK &&
        drift_ks_p_value(low, result->valid_reference, result->valid_current, &p) == DRIFT_OK) {
        result->ks.p_value = p;
        result->ks.has_p_value = 1;
    }
    if (comparison->brief)
        return;
    status = drift_wasserstein_bounds(view->reference, view->current, view->lower, view->upper,
                                      result->n_cells, &value, &low, &high);
    set_value(&result->wasserstein, status, value);
    set_interval(&result->wasserstein, status, low, high);
    if (status == DRIFT_OK && result->reference.has_range && result->reference.std > 0)
        set_extra(&result->wasserstein, status, value / result->reference.std);
}

static void summarise(const drift__column_state *column, drift_summary *out)
{
    if (!column->has_cells ||
        !drift__column_moments(column, &out->mean, &out->std, &out->min, &out->max))
        return;
    out->has_range = 1;
    out->has_quantiles = !drift__column_quantiles(column, SUMMARY_RANKS, 5, out->quantiles);
}

void drift__measure(drift_comparison *comparison, drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    if (!comparison->brief)
        summarise(judgement->reference, &result->reference);
    if (!comparison->brief && judgement->current)
        summarise(judgement->current, &result->current);
    if (!result->valid_reference || !result->valid_current || !judgement->cells.n)
        return;
    result->has_statistics = 1;
    measure_cells(comparison, judgement);
    if (result->cells)
        measure_order(comparison, judgement);
}
