/* SPDX-License-Identifier: Apache-2.0
 *
 * tails.c: incomplete gamma by series and continued fraction (Lentz), with
 * Loader's saddle-point form of the leading factor, so that neither large
 * degrees of freedom nor tails of 1e-300 cost digits.
 */
#include "core/tails.h"

#include <math.h>

#include "build_options.h"
#if DRIFT_HAVE_GSL
#include "core/tails_gsl.h"
#endif

static const long double HALF_LOG_TWO_PI = 0.918938533204672741780329736406L;
enum { MOST_STEPS = 200000 };

long double drift__stirling_error(long double n)
{
    if (n < 16) {
        int sign;
        if (n == 0)
            return 0;
        return lgammal_r(n + 1, &sign) - (n + 0.5L) * logl(n) + n - HALF_LOG_TWO_PI;
    }
    /* Bernoulli numbers B_2k / (2k (2k - 1)). */
    static const long double term[] = {1.0L / 12,    -1.0L / 360,       1.0L / 1260,
                                       -1.0L / 1680, 1.0L / 1188,       -691.0L / 360360,
                                       1.0L / 156,   -3617.0L / 122400, 43867.0L / 244188};
    long double square = 1 / (n * n), sum = 0;
    for (int k = 8; k >= 0; k--)
        sum = sum * square + term[k];
    return sum / n;
}

long double drift__deviance(long double x, long double mean)
{
    if (x == 0)
        return mean;
    long double difference = x - mean, sum = x + mean;
    if (fabsl(difference) >= 0.1L * sum)
        return x * logl(x / mean) - difference;
    long double v = difference / sum, result = difference * v, power = 2 * x * v;
    for (int j = 1; j < 1000; j++) {
        power *= v * v;
        long double next = result + power / (2 * j + 1);
        if (next == result)
            break;
        result = next;
    }
    return result;
}

/* x^a e^-x / gamma(a + 1), a > 0, x > 0 */
static double leading_factor(double a, double x)
{
    long double shape = a;
    return (double)(expl(-drift__stirling_error(shape) - drift__deviance(shape, x)) /
                    sqrtl(2 * 3.14159265358979323846264338328L * shape));
}

/* Lower part over the leading factor, for x < a + 1. */
static double series(double a, double x)
{
    double term = 1, sum = 1;
    for (int k = 1; k < MOST_STEPS && term > sum * 1e-17; k++) {
        term *= x / (a + k);
        sum += term;
    }
    return sum;
}

/* Upper part over a times the leading factor, for x >= a + 1 (Lentz's method). */
static double continued_fraction(double a, double x)
{
    const double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
    for (int k = 1; k < MOST_STEPS; k++) {
        double an = -k * (k - a);
        b += 2;
        d = an * d + b;
        d = fabs(d) < tiny ? tiny : d;
        c = b + an / c;
        c = fabs(c) < tiny ? tiny : c;
        d = 1 / d;
        double step = d * c;
        h *= step;
        if (fabs(step - 1) < 1e-16)
            break;
    }
    return h;
}

static double gamma_lower(double a, double x)
{
    if (x <= 0)
        return 0;
    if (x < a + 1)
        return leading_factor(a, x) * series(a, x);
    return 1 - a * leading_factor(a, x) * continued_fraction(a, x);
}

double drift__own_chi_square_tail(double x, double df)
{
    if (!(df > 0) || !(x >= 0) || isinf(df))
        return NAN;
    double a = df / 2, half = x / 2;
    if (half == 0)
        return 1;
    if (isinf(half))
        return 0;
    if (half < a + 1)
        return 1 - leading_factor(a, half) * series(a, half);
    return a * leading_factor(a, half) * continued_fraction(a, half);
}

double drift__chi_square_tail(double x, double df)
{
#if DRIFT_HAVE_GSL
    double tail;
    if (drift__gsl_chi_square_tail(x, df, &tail))
        return tail;
#endif
    return drift__own_chi_square_tail(x, df);
}

double drift__normal_tail(double z)
{
    return 0.5 * erfc(z * 0.70710678118654752440);
}

/* Poisson mixture of central laws, summed outward from its mode. */
double drift__noncentral_chi_square_cdf(double x, double df, double lambda)
{
    if (!(df > 0) || !(lambda >= 0) || isnan(x) || isinf(lambda))
        return NAN;
    if (x <= 0)
        return 0;
    if (isinf(x))
        return 1;
    double half = x / 2, mean = lambda / 2;
    if (mean == 0)
        return gamma_lower(df / 2, half);
    double mode = floor(mean);
    double weight = mode > 0 ? leading_factor(mode, mean) : exp(-mean);
    double lower = gamma_lower(df / 2 + mode, half);
    double factor = leading_factor(df / 2 + mode, half); /* step from lower(a) to lower(a + 1) */
    double sum = 0, w = weight, l = lower, f = factor;
    for (double j = mode; w > 1e-18; j++) {
        sum += w * (l > 0 ? l : 0);
        l -= f;
        f *= half / (df / 2 + j + 1);
        w *= mean / (j + 1);
    }
    w = weight;
    l = lower;
    f = factor;
    for (double j = mode; j > 0;) {
        w *= j / mean;
        f *= (df / 2 + j) / half;
        l += f;
        j--;
        if (w < 1e-18)
            break;
        sum += w * (l < 1 ? l : 1);
    }
    return sum < 1 ? sum : 1;
}

double drift__chi_square_quantile(double p, double df)
{
    if (!(p > 0) || !(p <= 1) || !(df > 0))
        return NAN;
    double low = 0, high = df + 10;
    while (drift__chi_square_tail(high, df) > p && high < 1e300)
        high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-14 * high; i++) {
        double middle = (low + high) / 2;
        if (drift__chi_square_tail(middle, df) > p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

double drift__chi_square_noncentrality(double p, double x, double df)
{
    double low = 0, high = x + 10;
    if (!(p > 0) || !(p < 1) || drift__noncentral_chi_square_cdf(x, df, 0) <= p)
        return 0;
    while (drift__noncentral_chi_square_cdf(x, df, high) > p && high < 1e15)
        high *= 2;
    for (int i = 0; i < 60 && high - low > 1e-8 * high; i++) {
        double middle = (low + high) / 2;
        if (drift__noncentral_chi_square_cdf(x, df, middle) > p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}
