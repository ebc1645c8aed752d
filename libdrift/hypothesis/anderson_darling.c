/* SPDX-License-Identifier: Apache-2.0
 *
 * anderson_darling.c: the k-sample Anderson-Darling test of Scholz & Stephens
 * (1987): statistics (6) and (7), their exact variance without ties, their table
 * 2 for the p-value; for two samples also the limit law.
 */
#include <drift/hypothesis.h>
#include <math.h>

#include "core/memory.h"
#include "core/quadratic_laws.h"
#include "core/sorted.h"
#include "hypothesis/ties.h"

__extension__ typedef __int128 wide;

typedef struct anderson {
    const uint64_t *sizes; /* k of them, pooled values in all */
    size_t k;
    uint64_t pooled;
    int midrank;
    uint64_t *before; /* values of each sample before this block */
    uint64_t all_before;
    size_t blocks;
    long double sum;
} anderson;

/* D^2 / n_i, D = N M_i - n_i B, M and B counted to the middle (in halves) or the end of the block. */
static long double squared_difference(const anderson *a, size_t i, uint64_t in_block, uint64_t size)
{
    wide own = 2 * (wide)a->before[i] + (a->midrank ? 1 : 2) * (wide)in_block;
    wide all = 2 * (wide)a->all_before + (a->midrank ? 1 : 2) * (wide)size;
    long double difference = (long double)(own * (wide)a->pooled - all * (wide)a->sizes[i]) / 2;
    return difference * difference / (long double)a->sizes[i];
}

static void add_block(anderson *a, const uint64_t *in_block)
{
    uint64_t size = 0;
    for (size_t i = 0; i < a->k; i++)
        size += in_block[i];
    long double sum = 0, n = (long double)a->pooled, block = (long double)size;
    for (size_t i = 0; i < a->k; i++)
        sum += squared_difference(a, i, in_block[i], size);
    long double below = (long double)a->all_before + (a->midrank ? block / 2 : block);
    long double above = (long double)(a->pooled - a->all_before) - (a->midrank ? block / 2 : block);
    long double spread = below * above - (a->midrank ? n * block / 4 : 0);
    if (spread > 0) /* 0 at the last block when counted to its end */
        a->sum += block / n * sum / spread;
    for (size_t i = 0; i < a->k; i++)
        a->before[i] += in_block[i];
    a->all_before += size;
    a->blocks++;
}

/* 1 + 1/2^power + ... + 1/n^power, power 1 or 2. */
static double harmonic(double n, int power)
{
    enum { TERMS = 256 };
    double start = n > TERMS ? TERMS : n, sum = 0;
    for (double i = start; i >= 1; i--)
        sum += power == 1 ? 1 / i : 1 / (i * i);
    if (n <= TERMS)
        return sum;
    double low = TERMS + 0.5, high = n + 0.5;
    if (power == 1)
        return sum + log(high / low) + (1 / (high * high) - 1 / (low * low)) / 24;
    return sum + (1 / low - 1 / high) - (1 / (low * low * low) - 1 / (high * high * high)) / 12;
}

/*
 * Variance of the statistic for a continuous law (Scholz & Stephens 1987, eq. 4).
 * Its double sum g over 1 / ((N - i) j), i < j < N, is H2(N - 1) - 2 H1(N - 1) / N.
 */
static double variance_of(const anderson *a)
{
    double k = (double)a->k, n = (double)a->pooled, inverse = 0;
    for (size_t i = 0; i < a->k; i++)
        inverse += 1 / (double)a->sizes[i];
    double h = harmonic(n - 1, 1), g = harmonic(n - 1, 2) - 2 * h / n;
    double cubic = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse;
    double square =
        (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
    double linear =
        (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverse + 4 * h;
    double constant = (2 * h + 6) * k * k - 4 * h * k;
    double sum = cubic + square / n + linear / n / n + constant / n / n / n;
    return sum / ((1 - 1 / n) * (1 - 2 / n) * (1 - 3 / n));
}

/* Least-squares parabola through (x, y), at `at`; x is centred to keep digits. */
static double parabola_at(const double *x, const double *y, int n, double at)
{
    double middle = 0, m[3][4] = {{0}};
    for (int i = 0; i < n; i++)
        middle += x[i] / n;
    for (int i = 0; i < n; i++) {
        double power[5] = {1};
        for (int j = 1; j < 5; j++)
            power[j] = power[j - 1] * (x[i] - middle);
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 3; column++)
                m[row][column] += power[row + column];
            m[row][3] += power[row] * y[i];
        }
    }
    /* The normal equations are positive definite: elimination needs no exchange of rows. */
    for (int pivot = 0; pivot < 3; pivot++)
        for (int row = 0; row < 3; row++) {
            double factor = row == pivot ? 0 : m[row][pivot] / m[pivot][pivot];
            for (int column = pivot; column < 4; column++)
                m[row][column] -= factor * m[pivot][column];
        }
    double t = at - middle;
    return m[0][3] / m[0][0] + t * (m[1][3] / m[1][1] + t * m[2][3] / m[2][2]);
}

/* Table 2 of Scholz & Stephens: critical values b0 + b1 / sqrt(m) + b2 / m, m = k - 1. */
static double table_p_value(double statistic, double m)
{
    static const double b[7][3] = {{0.675, -0.245, -0.105}, {1.281, 0.250, -0.305},
                                   {1.645, 0.678, -0.362},  {1.960, 1.149, -0.391},
                                   {2.326, 1.822, -0.396},  {2.573, 2.364, -0.345},
                                   {3.085, 3.615, -0.154}};
    static const double level[7] = {0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001};
    double critical[7], log_level[7];
    for (int i = 0; i < 7; i++) {
        critical[i] = b[i][0] + b[i][1] / sqrt(m) + b[i][2] / m;
        log_level[i] = log(level[i]);
    }
    if (statistic < critical[0])
        return level[0];
    if (statistic > critical[6])
        return level[6];
    return exp(parabola_at(critical, log_level, 7, statistic));
}

