/* SPDX-License-Identifier: Apache-2.0
 *
 * noncentral.c: the noncentral chi-square law as a Poisson mixture of central
 * ones, summed downward from where the terms begin to matter: on the way down
 * the central part grows by additions only, so that no digits are lost however
 * small the result. Beyond a noncentrality of 1e10, Sankaran's (1963) normal
 * approximation.
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

double drift__noncentral_chi_square_cdf(double x, double df, double lambda)
{
    if (!(df > 0) || !(lambda >= 0) || isnan(x) || isinf(lambda) || isinf(df))
        return NAN;
    if (x <= 0)
        return 0;
    if (isinf(x))
        return 1;
    long double half = (long double)x / 2, mean = (long double)lambda / 2, a = (long double)df / 2;
    if (lambda == 0)
        return (double)drift__gamma_lower(a, half);
    if (lambda > MOST_SUMMED)
        return by_normal(x, df, lambda);
    long double j = first_negligible(a, half, mean);
    long double weight = drift__gamma_step(j, mean), lower = drift__gamma_lower(a + j, half);
    long double step = drift__gamma_step(a + j, half), sum = weight * lower, last = 0;
    if (sum == 0) /* and so are all terms, to 4,000 digits */
        return 0;
    long double by_half = 1 / half, by_mean = 1 / mean;
    while (j > 0) {
        step *= (a + j) * by_half;
        lower += step;
        weight *= j * by_mean;
        j--;
        long double term = weight * lower;
        sum += term;
        if (term < last && term < 1e-21L * sum)
            break;
        last = term;
    }
    return sum < 1 ? (double)sum : 1;
}

/* Logit of P(X <= x) less that of p: falls in the noncentrality, and not far from straight. */
static double excess(double p, double x, double df, double lambda)
{
    double below = drift__noncentral_chi_square_cdf(x, df, lambda);
    return log(below / p) - log((1 - below) / (1 - p));
}

/* Secants; the end that stays twice is halved (Illinois), and every eighth step is a bisection. */
static double falling_root(double p, double x, double df, double ends[2], double f[2])
{
    int stayed = -1;
    for (int i = 0; i < 100 && ends[1] - ends[0] > 1e-10 * ends[1]; i++) {
        double width = ends[1] - ends[0], step = f[0] / (f[0] - f[1]) * width;
        int bisect = i % 8 == 7 || !(step > 0) || !(step < width);
        double middle = ends[0] + (bisect ? width / 2 : step);
        double value = excess(p, x, df, middle);
        int side = value > 0 ? 0 : 1;
        if (fabs(value) < 1e-11)
            return middle;
        ends[side] = middle;
        f[side] = value;
        f[!side] = stayed == side ? f[!side] / 2 : f[!side];
        stayed = side;
    }
    return ends[0] + (ends[1] - ends[0]) / 2;
}

double drift__chi_square_noncentrality(double p, double x, double df)
{
    double ends[2] = {0, x + 10}, f[2];
    if (!(p > 0) || !(p < 1) || !((f[0] = excess(p, x, df, 0)) > 0))
        return 0;
    while ((f[1] = excess(p, x, df, ends[1])) > 0 && ends[1] < 1e300) {
        ends[0] = ends[1];
        f[0] = f[1];
        ends[1] *= 2;
    }
    return falling_root(p, x, df, ends, f);
}
