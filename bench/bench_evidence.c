/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_evidence.c: what the evidence of sequential/ promises of streams. How
 * often an unchanged stream of any length raises an alarm, over columns of mixed types that
 * share alpha; how many rows after a change it takes; and what dependent rows do. Of a
 * continuous column only the shares between its cuts matter, and these are Dirichlet
 * with the gaps of the ranks, so no values are drawn.
 */
#include <drift/evidence.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dependent.h"
#include "evidence.h"
#include "harness.h"
#include "laws.h"
#include "proof.h"
#include "random.h"

enum { MOST_PLACES = 128, PIECE = 4096, EDGES = 63 };

/* A column: its unchanged law over places, and a table to draw from it (Walker 1977). */
typedef struct column {
    drift_evidence *evidence;
    uint32_t places, other[MOST_PLACES];
    double keep[MOST_PLACES];
} column;

static void set_table(column *c, const double *shares, uint32_t n)
{
    double left[MOST_PLACES], sum = 0;
    uint32_t small[MOST_PLACES], large[MOST_PLACES], n_small = 0, n_large = 0;
    for (uint32_t p = 0; p < n; p++)
        sum += shares[p];
    for (uint32_t p = 0; p < n; p++) {
        left[p] = shares[p] / sum * n;
        c->keep[p] = 1;
        c->other[p] = p;
        if (left[p] < 1)
            small[n_small++] = p;
        else
            large[n_large++] = p;
    }
    c->places = n;
    while (n_small && n_large) {
        uint32_t poor = small[--n_small], rich = large[n_large - 1];
        c->keep[poor] = left[poor];
        c->other[poor] = rich;
        left[rich] -= 1 - left[poor];
        if (left[rich] < 1) {
            n_large--;
            small[n_small++] = rich;
        }
    }
}

static void draw_places(const column *c, generator *g, uint32_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double at = generator_uniform(g) * c->places;
        uint32_t p = (uint32_t)at;
        out[i] = at - p < c->keep[p] ? p : c->other[p];
    }
}

static drift_evidence *from_counts(const uint64_t *counts, const uint8_t *single, size_t places,
                                   drift_evidence_config config)
{
    drift_evidence *evidence = NULL;
    drift_error error = {""};
    if (drift_evidence_create_from_counts(counts, single, places, &config, &evidence, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(2);
    }
    return evidence;
}

/* A continuous law with a share of zeros below it: edges at the order statistics of a profile. */
static void mixed_column(column *c, generator *g, uint64_t rows, double zeros,
                         drift_evidence_config config)
{
    uint64_t counts[MOST_PLACES], none = zeros > 0 ? generator_binomial(g, rows, zeros) : 0;
    const uint8_t single[MOST_PLACES] = {zeros > 0};
    double shares[MOST_PLACES], sum = 0;
    uint64_t before = none; /* the last edge's rank among all rows */
    uint32_t n = 1;
    for (uint64_t j = 1; j <= EDGES + 1; j++) {
        uint64_t rank = j <= EDGES ? rows * j / (EDGES + 1) + 1 : rows + 1;
        if (rank <= before)
            continue;
        /* Below the first edge there is one row less than in the other gaps of such ranks. */
        counts[n] = rank - before - (n == 1);
        shares[n] = generator_gamma(g, (double)(rank - before));
        sum += shares[n++];
        before = rank;
    }
    for (uint32_t p = 1; p < n; p++)
        shares[p] *= (1 - zeros) / sum;
    counts[0] = none;
    shares[0] = zeros;
    set_table(c, shares, n);
    c->evidence = from_counts(counts, single, n, config);
}

static void counted_column(column *c, generator *g, uint64_t rows, const double *shares, uint32_t n,
                           drift_evidence_config config)
{
    uint64_t counts[MOST_PLACES] = {0};
    generator_multinomial(g, rows, shares, n, counts);
    set_table(c, shares, n);
    c->evidence = from_counts(counts, NULL, n, config);
}

/* Column `k` of a data set: numbers, rates and names in turn. */
static void make_column(column *c, generator *g, size_t k, uint64_t rows, double alpha)
{
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    double shares[MOST_PLACES] = {0};
    config.alpha = alpha;
    config.seed = generator_next(g);
    switch (k % 8) {
    default:
        mixed_column(c, g, rows, 0, config);
        return;
    case 3:
        mixed_column(c, g, rows, 0.3, config);
        return;
    case 4:
        for (int x = 0; x < 12; x++)
            shares[x] = exp(-3 + x * log(3) - lgamma(x + 1.0));
        counted_column(c, g, rows, shares, 12, config);
        return;
    case 5:
        shares[0] = k % 16 == 5 ? 0.9 : 0.998;
        shares[1] = 1 - shares[0];
        counted_column(c, g, rows, shares, 2, config);
        return;
    case 6:
        config.kind = DRIFT_EVIDENCE_NOMINAL;
        zipf_shares(5, shares);
        counted_column(c, g, rows, shares, 6, config);
        return;
    case 7:
        config.kind = DRIFT_EVIDENCE_NOMINAL;
        zipf_shares(100, shares);
        counted_column(c, g, rows, shares, 101, config);
    }
}

/* The largest ln of (evidence / columns) over the columns, `first` on, of one unchanged data set. */
static double run_unchanged(generator *g, size_t first, size_t columns, uint64_t rows,
                            uint64_t reference)
{
    static uint32_t places[PIECE];
    double largest = -1e300;
    for (size_t k = 0; k < columns; k++) {
        column c;
        drift_evidence_result result;
        make_column(&c, g, first + k, reference, 0.05 / (double)columns);
        for (uint64_t at = 0; at < rows; at += PIECE) {
            size_t n = rows - at < PIECE ? (size_t)(rows - at) : PIECE;
            draw_places(&c, g, places, n);
            drift_evidence_update(c.evidence, places, n);
        }
        drift_evidence_get(c.evidence, &result);
        double alike = result.log_largest - log((double)columns);
        largest = alike > largest ? alike : largest;
        drift_evidence_destroy(c.evidence);
    }
    return largest;
}

static void prove_unchanged(proof *p, size_t columns, uint64_t rows, size_t published)
{
    static const uint64_t references[] = {1000, 10000, 100000};
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        char work[96];
        snprintf(work, sizeof work, "evidence.null.%zu.%llu.%llu", columns,
                 (unsigned long long)rows, (unsigned long long)references[i]);
        if (!proof_wants(p, work))
            continue;
        size_t runs = proof_repetitions(p, published, 4), alarms_05 = 0, alarms_01 = 0;
        for (size_t r = 0; r < runs; r++) {
            generator g = generator_make(work, r);
            double largest = run_unchanged(&g, r, columns, rows, references[i]);
            alarms_05 += largest >= log(1 / 0.05);
            alarms_01 += largest >= log(1 / 0.01);
        }
        double rate_05 = (double)alarms_05 / (double)runs,
               rate_01 = (double)alarms_01 / (double)runs;
        proof_row(work);
        proof_number("rate_05", rate_05);
        proof_number("rate_01", rate_01);
        proof_number("repetitions", (double)runs);
        proof_row_end(p, rate_05 <= 0.05 + 3 * standard_error(0.05, (double)runs) &&
                             rate_01 <= 0.01 + 3 * standard_error(0.01, (double)runs));
    }
}

