/* SPDX-License-Identifier: Apache-2.0
 *
 * rising.h: rising factorials x (x + 1) ... (x + n - 1).
 */
#ifndef DRIFT_SEQUENTIAL_RISING_H
#define DRIFT_SEQUENTIAL_RISING_H

/**
 * ln of the rising factorial, x > 0, n >= 0 a whole number: lnGamma(x + n) - lnGamma(x) without its
 * cancellation. Relative error < 1e-16 + 1e-18 n.
 */
long double drift__log_rising(long double x, long double n);

#endif
