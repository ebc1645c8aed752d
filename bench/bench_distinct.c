/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_distinct.c: doubles, integers and texts into a sketch of distinct
 * values, and the estimate out of it.
 */
#include <drift/distinct.h>
#include <stdio.h>

#include "harness.h"

enum { N = 4000000, TEXTS = 1000000, TEXT_ROOM = 24 };

typedef struct setting {
    const double *values;
    const int64_t *integers;
    const char *bytes;
    const int64_t *offsets;
    uint32_t precision;
} setting;

static int update(void *context)
{
    const setting *s = context;
    drift_distinct_config config = DRIFT_DISTINCT_CONFIG_INIT;
    drift_distinct *distinct = NULL;
    double estimate;
    config.precision = s->precision;
    if (drift_distinct_create(&config, &distinct, 0))
        return 1;
    if (s->values)
        drift_distinct_update_doubles(distinct, s->values, N);
    if (s->integers)
        drift_distinct_update_integers(distinct, s->integers, N);
    if (s->bytes)
        drift_distinct_update_batch(distinct, s->bytes, s->offsets, TEXTS);
    int failed = drift_distinct_estimate(distinct, &estimate) != DRIFT_OK;
    drift_distinct_destroy(distinct);
    return failed;
}

static int estimate_often(void *context)
{
    double estimate;
    for (int i = 0; i < 1000; i++)
        if (drift_distinct_estimate(context, &estimate))
            return 1;
    return 0;
}

int main(void)
{
    double *values = bench_allocate(N * sizeof *values);
    int64_t *integers = bench_allocate(N * sizeof *integers);
    int64_t *offsets = bench_allocate((TEXTS + 1) * sizeof *offsets);
    char *bytes = bench_allocate((size_t)TEXTS * TEXT_ROOM);
    for (size_t i = 0; i < N; i++) {
        values[i] = bench_normal();
        integers[i] = (int64_t)i;
    }
    offsets[0] = 0;
    for (size_t i = 0; i < TEXTS; i++)
        offsets[i + 1] = offsets[i] + snprintf(bytes + offsets[i], TEXT_ROOM, "name %zu", i);
    bench_run("distinct.update.normal.12", update, &(setting){.values = values}, N, 5);
    bench_run("distinct.update.normal.18", update, &(setting){.values = values, .precision = 18}, N,
              5);
    bench_run("distinct.update.integers.12", update, &(setting){.integers = integers}, N, 5);
    bench_run("distinct.update.names.12", update, &(setting){.bytes = bytes, .offsets = offsets},
              TEXTS, 5);
    drift_distinct *distinct = NULL;
    if (drift_distinct_create(NULL, &distinct, NULL) ||
        drift_distinct_update_doubles(distinct, values, N))
        return 1;
    bench_run("distinct.estimate.12", estimate_often, distinct, 1000, 5);
    drift_distinct_destroy(distinct);
    return 0;
}
