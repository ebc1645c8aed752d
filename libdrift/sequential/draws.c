/* SPDX-License-Identifier: Apache-2.0
 *
 * draws.c: binomial numbers by halving: the middle one of n uniform numbers is
 * beta distributed, and says of half of them on which side of p they lie
 * (Devroye 1986, section X.4.3).
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

uint64_t drift__draw_binomial(drift__random *random, uint64_t n, double p)
{
    enum { FEW = 64 };
    uint64_t hits = 0;
    while (n > FEW && p > 0 && p < 1) {
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
    for (uint64_t i = 0; i < n; i++)
        hits += p >= 1 || (p > 0 && drift__random_uniform(random) < p);
    return hits;
}
