/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_intervals.c: do the intervals hold what they state? Coverage of the
 * 95 % sampling intervals over a grid of changes, sizes and cells; of those of
 * shares by summing their exact laws; and whether certified bounds ever fail.
 */
#include <drift/distance.h>
#include <drift/hypothesis.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "certified.h"
#include "harness.h"
#include "pipeline.h"
#include "proof.h"
#include "random.h"

enum { PUBLISHED = 3000, CERTIFIED_CASES = 1000000, MOST_CELLS = 16, LEVELS = 7, SIZES = 7 };
enum { DIVERGENCES = 5, WASSERSTEIN = DIVERGENCES, KS, INTERVALS };

static const double LEAST = 0.93, MOST = 0.975, NOMINAL = 0.95, MOST_ERRORS = 4.2;

static const char *const NAMES[INTERVALS] = {"psi", "kl", "js",         "hellinger",
                                             "tv",  "w1", "ks_at_least"};
/* Population PSI of the changes. */
static const double PSI[LEVELS] = {0, 0.005, 0.02, 0.1, 0.25, 0.6, 1.2};
static const uint64_t PAIRS[SIZES][2] = {{500, 500},   {1000, 1000},   {2000, 2000}, {10000, 500},
                                         {500, 10000}, {10000, 10000}, {5000, 2000}};
static const size_t CELLS[] = {5, 10, 16};

typedef enum shape {
    SHAPE_TILT,   /* equal cells of the reference; mass moves from one end to the other */
    SHAPE_SPREAD, /* the same; mass moves from the middle to both ends */
    SHAPE_NAMES, /* shares like 1 / (k + 1); single values; mass moves from the first to the last */
    SHAPES
} shape;

static const char *const SHAPE_NAME[SHAPES] = {"tilt", "spread", "names"};

typedef struct population {
    size_t cells;
    double p[MOST_CELLS], q[MOST_CELLS], lower[MOST_CELLS], upper[MOST_CELLS];
    double truth[INTERVALS];
} population;

static void normalise(double *shares, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += shares[k];
    for (size_t k = 0; k < n; k++)
        shares[k] /= sum;
}

/* The current law at `strength` of the change; returns PSI. */
static double change(population *law, shape which, double strength)
{
    double psi = 0;
    size_t n = law->cells;
    for (size_t k = 0; k < n; k++) {
        double at = ((double)k + 0.5) / (double)n * 2 - 1;
        if (which == SHAPE_TILT)
            law->q[k] = law->p[k] * exp(strength * at);
        else if (which == SHAPE_SPREAD)
            law->q[k] = law->p[k] * exp(strength * at * at);
        else
            law->q[k] = law->p[k] + (k + 1 == n ? 1 : k ? 0 : -1) * law->p[0] * -expm1(-strength);
    }
    normalise(law->q, n);
    for (size_t k = 0; k < n; k++)
        psi += (law->p[k] - law->q[k]) * log(law->p[k] / law->q[k]);
    return psi;
}

/* Integral of |straight line from a to b| over a unit of length. */
static double line_area(double a, double b)
{
    double size = fabs(a) + fabs(b);
    return a * b >= 0 ? size / 2 : (a * a + b * b) / (2 * size);
}

static void find_truth(population *law)
{
    double f = 0, *truth = law->truth;
    for (int i = 0; i < INTERVALS; i++)
        truth[i] = 0;
    for (size_t k = 0; k < law->cells; k++) {
        double p = law->p[k], q = law->q[k], m = (p + q) / 2, roots = sqrt(p) - sqrt(q);
        truth[DRIFT_DIVERGENCE_PSI] += (p - q) * log(p / q);
        truth[DRIFT_DIVERGENCE_KL] += p * log(p / q);
        truth[DRIFT_DIVERGENCE_JS] += (p * log(p / m) + q * log(q / m)) / 2;
        truth[DRIFT_DIVERGENCE_HELLINGER] += roots * roots / 2;
        truth[DRIFT_DIVERGENCE_TOTAL_VARIATION] += fabs(p - q) / 2;
        truth[WASSERSTEIN] += line_area(f, f + p - q) * (law->upper[k] - law->lower[k]);
        if (k)
            truth[WASSERSTEIN] += fabs(f) * (law->lower[k] - law->upper[k - 1]);
        f += p - q;
        truth[KS] = fmax(truth[KS], fabs(f));
    }
    for (int i = 0; i < INTERVALS; i++)
        truth[i] = truth[i] < 1e-14 ? 0 : truth[i];
    truth[DRIFT_DIVERGENCE_HELLINGER] = sqrt(truth[DRIFT_DIVERGENCE_HELLINGER]);
}

