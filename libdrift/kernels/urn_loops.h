/* SPDX-License-Identifier: Apache-2.0
 *
 * urn_loops.h: the part of loops.h that multiplies likelihoods of rows, accounts and
 * tilts side by side, as many to a vector as the instruction set has, four at most. Each lane goes
 * through the same operations in the same order in every table.
 */
enum { WIDE = LANES < 4 ? LANES : 4, QUARTERS = 4 / WIDE };

typedef double wide __attribute__((vector_size(WIDE * 8)));

/* Loaded and stored whole where doubles lie: pieces of a vector could not be forwarded to it. */
typedef double lying_wide __attribute__((vector_size(WIDE * 8), aligned(8), may_alias));

/* Parts of arrays of so many vectors are registers only where all loops over them are laid out. */
#define EVERY(k, count) UNROLL for (int k = 0; k < (count); k++)

/* By address, because not every set can pass such a vector. */
EACH void load_wide(wide *out, const double *from)
{
    *out = *(const lying_wide *)from;
}

EACH void store_wide(double *out, const wide *from)
{
    *(lying_wide *)out = *from;
}

/*
 * Divide by what the rows' numbers make: the divisors of the first and the last row are taken together,
 * and so on inwards; with step s, (1 + t s)(1 + (n - 1 - t) s) = 1 + (n - 1) s + t (n - 1 - t) s^2.
 */
EACH void divide_by_rows(wide *products, const wide *steps, size_t n, int parts)
{
    const double last = (double)(int64_t)(n - 1), middle = n % 2 ? last / 2 : 0;
    wide ends[DRIFT__URN_LANES / WIDE], squares[DRIFT__URN_LANES / WIDE],
        divisors[DRIFT__URN_LANES / WIDE];
    EVERY(k, parts)
    {
        ends[k] = 1 + last * steps[k];
        squares[k] = steps[k] * steps[k];
        divisors[k] = 1 + middle * steps[k];
    }
    double inwards = 0, more = last - 1;
    for (size_t pairs = n / 2; pairs; pairs--) {
        EVERY(k, parts)
        divisors[k] *= ends[k] + inwards * squares[k];
        inwards += more;
        more -= 2;
    }
    EVERY(k, parts)
    products[k] /= divisors[k];
}

/* What a row multiplies by: its share and its odds. */
EACH void take_row(const drift__urn_block *block, size_t i, wide (*shares)[DRIFT__URN_LANES / WIDE],
                   const wide *steps, int parts, wide *products, int tilted, wide *won)
{
    const size_t row = block->rows[i];
    const double before = block->before[i];
    wide odds;
    EVERY(k, parts)
    products[k] *= shares[row][k] + before * steps[k];
    if (tilted)
        EVERY(k, QUARTERS)
        {
            load_wide(&odds, block->odds + 4 * row + WIDE * k);
            won[k] *= odds;
        }
}

/*
 * A row in cell j multiplies a lane by (share there + rows before it there) and by 1 / (weight + rows before
 * it). Two chains of rows, because one product would wait for the last.
 */
EACH void accounts(const drift__urn_block *block, int tilted, double *out_products,
                   double *out_odds)
{
    enum { MOST = DRIFT__URN_LANES / WIDE };
    const int parts = (tilted ? DRIFT__URN_FEW_LANES : DRIFT__URN_LANES) / WIDE;
    wide shares[DRIFT__URN_CELLS][MOST], keep[MOST], step[MOST], opened, open, held = {0};
    wide products[MOST], others[MOST], won[QUARTERS], other_won[QUARTERS];
    EVERY(k, parts)
    {
        load_wide(&opened, block->opened_total + WIDE * k);
        load_wide(&open, block->is_open + WIDE * k);
        load_wide(&keep[k], block->opened_share + WIDE * k);
        keep[k] *= block->strength;
        step[k] = 1 / (block->total - opened + block->strength * open);
        products[k] = others[k] = held + 1;
    }
    EVERY(k, QUARTERS)
    won[k] = other_won[k] = held + 1;
    step[parts - 1][WIDE - 1] = 0;
    held[WIDE - 1] = 1 / block->held_total;
    for (uint32_t j = 0; j < block->cells; j++) {
        const double *from = block->opened + (size_t)(WIDE * parts) * j;
        const double pool = block->pool[j];
        EVERY(k, parts)
        {
            load_wide(&opened, from + WIDE * k);
            shares[j][k] = ((pool - opened) + opened * keep[k]) * step[k];
        }
        shares[j][parts - 1] += block->held[j] * held;
    }
    size_t i = 0;
    for (; i + 2 <= block->n; i += 2) {
        take_row(block, i, shares, step, parts, products, tilted, won);
        take_row(block, i + 1, shares, step, parts, others, tilted, other_won);
    }
    if (i < block->n)
        take_row(block, i, shares, step, parts, products, tilted, won);
    EVERY(k, parts)
    products[k] *= others[k];
    divide_by_rows(products, step, block->n, parts);
    EVERY(k, parts)
    store_wide(out_products + WIDE * k, &products[k]);
    if (tilted)
        EVERY(k, QUARTERS)
        {
            won[k] *= other_won[k];
            store_wide(out_odds + WIDE * k, &won[k]);
        }
}

