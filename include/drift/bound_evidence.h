/* SPDX-License-Identifier: Apache-2.0
 *
 * bound_evidence.h: anytime-valid evidence that a stream is worse than a bound:
 * that losses in 0..1 have a mean above the reference's by more than a
 * tolerance, or that values have moved by more than a tolerated Kolmogorov-Smirnov distance. Money is staked at
 * odds that are fair where the bound is just met (Waudby-Smith & Ramdas 2024, "Estimating means of
 * bounded random variables by betting"), so nothing is asked of the rows but that the mean of
 * each, given those before it, is within the bound: they may depend on each other
 * and wander below it.
 *
 * Thread rule: one object serves one thread at a time; objects are
 * independent. After creation nothing is allocated.
 */
#ifndef DRIFT_BOUND_EVIDENCE_H
#define DRIFT_BOUND_EVIDENCE_H

#include <drift/base.h>
#include <drift/evidence.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_bound_evidence drift_bound_evidence;

/**
 * Losses whose mean was `sum` / `n` over `n` >= 1 reference rows; 0 <= sum <= n. The bound is the mean's upper
 * confidence limit at alpha / 10 (Hoeffding 1963, theorem 1) plus `tolerance` >= 0; all of it
 * together holds with probability 1 - `alpha` (1e-100..1; 0 = .01). DRIFT_ERR_NOT_ENOUGH_DATA where the bound reaches 1.
 */
DRIFT_API drift_status drift_bound_evidence_create_for_losses(double sum, uint64_t n,
                                                              double tolerance, double alpha,
                                                              const drift_allocator *allocator,
                                                              drift_bound_evidence **out_evidence,
                                                              drift_error *error);
/**
 * Values counted in 2..32 ordered `places`: the share at or below each place, and that above it,
 * may move by `tolerance` (0 <= tolerance < 1) and the reference's own error at alpha / 10 (Dvoretzky, Kiefer &
 * Wolfowitz 1956; Massart 1990). DRIFT_ERR_NOT_ENOUGH_DATA where no share is left to bet on.
 */
DRIFT_API drift_status drift_bound_evidence_create_for_places(const uint64_t *counts, size_t places,
                                                              double tolerance, double alpha,
                                                              const drift_allocator *allocator,
                                                              drift_bound_evidence **out_evidence,
                                                              drift_error *error);
DRIFT_API void drift_bound_evidence_destroy(drift_bound_evidence *evidence);
/**
 * Losses one after the other, looked at after each. DRIFT_ERR_INVALID_ARGUMENT, and nothing is
 * taken, where one is not in 0..1; DRIFT_ERR_INCOMPATIBLE for evidence over places.
 */
DRIFT_API drift_status drift_bound_evidence_update(drift_bound_evidence *evidence,
                                                   const double *losses, size_t n);
/** Rows by place, looked at after every 32nd; errors likewise. */
DRIFT_API drift_status drift_bound_evidence_update_places(drift_bound_evidence *evidence,
                                                          const uint32_t *places, size_t n);
/**
 * `change_row` is where Page's statistic (1954) of the smallest odds, against the bound whose stakes have
 * won most, was last at its start: where rows began to be beyond that bound.
 */
DRIFT_API void drift_bound_evidence_get(const drift_bound_evidence *evidence,
                                        drift_evidence_result *out_result);
/** The bound of losses; of places the largest share that a bet is against. */
DRIFT_API double drift_bound_evidence_bound(const drift_bound_evidence *evidence);

/** All of the state: what is read back continues as this object would, to the last bit. */
DRIFT_API drift_status drift_bound_evidence_serialize(const drift_bound_evidence *evidence,
                                                      drift_buffer *out_bytes);
/** Build from untrusted bytes; DRIFT_ERR_CORRUPT leaves `out_evidence` untouched. */
DRIFT_API drift_status drift_bound_evidence_deserialize(const void *bytes, size_t size,
                                                        const drift_allocator *allocator,
                                                        drift_bound_evidence **out_evidence,
                                                        drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
