/* SPDX-License-Identifier: Apache-2.0
 *
 * wasserstein.h: the Wasserstein-1 distance of many values, almost without sorting.
 */
#ifndef DRIFT_DISTANCE_WASSERSTEIN_H
#define DRIFT_DISTANCE_WASSERSTEIN_H

#include <drift/base.h>

/**
 * Area between the distribution functions of two samples, relative error below
 * 1e-13. O(N) time and memory. DRIFT_ERR_UNSUPPORTED where they are too few, not finite
 * or too far apart for it: sort them.
 */
drift_status drift__wasserstein_by_heaps(const double *x, size_t n, const double *y, size_t m,
                                         double *out_area);

#endif
