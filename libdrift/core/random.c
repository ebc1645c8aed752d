/* SPDX-License-Identifier: Apache-2.0
 *
 * random.c: numbers that look random and are not.
 */
#include "core/random.h"

#include <math.h>

double drift__random_normal(drift__random *random)
{
    double radius = sqrt(-2 * log(drift__random_uniform(random)));
    return radius * cos(2 * M_PI * drift__random_uniform(random));
}

uint64_t drift__random_below(drift__random *random, uint64_t n)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % n, drawn;
    do
        drawn = drift__random_next(random);
    while (drawn >= limit);
    return drawn % n;
}
