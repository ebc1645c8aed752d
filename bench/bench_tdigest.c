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

static double quantile(const void *digest, double rank)
{
    double value = 0;
    return drift_tdigest_quantile(digest, rank, &value) ? (double)NAN : value;
}

static double error_ppm(const setting *s, const double *sorted)
{
    drift_tdigest *digest = digest_of(s);
    double worst = digest ? bench_rank_error(quantile, digest, sorted, N) : -1;
    drift_tdigest_destroy(digest);
    return worst;
}

int main(void)
{
    double *values = bench_allocate(N * sizeof *values);
    double *sorted = bench_allocate(N * sizeof *sorted);
    for (int stream = 0; stream < BENCH_STREAMS; stream++) {
        bench_fill(values, N, stream);
        bench_sorted(sorted, values, N);
        for (int row = 0; row < 4; row++) {
            int batch = row / 2, compression = row % 2 ? 200 : 100;
            char name[64];
            snprintf(name, sizeof name, "tdigest.%s.%s.%d", batch ? "update" : "add",
                     bench_streams[stream], compression);
            setting s = {values, compression, batch};
            bench_run_sketch(name, update, &s, N, 5, error_ppm(&s, sorted));
        }
    }
    free(sorted);
    free(values);
    return 0;
}
