/* SPDX-License-Identifier: Apache-2.0
 *
 * evidence.c: is the change of a column more than chance? Several tests share
 * the column's level by fixed weights (weighted Bonferroni, Rosenthal & Rubin
 * 1983): p = min p_i / w_i. A component is left out, and its weight shared
 * among the others, only on grounds of sample sizes or joint counts, which
 * cannot favour either verdict.
 */
#include <drift/distance.h>
#include <math.h>

#include "compare/judge.h"
#include "hypothesis/location_scale.h"

/*
 * Relative weights before normalising. Most changes move or widen a distribution, and one degree
 * of freedom finds that with the fewest rows; what has another shape is left to KS and the cells.
 */
static const double WEIGHT[DRIFT__COMPONENTS] = {
    [DRIFT__COMPONENT_CELLS] = 0.15,   [DRIFT__COMPONENT_LOCATION] = 0.55,
    [DRIFT__COMPONENT_SCALE] = 0.20,   [DRIFT__COMPONENT_KS] = 0.10,
    [DRIFT__COMPONENT_MISSING] = 0.15, [DRIFT__COMPONENT_INVALID] = 0.05,
    [DRIFT__COMPONENT_OUTSIDE] = 0.03, [DRIFT__COMPONENT_UNSEEN] = 0.35,
    [DRIFT__COMPONENT_SAMPLED] = 0.10,
};
/* Of the cells where they have no order, or are two only. */
static const double WEIGHT_OF_CELLS_ALONE = 0.75;
/* Of unseen names where the joint counts hold no rare ones. */
static const double WEIGHT_OF_UNSEEN_FREQUENT = 0.02;

/* Above this many lattice points the exact KS law costs more than it adds. */
enum { EXACT_KS_LATTICE = 250000, FEWEST_BLOCKS_OF_CELLS = 3 * DRIFT__GROUP_CELLS / 2 };

static void set_component(drift__judgement *judgement, drift__component which, drift_status status,
                          double p)
{
    if (status)
        return;
    judgement->weight[which] = WEIGHT[which];
    judgement->p[which] = p;
}

static void test_cells(drift__judgement *judgement)
{
    const drift__test_cells *cells = &judgement->cells;
    const drift_statistic *chi_square = &judgement->result->chi_square;
    drift_status status = chi_square->has_p_value ? DRIFT_OK : DRIFT_ERR_NOT_ENOUGH_DATA;
    double p = chi_square->p_value;
    if (cells->n < 2)
        return;
    if (judgement->design.stated) {
        /* Hardly more blocks than cells, and the values have an order: left to the tests of it. */
        if (judgement->design.groups < FEWEST_BLOCKS_OF_CELLS && judgement->result->cells &&
            cells->n > 2)
            return;
        if (!status)
            p = drift__design_tail(&judgement->design.cells, chi_square->value, chi_square->extra);
    } else if (cells->n == 2)
        status = drift_fisher_exact(cells->reference[0], cells->reference[1], cells->current[0],
                                    cells->current[1], DRIFT_TWO_SIDED, &p);
    set_component(judgement, DRIFT__COMPONENT_CELLS, status, p);
}

/* A p-value at effective sizes, which are estimates themselves: the F law in place of chi-square. */
static double allow_for_estimate(const drift__design_effect *effect, double p)
{
    const drift__design_effect estimated = {1, 0, effect->df};
    double equivalent;
    if (p > 0 && !drift_chi_square_quantile(p, 1, &equivalent))
        return drift__design_tail(&estimated, equivalent, 1);
    return p;
}

/* The limit law at the effective sizes; that those are estimated is allowed for as in the others. */
static int blocked_ks(const drift__judgement *judgement, double *out_p)
{
    const drift_column_result *result = judgement->result;
    const drift__design_effect *effect = &judgement->design.ks;
    uint64_t reference = (uint64_t)ceil((double)result->valid_reference / effect->mean);
    uint64_t current = (uint64_t)ceil((double)result->valid_current / effect->mean);
    if (drift_ks_p_value(result->ks.value, reference, current, out_p))
        return 0;
    *out_p = allow_for_estimate(effect, *out_p);
    return 1;
}

