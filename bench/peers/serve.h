/* SPDX-License-Identifier: Apache-2.0
 *
 * serve.h: how a program in C or C++ serves speed.py. Once its data are ready it
 * prints who it is; then it does its work for every line it reads, again where it
 * is short, and prints what once took. speed_worker.py is the same for Python.
 */
#ifndef DRIFT_BENCH_SERVE_H
#define DRIFT_BENCH_SERVE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Work is repeated until it has taken so many seconds. */
#define SERVE_LEAST 0.05

static inline double serve_seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline void serve_fail(const char *message, const char *name)
{
    fprintf(stderr, "%s: %s\n", name, message);
    exit(1);
}

/* The first `most` doubles of a file, all where there are fewer; `out_n` is their number. */
static inline double *serve_read(const char *path, size_t most, size_t *out_n)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END))
        serve_fail("cannot be read", path);
    size_t n = (size_t)ftell(file) / sizeof(double);
    n = n < most ? n : most;
    rewind(file);
    double *values = (double *)malloc(n * sizeof *values);
    if (!values || fread(values, sizeof *values, n, file) != n)
        serve_fail("cannot be read", path);
    fclose(file);
    *out_n = n;
    return values;
}

/* Most memory this program had; getrusage would count what started it as well. */
static inline long serve_peak_bytes(void)
{
    char line[256];
    long kilobytes = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, (int)sizeof line, file) && !sscanf(line, "VmHWM: %ld", &kilobytes))
        continue;
    if (file)
        fclose(file);
    return kilobytes * 1024;
}

/* Serve until the input ends. `work` gives a number that tells whether it was the same work. */
static inline int serve(const char *who, double (*work)(void *context), void *context)
{
    char line[64];
    printf("{\"who\":\"%s\"}\n", who);
    fflush(stdout);
    while (fgets(line, (int)sizeof line, stdin)) {
        double wall = serve_seconds(CLOCK_MONOTONIC);
        double processor = serve_seconds(CLOCK_PROCESS_CPUTIME_ID);
        double answer, spent;
        int times = 0;
        do {
            answer = work(context);
            spent = serve_seconds(CLOCK_PROCESS_CPUTIME_ID) - processor;
            times++;
        } while (spent < SERVE_LEAST);
        wall = serve_seconds(CLOCK_MONOTONIC) - wall;
        printf("{\"seconds\":%.9g,\"wall\":%.9g,\"answer\":%.9g,\"peak_bytes\":%ld}\n",
               spent / times, wall / times, answer, serve_peak_bytes());
        fflush(stdout);
    }
    return 0;
}

/* Mean number of the cell a value lies in. */
static inline double serve_mean_cell(const uint64_t *counts, size_t n)
{
    double sum = 0, total = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)i * (double)counts[i];
        total += (double)counts[i];
    }
    return sum / total;
}

#endif
