/* SPDX-License-Identifier: Apache-2.0
 *
 * fisher.c: Fisher's exact test. The observed table's probability is taken in
 * logs by Loader's saddle-point form; the tails are summed outward from it by
 * the ratio of neighbours, or, where that is more than a million terms, by the
 * formula of Euler and Maclaurin, so that the work is bounded at any size.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/tails.h"

/* Tables with the first cell x, row sum r, column sum c, total m. */
typedef struct margins {
    long double row, column, total, least, most;
} margins;

static long double log_binomial(long double x, long double n, long double p)
{
    if (x == 0)
        return n * log1pl(-p);
    if (x == n)
        return n * logl(p);
    return drift__stirling_error(n) - drift__stirling_error(x) - drift__stirling_error(n - x) -
           drift__deviance(x, n * p) - drift__deviance(n - x, n * (1 - p)) +
           0.5L * logl(n / (2 * 3.14159265358979323846264338328L * x * (n - x)));
}

static long double log_probability(const margins *t, long double x)
{
    long double p = t->column / t->total;
    return log_binomial(x, t->row, p) + log_binomial(t->column - x, t->total - t->row, p) -
           log_binomial(t->column, t->total, p);
}

/* P(x + 1) / P(x) */
static long double ratio_up(const margins *t, long double x)
{
    return (t->row - x) / (x + 1) * ((t->column - x) / (t->total - t->row - t->column + x + 1));
}

/* Sum of P(x'), x' from x outward in `direction`, in units of P(x). */
static long double tail_by_terms(const margins *t, long double x, int direction)
{
    long double sum = 1, term = 1;
    for (;;) {
        if (direction > 0) {
            if (x >= t->most)
                break;
            term *= ratio_up(t, x);
            x++;
        } else {
            if (x <= t->least)
                break;
            term /= ratio_up(t, x - 1);
            x--;
        }
        sum += term;
        if (term < 1e-19L * sum)
            break;
    }
    return sum;
}

/* Integral of P(x + direction s) / P(x) over s from `from` to `from + width`, Gauss-Legendre. */
static long double panel(const margins *t, long double x, int direction, long double from,
                         long double width)
{
    static const long double node[4] = {0.1834346424956498049L, 0.5255324099163289858L,
                                        0.7966664774136267396L, 0.9602898564975362317L};
    static const long double weight[4] = {0.3626837833783619830L, 0.3137066458778872873L,
                                          0.2223810344533744705L, 0.1012285362903762592L};
    long double top = log_probability(t, x), middle = from + width / 2, sum = 0;
    for (int i = 0; i < 4; i++)
        for (int side = -1; side <= 1; side += 2) {
            long double s = middle + (long double)side * node[i] * width / 2;
            sum += weight[i] * expl(log_probability(t, x + (long double)direction * s) - top);
        }
    return sum * width / 2;
}

/* The same sum where P hardly changes from one value to the next: integral + P/2 - P'/12. */
static long double tail_by_integral(const margins *t, long double x, int direction,
                                    long double deviation)
{
    long double ratio = direction > 0 ? ratio_up(t, x) : 1 / ratio_up(t, x - 1);
    long double fall = ratio < 1 ? -logl(ratio) : 0,
                room = direction > 0 ? t->most - x : x - t->least;
    long double width = (fall * deviation > 1 ? 1 / fall : deviation) / 2;
    long double integral = 0, from = 0;
    while (from + width < room) {
        long double part = panel(t, x, direction, from, width);
        integral += part;
        from += width;
        if (part < 1e-18L * integral)
            break;
    }
    return integral + 0.5L + fall / 12;
}

static long double tail_sum(const margins *t, long double x, int direction)
{
    long double share = t->column / t->total;
    long double deviation = sqrtl(t->row * share * (1 - share) * (1 - t->row / t->total));
    long double room = direction > 0 ? t->most - x : x - t->least;
    if (deviation < 1e5L || room < 1e5L)
        return tail_by_terms(t, x, direction);
    return tail_by_integral(t, x, direction, deviation);
}

/* The value nearest to the mode, on the other side of it, with ln P <= limit; or past the end. */
static long double other_side(const margins *t, long double mode, int direction, long double limit)
{
    long double inside = mode, outside = direction > 0 ? t->most + 1 : t->least - 1;
    while (fabsl(outside - inside) > 1) {
        long double middle = floorl((inside + outside) / 2);
        if (log_probability(t, middle) <= limit)
            outside = middle;
        else
            inside = middle;
    }
    return outside;
}

static double two_sided(const margins *t, long double x)
{
    long double mode = floorl((t->row + 1) * (t->column + 1) / (t->total + 2));
    mode = mode < t->least ? t->least : mode > t->most ? t->most : mode;
    /* SciPy's tolerance: tables as probable as this one up to rounding count as such. */
    long double here = log_probability(t, x), limit = here + log1pl(1e-7L);
    if (x == mode || log_probability(t, mode) <= limit)
        return 1;
    int direction = x > mode ? 1 : -1;
    long double sum = tail_sum(t, x, direction);
    long double opposite = other_side(t, mode, -direction, limit);
    if (opposite >= t->least && opposite <= t->most)
        sum += expl(log_probability(t, opposite) - here) * tail_sum(t, opposite, -direction);
    long double p = expl(here) * sum;
    return p < 1 ? (double)p : 1;
}

/* P(X >= x) for direction 1, P(X <= x) for -1: summed on the side that falls away from the mode. */
static double one_sided(const margins *t, long double x, int direction)
{
    long double mean = t->row * (t->column / t->total);
    int outward = direction > 0 ? x > mean : x < mean;
    if (direction > 0 ? x <= t->least : x >= t->most)
        return 1;
    if (outward)
        return (double)(expl(log_probability(t, x)) * tail_sum(t, x, direction));
    long double next = x - (long double)direction;
    long double p = 1 - expl(log_probability(t, next)) * tail_sum(t, next, -direction);
    return p > 0 ? (double)p : 0;
}

drift_status drift_fisher_exact(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                                drift_alternative alternative, double *out_p_value)
{
    if (!out_p_value || alternative > DRIFT_GREATER)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if ((a | b | c | d) >> 61)
        return DRIFT_ERR_OVERFLOW;
    margins t = {(long double)a + b, (long double)a + c, (long double)a + b + c + d, 0, 0};
    if (t.row == 0 || t.row == t.total || t.column == 0 || t.column == t.total) {
        *out_p_value = 1;
        return DRIFT_OK;
    }
    t.least = t.row + t.column > t.total ? t.row + t.column - t.total : 0;
    t.most = t.row < t.column ? t.row : t.column;
    double p = alternative == DRIFT_TWO_SIDED
                   ? two_sided(&t, (long double)a)
                   : one_sided(&t, (long double)a, alternative == DRIFT_GREATER ? 1 : -1);
    *out_p_value = p < 1 ? p : 1;
    return DRIFT_OK;
}
