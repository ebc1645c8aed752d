/* SPDX-License-Identifier: Apache-2.0
 *
 * cramer_von_mises_law.h: the exact law of the Cramer-von Mises statistic.
 */
#ifndef DRIFT_HYPOTHESIS_CRAMER_VON_MISES_LAW_H
#define DRIFT_HYPOTHESIS_CRAMER_VON_MISES_LAW_H

#include <drift/base.h>

#include "hypothesis/ties.h"

/** P(T >= observed) over all assignments; DRIFT_ERR_UNSUPPORTED beyond `most_work` list entries. */
drift_status drift__cramer_von_mises_exact(const drift__ties *ties, int with_ties, double most_work,
                                           double *out_p_value);
/**
 * What a block adds to 6 n m (n + m)^2 T, in units of the squared common
 * divisor of n and m: `from` and `to` are the differences m X - n Y at its ends,
 * `x` and `y` its values of either sample, n and m the sizes, all divided by it.
 */
long double drift__cramer_von_mises_step(long double from, long double to, long double x,
                                         long double y, long double n, long double m);

#endif