static population population_make(shape which, size_t cells, double psi)
{
    population law = {.cells = cells};
    for (size_t k = 0; k < cells; k++) {
        double from = (double)k / (double)cells * 2 - 1, to = from + 2 / (double)cells;
        law.p[k] = which == SHAPE_NAMES ? 1 / ((double)k + 1) : 1;
        law.lower[k] = which == SHAPE_NAMES ? (double)k : sinh(2 * from);
        law.upper[k] = which == SHAPE_NAMES ? (double)k : sinh(2 * to);
        if (k && which != SHAPE_NAMES)
            law.lower[k] = law.upper[k - 1];
    }
    normalise(law.p, cells);
    double low = 0, high = 40;
    for (int i = 0; i < 100 && psi > 0; i++) {
        double middle = (low + high) / 2;
        *(change(&law, which, middle) < psi ? &low : &high) = middle;
    }
    change(&law, which, low);
    find_truth(&law);
    return law;
}

/* Does each interval hold the population's value? */
static void cover(const population *law, const uint64_t *x, const uint64_t *y, size_t covered[])
{
    double low, high, d;
    uint64_t n[2] = {0, 0};
    uint8_t atoms[MOST_CELLS];
    for (int i = 0; i < DIVERGENCES; i++) {
        expect_ok(drift_divergence_interval((drift_divergence)i, x, y, law->cells, &low, &high),
                  NULL);
        covered[i] += low <= law->truth[i] && law->truth[i] <= high;
    }
    expect_ok(drift_wasserstein_interval(x, y, law->lower, law->upper, law->cells, &low, &high),
              NULL);
    covered[WASSERSTEIN] += low <= law->truth[WASSERSTEIN] && law->truth[WASSERSTEIN] <= high;
    for (size_t k = 0; k < law->cells; k++) {
        n[0] += x[k];
        n[1] += y[k];
        atoms[k] = 1;
    }
    expect_ok(drift_ks_bounds(x, y, law->cells, atoms, &d, &high), NULL);
    expect_ok(drift_ks_interval(d, n[0], n[1], NOMINAL, &low, &high), NULL);
    covered[KS] += low <= law->truth[KS] && law->truth[KS] <= high;
}

/*
 * Away from 0: where the delta method judges 99 of 100 samples, as it does from PSI / g - df of
 * 4 df + 40. PSI / g has the spread of a noncentral chi-square law.
 */
static int away(const population *law, const uint64_t n[2])
{
    double scaled = law->truth[DRIFT_DIVERGENCE_PSI] / (1 / (double)n[0] + 1 / (double)n[1]);
    double df = (double)law->cells - 1;
    return scaled - 2.33 * sqrt(2 * df + 4 * scaled) > 4 * df + 40;
}

