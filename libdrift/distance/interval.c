/* SPDX-License-Identifier: Apache-2.0
 *
 * interval.c: 95 % sampling intervals. Near 0 every smooth divergence, suitably
 * scaled, is noncentral chi-square with noncentrality = scale * population
 * value; inverting that law gives an interval that knows about 0. Away from it
 * the delta method about the debiased value is the better approximation. In
 * thin cells the expectation when nothing changed comes from the moments of
 * Poisson counts to the second order.
 */
#include <math.h>

#include "core/tails.h"
#include "distance/shares.h"

static const double NORMAL_95 = 1.9599639845400545;

/* Standard deviation of p - q. */
static double difference_deviation(drift__shares s, const drift__totals *totals)
{
    return sqrt(s.p * (1 - s.p) / (double)totals->reference +
                s.q * (1 - s.q) / (double)totals->current);
}

/* Derivatives of a divergence with respect to p_k and q_k. */
static void gradient(drift_divergence which, drift__shares s, double *by_p, double *by_q)
{
    double ratio = s.p / s.q, middle = (s.p + s.q) / 2;
    switch (which) {
    case DRIFT_DIVERGENCE_PSI:
        *by_p = log(ratio) + 1 - 1 / ratio;
        *by_q = -log(ratio) + 1 - ratio;
        return;
    case DRIFT_DIVERGENCE_KL:
        *by_p = log(ratio) + 1;
        *by_q = -ratio;
        return;
    case DRIFT_DIVERGENCE_JS:
        *by_p = log(s.p / middle) / 2;
        *by_q = log(s.q / middle) / 2;
        return;
    case DRIFT_DIVERGENCE_HELLINGER: /* of its square */
        *by_p = (1 - 1 / sqrt(ratio)) / 2;
        *by_q = (1 - sqrt(ratio)) / 2;
        return;
    case DRIFT_DIVERGENCE_TOTAL_VARIATION:
        *by_p = s.difference > 0 ? 0.5 : s.difference < 0 ? -0.5 : 0;
        *by_q = -*by_p;
        return;
    default:
        return;
    }
}

/* Variance of a cell's term to the second order: half the squares of its second derivatives. */
static double curved(drift_divergence which, drift__shares s, const drift__totals *totals)
{
    double by_pp = 0, by_qq = 0, by_pq = 0, both = s.p + s.q, root = sqrt(s.p * s.q);
    double p = s.p * (1 - s.p) / (double)totals->reference;
    double q = s.q * (1 - s.q) / (double)totals->current;
    if (which == DRIFT_DIVERGENCE_JS) {
        by_pp = s.q / (2 * s.p * both);
        by_qq = s.p / (2 * s.q * both);
        by_pq = 1 / (2 * both);
    } else if (which == DRIFT_DIVERGENCE_HELLINGER) {
        by_pp = s.q / (4 * s.p * root);
        by_qq = s.p / (4 * s.q * root);
        by_pq = 1 / (4 * root);
    }
    return (by_pp * by_pp * p * p + by_qq * by_qq * q * q) / 2 + by_pq * by_pq * p * q;
}

/* Variance of the value by the delta method, and what its second order adds. */
static double variance_of(drift_divergence which, const uint64_t *reference,
                          const uint64_t *current, size_t n, const drift__totals *totals,
                          double *out_second)
{
    double mean_p = 0, mean_q = 0, square_p = 0, square_q = 0, second = 0;
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        double by_p = 0, by_q = 0;
        drift__shares s =
            drift__cell_shares(reference[k], current[k], totals, DRIFT_SMOOTHING_JEFFREYS);
        gradient(which, s, &by_p, &by_q);
        mean_p += s.p * by_p;
        mean_q += s.q * by_q;
        square_p += s.p * by_p * by_p;
        square_q += s.q * by_q * by_q;
        second += curved(which, s, totals);
    }
    double variance = (square_p - mean_p * mean_p) / (double)totals->reference +
                      (square_q - mean_q * mean_q) / (double)totals->current;
    *out_second = second;
    return variance > 0 ? variance : 0;
}

/*
 * What chance adds to total variation: low takes off more than the differences found say, high less.
 * How much more and less, in standard deviations, is chosen for coverage (the bench of intervals).
 */
static void variation_noise(const uint64_t *reference, const uint64_t *current, size_t n,
                            const drift__totals *totals, double *out_low, double *out_high)
{
    double low = 0, high = 0;
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        drift__shares s =
            drift__cell_shares(reference[k], current[k], totals, DRIFT_SMOOTHING_JEFFREYS);
        double deviation = difference_deviation(s, totals);
        low += drift__folding(fmax(0, fabs(s.difference) - 0.85 * deviation), deviation);
        high += drift__folding(fabs(s.difference) + 0.1 * deviation, deviation);
    }
    *out_low = low / 2;
    *out_high = high / 2;
}

