/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_histogram.c: counting into frozen edges that are normal quantiles.
 */
#include <drift/histogram.h>
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

int main(void)
{
    static const size_t cells[] = {64, 256};
    double *values = bench_allocate(N * sizeof *values), edges[MOST_EDGES];
    for (size_t i = 0; i < N; i++)
        values[i] = bench_normal();
    for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) {
        char name[64];
        drift_histogram *histogram = NULL;
        for (size_t i = 0; i <= cells[c]; i++)
            edges[i] = bench_normal();
        qsort(edges, cells[c] + 1, sizeof *edges, rising);
        if (drift_histogram_create(edges, cells[c] + 1, NULL, &histogram, NULL))
            return 1;
        snprintf(name, sizeof name, "histogram.update.normal.%zu", cells[c]);
        bench_run(name, update, &(setting){values, histogram}, N, 5);
        drift_histogram_destroy(histogram);
    }
    return 0;
}