static void urn_accounts(const drift__urn_block *block, double *out_products, double *out_odds)
{
    if (block->odds)
        accounts(block, 1, out_products, out_odds);
    else
        accounts(block, 0, out_products, out_odds);
}

/*
 * Each size of a tilt is the one before, doubled: the odds, and what the rows make of them, are squared. Then each
 * row costs its share of the norm, in all the norm's power of so many rows.
 */
static void urn_tilts(const drift__urn_block *block, const double *won, double ratio,
                      double *out_products)
{
    enum { SIZES = DRIFT__URN_TILTS / 4 };
    for (int direction = 0; direction < 4; direction += WIDE) {
        wide odds, norms[SIZES], products[SIZES], none = {0};
        EVERY(k, SIZES)
        norms[k] = none;
        for (uint32_t j = 0; j < block->cells; j++) {
            const double held = block->held[j];
            load_wide(&odds, block->odds + 4 * (size_t)j + direction);
            EVERY(k, SIZES)
            {
                norms[k] += held * odds;
                odds *= odds;
            }
        }
        load_wide(&odds, won + direction);
        EVERY(k, SIZES)
        {
            norms[k] = block->held_total / norms[k];
            products[k] = ratio * odds;
            odds *= odds;
        }
        for (size_t left = block->n; left; left /= 2) {
            if (left % 2)
                EVERY(k, SIZES)
            products[k] *= norms[k];
            EVERY(k, SIZES)
            norms[k] *= norms[k];
        }
        EVERY(k, SIZES)
        store_wide(out_products + 4 * k + direction, &products[k]);
    }
}

static double urn_stake(const double *money, const double *factors, size_t n, double *out_money)
{
    double sums[4];
    for (int quarter = 0; quarter < 4; quarter += WIDE) {
        wide sum = {0}, at, factor;
        for (size_t i = (size_t)quarter; i < n; i += 4) {
            load_wide(&at, money + i);
            load_wide(&factor, factors + i);
            at *= factor;
            store_wide(out_money + i, &at);
            sum += at;
        }
        store_wide(sums + quarter, &sum);
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* A mask has all bits of a lane, or none. */
typedef int64_t wide_mask __attribute__((vector_size(WIDE * 8)));

/* Lane by lane `yes` where the mask is set, else `no`. */
EACH void choose_wide(wide *out, const wide_mask *mask, const wide *yes, const wide *no)
{
    *out = (wide)((*mask & (wide_mask)*yes) | (~*mask & (wide_mask)*no));
}

static void urn_follow(double *page, double *page_row, const double *factors, double scale,
                       double row, size_t n)
{
    const wide none = {0}, one = none + 1, most = none + 0x1p500, now = none + row;
    wide at, factor, from;
    for (size_t i = 0; i < n; i += WIDE) {
        load_wide(&at, page + i);
        load_wide(&factor, factors + i);
        load_wide(&from, page_row + i);
        at *= factor * scale;
        const wide_mask wins = (wide_mask)(at > one);
        choose_wide(&from, &wins, &from, &now);
        choose_wide(&at, &wins, &at, &one);
        const wide_mask small = (wide_mask)(at < most);
        choose_wide(&at, &small, &at, &most);
        store_wide(page + i, &at);
        store_wide(page_row + i, &from);
    }
}
