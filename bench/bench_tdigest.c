/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_tdigest.c: one value at a time and in batches, streams of every kind.
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

static int update(void *context)
{
    const setting *s = context;
    drift_tdigest_config config = DRIFT_TDIGEST_CONFIG_INIT;
    drift_tdigest *digest = NULL;
    double median;
    config.compression = s->compression;
    if (drift_tdigest_create(&config, &digest, 0))
        return 1;
    if (s->batch)
        drift_tdigest_update(digest, s->values, N);
    else
        for (size_t i = 0; i < N; i++)
            drift_tdigest_add(digest, s->values[i]);
    int failed = drift_tdigest_quantile(digest, 0.5, &median) != DRIFT_OK;
    drift_tdigest_destroy(digest);
    return failed;
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
    for (int stream = 0; stream < STREAMS; stream++) {
        for (size_t i = 0; i < N; i++)
            values[i] = made(stream, i);
        for (int row = 0; row < 4; row++) {
            int batch = row / 2, compression = row % 2 ? 200 : 100;
            char name[64];
            snprintf(name, sizeof name, "tdigest.%s.%s.%d", batch ? "update" : "add", names[stream],
                     compression);
            bench_run(name, update, &(setting){values, compression, batch}, N, 5);
        }
    }
    free(values);
    return 0;
}
