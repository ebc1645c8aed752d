/* SPDX-License-Identifier: Apache-2.0
 *
 * random.h: random numbers of the proofs: seeded, the same on every machine
 * of one arithmetic, and exact in law (no normal approximation anywhere).
 */
#ifndef DRIFT_BENCH_RANDOM_H
#define DRIFT_BENCH_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct generator {
    uint64_t state;
    double spare; /* second normal of a pair */
    int has_spare;
} generator;

/** Generator number `stream` of the work called `name`. */
generator generator_make(const char *name, uint64_t stream);
uint64_t generator_next(generator *g);
/** In the open interval 0..1. */
double generator_uniform(generator *g);
/** Whole number below `n` > 0. */
uint64_t generator_below(generator *g, uint64_t n);
double generator_normal(generator *g);
/** Gamma with shape > 0 and scale 1; Beta with both shapes > 0. */
double generator_gamma(generator *g, double shape);
double generator_beta(generator *g, double a, double b);
/** Successes of `n` trials with probability `p`. */
uint64_t generator_binomial(generator *g, uint64_t n, double p);
/** Counts of `n` values in `cells` cells whose masses are proportional to `mass`. */
void generator_multinomial(generator *g, uint64_t n, const double *mass, size_t cells,
                           uint64_t *out_counts);
/** The same for small `n`, one value after the other; `cumulative` ends in the total mass. */
size_t generator_category(generator *g, const double *cumulative, size_t cells);

#endif
