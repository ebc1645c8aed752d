/* SPDX-License-Identifier: Apache-2.0
 *
 * draws.c: binomial numbers: of few successes by inversion, of many by halving first: the middle
 * one of n uniform numbers is beta distributed, and says of half of them on which
 * side of p they lie (Devroye 1986, sections X.4.2 and X.4.3). Only sums, products and quotients.
 */
#include "sequential/draws.h"

#include "core/tails.h"

double drift__draw_beta(drift__random *random, double a, double b)
{
    long double x, y;
    double p = drift__random_uniform(random);
    if (p <= 0.5) {
        drift__beta_quantile(p, a, b, &x, &y);
        return (double)x;
    }
    drift__beta_quantile(1 - p, b, a, &y, &x);
    return (double)x;
}

static double power(double base, uint64_t n)
{
    double product = 1;
    for (; n; n /= 2) {
        if (n % 2)
            product *= base;
        base *= base;
    }
    return product;
}

/* By inversion: the probabilities of 0, 1, ... are added up until they pass a uniform number. */
static uint64_t draw_few(drift__random *random, uint64_t n, double p)
{
    double left = drift__random_uniform(random), share = power(1 - p, n);
    const double odds = p / (1 - p);
    uint64_t k = 0;
    while (k < n && left >= share) {
        left -= share;
        share *= (double)(n - k) / (double)(k + 1) * odds;
        k++;
    }
    return k;
}

uint64_t drift__draw_binomial(drift__random *random, uint64_t n, double p)
{
    /* Beyond these (1 - p)^n would be too small, or too rough. */
    const double most_expected = 256;
    const uint64_t most_trials = 1u << 20;
    uint64_t hits = 0;
    while (p > 0 && p < 1 &&
           (n > most_trials || (double)n * (p < 0.5 ? p : 1 - p) > most_expected)) {
        uint64_t middle = n / 2 + 1;
        double at = drift__draw_beta(random, (double)middle, (double)(n + 1 - middle));
        if (at <= p) {
            hits += middle;
            n -= middle;
            p = at < 1 ? (p - at) / (1 - at) : 0;
        } else {
            n = middle - 1;
            p /= at;
        }
    }
    if (p <= 0 || !n)
        return hits;
    if (p >= 1)
        return hits + n;
    return hits + (p < 0.5 ? draw_few(random, n, p) : n - draw_few(random, n, 1 - p));
}
