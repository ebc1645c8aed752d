/* SPDX-License-Identifier: Apache-2.0
 *
 * serve_observe.h: rows observed by threads that serve, as a work of ./dev bench --peers.
 */
#ifndef DRIFT_BENCH_SERVE_OBSERVE_H
#define DRIFT_BENCH_SERVE_OBSERVE_H

/**
 * Each of `threads` threads observes 4,000,000 / `columns` rows of the values in a file through
 * a recorder; `polled`: the first polls as well, every 1,000 rows. Serves until the input ends.
 */
int serve_observe(const char *who, const char *values, const char *columns, const char *threads,
                  int polled);

#endif
