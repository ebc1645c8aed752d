/* SPDX-License-Identifier: Apache-2.0
 *
 * ks_window.h: what the detectors by Kolmogorov and Smirnov share: the values of
 * a sliding window kept in order, and the distance that is significant.
 */
#ifndef DRIFT_SEQUENTIAL_KS_WINDOW_H
#define DRIFT_SEQUENTIAL_KS_WINDOW_H

#include "sequential/detector_kind.h"

/** A ring of values, and its slots in rising order of their values, equal ones by age. */
typedef struct drift__ks_window {
    uint64_t size, n, at; /* `at`: the slot the next value goes to */
    double *values;       /* by slot */
    double *sorted;       /* `n` values in order */
    uint32_t *slots;      /* where each of them lies in the ring */
} drift__ks_window;

/** Bytes of the three arrays. */
size_t drift__ks_window_room(size_t size);
/** Lay the arrays out from `place` on; returns what lies behind them. */
void *drift__ks_window_prepare(drift__ks_window *window, size_t size, void *place);
void drift__ks_window_clear(drift__ks_window *window);
/** Take a value in, the oldest out where the ring is full. O(size). Returns the slot. */
uint32_t drift__ks_window_add(drift__ks_window *window, double value);
void drift__ks_window_visit(drift__ks_window *window, drift__detector_codec *codec);
/** Put what was read in order; 0 where it is no ring. O(size log size). */
int drift__ks_window_settle(drift__ks_window *window);

/**
 * Two-sided p-value of the distance |i large - j small| / (small large), `distance` its numerator,
 * `small` <= `large`: exact for continuous laws up to 250,000 lattice points, limit
 * law beyond. `scratch` has room for small + 1 values.
 */
double drift__ks_distance_p(uint64_t small, uint64_t large, double distance, double *scratch);
/** The smallest such numerator with a p-value of at most `alpha`; one that is never reached else. */
double drift__ks_critical(uint64_t small, uint64_t large, double alpha, double *scratch);

#endif
