/* SPDX-License-Identifier: Apache-2.0
 *
 * laws.h: the made columns of the proofs.
 */
#ifndef DRIFT_BENCH_LAWS_H
#define DRIFT_BENCH_LAWS_H

#include "random.h"

typedef enum law {
    LAW_NORMAL,
    LAW_LOGNORMAL,
    LAW_CAUCHY,
    LAW_POISSON,       /* mean 3 */
    LAW_ZERO_INFLATED, /* 60 % zeros, else lognormal */
    LAW_BERNOULLI,     /* 1 in 100 */
    LAW_NAMES_5,       /* Zipf: the share of name k is proportional to 1 / k */
    LAW_NAMES_100,
    LAW_NAMES_1000,
    LAWS
} law;

enum { LAW_MOST_VALUES = 1000 };
/** Share of zeros of LAW_ZERO_INFLATED. */
#define LAW_ZEROS 0.6

const char *law_name(law which);
/** Names of a law of names, 0 for a law of numbers. */
size_t law_names(law which);
/** 1 where almost all values differ. */
int law_is_continuous(law which);
/** Draw `n` numbers. */
void law_numbers(law which, generator *g, double *out, size_t n);
/** Shares of the values 0, 1, ... of a law of names, Poisson or Bernoulli; returns how many. */
size_t law_shares(law which, double out[LAW_MOST_VALUES]);
/** Zipf shares of `n` names. */
void zipf_shares(size_t n, double *out);
/** Draw `n` indices from shares. */
void draw_indices(generator *g, const double *shares, size_t values, int32_t *out, size_t n);

#endif
