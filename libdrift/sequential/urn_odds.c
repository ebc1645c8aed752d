/* SPDX-License-Identifier: Apache-2.0
 *
 * urn_odds.c: likelihoods of n rows with counts b. The urn: rising factorials
 * (A_j)_b / (A)_n. An account of age m with counts c since it was opened at shares tau,
 * strength k: (k tau_j + c_j)_b / (k + m)_n (Dirichlet-multinomial). A tilt:
 * shares in proportion to A_j e^(theta phi_j), as they are before the block.
 */
#include "sequential/urn_odds.h"

#include <math.h>
#include <string.h>

#include "sequential/rising.h"

enum { LANES = DRIFT__URN_LANES, MIXTURES = DRIFT__URN_MIXTURES, TILTS = DRIFT__URN_TILTS };
/*
 * Rows whose likelihood is a product rather than a sum of logarithms; no more, so that the odds of the
 * smallest tilts, at most e^(0.28) a row, stay numbers whatever the rows.
 */
enum { MOST_MULTIPLIED = 2048 };

/*
 * How many rows an account's old shares count for; with tilts one strength is enough. Fewer than
 * the urn begins with, or the urn itself would learn as fast.
 */
static const double STRENGTHS[MIXTURES] = {16, 128}, ONLY_STRENGTH = 32;

static double strength(const drift__urn *urn, uint32_t mixture)
{
    double most = urn->start_total / 4,
           wanted = urn->mixtures == 1 ? ONLY_STRENGTH : STRENGTHS[mixture];
    return wanted < most ? wanted : most;
}

int drift__urn_products(const drift__urn *urn, const drift__kernels *kernels, uint64_t n,
                        drift__urn_won *won)
{
    double odds[4];
    drift__urn_block block = {.counts = won->counts,
                              .n = n,
                              .cells = urn->cells,
                              .pool = urn->pool,
                              .total = urn->total,
                              .opened = urn->opened,
                              .opened_total = urn->opened_total,
                              .opened_share = urn->opened_share,
                              .is_open = urn->is_open,
                              .odds = urn->odds};
    won->scale = 0;
    if (n > MOST_MULTIPLIED)
        return 0;
    for (uint32_t k = 0; k < urn->mixtures; k++) {
        block.strength = strength(urn, k);
        if (!kernels->urn_accounts(&block, won->mixture[k], odds))
            return 0;
    }
    if (urn->tilts)
        kernels->urn_tilts(&block, odds, won->mixture[0][urn->lanes - 1], won->tilt);
    return 1;
}

static long double log_account(const drift__urn *urn, const uint64_t *counts, uint64_t rows,
                               uint32_t lane, double prior)
{
    double opened = urn->opened_total[lane], kept = opened > 0 ? prior / opened : 0;
    long double sum =
        -drift__log_rising(urn->total - opened + (opened > 0 ? prior : 0), (long double)rows);
    for (uint32_t j = 0; j < urn->cells; j++) {
        double before = urn->opened[(size_t)j * urn->lanes + lane];
        if (counts[j])
            sum += drift__log_rising(urn->pool[j] - before + before * kept, (long double)counts[j]);
    }
    return sum;
}

static long double log_tilt(const drift__urn *urn, const uint64_t *counts, uint64_t rows,
                            uint32_t tilt)
{
    long double sum = 0, norm = 0;
    for (uint32_t j = 0; j < urn->cells; j++) {
        long double share = urn->odds[j * 4 + tilt % 4];
        for (uint32_t size = 0; size < tilt / 4; size++)
            share *= share;
        share *= urn->pool[j];
        norm += share;
        sum += counts[j] ? (long double)counts[j] * logl(share) : 0;
    }
    return sum - (long double)rows * logl(norm);
}

void drift__urn_logarithms(const drift__urn *urn, uint64_t rows, drift__urn_won *won)
{
    const long double log_two = 0.693147180559945309417232121458L;
    long double mixture[MIXTURES][LANES], tilt[TILTS], largest = 0;
    long double by_urn = log_account(urn, won->counts, rows, 0, 0);
    for (uint32_t k = 0; k < urn->mixtures; k++)
        for (uint32_t lane = 0; lane < urn->lanes; lane++) {
            mixture[k][lane] =
                urn->opened_total[lane] > 0
                    ? log_account(urn, won->counts, rows, lane, strength(urn, k)) - by_urn
                    : 0;
            largest = fmaxl(largest, mixture[k][lane]);
        }
    for (uint32_t g = 0; g < urn->tilts; g++) {
        tilt[g] = log_tilt(urn, won->counts, rows, g) - by_urn;
        largest = fmaxl(largest, tilt[g]);
    }
    won->scale = (uint64_t)(largest / log_two);
    long double shift = (long double)won->scale * log_two;
    for (uint32_t k = 0; k < urn->mixtures; k++)
        for (uint32_t lane = 0; lane < urn->lanes; lane++)
            won->mixture[k][lane] = (double)expl(mixture[k][lane] - shift);
    for (uint32_t g = 0; g < urn->tilts; g++)
        won->tilt[g] = (double)expl(tilt[g] - shift);
}
