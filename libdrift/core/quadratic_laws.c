/* SPDX-License-Identifier: Apache-2.0
 *
 * quadratic_laws.c: weighted sums of squared normals by Smirnov's formula
 * (Smirnov 1937; Anderson & Darling 1952, section 4): with a_1 < a_2 < ... the
 * inverse weights and D(u) = prod (1 - u / a_j), the tail is 1 / pi times the
 * alternating sum of the integrals of exp(-u x / 2) / (u sqrt|D(u)|) over
 * (a_1, a_2), (a_3, a_4), ... In the variable below |D| is a cosine in both
 * laws, and v = middle + sin(theta) takes away the square roots at the ends, so
 * that the midpoint rule converges exponentially.
 */
#include "core/quadratic_laws.h"

#include <math.h>

enum { NODES = 128, MOST_TERMS = 200 };

/* The factor of du / (u sqrt|D|) that is smooth, and the exponent u, at v. */
typedef struct law {
    double centre; /* of the first interval in v; the next ones follow at distance 4 */
    double least;  /* below, the tail is 1 to the last digit */
    double (*exponent)(double v);
    double (*factor)(double v, double u);
} law;

/* D = sin(s) / s, u = s^2, s = v pi / 2. */
static double cramer_von_mises_exponent(double v)
{
    double s = v * M_PI_2;
    return s * s;
}

static double cramer_von_mises_factor(double v, double u)
{
    (void)u;
    return 2 * M_PI_2 / sqrt(v * M_PI_2);
}

/* D = -cos(v pi / 2) / (pi u), u = (v^2 - 1) / 4. */
static double anderson_darling_exponent(double v)
{
    return (v - 1) * (v + 1) / 4;
}

static double anderson_darling_factor(double v, double u)
{
    return sqrt(M_PI / u) * v / 2;
}

static const law CRAMER_VON_MISES = {3, 0.002, cramer_von_mises_exponent, cramer_von_mises_factor};
static const law ANDERSON_DARLING = {4, 0.02, anderson_darling_exponent, anderson_darling_factor};

static double integral(const law *which, double centre, double x)
{
    double sum = 0;
    for (int i = 0; i < NODES; i++) {
        double angle = M_PI * (i + 0.5) / NODES; /* theta + pi / 2 */
        double sine = -cos(angle), v = centre + sine;
        /* 1 - |sine| without cancellation: the zero of |D| that the cosine below cancels. */
        double half = sin((angle < M_PI_2 ? angle : M_PI - angle) / 2);
        double size = sin(M_PI * half * half);
        double u = which->exponent(v);
        sum += exp(-u * x / 2) * which->factor(v, u) * sin(angle) / sqrt(size);
    }
    return sum * M_PI / NODES;
}

static double tail(const law *which, double x)
{
    if (isnan(x))
        return NAN;
    if (x < which->least)
        return 1;
    double sum = 0;
    for (int k = 0; k < MOST_TERMS; k++) {
        double term = integral(which, which->centre + 4 * k, x);
        sum += k % 2 ? -term : term;
        if (term <= sum * 1e-18)
            break;
    }
    sum /= M_PI;
    return sum > 1 ? 1 : sum;
}

double drift__cramer_von_mises_tail(double x)
{
    return tail(&CRAMER_VON_MISES, x);
}

double drift__anderson_darling_tail(double x)
{
    return tail(&ANDERSON_DARLING, x);
}
