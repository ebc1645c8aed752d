/* SPDX-License-Identifier: Apache-2.0
 *
 * linear_rank.c: sums of scores of a sample drawn without replacement: mean and
 * variance (Hajek & Sidak 1967, II.3.1), and the exact law by adding the pooled
 * values one after the other; all terms are positive, so small tails keep their
 * digits.
 */
#include "hypothesis/linear_rank.h"

#include <math.h>

#include "core/memory.h"
#include "hypothesis/alternative.h"

static const double AUTO_WORK = 3e7, MOST_WORK = 2e9, MOST_STATES = 2e7;

/* Draws of `chosen` from pooled values in `n` blocks, scores brought to 0, 1, ..., `top`. */
typedef struct urn {
    const uint64_t *blocks; /* NULL: single values */
    uint64_t *scores;
    size_t n;
    uint64_t pooled, chosen, top;
} urn;

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static void normalise(urn *u)
{
    uint64_t least = u->scores[0], step = 0, top = 0;
    for (size_t k = 1; k < u->n; k++)
        least = u->scores[k] < least ? u->scores[k] : least;
    for (size_t k = 0; k < u->n; k++)
        step = common_divisor(u->scores[k] - least, step);
    step = step ? step : 1;
    for (size_t k = 0; k < u->n; k++) {
        u->scores[k] = (u->scores[k] - least) / step;
        top = u->scores[k] > top ? u->scores[k] : top;
    }
    u->top = top;
}

static double states_of(const urn *u)
{
    return ((double)u->chosen + 1) * ((double)u->chosen * (double)u->top + 1);
}

/*
 * weight[i * width + s]: probability that i of the first t values are chosen and score s; none
 * of them scores more than `highest`.
 */
static void draw(const urn *u, uint64_t t, uint64_t score, uint64_t highest, double *weight)
{
    uint64_t width = u->chosen * u->top + 1, most = t < u->chosen ? t : u->chosen;
    double left = (double)(u->pooled - t);
    for (uint64_t i = most + 1; i-- > 0;) {
        double *row = weight + i * width, *next = row + width + score;
        double wanted = (double)(u->chosen - i), take = wanted / left;
        double leave = wanted < left ? (left - wanted) / left : 0;
        uint64_t end = i * highest;
        if (i < u->chosen)
            for (uint64_t s = 0; s <= end; s++)
                next[s] += row[s] * take;
        for (uint64_t s = 0; s <= end; s++)
            row[s] *= leave;
    }
}

static void sum_tails(const double *row, uint64_t width, long double at, double *out_lower,
                      double *out_upper)
{
    double lower = 0, upper = 0;
    for (uint64_t s = 0; s < width && (long double)s <= at; s++)
        lower += row[s];
    for (uint64_t s = width; s-- > 0 && (long double)s >= at;)
        upper += row[s];
    *out_lower = lower < 1 ? lower : 1;
    *out_upper = upper < 1 ? upper : 1;
}

/* `at` is the observed sum less the least one, in steps. */
static drift_status tails(const urn *u, long double at, double *out_lower, double *out_upper)
{
    uint64_t width = u->chosen * u->top + 1, t = 0, highest = 0;
    drift_allocator memory = drift__allocator(NULL);
    double *weight = drift__allocate_zero(&memory, (size_t)states_of(u), sizeof *weight);
    if (!weight)
        return DRIFT_ERR_OUT_OF_MEMORY;
    weight[0] = 1;
    for (size_t k = 0; k < u->n; k++) {
        highest = u->scores[k] > highest ? u->scores[k] : highest;
        for (uint64_t left = u->blocks ? u->blocks[k] : 1; left; left--)
            draw(u, t++, u->scores[k], highest, weight);
    }
    sum_tails(weight + u->chosen * width, width, at, out_lower, out_upper);
    drift__release(&memory, weight);
    return DRIFT_OK;
}

/*
 * The sum of normalised scores of the values in `counts`. Without ties a block
 * counts with the mean of its values' scores, what breaking it at random gives.
 */
static long double sum_of(const urn *u, const drift__ties *ties, const uint64_t *counts)
{
    long double sum = 0;
    size_t next = 0;
    for (size_t k = 0; k < ties->n; k++) {
        uint64_t size = u->blocks ? 1 : ties->reference[k] + ties->current[k];
        long double scores = 0;
        for (uint64_t left = size; left; left--)
            scores += (long double)u->scores[next++];
        sum += (long double)counts[k] * scores / (long double)size;
    }
    long double whole = roundl(sum);
    return fabsl(sum - whole) < 1e-9L ? whole : sum;
}

