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
/** Uniform in 0..1 from a fixed seed. */
double bench_uniform(void);
/** Standard normal. */
double bench_normal(void);
/** Allocation that cannot fail quietly. */
void *bench_allocate(size_t size);

#endif
