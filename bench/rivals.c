/* SPDX-License-Identifier: Apache-2.0
 *
 * rivals.c: the rank statistics in one walk over the pooled sample, the
 * others from counts in cells by the library's functions.
 */
#include "rivals.h"

#include <drift/distance.h>
#include <drift/hypothesis.h>
#include <math.h>
#include <stdlib.h>

#include "core/sort.h"
#include "harness.h"
#include "sketch/cells.h"

enum { MOST_CELLS = 512, DECILES = 10 };

static const char *const NAMES[RIVALS] = {
    [RIVAL_KS] = "ks",
    [RIVAL_CRAMER_VON_MISES] = "cramer_von_mises",
    [RIVAL_ANDERSON_DARLING] = "anderson_darling",
    [RIVAL_MANN_WHITNEY] = "mann_whitney",
    [RIVAL_WELCH] = "welch_t",
    [RIVAL_WASSERSTEIN] = "wasserstein",
    [RIVAL_ENERGY] = "energy",
    [RIVAL_PSI_DECILES] = "psi_deciles",
    [RIVAL_PSI_STURGES] = "psi_sturges",
    [RIVAL_JS_DOANE] = "js_doane",
    [RIVAL_HELLINGER] = "hellinger_doane",
    [RIVAL_CHI_SQUARE] = "chi_square",
    [RIVAL_L_INFINITY] = "l_infinity",
};

const char *rival_name(rival which)
{
    return NAMES[which];
}

/* Mean, variance (n - 1) and third standardised moment. */
typedef struct shape {
    double mean, variance, skewness;
} shape;

static shape shape_of(const double *values, size_t n)
{
    shape s = {0, 0, 0};
    double third = 0;
    for (size_t i = 0; i < n; i++)
        s.mean += values[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = values[i] - s.mean;
        s.variance += d * d;
        third += d * d * d;
    }
    s.skewness = third / (double)n / pow(s.variance / (double)n, 1.5);
    s.variance /= (double)n - 1;
    return s;
}

