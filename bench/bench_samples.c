/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_samples.c: exact distances of two raw samples of 1,000,000 values, on
 * data of several kinds.
 */
#include <drift/drift.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

enum { SIZE = 1000000 };

typedef struct samples {
    double *values[2];
} samples;

static double shifted(size_t i, int side)
{
    (void)i;
    return bench_normal() + 0.01 * side;
}

static double alike(size_t i, int side)
{
    (void)i, (void)side;
    return bench_normal();
}

static double apart(size_t i, int side)
{
    (void)i;
    return bench_normal() + side;
}

static double lognormal(size_t i, int side)
{
    (void)i;
    return exp(bench_normal()) * (1 + 0.01 * side);
}

static double whole(size_t i, int side)
{
    return floor(bench_uniform() * 1000) + (side && i % 100 == 0);
}

static double offset(size_t i, int side)
{
    return 1e9 + shifted(i, side);
}

static double rising(size_t i, int side)
{
    return 1e-6 * (double)i + 0.001 * side;
}

static double crowds(size_t i, int side)
{
    double unit = bench_uniform();
    return i % 3 == 0   ? unit * 1e-290
           : i % 3 == 1 ? 1 + unit * 1e-12
                        : unit * 1e300 * (1 + 0.01 * side);
}

static int ks(void *context)
{
    samples *s = context;
    double d, p;
    return drift_ks_2samp(s->values[0], SIZE, s->values[1], SIZE, DRIFT_TWO_SIDED,
                          DRIFT_METHOD_AUTO, &d, &p) != DRIFT_OK;
}

static int wasserstein(void *context)
{
    samples *s = context;
    double distance;
    return drift_wasserstein(s->values[0], NULL, SIZE, s->values[1], NULL, SIZE, &distance) !=
           DRIFT_OK;
}

int main(void)
{
    static const struct {
        const char *name;
        double (*made)(size_t i, int side);
    } kinds[] = {{"normal", shifted},      {"alike", alike},  {"apart", apart},
                 {"lognormal", lognormal}, {"whole", whole},  {"offset", offset},
                 {"rising", rising},       {"crowds", crowds}};
    samples s;
    for (int side = 0; side < 2; side++)
        s.values[side] = bench_allocate(SIZE * sizeof *s.values[side]);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        char name[64];
        for (int side = 0; side < 2; side++)
            for (size_t i = 0; i < SIZE; i++)
                s.values[side][i] = kinds[k].made(i, side);
        snprintf(name, sizeof name, "ks.raw.%s", kinds[k].name);
        bench_run(name, ks, &s, 2.0 * SIZE, 9);
        snprintf(name, sizeof name, "wasserstein.raw.%s", kinds[k].name);
        bench_run(name, wasserstein, &s, 2.0 * SIZE, 9);
    }
    free(s.values[0]);
    free(s.values[1]);
    return 0;
}