static drift_status finish(const anderson *a, double *out_statistic, double *out_p_value)
{
    if (a->blocks < 2 || a->pooled < 4)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    long double n = (long double)a->pooled, m = (long double)(a->k - 1);
    long double value = a->midrank ? a->sum * (n - 1) / n : a->sum;
    double variance = variance_of(a);
    if (!(variance > 0))
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    double statistic = (double)((value - m) / sqrtl((long double)variance));
    *out_statistic = statistic;
    *out_p_value = table_p_value(statistic, (double)m);
    return DRIFT_OK;
}

/* The samples in rising order and how far each has been read. */
typedef struct heads {
    double **values;
    size_t *at;
    uint64_t *in_block;
} heads;

/* Counts of the next value in each sample; 0 at the end. */
static int next_block(const heads *h, const size_t *sizes, size_t k)
{
    const double *least = NULL;
    for (size_t i = 0; i < k; i++)
        if (h->at[i] < sizes[i] && (!least || h->values[i][h->at[i]] < *least))
            least = &h->values[i][h->at[i]];
    if (!least)
        return 0;
    double value = *least;
    for (size_t i = 0; i < k; i++) {
        size_t from = h->at[i];
        while (h->at[i] < sizes[i] && h->values[i][h->at[i]] == value)
            h->at[i]++;
        h->in_block[i] = h->at[i] - from;
    }
    return 1;
}

static drift_status sort_samples(const double *const *samples, const size_t *sizes, size_t k,
                                 const drift_allocator *memory, heads *h)
{
    for (size_t i = 0; i < k; i++) {
        drift_status status = drift__sorted_copy(samples[i], sizes[i], 0, memory, &h->values[i]);
        if (status)
            return status;
    }
    return DRIFT_OK;
}

static drift_status samples_sizes(const double *const *samples, const size_t *sizes, size_t k,
                                  uint64_t *counts, uint64_t *out_pooled)
{
    uint64_t pooled = 0;
    for (size_t i = 0; i < k; i++) {
        if (!samples[i] && sizes[i])
            return DRIFT_ERR_INVALID_ARGUMENT;
        if (!sizes[i])
            return DRIFT_ERR_NOT_ENOUGH_DATA;
        if (__builtin_add_overflow(pooled, sizes[i], &pooled) || pooled > 1ULL << 62)
            return DRIFT_ERR_OVERFLOW;
        counts[i] = sizes[i];
    }
    *out_pooled = pooled;
    return DRIFT_OK;
}

drift_status drift_anderson_ksamp(const double *const *samples, const size_t *sizes, size_t k,
                                  int midrank, double *out_statistic, double *out_p_value)
{
    if (!samples || !sizes || k < 2 || !out_statistic || !out_p_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_allocator memory = drift__allocator(NULL);
    heads h = {.values = drift__allocate_zero(&memory, k, sizeof *h.values),
               .at = drift__allocate_zero(&memory, k, sizeof *h.at),
               .in_block = drift__allocate_zero(&memory, k, sizeof *h.in_block)};
    uint64_t *before = drift__allocate_zero(&memory, k, sizeof *before);
    uint64_t *counts = drift__allocate_zero(&memory, k, sizeof *counts);
    anderson a = {.sizes = counts, .k = k, .midrank = midrank != 0, .before = before};
    drift_status status = DRIFT_ERR_OUT_OF_MEMORY;
    if (h.values && h.at && h.in_block && before && counts)
        status = samples_sizes(samples, sizes, k, counts, &a.pooled);
    if (!status)
        status = sort_samples(samples, sizes, k, &memory, &h);
    if (!status) {
        while (next_block(&h, sizes, k))
            add_block(&a, h.in_block);
        status = finish(&a, out_statistic, out_p_value);
    }
    for (size_t i = 0; h.values && i < k; i++)
        drift__release(&memory, h.values[i]);
    drift__release(&memory, h.values);
    drift__release(&memory, h.at);
    drift__release(&memory, h.in_block);
    drift__release(&memory, before);
    drift__release(&memory, counts);
    return status;
}

drift_status drift_anderson_2samp_counts(const uint64_t *reference, const uint64_t *current,
                                         size_t n, int midrank, double *out_statistic,
                                         double *out_p_value)
{
    drift__ties ties;
    if (!out_statistic || !out_p_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__ties_of_counts(reference, current, n, &ties);
    if (status)
        return status;
    uint64_t before[2] = {0, 0}, sizes[2] = {ties.n_reference, ties.n_current};
    anderson a = {.sizes = sizes,
                  .k = 2,
                  .pooled = sizes[0] + sizes[1],
                  .midrank = midrank != 0,
                  .before = before};
    for (size_t k = 0; k < ties.n; k++)
        add_block(&a, (uint64_t[2]){ties.reference[k], ties.current[k]});
    drift__ties_release(&ties);
    return finish(&a, out_statistic, out_p_value);
}

drift_status drift_anderson_2samp_p_value(double statistic, double *out_p_value)
{
    if (!out_p_value || isnan(statistic))
        return DRIFT_ERR_INVALID_ARGUMENT;
    /* The limit has mean 1 and variance 2 (pi^2 - 9) / 3. */
    double deviation = sqrt(2 * (M_PI * M_PI - 9) / 3);
    *out_p_value = drift__anderson_darling_tail(1 + deviation * statistic);
    return DRIFT_OK;
}
