/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_histogram.c: counting into frozen edges: quantiles of the data, any
 * sorted numbers, and edges that crowd, in one place or in many at once, where
 * no guide resolves them; then values that are all the same, or half missing.
 */
#include <drift/histogram.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

enum { N = 4000000, MOST_EDGES = 257 };

typedef struct setting {
    const double *values;
    drift_histogram *histogram;
} setting;

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static int update(void *context)
{
    const setting *s = context;
    return drift_histogram_update(s->histogram, s->values, N) != DRIFT_OK;
}

/* Edges of one kind; `sorted` holds the values in order. */
static void make_edges(int kind, const double *sorted, size_t n, double *edges)
{
    for (size_t i = 0; i < n; i++)
        switch (kind) {
        case 0:
            edges[i] = sorted[i * (N - 1) / (n - 1)];
            break;
        case 1:
            edges[i] = bench_normal();
            break;
        case 2: /* half of them within 1e-9 of 0, but for rounding as dense as doubles allow */
            edges[i] = i % 2 ? bench_normal() : 1e-9 * bench_normal();
            break;
        default: /* within 1e-9 of one of eight numbers */
            edges[i] = (double)(i % 8) / 4 - 1 + 1e-9 * bench_normal();
        }
    qsort(edges, n, sizeof *edges, rising);
}

static int run(const char *name, const double *edges, size_t cells, const double *values)
{
    drift_histogram *histogram = NULL;
    if (drift_histogram_create(edges, cells + 1, NULL, &histogram, NULL))
        return 1;
    bench_run(name, update, &(setting){values, histogram}, N, 5);
    drift_histogram_destroy(histogram);
    return 0;
}

int main(void)
{
    static const size_t cells[] = {64, 256};
    static const char *const kinds[] = {"quantiles", "random", "crowded", "scattered"};
    double *values = bench_allocate(N * sizeof *values), edges[MOST_EDGES];
    double *sorted = bench_allocate(N * sizeof *sorted);
    char name[64];
    for (size_t i = 0; i < N; i++)
        values[i] = sorted[i] = bench_normal();
    qsort(sorted, N, sizeof *sorted, rising);
    for (int kind = 0; kind < 4; kind++)
        for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) {
            snprintf(name, sizeof name, "histogram.update.%s.%zu", kinds[kind], cells[c]);
            make_edges(kind, sorted, cells[c] + 1, edges);
            if (run(name, edges, cells[c], values))
                return 1;
        }
    make_edges(0, sorted, 65, edges);
    int failed = run("histogram.update.sorted.64", edges, 64, sorted);
    for (size_t i = 0; i < N; i++) {
        sorted[i] = values[1];
        if (bench_normal() < 0)
            values[i] = (double)NAN;
    }
    failed |= run("histogram.update.constant.64", edges, 64, sorted);
    return failed | run("histogram.update.half_missing.64", edges, 64, values);
}
