/* SPDX-License-Identifier: Apache-2.0
 *
 * adwin.c: ADWIN (Bifet & Gavalda 2007, "Learning from time-changing data with
 * adaptive windowing"), the second form: the window is a list of buckets, row r
 * holds those of 2^r values. Where two parts of the window differ by more than
 *   sqrt(2 v L / m) + 2 L / (3 m), L = ln(2 ln(W) / delta), v the window's variance,
 *   1 / m = 1 / (n0 - k + 1) + 1 / (n1 - k + 1), k = min_window_length,
 * the oldest bucket goes. Variances of buckets are put together by Chan, Golub &
 * LeVeque (1979). River's conventions, and its order of operations.
 */
#include <math.h>
#include <string.h>

#include "sequential/detector_kind.h"

/* 2^56 values take a century at 30 ns each; then the oldest bucket goes. */
enum { ROWS = 56 };

typedef struct bucket {
    double total, squares; /* of the values, and about their mean */
} bucket;

/* The buckets of a row are a ring of `ring` slots, a power of two, so that the oldest go at no cost. */
typedef struct adwin {
    double delta;
    uint64_t clock;
    uint32_t most; /* buckets of a row; one more before two are merged */
    uint32_t ring;
    double least_part, grace;
    uint32_t rows;
    uint32_t counts[ROWS], oldest[ROWS];
    double width, total, squares;
    uint64_t since_check, detections;
    bucket *buckets; /* of row r from r ring on */
} adwin;

