/* SPDX-License-Identifier: Apache-2.0
 *
 * design.c: what rows that belong together do to a test. The covariance of the
 * coarse shares is estimated between the groups of both sides (random groups);
 * set against the covariance that independent rows would have, it gives the
 * generalised design effects of Rao & Scott (1981), whose mean divides a
 * statistic and whose spread lowers its degrees of freedom (Satterthwaite).
 * The groups are few, so the reference law is F (Thomas & Rao 1987).
 */
#include <math.h>
#include <string.h>

#include "compare/judge.h"
#include "core/tails.h"

enum { CELLS = DRIFT__GROUP_CELLS, FEWEST_GROUPS = DRIFT__FEWEST_BLOCKS };

/*
 * Satterthwaite's degrees of freedom are those of normal scores. With the few blocks of a part,
 * ranks and their squares reach small p-values too often by them; with these shares of them
 * simulation finds the rates that the p-values say (docs/methods.md, "Blocks").
 */
static const double KNOWN_OF_LOCATION = 0.5, KNOWN_OF_SCALE = 0.25;

/* Covariance of one side's coarse shares. */
typedef struct side {
    double covariance[CELLS][CELLS];
    double share[CELLS];
    double none_squares; /* excess of rows without a value in a group, squared, over groups */
    double mixed_groups; /* groups in which the rarer of value and no value occurs */
    double valid, rows;
    double groups, row_groups; /* with values; with rows */
} side;

/* Both sides' covariances added, and the shares of the rows of both. */
typedef struct pair {
    side reference, current;
    double covariance[CELLS][CELLS];
    double share[CELLS];
    double g; /* 1/N + 1/n */
} pair;

static void count_side(const drift__groups *groups, side *out)
{
    double none = 0;
    for (size_t g = 0; g < DRIFT__GROUPS; g++) {
        double valid = 0;
        for (size_t k = 0; k < CELLS; k++) {
            out->share[k] += (double)groups->cells[g][k];
            valid += (double)groups->cells[g][k];
        }
        out->valid += valid;
        out->groups += valid > 0;
        out->row_groups += valid + (double)groups->none[g] > 0;
        none += (double)groups->none[g];
    }
    out->rows = out->valid + none;
    for (size_t k = 0; k < CELLS; k++)
        out->share[k] /= out->valid > 0 ? out->valid : 1;
}

/* How the coarse shares, and the share of rows without a value, differ from group to group. */
static void measure_side(const drift__groups *groups, side *out)
{
    memset(out, 0, sizeof *out);
    count_side(groups, out);
    if (out->row_groups < FEWEST_GROUPS)
        return;
    double none_share = 1 - out->valid / out->rows, with_none = 0;
    double scale = out->valid > 0 ? out->groups / (out->groups - 1) / out->valid / out->valid : 0;
    for (size_t g = 0; g < DRIFT__GROUPS; g++) {
        double valid = 0, residual[CELLS];
        for (size_t k = 0; k < CELLS; k++)
            valid += (double)groups->cells[g][k];
        for (size_t k = 0; k < CELLS; k++)
            residual[k] = (double)groups->cells[g][k] - valid * out->share[k];
        for (size_t k = 0; out->groups >= FEWEST_GROUPS && k < CELLS; k++)
            for (size_t l = 0; l < CELLS; l++)
                out->covariance[k][l] += residual[k] * residual[l] * scale;
        double rows = valid + (double)groups->none[g];
        double excess = (double)groups->none[g] - rows * none_share;
        out->none_squares += excess * excess;
        with_none += groups->none[g] > 0;
    }
    out->none_squares *= out->row_groups / (out->row_groups - 1);
    out->mixed_groups = with_none < out->groups ? with_none : out->groups;
}

/* Quadratic form of `scores` in the covariance. */
static double spread_of(const double covariance[CELLS][CELLS], const double *a, const double *b)
{
    double sum = 0;
    for (size_t k = 0; k < CELLS; k++)
        for (size_t l = 0; l < CELLS; l++)
            sum += a[k] * b[l] * covariance[k][l];
    return sum;
}

/* Degrees of freedom with which a sum of one part from so many groups a side is known (Satterthwaite). */
static double pooled_df(double reference, double n_reference, double current, double n_current)
{
    double whole = reference + current;
    double left = reference * reference / (n_reference - 1);
    double right = current * current / (n_current - 1);
    return left + right > 0 ? whole * whole / (left + right) : (double)INFINITY;
}

static double joint_df(double reference, double current, const pair *p)
{
    return pooled_df(reference, p->reference.groups, current, p->current.groups);
}

/*
 * From trace and squared trace of the design matrix of rank `rank`. What the
 * few groups add to the squared trace by chance is taken off.
 */
static drift__design_effect summarise(double trace, double square, double rank, double groups)
{
    drift__design_effect effect = {1, 0, groups};
    if (!(rank >= 1) || !(trace > 0))
        return effect;
    double real = (square - trace * trace / groups) / (1 + 1 / groups);
    double least = trace * trace / rank;
    real = real < least ? least : real > trace * trace ? trace * trace : real;
    effect.mean = trace / rank;
    effect.spread = rank * real / (trace * trace) - 1;
    if (effect.mean < 1)
        effect = (drift__design_effect){1, 0, INFINITY};
    return effect;
}

