/* SPDX-License-Identifier: Apache-2.0
 *
 * laws.c: what the made columns are drawn from.
 */
#include "laws.h"

#include <math.h>
#include <stdlib.h>

#include "harness.h"

static const char *const NAMES[LAWS] = {
    [LAW_NORMAL] = "normal",     [LAW_LOGNORMAL] = "lognormal", [LAW_CAUCHY] = "cauchy",
    [LAW_POISSON] = "poisson_3", [LAW_ZERO_INFLATED] = "zeros", [LAW_BERNOULLI] = "bernoulli_01",
    [LAW_NAMES_5] = "names_5",   [LAW_NAMES_100] = "names_100", [LAW_NAMES_1000] = "names_1000",
};

enum { POISSON_VALUES = 40 };

const char *law_name(law which)
{
    return NAMES[which];
}

size_t law_names(law which)
{
    return which == LAW_NAMES_5      ? 5
           : which == LAW_NAMES_100  ? 100
           : which == LAW_NAMES_1000 ? 1000
                                     : 0;
}

int law_is_continuous(law which)
{
    return which <= LAW_CAUCHY;
}

/* Mean 3, by the product of uniforms. */
static double poisson_3(generator *g)
{
    double product = generator_uniform(g), n = 0;
    for (; product > 0.049787068367863944; n++)
        product *= generator_uniform(g);
    return n;
}

static double draw(law which, generator *g)
{
    switch (which) {
    case LAW_NORMAL:
        return generator_normal(g);
    case LAW_LOGNORMAL:
        return exp(generator_normal(g));
    case LAW_CAUCHY:
        return tan(3.141592653589793 * (generator_uniform(g) - 0.5));
    case LAW_POISSON:
        return poisson_3(g);
    case LAW_ZERO_INFLATED:
        return generator_uniform(g) < LAW_ZEROS ? 0 : exp(generator_normal(g));
    default:
        return generator_uniform(g) < 0.01;
    }
}

void law_numbers(law which, generator *g, double *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = draw(which, g);
}

void zipf_shares(size_t n, double *out)
{
    double total = 0;
    for (size_t k = 0; k < n; k++)
        total += 1 / (double)(k + 1);
    for (size_t k = 0; k < n; k++)
        out[k] = 1 / ((double)(k + 1) * total);
}

size_t law_shares(law which, double out[LAW_MOST_VALUES])
{
    if (which == LAW_BERNOULLI) {
        out[0] = 0.99;
        out[1] = 0.01;
        return 2;
    }
    if (which == LAW_POISSON) {
        out[0] = exp(-3);
        for (size_t k = 1; k < POISSON_VALUES; k++)
            out[k] = out[k - 1] * 3 / (double)k;
        return POISSON_VALUES;
    }
    zipf_shares(law_names(which), out);
    return law_names(which);
}

void draw_indices(generator *g, const double *shares, size_t values, int32_t *out, size_t n)
{
    double *cumulative = bench_allocate(values * sizeof *cumulative);
    double total = 0;
    for (size_t k = 0; k < values; k++)
        cumulative[k] = total += shares[k];
    for (size_t i = 0; i < n; i++)
        out[i] = (int32_t)generator_category(g, cumulative, values);
    free(cumulative);
}
