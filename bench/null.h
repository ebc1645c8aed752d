/* SPDX-License-Identifier: Apache-2.0
 *
 * null.h: the parts of bench_null.c.
 */
#ifndef DRIFT_BENCH_NULL_H
#define DRIFT_BENCH_NULL_H

#include "proof.h"

/** One column of independent rows, each law and size. */
void prove_columns(proof *p);
/** Rows that depend on their neighbours, with and without blocks. */
void prove_dependent(proof *p);
/** Whole comparisons of random rows of one table: the made one, and those in `p->data`. */
void prove_tables(proof *p);

#endif