static double scale_of(drift_divergence which, double g)
{
    switch (which) {
    case DRIFT_DIVERGENCE_PSI:
        return 1 / g;
    case DRIFT_DIVERGENCE_KL:
        return 2 / g;
    default:
        return 8 / g; /* Jensen-Shannon and the square of Hellinger */
    }
}

/* The pieces of a cell's expectation when nothing changed: its share and 1 / expected counts. */
typedef struct thin_cell {
    double share, a, b,
        shift; /* shift: what Jeffreys smoothing adds to the count, (1 - B share) / 2 */
} thin_cell;

/* E[kl term] to the second order in 1 / expected count, from Poisson moments. */
static double kl_noise(thin_cell c, double cells)
{
    double k = c.shift, shrunk = cells * c.share;
    double first = (c.a + c.b) * (1 - c.share) / 2;
    double by_a = (k * k - shrunk) / 2 - (1 + 3 * k) / 6 + 0.25;
    double by_b = (k * k - shrunk) / 2 - (1 + 3 * k) / 3 + 0.75;
    return c.share * (first + by_a * c.a * c.a + by_b * c.b * c.b + (k / 2 - k * k) * c.a * c.b);
}

static double js_noise(thin_cell c)
{
    double first = (c.a + c.b) * (1 - c.share);
    return c.share / 8 * (first + 0.375 * (c.a * c.a + c.b * c.b) - 0.25 * c.a * c.b);
}

/* 1 - E sqrt(x / mean) of a count with this mean. */
static double root_loss(double inverse, double share)
{
    return inverse * (1 - share) / 8 + inverse * inverse * 7 / 128 +
           inverse * inverse * inverse * 75 / 1024;
}

static double hellinger_noise(double p, double q, double a, double b)
{
    double loss_p = root_loss(a, p), loss_q = root_loss(b, q);
    return sqrt(p) * sqrt(q) * (loss_p + loss_q - loss_p * loss_q);
}

/* Expected value when nothing changed, in cells however thin. */
static double null_noise(drift_divergence which, const uint64_t *reference, const uint64_t *current,
                         size_t n, const drift__totals *totals)
{
    double whole[2] = {(double)totals->reference, (double)totals->current}, sum = 0;
    double cells = (double)totals->used;
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        double share = ((double)reference[k] + (double)current[k]) / (whole[0] + whole[1]);
        thin_cell c = {share, 1 / (share * whole[0]), 1 / (share * whole[1]),
                       (1 - cells * share) / 2};
        /* Below a count of one the series in its inverse say nothing. */
        c.a = c.a < 1 ? c.a : 1;
        c.b = c.b < 1 ? c.b : 1;
        if (which == DRIFT_DIVERGENCE_KL)
            sum += kl_noise(c, cells);
        else if (which == DRIFT_DIVERGENCE_JS)
            sum += js_noise(c);
        else
            sum += hellinger_noise(share, share, c.a, c.b);
    }
    return sum;
}

/*
 * A cell's part of the expected excess away from 0, to the second order in the shares' errors. In
 * PSI and KL Jeffreys smoothing makes that of the logarithms the same in every cell, and moves the
 * shares they are weighted with by (1 - B share) / 2 counts.
 */
static double cell_noise(drift_divergence which, drift__shares s, const drift__totals *totals)
{
    double by_p = 1 / (double)totals->reference, by_q = 1 / (double)totals->current;
    double cells = (double)totals->used, even = (cells - 1) / cells * (by_p + by_q);
    double moved_p = (1 - cells * s.p) / 2 * by_p, moved_q = (1 - cells * s.q) / 2 * by_q;
    switch (which) {
    case DRIFT_DIVERGENCE_PSI:
        return even + (moved_p - moved_q) * log(s.p / s.q);
    case DRIFT_DIVERGENCE_KL:
        return even / 2 + moved_p * log(s.p / s.q);
    case DRIFT_DIVERGENCE_JS:
        return (s.q * (1 - s.p) * by_p + s.p * (1 - s.q) * by_q) / (s.p + s.q) / 4;
    default:
        return hellinger_noise(s.p, s.q, by_p / s.p, by_q / s.q);
    }
}

