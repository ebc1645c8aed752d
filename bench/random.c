/* SPDX-License-Identifier: Apache-2.0
 *
 * random.c: SplitMix64 (Steele, Lea & Flood 2014), normals by Box and Muller
 * (1958), gammas by Marsaglia & Tsang (2000), binomials by splitting at an
 * order statistic, which is Beta (Devroye 1986, chapter X.4).
 */
#include "random.h"

#include <math.h>

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

uint64_t generator_next(generator *g)
{
    g->state += 0x9e3779b97f4a7c15ULL;
    return mix(g->state);
}

generator generator_make(const char *name, uint64_t stream)
{
    generator g = {0x6c69626472696674ULL, 0, 0};
    for (; *name; name++)
        g.state = mix(g.state + (unsigned char)*name);
    g.state = mix(g.state + stream);
    return g;
}

double generator_uniform(generator *g)
{
    return ((double)(generator_next(g) >> 11) + 0.5) / 9007199254740992.0;
}

uint64_t generator_below(generator *g, uint64_t n)
{
    uint64_t most = UINT64_MAX - UINT64_MAX % n, drawn;
    do
        drawn = generator_next(g);
    while (drawn >= most);
    return drawn % n;
}

double generator_normal(generator *g)
{
    if (g->has_spare) {
        g->has_spare = 0;
        return g->spare;
    }
    double radius = sqrt(-2 * log(generator_uniform(g)));
    double angle = 6.283185307179586 * generator_uniform(g);
    g->spare = radius * sin(angle);
    g->has_spare = 1;
    return radius * cos(angle);
}

double generator_gamma(generator *g, double shape)
{
    double factor = 1;
    if (shape < 1) {
        factor = pow(generator_uniform(g), 1 / shape);
        shape += 1;
    }
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = generator_normal(g), v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        if (log(generator_uniform(g)) < x * x / 2 + d - d * v + d * log(v))
            return factor * d * v;
    }
}

double generator_beta(generator *g, double a, double b)
{
    double x = generator_gamma(g, a), y = generator_gamma(g, b);
    return x / (x + y);
}

/* Gaps between successes are geometric. */
static uint64_t few(generator *g, uint64_t n, double p)
{
    double log_failure = log1p(-p);
    uint64_t successes = 0;
    for (double at = 0;; successes++) {
        at += floor(log(generator_uniform(g)) / log_failure) + 1;
        if (at > (double)n)
            return successes;
    }
}

uint64_t generator_binomial(generator *g, uint64_t n, double p)
{
    uint64_t successes = 0;
    if (p <= 0 || n == 0)
        return 0;
    if (p >= 1)
        return n;
    if (p > 0.5)
        return n - generator_binomial(g, n, 1 - p);
    while ((double)n * p > 12 && p < 1) {
        uint64_t middle = 1 + n / 2;
        double x = generator_beta(g, (double)middle, (double)(n + 1 - middle));
        if (x > p) {
            n = middle - 1;
            p = p / x;
        } else {
            successes += middle;
            n -= middle;
            p = (p - x) / (1 - x);
        }
    }
    if (p >= 1)
        return successes + n;
    return p > 0 ? successes + few(g, n, p) : successes;
}

void generator_multinomial(generator *g, uint64_t n, const double *mass, size_t cells,
                           uint64_t *out_counts)
{
    double left = 0;
    for (size_t k = 0; k < cells; k++)
        left += mass[k];
    for (size_t k = 0; k < cells; k++) {
        int last = k + 1 == cells;
        out_counts[k] = last ? n : generator_binomial(g, n, mass[k] / left);
        n -= out_counts[k];
        left = left > mass[k] ? left - mass[k] : 0;
    }
}

size_t generator_category(generator *g, const double *cumulative, size_t cells)
{
    double aim = generator_uniform(g) * cumulative[cells - 1];
    size_t low = 0, high = cells - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cumulative[middle] > aim)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