static const change CHANGES[] = {
    {"shift_0.25", 0.25, 1, 0, 0, 497, 700}, {"shift_0.5", 0.5, 1, 0, 0, 146, 175},
    {"shift_1", 1, 1, 0, 0, 39, 48},         {"shift_2", 2, 1, 0, 0, 17, 0},
    {"scale_1.2", 0, 1.2, 0, 0, 645, 0},     {"scale_2", 0, 2, 0, 0, 59, 0},
    {"exponential", 0, 0, 0, 0, 112, 0},     {"rate_.1_.15", 0, 1, 0.1, 0.15, 1160, 0},
    {"rate_.1_.3", 0, 1, 0.1, 0.3, 111, 0}};

enum { REFERENCE = 1000 };

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static uint32_t place_of(const double *edges, uint32_t n, double value)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (edges[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Evidence against `n` values, and the edges between its places; the values are sorted. */
static drift_evidence *from_values(double *values, size_t n, drift_evidence_config config,
                                   double edges[EDGES])
{
    uint64_t counts[EDGES + 1] = {0};
    const uint8_t single[EDGES + 1] = {0};
    qsort(values, n, sizeof *values, by_value);
    for (size_t j = 1; j <= EDGES; j++)
        edges[j - 1] = values[n * j / (EDGES + 1)];
    for (size_t i = 0; i < n; i++)
        counts[place_of(edges, EDGES, values[i])]++;
    return from_counts(counts, single, EDGES + 1, config);
}

double change_draw(const change *c, generator *g, int changed)
{
    if (c->rate > 0)
        return generator_uniform(g) < (changed ? c->changed_rate : c->rate);
    if (!changed)
        return generator_normal(g);
    if (c->scale == 0)
        return -log(generator_uniform(g)) - 1;
    return c->shift + c->scale * generator_normal(g);
}

double median_of(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/* Rows from the change to the alarm; 0: there was one before it; infinite: none. */
static double delay(const change *c, generator *g, double alpha)
{
    static uint32_t places[PIECE];
    double values[REFERENCE], edges[EDGES];
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    drift_evidence *evidence;
    drift_evidence_result result = {0};
    config.alpha = alpha;
    config.seed = generator_next(g);
    if (c->rate > 0) {
        uint64_t ones = generator_binomial(g, REFERENCE, c->rate);
        const uint64_t counts[2] = {REFERENCE - ones, ones};
        evidence = from_counts(counts, NULL, 2, config);
    } else {
        for (size_t i = 0; i < REFERENCE; i++)
            values[i] = generator_normal(g);
        evidence = from_values(values, REFERENCE, config, edges);
    }
    for (size_t row = 0; row < CHANGE_BEFORE + CHANGE_AFTER && !result.alarm_row;) {
        size_t n = 0;
        for (; n < 1000; n++, row++) {
            double value = change_draw(c, g, row >= CHANGE_BEFORE);
            places[n] = c->rate > 0 ? (uint32_t)value : place_of(edges, EDGES, value);
        }
        drift_evidence_update(evidence, places, n);
        drift_evidence_get(evidence, &result);
    }
    drift_evidence_destroy(evidence);
    if (!result.alarm_row)
        return INFINITY;
    return result.alarm_row <= CHANGE_BEFORE ? 0 : (double)(result.alarm_row - CHANGE_BEFORE);
}

static void prove_delay(proof *p, const change *c, size_t columns)
{
    char work[96];
    double most = columns == 1 ? c->most : c->most_of_50;
    snprintf(work, sizeof work, "evidence.delay.%s.%zu", c->name, columns);
    if (most <= 0 || !proof_wants(p, work))
        return;
    size_t runs = proof_repetitions(p, 400, 100), found = 0, missed = 0;
    double *delays = bench_allocate(runs * sizeof *delays);
    generator g = generator_make(work, 0);
    for (size_t r = 0; r < runs; r++) {
        double rows = delay(c, &g, 0.05 / (double)columns);
        missed += isinf(rows);
        if (rows > 0)
            delays[found++] = rows;
    }
    double median = median_of(delays, found);
    proof_row(work);
    proof_number("median_rows", median);
    proof_number("at_most", most);
    proof_number("before", (double)(runs - found));
    proof_number("missed", (double)missed);
    proof_number("repetitions", (double)runs);
    proof_row_end(p, median <= most && !missed);
    free(delays);
}

/* An autoregressive stream of which every k-th row is used; k by its correlation. */
static void prove_dependent(proof *p, double phi, uint32_t stride)
{
    enum { ROWS = 100000, LEARNT = 10000 };
    static uint32_t places[PIECE];
    char work[96];
    snprintf(work, sizeof work, "evidence.dependent.ar_%g.%u", phi, stride);
    if (!proof_wants(p, work))
        return;
    size_t runs = proof_repetitions(p, 400, 40), alarms = 0;
    generator g = generator_make(work, 0);
    double noise = sqrt(1 - phi * phi), edges[EDGES];
    double *values = bench_allocate(LEARNT * sizeof *values);
    for (size_t r = 0; r < runs; r++) {
        double x = generator_normal(&g);
        drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
        drift_evidence_result result = {0};
        config.alpha = 0.05;
        config.stride = stride;
        size_t n = 0;
        for (size_t i = 0; i < LEARNT; i++) {
            x = phi * x + noise * generator_normal(&g);
            if (i % stride == 0)
                values[n++] = x;
        }
        drift_evidence *evidence = from_values(values, n, config, edges);
        for (size_t at = 0; at < ROWS; at += 1000) {
            for (size_t i = 0; i < 1000; i++) {
                x = phi * x + noise * generator_normal(&g);
                places[i] = place_of(edges, EDGES, x);
            }
            drift_evidence_update(evidence, places, 1000);
        }
        drift_evidence_get(evidence, &result);
        alarms += result.alarm_row > 0;
        drift_evidence_destroy(evidence);
    }
    free(values);
    double rate = (double)alarms / (double)runs;
    proof_row(work);
    proof_number("correlation", pow(phi, stride));
    proof_number("false_alarms", rate);
    proof_number("repetitions", (double)runs);
    proof_row_end(p, stride == 1 || rate <= 0.05 + 3 * standard_error(0.05, (double)runs));
}

int main(int argc, char **argv)
{
    proof p = proof_begin(argc, argv);
    prove_unchanged(&p, 1, 100000, 4000);
    prove_unchanged(&p, 1, 1000000, 400);
    prove_unchanged(&p, 50, 1000000, 400);
    prove_unchanged(&p, 500, 100000, 200);
    prove_classical(&p);
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
        prove_delay(&p, &CHANGES[i], 1);
        prove_delay(&p, &CHANGES[i], 50);
        prove_adwin_delay(&p, &CHANGES[i]);
    }
    prove_dependent(&p, 0.5, 1);
    prove_dependent(&p, 0.3, 4);
    prove_dependent(&p, 0.5, 8);
    prove_dependent(&p, 0.9, 40);
    prove_dependent_streams(&p);
    return proof_end(&p);
}
