/* SPDX-License-Identifier: Apache-2.0
 *
 * tails.c: incomplete gamma by series and continued fraction (Lentz), with
 * Loader's saddle-point form of the leading factor, so that neither large
 * degrees of freedom nor tails of 1e-300 cost digits; Temme's uniform expansion
 * (DLMF 8.12) beyond a million, where the other two take too many steps.
 */
#include "core/tails.h"

#include <math.h>

#include "build_options.h"
#if DRIFT_HAVE_GSL
#include "core/tails_gsl.h"
#endif

static const long double HALF_LOG_TWO_PI = 0.918938533204672741780329736406L;
static const long double TWO_PI = 6.28318530717958647692528676656L;
static const long double EULER_GAMMA = 0.577215664901532860606512090082L;
static const long double LARGE_SHAPE = 1e6L, SMALL_SHAPE = 0.5L;
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
    return drift__deviance_apart(x, mean, x - mean);
}

long double drift__deviance_apart(long double x, long double mean, long double difference)
{
    if (x == 0)
        return mean;
    long double sum = x + mean;
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
long double drift__gamma_step(long double a, long double x)
{
    return expl(-drift__stirling_error(a) - drift__deviance(a, x)) / sqrtl(TWO_PI * a);
}

/* Lower part over the leading factor, for x < a + 1. */
static long double series(long double a, long double x)
{
    long double term = 1, sum = 1;
    for (int k = 1; k < MOST_STEPS && term > sum * 1e-20L; k++) {
        term *= x / (a + k);
        sum += term;
    }
    return sum;
}

/* Upper part over a times the leading factor, for x >= a + 1 (Lentz's method). */
static long double continued_fraction(long double a, long double x)
{
    const long double tiny = 1e-300L;
    long double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
    for (int k = 1; k < MOST_STEPS; k++) {
        long double an = -k * (k - a);
        b += 2;
        d = an * d + b;
        d = fabsl(d) < tiny ? tiny : d;
        c = b + an / c;
        c = fabsl(c) < tiny ? tiny : c;
        d = 1 / d;
        long double step = d * c;
        h *= step;
        if (fabsl(step - 1) < 1e-18L)
            break;
    }
    return h;
}

/* Upper part near its value 1 at a = 0: from the alternating series, with the 1 taken out. */
static long double upper_of_small_shape(long double a, long double x)
{
    int sign;
    long double log_power = a < 1e-6L ? a * (logl(x) + EULER_GAMMA) - a * a * 0.822467033424113218L
                                      : a * logl(x) - lgammal_r(1 + a, &sign);
    long double term = 1, sum = 0;
    for (int k = 1; k < 60; k++) {
        term *= -x / k;
        sum += term / (a + k);
    }
    return -expm1l(log_power) - expl(log_power) * a * sum;
}

/* Temme's expansion; the coefficients are series in eta, which is below 0.06 where p > 1e-300. */
static long double large_shape(long double a, long double x, int upper)
{
    static const long double c0[] = {-1.0L / 3,   1.0L / 12,        -2.0L / 135, 1.0L / 864,
                                     1.0L / 2835, -139.0L / 777600, 1.0L / 25515};
    static const long double c1[] = {-1.0L / 540, -1.0L / 288, 1.0L / 378, -77.0L / 77760};
    long double square = drift__deviance(a, x), root = sqrtl(square);
    int beyond = x > a;
    if (root > 40)
        return upper == beyond ? 0 : 1;
    long double eta = (beyond ? root : -root) * sqrtl(2 / a), first = 0, second = 0;
    for (int k = 6; k >= 0; k--)
        first = first * eta + c0[k];
    for (int k = 3; k >= 0; k--)
        second = second * eta + c1[k];
    long double rest = expl(-square) / sqrtl(TWO_PI * a) * (first + second / a);
    return erfcl(upper == beyond ? root : -root) / 2 + (upper ? rest : -rest);
}

long double drift__gamma_lower(long double a, long double x)
{
    if (x <= 0)
        return 0;
    if (a > LARGE_SHAPE)
        return large_shape(a, x, 0);
    if (x < a + 1)
        return drift__gamma_step(a, x) * series(a, x);
    return 1 - a * drift__gamma_step(a, x) * continued_fraction(a, x);
}

double drift__own_chi_square_tail(double x, double df)
{
    if (!(df > 0) || !(x >= 0) || isinf(df))
        return NAN;
    long double a = (long double)df / 2, half = (long double)x / 2, upper;
    if (half == 0)
        return 1;
    if (isinf(x))
        return 0;
    if (df == 1)
        return 2 * drift__own_normal_tail(sqrt(x));
    if (a > LARGE_SHAPE)
        upper = large_shape(a, half, 1);
    else if (half >= a + 1)
        upper = a * drift__gamma_step(a, half) * continued_fraction(a, half);
    else if (a < SMALL_SHAPE)
        upper = upper_of_small_shape(a, half);
    else
        upper = 1 - drift__gamma_step(a, half) * series(a, half);
    return upper < 0 ? 0 : upper > 1 ? 1 : (double)upper;
}

double drift__chi_square_tail(double x, double df)
{
#if DRIFT_HAVE_GSL
    double tail;
    if (df != 1 && drift__gsl_chi_square_tail(x, df, &tail))
        return tail;
#endif
    return drift__own_chi_square_tail(x, df);
}

double drift__normal_tail(double z)
{
#if DRIFT_HAVE_GSL
    double tail;
    if (drift__gsl_normal_tail(z, &tail))
        return tail;
#endif
    return drift__own_normal_tail(z);
}

double drift__own_normal_tail(double z)
{
    return 0.5 * erfc(z * 0.70710678118654752440);
}

double drift__chi_square_quantile(double p, double df)
{
    if (!(p > 0) || !(p <= 1) || !(df > 0) || isinf(df))
        return NAN;
    if (p == 1)
        return 0;
    double low = df, high = df;
    while (high < 1e300 && drift__chi_square_tail(high, df) > p) {
        low = high;
        high = 2 * high + 1;
    }
    while (low > 0 && drift__chi_square_tail(low, df) <= p) {
        high = low;
        low = low < 1e-300 ? 0 : low / 16;
    }
    for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
        double middle = low + (high - low) / 2;
        if (drift__chi_square_tail(middle, df) > p)
            low = middle;
        else
            high = middle;
    }
    return low + (high - low) / 2;
}
