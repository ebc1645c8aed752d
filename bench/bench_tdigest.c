/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_tdigest.c: one value at a time and in batches, streams of every kind;
 * time and the largest error of rank.
 */
#include <drift/tdigest.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

enum { N = 2000000 };

typedef struct setting {
    const double *values;
    double compression;
    int batch;
} setting;

static drift_tdigest *digest_of(const setting *s)
{
    drift_tdigest_config config = DRIFT_TDIGEST_CONFIG_INIT;
    drift_tdigest *digest = NULL;
    config.compression = s->compression;
    if (drift_tdigest_create(&config, &digest, 0))
        return NULL;
    if (s->batch)
        drift_tdigest_update(digest, s->values, N);
    else
        for (size_t i = 0; i < N; i++)
            drift_tdigest_add(digest, s->values[i]);
    return digest;
}

static int update(void *context)
{
    drift_tdigest *digest = digest_of(context);
    double median;
    if (!digest)
        return 1;
    int failed = drift_tdigest_quantile(digest, 0.5, &median) != DRIFT_OK;
    drift_tdigest_destroy(digest);
    return failed;
}

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* How many of `sorted` lie below `value`, or, with `too`, below or at it. */
static double rank_of(const double *sorted, double value, int too)
{
    size_t low = 0, high = N;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] < value || (too && sorted[middle] == value))
            low = middle + 1;
        else
            high = middle;
    }
    return (double)low / N;
}

/* The largest error of rank at .001, .002 ... .999, in millionths; none within equal values. */
static double error_ppm(const setting *s, const double *sorted)
{
    drift_tdigest *digest = digest_of(s);
    double worst = 0;
    for (int i = 1; i < 1000; i++) {
        double value = 0, rank = i / 1000.0;
        if (!digest || drift_tdigest_quantile(digest, rank, &value))
            return -1;
        worst = fmax(worst, rank_of(sorted, value, 0) - rank);
        worst = fmax(worst, rank - rank_of(sorted, value, 1));
    }
    drift_tdigest_destroy(digest);
    return 1e6 * worst;
}

enum { STREAMS = 9 };
static const char *const names[STREAMS] = {"normal", "lognormal", "pareto", "sorted",    "constant",
                                           "ints",   "offset",    "shift",  "loguniform"};

static double made(int stream, size_t i)
{
    switch (stream) {
    case 0:
        return bench_normal();
    case 1:
        return exp(bench_normal());
    case 2:
        return pow(1 - bench_uniform(), -1 / 1.5);
    case 3:
        return (double)i;
    case 4:
        return 42.5;
    case 5:
        return floor(bench_uniform() * 1000);
    case 6:
        return 1e6 + bench_normal();
    case 7:
        return bench_normal() + (i < N / 2 ? 0 : 10);
    default:
        return (bench_uniform() < 0.5 ? -1 : 1) * exp(400 * bench_uniform() - 200);
    }
}

int main(void)
{
    double *values = bench_allocate(N * sizeof *values);
    double *sorted = bench_allocate(N * sizeof *sorted);
    for (int stream = 0; stream < STREAMS; stream++) {
        for (size_t i = 0; i < N; i++)
            values[i] = sorted[i] = made(stream, i);
        qsort(sorted, N, sizeof *sorted, rising);
        for (int row = 0; row < 4; row++) {
            int batch = row / 2, compression = row % 2 ? 200 : 100;
            char name[64];
            snprintf(name, sizeof name, "tdigest.%s.%s.%d", batch ? "update" : "add", names[stream],
                     compression);
            setting s = {values, compression, batch};
            bench_run_sketch(name, update, &s, N, 5, error_ppm(&s, sorted));
        }
    }
    free(sorted);
    free(values);
    return 0;
}
