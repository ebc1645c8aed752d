/* SPDX-License-Identifier: Apache-2.0
 *
 * quadratic_laws.h: tails of the two limit laws that are weighted sums of
 * squared normals. Relative error < 1e-12 down to 1e-300; no allocation.
 */
#ifndef DRIFT_CORE_QUADRATIC_LAWS_H
#define DRIFT_CORE_QUADRATIC_LAWS_H

/** P(sum Z_j^2 / (j pi)^2 > x): the limit of the Cramer-von Mises statistic. NaN gives NaN. */
double drift__cramer_von_mises_tail(double x);
/** P(sum Z_j^2 / (j (j + 1)) > x): the limit of the Anderson-Darling statistic. NaN gives NaN. */
double drift__anderson_darling_tail(double x);

#endif