static void prove_size(proof *p, shape which, size_t cells, const uint64_t n[2], const char *work)
{
    population laws[LEVELS];
    size_t covered[LEVELS][INTERVALS] = {{0}}, repetitions = proof_repetitions(p, PUBLISHED, 200);
    double allowed = p->effort < 1 ? MOST_ERRORS : 0;
    uint64_t x[MOST_CELLS], y[MOST_CELLS];
    generator g = generator_make(work, 0);
    for (int level = 0; level < LEVELS; level++)
        laws[level] = population_make(which, cells, PSI[level]);
    for (size_t i = 0; i < repetitions; i++) {
        generator_multinomial(&g, n[0], laws->p, cells, x);
        for (int level = 0; level < LEVELS; level++) {
            generator_multinomial(&g, n[1], laws[level].q, cells, y);
            cover(&laws[level], x, y, covered[level]);
        }
    }
    for (int level = 0; level < LEVELS; level++) {
        int kept = 1;
        proof_row(work);
        proof_number("population_psi", PSI[level]);
        for (int i = 0; i < INTERVALS; i++) {
            double share = (double)covered[level][i] / (double)repetitions;
            double error = standard_error(i == KS ? NOMINAL : LEAST, (double)repetitions);
            kept &= share >= (i == KS ? NOMINAL : LEAST) - allowed * error;
            if (i != KS && away(&laws[level], n))
                kept &= share <= MOST + allowed * standard_error(MOST, (double)repetitions);
            proof_number(NAMES[i], share);
        }
        proof_number("repetitions", (double)repetitions);
        proof_row_end(p, kept);
    }
}

static void prove_sampling(proof *p)
{
    char work[64];
    for (int which = 0; which < SHAPES; which++)
        for (size_t b = 0; b < sizeof CELLS / sizeof *CELLS; b++)
            for (int s = 0; s < SIZES; s++) {
                snprintf(work, sizeof work, "intervals.%s.%zu.%zu.%zu", SHAPE_NAME[which], CELLS[b],
                         (size_t)PAIRS[s][0], (size_t)PAIRS[s][1]);
                if (proof_wants(p, work))
                    prove_size(p, (shape)which, CELLS[b], PAIRS[s], work);
            }
}

static double binomial(uint64_t k, uint64_t n, double p)
{
    double a = (double)k, b = (double)(n - k), all = (double)n;
    return exp(lgamma(all + 1) - lgamma(a + 1) - lgamma(b + 1) + a * log(p) + b * log1p(-p));
}

/* The counts that carry all but 1e-6 of the binomial law. */
static void likely_counts(uint64_t n, double p, uint64_t *from, uint64_t *to)
{
    double mean = (double)n * p, reach = 5 * sqrt(mean * (1 - p)) + 5;
    *from = mean > reach ? (uint64_t)(mean - reach) : 0;
    *to = mean + reach < (double)n ? (uint64_t)(mean + reach) : n;
}

/* Probability that the interval holds the share `p` it was drawn with. */
static double share_coverage(drift_rate_method method, uint64_t n, double p)
{
    uint64_t from, to;
    double low, high, sum = 0;
    likely_counts(n, p, &from, &to);
    for (uint64_t k = from; k <= to; k++) {
        expect_ok(drift_rate_interval(k, n, method, NOMINAL, &low, &high), NULL);
        sum += low <= p && p <= high ? binomial(k, n, p) : 0;
    }
    return sum;
}

static double difference_coverage(const uint64_t n[2], double p, double q)
{
    uint64_t from[2], to[2];
    double low, high, sum = 0;
    likely_counts(n[0], p, &from[0], &to[0]);
    likely_counts(n[1], q, &from[1], &to[1]);
    for (uint64_t x = from[0]; x <= to[0]; x++) {
        double weight = binomial(x, n[0], p), inside = 0;
        for (uint64_t y = from[1]; y <= to[1] && weight > 1e-8; y++) {
            expect_ok(drift_rate_difference_interval(x, n[0], y, n[1], NOMINAL, &low, &high), NULL);
            inside += low <= q - p && q - p <= high ? binomial(y, n[1], q) : 0;
        }
        sum += weight * inside;
    }
    return sum;
}

