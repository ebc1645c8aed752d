/* SPDX-License-Identifier: Apache-2.0
 *
 * urn.c: an e-detector (Shin, Ramdas & Rinaldo 2024, "E-detectors: a
 * nonparametric framework for sequential change detection") against the Polya
 * urn that the order statistics of a reference make of the rows after it. The
 * urn is exact because the shares between order statistics are Dirichlet with
 * the gaps of their ranks, whatever the law (Wilks 1962, section 8.7).
 */
#include "sequential/urn.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "sequential/urn_odds.h"

enum { FIRST_OCTAVE = 6, OLDEST_CLASS = DRIFT__URN_LANES - 3, SCALE_FAR = 4000u };

/* Of a block's money, where there are tilts. Binary fractions: dealing it out does not round. */
static const double MIXTURE_SHARE = 0.25;
static const double SIZES[] = {0.125, 0.25, 0.5, 1};
enum { TILT_SIZES = sizeof SIZES / sizeof *SIZES };

/*
 * What a tilt is linear in: of cells in order the score of a shift or of a
 * change of scale at the cell's middle rank u, of variance 1 over uniform ranks; of two cells the log odds, doubled.
 */
static double score(const drift__urn *urn, uint32_t cell, int scale)
{
    double before = 0;
    if (urn->cells == 2)
        return 2.0 * cell;
    for (uint32_t j = 0; j < cell; j++)
        before += urn->start[j];
    double u = (before + urn->start[cell] / 2) / urn->start_total - 0.5;
    return scale ? sqrt(180) * (u * u - 1.0 / 12) : sqrt(12) * u;
}

static void set_tilts(drift__urn *urn, int ordered)
{
    urn->tilts = urn->cells == 2 ? 2 * TILT_SIZES : ordered ? 4 * TILT_SIZES : 0;
    for (uint32_t j = 0; j < urn->cells; j++)
        for (uint32_t g = 0; g < urn->tilts; g++) {
            double size = SIZES[g / 2 % TILT_SIZES] * (g % 2 ? -1 : 1);
            urn->odds[j * DRIFT__URN_TILTS + g] =
                (double)expl((long double)(size * score(urn, j, g >= 2 * TILT_SIZES)));
        }
}

drift_status drift__urn_create(const double *start, uint32_t cells, int ordered, uint64_t paid_rows,
                               const drift_allocator *allocator, drift__urn **out_urn)
{
    size_t numbers = (size_t)cells * (3 + DRIFT__URN_LANES + DRIFT__URN_TILTS);
    drift__urn *urn =
        drift__allocate_zero(allocator, 1, sizeof *urn + numbers * sizeof *urn->start);
    if (!urn)
        return DRIFT_ERR_OUT_OF_MEMORY;
    urn->allocator = *allocator;
    urn->cells = cells;
    urn->spending = paid_rows == 0;
    urn->cash = urn->spending;
    urn->due = (double)paid_rows;
    urn->start = (double *)(urn + 1);
    urn->pool = urn->start + cells;
    urn->opened = urn->pool + cells;
    urn->odds = urn->opened + (size_t)cells * DRIFT__URN_LANES;
    urn->seen = (uint64_t *)(urn->odds + (size_t)cells * DRIFT__URN_TILTS);
    for (uint32_t j = 0; j < cells; j++) {
        urn->start[j] = urn->pool[j] = start[j];
        urn->start_total += start[j];
    }
    urn->total = urn->start_total;
    set_tilts(urn, ordered);
    for (uint32_t g = 0; g < urn->tilts; g++)
        urn->page[g] = 1;
    *out_urn = urn;
    return DRIFT_OK;
}

void drift__urn_destroy(drift__urn *urn)
{
    if (urn) {
        drift_allocator memory = urn->allocator;
        drift__release(&memory, urn);
    }
}

/*
 * The share of block 0, 1, ... of the money: octave i, of 2^(6 + i) blocks, has
 * 4 / ((i + 4) (i + 5)), which adds up to 1. So a change is bet on at odds that fall with the
 * logarithm of its row only.
 */
