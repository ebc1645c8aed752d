/* SPDX-License-Identifier: Apache-2.0
 *
 * large.c: counts by their law. The edges are order statistics of a sample of
 * R rows, chosen by row number and so independent of the values. Where the law
 * is continuous, the population masses between order statistics are sums of
 * spacings, Dirichlet(1, ..., 1) for R + 1 of them whatever the law (Wilks
 * 1962, 8.7); given the masses the other rows are multinomial. The reference's
 * range reaches beyond its outermost edges: c values that are uniform in a
 * mass leave Beta(1, c) of it outside. Values with a probability of their own
 * are multinomial themselves.
 */
#include "large.h"

#include <drift/categories.h>
#include <stdlib.h>

#include "harness.h"
#include "pipeline.h"
#include "profile/learn_state.h"
#include "profile/state.h"

enum { MOST_CELLS = 514, APART = 4 /* stand-ins leave room for what lies between them */ };

large large_begin(law which)
{
    large l = {which, NULL, NULL, NULL};
    drift_error error = {0};
    size_t names = law_names(which), rows = names ? 2 * names : 2;
    made_table *made = made_table_create(1, rows, names);
    for (size_t i = 0; i < rows; i++)
        if (names)
            made->indices[0][i] = (int32_t)(i / 2);
        else
            made->numbers[0][i] = (double)(i % 2);
    l.reference = profile_of(&made->table);
    expect_ok(drift_profile_create_against(l.reference, NULL, &l.current, &error), &error);
    l.sorted = bench_allocate(LARGE_SAMPLE * sizeof *l.sorted);
    made_table_destroy(made);
    return l;
}

void large_end(large *l)
{
    drift_profile_destroy(l->reference);
    drift_profile_destroy(l->current);
    free(l->sorted);
}

static void set_names(drift_profile *profile, const uint64_t *counts, size_t names)
{
    drift__column_state *column = &profile->columns[0];
    drift_error error = {0};
    drift_profile_reset(profile);
    for (size_t k = 0; k < names; k++) {
        if (counts[k])
            expect_ok(
                drift_categories_update(column->names, made_name(k), MADE_NAME_LENGTH, counts[k]),
                &error);
        profile->rows += counts[k];
    }
    column->valid = profile->rows;
}

static void draw_names(large *l, generator *g, uint64_t n_reference, uint64_t n_current)
{
    double shares[LAW_MOST_VALUES];
    uint64_t counts[LAW_MOST_VALUES];
    size_t names = law_shares(l->which, shares);
    generator_multinomial(g, n_reference, shares, names, counts);
    set_names(l->reference, counts, names);
    generator_multinomial(g, n_current, shares, names, counts);
    set_names(l->current, counts, names);
}

/* New edges into the reference, a current profile against them; all counts are 0. */
static void freeze(large *l, int64_t minimum, int64_t maximum)
{
    drift__edges edges;
    drift_error error = {0};
    drift__column_state *column = &l->reference->columns[0];
    drift__choose_edges(l->sorted, LARGE_SAMPLE, minimum, maximum, &edges);
    drift__cells_destroy(&column->cells, &l->reference->allocator);
    expect_ok(drift__cells_create(&column->cells, edges.keys, edges.atoms, edges.n, 1,
                                  &l->reference->allocator),
              &error);
    column->discrete = (uint32_t)edges.discrete;
    drift_profile_reset(l->reference);
    expect_ok(drift__profile_freeze(l->reference), &error);
    drift_profile_destroy(l->current);
    expect_ok(drift_profile_create_against(l->reference, NULL, &l->current, &error), &error);
}

static void add(drift_profile *profile, size_t cell, uint64_t count)
{
    profile->columns[0].cells.counts[cell] += count;
    profile->columns[0].valid += count;
    profile->rows += count;
}

