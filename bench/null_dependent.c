/* SPDX-License-Identifier: Apache-2.0
 *
 * null_dependent.c: rows that resemble their neighbours. Autoregressive series
 * x_t = phi x_{t-1} + e_t, clusters of equal rows, and such of which some are
 * missing as a whole, unchanged; share of
 * column p-values at most .05 where the blocks are stated and where they are
 * not, and how often the warning comes in that case.
 */
#include <drift/comparison.h>
#include <math.h>
#include <stdio.h>

#include "null.h"
#include "pipeline.h"
#include "random.h"

enum { PUBLISHED = 2000, LEAST = 400, COLUMNS = 20, CLUSTER = 20 };

static const double LEVEL = 0.05, LOWEST = 0.015, HIGHEST = 0.075, LEAST_WARNED = 0.95;
static const double MOST_ERRORS = 4.2;

static const struct {
    const char *name;
    double phi;     /* 0: clusters */
    double missing; /* share of the clusters */
    size_t block_rows;
} SERIES[] = {{"ar_0.5", 0.5, 0, 50},
              {"ar_0.9", 0.9, 0, 100},
              {"clusters_20", 0, 0, CLUSTER},
              {"clusters_20_missing", 0, 0.05, CLUSTER}};

static const struct {
    size_t reference, current;
} SIZES[] = {{10000, 10000}, {10000, 3000}};

static void fill_series(generator *g, double phi, double missing, double *out, size_t n)
{
    double x = generator_normal(g), rest = sqrt(1 - phi * phi);
    for (size_t i = 0; i < n; i++) {
        if (phi > 0)
            x = phi * x + rest * generator_normal(g);
        else if (i % CLUSTER == 0)
            x = missing > 0 && generator_uniform(g) < missing ? (double)NAN : generator_normal(g);
        out[i] = x;
    }
}

typedef struct tally {
    size_t with_blocks, without, warned;
} tally;

static void compare_both(const made_table *reference, const made_table *current, size_t block_rows,
                         tally *out)
{
    for (int stated = 0; stated < 2; stated++) {
        drift_comparison *comparison =
            compare_in_blocks(&reference->table, &current->table, stated ? block_rows : 0, NULL);
        for (size_t k = 0; k < COLUMNS; k++) {
            const drift_column_result *column = drift_comparison_column(comparison, k);
            *(stated ? &out->with_blocks : &out->without) +=
                column->has_p_value && column->p_value <= LEVEL;
            out->warned += !stated && column->neighbour_agreement > 0;
        }
        drift_comparison_destroy(comparison);
    }
}

static void prove_series(proof *p, const char *work, size_t series, size_t size)
{
    size_t rounds = (proof_repetitions(p, PUBLISHED, LEAST) + COLUMNS - 1) / COLUMNS;
    made_table *reference = made_table_create(COLUMNS, SIZES[size].reference, 0);
    made_table *current = made_table_create(COLUMNS, SIZES[size].current, 0);
    generator g = generator_make(work, 0);
    tally found = {0, 0, 0};
    for (size_t i = 0; i < rounds; i++) {
        for (size_t k = 0; k < COLUMNS; k++) {
            fill_series(&g, SERIES[series].phi, SERIES[series].missing, reference->numbers[k],
                        SIZES[size].reference);
            fill_series(&g, SERIES[series].phi, SERIES[series].missing, current->numbers[k],
                        SIZES[size].current);
        }
        compare_both(reference, current, SERIES[series].block_rows, &found);
    }
    made_table_destroy(reference);
    made_table_destroy(current);
    double n = (double)(rounds * COLUMNS), rate = (double)found.with_blocks / n;
    double warned = (double)found.warned / n;
    double slack = p->effort < 1 ? MOST_ERRORS : 0;
    proof_row(work);
    proof_number("block_rows", (double)SERIES[series].block_rows);
    proof_number("rate_05", rate);
    proof_number("rate_05_without", (double)found.without / n);
    proof_number("warned", warned);
    proof_number("repetitions", n);
    proof_row_end(p, rate >= LOWEST - slack * standard_error(LOWEST, n) &&
                         rate <= HIGHEST + slack * standard_error(HIGHEST, n) &&
                         warned >= LEAST_WARNED);
}

void prove_dependent(proof *p)
{
    for (size_t i = 0; i < sizeof SERIES / sizeof *SERIES; i++)
        for (size_t k = 0; k < sizeof SIZES / sizeof *SIZES; k++) {
            char work[64];
            snprintf(work, sizeof work, "null.%s.%zu.%zu", SERIES[i].name, SIZES[k].reference,
                     SIZES[k].current);
            if (proof_wants(p, work))
                prove_series(p, work, i, k);
        }
}
