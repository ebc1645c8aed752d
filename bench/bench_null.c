/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_null.c: how often does an unchanged column look changed? Share of
 * repetitions whose column p-value is at most .05 and .01, through the whole
 * way: profile of the reference, profile against it, comparison.
 */
#include <drift/hypothesis.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "large.h"
#include "laws.h"
#include "null.h"
#include "pipeline.h"
#include "proof.h"

enum {
    PUBLISHED = 20000,
    LEAST = 400,
    RAW_AT_LARGE = 200,
    LARGEST_DRAWN_RAW = 100000,
    P_CELLS = 12
};

static const double MOST_ERRORS = 4.2, LEAST_SHARE = 0.4, LEAST_AGREEMENT = 1e-4;
/* Effort from which raw values are drawn beside the counts. */
static const double LEAST_CHECKED = 0.1;

typedef struct sizes {
    size_t reference, current;
} sizes;

static const sizes SIZES[] = {{50, 50},     {100, 100},     {1000, 100},     {10000, 100},
                              {1000, 1000}, {10000, 10000}, {1000000, 1000}, {1000000, 1000000}};

static void fill(law which, generator *g, made_table *made, const double *shares)
{
    size_t rows = (size_t)made->table.n_rows;
    for (size_t k = 0; k < made->table.n_columns; k++)
        if (made->numbers)
            law_numbers(which, g, made->numbers[k], rows);
        else
            draw_indices(g, shares, law_names(which), made->indices[k], rows);
}

/* p-values by raw values: `columns` independent columns a profile. */
static void raw_p_values(law which, sizes n, size_t columns, generator *g, double *out,
                         size_t wanted)
{
    double shares[LAW_MOST_VALUES], p[MADE_MOST_COLUMNS];
    if (law_names(which))
        law_shares(which, shares);
    made_table *reference = made_table_create(columns, n.reference, law_names(which));
    made_table *current = made_table_create(columns, n.current, law_names(which));
    for (size_t done = 0; done < wanted; done += columns) {
        fill(which, g, reference, shares);
        fill(which, g, current, shares);
        drift_comparison *comparison = compare_tables(&reference->table, &current->table, NULL);
        column_p_values(comparison, p);
        drift_comparison_destroy(comparison);
        for (size_t k = 0; k < columns && done + k < wanted; k++)
            out[done + k] = p[k];
    }
    made_table_destroy(reference);
    made_table_destroy(current);
}

static void large_p_values(law which, sizes n, generator *g, double *out, size_t wanted)
{
    large l = large_begin(which);
    drift_error error = {0};
    for (size_t i = 0; i < wanted; i++) {
        drift_comparison *comparison = NULL;
        large_draw(&l, g, n.reference, n.current);
        expect_ok(drift_comparison_create(l.reference, l.current, NULL, &comparison, &error),
                  &error);
        column_p_values(comparison, &out[i]);
        drift_comparison_destroy(comparison);
    }
    large_end(&l);
}

static double share_at_most(const double *p, size_t n, double level)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += p[i] <= level;
    return (double)found / (double)n;
}

static void count_p_values(const double *p, size_t n, uint64_t out[P_CELLS])
{
    for (int k = 0; k < P_CELLS; k++)
        out[k] = 0;
    for (size_t i = 0; i < n; i++)
        out[p[i] <= 0.01 ? 0 : p[i] <= 0.05 ? 1 : p[i] < 1 ? 2 + (int)(p[i] * 9) : P_CELLS - 1]++;
}

/* p-value of the question whether raw values and drawn counts give the same p-values. */
static double agreement(const double *raw, size_t n_raw, const double *drawn, size_t n_drawn)
{
    uint64_t a[P_CELLS], b[P_CELLS];
    double statistic, df, p = 1;
    count_p_values(raw, n_raw, a);
    count_p_values(drawn, n_drawn, b);
    drift_chi_square(a, b, P_CELLS, &statistic, &df, &p);
    return p;
}

static int within(const proof *p, law which, sizes n, double rate, double nominal,
                  double repetitions)
{
    if (rate > nominal + MOST_ERRORS * standard_error(nominal, repetitions))
        return 0;
    if (!law_is_continuous(which) || n.reference < 1000 || n.current < 1000)
        return 1;
    double least = LEAST_SHARE * nominal;
    if (p->effort < 1)
        least -= MOST_ERRORS * standard_error(least, repetitions);
    return rate >= least;
}

static void prove(proof *p, const char *work, law which, sizes n)
{
    size_t repetitions = proof_repetitions(p, PUBLISHED, LEAST), raw = 0;
    double *values = bench_allocate(repetitions * sizeof *values), agrees = 1;
    generator g = generator_make(work, 0);
    if (n.reference + n.current > LARGEST_DRAWN_RAW) {
        double checked[RAW_AT_LARGE];
        large_p_values(which, n, &g, values, repetitions);
        raw = p->effort < LEAST_CHECKED ? 0 : RAW_AT_LARGE;
        raw_p_values(which, n, 1, &g, checked, raw);
        agrees = raw ? agreement(checked, raw, values, repetitions) : 1;
    } else {
        raw_p_values(which, n, 20, &g, values, repetitions);
    }
    double rate_05 = share_at_most(values, repetitions, 0.05);
    double rate_01 = share_at_most(values, repetitions, 0.01);
    proof_row(work);
    proof_number("rate_05", rate_05);
    proof_number("rate_01", rate_01);
    proof_number("repetitions", (double)repetitions);
    if (raw)
        proof_number("raw_agreement_p", agrees);
    proof_row_end(p, within(p, which, n, rate_05, 0.05, (double)repetitions) &&
                         within(p, which, n, rate_01, 0.01, (double)repetitions) &&
                         agrees >= LEAST_AGREEMENT);
    free(values);
}

void prove_columns(proof *p)
{
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++)
        for (int k = 0; k < LAWS; k++) {
            char work[64];
            snprintf(work, sizeof work, "null.%s.%zu.%zu", law_name((law)k), SIZES[i].reference,
                     SIZES[i].current);
            if (proof_wants(p, work))
                prove(p, work, (law)k, SIZES[i]);
        }
}

int main(int argc, char **argv)
{
    proof p = proof_begin(argc, argv);
    prove_columns(&p);
    prove_dependent(&p);
    prove_tables(&p);
    return proof_end(&p);
}
