/* SPDX-License-Identifier: Apache-2.0
 *
 * shares.c: exact differences of shares.
 */
#include "distance/shares.h"

#include <float.h>
#include <math.h>

drift_status drift__sum_counts(const uint64_t *reference, const uint64_t *current, size_t n,
                               drift__totals *out_totals)
{
    drift__totals totals = {0, 0, 0};
    if (!n || !reference || !current)
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t k = 0; k < n; k++) {
        if (__builtin_add_overflow(totals.reference, reference[k], &totals.reference) ||
            __builtin_add_overflow(totals.current, current[k], &totals.current))
            return DRIFT_ERR_OVERFLOW;
        totals.used += (reference[k] | current[k]) != 0;
    }
    /* Products of two doubled totals must fit 127 bits. */
    if (totals.reference >> 61 || totals.current >> 61)
        return DRIFT_ERR_OVERFLOW;
    if (!totals.reference || !totals.current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    *out_totals = totals;
    return DRIFT_OK;
}

/* Both wholes below 2^31, where products fit 63 bits: the same results, sooner. */
static drift__shares narrow_shares(int64_t a, int64_t b, int64_t whole_a, int64_t whole_b)
{
    return (drift__shares){(double)a / (double)whole_a, (double)b / (double)whole_b,
                           (double)((long double)(a * whole_b - b * whole_a) /
                                    ((long double)whole_a * (long double)whole_b))};
}

static drift__shares wide_shares(drift__int128 a, drift__int128 b, drift__int128 whole_a,
                                 drift__int128 whole_b)
{
    return (drift__shares){(double)a / (double)whole_a, (double)b / (double)whole_b,
                           (double)((long double)(a * whole_b - b * whole_a) /
                                    ((long double)whole_a * (long double)whole_b))};
}

drift__shares drift__cell_shares(uint64_t x, uint64_t y, const drift__totals *totals,
                                 drift_smoothing smoothing)
{
    uint64_t times = smoothing == DRIFT_SMOOTHING_JEFFREYS ? 2 : 1;
    uint64_t added = smoothing == DRIFT_SMOOTHING_JEFFREYS || smoothing == DRIFT_SMOOTHING_LAPLACE;
    uint64_t whole_a = times * totals->reference + added * totals->used;
    uint64_t whole_b = times * totals->current + added * totals->used;
    uint64_t a = times * x + added, b = times * y + added;
    if ((whole_a | whole_b) >> 31 == 0)
        return narrow_shares((int64_t)a, (int64_t)b, (int64_t)whole_a, (int64_t)whole_b);
    return wide_shares(a, b, whole_a, whole_b);
}

static double floor_of(drift_smoothing smoothing, double smallest)
{
    if (smoothing == DRIFT_SMOOTHING_SMALLEST)
        return DBL_MIN;
    return smallest <= 1e-4 ? smallest / 1e6 : 1e-4;
}

drift_status drift__table_of_counts(drift__share_table *out, const uint64_t *reference,
                                    const uint64_t *current, size_t n, drift_smoothing smoothing)
{
    drift__share_table table = {.n = n, .x = reference, .y = current, .smoothing = smoothing};
    if (smoothing > DRIFT_SMOOTHING_ADD)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__sum_counts(reference, current, n, &table.totals);
    if (status)
        return status;
    uint64_t x = UINT64_MAX, y = UINT64_MAX;
    for (size_t k = 0; k < n; k++) {
        x = reference[k] && reference[k] < x ? reference[k] : x;
        y = current[k] && current[k] < y ? current[k] : y;
        table.empty_p += !reference[k] && current[k];
        table.empty_q += reference[k] && !current[k];
    }
    table.floor_p = floor_of(smoothing, (double)x / (double)table.totals.reference);
    table.floor_q = floor_of(smoothing, (double)y / (double)table.totals.current);
    *out = table;
    return DRIFT_OK;
}

drift_status drift__table_of_weights(drift__share_table *out, const double *reference,
                                     const double *current, size_t n, drift_smoothing smoothing)
{
    drift__share_table table = {.n = n, .u = reference, .v = current, .smoothing = smoothing};
    if (!n || !reference || !current || smoothing > DRIFT_SMOOTHING_ADD)
        return DRIFT_ERR_INVALID_ARGUMENT;
    double u = INFINITY, v = INFINITY;
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] >= 0) || !(current[k] >= 0) || isinf(reference[k]) || isinf(current[k]))
            return DRIFT_ERR_INVALID_ARGUMENT;
        table.sum_u += (long double)reference[k];
        table.sum_v += (long double)current[k];
        u = reference[k] > 0 && reference[k] < u ? reference[k] : u;
        v = current[k] > 0 && current[k] < v ? current[k] : v;
        table.totals.used += reference[k] > 0 || current[k] > 0;
        table.empty_p += reference[k] == 0 && current[k] > 0;
        table.empty_q += reference[k] > 0 && current[k] == 0;
    }
    if (!(table.sum_u > 0) || !(table.sum_v > 0))
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    table.floor_p = floor_of(smoothing, (double)((long double)u / table.sum_u));
    table.floor_q = floor_of(smoothing, (double)((long double)v / table.sum_v));
    *out = table;
    return DRIFT_OK;
}

int drift__table_used(const drift__share_table *table, size_t k)
{
    return table->x ? (table->x[k] | table->y[k]) != 0 : table->u[k] > 0 || table->v[k] > 0;
}

/* a d - b c, each product's rounding error given back (Kahan). */
static long double difference_of_products(long double a, long double d, long double b,
                                          long double c)
{
    long double right = b * c, error = fmal(-b, c, right);
    return fmal(a, d, -right) + error;
}

static drift__shares weight_shares(const drift__share_table *table, size_t k)
{
    long double a = (long double)table->u[k], b = (long double)table->v[k];
    long double whole_a = table->sum_u, whole_b = table->sum_v,
                used = (long double)table->totals.used;
    if (table->smoothing == DRIFT_SMOOTHING_JEFFREYS ||
        table->smoothing == DRIFT_SMOOTHING_LAPLACE) {
        long double added = table->smoothing == DRIFT_SMOOTHING_JEFFREYS ? 0.5L : 1;
        a += added;
        b += added;
        whole_a += added * used;
        whole_b += added * used;
    }
    long double difference = difference_of_products(a, whole_b, b, whole_a);
    return (drift__shares){(double)(a / whole_a), (double)(b / whole_b),
                           (double)(difference / whole_a / whole_b)};
}

drift__shares drift__table_shares(const drift__share_table *table, size_t k)
{
    drift__shares s =
        table->x ? drift__cell_shares(table->x[k], table->y[k], &table->totals, table->smoothing)
                 : weight_shares(table, k);
    if (table->smoothing == DRIFT_SMOOTHING_ADD) {
        s.p += 1e-5;
        s.q += 1e-5;
    } else if (table->smoothing >= DRIFT_SMOOTHING_SMALLEST && (s.p == 0 || s.q == 0)) {
        s.p = s.p > 0 ? s.p : table->floor_p;
        s.q = s.q > 0 ? s.q : table->floor_q;
        s.difference = s.p - s.q;
    }
    return s;
}

double drift__folding(double distance, double deviation)
{
    if (!(deviation > 0))
        return 0;
    double z = fabs(distance) / deviation;
    if (z == 0)
        return deviation * 0.7978845608028654;
    /* 2 phi(z) - 2 z P(Z > z) */
    double excess = 0.7978845608028654 * exp(-z * z / 2) - z * erfc(z * 0.7071067811865476);
    return excess > 0 ? deviation * excess : 0;
}
