/* SPDX-License-Identifier: Apache-2.0
 *
 * harness.h: repeat a piece of work, take the median of the processor time of
 * the calling thread, print one JSON line.
 */
#ifndef DRIFT_BENCH_HARNESS_H
#define DRIFT_BENCH_HARNESS_H

#include <stddef.h>
#include <stdint.h>

/**
 * Run `work(context)` `runs` times (after one that is not counted) and print
 * the row `name`: nanoseconds of processor time per item, `items` a run.
 */
void bench_run(const char *name, int (*work)(void *context), void *context, double items, int runs);
/** The same of a sketch: its largest error of rank, in millionths, goes into the row. */
void bench_run_sketch(const char *name, int (*work)(void *context), void *context, double items,
                      int runs, double error_ppm);
/** The same of work that makes so many bytes of all items. */
void bench_run_bytes(const char *name, int (*work)(void *context), void *context, double items,
                     int runs, double bytes);
/** Uniform in 0..1 from a fixed seed. */
double bench_uniform(void);
/** Standard normal. */
double bench_normal(void);
enum { BENCH_STREAMS = 9 };
/** Streams of every kind, ordinary ones first. */
extern const char *const bench_streams[BENCH_STREAMS];
void bench_fill(double *values, size_t n, int stream);
/** `values` in rising order. */
void bench_sorted(double *out, const double *values, size_t n);
/**
 * The largest error of rank at .001, .002 ... .999, in millionths, none within
 * equal values; -1 where `quantile` gives NaN.
 */
double bench_rank_error(double (*quantile)(const void *digest, double rank), const void *digest,
                        const double *sorted, size_t n);
/** Allocation that cannot fail quietly. */
void *bench_allocate(size_t size);

#endif
