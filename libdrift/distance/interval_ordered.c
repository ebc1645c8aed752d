/* SPDX-License-Identifier: Apache-2.0
 *
 * interval_ordered.c: sampling intervals of the distances between distribution
 * functions: Wasserstein-1 by the delta method, KS by the inequality of
 * Dvoretzky, Kiefer and Wolfowitz.
 */
#include <math.h>

#include "distance/shares.h"

static const double NORMAL_95 = 1.9599639845400545;

/* Where |F - G| is below so many of its standard deviations, its sign is unsure. */
static const double SURE = 1;

/* Sums over one sample of two influence functions and of their products. */
typedef struct influences {
    double known, unsure, known_square, unsure_square, both;
} influences;

/*
 * The influence function is the integral of sign(F - G). It is kept in two parts: where the sign is
 * known, and where it is not and is taken as + throughout, which varies most.
 */
typedef struct walk {
    double f, g;          /* both distribution functions at the lower end of the cell */
    double before;        /* f - g, without cancellation */
    double weights[2];    /* 1 / N, 1 / n */
    double known, unsure; /* parts of the influence up to here */
    influences sums[2];
    double noise; /* what chance adds, at the most in doubt */
} walk;

static double deviation_at(const walk *w)
{
    return sqrt(fmax(0, w->f * (1 - w->f)) * w->weights[0] +
                fmax(0, w->g * (1 - w->g)) * w->weights[1]);
}

/* What chance adds at one place, per unit of length. */
static double noise_at(double difference, double deviation)
{
    return drift__folding(fmax(0, fabs(difference) - deviation), deviation);
}

static double sign_of(double x)
{
    return x > 0 ? 1 : x < 0 ? -1 : 0;
}

static void add_share(influences *sums, double share, double known, double unsure)
{
    sums->known += share * known;
    sums->unsure += share * unsure;
    sums->known_square += share * known * known;
    sums->unsure_square += share * unsure * unsure;
    sums->both += share * known * unsure;
}

/* Mean influence of a count in the cell, whose values lie evenly: F - G is straight over it. */
static void add_cell(walk *w, drift__shares s, double width)
{
    double before = w->before, after = before + s.difference, deviation[2] = {deviation_at(w), 0};
    w->before = after;
    w->f += s.p;
    w->g += s.q;
    deviation[1] = deviation_at(w);
    double known = w->known, unsure = w->unsure;
    if (fabs(before + after) < SURE * (deviation[0] + deviation[1])) {
        unsure += width / 2;
        w->unsure += width;
    } else {
        /* Where the sign changes it does so at this part of the width. */
        double turn = after * before < 0 ? fabs(before) / (fabs(before) + fabs(after)) : 0;
        double sign = after == 0 ? sign_of(before) : sign_of(after);
        known += sign * width * (0.5 - 2 * turn + turn * turn);
        w->known += sign * width * (1 - 2 * turn);
    }
    add_share(&w->sums[0], s.p, known, unsure);
    add_share(&w->sums[1], s.q, known, unsure);
    w->noise += (noise_at(before, deviation[0]) + noise_at(after, deviation[1])) / 2 * width;
}

static void add_gap(walk *w, double width)
{
    double deviation = deviation_at(w);
    if (fabs(w->before) < SURE * deviation)
        w->unsure += width;
    else
        w->known += sign_of(w->before) * width;
    w->noise += noise_at(w->before, deviation) * width;
}

/* Of the sum of both parts, the unsure one with the sign that varies more. */
static double deviation_of(const walk *w)
{
    double known = 0, unsure = 0, both = 0;
    for (int side = 0; side < 2; side++) {
        const influences *s = &w->sums[side];
        known += fmax(0, s->known_square - s->known * s->known) * w->weights[side];
        unsure += fmax(0, s->unsure_square - s->unsure * s->unsure) * w->weights[side];
        both += (s->both - s->known * s->unsure) * w->weights[side];
    }
    return sqrt(known + unsure + 2 * fabs(both));
}

drift_status drift_wasserstein_interval(const uint64_t *reference, const uint64_t *current,
                                        const double *lower, const double *upper, size_t n,
                                        double *out_low, double *out_high)
{
    drift__totals totals;
    double value, bound_low, bound_high;
    if (!out_low || !out_high)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift_wasserstein_bounds(reference, current, lower, upper, n, &value,
                                                   &bound_low, &bound_high);
    if (!status)
        status = drift__sum_counts(reference, current, n, &totals);
    if (status)
        return status;
    walk w = {.weights = {1 / (double)totals.reference, 1 / (double)totals.current}};
    for (size_t k = 0; k < n; k++) {
        if (k)
            add_gap(&w, lower[k] - upper[k - 1]);
        add_cell(&w, drift__cell_shares(reference[k], current[k], &totals, DRIFT_SMOOTHING_NONE),
                 upper[k] - lower[k]);
    }
    double spread = NORMAL_95 * deviation_of(&w), low = value - w.noise - spread;
    *out_low = low > 0 ? low : 0;
    *out_high = value + spread;
    return DRIFT_OK;
}

drift_status drift_ks_interval(double d, uint64_t n_reference, uint64_t n_current, double level,
                               double *out_low, double *out_high)
{
    if (!out_low || !out_high || !(d >= 0 && d <= 1) || !(level > 0 && level < 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!n_reference || !n_current)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    double nats = log(4 / (1 - level)) / 2;
    double half = sqrt(nats / (double)n_reference) + sqrt(nats / (double)n_current);
    *out_low = d > half ? d - half : 0;
    *out_high = d + half < 1 ? d + half : 1;
    return DRIFT_OK;
}
