/* SPDX-License-Identifier: Apache-2.0
 *
 * alternative.h: from a statistic with a symmetric law to a p-value.
 */
#ifndef DRIFT_HYPOTHESIS_ALTERNATIVE_H
#define DRIFT_HYPOTHESIS_ALTERNATIVE_H

#include <drift/hypothesis.h>

/** p-value of a standard normal statistic that is above 0 where the reference is the greater. */
double drift__normal_p_value(double z, drift_alternative alternative);
/** The same for Student's t. */
double drift__student_p_value(double t, double df, drift_alternative alternative);

#endif
