/* SPDX-License-Identifier: Apache-2.0
 *
 * test_cells.c: which cells the test and the effect use.
 *
 * Cells may be chosen from the sample sizes, from the reference's edges, or
 * from the joint counts T = reference + current, which are what a permutation
 * of the rows leaves alone. Choosing them from either side's counts alone
 * would make an unchanged column drift (docs/methods.md, "Cells").
 */
#include "compare/judge.h"

/* A run of neighbouring view cells ends before `end[g]`. */
typedef struct grouping {
    size_t end[DRIFT__NAME_CELLS];
    uint32_t n;
} grouping;

static double smaller_share(const drift_column_result *result)
{
    double reference = (double)result->valid_reference, current = (double)result->valid_current;
    double both = reference + current;
    return both > 0 ? (reference < current ? reference : current) / both : 0;
}

static uint32_t wanted_cells(const drift_comparison *comparison, const drift_column_result *result)
{
    if (comparison->config.preset == DRIFT_PRESET_PSI_CLASSIC)
        return 10;
    uint64_t smaller = result->valid_reference < result->valid_current ? result->valid_reference
                                                                       : result->valid_current;
    uint64_t cells = smaller / DRIFT__EXPECTED;
    return cells > DRIFT__TEST_CELLS ? DRIFT__TEST_CELLS : cells < 2 ? 2 : (uint32_t)cells;
}

/* Ends of `wanted` groups of equal mass, each at the edge nearest to its target. */
static grouping equal_mass(size_t n, const uint64_t *mass, double total, uint32_t wanted)
{
    grouping groups = {{0}, 0};
    double before = 0;
    uint32_t target = 1;
    double last_end = 0, aim = total / wanted;
    for (size_t k = 0; k < n && target < wanted; k++) {
        double after = before + (double)mass[k];
        while (target < wanted && after >= aim) {
            int at_start = k > 0 && aim - before < after - aim;
            size_t end = at_start ? k : k + 1;
            double reached = at_start ? before : after;
            if (reached > last_end && reached < total) {
                groups.end[groups.n++] = end;
                last_end = reached;
            }
            target++;
            aim = total * target / wanted;
        }
        before = after;
    }
    groups.end[groups.n++] = n;
    return groups;
}

/* Merge the thinnest group with its thinner neighbour until all hold `least`, or two are left. */
static void merge_thin(grouping *groups, const uint64_t *mass, double least)
{
    double held[DRIFT__NAME_CELLS] = {0};
    for (uint32_t g = 0; g < groups->n; g++)
        for (size_t k = g ? groups->end[g - 1] : 0; k < groups->end[g]; k++)
            held[g] += (double)mass[k];
    while (groups->n > 2) {
        uint32_t thinnest = 0;
        for (uint32_t g = 1; g < groups->n; g++)
            if (held[g] < held[thinnest])
                thinnest = g;
        if (held[thinnest] >= least)
            return;
        uint32_t into = thinnest;
        if (thinnest == groups->n - 1 || (thinnest > 0 && held[thinnest - 1] < held[thinnest + 1]))
            into = thinnest - 1;
        held[into] += held[into + 1];
        groups->end[into] = groups->end[into + 1];
        for (uint32_t g = into + 1; g + 1 < groups->n; g++) {
            groups->end[g] = groups->end[g + 1];
            held[g] = held[g + 1];
        }
        groups->n--;
    }
}

static void sum_groups(drift_comparison *comparison, drift__judgement *judgement,
                       const grouping *groups)
{
    drift__test_cells *test = &judgement->cells;
    drift_cell *cells = (drift_cell *)judgement->result->cells;
    test->reference = drift__arena_allocate(&comparison->arena, groups->n, sizeof(uint64_t));
    test->current = drift__arena_allocate(&comparison->arena, groups->n, sizeof(uint64_t));
    if (!test->reference || !test->current)
        return;
    test->n = groups->n;
    for (uint32_t g = 0; g < groups->n; g++)
        for (size_t k = g ? groups->end[g - 1] : 0; k < groups->end[g]; k++) {
            cells[k].test_cell = g;
            test->reference[g] += cells[k].reference;
            test->current[g] += cells[k].current;
        }
}

/* One group for each cell in use; cells that are empty on both sides join their left neighbour. */
static grouping one_per_value(const uint64_t *mass, size_t n)
{
    grouping groups = {{0}, 0};
    for (size_t k = 0; k < n; k++)
        if (mass[k] && groups.n < DRIFT__TEST_CELLS)
            groups.end[groups.n++] = k + 1;
    if (groups.n)
        groups.end[groups.n - 1] = n;
    return groups;
}

static void choose_numeric(drift_comparison *comparison, drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    size_t n = result->n_cells;
    int joint = judgement->reference->discrete;
    const uint64_t *mass = joint ? comparison->ordered.joint : comparison->ordered.reference;
    size_t used = 0;
    for (size_t k = 0; joint && k < n; k++)
        used += mass[k] != 0;
    double total = (double)result->valid_reference + (joint ? (double)result->valid_current : 0);
    double share = joint ? smaller_share(result)
                         : smaller_share(result) * (1 + (double)result->valid_current /
                                                            (double)result->valid_reference);
    uint32_t wanted = wanted_cells(comparison, result);
    int classic = comparison->config.preset == DRIFT_PRESET_PSI_CLASSIC;
    grouping groups = joint && used <= DRIFT__TEST_CELLS ? one_per_value(mass, n)
                                                         : equal_mass(n, mass, total, wanted);
    if (!classic && total > 0)
        merge_thin(&groups, mass, DRIFT__EXPECTED / share);
    sum_groups(comparison, judgement, &groups);
}

/*
 * The names with an expected count of DRIFT__EXPECTED in the smaller sample
 * keep their own cell; all the others, unseen ones and those beyond the
 * capacity too, share one. At least two cells, so that something can be said.
 */
static void choose_names(drift_comparison *comparison, drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    drift__test_cells *test = &judgement->cells;
    int classic = comparison->config.preset == DRIFT_PRESET_PSI_CLASSIC;
    double least = classic ? 0 : DRIFT__EXPECTED / smaller_share(result);
    uint64_t other = result->other_reference + result->other_current;
    size_t own = 0;
    double rest = (double)other;
    for (size_t k = 0; k < result->n_names; k++) {
        double joint = (double)(result->names[k].reference + result->names[k].current);
        if (own == k && own < DRIFT__NAME_CELLS - 1 && joint >= least)
            own++;
        else
            rest += joint;
    }
    while (own > 1 && rest > 0 && rest < least) {
        own--;
        rest += (double)(result->names[own].reference + result->names[own].current);
    }
    if (!own && result->n_names && result->n_names + (other > 0) > 1)
        own = 1;
    test->reference = drift__arena_allocate(&comparison->arena, own + 1, sizeof(uint64_t));
    test->current = drift__arena_allocate(&comparison->arena, own + 1, sizeof(uint64_t));
    if (!test->reference || !test->current)
        return;
    for (size_t k = 0; k < result->n_names; k++) {
        size_t cell = k < own ? k : own;
        test->reference[cell] += result->names[k].reference;
        test->current[cell] += result->names[k].current;
    }
    test->reference[own] += result->other_reference;
    test->current[own] += result->other_current;
    test->n = (uint32_t)(own + (test->reference[own] + test->current[own] > 0));
}

void drift__choose_test_cells(drift_comparison *comparison, drift__judgement *judgement)
{
    if (judgement->result->names)
        choose_names(comparison, judgement);
    else if (judgement->result->cells)
        choose_numeric(comparison, judgement);
    judgement->result->n_test_cells = judgement->cells.n;
}
