/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_power.c: how often is a change found? The column's p-value beside the
 * statistics other tools decide by, each with the critical value that gives it
 * the share of false alarms the column's p-value really has, by simulation.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "laws.h"
#include "pipeline.h"
#include "power.h"
#include "rivals.h"

enum { NAMES = 10, COLUMNS = 20, STATISTICS = RIVALS + 1, OURS = RIVALS };

static const double LEVEL = 0.05, FURTHEST_BEHIND = 0.15;

typedef enum change {
    CHANGE_NONE,
    CHANGE_SHIFT_10,
    CHANGE_SHIFT_25,
    CHANGE_SCALE_120,
    CHANGE_TAILS,
    CHANGE_SWAP,
    CHANGE_NEW
} change;

typedef struct scene {
    const char *name;
    change what;
    int names; /* 0 numbers, 1 names of equal shares, 2 Zipf */
} scene;

static const scene SCENES[] = {
    {"shift_0.10", CHANGE_SHIFT_10, 0},  {"shift_0.25", CHANGE_SHIFT_25, 0},
    {"scale_1.20", CHANGE_SCALE_120, 0}, {"tails_t3", CHANGE_TAILS, 0},
    {"swap_even", CHANGE_SWAP, 1},       {"swap_zipf", CHANGE_SWAP, 2},
    {"new_name_even", CHANGE_NEW, 1},    {"new_name_zipf", CHANGE_NEW, 2},
};

static double changed_value(generator *g, change what)
{
    double x = generator_normal(g);
    switch (what) {
    case CHANGE_SHIFT_10:
        return x + 0.1;
    case CHANGE_SHIFT_25:
        return x + 0.25;
    case CHANGE_SCALE_120:
        return x * 1.2;
    case CHANGE_TAILS: /* t with 3 degrees of freedom has variance 3 */
        return x / sqrt(2 * generator_gamma(g, 1.5));
    default:
        return x;
    }
}

/* Shares of ten names and of one that the reference does not have. */
static void name_shares(int names, change what, double out[NAMES + 1])
{
    if (names == 2)
        zipf_shares(NAMES, out);
    for (int k = 0; names == 1 && k < NAMES; k++)
        out[k] = 1.0 / NAMES;
    out[NAMES] = 0;
    if (what == CHANGE_SWAP) {
        out[1] -= 0.02;
        out[NAMES - 1] += 0.02;
    }
    for (int k = 0; what == CHANGE_NEW && k < NAMES; k++)
        out[k] *= 0.99;
    if (what == CHANGE_NEW)
        out[NAMES] = 0.01;
}

typedef struct sizes {
    size_t reference, current;
} sizes;

/*
 * Without a change, names come half from either law: a statistic whose critical
 * value is found where the new name does not exist would alarm for any rare one.
 */
typedef enum side { BEFORE, AFTER, MIXED } side;

