/* SPDX-License-Identifier: Apache-2.0
 *
 * rising.c: the difference of two Stirling formulas with the large parts
 * cancelled by hand.
 */
#include "sequential/rising.h"

#include <math.h>

#include "core/tails.h"

long double drift__log_rising(long double x, long double n)
{
    enum { FEW = 16 };
    if (n <= FEW) {
        long double sum = 0;
        for (int i = 0; i < (int)n; i++)
            sum += logl(x + i);
        return sum;
    }
    return (x - 0.5L) * log1pl(n / x) + n * (logl(x + n) - 1) + drift__stirling_error(x + n) -
           drift__stirling_error(x);
}
