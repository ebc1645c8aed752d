/* SPDX-License-Identifier: Apache-2.0
 *
 * urn_odds.c: likelihoods of the counts b of a block, n rows, as the product
 * over its rows in any order. The urn: rising factorials (A_j)_b / (A)_n. An account of age
 * m with counts c since it was opened at shares tau, strength k: (k tau_j + c_j)_b / (k + m)_n
 * (Dirichlet-multinomial). A tilt: shares in proportion to A_j e^(theta phi_j).
 * Each factor is divided by the share A_j / A the urn had before the block, so
 * that products stay near 1, and lane 0 of the accounts is the urn.
 */
#include "sequential/urn_odds.h"

#include <math.h>

#include "sequential/rising.h"

enum { LANES = DRIFT__URN_LANES, MIXTURES = DRIFT__URN_MIXTURES, TILTS = DRIFT__URN_TILTS };
enum { MOST_PRODUCT_ROWS = 256, MOST_PRODUCT_BITS = 400 };

const double drift__urn_strengths[MIXTURES] = {16, 128};

/* What of an account does not depend on the cell. */
typedef struct terms {
    double strength[MIXTURES][LANES]; /* lane 0: 0 */
    double per_row[MIXTURES][LANES];  /* 1 / (strength + age) */
    double share[LANES];              /* 1 / what the urn held when the account was opened */
} terms;

static void set_terms(const drift__urn *urn, terms *out)
{
    for (int lane = 0; lane < LANES; lane++) {
        int open = lane <= (int)urn->accounts;
        double opened = open ? urn->opened_total[lane] : urn->total;
        out->share[lane] = opened > 0 ? 1 / opened : 0;
        for (int k = 0; k < MIXTURES; k++) {
            out->strength[k][lane] = lane && open ? drift__urn_strengths[k] : 0;
            out->per_row[k][lane] = open ? 1 / (out->strength[k][lane] + (urn->total - opened)) : 0;
        }
    }
}

/* Multiply every lane by the `count` factors of a cell. */
static void multiply_cell(const drift__urn *urn, const terms *of, uint32_t cell, uint64_t count,
                          double product[MIXTURES][LANES])
{
    const double *opened = urn->opened + (size_t)cell * LANES, held = urn->pool[cell];
    const double weight = urn->total / held;
    for (int k = 0; k < MIXTURES; k++) {
        double factor[LANES], step[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            double prior = of->strength[k][lane] * (opened[lane] * of->share[lane]);
            step[lane] = of->per_row[k][lane] * weight;
            factor[lane] = (prior + (held - opened[lane])) * step[lane];
        }
        for (uint64_t i = 0; i < count; i++)
            for (int lane = 0; lane < LANES; lane++) {
                product[k][lane] *= factor[lane];
                factor[lane] += step[lane];
            }
    }
}

static void divide_by_rows(const terms *of, uint64_t rows, double product[MIXTURES][LANES])
{
    for (int k = 0; k < MIXTURES; k++) {
        double all[LANES], factor[LANES];
        for (int lane = 0; lane < LANES; lane++)
            all[lane] = factor[lane] = 1;
        for (uint64_t i = 1; i < rows; i++)
            for (int lane = 0; lane < LANES; lane++) {
                factor[lane] += of->per_row[k][lane];
                all[lane] *= factor[lane];
            }
        for (int lane = 0; lane < LANES; lane++)
            product[k][lane] /= all[lane];
    }
}

/* What each tilt divides its odds by, so that its shares add up to 1. */
static void set_norms(const drift__urn *urn, double out_norm[TILTS])
{
    double sum[TILTS] = {0};
    for (uint32_t j = 0; j < urn->cells; j++)
        for (int g = 0; g < TILTS; g++)
            sum[g] += urn->pool[j] * urn->odds[(size_t)j * TILTS + g];
    for (int g = 0; g < TILTS; g++)
        out_norm[g] = sum[g] / urn->total;
}

static void multiply_tilts(const drift__urn *urn, const uint64_t *counts, double product[TILTS])
{
    double norm[TILTS], factor[TILTS];
    set_norms(urn, norm);
    for (uint32_t g = 0; g < TILTS; g++) {
        product[g] = 1;
        norm[g] = g < urn->tilts ? 1 / norm[g] : 0;
    }
    for (uint32_t j = 0; j < urn->cells; j++) {
        if (!counts[j])
            continue;
        for (int g = 0; g < TILTS; g++)
            factor[g] = urn->odds[(size_t)j * TILTS + g] * norm[g];
        for (uint64_t i = 0; i < counts[j]; i++)
            for (int g = 0; g < TILTS; g++)
                product[g] *= factor[g];
    }
}

