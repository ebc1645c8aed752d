/* SPDX-License-Identifier: Apache-2.0
 *
 * certified.c: bounds of KS, Wasserstein-1 and ranks against exact values. Two
 * samples are drawn, their distinct values cut into cells at random places with
 * edges on the values, between them, or with gaps and empty cells beside them.
 */
#include "certified.h"

#include <drift/distance.h>
#include <drift/tdigest.h>
#include <math.h>
#include <stdlib.h>

#include "harness.h"
#include "pipeline.h"

enum { MOST_VALUES = 128, MOST_CELLS = 4 * MOST_VALUES, DIGEST_VALUES = 400, QUERIES = 4 };

/* W1's bounds are sums of doubles: this much of the upper one may be rounding. */
static const double ROUNDING = 1e-13;

typedef struct sample {
    double values[DIGEST_VALUES];
    size_t n;
} sample;

typedef struct cells {
    double lower[MOST_CELLS], upper[MOST_CELLS];
    uint64_t reference[MOST_CELLS], current[MOST_CELLS];
    uint8_t atoms[MOST_CELLS];
    size_t n;
} cells;

const char *certified_name(certified_style style)
{
    static const char *const NAMES[CERTIFIED_STYLES] = {
        "uniform", "cauchy", "lattice", "ends", "apart", "offset", "range", "neighbours"};
    return NAMES[style];
}

static double draw(certified_style style, generator *g, int second)
{
    double u = generator_uniform(g);
    switch (style) {
    case CERTIFIED_CAUCHY:
        return tan(3.141592653589793 * (u - 0.5));
    case CERTIFIED_LATTICE:
        return floor(u * 6);
    case CERTIFIED_ENDS:
        return floor(u * 5) + (generator_below(g, 10) ? second * 0.75 : 0.25);
    case CERTIFIED_APART:
        return second ? 10 + floor(u * 2) : u * 9;
    case CERTIFIED_OFFSET:
        return 1e15 + floor(u * 40) / 8;
    case CERTIFIED_RANGE:
        return (generator_below(g, 2) ? 1 : -1) * pow(10, 300 * u - 150);
    case CERTIFIED_NEIGHBOURS:
        return 1 + floor(u * 12) * 0x1p-52;
    default:
        return u + second * 0.1;
    }
}