/* Few values: the sample, the other rows and the current ones are multinomial. */
static void draw_discrete(large *l, generator *g, uint64_t n_reference, uint64_t n_current)
{
    double shares[LAW_MOST_VALUES];
    uint64_t sample[LAW_MOST_VALUES], rest[LAW_MOST_VALUES], current[LAW_MOST_VALUES];
    size_t values = law_shares(l->which, shares), stored = 0, least = values, most = 0;
    generator_multinomial(g, LARGE_SAMPLE, shares, values, sample);
    generator_multinomial(g, n_reference - LARGE_SAMPLE, shares, values, rest);
    generator_multinomial(g, n_current, shares, values, current);
    for (size_t v = 0; v < values; v++) {
        for (uint64_t i = 0; i < sample[v]; i++)
            l->sorted[stored++] = (int64_t)v * APART;
        if (sample[v] + rest[v]) {
            least = least == values ? v : least;
            most = v;
        }
    }
    freeze(l, (int64_t)least * APART, (int64_t)most * APART);
    const drift__cells *cells = &l->reference->columns[0].cells;
    for (size_t v = 0; v < values; v++) {
        uint32_t cell = drift__cells_find(cells, (int64_t)v * APART);
        add(l->reference, cell, sample[v] + rest[v]);
        add(l->current, cell, current[v]);
    }
}

/* Stand-ins 1 .. n_above for the values above an atom at 0 that is met `zeros` times. */
static void stand_in(large *l, uint64_t zeros)
{
    for (uint64_t i = 0; i < LARGE_SAMPLE; i++)
        l->sorted[i] = i < zeros ? 0 : (int64_t)(i - zeros + 1) * APART;
}

/* Spacings and sample values of each cell above 0; cell 0 and the last lie beyond the range. */
static void spacings_of(const drift__cells *cells, uint64_t n_above, double *spacings,
                        uint64_t *sample)
{
    for (uint32_t k = 0; k < cells->n; k++) {
        int64_t low = cells->keys[k], high = cells->keys[k + 1];
        int is_last = k + 1 == cells->n;
        int64_t end = is_last ? (int64_t)n_above + 1 : high / APART;
        int64_t first = low > 0 ? (low + APART - 1) / APART : 1;
        spacings[k + 1] = (double)(end - low / APART);
        sample[k + 1] = end > first ? (uint64_t)(end - first) : 0;
    }
}

/* Take what lies beyond `values` uniform ones out of the mass of a cell. */
static double split_off(generator *g, double *mass, uint64_t values)
{
    double beyond = *mass * generator_beta(g, 1, (double)values);
    *mass -= beyond;
    return beyond;
}

/* A continuous law, with a share `zeros` of zeros below it. */
static void draw_continuous(large *l, generator *g, double zeros, uint64_t n_reference,
                            uint64_t n_current)
{
    double mass[MOST_CELLS] = {0};
    uint64_t sample[MOST_CELLS] = {0}, rest[MOST_CELLS], current[MOST_CELLS];
    uint64_t others = n_reference - LARGE_SAMPLE;
    uint64_t zeros_sample = generator_binomial(g, LARGE_SAMPLE, zeros);
    uint64_t zeros_rest = generator_binomial(g, others, zeros);
    uint64_t zeros_current = generator_binomial(g, n_current, zeros);
    uint64_t above = LARGE_SAMPLE - zeros_sample;
    stand_in(l, zeros_sample);
    freeze(l, zeros_sample ? 0 : 1, (int64_t)above * APART + 2);
    const drift__cells *cells = &l->reference->columns[0].cells;
    size_t n = (size_t)cells->n + 2, last = n - 2;
    spacings_of(cells, above, mass, sample);
    for (size_t k = 1; k <= last; k++)
        mass[k] = mass[k] > 0 ? generator_gamma(g, mass[k]) : 0;
    generator_multinomial(g, others - zeros_rest, mass, n, rest);
    if (!zeros_sample)
        mass[0] = split_off(g, &mass[1], sample[1] + rest[1]);
    mass[n - 1] = split_off(g, &mass[last], sample[last] - 1 + rest[last]);
    generator_multinomial(g, n_current - zeros_current, mass, n, current);
    for (size_t k = 0; k < n; k++) {
        add(l->reference, k, sample[k] + rest[k]);
        add(l->current, k, current[k]);
    }
    if (zeros > 0) {
        uint32_t cell = drift__cells_find(cells, 0);
        add(l->reference, cell, zeros_sample + zeros_rest);
        add(l->current, cell, zeros_current);
    }
}

void large_draw(large *l, generator *g, uint64_t n_reference, uint64_t n_current)
{
    if (law_names(l->which))
        draw_names(l, g, n_reference, n_current);
    else if (law_is_continuous(l->which))
        draw_continuous(l, g, 0, n_reference, n_current);
    else if (l->which == LAW_ZERO_INFLATED)
        draw_continuous(l, g, LAW_ZEROS, n_reference, n_current);
    else
        draw_discrete(l, g, n_reference, n_current);
}
