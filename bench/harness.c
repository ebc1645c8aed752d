/* SPDX-License-Identifier: Apache-2.0
 *
 * harness.c: medians of processor time.
 */
#include "harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include <drift/base.h>

enum { MOST_RUNS = 99 };

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void run(const char *name, int (*work)(void *context), void *context, double items, int runs,
                const char *more)
{
    double times[MOST_RUNS];
    struct rusage usage;
    runs = runs > MOST_RUNS ? MOST_RUNS : runs;
    for (int run = -1; run < runs; run++) {
        double begin = processor_seconds();
        if (work(context)) {
            fprintf(stderr, "%s: the work failed\n", name);
            exit(1);
        }
        if (run >= 0)
            times[run] = (processor_seconds() - begin) * 1e9 / items;
    }
    qsort(times, (size_t)runs, sizeof *times, rising);
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"work\":\"%s\",\"who\":\"libdrift %s\",\"ns_per_item\":%.4g,\"min_ns\":%.4g,"
           "\"max_ns\":%.4g,\"runs\":%d,\"items\":%.0f,\"peak_bytes\":%ld%s}\n",
           name, drift_version(), times[runs / 2], times[0], times[runs - 1], runs, items,
           usage.ru_maxrss * 1024L, more);
    fflush(stdout);
}

void bench_run(const char *name, int (*work)(void *context), void *context, double items, int runs)
{
    run(name, work, context, items, runs, "");
}

void bench_run_sketch(const char *name, int (*work)(void *context), void *context, double items,
                      int runs, double error_ppm)
{
    char more[64];
    snprintf(more, sizeof more, ",\"error_ppm\":%.4g", error_ppm);
    run(name, work, context, items, runs, more);
}

double bench_uniform(void)
{
    static uint64_t state = 88172645463325252ULL;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return ((double)(state >> 11) + 0.5) / 9007199254740992.0;
}

double bench_normal(void)
{
    return sqrt(-2 * log(bench_uniform())) * cos(6.283185307179586 * bench_uniform());
}

void *bench_allocate(size_t size)
{
    void *memory = malloc(size);
    if (!memory) {
        fprintf(stderr, "no memory for %zu bytes\n", size);
        exit(1);
    }
    return memory;
}