/* With two test cells the order says nothing that the cells do not say exactly. */
static void test_order(const drift_comparison *comparison, drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    if (!result->cells || judgement->cells.n < 3)
        return;
    size_t n = result->n_cells;
    const drift__ordered_view *view = &comparison->ordered;
    drift__location_scale z;
    double p = 1;
    drift_status status = drift__location_scale_of(view->reference, view->current, n, &z);
    if (!status) {
        const drift__design *design = &judgement->design;
        set_component(judgement, DRIFT__COMPONENT_LOCATION, DRIFT_OK,
                      drift__design_tail(&design->location, z.location * z.location, 1));
        if (z.has_scale)
            set_component(judgement, DRIFT__COMPONENT_SCALE, DRIFT_OK,
                          drift__design_tail(&design->scale, z.scale * z.scale, 1));
    }
    if (!result->ks.has_p_value)
        return;
    if (judgement->design.stated) {
        if (blocked_ks(judgement, &p))
            set_component(judgement, DRIFT__COMPONENT_KS, DRIFT_OK, p);
        return;
    }
    p = result->ks.p_value;
    double lattice = (double)result->valid_reference * (double)result->valid_current;
    double exact;
    if (lattice <= EXACT_KS_LATTICE &&
        drift_ks_p_value_exact(result->ks.value, result->valid_reference, result->valid_current,
                               view->joint, n, &exact) == DRIFT_OK)
        p = exact;
    set_component(judgement, DRIFT__COMPONENT_KS, DRIFT_OK, p);
}

/* As in blocked_ks: exact at the effective sizes, because such rows may come in few blocks. */
static drift_status blocked_share(const drift__design_effect *effect, const uint64_t reference[2],
                                  const uint64_t current[2], double *out_p)
{
    uint64_t worth[4];
    for (int i = 0; i < 4; i++)
        worth[i] = (uint64_t)((double)(i < 2 ? reference[i] : current[i - 2]) / effect->mean + 0.5);
    drift_status status =
        drift_fisher_exact(worth[0], worth[1], worth[2], worth[3], DRIFT_TWO_SIDED, out_p);
    if (status)
        return status;
    *out_p = allow_for_estimate(effect, *out_p);
    return DRIFT_OK;
}

/* Two-sided test of a share on each side, where there is anything to test; its PSI, debiased. */
static double test_share(drift__judgement *judgement, drift__component which,
                         const drift__design_effect *design, uint64_t part_reference,
                         uint64_t whole_reference, uint64_t part_current, uint64_t whole_current)
{
    uint64_t reference[2] = {part_reference, whole_reference - part_reference};
    uint64_t current[2] = {part_current, whole_current - part_current};
    if (!whole_reference || !whole_current || part_reference + part_current == 0)
        return 0;
    double p = 1, effect = 0;
    drift_status status = judgement->design.stated
                              ? blocked_share(design, reference, current, &p)
                              : drift_fisher_exact(reference[0], reference[1], current[0],
                                                   current[1], DRIFT_TWO_SIDED, &p);
    set_component(judgement, which, status, p);
    return drift_psi_debiased(reference, current, 2, &effect) == DRIFT_OK && effect > 0 ? effect
                                                                                        : 0;
}

/*
 * The share of the population outside the range of N independent values is
 * Beta(2, N - 1), whatever the law: of n new ones K fall outside with
 * P(K >= k) = C(M-k, N) / C(M, N) (1 + k N / (M-k)), M = N + n. Ties only make
 * it conservative.
 */
static void test_outside(drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    if (!result->cells || !result->valid_reference || !result->valid_current)
        return;
    const drift_cell *below = &result->cells[0], *above = &result->cells[result->n_cells - 1];
    judgement->outside = below->current + above->current;
    if (below->reference + above->reference)
        return; /* edges from a sample: the law does not hold */
    double scale = drift__design_largest(&judgement->design),
           k = (double)judgement->outside / scale;
    double n_reference = (double)result->valid_reference / scale;
    double n = (double)result->valid_current / scale, both = n_reference + n;
    double p = 1;
    if (judgement->outside)
        p = exp(drift__log_ratio_of_choices(n, both, k) + log1p(k * n_reference / (both - k)));
    set_component(judgement, DRIFT__COMPONENT_OUTSIDE, DRIFT_OK, p > 1 ? 1 : p);
}

