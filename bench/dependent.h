/* SPDX-License-Identifier: Apache-2.0
 *
 * dependent.h: false alarms and delays of streams whose rows depend on each
 * other, where the plan is chosen from the reference.
 */
#ifndef DRIFT_BENCH_DEPENDENT_H
#define DRIFT_BENCH_DEPENDENT_H

#include "proof.h"

/** Every stream, with references of 5,000 and 20,000 rows. */
void prove_dependent_streams(proof *p);

#endif
