/* SPDX-License-Identifier: Apache-2.0
 *
 * power_verdicts.c: are `stable` and `insufficient` right? Beside the
 * probability that the rule's sentence states for unchanged data: how often a
 * change whose population PSI is min_effect is found, under the defaults. The
 * changes that are spread over the cells, without a shift, are the hardest;
 * of a shift more is found than stated.
 */
#include <drift/comparison.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "laws.h"
#include "pipeline.h"
#include "power.h"
#include "random.h"

enum { PUBLISHED = 2000, LEAST = 200, TEST_CELLS = 16, EIGHTHS = 8, NAMES = 10 };
enum { MOST_SHARES = TEST_CELLS };

static const double MIN_EFFECT = 0.1, WANTED = 0.8, MOST_ERRORS = 4.2, FURTHEST = 0.06,
                    BLUNTED = 0.15;

typedef enum scene {
    SCENE_CELLS,  /* eighths of a uniform law in the signs of Thue and Morse: no shift, no scale */
    SCENE_VALUES, /* sixteen whole numbers, the same */
    SCENE_NAMES,  /* ten Zipf names, by turns more and less */
    SCENE_SHIFT,  /* normal, moved */
    SCENES
} scene;

static const char *const SCENE_NAME[SCENES] = {"eighths", "values", "names", "shift"};
static const size_t SIZES[][2] = {{300, 300},   {500, 500},   {700, 700},  {1000, 1000},
                                  {10000, 300}, {10000, 500}, {3000, 3000}};

/* Is a 1 at an even number of places of k? Orthogonal to lines and parabolas over 8 or 16. */
static int is_even(size_t k)
{
    return ((k ^ k >> 1 ^ k >> 2 ^ k >> 3) & 1) == 0;
}

/* Shares times 1 + d or 1 - d with a PSI of MIN_EFFECT, by bisection in d. */
static void change_by_turns(const double *shares, double *out, size_t n, int turns)
{
    double low = 0, high = 0.9;
    for (int step = 0; step < 60; step++) {
        double d = (low + high) / 2, total = 0, psi = 0;
        for (size_t k = 0; k < n; k++)
            total += out[k] = shares[k] * ((turns ? k % 2 == 0 : is_even(k)) ? 1 + d : 1 - d);
        for (size_t k = 0; k < n; k++) {
            out[k] /= total;
            psi += (out[k] - shares[k]) * log(out[k] / shares[k]);
        }
        *(psi < MIN_EFFECT ? &low : &high) = d;
    }
}

/* PSI of a normal law moved by `shift` in the TEST_CELLS cells of equal mass. */
static double psi_of_shift(double shift)
{
    double psi = 0, below = 0;
    for (int k = 1; k <= TEST_CELLS; k++) {
        double right = 0, low = -9, high = 9;
        for (int step = 0; k < TEST_CELLS && step < 80; step++) {
            right = (low + high) / 2;
            *(0.5 * erfc(-right / sqrt(2)) < (double)k / TEST_CELLS ? &low : &high) = right;
        }
        double moved = k < TEST_CELLS ? 0.5 * erfc((shift - right) / sqrt(2)) : 1;
        double q = moved - below, p = 1.0 / TEST_CELLS;
        psi += (q - p) * log(q / p);
        below = moved;
    }
    return psi;
}

static double shift_of_effect(void)
{
    double low = 0, high = 1;
    for (int step = 0; step < 60; step++) {
        double middle = (low + high) / 2;
        *(psi_of_shift(middle) < MIN_EFFECT ? &low : &high) = middle;
    }
    return low;
}

typedef struct change {
    scene what;
    double before[MOST_SHARES], after[MOST_SHARES], shift;
} change;

/* 0 for a law that is not made of shares. */
static size_t shares_of(scene what)
{
    return what == SCENE_CELLS    ? EIGHTHS
           : what == SCENE_VALUES ? TEST_CELLS
           : what == SCENE_NAMES  ? NAMES
                                  : 0;
}