static int rising(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void draw_sample(sample *s, certified_style style, generator *g, int second, size_t n)
{
    s->n = n;
    for (size_t i = 0; i < n; i++)
        s->values[i] = draw(style, g, second);
    qsort(s->values, n, sizeof *s->values, rising);
}

/* Somewhere in low..high: either end, the middle, or a random place. */
static double between(generator *g, double low, double high)
{
    double place[4] = {low, high, low / 2 + high / 2, low + generator_uniform(g) * (high - low)};
    double at = place[generator_below(g, 4)];
    return at < low ? low : at > high ? high : at;
}

static size_t count_in(const sample *s, double from, double to)
{
    size_t count = 0;
    for (size_t i = 0; i < s->n; i++)
        count += s->values[i] >= from && s->values[i] <= to;
    return count;
}

static void add_cell(cells *c, double lower, double upper)
{
    c->lower[c->n] = lower;
    c->upper[c->n] = upper;
    c->reference[c->n] = c->current[c->n] = 0;
    c->atoms[c->n++] = lower == upper;
}

/* Cut the distinct values of both samples into groups of up to `most`, a cell for each. */
static void cut(cells *c, generator *g, const double *distinct, size_t n, size_t most,
                const sample *x, const sample *y)
{
    c->n = 0;
    for (size_t first = 0, last; first < n; first = last + 1) {
        last = first + (size_t)generator_below(g, most);
        last = last < n ? last : n - 1;
        double before = c->n ? c->upper[c->n - 1] : distinct[first] - 1;
        double after = last + 1 < n ? distinct[last + 1] : distinct[last] + 1;
        double lower = between(g, before, distinct[first]);
        double upper = between(g, distinct[last], after);
        /* The next group's first value is not this cell's. */
        upper = upper < after ? upper : distinct[last];
        if (generator_below(g, 8) == 0)
            add_cell(c, before, between(g, before, lower));
        if (first == last && generator_below(g, 2) == 0)
            lower = upper = distinct[first];
        add_cell(c, lower, upper);
        c->reference[c->n - 1] = count_in(x, distinct[first], distinct[last]);
        c->current[c->n - 1] = count_in(y, distinct[first], distinct[last]);
    }
}

/* Largest |F - G|, and its integral, from whole numbers |i m - j n|. */
static void exact_distances(const sample *x, const sample *y, const double *distinct, size_t n,
                            double *out_ks, long double *out_area)
{
    long double scale = (long double)x->n * (long double)y->n, area = 0;
    int64_t largest = 0;
    size_t i = 0, j = 0;
    for (size_t k = 0; k < n; k++) {
        while (i < x->n && x->values[i] <= distinct[k])
            i++;
        while (j < y->n && y->values[j] <= distinct[k])
            j++;
        int64_t height = llabs((int64_t)(i * y->n) - (int64_t)(j * x->n));
        largest = height > largest ? height : largest;
        if (k + 1 < n)
            area += (long double)height / scale *
                    ((long double)distinct[k + 1] - (long double)distinct[k]);
    }
    *out_ks = (double)((long double)largest / scale);
    *out_area = area;
}

static void judge(certified_count *count, int inside, int reached)
{
    count->cases++;
    count->outside += !inside;
    count->reached += inside && reached;
}

static void distance_case(certified_style style, generator *g, certified_result *result)
{
    sample x, y;
    cells c;
    double distinct[2 * MOST_VALUES], ks, low, high, value;
    long double area;
    size_t most = generator_below(g, 50) ? 12 : MOST_VALUES, n = 0;
    draw_sample(&x, style, g, 0, 1 + (size_t)generator_below(g, most));
    draw_sample(&y, style, g, 1, 1 + (size_t)generator_below(g, most));
    for (size_t i = 0, j = 0; i < x.n || j < y.n;) {
        double at =
            j >= y.n || (i < x.n && x.values[i] <= y.values[j]) ? x.values[i++] : y.values[j++];
        if (!n || at > distinct[n - 1])
            distinct[n++] = at;
    }
    cut(&c, g, distinct, n, 1 + (size_t)generator_below(g, 8), &x, &y);
    exact_distances(&x, &y, distinct, n, &ks, &area);
    expect_ok(drift_ks_bounds(c.reference, c.current, c.n, c.atoms, &low, &high), NULL);
    judge(&result->ks, low <= ks && ks <= high, ks == low || ks == high);
    expect_ok(drift_wasserstein_bounds(c.reference, c.current, c.lower, c.upper, c.n, &value, &low,
                                       &high),
              NULL);
    long double rounding = (long double)(ROUNDING * high);
    judge(&result->wasserstein, low <= area + rounding && area <= high + rounding,
          fabsl(area - low) <= rounding || fabsl(area - high) <= rounding);
}

static double query(certified_style style, generator *g, const sample *s)
{
    double at = s->values[generator_below(g, s->n)];
    switch (generator_below(g, 4)) {
    case 0:
        return nextafter(at, -INFINITY);
    case 1:
        return nextafter(at, INFINITY);
    case 2:
        return draw(style, g, 1);
    default:
        return at;
    }
}

static void rank_case(certified_style style, generator *g, drift_tdigest *digest,
                      drift_tdigest *other, certified_count *count)
{
    sample s;
    size_t n = 1 + (size_t)generator_below(g, generator_below(g, 20) ? 60 : DIGEST_VALUES);
    draw_sample(&s, style, g, (int)generator_below(g, 2), n);
    int mixed = generator_below(g, 4) > 0;
    for (size_t i = n; i > 1 && mixed; i--) {
        size_t k = (size_t)generator_below(g, i);
        double moved = s.values[k];
        s.values[k] = s.values[i - 1];
        s.values[i - 1] = moved;
    }
    size_t alone = generator_below(g, 2) ? n : (size_t)generator_below(g, n + 1);
    drift_tdigest_reset(digest);
    drift_tdigest_reset(other);
    expect_ok(drift_tdigest_update(digest, s.values, alone), NULL);
    expect_ok(drift_tdigest_update(other, s.values + alone, n - alone), NULL);
    expect_ok(drift_tdigest_merge(digest, other), NULL);
    for (int i = 0; i < QUERIES; i++) {
        double at = query(style, g, &s), estimate, low, high;
        double exact = (double)count_in(&s, -INFINITY, at) / (double)n;
        expect_ok(drift_tdigest_cdf(digest, at, &estimate, &low, &high), NULL);
        judge(count, low <= exact && exact <= high, exact == low || exact == high);
    }
}

certified_result certified_run(certified_style style, generator *g, size_t n)
{
    certified_result result = {0};
    drift_tdigest_config config = DRIFT_TDIGEST_CONFIG_INIT;
    drift_tdigest *digest = NULL, *other = NULL;
    drift_error error = {0};
    config.compression = 20;
    expect_ok(drift_tdigest_create(&config, &digest, &error), &error);
    expect_ok(drift_tdigest_create(&config, &other, &error), &error);
    for (size_t i = 0; i < n; i++) {
        distance_case(style, g, &result);
        rank_case(style, g, digest, other, &result.ranks);
    }
    drift_tdigest_destroy(digest);
    drift_tdigest_destroy(other);
    return result;
}