enum { DELTA, CLOCK, MAX_BUCKETS, MIN_WINDOW_LENGTH, GRACE_PERIOD };
static const drift__detector_parameter PARAMETERS[] = {
    {"delta", 0.002, 1e-300, 1, 0},  {"clock", 32, 1, 1e9, 1},
    {"max_buckets", 5, 2, 1000, 1},  {"min_window_length", 5, 1, 1e9, 1},
    {"grace_period", 10, 0, 1e9, 1}, {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"width",          "total",        "variance", "estimation",
                                       "sum_of_squares", "n_detections", NULL};

static uint32_t ring_of(const drift__detector_setup *setup)
{
    uint32_t ring = 4;
    while (ring <= setup->parameters[MAX_BUCKETS])
        ring *= 2;
    return ring;
}

static size_t room(const drift__detector_setup *setup)
{
    return (size_t)ROWS * ring_of(setup) * sizeof(bucket);
}

static void prepare(void *state, const drift__detector_setup *setup, void *place)
{
    adwin *own = state;
    own->delta = setup->parameters[DELTA];
    own->clock = (uint64_t)setup->parameters[CLOCK];
    own->most = (uint32_t)setup->parameters[MAX_BUCKETS];
    own->ring = ring_of(setup);
    own->least_part = setup->parameters[MIN_WINDOW_LENGTH];
    own->grace = setup->parameters[GRACE_PERIOD];
    own->buckets = place;
}

static void restart(void *state)
{
    adwin *own = state;
    memset(own->counts, 0, sizeof own->counts);
    memset(own->oldest, 0, sizeof own->oldest);
    own->rows = 1;
    own->width = own->total = own->squares = 0;
    own->since_check = own->detections = 0;
}

static double size_of(uint32_t row)
{
    return (double)(UINT64_C(1) << row);
}

/* Bucket `k` of a row, the oldest first. */
static inline bucket *bucket_at(const adwin *own, uint32_t row, uint32_t k)
{
    return &own->buckets[(size_t)row * own->ring + ((own->oldest[row] + k) & (own->ring - 1))];
}

static void drop_first(adwin *own, uint32_t row, uint32_t n)
{
    own->counts[row] -= n;
    own->oldest[row] += n;
}

static void drop_oldest(adwin *own)
{
    uint32_t row = own->rows - 1;
    const bucket *one = bucket_at(own, row, 0);
    double n = size_of(row), mean = one->total / n;
    own->width -= n;
    own->total -= one->total;
    double apart = mean - own->total / own->width;
    own->squares -= one->squares + n * own->width * apart * apart / (n + own->width);
    drop_first(own, row, 1);
    if (!own->counts[row])
        own->rows--;
}

/* Two buckets of a row that is too full become one of the next, up the rows. */
static void merge_rows(adwin *own)
{
    const uint32_t mask = own->ring - 1;
    bucket *here = own->buckets;
    uint32_t row = 0;
    double half = 0.5, share = 1; /* n / 2 and 1 / n for buckets of n, exact */
    do {
        const bucket *one = &here[own->oldest[row] & mask];
        const bucket *other = &here[(own->oldest[row] + 1) & mask];
        double apart = (one->total - other->total) * share;
        const bucket both = {one->total + other->total,
                             one->squares + other->squares + half * apart * apart};
        drop_first(own, row, 2);
        row++;
        here += own->ring;
        here[(own->oldest[row] + own->counts[row]++) & mask] = both;
        half *= 2;
        share *= 0.5;
    } while (own->counts[row] > own->most);
    if (own->rows <= row)
        own->rows = row + 1;
}

static void insert(adwin *own, const double *values, size_t n)
{
    double width = own->width, total = own->total, squares = own->squares;
    for (size_t i = 0; i < n; i++) {
        double value = values[i], before = width;
        *bucket_at(own, 0, own->counts[0]++) = (bucket){value, 0};
        width += 1;
        if (before > 0) {
            double apart = value - total / before;
            squares += before * apart * apart / width;
        }
        total += value;
        if (own->counts[0] > own->most)
            merge_rows(own);
    }
    own->width = width;
    own->total = total;
    own->squares = squares;
}

/*
 * 0 where no cut of the window can show two means, told without a division or a root a cut: the
 * bound is above sqrt(2 v L (1 / n0 + 1 / n1)), so times n0 n1 / W the difference, which then is
 * u0 - n0 (mean of all), would have to be above sqrt(2 v L n0 n1 / W). No sum of a part is larger
 * than sqrt(W (sum of squares)), which bounds what rounding, here and in the test proper, may do;
 * where that is more than a hundredth of the least bound, of one value, nothing is told.
 */
static int may_differ(const adwin *own, double variance, double l)
{
    double width = own->width, mean = own->total / width, far = 2 * variance * l / width;
    double rounding = 5e-14 * sqrt(width * fabs(own->squares) + own->total * own->total);
    if (!(rounding * rounding <= 1e-4 * far * (width - 1)))
        return 1;
    far *= 0.98;
    const uint32_t mask = own->ring - 1;
    double n0 = 0, ahead = 0;
    for (uint32_t row = own->rows; row-- > 0;) {
        const bucket *here = own->buckets + (size_t)row * own->ring;
        double n = size_of(row), expected = mean * n;
        uint32_t count = own->counts[row] - (row == 0);
        for (uint32_t k = 0; k < count; k++) {
            n0 += n;
            ahead += here[(own->oldest[row] + k) & mask].total - expected;
            if (!(ahead * ahead < far * n0 * (width - n0)))
                return 1;
        }
    }
    return 0;
}

/* 1 where some cut of the window shows two means. */
static int differs(const adwin *own, double variance, double l)
{
    double n0 = 0, n1 = own->width, u0 = 0, u1 = own->total, least = own->least_part;
    for (uint32_t row = own->rows; row-- > 0;) {
        double n = size_of(row);
        uint32_t count = own->counts[row] - (row == 0);
        for (uint32_t k = 0; k < count; k++) {
            double total = bucket_at(own, row, k)->total;
            n0 += n;
            n1 -= n;
            u0 += total;
            u1 -= total;
            if (n1 < least || n0 < least)
                continue;
            double m = 1 / (n0 - least + 1) + 1 / (n1 - least + 1);
            if (fabs(u0 / n0 - u1 / n1) > sqrt(2 * m * variance * l) + 2.0 / 3.0 * l * m)
                return 1;
        }
    }
    return 0;
}

static uint32_t check(adwin *own)
{
    uint32_t signal = 0;
    own->since_check = 0;
    if (!(own->width > own->grace))
        return 0;
    for (;;) {
        double variance = own->squares / own->width;
        double l = log(2 * log(own->width) / own->delta);
        if (!may_differ(own, variance, l) || !differs(own, variance, l))
            break;
        signal = DRIFT_DETECTOR_CHANGE;
        drop_oldest(own);
    }
    own->detections += signal != 0;
    return signal;
}

/* Values up to the next check go in at once. */
static uint32_t run(void *state, const double *values, size_t n, uint32_t before, uint8_t *signals)
{
    adwin *own = state;
    for (size_t i = 0; i < n;) {
        if (before & DRIFT_DETECTOR_CHANGE)
            restart(own);
        if (own->counts[ROWS - 1] == own->most)
            drop_oldest(own);
        uint64_t left = own->clock - own->since_check;
        size_t step = left < n - i ? (size_t)left : n - i;
        insert(own, values + i, step);
        own->since_check += step;
        before = step == left ? check(own) : 0;
        if (signals) {
            memset(signals + i, 0, step);
            signals[i + step - 1] = (uint8_t)before;
        }
        i += step;
    }
    return before;
}

static uint32_t update(void *state, double value, uint32_t before)
{
    return run(state, &value, 1, before, NULL);
}

static double read_value(const void *state, size_t k)
{
    const adwin *own = state;
    const double values[] = {own->width,
                             own->total,
                             own->squares / own->width,
                             own->width ? own->total / own->width : 0,
                             own->squares,
                             (double)own->detections};
    return values[k];
}

static void visit(void *state, drift__detector_codec *codec)
{
    adwin *own = state;
    const double largest = 1e260;
    uint64_t rows = own->rows;
    drift__codec_count(codec, &rows, ROWS);
    own->rows = (uint32_t)rows;
    for (uint32_t row = 0; row < own->rows; row++) {
        uint64_t n = own->counts[row];
        drift__codec_count(codec, &n, own->most);
        own->counts[row] = (uint32_t)n;
        for (uint32_t k = 0; k < own->counts[row]; k++) {
            drift__codec_real(codec, &bucket_at(own, row, k)->total, -largest, largest);
            drift__codec_real(codec, &bucket_at(own, row, k)->squares, 0, largest);
        }
    }
    drift__codec_real(codec, &own->total, -largest, largest);
    drift__codec_real(codec, &own->squares, -largest, largest);
    drift__codec_count(codec, &own->since_check, own->clock - 1);
    drift__codec_count(codec, &own->detections, UINT64_MAX);
}

/* The width follows from the buckets. No row but the first, in an empty window, is empty. */
static int settle(void *state)
{
    adwin *own = state;
    if (!own->rows)
        return 0;
    own->width = 0;
    for (uint32_t row = 0; row < own->rows; row++) {
        if (!own->counts[row] && own->rows > 1)
            return 0;
        own->width += own->counts[row] * size_of(row);
    }
    return 1;
}

const drift__detector_kind drift__adwin = {
    .name = "adwin",
    .input = DRIFT_DETECTOR_NUMBERS,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(adwin),
    .room = room,
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .run = run,
    .read = read_value,
    .visit = visit,
    .settle = settle,
};