static void draw(const scene *s, side which, generator *g, made_table *made, size_t column)
{
    size_t n = (size_t)made->table.n_rows;
    if (s->names) {
        double shares[NAMES + 1], after[NAMES + 1];
        name_shares(s->names, which == AFTER ? s->what : CHANGE_NONE, shares);
        name_shares(s->names, s->what, after);
        for (int k = 0; which == MIXED && k <= NAMES; k++)
            shares[k] = (shares[k] + after[k]) / 2;
        draw_indices(g, shares, NAMES + 1, made->indices[column], n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        made->numbers[column][i] = changed_value(g, which == AFTER ? s->what : CHANGE_NONE);
}

static void count_names(const made_table *made, size_t column, uint64_t out[NAMES + 1])
{
    for (int k = 0; k <= NAMES; k++)
        out[k] = 0;
    for (size_t i = 0; i < made->table.n_rows; i++)
        out[made->indices[column][i]]++;
}

static void rivals_of_column(const made_table *reference, const made_table *current, size_t column,
                             double out[RIVALS])
{
    if (reference->numbers) {
        rivals_of_numbers(reference->numbers[column], (size_t)reference->table.n_rows,
                          current->numbers[column], (size_t)current->table.n_rows, out);
        return;
    }
    uint64_t x[NAMES + 1], y[NAMES + 1];
    count_names(reference, column, x);
    count_names(current, column, y);
    rivals_of_counts(x, y, NAMES + 1, out);
}

/* Every statistic of `repetitions` pairs of samples, statistic after statistic. */
static double *simulate(const scene *s, int changed, sizes n, size_t repetitions)
{
    double *out = bench_allocate(STATISTICS * repetitions * sizeof *out);
    size_t names = s->names ? NAMES + 1 : 0;
    made_table *reference = made_table_create(COLUMNS, n.reference, names);
    made_table *current = made_table_create(COLUMNS, n.current, names);
    generator g = generator_make(s->name, 2 * n.reference + (uint64_t)changed);
    for (size_t done = 0; done < repetitions; done += COLUMNS) {
        double p[COLUMNS], values[RIVALS];
        for (size_t k = 0; k < COLUMNS; k++) {
            draw(s, changed ? BEFORE : MIXED, &g, reference, k);
            draw(s, changed ? AFTER : MIXED, &g, current, k);
        }
        drift_comparison *comparison = compare_tables(&reference->table, &current->table, NULL);
        column_p_values(comparison, p);
        drift_comparison_destroy(comparison);
        for (size_t k = 0; k < COLUMNS && done + k < repetitions; k++) {
            rivals_of_column(reference, current, k, values);
            for (size_t i = 0; i < RIVALS; i++)
                out[i * repetitions + done + k] = values[i];
            out[OURS * repetitions + done + k] = -p[k];
        }
    }
    made_table_destroy(reference);
    made_table_destroy(current);
    return out;
}

static int falling(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a < b) - (a > b);
}

static double share_above(const double *values, size_t n, double limit)
{
    size_t above = 0;
    for (size_t i = 0; i < n; i++)
        above += values[i] > limit;
    return (double)above / (double)n;
}

/* How much more often `b` is found than `a`, in standard errors of that difference. */
static double lead_of(const double *a, double limit_a, const double *b, double limit_b, size_t n)
{
    double only_a = 0, only_b = 0;
    for (size_t i = 0; i < n; i++) {
        only_a += a[i] > limit_a && !(b[i] > limit_b);
        only_b += b[i] > limit_b && !(a[i] > limit_a);
    }
    return only_a + only_b > 0 ? (only_b - only_a) / sqrt(only_a + only_b) : 0;
}

static void report(proof *p, const char *work, double *null, const double *changed, size_t n)
{
    const double limit = nextafter(-LEVEL, -1);
    double size = share_above(null + OURS * n, n, limit), best = 0;
    double ours = share_above(changed + OURS * n, n, limit), lead_of_ks = 0;
    const char *best_name = "";
    size_t kept = (size_t)floor(size * (double)n);
    proof_row(work);
    proof_number("repetitions", (double)n);
    proof_number("size", size);
    proof_number("drift", ours);
    for (size_t i = 0; i < RIVALS; i++) {
        if (isnan(null[i * n]))
            continue;
        qsort(null + i * n, n, sizeof *null, falling);
        double critical = null[i * n + kept], power = share_above(changed + i * n, n, critical);
        proof_number(rival_name((rival)i), power);
        if (power > best) {
            best = power;
            best_name = rival_name((rival)i);
        }
        if (i == RIVAL_KS)
            lead_of_ks = lead_of(changed + OURS * n, limit, changed + i * n, critical, n);
    }
    proof_number("best", best);
    proof_text("best_is", best_name);
    proof_row_end(p, lead_of_ks < 3 && ours >= best - FURTHEST_BEHIND);
}

void prove_power(proof *p)
{
    static const sizes SIZES[] = {{500, 500}, {2000, 2000}};
    size_t n = proof_repetitions(p, 10000, 500);
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++)
        for (size_t k = 0; k < sizeof SCENES / sizeof *SCENES; k++) {
            char work[64];
            snprintf(work, sizeof work, "power.%s.%zu.%zu", SCENES[k].name, SIZES[i].reference,
                     SIZES[i].current);
            if (!proof_wants(p, work))
                continue;
            double *null = simulate(&SCENES[k], 0, SIZES[i], n);
            double *changed = simulate(&SCENES[k], 1, SIZES[i], n);
            report(p, work, null, changed, n);
            free(null);
            free(changed);
        }
}

int main(int argc, char **argv)
{
    proof p = proof_begin(argc, argv);
    prove_power(&p);
    prove_verdicts(&p);
    return proof_end(&p);
}
