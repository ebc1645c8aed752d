/* SPDX-License-Identifier: Apache-2.0
 *
 * power.h: the parts of bench_power.c.
 */
#ifndef DRIFT_BENCH_POWER_H
#define DRIFT_BENCH_POWER_H

#include "proof.h"

/** The column's p-value beside the statistics of other tools. */
void prove_power(proof *p);
/** Whether `stable` and `insufficient` state the power there is. */
void prove_verdicts(proof *p);

#endif
