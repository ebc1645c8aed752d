/* SPDX-License-Identifier: Apache-2.0
 *
 * rivals.h: the single statistics that other tools decide by, each larger
 * where there is more change.
 */
#ifndef DRIFT_BENCH_RIVALS_H
#define DRIFT_BENCH_RIVALS_H

#include <stddef.h>
#include <stdint.h>

typedef enum rival {
    RIVAL_KS,
    RIVAL_CRAMER_VON_MISES,
    RIVAL_ANDERSON_DARLING,
    RIVAL_MANN_WHITNEY,
    RIVAL_WELCH,
    RIVAL_WASSERSTEIN, /* in deviations of the reference */
    RIVAL_ENERGY,
    RIVAL_PSI_DECILES, /* ten cells at the reference's quantiles */
    RIVAL_PSI_STURGES, /* cells of equal width over both samples, as evidently chooses them */
    RIVAL_JS_DOANE,    /* cells of equal width over the reference by Doane's rule, as NannyML */
    RIVAL_HELLINGER,   /* in the same cells */
    RIVAL_CHI_SQUARE,  /* ten cells at the reference's quantiles, or names */
    RIVAL_L_INFINITY,  /* names only */
    RIVALS
} rival;

const char *rival_name(rival which);
/** All of them on two samples of numbers (at most 65,536 values together); NaN where one is for names only. */
void rivals_of_numbers(const double *reference, size_t n_reference, const double *current,
                       size_t n_current, double out[RIVALS]);
/** Those that names have, on counts; NaN for the others. */
void rivals_of_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                      double out[RIVALS]);

#endif