static double block_share(uint64_t block)
{
    uint64_t at = block + (UINT64_C(1) << FIRST_OCTAVE);
    int octave = 63 - __builtin_clzll(at), i = octave - FIRST_OCTAVE;
    return 4.0 / ((i + 4.0) * (i + 5.0)) * ldexp(1, -octave);
}

static uint32_t age_class(const drift__urn *urn, uint32_t lane)
{
    uint64_t age = urn->blocks - urn->opened_block[lane];
    int octave = 63 - __builtin_clzll(age + 1);
    return octave < OLDEST_CLASS ? (uint32_t)octave : OLDEST_CLASS;
}

/* Close account `lane`, which is not the newest: its money goes to the next newer one. */
static void close_account(drift__urn *urn, uint32_t lane)
{
    size_t after = urn->accounts - lane;
    for (int k = 0; k < DRIFT__URN_MIXTURES; k++) {
        double *wealth = urn->wealth[k];
        wealth[lane + 1] += wealth[lane];
        memmove(&wealth[lane], &wealth[lane + 1], after * sizeof *wealth);
        wealth[urn->accounts] = 0;
    }
    for (uint32_t j = 0; j < urn->cells; j++) {
        double *opened = urn->opened + (size_t)j * DRIFT__URN_LANES + lane;
        memmove(opened, opened + 1, after * sizeof *opened);
    }
    memmove(&urn->opened_total[lane], &urn->opened_total[lane + 1], after * sizeof(double));
    memmove(&urn->opened_block[lane], &urn->opened_block[lane + 1], after * sizeof(uint64_t));
    memmove(&urn->opened_row[lane], &urn->opened_row[lane + 1], after * sizeof(uint64_t));
    urn->accounts--;
}

/* Of two accounts whose ages are of one octave only the older one is kept. */
static void compact(drift__urn *urn)
{
    for (uint32_t lane = urn->accounts - 1; lane > 1; lane--)
        if (age_class(urn, lane) == age_class(urn, lane - 1))
            close_account(urn, lane);
}

static void open_account(drift__urn *urn, double money)
{
    uint32_t lane = ++urn->accounts;
    for (uint32_t j = 0; j < urn->cells; j++)
        urn->opened[(size_t)j * DRIFT__URN_LANES + lane] = urn->pool[j];
    urn->opened_total[lane] = urn->total;
    urn->opened_block[lane] = urn->blocks;
    urn->opened_row[lane] = urn->rows;
    for (int k = 0; k < DRIFT__URN_MIXTURES; k++)
        urn->wealth[k][lane] = money / DRIFT__URN_MIXTURES;
}

/* value * 2^-scale */
static double money_left(double value, uint64_t scale)
{
    return scale ? ldexp(value, scale < SCALE_FAR ? -(int)scale : -SCALE_FAR) : value;
}

void drift__urn_begin(drift__urn *urn)
{
    double money = urn->spending ? block_share(urn->blocks) : urn->due;
    money = money_left(money, urn->scale);
    if (urn->spending)
        urn->cash -= money;
    urn->blocks++;
    open_account(urn, urn->tilts ? money * MIXTURE_SHARE : money);
    compact(urn);
    for (uint32_t g = 0; g < urn->tilts; g++)
        urn->tilted[g] += money * (1 - MIXTURE_SHARE) / urn->tilts;
}

