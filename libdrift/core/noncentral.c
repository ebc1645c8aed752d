/* SPDX-License-Identifier: Apache-2.0
 *
 * noncentral.c: the noncentral chi-square law as a Poisson mixture of central
 * ones, summed downward from where the terms begin to matter: on the way down
 * the central part grows by additions only, so that no digits are lost however
 * small the result. Beyond a noncentrality of 1e10, Sankaran's (1963) normal
 * approximation. For the inverse the central parts, which the noncentrality
 * does not touch, are tabled once, and Halley's method takes the derivatives
 * that the same sum gives: with P_j the part with df + 2 j degrees of freedom
 * and w_j its Poisson weight, dF/dlambda = sum w_j (P_j+1 - P_j) / 2.
 */
#include <math.h>

#include "core/tails.h"

static const double MOST_SUMMED = 1e10;

static double by_normal(long double x, long double df, long double lambda)
{
    long double mean = df + lambda, spread = (mean + lambda) / mean / mean;
    long double h =
        1 - 2.0L / 3 * (mean / (mean + lambda)) * ((mean + 2 * lambda) / (mean + lambda));
    long double m = (h - 1) * (1 - 3 * h);
    long double power = expm1l(h * log1pl((x - mean) / mean));
    long double shift = h * spread * (h - 1 - (2 - h) * m * spread / 2);
    long double z = (power - shift) / (h * sqrtl(2 * spread) * (1 + m * spread / 2));
    return drift__normal_tail((double)-z);
}

/* The first j after which all terms together are below 1e-21 of the largest. */
static long double first_negligible(long double a, long double half, long double mean)
{
    /* Neighbours' ratio is at most mean / j * min(1, half / (a + j)): below 1 from here on. */
    long double product = mean * half, root = 2 * product / (a + sqrtl(a * a + 4 * product));
    long double j = floorl(root < mean ? root : mean);
    for (double left = 1; left > 1e-25;) {
        j++;
        double place = (double)j, beside = (double)(a + j), x = (double)half;
        left *= x < beside ? (double)mean * x / (place * beside) : (double)mean / place;
    }
    return j;
}

/* P(X <= x) at one noncentrality and its first two derivatives by that. */
typedef struct mixture {
    long double value, slope, curvature;
} mixture;

/* x, df, lambda > 0, lambda not beyond MOST_SUMMED. */
static mixture sum_mixture(double x, double df, double lambda)
{
    long double half = (long double)x / 2, mean = (long double)lambda / 2, a = (long double)df / 2;
    long double j = first_negligible(a, half, mean);
    long double weight = drift__gamma_step(j, mean), lower = drift__gamma_lower(a + j, half);
    long double step = drift__gamma_step(a + j, half), last = 0;
    mixture sum = {weight * lower, -weight * step / 2, weight * step / 4};
    if (sum.value == 0) /* and so are all terms, to 4,000 digits */
        return sum;
    long double by_half = 1 / half, by_mean = 1 / mean;
    while (j > 0) {
        long double above = step;
        step *= (a + j) * by_half;
        lower += step;
        weight *= j * by_mean;
        j--;
        long double term = weight * lower;
        sum.value += term;
        sum.slope -= weight * step / 2;
        sum.curvature += weight * (step - above) / 4;
        if (term < last && term < 1e-21L * sum.value)
            break;
        last = term;
    }
    return sum;
}

double drift__noncentral_chi_square_cdf(double x, double df, double lambda)
{
    if (!(df > 0) || !(lambda >= 0) || isnan(x) || isinf(lambda) || isinf(df))
        return NAN;
    if (x <= 0)
        return 0;
    if (isinf(x))
        return 1;
    if (lambda == 0)
        return (double)drift__gamma_lower((long double)df / 2, (long double)x / 2);
    if (lambda > MOST_SUMMED)
        return by_normal(x, df, lambda);
    long double sum = sum_mixture(x, df, lambda).value;
    return sum < 1 ? (double)sum : 1;
}

enum { MOST_TABLED = 512 };

/*
 * One argument for many noncentralities: P_j = P(chi-square with df + 2 j degrees <= x), which is the
 * sum of the steps from j on, and 1 / j.
 */
typedef struct central_table {
    double x, df;
    double largest; /* noncentrality that it reaches; 0: no table */
    int n;
    double part[MOST_TABLED], inverse[MOST_TABLED];
} central_table;

/* drift__gamma_step in double precision, where Stirling's series holds. */
static double gamma_step(double shape, double h)
{
    double log_step = shape * log(h / shape) - (h - shape);
    return exp(log_step - (double)drift__stirling_error((long double)shape)) /
           sqrt(6.283185307179586 * shape);
}

