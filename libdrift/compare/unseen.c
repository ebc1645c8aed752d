/* SPDX-License-Identifier: Apache-2.0
 *
 * unseen.c: current values whose name the reference never had. Given the joint
 * counts T_i, name i is absent from the reference with probability
 * pi_i = C(M - T_i, N) / C(M, N); these events are negatively associated, so
 * for a convex function f of U = sum T_i 1{absent} the expectation is at most
 * that under independence (Shao 2000, theorem 1). Two such functions bound the
 * tail: (U - a)+ / (u - a), sharp for few names, and exp(t (U - u)), Chernoff's,
 * for far tails.
 */
#include <math.h>

#include "compare/judge.h"

double drift__log_ratio_of_choices(double n, double m, double k)
{
    double sum = 0;
    int sign;
    if (k > 256 || k != floor(k))
        return lgamma_r(m - k + 1, &sign) - lgamma_r(n - k + 1, &sign) - lgamma_r(m + 1, &sign) +
               lgamma_r(n + 1, &sign);
    for (double i = 0; i < k; i++)
        sum += log((n - i) / (m - i));
    return sum;
}

typedef struct term {
    double log_absent; /* ln pi */
    double joint;      /* T, divided by the design effect */
} term;

/*
 * With a smaller sum of pi every name is too frequent to be absent by chance: one that is has a test
 * cell of its own, and next to nothing of the level is enough to name it.
 */
static const double TOO_FREQUENT = 1e-6;
enum { MOST_STEPS = 4096 };

/* ln E exp(t U), and its derivative. */
static double log_moment(const term *terms, size_t n, double t, double *out_derivative)
{
    double sum = 0, derivative = 0;
    for (size_t i = 0; i < n; i++) {
        double grown = terms[i].log_absent + t * terms[i].joint;
        double stays = log1p(-exp(terms[i].log_absent));
        double top = grown > stays ? grown : stays;
        double total = top + log(exp(grown - top) + exp(stays - top));
        sum += total;
        derivative += terms[i].joint * exp(grown - total);
    }
    *out_derivative = derivative;
    return sum;
}

/* min over t of exp(log_moment(t) - t u): convex, so the root of the derivative. */
static double chernoff(const term *terms, size_t n, double u)
{
    double low = 0, high = 1e-3, derivative;
    log_moment(terms, n, 0, &derivative);
    if (derivative >= u)
        return 1;
    for (int i = 0; i < 60; i++) {
        log_moment(terms, n, high, &derivative);
        if (derivative >= u)
            break;
        high *= 2;
    }
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        log_moment(terms, n, middle, &derivative);
        if (derivative >= u)
            high = middle;
        else
            low = middle;
    }
    double bound = log_moment(terms, n, low, &derivative) - low * u;
    return bound < 0 ? exp(bound) : 1;
}

/* P(U = j), j < u, under independence; whole joint counts. */
static void mass_below(const term *terms, size_t n, size_t u, double *mass)
{
    for (size_t j = 0; j < u; j++)
        mass[j] = j == 0;
    for (size_t i = 0; i < n; i++) {
        double absent = exp(terms[i].log_absent);
        if (terms[i].joint >= (double)u || absent <= 0) {
            for (size_t j = 0; j < u && absent > 0; j++)
                mass[j] *= 1 - absent;
            continue;
        }
        size_t step = (size_t)terms[i].joint;
        for (size_t j = u; j-- > 0;)
            mass[j] = mass[j] * (1 - absent) + (j >= step ? mass[j - step] * absent : 0);
    }
}

/* min over a < u of E(U - a)+ / (u - a), where E(U - a)+ = E U - a + sum_{j < a} (a - j) P(U = j). */
static double hinge(const term *terms, size_t n, size_t u, double *mass)
{
    double mean = 0, below = 0, moment = 0, best = 1;
    for (size_t i = 0; i < n; i++)
        mean += terms[i].joint * exp(terms[i].log_absent);
    mass_below(terms, n, u, mass);
    for (size_t a = 0; a < u; a++) {
        /* Here `below` = P(U < a) and `moment` = E U 1{U < a}. */
        double excess = mean - (double)a + (double)a * below - moment;
        double slack = 1e-14 * ((double)a + mean);
        double bound = ((excess > 0 ? excess : 0) + slack) / (double)(u - a);
        best = bound < best ? bound : best;
        below += mass[a];
        moment += (double)a * mass[a];
    }
    return best;
}

static double tail(drift_comparison *comparison, const term *terms, size_t n, double u)
{
    double p = chernoff(terms, n, u);
    if (u > MOST_STEPS || u != floor(u) || p < 1e-12)
        return p;
    double *mass = drift__arena_allocate(&comparison->arena, (size_t)u, sizeof *mass);
    if (!mass)
        return p;
    double sharp = hinge(terms, n, (size_t)u, mass);
    return sharp < p ? sharp : p;
}

static void count_unseen(drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    for (size_t k = 0; k < result->n_names; k++)
        if (result->names[k].unseen && drift__is_sampled(judgement, &result->names[k])) {
            judgement->unseen += result->names[k].current;
            judgement->unseen_names++;
            if (!judgement->unseen_example && !result->names[k].hidden)
                judgement->unseen_example = &result->names[k];
        }
}

/*
 * Upper limit, by two standard errors, of the share of values whose names the reference
 * never met by chance (Good 1953; Robbins 1968 has the error): what it met once tells.
 */
static double most_missing(const drift__name_sample *sample, double once, double twice)
{
    double share = (once + 2 * sqrt(once + 2 * twice)) / (double)sample->reference;
    return share < 1 ? share : 1;
}

/* PSI of `found` of n values beside what chance makes expect. */
static double excess(double found, double expected, double n)
{
    double p = (expected + 0.5) / (n + 1), q = (found + 0.5) / (n + 1);
    return q > p && q < 1 ? (q - p) * log(q / p * (1 - p) / (1 - q)) : 0;
}

int drift__test_unseen(drift_comparison *comparison, drift__judgement *judgement, int *out_rare,
                       double *out_p)
{
    const drift_column_result *result = judgement->result;
    if (!result->names || !result->valid_reference || !result->valid_current)
        return 0;
    count_unseen(judgement);
    const drift__name_sample *sample = &judgement->sample;
    if (!sample->reference || !sample->current || judgement->reference->type == DRIFT_TYPE_BOOLEAN)
        return 0;
    term *terms = drift__arena_allocate(&comparison->arena, result->n_names, sizeof *terms);
    if (!terms)
        return 0;
    double scale = drift__design_largest(&judgement->design), sum = 0;
    double n = (double)sample->current / scale, once = 0, twice = 0;
    double both = n + (double)sample->reference / scale;
    size_t used = 0;
    for (size_t k = 0; k < result->n_names; k++) {
        if (!drift__is_sampled(judgement, &result->names[k]))
            continue;
        double joint = (double)(result->names[k].reference + result->names[k].current) / scale;
        term *of = &terms[used++];
        of->joint = joint;
        of->log_absent = joint > n ? -1e6 : drift__log_ratio_of_choices(n, both, joint);
        sum += exp(of->log_absent);
        once += result->names[k].reference == 1;
        twice += result->names[k].reference == 2;
    }
    *out_rare = sum >= TOO_FREQUENT;
    *out_p =
        judgement->unseen ? tail(comparison, terms, used, (double)judgement->unseen / scale) : 1;
    judgement->share_effect[DRIFT__SHARE_UNSEEN] =
        excess((double)judgement->unseen / scale, n * most_missing(sample, once, twice), n);
    return 1;
}
