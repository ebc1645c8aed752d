/* SPDX-License-Identifier: Apache-2.0
 *
 * harness.c: medians of processor time.
 */
#include "harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

void bench_run_bytes(const char *name, int (*work)(void *context), void *context, double items,
                     int runs, double bytes)
{
    char more[64];
    snprintf(more, sizeof more, ",\"bytes_per_item\":%.4g", bytes / items);
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

const char *const bench_streams[BENCH_STREAMS] = {
    "normal", "lognormal", "pareto", "sorted", "constant", "ints", "offset", "shift", "loguniform"};

static double made(int stream, size_t i, size_t n)
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
        return bench_normal() + (i < n / 2 ? 0 : 10);
    default:
        return (bench_uniform() < 0.5 ? -1 : 1) * exp(400 * bench_uniform() - 200);
    }
}

void bench_fill(double *values, size_t n, int stream)
{
    for (size_t i = 0; i < n; i++)
        values[i] = made(stream, i, n);
}

/* How many of `sorted` lie below `value`, or, with `too`, below or at it. */
static double rank_of(const double *sorted, size_t n, double value, int too)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] < value || (too && sorted[middle] == value))
            low = middle + 1;
        else
            high = middle;
    }
    return (double)low / (double)n;
}

void bench_sorted(double *out, const double *values, size_t n)
{
    memcpy(out, values, n * sizeof *out);
    qsort(out, n, sizeof *out, rising);
}

double bench_rank_error(double (*quantile)(const void *digest, double rank), const void *digest,
                        const double *sorted, size_t n)
{
    double worst = 0;
    for (int i = 1; i < 1000; i++) {
        double rank = i / 1000.0, value = quantile(digest, rank);
        if (isnan(value))
            return -1;
        worst = fmax(worst, rank_of(sorted, n, value, 0) - rank);
        worst = fmax(worst, rank - rank_of(sorted, n, value, 1));
    }
    return 1e6 * worst;
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
