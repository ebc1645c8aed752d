/* SPDX-License-Identifier: Apache-2.0
 *
 * urn_odds.c: likelihoods of n rows with counts b. The urn: rising factorials
 * (A_j)_b / (A)_n. An account of age m with counts c since it was opened at shares tau,
 * strength k: (k tau_j + c_j)_b / (k + m)_n (Dirichlet-multinomial). A tilt:
 * shares in proportion to A_j e^(theta phi_j), as they are before the block.
 */
#include "sequential/urn_odds.h"

#include <math.h>

#include "sequential/rising.h"

enum { LANES = DRIFT__URN_LANES, MIXTURES = DRIFT__URN_MIXTURES, TILTS = DRIFT__URN_TILTS };
enum { MOST_BITS = 400 };

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

static void multiply_accounts(const drift__urn *urn, const drift__urn_rows *block, uint32_t mixture,
                              double products[LANES])
{
    double kept[LANES], per_row[LANES], prior = strength(urn, mixture), total = urn->total;
    for (int lane = 0; lane < LANES; lane++) {
        kept[lane] = prior * urn->opened_share[lane];
        per_row[lane] = 1 / (total - urn->opened_total[lane] + prior * urn->is_open[lane]);
    }
    drift__kernels_get()->urn_accounts(block, urn->pool, urn->opened, kept, per_row, products);
}

static void by_products(const drift__urn *urn, const drift__urn_rows *block, drift__urn_won *won)
{
    for (uint32_t k = 0; k < urn->mixtures; k++)
        multiply_accounts(urn, block, k, won->mixture[k]);
    double by_urn = 1 / won->mixture[0][0];
    for (uint32_t k = 0; k < urn->mixtures; k++)
        for (int lane = 0; lane < LANES; lane++)
            won->mixture[k][lane] *= by_urn;
    won->scale = 0;
    if (!urn->tilts)
        return;
    drift__kernels_get()->urn_tilts(block, urn->pool, urn->odds, won->tilt);
    for (int g = 0; g < TILTS; g++)
        won->tilt[g] *= by_urn;
}

static long double log_account(const drift__urn *urn, const uint64_t *counts, uint64_t rows,
                               uint32_t lane, double prior)
{
    double opened = urn->opened_total[lane], kept = opened > 0 ? prior / opened : 0;
    long double sum =
        -drift__log_rising(urn->total - opened + (opened > 0 ? prior : 0), (long double)rows);
    for (uint32_t j = 0; j < urn->cells; j++) {
        double before = urn->opened[(size_t)j * LANES + lane];
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
        long double share = (long double)urn->odds[(size_t)j * TILTS + tilt] * urn->pool[j];
        norm += share;
        sum += counts[j] ? (long double)counts[j] * logl(share) : 0;
    }
    return sum - (long double)rows * logl(norm);
}

static void by_logarithms(const drift__urn *urn, uint64_t rows, drift__urn_won *won)
{
    const long double log_two = 0.693147180559945309417232121458L;
    long double mixture[MIXTURES][LANES], tilt[TILTS], largest = 0;
    long double by_urn = log_account(urn, won->counts, rows, 0, 0);
    for (uint32_t k = 0; k < urn->mixtures; k++)
        for (uint32_t lane = 0; lane < LANES; lane++) {
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
        for (uint32_t lane = 0; lane < LANES; lane++)
            won->mixture[k][lane] = (double)expl(mixture[k][lane] - shift);
    for (uint32_t g = 0; g < urn->tilts; g++)
        won->tilt[g] = (double)expl(tilt[g] - shift);
}

/* Whether the urn gives the rows at least 2^-MOST_BITS: all other likelihoods are at most 1. */
static int products_do(const drift__urn *urn, const uint64_t *counts, size_t n)
{
    double least = urn->pool[0];
    int exponent;
    uint64_t bits = 0;
    for (uint32_t j = 1; j < urn->cells; j++)
        least = urn->pool[j] < least ? urn->pool[j] : least;
    frexp((urn->total + (double)n) / least, &exponent);
    if (n * (size_t)exponent <= MOST_BITS)
        return 1;
    for (uint32_t j = 0; j < urn->cells; j++) {
        frexp((urn->total + (double)n) / urn->pool[j], &exponent);
        bits += counts[j] * (uint64_t)exponent;
    }
    return bits <= MOST_BITS;
}

void drift__urn_odds(const drift__urn *urn, const uint8_t *rows, drift__urn_won *won)
{
    uint64_t n = 0;
    for (uint32_t j = 0; j < urn->cells; j++)
        n += won->counts[j];
    drift__urn_rows block = {rows, (size_t)n, urn->cells};
    if (rows && products_do(urn, won->counts, (size_t)n))
        by_products(urn, &block, won);
    else
        by_logarithms(urn, n, won);
}