static double noise(drift_divergence which, const uint64_t *reference, const uint64_t *current,
                    size_t n, const drift__totals *totals)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        if (reference[k] | current[k])
            sum += cell_noise(
                which,
                drift__cell_shares(reference[k], current[k], totals, DRIFT_SMOOTHING_JEFFREYS),
                totals);
    return sum;
}

static drift_status point(drift_divergence which, const uint64_t *reference,
                          const uint64_t *current, size_t n, double *out_value)
{
    drift_status status;
    switch (which) {
    case DRIFT_DIVERGENCE_PSI:
        return drift_psi(reference, current, n, DRIFT_SMOOTHING_JEFFREYS, out_value);
    case DRIFT_DIVERGENCE_KL:
        return drift_kl(reference, current, n, DRIFT_SMOOTHING_JEFFREYS, out_value);
    case DRIFT_DIVERGENCE_JS:
        return drift_js(reference, current, n, out_value);
    case DRIFT_DIVERGENCE_HELLINGER:
        status = drift_hellinger(reference, current, n, out_value);
        *out_value *= *out_value;
        return status;
    case DRIFT_DIVERGENCE_TOTAL_VARIATION:
        return drift_total_variation(reference, current, n, out_value);
    default:
        return DRIFT_ERR_UNSUPPORTED;
    }
}

typedef struct interval {
    double low, high;
} interval;

/*
 * The noncentral chi-square law inverted. What the value exceeds its mean by when nothing changed is
 * shifted to the law's; where the delta method says the value varies more, the ends move out by as much.
 */
static interval near_zero(double excess, double df, double variance)
{
    double scaled = excess + df > 0 ? excess + df : 0, middle = excess > 0 ? excess : 0;
    double low = drift__chi_square_noncentrality(0.975, scaled, df);
    double high = drift__chi_square_noncentrality(0.025, scaled, df);
    double known = 2 * df + 4 * middle, found = 2 * df + variance;
    double wider = middle > 0 && found > known ? sqrt(found / known) : 1;
    return (interval){low < middle ? middle - (middle - low) * wider : low,
                      high > middle ? middle + (high - middle) * wider : high};
}

static drift_status smooth_interval(drift_divergence which, const uint64_t *reference,
                                    const uint64_t *current, size_t n, const drift__totals *totals,
                                    double value, interval *out)
{
    double g = 1 / (double)totals->reference + 1 / (double)totals->current;
    double df = totals->used > 1 ? (double)totals->used - 1 : 1, debiased = 0;
    double scale = scale_of(which, g), second;
    double variance = variance_of(which, reference, current, n, totals, &second);
    if (value * scale - df > 4 * df + 40) {
        double middle = value - noise(which, reference, current, n, totals);
        double spread = sqrt(variance + second);
        *out = (interval){middle - NORMAL_95 * spread, middle + NORMAL_95 * spread};
        return DRIFT_OK;
    }
    if (which == DRIFT_DIVERGENCE_PSI) {
        drift_status status = drift_psi_debiased(reference, current, n, &debiased);
        if (status)
            return status;
    } else {
        debiased = value - null_noise(which, reference, current, n, totals);
    }
    *out = near_zero(debiased * scale, df, variance * scale * scale);
    out->low /= scale;
    out->high /= scale;
    return DRIFT_OK;
}

static interval variation_interval(const uint64_t *reference, const uint64_t *current, size_t n,
                                   const drift__totals *totals, double value)
{
    double low, high, second;
    double spread = NORMAL_95 * sqrt(variance_of(DRIFT_DIVERGENCE_TOTAL_VARIATION, reference,
                                                 current, n, totals, &second));
    variation_noise(reference, current, n, totals, &low, &high);
    return (interval){value - low - spread, value - high + spread};
}

drift_status drift_divergence_interval(drift_divergence which, const uint64_t *reference,
                                       const uint64_t *current, size_t n, double *out_low,
                                       double *out_high)
{
    drift__totals totals;
    double value = 0;
    interval found = {0, 0};
    if (!out_low || !out_high)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__sum_counts(reference, current, n, &totals);
    if (!status)
        status = point(which, reference, current, n, &value);
    if (!status && which == DRIFT_DIVERGENCE_TOTAL_VARIATION)
        found = variation_interval(reference, current, n, &totals, value);
    else if (!status)
        status = smooth_interval(which, reference, current, n, &totals, value, &found);
    if (status)
        return status;
    double low = found.low > 0 ? found.low : 0;
    double high = found.high > low ? found.high : low;
    int root = which == DRIFT_DIVERGENCE_HELLINGER;
    *out_low = root ? sqrt(low) : low;
    *out_high = root ? sqrt(high) : high;
    return DRIFT_OK;
}
