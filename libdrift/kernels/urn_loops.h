/* SPDX-License-Identifier: Apache-2.0
 *
 * urn_loops.h: the part of loops.h that multiplies likelihoods of rows, twelve accounts or sixteen
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
EACH void divide_by_rows(quad products[3], const quad steps[3], size_t n)
{
    const double last = n ? (double)(n - 1) : 0;
    const quad ends_a = 1 + last * steps[0], square_a = steps[0] * steps[0];
    const quad ends_b = 1 + last * steps[1], square_b = steps[1] * steps[1];
    const quad ends_c = 1 + last * steps[2], square_c = steps[2] * steps[2];
    quad a = {1, 1, 1, 1}, b = a, c = a;
    double before = 0, after = last;
    for (size_t pairs = n / 2; pairs; pairs--) {
        double inwards = before * after;
        a *= ends_a + inwards * square_a;
        b *= ends_b + inwards * square_b;
        c *= ends_c + inwards * square_c;
        before += 1;
        after -= 1;
    }
    if (n % 2) {
        a *= 1 + last / 2 * steps[0];
        b *= 1 + last / 2 * steps[1];
        c *= 1 + last / 2 * steps[2];
    }
    products[0] /= a;
    products[1] /= b;
    products[2] /= c;
}

/* A row in cell j multiplies a lane by (share there + rows before it there) and by 1 / (weight + rows before it). */
static void urn_accounts(const drift__urn_rows *block, const double *pool, const double *opened,
                         const double *kept, const double *per_row, double *out_products)
{
    quad factors[DRIFT__URN_CELLS][3], keep[3], step[3], products[3], before;
    for (int k = 0; k < 3; k++) {
        load_quad(&step[k], per_row + 4 * k);
        load_quad(&keep[k], kept + 4 * k);
    }
    for (uint32_t j = 0; j < block->cells; j++) {
        const double *from = opened + (size_t)j * DRIFT__URN_LANES;
        load_quad(&before, from);
        factors[j][0] = ((pool[j] - before) + before * keep[0]) * step[0];
        load_quad(&before, from + 4);
        factors[j][1] = ((pool[j] - before) + before * keep[1]) * step[1];
        load_quad(&before, from + 8);
        factors[j][2] = ((pool[j] - before) + before * keep[2]) * step[2];
    }
    /* Named, so that they stay in registers. */
    const quad step_a = step[0], step_b = step[1], step_c = step[2];
    quad a = {1, 1, 1, 1}, b = a, c = a;
    for (size_t i = 0; i < block->n; i++) {
        quad *factor = factors[block->rows[i]];
        a *= factor[0];
        b *= factor[1];
        c *= factor[2];
        factor[0] += step_a;
        factor[1] += step_b;
        factor[2] += step_c;
    }
    products[0] = a;
    products[1] = b;
    products[2] = c;
    divide_by_rows(products, step, block->n);
    for (int k = 0; k < 3; k++)
        store_quad(out_products + 4 * k, &products[k]);
}

static void urn_tilts(const drift__urn_rows *block, const double *pool, const double *odds,
                      double *out_products)
{
    quad factors[DRIFT__URN_CELLS][4], norm_a = {0, 0, 0, 0}, norm_b = norm_a, norm_c = norm_a,
                                       norm_d = norm_a;
    for (uint32_t j = 0; j < block->cells; j++) {
        const double *from = odds + (size_t)j * DRIFT__URN_TILTS;
        for (int k = 0; k < 4; k++) {
            quad at;
            load_quad(&at, from + 4 * k);
            factors[j][k] = at * pool[j];
        }
        norm_a += factors[j][0];
        norm_b += factors[j][1];
        norm_c += factors[j][2];
        norm_d += factors[j][3];
    }
    norm_a = 1 / norm_a;
    norm_b = 1 / norm_b;
    norm_c = 1 / norm_c;
    norm_d = 1 / norm_d;
    for (uint32_t j = 0; j < block->cells; j++) {
        factors[j][0] *= norm_a;
        factors[j][1] *= norm_b;
        factors[j][2] *= norm_c;
        factors[j][3] *= norm_d;
    }
    quad a = {1, 1, 1, 1}, b = a, c = a, d = a;
    for (size_t i = 0; i < block->n; i++) {
        const quad *factor = factors[block->rows[i]];
        a *= factor[0];
        b *= factor[1];
        c *= factor[2];
        d *= factor[3];
    }
    store_quad(out_products, &a);
    store_quad(out_products + 4, &b);
    store_quad(out_products + 8, &c);
    store_quad(out_products + 12, &d);
}