static void fill_table(central_table *table, double x, double df, double largest)
{
    double *part = table->part, *inverse = table->inverse, h = x / 2, a = df / 2;
    /* Away from underflow; the steps go out from where Stirling's series holds. */
    int begin = a < 16 ? 16 - (int)a : 0, j = begin;
    table->x = x;
    table->df = df;
    table->largest = 0;
    if (x > MOST_TABLED || largest > MOST_TABLED)
        return;
    part[begin] = gamma_step(a + begin, h);
    for (int k = begin; k > 0; k--) {
        part[k - 1] = part[k] * ((a + k) / h);
        inverse[k] = 1.0 / k;
    }
    /* Until weight and step are small together. */
    for (double term = 1, most = 1; term > 1e-17 * most;) {
        if (++j == MOST_TABLED)
            return;
        double ratio = h / (a + j);
        inverse[j] = 1.0 / j;
        part[j] = part[j - 1] * ratio;
        term *= largest / 2 * inverse[j] * ratio;
        most = term > most ? term : most;
    }
    double sum = 0;
    int k = j;
    for (double step = part[j]; step > 1e-17 * sum; sum += step)
        step *= h / (a + ++k);
    for (k = j; k >= 0; k--) {
        sum += part[k];
        part[k] = sum;
    }
    table->n = j - 1;
    table->largest = largest;
}

static mixture sum_table(const central_table *table, double lambda)
{
    const double *part = table->part;
    double mean = lambda / 2, weight = exp(-mean);
    double value = weight * part[0], above = weight * part[1], beyond = weight * part[2];
    for (int j = 1; j < table->n; j++) {
        weight *= mean * table->inverse[j];
        value += weight * part[j];
        above += weight * part[j + 1];
        beyond += weight * part[j + 2];
    }
    return (mixture){value, (above - value) / 2, (beyond - 2 * above + value) / 4};
}

static mixture mixture_at(const central_table *table, double lambda)
{
    if (lambda <= table->largest)
        return sum_table(table, lambda);
    if (lambda <= MOST_SUMMED)
        return sum_mixture(table->x, table->df, lambda);
    return (mixture){by_normal(table->x, table->df, lambda), 0, 0};
}

/* z with P(Z <= z) = p to three digits (Abramowitz & Stegun 26.2.23). */
static double rough_normal_quantile(double p)
{
    double t = sqrt(-2 * log(p < 0.5 ? p : 1 - p));
    double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                       (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    return p < 0.5 ? -z : z;
}

/* Where x is the p-quantile by mean, deviation and skewness of the law. */
static double rough_noncentrality(double z, double x, double df)
{
    double skewed = (z * z - 1) * (5.0 / 6);
    double square = z * z + x - df / 2 - skewed;
    double root = sqrt(2 * (square > 0 ? square : 0)) - z * sqrt(2.0);
    double lambda = root > 0 ? (root * root - df) / 2 : 0, least = sqrt(df) / 4;
    return lambda > least ? lambda : least;
}

/* Halley's step to where the logit of the value is that of p, and where it leads. */
static double improved(const mixture *m, double p, double lambda)
{
    double below = (double)m->value, rest = 1 - below, spread = below * rest;
    if (!(below > 0) || !(rest > 0) || !(m->slope < 0))
        return NAN;
    double slope = (double)m->slope / spread;
    double bend = (double)m->curvature / spread - slope * slope * (rest - below);
    double newton = -(log(below / p) - log(rest / (1 - p))) / slope;
    return lambda + newton / (1 + newton * bend / slope / 2);
}

/* The root lies between ends[0] and ends[1]; a step that leaves them, or fails, is a bisection. */
static double falling_root(const central_table *table, double p, double lambda)
{
    double ends[2] = {0, INFINITY};
    for (int i = 0; i < 200; i++) {
        mixture m = mixture_at(table, lambda);
        ends[m.value > p ? 0 : 1] = lambda;
        if (!isinf(ends[1]) && ends[1] - ends[0] <= 1e-15 * ends[1])
            break;
        double next = improved(&m, p, lambda), deviation = sqrt(2 * (table->df + 2 * lambda));
        /* The error falls as its third power. */
        if (fabs(next - lambda) <= 1e-4 * deviation && next >= 0)
            return next;
        if (!(next > ends[0] && next < ends[1]))
            next = isinf(ends[1]) ? 2 * lambda + 10 : ends[0] + (ends[1] - ends[0]) / 2;
        lambda = next;
    }
    return lambda;
}

void drift__chi_square_noncentralities(double x, double df, const double *p, size_t n,
                                       double *out_lambda)
{
    central_table table;
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        out_lambda[i] = 0;
        if (p[i] > 0 && p[i] < 1 && x > 0 && !isinf(x))
            out_lambda[i] = rough_noncentrality(rough_normal_quantile(p[i]), x, df);
        largest = out_lambda[i] > largest ? out_lambda[i] : largest;
    }
    if (!(largest > 0))
        return;
    fill_table(&table, x, df, 1.25 * largest);
    double central = table.largest > 0
                         ? table.part[0]
                         : (double)drift__gamma_lower((long double)df / 2, (long double)x / 2);
    for (size_t i = 0; i < n; i++)
        if (out_lambda[i] > 0)
            out_lambda[i] = central > p[i] ? falling_root(&table, p[i], out_lambda[i]) : 0;
}

double drift__chi_square_noncentrality(double p, double x, double df)
{
    double lambda;
    drift__chi_square_noncentralities(x, df, &p, 1, &lambda);
    return lambda;
}
