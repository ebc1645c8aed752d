/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_tdigest.c: one value at a time and in batches.
 */
#include <drift/tdigest.h>

#include "harness.h"

enum { N = 4000000 };

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

int main(void)
{
    double *values = bench_allocate(N * sizeof *values);
    for (size_t i = 0; i < N; i++)
        values[i] = bench_normal();
    bench_run("tdigest.add.normal.100", update, &(setting){values, 100, 0}, N, 5);
    bench_run("tdigest.update.normal.100", update, &(setting){values, 100, 1}, N, 5);
    bench_run("tdigest.update.normal.200", update, &(setting){values, 200, 1}, N, 5);
    for (size_t i = 0; i < N; i++)
        values[i] = 42.5;
    bench_run("tdigest.update.constant.100", update, &(setting){values, 100, 1}, N, 5);
    return 0;
}