static change change_make(scene what)
{
    change c = {what, {0}, {0}, 0};
    if (what == SCENE_SHIFT)
        c.shift = shift_of_effect();
    else if (what == SCENE_NAMES)
        zipf_shares(NAMES, c.before);
    size_t n = shares_of(what);
    for (size_t k = 0; (what == SCENE_CELLS || what == SCENE_VALUES) && k < n; k++)
        c.before[k] = 1.0 / (double)n;
    if (n)
        change_by_turns(c.before, c.after, n, what == SCENE_NAMES);
    return c;
}

static void draw(const change *c, int changed, generator *g, made_table *made)
{
    const double *shares = changed ? c->after : c->before;
    size_t rows = (size_t)made->table.n_rows;
    if (c->what == SCENE_NAMES) {
        draw_indices(g, shares, NAMES, made->indices[0], rows);
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        if (c->what == SCENE_SHIFT) {
            made->numbers[0][i] = generator_normal(g) + (changed ? c->shift : 0);
            continue;
        }
        size_t cell = 0, last = shares_of(c->what) - 1;
        for (double left = generator_uniform(g); cell < last && left >= shares[cell]; cell++)
            left -= shares[cell];
        made->numbers[0][i] = (double)cell + (c->what == SCENE_CELLS ? generator_uniform(g) : 0);
    }
}

/* The probability in a rule's sentence; -1 where it states none. */
static double stated(const drift_column_result *column)
{
    const char *at = strstr(column->rule, "with probability ");
    return at ? strtod(at + strlen("with probability "), NULL) / 100 : -1;
}

typedef struct tally {
    size_t found, stable, sentences;
    double stated;
} tally;

static void compare_once(const made_table *reference, const made_table *current, int changed,
                         tally *out)
{
    drift_comparison *comparison = compare_tables(&reference->table, &current->table, NULL);
    const drift_column_result *column = drift_comparison_column(comparison, 0);
    double probability = stated(column);
    if (changed)
        out->found += column->verdict >= DRIFT_VERDICT_MINOR;
    else if (probability >= 0) {
        out->sentences++;
        out->stated += probability;
        out->stable += column->verdict == DRIFT_VERDICT_STABLE;
    }
    drift_comparison_destroy(comparison);
}

/*
 * Stable: it would have been found. Insufficient: it would not, unless it is a mere shift. Edges
 * that come from the reference's sample do not meet those of the change, which takes some of it.
 */
static int is_right(scene what, double claim, double found, double error)
{
    if (claim >= WANTED)
        return found >= WANTED - error - (what == SCENE_CELLS ? BLUNTED : 0);
    return what == SCENE_SHIFT || found <= WANTED + FURTHEST + error;
}

static void prove(proof *p, const char *work, scene what, const size_t sizes[2])
{
    size_t repetitions = proof_repetitions(p, PUBLISHED, LEAST), names = what == SCENE_NAMES;
    made_table *reference = made_table_create(1, sizes[0], names ? NAMES : 0);
    made_table *current = made_table_create(1, sizes[1], names ? NAMES : 0);
    change c = change_make(what);
    generator g = generator_make(work, 0);
    tally t = {0, 0, 0, 0};
    for (size_t i = 0; i < 2 * repetitions; i++) {
        draw(&c, 0, &g, reference);
        draw(&c, (int)(i % 2), &g, current);
        compare_once(reference, current, (int)(i % 2), &t);
    }
    made_table_destroy(reference);
    made_table_destroy(current);
    double n = (double)repetitions, found = (double)t.found / n;
    double claim = t.sentences ? t.stated / (double)t.sentences : 0;
    proof_row(work);
    proof_number("stated", claim);
    proof_number("found", found);
    proof_number("stable", t.sentences ? (double)t.stable / (double)t.sentences : 0);
    proof_number("repetitions", n);
    proof_row_end(p, is_right(what, claim, found, MOST_ERRORS * standard_error(WANTED, n)));
}

void prove_verdicts(proof *p)
{
    for (int what = 0; what < SCENES; what++)
        for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
            char work[64];
            snprintf(work, sizeof work, "power.stated.%s.%zu.%zu", SCENE_NAME[what], SIZES[i][0],
                     SIZES[i][1]);
            if (proof_wants(p, work))
                prove(p, work, (scene)what, SIZES[i]);
        }
}