/* All that is staked, in a fixed order: four sums side by side. */
static double staked(const drift__urn *urn, const drift__urn_won *won)
{
    double sums[4] = {0};
    for (uint32_t lane = 1; lane <= urn->accounts; lane++)
        for (uint32_t k = 0; k < DRIFT__URN_MIXTURES; k++)
            sums[(lane + 2 * k) % 4] += urn->wealth[k][lane] * won->mixture[k][lane];
    for (uint32_t g = 0; g < urn->tilts; g++)
        sums[g % 4] += urn->tilted[g] * won->tilt[g];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static drift__money money_after(const drift__urn *urn, const drift__urn_won *won)
{
    double cash = money_left(urn->cash, won->scale);
    return (drift__money){cash + staked(urn, won), urn->scale + won->scale};
}

drift__money drift__urn_look(const drift__urn *urn, const uint64_t *counts, drift__urn_won *out_won)
{
    drift__urn_odds(urn, counts, out_won);
    return money_after(urn, out_won);
}

static void multiply_all(drift__urn *urn, double factor)
{
    urn->cash *= factor;
    for (uint32_t k = 0; k < DRIFT__URN_MIXTURES; k++)
        for (uint32_t lane = 1; lane <= urn->accounts; lane++)
            urn->wealth[k][lane] *= factor;
    for (uint32_t g = 0; g < urn->tilts; g++)
        urn->tilted[g] *= factor;
}

/* Keep the sum within 2^-512 .. 2^512, so that the next block cannot leave the range of doubles. */
static void rescale(drift__urn *urn, drift__money money)
{
    while (money.value > 0x1p512) {
        multiply_all(urn, 0x1p-512);
        money.value *= 0x1p-512;
        urn->scale += 512;
    }
    while (urn->scale && money.value < 0x1p-512) {
        int step = urn->scale < 512 ? (int)urn->scale : 512;
        multiply_all(urn, ldexp(1, step));
        money.value = ldexp(money.value, step);
        urn->scale -= (uint64_t)step;
        if (money.value == 0)
            break;
    }
}

/* Page's statistic of each tilt says where it began to win. */
static void follow_change(drift__urn *urn, const drift__urn_won *won, uint64_t rows)
{
    int scale = won->scale < SCALE_FAR ? (int)won->scale : SCALE_FAR;
    for (uint32_t g = 0; g < urn->tilts; g++) {
        double page = urn->page[g] * won->tilt[g];
        page = scale ? ldexp(page, scale) : page;
        if (!(page > 1)) {
            page = 1;
            urn->page_row[g] = urn->rows + rows;
        }
        urn->page[g] = page < 0x1p500 ? page : 0x1p500;
    }
}

void drift__urn_end(drift__urn *urn, const uint64_t *counts, const drift__urn_won *won)
{
    drift__money money = money_after(urn, won);
    uint64_t rows = 0;
    for (uint32_t j = 0; j < urn->cells; j++) {
        urn->seen[j] += counts[j];
        urn->pool[j] = urn->start[j] + (double)urn->seen[j];
        rows += counts[j];
    }
    follow_change(urn, won, rows);
    urn->cash = money_left(urn->cash, won->scale);
    for (uint32_t k = 0; k < DRIFT__URN_MIXTURES; k++)
        for (uint32_t lane = 1; lane <= urn->accounts; lane++)
            urn->wealth[k][lane] *= won->mixture[k][lane];
    for (uint32_t g = 0; g < urn->tilts; g++)
        urn->tilted[g] *= won->tilt[g];
    urn->scale = money.scale;
    urn->rows += rows;
    urn->total = urn->start_total + (double)urn->rows;
    urn->due = (double)rows;
    rescale(urn, money);
}

/* The account with most money. */
static uint32_t richest_account(const drift__urn *urn, double *out_money)
{
    uint32_t best = 1;
    *out_money = 0;
    for (uint32_t lane = 1; lane <= urn->accounts; lane++) {
        double money = urn->wealth[0][lane] + urn->wealth[1][lane];
        if (money > *out_money) {
            *out_money = money;
            best = lane;
        }
    }
    return best;
}

uint64_t drift__urn_change(const drift__urn *urn)
{
    double most, in_tilts = 0;
    uint32_t lane = richest_account(urn, &most), best = 0;
    for (uint32_t g = 0; g < urn->tilts; g++) {
        in_tilts += urn->tilted[g];
        if (urn->tilted[g] > urn->tilted[best])
            best = g;
    }
    if (in_tilts > most)
        return urn->page_row[best];
    return urn->accounts ? urn->opened_row[lane] : 0;
}
