/* SPDX-License-Identifier: Apache-2.0
 *
 * urn_loops.h: the part of loops.h that multiplies likelihoods of rows, accounts and
 * tilts side by side, four to a vector whatever the instruction set. Each lane goes
 * through the same operations in the same order in every table.
 */
typedef double quad __attribute__((vector_size(32)));

/* Loaded and stored whole where doubles lie: pieces of a vector could not be forwarded to it. */
typedef double lying_quad __attribute__((vector_size(32), aligned(8), may_alias));

/* By address, because not every set can pass such a vector. */
EACH void load_quad(quad *out, const double *from)
{
    *out = *(const lying_quad *)from;
}

EACH void store_quad(double *out, const quad *from)
{
    *(lying_quad *)out = *from;
}

/*
 * Divide by what the rows' numbers make: the divisors of the first and the last row are taken together,
 * and so on inwards; with step s, (1 + t s)(1 + (n - 1 - t) s) = 1 + (n - 1) s + t (n - 1 - t) s^2.
 */
EACH void divide_by_rows(quad products[3], const quad steps[3], size_t n, int quads)
{
    const double last = (double)(int64_t)(n - 1), middle = n % 2 ? last / 2 : 0;
    const quad ends_a = 1 + last * steps[0], square_a = steps[0] * steps[0];
    const quad ends_b = 1 + last * steps[1], square_b = steps[1] * steps[1];
    const quad ends_c = 1 + last * steps[2], square_c = steps[2] * steps[2];
    quad a = 1 + middle * steps[0], b = 1 + middle * steps[1], c = 1 + middle * steps[2];
    double inwards = 0, more = last - 1;
    for (size_t pairs = n / 2; pairs; pairs--) {
        a *= ends_a + inwards * square_a;
        b *= ends_b + inwards * square_b;
        if (quads > 2)
            c *= ends_c + inwards * square_c;
        inwards += more;
        more -= 2;
    }
    products[0] /= a;
    products[1] /= b;
    if (quads > 2)
        products[2] /= c;
}

/*
 * A row in cell j multiplies a lane by (share there + rows before it there) and by 1 / (weight + rows before
 * it). Two chains of rows, because one product would wait for the last; all of a chain is
 * named, so that it stays in registers.
 */
