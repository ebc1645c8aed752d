/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_edge_digest.c: batches and one value at a time, streams of every kind; time
 * and the largest error of rank; questions, merging.
 */
#include <drift/edge_digest.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

enum { N = 2000000, TIMES = 1000 };

typedef struct setting {
    const double *values;
    int batch;
} setting;

static drift_edge_digest *digest_of(const double *values, size_t n)
{
    drift_edge_digest *digest = NULL;
    if (drift_edge_digest_create(NULL, &digest, NULL) ||
        drift_edge_digest_update(digest, values, n))
        abort();
    return digest;
}

static double quantile(const void *digest, double rank)
{
    double value = 0;
    return drift_edge_digest_quantile(digest, rank, &value, NULL, NULL) ? (double)NAN : value;
}

static int update(void *context)
{
    const setting *s = context;
    drift_edge_digest *digest = digest_of(s->values, s->batch ? N : 0);
    for (size_t i = 0; !s->batch && i < N; i++)
        drift_edge_digest_add(digest, s->values[i]);
    double median = quantile(digest, 0.5);
    drift_edge_digest_destroy(digest);
    return isnan(median);
}

static double error_ppm(const double *values, const double *sorted)
{
    drift_edge_digest *digest = digest_of(values, N);
    double worst = bench_rank_error(quantile, digest, sorted, N);
    drift_edge_digest_destroy(digest);
    return worst;
}

static int merge(void *context)
{
    const double *values = context;
    drift_edge_digest *whole = digest_of(values, N / 2), *part = digest_of(values + N / 2, N / 2);
    int failed = 0;
    for (int i = 0; i < TIMES; i++)
        failed |= drift_edge_digest_merge(whole, part) != DRIFT_OK;
    drift_edge_digest_destroy(whole);
    drift_edge_digest_destroy(part);
    return failed;
}

static int ask(void *context)
{
    double sum = 0;
    for (int i = 0; i < TIMES; i++)
        sum += quantile(context, (i + 0.5) / TIMES);
    return isnan(sum);
}

int main(void)
{
    double *values = bench_allocate(N * sizeof *values);
    double *sorted = bench_allocate(N * sizeof *sorted);
    for (int stream = 0; stream < BENCH_STREAMS; stream++) {
        bench_fill(values, N, stream);
        bench_sorted(sorted, values, N);
        double error = error_ppm(values, sorted);
        for (int batch = 0; batch < 2; batch++) {
            char name[64];
            snprintf(name, sizeof name, "edge_digest.%s.%s", batch ? "update" : "add",
                     bench_streams[stream]);
            bench_run_sketch(name, update, &(setting){values, batch}, N, 5, error);
        }
    }
    bench_fill(values, N, 0);
    drift_edge_digest *digest = digest_of(values, N);
    bench_run("edge_digest.quantile.normal", ask, digest, TIMES, 5);
    drift_edge_digest_destroy(digest);
    bench_run("edge_digest.merge.normal", merge, values, TIMES, 5);
    free(sorted);
    free(values);
    return 0;
}
