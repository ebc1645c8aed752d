/* SPDX-License-Identifier: Apache-2.0
 *
 * interval.c: 95 % sampling intervals. Near 0 every smooth divergence, suitably
 * scaled, is noncentral chi-square with noncentrality = scale * population
 * value; inverting that law gives an interval that knows about 0. Away from it
 * the delta method about the debiased value is the better approximation. In
 * thin cells the expectation when nothing changed comes from the moments of
 * Poisson counts to the second order. One walk over the cells serves all
 * divergences asked for, because they share the cells' shares and logarithms.
 */
#include <math.h>
#include <string.h>

#include "core/tails.h"
#include "distance/estimate.h"

static const double NORMAL_95 = 1.9599639845400545;

/* One cell as all divergences see it. */
typedef struct cell {
    drift__shares plain, smooth;     /* smooth: by Jeffreys, so that neither share is 0 */
    double ratio, inverse;           /* p / q and q / p, smooth */
    double log_ratio, root;          /* ln and square root of the ratio */
    double by_sum;                   /* 1 / (p + q), smooth */
    double joint;                    /* share of both samples together */
    double by_reference, by_current; /* 1 / total */
    double used, by_used;            /* cells in use, and 1 / that */
} cell;

/* Sums over the cells, of one divergence. */
typedef struct tally {
    double value;
    double mean_p, mean_q, square_p, square_q; /* of its derivatives by the shares */
    double second;                             /* what the second order adds to the variance */
    double null_noise, noise; /* what chance adds when nothing changed; away from 0 */
} tally;

/* Standard deviation of p - q. */
static double difference_deviation(const cell *c)
{
    const drift__shares *s = &c->smooth;
    return sqrt(s->p * (1 - s->p) * c->by_reference + s->q * (1 - s->q) * c->by_current);
}

/* Derivatives of a divergence with respect to the cell's shares. */
static void gradient(drift_divergence which, const cell *c, double *by_p, double *by_q)
{
    const drift__shares *s = &c->smooth;
    switch (which) {
    case DRIFT_DIVERGENCE_PSI:
        *by_p = c->log_ratio + 1 - c->inverse;
        *by_q = -c->log_ratio + 1 - c->ratio;
        return;
    case DRIFT_DIVERGENCE_KL:
        *by_p = c->log_ratio + 1;
        *by_q = -c->ratio;
        return;
    case DRIFT_DIVERGENCE_JS: /* ln of p and of q over their mean */
        *by_p = log1p(s->difference * c->by_sum) / 2;
        *by_q = *by_p - c->log_ratio / 2;
        return;
    case DRIFT_DIVERGENCE_HELLINGER: /* of its square */
        *by_p = (1 - c->root * c->inverse) / 2;
        *by_q = (1 - c->root) / 2;
        return;
    default: /* total variation */
        *by_p = s->difference > 0 ? 0.5 : s->difference < 0 ? -0.5 : 0;
        *by_q = -*by_p;
        return;
    }
}

