/* SPDX-License-Identifier: Apache-2.0
 *
 * urn_loops.h: the part of loops.h that multiplies likelihoods of rows, accounts and
 * tilts side by side, as many to a vector as the instruction set has, four at most. Each lane goes
 * through the same operations in the same order in every table.
 */
enum { WIDE = LANES < 4 ? LANES : 4, QUARTERS = 4 / WIDE, FEW = 4 };

typedef double wide __attribute__((vector_size(WIDE * 8)));

/* A mask has all bits of a lane, or none. */
typedef int64_t wide_mask __attribute__((vector_size(WIDE * 8)));

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

/* Products over rows, in two chains, because one would wait for its last factor. */
typedef struct chains {
    wide products[2][DRIFT__URN_LANES / WIDE], odds[2][QUARTERS];
} chains;

/* What rows t and n - 1 - t multiply by; `inwards` is t (n - 1 - t), `odds` what both win. */
EACH void take_pair(chains *c, int chain, const wide *ends, const wide *squares, double inwards,
                    int parts, const wide *odds)
{
    EVERY(k, parts)
    c->products[chain][k] *= ends[k] + inwards * squares[k];
    if (odds)
        EVERY(k, QUARTERS)
    c->odds[chain][k] *= odds[k];
}

/*
 * A rising factorial: the product of first + t * step over t = 0 .. n - 1. The first and the last are
 * taken together, and so on inwards: (first + t step) (first + (n - 1 - t) step) =
 * first (first + (n - 1) step) + t (n - 1 - t) step^2. `odds`, or NULL: what each of the rows wins.
 */
EACH void take_many(chains *c, const wide *first, const wide *step, uint64_t n, int parts,
                    const wide *odds)
{
    const double rows = (double)(int64_t)n;
    wide ends[DRIFT__URN_LANES / WIDE], squares[DRIFT__URN_LANES / WIDE], both[QUARTERS];
    EVERY(k, parts)
    {
        ends[k] = first[k] * (first[k] + (rows - 1) * step[k]);
        squares[k] = step[k] * step[k];
        if (n % 2)
            c->products[1][k] *= first[k] + (rows - 1) / 2 * step[k];
    }
    if (odds)
        EVERY(k, QUARTERS)
        {
            both[k] = odds[k] * odds[k];
            if (n % 2)
                c->odds[1][k] *= odds[k];
        }
    const wide *two = odds ? both : NULL;
    double even = 0, uneven = rows - 2; /* t (n - 1 - t) of t = 0, 2, .. and of t = 1, 3, .. */
    double more = 2 * rows - 6;
    uint64_t pairs = n / 2;
    for (; pairs >= 2; pairs -= 2) {
        take_pair(c, 0, ends, squares, even, parts, two);
        take_pair(c, 1, ends, squares, uneven, parts, two);
        even += more;
        uneven += more - 4;
        more -= 8;
    }
    if (pairs)
        take_pair(c, 0, ends, squares, even, parts, two);
}

/* Rows of cells that have few, because a loop for each cell would be foreseen badly. */
typedef struct few_rows {
    uint8_t cells[FEW * DRIFT__URN_CELLS],
        before[FEW * DRIFT__URN_CELLS]; /* the last has room too */
    size_t n;
    wide shares[DRIFT__URN_CELLS][DRIFT__URN_LANES / WIDE];
} few_rows;

EACH void note_few(few_rows *few, uint32_t cell, uint64_t n)
{
    static const uint8_t before[FEW] = {0, 1, 2, 3};
    memset(few->cells + few->n, (int)cell, FEW);
    memcpy(few->before + few->n, before, FEW);
    few->n += n;
}

EACH void take_row(chains *c, int chain, const few_rows *few, size_t i, const wide *step,
                   const double *odds, int parts)
{
    const size_t cell = few->cells[i];
    const double before = few->before[i];
    wide own;
    EVERY(k, parts)
    c->products[chain][k] *= few->shares[cell][k] + before * step[k];
    if (odds)
        EVERY(k, QUARTERS)
        {
            load_wide(&own, odds + 4 * cell + WIDE * k);
            c->odds[chain][k] *= own;
        }
}

EACH void take_few(chains *c, const few_rows *few, const wide *step, const double *odds, int parts)
{
    size_t i = 0;
    for (; i + 2 <= few->n; i += 2) {
        take_row(c, 0, few, i, step, odds, parts);
        take_row(c, 1, few, i + 1, step, odds, parts);
    }
    if (i < few->n)
        take_row(c, 0, few, i, step, odds, parts);
}

EACH void begin_chains(chains *c, int parts)
{
    const wide none = {0};
    EVERY(k, parts)
    c->products[0][k] = c->products[1][k] = none + 1;
    EVERY(k, QUARTERS)
    c->odds[0][k] = c->odds[1][k] = none + 1;
}

/*
 * The rows of cell j multiply a lane by the rising factorial of its share there, all rows divide it by that of
 * its weight. Both are scaled, so that they stay numbers for thousands of rows: a row of cell j by
 * its share in the middle of the block, and each row by a lane's weight there.
 */
