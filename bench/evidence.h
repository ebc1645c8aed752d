/* SPDX-License-Identifier: Apache-2.0
 *
 * evidence.h: the parts of bench_evidence.c.
 */
#ifndef DRIFT_BENCH_EVIDENCE_H
#define DRIFT_BENCH_EVIDENCE_H

#include "proof.h"
#include "random.h"

/** A change of one column, and the rows in which it has to be found in half of the runs. */
typedef struct change {
    const char *name;
    double shift, scale; /* of normal values; scale 0: exponential less 1 */
    double rate, changed_rate;
    double most, most_of_50; /* 0: nothing is promised */
} change;

enum { CHANGE_BEFORE = 5000, CHANGE_AFTER = 20000 }; /* rows before and after it */

/** A value before or after the change, of a rate 0 or 1. */
double change_draw(const change *c, generator *g, int changed);
/** Sorts them; `n` > 0. */
double median_of(double *values, size_t n);

/** The classical detectors on unchanged rows. */
void prove_classical(proof *p);
/** Rows that ADWIN takes. */
void prove_adwin_delay(proof *p, const change *c);

#endif