static void by_products(const drift__urn *urn, const uint64_t *counts, uint64_t rows,
                        drift__urn_won *out)
{
    terms of;
    set_terms(urn, &of);
    for (int k = 0; k < MIXTURES; k++)
        for (int lane = 0; lane < LANES; lane++)
            out->mixture[k][lane] = 1;
    for (uint32_t j = 0; j < urn->cells; j++)
        if (counts[j])
            multiply_cell(urn, &of, j, counts[j], out->mixture);
    divide_by_rows(&of, rows, out->mixture);
    if (urn->tilts)
        multiply_tilts(urn, counts, out->tilt);
    double by_urn = 1 / out->mixture[0][0];
    for (int k = 0; k < MIXTURES; k++)
        for (int lane = 0; lane < LANES; lane++)
            out->mixture[k][lane] *= by_urn;
    for (uint32_t g = 0; g < urn->tilts; g++)
        out->tilt[g] *= by_urn;
    out->scale = 0;
}

static long double log_account(const drift__urn *urn, const uint64_t *counts, uint64_t rows,
                               uint32_t lane, double strength)
{
    double opened = urn->opened_total[lane];
    long double sum = -drift__log_rising(strength + (urn->total - opened), (long double)rows);
    for (uint32_t j = 0; j < urn->cells; j++) {
        double before = urn->opened[(size_t)j * LANES + lane];
        double prior = opened > 0 ? strength * (before / opened) : 0;
        if (counts[j])
            sum += drift__log_rising(prior + (urn->pool[j] - before), (long double)counts[j]);
    }
    return sum;
}

static long double log_tilt(const drift__urn *urn, const uint64_t *counts, uint64_t rows,
                            uint32_t tilt, double norm)
{
    long double sum = -(long double)rows * logl((long double)norm * urn->total);
    for (uint32_t j = 0; j < urn->cells; j++)
        if (counts[j])
            sum += (long double)counts[j] *
                   logl((long double)urn->odds[(size_t)j * TILTS + tilt] * urn->pool[j]);
    return sum;
}

static void by_logarithms(const drift__urn *urn, const uint64_t *counts, uint64_t rows,
                          drift__urn_won *out)
{
    const long double log_two = 0.693147180559945309417232121458L;
    long double mixture[MIXTURES][LANES] = {{0}}, tilt[TILTS] = {0}, largest = 0;
    double norm[TILTS];
    long double by_urn = log_account(urn, counts, rows, 0, 0);
    set_norms(urn, norm);
    for (int k = 0; k < MIXTURES; k++)
        for (uint32_t lane = 1; lane <= urn->accounts; lane++) {
            mixture[k][lane] =
                log_account(urn, counts, rows, lane, drift__urn_strengths[k]) - by_urn;
            largest = fmaxl(largest, mixture[k][lane]);
        }
    for (uint32_t g = 0; g < urn->tilts; g++) {
        tilt[g] = log_tilt(urn, counts, rows, g, norm[g]) - by_urn;
        largest = fmaxl(largest, tilt[g]);
    }
    out->scale = (uint64_t)(largest / log_two);
    for (int k = 0; k < MIXTURES; k++)
        for (uint32_t lane = 0; lane < LANES; lane++)
            out->mixture[k][lane] = (double)expl(mixture[k][lane] - out->scale * log_two);
    for (uint32_t g = 0; g < urn->tilts; g++)
        out->tilt[g] = (double)expl(tilt[g] - out->scale * log_two);
}

/* No product of the block can be above 2^MOST_PRODUCT_BITS: no share is more than 1. */
static int products_do(const drift__urn *urn, const uint64_t *counts, uint64_t rows)
{
    int64_t bits = 0;
    if (rows > MOST_PRODUCT_ROWS)
        return 0;
    for (uint32_t j = 0; j < urn->cells; j++) {
        int exponent;
        frexp((urn->total + (double)rows) / urn->pool[j], &exponent);
        bits += (int64_t)counts[j] * exponent;
    }
    return bits <= MOST_PRODUCT_BITS;
}

void drift__urn_odds(const drift__urn *urn, const uint64_t *counts, drift__urn_won *out_won)
{
    uint64_t rows = 0;
    for (uint32_t j = 0; j < urn->cells; j++)
        rows += counts[j];
    if (products_do(urn, counts, rows))
        by_products(urn, counts, rows, out_won);
    else
        by_logarithms(urn, counts, rows, out_won);
}