EACH void accounts(const drift__urn_block *block, int tilted, double *out_products,
                   double *out_odds)
{
    enum { QUADS = DRIFT__URN_LANES / 4 };
    quad shares[DRIFT__URN_CELLS][QUADS], keep[QUADS], step[QUADS], opened, open, odds;
    const quad one = {1, 1, 1, 1}, held = {0, 0, 0, 1 / block->held_total};
    const int quads = tilted ? DRIFT__URN_FEW_LANES / 4 : QUADS;
    step[2] = keep[2] = one;
    for (int k = 0; k < quads; k++) {
        load_quad(&opened, block->opened_total + 4 * k);
        load_quad(&open, block->is_open + 4 * k);
        load_quad(&keep[k], block->opened_share + 4 * k);
        keep[k] *= block->strength;
        step[k] = 1 / (block->total - opened + block->strength * open);
    }
    step[quads - 1][3] = 0;
    const quad step_a = step[0], step_b = step[1], step_c = step[2];
    const quad keep_a = keep[0], keep_b = keep[1], keep_c = keep[2];
    for (uint32_t j = 0; j < block->cells; j++) {
        const double *from = block->opened + 4 * (size_t)quads * j;
        const double pool = block->pool[j];
        load_quad(&opened, from);
        shares[j][0] = ((pool - opened) + opened * keep_a) * step_a;
        load_quad(&opened, from + 4);
        shares[j][1] = ((pool - opened) + opened * keep_b) * step_b;
        if (quads > 2) {
            load_quad(&opened, from + 8);
            shares[j][2] = ((pool - opened) + opened * keep_c) * step_c;
        }
        shares[j][quads - 1] += block->held[j] * held;
    }
    quad a = one, b = one, c = one, other_a = one, other_b = one, other_c = one;
    size_t i = 0;
    for (; i + 2 <= block->n; i += 2) {
        const size_t row = block->rows[i], other = block->rows[i + 1];
        const double before = block->before[i], other_before = block->before[i + 1];
        a *= shares[row][0] + before * step_a;
        b *= shares[row][1] + before * step_b;
        other_a *= shares[other][0] + other_before * step_a;
        other_b *= shares[other][1] + other_before * step_b;
        if (tilted) {
            load_quad(&odds, block->odds + 4 * row);
            c *= odds;
            load_quad(&odds, block->odds + 4 * other);
            other_c *= odds;
        } else {
            c *= shares[row][2] + before * step_c;
            other_c *= shares[other][2] + other_before * step_c;
        }
    }
    if (i < block->n) {
        const size_t row = block->rows[i];
        const double before = block->before[i];
        a *= shares[row][0] + before * step_a;
        b *= shares[row][1] + before * step_b;
        if (tilted) {
            load_quad(&odds, block->odds + 4 * row);
            c *= odds;
        } else {
            c *= shares[row][2] + before * step_c;
        }
    }
    quad products[QUADS] = {a * other_a, b * other_b, c * other_c};
    if (tilted)
        store_quad(out_odds, &products[2]);
    divide_by_rows(products, step, block->n, quads);
    for (int k = 0; k < quads; k++)
        store_quad(out_products + 4 * k, &products[k]);
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
    quad odds;
    quad norm_a = {0}, norm_b = {0}, norm_c = {0}, norm_d = {0};
    for (uint32_t j = 0; j < block->cells; j++) {
        const double held = block->held[j];
        load_quad(&odds, block->odds + 4 * (size_t)j);
        norm_a += held * odds;
        odds *= odds;
        norm_b += held * odds;
        odds *= odds;
        norm_c += held * odds;
        odds *= odds;
        norm_d += held * odds;
    }
    norm_a = block->held_total / norm_a;
    norm_b = block->held_total / norm_b;
    norm_c = block->held_total / norm_c;
    norm_d = block->held_total / norm_d;
    quad a, b, c, d;
    load_quad(&odds, won);
    a = ratio * odds;
    odds *= odds;
    b = ratio * odds;
    odds *= odds;
    c = ratio * odds;
    odds *= odds;
    d = ratio * odds;
    for (size_t left = block->n; left; left /= 2) {
        if (left % 2) {
            a *= norm_a;
            b *= norm_b;
            c *= norm_c;
            d *= norm_d;
        }
        norm_a *= norm_a;
        norm_b *= norm_b;
        norm_c *= norm_c;
        norm_d *= norm_d;
    }
    store_quad(out_products, &a);
    store_quad(out_products + 4, &b);
    store_quad(out_products + 8, &c);
    store_quad(out_products + 12, &d);
}

static double urn_stake(const double *money, const double *factors, size_t n, double *out_money)
{
    quad sum = {0}, at, factor;
    for (size_t i = 0; i < n; i += 4) {
        load_quad(&at, money + i);
        load_quad(&factor, factors + i);
        at *= factor;
        store_quad(out_money + i, &at);
        sum += at;
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* A mask has all bits of a lane, or none. */
typedef int64_t quad_mask __attribute__((vector_size(32)));

/* Lane by lane `yes` where the mask is set, else `no`. */
EACH void choose_quad(quad *out, const quad_mask *mask, const quad *yes, const quad *no)
{
    *out = (quad)((*mask & (quad_mask)*yes) | (~*mask & (quad_mask)*no));
}

static void urn_follow(double *page, double *page_row, const double *factors, double scale,
                       double row, size_t n)
{
    const quad one = {1, 1, 1, 1}, most = 0x1p500 * one, now = row * one;
    quad at, factor, from;
    for (size_t i = 0; i < n; i += 4) {
        load_quad(&at, page + i);
        load_quad(&factor, factors + i);
        load_quad(&from, page_row + i);
        at *= factor * scale;
        const quad_mask wins = (quad_mask)(at > one);
        choose_quad(&from, &wins, &from, &now);
        choose_quad(&at, &wins, &at, &one);
        const quad_mask small = (quad_mask)(at < most);
        choose_quad(&at, &small, &at, &most);
        store_quad(page + i, &at);
        store_quad(page_row + i, &from);
    }
}