EACH int accounts(const drift__urn_block *block, int tilted, double *out_products, double *out_odds)
{
    enum { MOST = DRIFT__URN_LANES / WIDE };
    const int parts = (tilted ? DRIFT__URN_FEW_LANES : DRIFT__URN_LANES) / WIDE, last = parts - 1;
    const double half = (double)(int64_t)block->n / 2, middle = block->total + half;
    wide keep[MOST], pace[MOST], step[MOST], share[MOST], here[MOST], opened, open;
    wide odds[QUARTERS];
    chains above, below;
    few_rows few;
    few.n = 0;
    begin_chains(&above, parts);
    begin_chains(&below, parts);
    EVERY(k, parts)
    {
        load_wide(&opened, block->opened_total + WIDE * k);
        load_wide(&open, block->is_open + WIDE * k);
        load_wide(&keep[k], block->opened_share + WIDE * k);
        keep[k] *= block->strength;
        share[k] = block->total - opened + block->strength * open;
        step[k] = pace[k] = 1 / (share[k] + half);
        share[k] *= pace[k];
    }
    /* The last lane's weight stays what it is. */
    pace[last][WIDE - 1] = 1 / block->total;
    step[last][WIDE - 1] = 0;
    share[last][WIDE - 1] = 1;
    take_many(&below, share, step, block->n, parts, NULL);
    for (uint32_t j = 0; j < block->cells; j++) {
        const double *from = block->opened + (size_t)(WIDE * parts) * j;
        const double pool = block->pool[j];
        const uint64_t rows = block->counts[j];
        EVERY(k, parts)
        {
            load_wide(&opened, from + WIDE * k);
            share[k] = ((pool - opened) + opened * keep[k]) * pace[k];
            few.shares[j][k] = share[k];
        }
        note_few(&few, j, rows <= FEW ? rows : 0);
        if (rows <= FEW)
            continue;
        const double weight = middle / (pool + (double)(int64_t)rows / 2);
        EVERY(k, parts)
        {
            share[k] *= weight;
            here[k] = weight * step[k];
        }
        if (tilted)
            EVERY(k, QUARTERS)
        load_wide(&odds[k], block->odds + 4 * (size_t)j + WIDE * k);
        take_many(&above, share, here, rows, parts, tilted ? odds : NULL);
    }
    take_few(&above, &few, step, tilted ? block->odds : NULL, parts);
    const wide none = {0}, least = none + 0x1p-900;
    wide_mask known = ~(wide_mask)none;
    EVERY(k, parts)
    {
        above.products[0][k] *= above.products[1][k];
        above.products[0][k] /= below.products[0][k] * below.products[1][k];
        known &= (wide_mask)(above.products[0][k] >= least);
    }
    const double by_urn = 1 / above.products[0][0][0];
    EVERY(k, parts)
    {
        above.products[0][k] *= by_urn;
        store_wide(out_products + WIDE * k, &above.products[0][k]);
    }
    if (tilted)
        EVERY(k, QUARTERS)
        {
            above.odds[0][k] *= above.odds[1][k];
            store_wide(out_odds + WIDE * k, &above.odds[0][k]);
        }
    int64_t all = -1;
    EVERY(i, WIDE)
    all &= known[i];
    return all != 0;
}

static int urn_accounts(const drift__urn_block *block, double *out_products, double *out_odds)
{
    return block->odds ? accounts(block, 1, out_products, out_odds)
                       : accounts(block, 0, out_products, out_odds);
}

/*
 * Each size of a tilt is the one before, doubled: the odds, and what the rows make of them, are
 * squared. Each row costs its share of the norm, in all the norm's power of so many rows: taken by
 * halves, before and after what the rows won, so that it stays a number where the product is one.
 */
static void urn_tilts(const drift__urn_block *block, const double *won, double ratio,
                      double *out_products)
{
    enum { SIZES = DRIFT__URN_TILTS / 4 };
    for (int direction = 0; direction < 4; direction += WIDE) {
        wide odds, norms[SIZES], halves[SIZES], products[SIZES], none = {0};
        EVERY(k, SIZES)
        norms[k] = none;
        for (uint32_t j = 0; j < block->cells; j++) {
            const double pool = block->pool[j];
            load_wide(&odds, block->odds + 4 * (size_t)j + direction);
            EVERY(k, SIZES)
            {
                norms[k] += pool * odds;
                odds *= odds;
            }
        }
        load_wide(&odds, won + direction);
        EVERY(k, SIZES)
        {
            norms[k] = block->total / norms[k];
            products[k] = block->n % 2 ? odds * norms[k] : odds;
            halves[k] = none + 1;
            odds *= odds;
        }
        for (uint64_t left = block->n / 2; left; left /= 2) {
            if (left % 2)
                EVERY(k, SIZES)
            halves[k] *= norms[k];
            EVERY(k, SIZES)
            norms[k] *= norms[k];
        }
        EVERY(k, SIZES)
        {
            products[k] = products[k] * halves[k] * halves[k] * ratio;
            store_wide(out_products + 4 * k + direction, &products[k]);
        }
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