static drift__design_effect of_cells(const pair *p)
{
    double trace = 0, square = 0, reference = 0, current = 0, rank = -1;
    for (size_t k = 0; k < CELLS; k++) {
        if (p->share[k] <= 0)
            continue;
        rank++;
        trace += p->covariance[k][k] / p->share[k] / p->g;
        reference += p->reference.covariance[k][k] / p->share[k] / p->g;
        current += p->current.covariance[k][k] / p->share[k] / p->g;
        for (size_t l = 0; l < CELLS; l++)
            if (p->share[l] > 0) {
                double entry = p->covariance[k][l] / p->g;
                square += entry * entry / p->share[k] / p->share[l];
            }
    }
    return summarise(trace, square, rank, joint_df(reference, current, p));
}

/* `scores` less their mean and their part along `other`, at variance 1; 0 where nothing is left. */
static int standardise(const double *share, double *scores, const double *other)
{
    double mean = 0, along = 0, square = 0;
    for (size_t k = 0; k < CELLS; k++)
        mean += share[k] * scores[k];
    for (size_t k = 0; k < CELLS; k++) {
        scores[k] -= mean;
        along += other ? share[k] * scores[k] * other[k] : 0;
    }
    for (size_t k = 0; k < CELLS; k++) {
        scores[k] -= other ? along * other[k] : 0;
        square += share[k] * scores[k] * scores[k];
    }
    if (square < 1e-12)
        return 0;
    for (size_t k = 0; k < CELLS; k++)
        scores[k] /= sqrt(square);
    return 1;
}

/* Of a sum of scores with variance 1: one effect, no spread. */
static drift__design_effect of_scores(const pair *p, const double *scores)
{
    double reference = spread_of(p->reference.covariance, scores, scores) / p->g;
    double current = spread_of(p->current.covariance, scores, scores) / p->g;
    double whole = reference + current;
    return summarise(whole, whole * whole, 1, joint_df(reference, current, p));
}

/* Location and scale: midranks, and their squared distance from the middle. */
static void of_ranks(const pair *p, drift__design *design)
{
    double location[CELLS], scale[CELLS], before = 0;
    for (size_t k = 0; k < CELLS; k++) {
        location[k] = before + p->share[k] / 2;
        scale[k] = (location[k] - 0.5) * (location[k] - 0.5);
        before += p->share[k];
    }
    if (!standardise(p->share, location, NULL))
        return;
    design->location = of_scores(p, location);
    design->location.df *= KNOWN_OF_LOCATION;
    if (!standardise(p->share, scale, location))
        return;
    design->scale = of_scores(p, scale);
    design->scale.df *= KNOWN_OF_SCALE;
}

/* Distribution functions at the coarse edges, all of them together. */
static drift__design_effect of_ks(const pair *p)
{
    double reference = 0, current = 0, expected = 0, below = 0;
    for (size_t edge = 1; edge < CELLS; edge++) {
        double step[CELLS] = {0};
        for (size_t k = 0; k < edge; k++)
            step[k] = 1;
        below += p->share[edge - 1];
        reference += spread_of(p->reference.covariance, step, step);
        current += spread_of(p->current.covariance, step, step);
        expected += below * (1 - below) * p->g;
    }
    drift__design_effect effect = {1, 0, joint_df(reference, current, p)};
    if (expected > 0 && reference + current > expected)
        effect.mean = (reference + current) / expected;
    else
        effect.df = INFINITY;
    return effect;
}

/*
 * Rows without a value are few on a side more often than not, so the effect is that of
 * both sides together, unless a side's own, added up, is larger.
 */
static drift__design_effect of_missing(const pair *p)
{
    const side *a = &p->reference, *b = &p->current;
    double share_a = 1 - a->valid / a->rows, share_b = 1 - b->valid / b->rows;
    double binomial = a->rows * share_a * (1 - share_a) + b->rows * share_b * (1 - share_b);
    double together = binomial > 0 ? (a->none_squares + b->none_squares) / binomial : 1;
    double share = (a->rows * share_a + b->rows * share_b) / (a->rows + b->rows);
    double expected = share * (1 - share) * (1 / a->rows + 1 / b->rows);
    double left = a->none_squares / a->rows / a->rows, right = b->none_squares / b->rows / b->rows;
    double apart = expected > 0 ? (left + right) / expected : 1;
    drift__design_effect effect = {together > apart ? together : apart, 0, INFINITY};
    if (effect.mean <= 1)
        return (drift__design_effect){1, 0, INFINITY};
    double mixed = a->mixed_groups + b->mixed_groups - 1;
    effect.df = pooled_df(a->none_squares, a->row_groups, b->none_squares, b->row_groups);
    effect.df = effect.df < mixed ? effect.df : mixed > 1 ? mixed : 1;
    return effect;
}

