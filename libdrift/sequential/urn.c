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
#include "sequential/spending.h"
#include "sequential/urn_odds.h"

enum { FIRST_OCTAVE = 6, LANES = DRIFT__URN_LANES, SCALE_FAR = 4000u };

/* Of a block's money, where there are tilts. Binary fractions: dealing it out does not round. */
static const double MIXTURE_SHARE = 0.25;
/* Beyond this what the products say is not trusted, because one may be infinite. */
static const double MOST_MONEY = 0x1p1000;
static const double SMALLEST_TILT = 0.125;
enum { DIRECTIONS = 4, TILT_SIZES = DRIFT__URN_TILTS / DIRECTIONS };

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

/* Up and down, of shift and of scale; of two cells up and down only. */
static void set_tilts(drift__urn *urn)
{
    for (uint32_t j = 0; j < urn->cells; j++)
        for (uint32_t d = 0; d < DIRECTIONS; d++) {
            double size = d % 2 ? -SMALLEST_TILT : SMALLEST_TILT;
            urn->odds[j * DIRECTIONS + d] =
                d < urn->directions ? (double)expl((long double)(size * score(urn, j, d >= 2))) : 1;
        }
}

drift_status drift__urn_create(const double *start, uint32_t cells, int ordered, uint64_t paid_rows,
                               const drift_allocator *allocator, drift__urn **out_urn)
{
    uint32_t directions = cells == 2 ? 2 : ordered ? DIRECTIONS : 0;
    uint32_t lanes = directions ? DRIFT__URN_FEW_LANES : DRIFT__URN_LANES;
    size_t numbers = (size_t)cells * (3 + lanes + (directions ? DIRECTIONS : 0));
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
    urn->seen = (uint64_t *)(urn->opened + (size_t)cells * lanes);
    urn->odds = directions ? (double *)(urn->seen + cells) : NULL;
    urn->directions = directions;
    urn->lanes = lanes;
    urn->tilts = directions ? DRIFT__URN_TILTS : 0;
    urn->mixtures = directions ? 1 : DRIFT__URN_MIXTURES;
    for (uint32_t j = 0; j < cells; j++) {
        urn->start[j] = urn->pool[j] = start[j];
        urn->start_total += start[j];
    }
    urn->total = urn->start_total;
    if (directions)
        set_tilts(urn);
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

/* Of the block that is to begin: ages of a class differ by a factor of two, with tilts of four. */
static uint32_t age_class(const drift__urn *urn, uint32_t lane)
{
    uint64_t age = urn->blocks + 1 - urn->opened_block[lane];
    int octave = 63 - __builtin_clzll(age + 1);
    uint32_t class = (uint32_t)(urn->tilts ? (octave + 1) / 2 : octave), oldest = urn->lanes - 3;
    return class < oldest ? class : oldest;
}

/* Close the account at `place` of the order: its money goes to the next newer one, or is carried to the one that will be. */
static void close_account(drift__urn *urn, uint32_t place, double carried[DRIFT__URN_MIXTURES])
{
    uint32_t lane = urn->order[place];
    for (uint32_t k = 0; k < urn->mixtures; k++) {
        *(place + 1 < urn->accounts ? &urn->wealth[k][urn->order[place + 1]] : &carried[k]) +=
            urn->wealth[k][lane];
        urn->wealth[k][lane] = 0;
    }
    urn->opened_total[lane] = urn->opened_share[lane] = urn->is_open[lane] = 0;
    urn->accounts--;
    for (uint32_t i = place; i < urn->accounts; i++)
        urn->order[i] = urn->order[i + 1];
}

/* Of two accounts whose ages are of one class only the older one is kept. */
static void compact(drift__urn *urn, double carried[DRIFT__URN_MIXTURES])
{
    if (urn->accounts < 2)
        return;
    uint32_t class = age_class(urn, urn->order[urn->accounts - 1]);
    for (uint32_t place = urn->accounts - 1; place > 0; place--) {
        uint32_t older = age_class(urn, urn->order[place - 1]);
        if (class == older)
            close_account(urn, place, carried);
        class = older;
    }
}

void drift__urn_open_lane(drift__urn *urn, uint32_t lane, double total)
{
    urn->opened_total[lane] = total;
    urn->opened_share[lane] = 1 / total;
    urn->is_open[lane] = 1;
}

static void open_account(drift__urn *urn, double money, const double carried[DRIFT__URN_MIXTURES])
{
    uint8_t lane = 1;
    while (urn->opened_total[lane] > 0)
        lane++;
    for (uint32_t j = 0; j < urn->cells; j++)
        urn->opened[(size_t)j * urn->lanes + lane] = urn->pool[j];
    drift__urn_open_lane(urn, lane, urn->total);
    urn->opened_block[lane] = urn->blocks;
    urn->opened_row[lane] = urn->rows;
    for (uint32_t k = 0; k < urn->mixtures; k++)
        urn->wealth[k][lane] = money / urn->mixtures + carried[k];
    urn->order[urn->accounts++] = lane;
}

/* value * 2^-scale */
static double money_left(double value, uint64_t scale)
{
    return scale ? ldexp(value, scale < SCALE_FAR ? -(int)scale : -SCALE_FAR) : value;
}

void drift__urn_begin(drift__urn *urn)
{
    double carried[DRIFT__URN_MIXTURES] = {0};
    double money = urn->spending ? drift__block_share(urn->blocks) : urn->due;
    money = money_left(money, urn->scale);
    if (urn->spending) {
        if (money > urn->cash) /* a greater scale has left less of it than a double holds */
            money = urn->cash;
        urn->cash -= money;
    }
    compact(urn, carried);
    urn->blocks++;
    open_account(urn, urn->tilts ? money * MIXTURE_SHARE : money, carried);
    const uint32_t directions = urn->directions;
    double each = directions ? money * (1 - MIXTURE_SHARE) / (directions * TILT_SIZES) : 0;
    const double scale_too = directions == DIRECTIONS ? each : 0;
    for (uint32_t g = 0; g < urn->tilts; g += DIRECTIONS) {
        urn->tilted[g] += each;
        urn->tilted[g + 1] += each;
        urn->tilted[g + 2] += scale_too;
        urn->tilted[g + 3] += scale_too;
    }
}

/* What is left of all bets. */
static double stake(const drift__urn *urn, const drift__kernels *kernels, drift__urn_won *won)
{
    double sum = 0;
    for (uint32_t k = 0; k < urn->mixtures; k++)
        sum += kernels->urn_stake(urn->wealth[k], won->mixture[k], urn->lanes, won->wealth[k]);
    if (urn->tilts)
        sum += kernels->urn_stake(urn->tilted, won->tilt, DRIFT__URN_TILTS, won->tilted);
    return sum;
}

static void look(const drift__urn *urn, uint64_t n, drift__urn_won *won)
{
    const drift__kernels *kernels = drift__kernels_get();
    double sum = -1;
    if (drift__urn_products(urn, kernels, n, won))
        sum = stake(urn, kernels, won);
    if (!(sum >= 0 && sum <= MOST_MONEY)) {
        drift__urn_logarithms(urn, n, won);
        sum = stake(urn, kernels, won);
    }
    won->money = (drift__money){money_left(urn->cash, won->scale) + sum, urn->scale + won->scale};
}

/* Two counters of a cell: a row of the same cell as the one before need not wait for it. */
static void count(const uint8_t *rows, size_t n, uint32_t cells, uint64_t *out_counts)
{
    uint64_t others[DRIFT__URN_CELLS];
    size_t i = 0;
    memset(out_counts, 0, cells * sizeof *out_counts);
    memset(others, 0, cells * sizeof *others);
    for (; i + 2 <= n; i += 2) {
        out_counts[rows[i]]++;
        others[rows[i + 1]]++;
    }
    if (i < n)
        out_counts[rows[i]]++;
    for (uint32_t j = 0; j < cells; j++)
        out_counts[j] += others[j];
}

void drift__urn_look(const drift__urn *urn, const uint8_t *rows, size_t n, drift__urn_won *out_won)
{
    count(rows, n, urn->cells, out_won->counts);
    look(urn, n, out_won);
}

void drift__urn_look_at_counts(const drift__urn *urn, const uint64_t *counts,
                               drift__urn_won *out_won)
{
    uint64_t n = 0;
    for (uint32_t j = 0; j < urn->cells; j++)
        n += out_won->counts[j] = counts[j];
    look(urn, n, out_won);
}

static void multiply_all(drift__urn *urn, double factor)
{
    urn->cash *= factor;
    for (uint32_t k = 0; k < urn->mixtures; k++)
        for (int lane = 0; lane < LANES; lane++)
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

void drift__urn_end(drift__urn *urn, const drift__urn_won *won)
{
    uint64_t rows = 0;
    for (uint32_t j = 0; j < urn->cells; j++) {
        urn->seen[j] += won->counts[j];
        urn->pool[j] = urn->start[j] + (double)(int64_t)urn->seen[j];
        rows += won->counts[j];
    }
    if (urn->tilts)
        drift__kernels_get()->urn_follow(
            urn->page, urn->page_row, won->tilt,
            won->scale ? ldexp(1, won->scale < 500 ? (int)won->scale : 500) : 1,
            (double)(urn->rows + rows), DRIFT__URN_TILTS);
    urn->cash = money_left(urn->cash, won->scale);
    for (uint32_t k = 0; k < urn->mixtures; k++)
        memcpy(urn->wealth[k], won->wealth[k], urn->lanes * sizeof **urn->wealth);
    memcpy(urn->tilted, won->tilted, urn->tilts * sizeof *urn->tilted);
    urn->scale = won->money.scale;
    urn->rows += rows;
    urn->total = urn->start_total + (double)urn->rows;
    urn->due = (double)rows;
    rescale(urn, won->money);
}

/* The account with most money. */
static uint32_t richest_account(const drift__urn *urn, double *out_money)
{
    uint32_t best = urn->order[0];
    *out_money = 0;
    for (uint32_t place = 0; place < urn->accounts; place++) {
        uint32_t lane = urn->order[place];
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
        return (uint64_t)urn->page_row[best];
    return urn->accounts ? urn->opened_row[lane] : 0;
}

uint64_t drift__urn_since(const drift__urn *urn, uint64_t row, uint64_t least, uint64_t *out_counts)
{
    uint32_t chosen = 0;
    memset(out_counts, 0, urn->cells * sizeof *out_counts);
    for (uint32_t place = 0; place < urn->accounts; place++) {
        uint64_t opened = urn->opened_row[urn->order[place]];
        if (place && urn->rows - opened < least)
            break;
        chosen = place;
        if (opened >= row)
            break;
    }
    if (!urn->accounts)
        return 0;
    uint32_t lane = urn->order[chosen];
    for (uint32_t j = 0; j < urn->cells; j++)
        out_counts[j] = (uint64_t)(urn->pool[j] - urn->opened[(size_t)j * urn->lanes + lane] + 0.5);
    return urn->rows - urn->opened_row[lane];
}
