/* SPDX-License-Identifier: Apache-2.0
 *
 * beta.c: incomplete beta function by its continued fraction (DLMF 8.17.22, the
 * even part; Lentz's method) with Loader's saddle-point form of the leading
 * factor, or by quadrature where both counts are large; its quantile; and the
 * tails that are made of it: Student's t, Fisher's F.
 */
#include <math.h>

#include "build_options.h"
#include "core/tails.h"
#if DRIFT_HAVE_GSL
#include "core/tails_gsl.h"
#endif

static const long double MANY = 1e5L;
enum { MOST_STEPS = 10000000 };

/* x^a y^b / (a B(a, b)), y = 1 - x; a - (a + b) x = a y - b x keeps the digits of the smaller one. */
static long double leading_factor(long double a, long double b, long double x, long double y)
{
    long double n = a + b;
    long double log_step = drift__stirling_error(n) - drift__stirling_error(a) -
                           drift__stirling_error(b) -
                           drift__deviance_apart(a, n * x, a * y - b * x) -
                           drift__deviance_apart(b, n * y, b * x - a * y);
    return expl(log_step) * sqrtl(b / (2 * 3.14159265358979323846264338328L * a * n));
}

static long double away_from_zero(long double value)
{
    return fabsl(value) < 1e-300L ? 1e-300L : value;
}

/* The even part of the fraction. Its denominators are 1 + d_2m + d_2m+1; written with
 * a y - b x they are sums of like signs, where the fraction itself cancels for x near 1. */
static long double continued_fraction(long double a, long double b, long double x, long double y)
{
    long double lambda = a * y - b * x, value = away_from_zero(1 + lambda), c = value, d = 0;
    for (int m = 1; m < MOST_STEPS; m++) {
        long double up = a + m, odd = a + 2 * m - 1, even = a + 2 * m;
        long double crossing = m * (b - m) * x / odd * ((even + 1) / even);
        long double under = (up * (2 * m + 1 + lambda + m * y) + (long double)m * (m + 1)) / even;
        long double over = crossing * ((up - 1) / (odd - 1)) * ((up + b - 1) * x);
        d = 1 / away_from_zero(under + crossing + over * d);
        c = away_from_zero(under + crossing + over / c);
        long double step = d * c;
        value *= step;
        if (fabsl(step - 1) < 1e-18L)
            break;
    }
    return (a + 1) / value;
}

/* Integral of the density from x downward in units of its value at x, for many counts on either
 * side, where the continued fraction needs their square root in steps: Gauss-Legendre panels. */
static long double integral_below(long double a, long double b, long double x, long double y)
{
    static const long double node[4] = {0.18343464249564980494L, 0.52553240991632898582L,
                                        0.79666647741362673959L, 0.96028985649753623168L};
    static const long double weight[4] = {0.36268378337836198297L, 0.31370664587788728734L,
                                          0.22238103445337447054L, 0.10122853629037625915L};
    long double deviation = sqrtl(a * b / (a + b)) / (a + b);
    long double rise = (a - 1) / x - (b - 1) / y;
    long double half = (rise * deviation > 1 ? 1 / rise : deviation) / 4, sum = 0;
    for (long double middle = half; middle + half < x; middle += 2 * half) {
        long double part = 0;
        for (int i = 0; i < 8; i++) {
            long double s = middle + (i % 2 ? half : -half) * node[i / 2];
            part += weight[i / 2] * expl((a - 1) * log1pl(-s / x) + (b - 1) * log1pl(s / y));
        }
        sum += part * half;
        if (part * half < 1e-19L * sum)
            break;
    }
    return sum;
}

/* I_x(a, b) for x below the mean. */
static long double tail_below(long double a, long double b, long double x, long double y)
{
    long double factor = a > MANY && b > MANY ? a / (x * y) * integral_below(a, b, x, y)
                                              : continued_fraction(a, b, x, y);
    return leading_factor(a, b, x, y) * factor;
}

long double drift__beta_lower(long double a, long double b, long double x, long double y)
{
    if (!(x > 0))
        return 0;
    if (!(y > 0))
        return 1;
    if (x < (a + 1) / (a + b + 2))
        return tail_below(a, b, x, y);
    return 1 - tail_below(b, a, y, x);
}

/* Newton's method on ln I against the logarithm of the smaller one of x and 1 - x. */
void drift__beta_quantile(double p, double a, double b, long double *out_x, long double *out_y)
{
    int swap = a > b;
    long double part = (long double)(swap ? b : a) / ((long double)a + b), low = 0, high = 1;
    for (int i = 0; i < 200; i++) {
        long double rest = 1 - part, x = swap ? rest : part, y = swap ? part : rest;
        long double lower = drift__beta_lower(a, b, x, y);
        if ((lower < p) != swap)
            low = part;
        else
            high = part;
        long double slope = a * leading_factor(a, b, x, y) / (rest * lower);
        long double step = (logl(p) - logl(lower)) / slope;
        long double next = part * expl(swap ? -step : step);
        if (!(next >= low && next <= high))
            next = low > 0 ? sqrtl(low * high) : high / 16;
        if (fabsl(next - part) <= 1e-18L * part)
            break;
        part = next;
    }
    *out_x = swap ? 1 - part : part;
    *out_y = swap ? part : 1 - part;
}

double drift__own_student_tail(double t, double df)
{
    if (isnan(t) || !(df > 0))
        return NAN;
    if (isinf(df))
        return drift__normal_tail(t);
    if (isinf(t))
        return t > 0 ? 0 : 1;
    long double square = (long double)t * (long double)t, whole = (long double)df + square;
    long double half =
        drift__beta_lower((long double)df / 2, 0.5L, (long double)df / whole, square / whole) / 2;
    return (double)(t >= 0 ? half : 1 - half);
}

double drift__student_tail(double t, double df)
{
#if DRIFT_HAVE_GSL
    double tail;
    if (drift__gsl_student_tail(t, df, &tail))
        return tail;
#endif
    return drift__own_student_tail(t, df);
}

double drift__f_tail(double f, double df_above, double df_below)
{
#if DRIFT_HAVE_GSL
    double tail;
    if (drift__gsl_f_tail(f, df_above, df_below, &tail))
        return tail;
#endif
    return drift__own_f_tail(f, df_above, df_below);
}

double drift__own_f_tail(double f, double df_above, double df_below)
{
    if (!(f >= 0) || !(df_above > 0) || !(df_below > 0) || isinf(df_above))
        return NAN;
    if (isinf(df_below))
        return drift__chi_square_tail(f * df_above, df_above);
    if (isinf(f))
        return 0;
    long double above = (long double)df_above * (long double)f,
                whole = above + (long double)df_below;
    return (double)drift__beta_lower((long double)df_below / 2, (long double)df_above / 2,
                                     (long double)df_below / whole, above / whole);
}