void drift__measure_design(const drift_comparison *comparison, drift__judgement *judgement)
{
    drift__design *design = &judgement->design;
    const drift__design_effect none = {1, 0, INFINITY};
    *design = (drift__design){0, 0, 0, 0, none, none, none, none, none};
    if (!judgement->reference->groups || !judgement->current->groups)
        return;
    pair p;
    design->stated = 1;
    if (comparison->blocks_absent) {
        design->unknown = design->rows_unknown = 1;
        return;
    }
    measure_side(judgement->reference->groups, &p.reference);
    measure_side(judgement->current->groups, &p.current);
    design->rows_unknown =
        p.reference.row_groups < FEWEST_GROUPS || p.current.row_groups < FEWEST_GROUPS;
    if (!design->rows_unknown)
        design->missing = of_missing(&p);
    if (p.reference.groups < FEWEST_GROUPS || p.current.groups < FEWEST_GROUPS) {
        design->unknown = 1;
        return;
    }
    double both = p.reference.valid + p.current.valid;
    p.g = 1 / p.reference.valid + 1 / p.current.valid;
    for (size_t k = 0; k < CELLS; k++) {
        p.share[k] =
            (p.reference.share[k] * p.reference.valid + p.current.share[k] * p.current.valid) /
            both;
        for (size_t l = 0; l < CELLS; l++)
            p.covariance[k][l] = p.reference.covariance[k][l] + p.current.covariance[k][l];
    }
    design->groups = p.reference.groups < p.current.groups ? p.reference.groups : p.current.groups;
    design->cells = of_cells(&p);
    of_ranks(&p, design);
    design->ks = of_ks(&p);
}

double drift__design_tail(const drift__design_effect *effect, double statistic, double df)
{
    double scale = effect->mean * (1 + effect->spread), left = df / (1 + effect->spread);
    if (isinf(effect->df))
        return drift__chi_square_tail(statistic / scale, left);
    return drift__f_tail(statistic / scale / left, left, effect->df * left);
}

double drift__design_largest(const drift__design *design)
{
    double largest = design->cells.mean;
    largest = design->location.mean > largest ? design->location.mean : largest;
    largest = design->scale.mean > largest ? design->scale.mean : largest;
    return design->ks.mean > largest ? design->ks.mean : largest;
}

/* Sum of squared and of cubed shares of what neighbours are compared by. */
static void chances(const drift__column_state *column, double *out_squares, double *out_cubes)
{
    *out_squares = *out_cubes = 0;
    if (column->names) {
        size_t n = drift_categories_size(column->names);
        for (size_t i = 0; i < n; i++) {
            drift_category name;
            if (drift_categories_get(column->names, i, &name))
                continue;
            double share = (double)name.count / (double)column->valid;
            *out_squares += share * share;
            *out_cubes += share * share * share;
        }
        return;
    }
    double above = (double)column->serial.above / ((double)column->serial.pairs + 1);
    *out_squares = above * above + (1 - above) * (1 - above);
    *out_cubes = above * above * above + (1 - above) * (1 - above) * (1 - above);
}

/* How much more often than by chance neighbours agree, 0..1; 0 where that may be chance. */
static double resemblance(const drift__column_state *column)
{
    const drift__serial *serial = &column->serial;
    double squares, cubes, pairs = (double)serial->pairs;
    if (!serial->pairs || !column->valid)
        return 0;
    chances(column, &squares, &cubes);
    double excess = (double)serial->matches - pairs * squares;
    double variance = pairs * (squares - squares * squares + 2 * (cubes - squares * squares));
    if (!(variance > 0) || excess < 6 * sqrt(variance))
        return 0;
    return excess / pairs / (1 - squares);
}

void drift__note_dependence(drift_comparison *comparison, drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    if (judgement->absent)
        return;
    if (judgement->design.stated) {
        double effect = judgement->design.cells.mean;
        judgement->result->design_effect = effect;
        if (effect >= 1.5)
            drift__note(comparison, judgement,
                        drift__arena_printf(
                            &comparison->arena,
                            "rows of a block resemble each other: design effect %s, the %s current "
                            "values say as much as %s independent ones",
                            drift__say(comparison, effect, 3),
                            drift__say_count(comparison, result->valid_current),
                            drift__say_count(comparison,
                                             (uint64_t)((double)result->valid_current / effect))));
        return;
    }
    double before = resemblance(judgement->reference), now = resemblance(judgement->current);
    double strongest = before > now ? before : now;
    if (strongest < 0.15)
        return;
    judgement->result->neighbour_agreement = strongest;
    double effect = strongest < 0.99 ? (1 + strongest) / (1 - strongest) : 200;
    drift__note(comparison, judgement,
                drift__arena_printf(
                    &comparison->arena,
                    "neighbouring rows resemble each other (agreement %s above chance): if the "
                    "order is that of time or of groups, the evidence is overstated, perhaps "
                    "%s-fold; state the blocks that belong together (--block)",
                    drift__say(comparison, strongest, 2), drift__say(comparison, effect, 2)));
}