/* The smaller sample is drawn. */
static drift_status exact(urn *u, const drift__ties *ties, double most_work,
                          drift__linear_rank *out)
{
    int swapped = ties->n_current < ties->n_reference;
    double lower, upper;
    u->chosen = swapped ? ties->n_current : ties->n_reference;
    normalise(u);
    if (states_of(u) > MOST_STATES || states_of(u) / 2 * (double)u->pooled > most_work)
        return DRIFT_ERR_UNSUPPORTED;
    long double at = sum_of(u, ties, swapped ? ties->current : ties->reference);
    drift_status status = tails(u, at, &lower, &upper);
    if (status)
        return status;
    out->lower = swapped ? upper : lower;
    out->upper = swapped ? lower : upper;
    out->exact = 1;
    return DRIFT_OK;
}

static drift_status exact_law(const drift__ties *ties, const uint64_t *twice,
                              drift__twice_score score, drift_method method,
                              drift__linear_rank *out)
{
    uint64_t pooled = ties->n_reference + ties->n_current;
    int with_ties = method != DRIFT_METHOD_CONTINUOUS;
    size_t n = with_ties ? ties->n : (size_t)pooled;
    if ((double)ties->n_reference * (double)ties->n_current > MOST_STATES)
        return DRIFT_ERR_UNSUPPORTED;
    drift_allocator memory = drift__allocator(NULL);
    uint64_t *scores = drift__allocate(&memory, n, sizeof *scores);
    uint64_t *blocks = drift__allocate(&memory, ties->n, sizeof *blocks);
    drift_status status = scores && blocks ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
    if (!status) {
        for (size_t k = 0; k < ties->n; k++)
            blocks[k] = ties->reference[k] + ties->current[k];
        for (size_t k = 0; k < n; k++)
            scores[k] = with_ties ? twice[k] : score(k, 1, pooled);
        urn u = {with_ties ? blocks : NULL, scores, n, pooled, 0, 0};
        status = exact(&u, ties, method == DRIFT_METHOD_AUTO ? AUTO_WORK : MOST_WORK, out);
    }
    drift__release(&memory, scores);
    drift__release(&memory, blocks);
    return status;
}

/* x - T n / M of a block, without cancellation. */
static double excess_of(const drift__ties *ties, size_t k, double pooled)
{
    __extension__ typedef __int128 wide;
    wide difference = (wide)ties->reference[k] * (wide)ties->n_current -
                      (wide)ties->current[k] * (wide)ties->n_reference;
    return (double)difference / pooled;
}

static void moments(const drift__ties *ties, const uint64_t *twice, drift__linear_rank *out)
{
    double n = (double)ties->n_reference, m = (double)ties->n_current, pooled = n + m;
    long double mean = 0, sum = 0, squares = 0;
    for (size_t k = 0; k < ties->n; k++)
        mean += (long double)(ties->reference[k] + ties->current[k]) * twice[k] / pooled;
    for (size_t k = 0; k < ties->n; k++) {
        long double block = (long double)(ties->reference[k] + ties->current[k]);
        long double score = ((long double)twice[k] - mean) / 2;
        sum += (long double)excess_of(ties, k, pooled) * score;
        squares += block * score * score;
    }
    out->excess = (double)sum;
    /* One block, or one score: what is left is rounding. */
    int same = ties->n == 1 || squares <= 1e-25L * pooled * mean * mean;
    out->deviation = same ? 0 : (double)sqrtl(squares * (n / pooled) * (m / (pooled - 1)));
}

drift_status drift__linear_rank_of(const drift__ties *ties, drift__twice_score score,
                                   drift_method method, drift__linear_rank *out)
{
    drift_allocator memory = drift__allocator(NULL);
    uint64_t *twice = drift__allocate(&memory, ties->n, sizeof *twice), before = 0;
    if (!twice)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (size_t k = 0; k < ties->n; k++) {
        uint64_t size = ties->reference[k] + ties->current[k];
        twice[k] = score(before, size, ties->n_reference + ties->n_current);
        before += size;
    }
    *out = (drift__linear_rank){0};
    moments(ties, twice, out);
    drift_status status = DRIFT_OK;
    if (method != DRIFT_METHOD_ASYMPTOTIC)
        status = exact_law(ties, twice, score, method, out);
    if (status == DRIFT_ERR_UNSUPPORTED && method == DRIFT_METHOD_AUTO)
        status = DRIFT_OK;
    drift__release(&memory, twice);
    return status;
}

double drift__linear_rank_p_value(const drift__linear_rank *law, drift_alternative alternative,
                                  drift_alternative above, double continuity)
{
    if (law->exact) {
        double smaller = law->lower < law->upper ? law->lower : law->upper;
        if (alternative == DRIFT_TWO_SIDED)
            return smaller < 0.5 * (1 - 1e-13) ? 2 * smaller : 1; /* 1 in the middle */
        return alternative == above ? law->upper : law->lower;
    }
    if (law->deviation <= 0)
        return 1;
    double excess = law->excess;
    if (alternative == DRIFT_TWO_SIDED) {
        double p =
            2 * drift__normal_p_value((fabs(excess) - continuity) / law->deviation, DRIFT_GREATER);
        return p < 1 ? p : 1;
    }
    double toward = alternative == above ? excess : -excess;
    return drift__normal_p_value((toward - continuity) / law->deviation, DRIFT_GREATER);
}