static void combine(drift__judgement *judgement)
{
    double total = 0, p = 1;
    if (judgement->weight[DRIFT__COMPONENT_CELLS] > 0 &&
        !(judgement->weight[DRIFT__COMPONENT_LOCATION] > 0))
        judgement->weight[DRIFT__COMPONENT_CELLS] = WEIGHT_OF_CELLS_ALONE;
    for (int i = 0; i < DRIFT__COMPONENTS; i++)
        total += judgement->weight[i];
    if (total <= 0)
        return;
    for (int i = 0; i < DRIFT__COMPONENTS; i++) {
        judgement->weight[i] /= total;
        if (judgement->weight[i] > 0 && judgement->p[i] / judgement->weight[i] < p)
            p = judgement->p[i] / judgement->weight[i];
    }
    judgement->result->p_value = p;
    judgement->result->has_p_value = 1;
}

static uint64_t readable(uint64_t rows, uint64_t missing)
{
    return rows > missing ? rows - missing : 0;
}

static void test_values(drift_comparison *comparison, drift__judgement *judgement)
{
    test_cells(judgement);
    test_order(comparison, judgement);
    test_outside(judgement);
    int rare;
    double unseen;
    if (drift__test_unseen(comparison, judgement, &rare, &unseen)) {
        set_component(judgement, DRIFT__COMPONENT_UNSEEN, DRIFT_OK, unseen);
        if (!rare)
            judgement->weight[DRIFT__COMPONENT_UNSEEN] = WEIGHT_OF_UNSEEN_FREQUENT;
    }
    const drift__name_sample *sample = &judgement->sample;
    if (sample->partial) {
        test_share(judgement, DRIFT__COMPONENT_SAMPLED, &judgement->design.cells, sample->reference,
                   judgement->result->valid_reference, sample->current,
                   judgement->result->valid_current);
        judgement->share_effect[DRIFT__SHARE_CROWDED] =
            drift__crowded_effect(judgement, drift__design_largest(&judgement->design));
    }
}

static void test_rows(drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    const drift__design_effect *design = &judgement->design.missing;
    judgement->share_effect[DRIFT__SHARE_MISSING] =
        test_share(judgement, DRIFT__COMPONENT_MISSING, design, result->missing_reference,
                   result->rows_reference, result->missing_current, result->rows_current);
    /* Unreadable values are a violation unless the reference has some itself. */
    if (result->invalid_reference)
        judgement->share_effect[DRIFT__SHARE_INVALID] = test_share(
            judgement, DRIFT__COMPONENT_INVALID, design, result->invalid_reference,
            readable(result->rows_reference, result->missing_reference), result->invalid_current,
            readable(result->rows_current, result->missing_current));
}

double drift__largest_effect(const drift__judgement *judgement, drift__share *out_share)
{
    const drift_column_result *result = judgement->result;
    double largest = result->psi.has_extra ? result->psi.extra : 0;
    *out_share = DRIFT__SHARES;
    for (int k = 0; k < DRIFT__SHARES; k++)
        if (judgement->share_effect[k] > largest) {
            largest = judgement->share_effect[k];
            *out_share = (drift__share)k;
        }
    return largest;
}

void drift__weigh_evidence(drift_comparison *comparison, drift__judgement *judgement)
{
    drift_column_result *result = judgement->result;
    drift__share share;
    if (!judgement->design.unknown)
        test_values(comparison, judgement);
    if (!judgement->design.rows_unknown)
        test_rows(judgement);
    combine(judgement);
    result->effect = drift__largest_effect(judgement, &share);
    result->has_effect = result->psi.has_value || share != DRIFT__SHARES;
    if (comparison->config.preset == DRIFT_PRESET_PSI_CLASSIC) {
        result->effect = result->psi.value;
        for (int k = DRIFT__SHARE_MISSING; k <= DRIFT__SHARE_INVALID; k++)
            if (judgement->share_effect[k] > result->effect)
                result->effect = judgement->share_effect[k];
    }
}