static double *sorted_copy(const double *values, size_t n)
{
    int64_t *keys = bench_allocate(2 * n * sizeof *keys);
    double *sorted = bench_allocate(n * sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        keys[i] = drift__key(values[i]);
    drift__sort_keys(keys, n, keys + n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = drift__key_double(keys[i]);
    free(keys);
    return sorted;
}

/* One walk over both sorted samples; values without ties. */
static void walk(const double *a, size_t n, const double *b, size_t m, double out[RIVALS])
{
    double both = (double)(n + m), ks = 0, cramer = 0, anderson = 0, w1 = 0, energy = 0, ranks = 0;
    size_t i = 0, j = 0;
    double last = 0;
    while (i < n || j < m) {
        int from_a = j == m || (i < n && a[i] <= b[j]);
        double here = from_a ? a[i] : b[j];
        double d = (double)i / (double)n - (double)j / (double)m;
        double k = (double)(i + j);
        if (k > 0) {
            w1 += fabs(d) * (here - last);
            energy += d * d * (here - last);
            cramer += d * d;
            anderson += d * d / (k * (both - k));
            ks = fabs(d) > ks ? fabs(d) : ks;
        }
        ranks += from_a ? 0 : (double)i;
        i += (size_t)from_a;
        j += (size_t)!from_a;
        last = here;
    }
    out[RIVAL_KS] = ks;
    out[RIVAL_CRAMER_VON_MISES] = cramer;
    out[RIVAL_ANDERSON_DARLING] = anderson;
    out[RIVAL_MANN_WHITNEY] = fabs(ranks / ((double)n * (double)m) - 0.5);
    out[RIVAL_WASSERSTEIN] = w1;
    out[RIVAL_ENERGY] = energy;
}

/* Counts between rising edges: below, cells, above. */
static void count(const double *sorted, size_t n, const double *edges, size_t n_edges,
                  uint64_t *out)
{
    size_t i = 0;
    for (size_t k = 0; k <= n_edges; k++) {
        size_t begin = i;
        while (i < n && (k == n_edges || sorted[i] < edges[k]))
            i++;
        out[k] = i - begin;
    }
}

static size_t equal_width(double low, double high, double wanted, double *edges)
{
    size_t cells = wanted < 1 ? 1 : wanted > MOST_CELLS - 2 ? MOST_CELLS - 2 : (size_t)wanted;
    for (size_t k = 0; k <= cells; k++)
        edges[k] = low + (high - low) * (double)k / (double)cells;
    edges[cells] = nextafter(high, INFINITY);
    return cells + 1;
}

static double doane_cells(const shape *s, size_t n)
{
    double size = (double)n;
    double error = sqrt(6 * (size - 2) / ((size + 1) * (size + 3)));
    return ceil(1 + log2(size) + log2(1 + fabs(s->skewness) / error));
}

static void in_cells(const double *a, size_t n, const double *b, size_t m, const shape *reference,
                     double out[RIVALS])
{
    double edges[MOST_CELLS], df, p;
    uint64_t x[MOST_CELLS + 1], y[MOST_CELLS + 1];
    size_t used = DECILES - 1;
    for (size_t k = 0; k < used; k++)
        edges[k] = a[n * (k + 1) / DECILES];
    count(a, n, edges, used, x);
    count(b, m, edges, used, y);
    drift_psi(x, y, used + 1, DRIFT_SMOOTHING_JEFFREYS, &out[RIVAL_PSI_DECILES]);
    drift_chi_square(x, y, used + 1, &out[RIVAL_CHI_SQUARE], &df, &p);
    double low = a[0] < b[0] ? a[0] : b[0], high = a[n - 1] > b[m - 1] ? a[n - 1] : b[m - 1];
    used = equal_width(low, high, ceil(log2((double)(n + m)) + 1), edges);
    count(a, n, edges, used, x);
    count(b, m, edges, used, y);
    drift_psi(x, y, used + 1, DRIFT_SMOOTHING_JEFFREYS, &out[RIVAL_PSI_STURGES]);
    used = equal_width(a[0], a[n - 1], doane_cells(reference, n), edges);
    count(a, n, edges, used, x);
    count(b, m, edges, used, y);
    y[0] += y[used]; /* all that lies outside is one cell */
    y[used] = 0;
    drift_js(x, y, used + 1, &out[RIVAL_JS_DOANE]);
    drift_hellinger(x, y, used + 1, &out[RIVAL_HELLINGER]);
}

void rivals_of_numbers(const double *reference, size_t n_reference, const double *current,
                       size_t n_current, double out[RIVALS])
{
    for (int i = 0; i < RIVALS; i++)
        out[i] = NAN;
    shape before = shape_of(reference, n_reference), now = shape_of(current, n_current);
    out[RIVAL_WELCH] = fabs(now.mean - before.mean) / sqrt(before.variance / (double)n_reference +
                                                           now.variance / (double)n_current);
    double *a = sorted_copy(reference, n_reference), *b = sorted_copy(current, n_current);
    walk(a, n_reference, b, n_current, out);
    out[RIVAL_WASSERSTEIN] /= sqrt(before.variance);
    in_cells(a, n_reference, b, n_current, &before, out);
    free(a);
    free(b);
}

void rivals_of_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                      double out[RIVALS])
{
    double df, p, totals[2] = {0, 0}, largest = 0;
    for (int i = 0; i < RIVALS; i++)
        out[i] = NAN;
    for (size_t k = 0; k < n; k++) {
        totals[0] += (double)reference[k];
        totals[1] += (double)current[k];
    }
    for (size_t k = 0; k < n; k++)
        largest =
            fmax(largest, fabs((double)reference[k] / totals[0] - (double)current[k] / totals[1]));
    out[RIVAL_L_INFINITY] = largest;
    drift_psi(reference, current, n, DRIFT_SMOOTHING_JEFFREYS, &out[RIVAL_PSI_DECILES]);
    drift_js(reference, current, n, &out[RIVAL_JS_DOANE]);
    drift_hellinger(reference, current, n, &out[RIVAL_HELLINGER]);
    drift_chi_square(reference, current, n, &out[RIVAL_CHI_SQUARE], &df, &p);
}
