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
/* Rows whose likelihood is one product; rows of products rather than logarithms. */
enum { PIECE = 128, MOST_MULTIPLIED = 4096 };
/* Of a piece: what is less may have been rounded at the border of doubles. */
static const double LEAST_PRODUCT = 0x1p-900;

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

static drift__urn_block block_of(const drift__urn *urn)
{
    return (drift__urn_block){.cells = urn->cells,
                              .pool = urn->pool,
                              .held = urn->pool,
                              .total = urn->total,
                              .held_total = urn->total,
                              .opened = urn->opened,
                              .opened_total = urn->opened_total,
                              .opened_share = urn->opened_share,
                              .is_open = urn->is_open,
                              .odds = urn->odds};
}

/* What the rows of a piece win into `mixture` and `tilt`; 0 where it cannot be told. */
static int multiply_piece(const drift__urn *urn, const drift__kernels *kernels,
                          drift__urn_block *piece, double mixture[MIXTURES][LANES],
                          double tilt[TILTS])
{
    double won[4];
    for (uint32_t k = 0; k < urn->mixtures; k++) {
        piece->strength = strength(urn, k);
        kernels->urn_accounts(piece, mixture[k], won);
        if (!(mixture[k][0] >= LEAST_PRODUCT && mixture[k][urn->lanes - 1] >= LEAST_PRODUCT))
            return 0;
        const double by_urn = 1 / mixture[k][0];
        for (uint32_t lane = 0; lane < urn->lanes; lane++)
            mixture[k][lane] *= by_urn;
    }
    if (urn->tilts)
        kernels->urn_tilts(piece, won, mixture[0][urn->lanes - 1], tilt);
    return 1;
}

/* Rows by count, cell after cell: their order makes no difference. */
typedef struct dealer {
    const uint64_t *counts;
    uint64_t given; /* of cell */
    uint32_t cell;
} dealer;

static void deal(dealer *d, uint8_t *out_rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        while (d->given == d->counts[d->cell]) {
            d->cell++;
            d->given = 0;
        }
        out_rows[i] = (uint8_t)d->cell;
        d->given++;
    }
}

static int multiply_pieces(const drift__urn *urn, const drift__kernels *kernels, uint64_t n,
                           drift__urn_won *won)
{
    double pool[DRIFT__URN_CELLS], mixture[MIXTURES][LANES], tilt[TILTS];
    uint64_t counts[DRIFT__URN_CELLS];
    uint8_t rows[PIECE], before[PIECE];
    dealer d = {won->counts, 0, 0};
    drift__urn_block piece = block_of(urn);
    memcpy(pool, urn->pool, urn->cells * sizeof *pool);
    piece.pool = pool;
    piece.rows = rows;
    piece.before = before;
    for (uint64_t at = 0; at < n; at += piece.n) {
        piece.n = n - at < PIECE ? (size_t)(n - at) : PIECE;
        deal(&d, rows, piece.n);
        drift__urn_count(rows, piece.n, urn->cells, counts, before);
        if (!multiply_piece(urn, kernels, &piece, at ? mixture : won->mixture,
                            at ? tilt : won->tilt))
            return 0;
        for (uint32_t k = 0; at && k < urn->mixtures; k++)
            kernels->urn_stake(won->mixture[k], mixture[k], urn->lanes, won->mixture[k]);
        if (at && urn->tilts)
            kernels->urn_stake(won->tilt, tilt, TILTS, won->tilt);
        for (uint32_t j = 0; j < urn->cells; j++)
            pool[j] += (double)(int64_t)counts[j];
        piece.total += (double)piece.n;
    }
    return 1;
}

void drift__urn_count(const uint8_t *rows, size_t n, uint32_t cells, uint64_t *out_counts,
                      uint8_t *out_before)
{
    memset(out_counts, 0, cells * sizeof *out_counts);
#pragma GCC unroll 4
    for (size_t i = 0; i < n; i++)
        out_before[i] = (uint8_t)out_counts[rows[i]]++;
}

int drift__urn_products(const drift__urn *urn, const drift__kernels *kernels, const uint8_t *rows,
                        const uint8_t *before, uint64_t n, drift__urn_won *won)
{
    won->scale = 0;
    if (n > MOST_MULTIPLIED)
        return 0;
    if (!rows || n > PIECE)
        return multiply_pieces(urn, kernels, n, won);
    drift__urn_block block = block_of(urn);
    block.rows = rows;
    block.before = before;
    block.n = (size_t)n;
    return multiply_piece(urn, kernels, &block, won->mixture, won->tilt);
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