/* Variance of a cell's term to the second order: half the squares of its second derivatives. */
static double curved(drift_divergence which, const cell *c)
{
    const drift__shares *s = &c->smooth;
    double p = s->p * (1 - s->p) * c->by_reference;
    double q = s->q * (1 - s->q) * c->by_current;
    double by_pq; /* the others are this times -q / p and -p / q */
    if (which == DRIFT_DIVERGENCE_JS)
        by_pq = c->by_sum / 2;
    else if (which == DRIFT_DIVERGENCE_HELLINGER)
        by_pq = c->root * c->inverse / s->q / 4;
    else
        return 0;
    p *= c->inverse;
    q *= c->ratio;
    return by_pq * by_pq * ((p * p + q * q) / 2 + p * q);
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

/* root: of the product of both shares. */
static double hellinger_noise(double p, double q, double root, double a, double b)
{
    double loss_p = root_loss(a, p), loss_q = root_loss(b, q);
    return root * (loss_p + loss_q - loss_p * loss_q);
}

/* Expected part of a cell when nothing changed, however thin it is. */
static double null_noise(drift_divergence which, const cell *c)
{
    double inverse = 1 / c->joint;
    thin_cell thin = {c->joint, c->by_reference * inverse, c->by_current * inverse,
                      (1 - c->used * c->joint) / 2};
    /* Below a count of one the series in its inverse say nothing. */
    thin.a = thin.a < 1 ? thin.a : 1;
    thin.b = thin.b < 1 ? thin.b : 1;
    switch (which) {
    case DRIFT_DIVERGENCE_KL:
        return kl_noise(thin, c->used);
    case DRIFT_DIVERGENCE_JS:
        return js_noise(thin);
    case DRIFT_DIVERGENCE_HELLINGER:
        return hellinger_noise(c->joint, c->joint, c->joint, thin.a, thin.b);
    default: /* of PSI by drift__psi_expected */
        return 0;
    }
}

/*
 * A cell's part of the expected excess away from 0, to the second order in the shares' errors. In
 * PSI and KL Jeffreys smoothing makes that of the logarithms the same in every cell, and moves the
 * shares they are weighted with by (1 - B share) / 2 counts.
 */
static double noise(drift_divergence which, const cell *c)
{
    const drift__shares *s = &c->smooth;
    double by_p = c->by_reference, by_q = c->by_current, cells = c->used;
    double even = (1 - c->by_used) * (by_p + by_q);
    double moved_p = (1 - cells * s->p) / 2 * by_p, moved_q = (1 - cells * s->q) / 2 * by_q;
    switch (which) {
    case DRIFT_DIVERGENCE_PSI:
        return even + (moved_p - moved_q) * c->log_ratio;
    case DRIFT_DIVERGENCE_KL:
        return even / 2 + moved_p * c->log_ratio;
    case DRIFT_DIVERGENCE_JS:
        return (s->q * (1 - s->p) * by_p + s->p * (1 - s->q) * by_q) * c->by_sum / 4;
    default:
        return hellinger_noise(s->p, s->q, s->q * c->root, by_p / s->p, by_q / s->q);
    }
}

static double term(drift_divergence which, const cell *c)
{
    switch (which) {
    case DRIFT_DIVERGENCE_PSI:
        return c->smooth.difference * c->log_ratio;
    case DRIFT_DIVERGENCE_KL:
        return drift__kl_term(c->smooth);
    case DRIFT_DIVERGENCE_JS:
        return drift__js_term(c->plain);
    case DRIFT_DIVERGENCE_HELLINGER:
        return drift__hellinger_term(c->plain);
    default:
        return fabs(c->plain.difference) / 2;
    }
}

/*
 * What chance adds to total variation: low takes off more than the differences found say, high less.
 * How much more and less, in standard deviations, is chosen for coverage (the bench of intervals).
 */
static void add_folding(const cell *c, double *low, double *high)
{
    double size = fabs(c->smooth.difference), deviation = difference_deviation(c);
    *low += drift__folding(fmax(0, size - 0.85 * deviation), deviation) / 2;
    *high += drift__folding(size + 0.1 * deviation, deviation) / 2;
}

static void add_cell(drift_divergence which, const cell *c, tally *sums)
{
    double by_p, by_q, p = c->smooth.p, q = c->smooth.q;
    gradient(which, c, &by_p, &by_q);
    sums->value += term(which, c);
    sums->mean_p += p * by_p;
    sums->mean_q += q * by_q;
    sums->square_p += p * by_p * by_p;
    sums->square_q += q * by_q * by_q;
    if (which == DRIFT_DIVERGENCE_TOTAL_VARIATION) {
        add_folding(c, &sums->null_noise, &sums->noise);
        return;
    }
    sums->second += curved(which, c);
    sums->null_noise += null_noise(which, c);
    sums->noise += noise(which, c);
}

static void add_cells(const uint64_t *reference, const uint64_t *current, size_t n,
                      const drift__totals *totals, unsigned wanted, tally sums[DRIFT__ESTIMATED])
{
    cell c = {.by_reference = 1 / (double)totals->reference,
              .by_current = 1 / (double)totals->current,
              .used = (double)totals->used,
              .by_used = 1 / (double)totals->used};
    double both = (double)totals->reference + (double)totals->current;
    memset(sums, 0, DRIFT__ESTIMATED * sizeof *sums);
    for (size_t k = 0; k < n; k++) {
        if (!(reference[k] | current[k]))
            continue;
        c.plain = drift__cell_shares(reference[k], current[k], totals, DRIFT_SMOOTHING_NONE);
        c.smooth = drift__cell_shares(reference[k], current[k], totals, DRIFT_SMOOTHING_JEFFREYS);
        c.log_ratio = drift__log_ratio(c.smooth);
        c.ratio = c.smooth.p / c.smooth.q;
        c.inverse = c.smooth.q / c.smooth.p;
        c.root = sqrt(c.ratio);
        c.by_sum = 1 / (c.smooth.p + c.smooth.q);
        c.joint = ((double)reference[k] + (double)current[k]) / both;
        for (unsigned which = 0; which < DRIFT__ESTIMATED; which++)
            if (wanted >> which & 1)
                add_cell((drift_divergence)which, &c, &sums[which]);
    }
}

/* By the delta method. */
static double variance_of(const tally *sums, const drift__totals *totals)
{
    double variance = (sums->square_p - sums->mean_p * sums->mean_p) / (double)totals->reference +
                      (sums->square_q - sums->mean_q * sums->mean_q) / (double)totals->current;
    return variance > 0 ? variance : 0;
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
    static const double probability[2] = {0.975, 0.025};
    double scaled = excess + df > 0 ? excess + df : 0, middle = excess > 0 ? excess : 0, end[2];
    drift__chi_square_noncentralities(scaled, df, probability, 2, end);
    double known = 2 * df + 4 * middle, found = 2 * df + variance;
    double wider = middle > 0 && found > known ? sqrt(found / known) : 1;
    return (interval){end[0] < middle ? middle - (middle - end[0]) * wider : end[0],
                      end[1] > middle ? middle + (end[1] - middle) * wider : end[1]};
}

static interval smooth_interval(drift_divergence which, const tally *sums,
                                const drift__totals *totals, double expected)
{
    double g = 1 / (double)totals->reference + 1 / (double)totals->current;
    double df = totals->used > 1 ? (double)totals->used - 1 : 1, scale = scale_of(which, g);
    double variance = variance_of(sums, totals);
    if (sums->value * scale - df > 4 * df + 40) {
        double middle = sums->value - sums->noise, spread = sqrt(variance + sums->second);
        return (interval){middle - NORMAL_95 * spread, middle + NORMAL_95 * spread};
    }
    interval found = near_zero((sums->value - expected) * scale, df, variance * scale * scale);
    return (interval){found.low / scale, found.high / scale};
}

static interval variation_interval(const tally *sums, const drift__totals *totals)
{
    double spread = NORMAL_95 * sqrt(variance_of(sums, totals));
    return (interval){sums->value - sums->null_noise - spread, sums->value - sums->noise + spread};
}

drift_status drift__estimate_divergences(const uint64_t *reference, const uint64_t *current,
                                         size_t n, unsigned wanted, drift__estimates *out)
{
    drift__totals totals;
    tally sums[DRIFT__ESTIMATED];
    drift_status status = drift__sum_counts(reference, current, n, &totals);
    if (status)
        return status;
    add_cells(reference, current, n, &totals, wanted, sums);
    for (unsigned i = 0; i < DRIFT__ESTIMATED; i++) {
        drift_divergence which = (drift_divergence)i;
        if (!(wanted >> i & 1))
            continue;
        double expected = sums[i].null_noise;
        if (which == DRIFT_DIVERGENCE_PSI) {
            expected = drift__psi_expected(reference, current, n, &totals);
            out->psi_debiased = sums[i].value - expected;
        }
        interval found = which == DRIFT_DIVERGENCE_TOTAL_VARIATION
                             ? variation_interval(&sums[i], &totals)
                             : smooth_interval(which, &sums[i], &totals, expected);
        double low = found.low > 0 ? found.low : 0, high = found.high > low ? found.high : low;
        out->of[i] = (drift__estimate){sums[i].value, low, high};
        if (which == DRIFT_DIVERGENCE_HELLINGER)
            out->of[i] = (drift__estimate){sqrt(sums[i].value), sqrt(low), sqrt(high)};
    }
    return DRIFT_OK;
}

drift_status drift_divergence_interval(drift_divergence which, const uint64_t *reference,
                                       const uint64_t *current, size_t n, double *out_low,
                                       double *out_high)
{
    drift__estimates estimates;
    if (!out_low || !out_high)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if ((unsigned)which >= DRIFT__ESTIMATED)
        return DRIFT_ERR_UNSUPPORTED;
    drift_status status =
        drift__estimate_divergences(reference, current, n, 1U << (unsigned)which, &estimates);
    if (status)
        return status;
    *out_low = estimates.of[which].low;
    *out_high = estimates.of[which].high;
    return DRIFT_OK;
}
