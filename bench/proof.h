/* SPDX-License-Identifier: Apache-2.0
 *
 * proof.h: the command line of the proofs and their rows of results, one JSON
 * object a line. tools/run_proofs.py runs them and makes tables of the rows.
 */
#ifndef DRIFT_BENCH_PROOF_H
#define DRIFT_BENCH_PROOF_H

#include <stddef.h>

typedef struct proof {
    double effort;      /* factor on every number of repetitions; 1 = as published */
    size_t part, parts; /* this process does every `parts`-th work */
    const char *only;   /* works whose name has this in it; "" = all */
    const char *data;   /* folder of data sets, NULL = none */
    size_t works;       /* asked for so far */
    int broken;         /* a bound did not hold */
} proof;

/** From --effort F, --part I/N, --only TEXT, --data FOLDER; ends the program on anything else. */
proof proof_begin(int argc, char **argv);
/** 1 where this process is to do the work of that name. */
int proof_wants(proof *p, const char *work);
/** `published` repetitions times the effort, at least `least`. */
size_t proof_repetitions(const proof *p, size_t published, size_t least);
/** A row: begin, any number of fields, end. `kept` 0: a bound that is promised does not hold. */
void proof_row(const char *work);
void proof_number(const char *name, double value);
void proof_text(const char *name, const char *value);
void proof_row_end(proof *p, int kept);
/** Exit code of the program. */
int proof_end(const proof *p);

/** sqrt(p (1 - p) / n). */
double standard_error(double p, double n);

#endif