/* Lowest and mean coverage over shares from five expected cases to one half, at equal ratios. */
static void prove_shares(proof *p, const char *work, drift_rate_method method, uint64_t n)
{
    size_t shares = proof_repetitions(p, 100, 12);
    double lowest = 1, sum = 0, first = 5 / (double)n;
    for (size_t i = 0; i < shares; i++) {
        double part = (double)i / (double)(shares - 1);
        double covered = share_coverage(method, n, first * pow(0.5 / first, part));
        lowest = fmin(lowest, covered);
        sum += covered;
    }
    proof_row(work);
    proof_number("lowest", lowest);
    proof_number("mean", sum / (double)shares);
    proof_number("shares", (double)shares);
    proof_row_end(p, lowest >= (method == DRIFT_RATE_WILSON ? LEAST : NOMINAL));
}

static void prove_differences(proof *p, const char *work, const uint64_t n[2])
{
    static const double SHARE[] = {0.01, 0.05, 0.2, 0.5};
    enum { PAIRS_OF_SHARES = 16 };
    size_t pairs = proof_repetitions(p, PAIRS_OF_SHARES, 4);
    double lowest = 1, sum = 0;
    pairs = pairs < PAIRS_OF_SHARES ? pairs : PAIRS_OF_SHARES;
    for (size_t i = 0; i < pairs; i++) {
        size_t pair = i * PAIRS_OF_SHARES / pairs;
        double covered = difference_coverage(n, SHARE[pair / 4], SHARE[pair % 4]);
        lowest = fmin(lowest, covered);
        sum += covered;
    }
    proof_row(work);
    proof_number("lowest", lowest);
    proof_number("mean", sum / (double)pairs);
    proof_number("shares", (double)pairs);
    proof_row_end(p, lowest >= LEAST);
}

static void prove_rates(proof *p)
{
    static const uint64_t SAMPLE[] = {500, 2000, 10000};
    static const uint64_t DIFFERENCE[][2] = {{500, 500}, {2000, 2000}, {10000, 500}, {500, 10000}};
    char work[64];
    for (size_t i = 0; i < sizeof SAMPLE / sizeof *SAMPLE; i++)
        for (int exact = 0; exact < 2; exact++) {
            snprintf(work, sizeof work, "intervals.%s.%zu", exact ? "clopper_pearson" : "wilson",
                     (size_t)SAMPLE[i]);
            if (proof_wants(p, work))
                prove_shares(p, work, exact ? DRIFT_RATE_CLOPPER_PEARSON : DRIFT_RATE_WILSON,
                             SAMPLE[i]);
        }
    for (size_t i = 0; i < sizeof DIFFERENCE / sizeof *DIFFERENCE; i++) {
        snprintf(work, sizeof work, "intervals.newcombe.%zu.%zu", (size_t)DIFFERENCE[i][0],
                 (size_t)DIFFERENCE[i][1]);
        if (proof_wants(p, work))
            prove_differences(p, work, DIFFERENCE[i]);
    }
}

static void certified_row(proof *p, const char *style, const char *bound, certified_count count)
{
    char work[64];
    snprintf(work, sizeof work, "intervals.certified.%s.%s", bound, style);
    proof_row(work);
    proof_number("cases", (double)count.cases);
    proof_number("outside", (double)count.outside);
    proof_number("at_a_bound", (double)count.reached / (double)count.cases);
    proof_row_end(p, count.outside == 0);
}

static void prove_certified(proof *p)
{
    for (int i = 0; i < CERTIFIED_STYLES; i++) {
        char work[64];
        const char *style = certified_name((certified_style)i);
        snprintf(work, sizeof work, "intervals.certified.%s", style);
        if (!proof_wants(p, work))
            continue;
        generator g = generator_make(work, 0);
        certified_result result = certified_run(
            (certified_style)i, &g, proof_repetitions(p, CERTIFIED_CASES / CERTIFIED_STYLES, 1000));
        certified_row(p, style, "ks", result.ks);
        certified_row(p, style, "wasserstein", result.wasserstein);
        certified_row(p, style, "ranks", result.ranks);
    }
}

int main(int argc, char **argv)
{
    proof p = proof_begin(argc, argv);
    prove_sampling(&p);
    prove_rates(&p);
    prove_certified(&p);
    return proof_end(&p);
}
