/* SPDX-License-Identifier: Apache-2.0
 *
 * beta.c: incomplete beta function by its continued fraction (DLMF 8.17.22,
 * Lentz's method) with Loader's saddle-point form of the leading factor, and
 * the tails that are made of it: Student's t, Fisher's F.
 */
#include <math.h>

#include "build_options.h"
#include "core/tails.h"
#if DRIFT_HAVE_GSL
#include "core/tails_gsl.h"
#endif

static const double LARGE_DF = 1e6;
enum { MOST_STEPS = 10000000 };

/* drift__deviance(value, value - difference), the difference known better than the two. */
static long double deviance_by_difference(long double value, long double difference)
{
    long double mean = value - difference, v = difference / (value + mean);
    if (fabsl(v) >= 0.1L)
        return value * logl(value / mean) - difference;
    long double result = difference * v, power = 2 * value * v;
    for (int j = 1; j < 1000; j++) {
        power *= v * v;
        long double next = result + power / (2 * j + 1);
        if (next == result)
            break;
        result = next;
    }
    return result;
}

/* x^a y^b / (a B(a, b)), y = 1 - x; a - (a + b) x = a y - b x keeps the digits of the smaller one. */
static long double leading_factor(long double a, long double b, long double x, long double y)
{
    long double n = a + b;
    long double log_step = drift__stirling_error(n) - drift__stirling_error(a) -
                           drift__stirling_error(b) - deviance_by_difference(a, a * y - b * x) -
                           deviance_by_difference(b, b * x - a * y);
    return expl(log_step) * sqrtl(b / (2 * 3.14159265358979323846264338328L * a * n));
}

static long double away_from_zero(long double value)
{
    return fabsl(value) < 1e-300L ? 1e-300L : value;
}

static long double continued_fraction(long double a, long double b, long double x)
{
    long double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), h = d;
    for (int m = 1; m < MOST_STEPS; m++) {
        long double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        h *= d * c;
        long double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        long double step = d * c;
        h *= step;
        if (fabsl(step - 1) < 1e-18L)
            break;
    }
    return h;
}

long double drift__beta_lower(long double a, long double b, long double x, long double y)
{
    if (!(x > 0))
        return 0;
    if (!(y > 0))
        return 1;
    if (x < (a + 1) / (a + b + 2))
        return leading_factor(a, b, x, y) * continued_fraction(a, b, x);
    return 1 - leading_factor(b, a, y, x) * continued_fraction(b, a, y);
}

/* Hill (1970), algorithm 395: the normal deviate with the same tail, error of order df^-3. */
static double student_as_normal(long double t, long double df)
{
    long double a = df - 0.5L, b = 48 * a * a, y = a * log1pl(t * t / df);
    long double inner = ((-0.4L * y - 3.3L) * y - 24) * y - 85.5L;
    long double z = ((inner / (0.8L * y * y + 100 + b) + y + 3) / b + 1) * sqrtl(y);
    return drift__normal_tail((double)z);
}

double drift__own_student_tail(double t, double df)
{
    if (isnan(t) || !(df > 0))
        return NAN;
    if (isinf(df))
        return drift__normal_tail(t);
    if (isinf(t))
        return t > 0 ? 0 : 1;
    if (df > LARGE_DF) /* where the continued fraction loses its digits */
        return t >= 0 ? student_as_normal(t, df) : 1 - student_as_normal(t, df);
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
