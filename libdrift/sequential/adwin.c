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
enum { ROWS = 56, STEP = 32 };

typedef struct bucket {
    double total, squares; /* of the values, and about their mean */
} bucket;

/* `most` buckets a row, the oldest first. */
typedef struct adwin {
    double delta;
    uint64_t clock;
    uint32_t most; /* buckets of a row; with one more, two are merged */
    double least_part, grace;
    uint32_t rows;
    uint32_t counts[ROWS];
    double width, total, squares;
    uint64_t since_check, detections;
    double level_width, level; /* L of that width; not stored */
    bucket *buckets;
} adwin;

enum { DELTA, CLOCK, MAX_BUCKETS, MIN_WINDOW_LENGTH, GRACE_PERIOD };
static const drift__detector_parameter PARAMETERS[] = {
    {"delta", 0.002, 1e-300, 1, 0},  {"clock", 32, 1, 1e9, 1},
    {"max_buckets", 5, 2, 1000, 1},  {"min_window_length", 5, 1, 1e9, 1},
    {"grace_period", 10, 0, 1e9, 1}, {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"width",          "total",        "variance", "estimation",
                                       "sum_of_squares", "n_detections", NULL};

static size_t room(const drift__detector_setup *setup)
{
    return ROWS * (size_t)setup->parameters[MAX_BUCKETS] * sizeof(bucket);
}

static void prepare(void *state, const drift__detector_setup *setup, void *place)
{
    adwin *own = state;
    own->delta = setup->parameters[DELTA];
    own->clock = (uint64_t)setup->parameters[CLOCK];
    own->most = (uint32_t)setup->parameters[MAX_BUCKETS];
    own->least_part = setup->parameters[MIN_WINDOW_LENGTH];
    own->grace = setup->parameters[GRACE_PERIOD];
    own->buckets = place;
}

static void restart(void *state)
{
    adwin *own = state;
    memset(own->counts, 0, sizeof own->counts);
    own->rows = 1;
    own->width = own->total = own->squares = 0;
    own->since_check = own->detections = 0;
    own->level_width = 0;
}

static double size_of(uint32_t row)
{
    return (double)(UINT64_C(1) << row);
}

static inline bucket *row_at(const adwin *own, uint32_t row)
{
    return own->buckets + (size_t)row * own->most;
}

static void drop_oldest(adwin *own)
{
    uint32_t row = own->rows - 1;
    bucket *here = row_at(own, row);
    double n = size_of(row), mean = here->total / n;
    own->width -= n;
    own->total -= here->total;
    double apart = mean - own->total / own->width;
    own->squares -= here->squares + n * own->width * apart * apart / (n + own->width);
    own->counts[row]--;
    memmove(here, here + 1, own->counts[row] * sizeof *here);
    if (!own->counts[row])
        own->rows--;
    own->level_width = 0;
}

/* Two buckets of n values; half = n / 2 and share = 1 / n are exact. */
static inline bucket merged(const bucket *one, const bucket *other, double half, double share)
{
    double apart = (one->total - other->total) * share;
    return (bucket){one->total + other->total,
                    one->squares + other->squares + half * apart * apart};
}

/* The oldest of a row, then of those that come to it, are merged by pairs; `merges` of them. */
static void merge_pairs(const bucket *row, size_t held, const bucket *coming, bucket *out,
                        size_t merges, double n)
{
    const double half = n / 2, share = 1 / n;
    size_t j = 0, next = 0;
    for (; j < merges && 2 * j + 1 < held; j++)
        out[j] = merged(&row[2 * j], &row[2 * j + 1], half, share);
    if (j < merges && 2 * j + 1 == held)
        out[j++] = merged(&row[held - 1], &coming[next++], half, share);
    for (; j < merges; j++, next += 2)
        out[j] = merged(&coming[next], &coming[next + 1], half, share);
}

/*
 * `n` buckets of one value come at once, which gives the same rows as one after the other: each
 * row merges its oldest pairs until `most` or one less are left, and passes them on.
 */
static void take_in(adwin *own, bucket (*lines)[STEP], size_t n)
{
    bucket *coming = lines[0], *out = lines[1];
    for (uint32_t row = 0; n > 0; row++) {
        bucket *here = row_at(own, row);
        size_t held = own->counts[row], all = held + n;
        size_t merges = all > own->most ? (all - own->most + 1) / 2 : 0, gone = 2 * merges;
        merge_pairs(here, held, coming, out, merges, size_of(row));
        size_t stay = gone < held ? held - gone : 0, first = gone < held ? 0 : gone - held;
        for (size_t k = 0; k < stay; k++)
            here[k] = here[k + gone];
        for (size_t k = first; k < n; k++)
            here[stay + k - first] = coming[k];
        own->counts[row] = (uint32_t)(all - gone);
        if (own->rows <= row)
            own->rows = row + 1;
        bucket *spare = coming;
        coming = out;
        out = spare;
        n = merges;
    }
}

/* At most STEP values; quotients are taken side by side, sums one after the other. */
static void insert(adwin *own, const double *values, size_t n)
{
    bucket lines[2][STEP];
    double totals[STEP], terms[STEP];
    double width = own->width, total = own->total, squares = own->squares;
    for (size_t i = 0; i < n; i++) {
        lines[0][i] = (bucket){values[i], 0};
        totals[i] = total;
        total += values[i];
    }
    for (size_t i = 0; i < n; i++) {
        double before = width + (double)(int32_t)i, apart = values[i] - totals[i] / before;
        terms[i] = before * apart * apart / (before + 1);
    }
    for (size_t i = width == 0; i < n; i++) /* the first of all has no term */
        squares += terms[i];
    own->width = width + (double)n;
    own->total = total;
    own->squares = squares;
    take_in(own, lines, n);
}

static inline double least_of(double a, double b)
{
    return a < b ? a : b;
}

/* `ahead` after a row, and the most there was of it, of either sign, after one of its buckets. */
static inline double sum_ahead(const bucket *row, uint32_t count, double expected, double ahead,
                               double *most_ahead)
{
    double within = 0, most = 0;
    for (uint32_t k = 0; k < count; k++) {
        within += row[k].total - expected;
        double here = fabs(ahead + within);
        most = here > most ? here : most;
    }
    *most_ahead = most;
    return ahead + within;
}

/* may_differ for the cuts of a row, one by one. */
static int row_may_differ(const adwin *own, uint32_t row, double expected, double n0, double ahead,
                          double far)
{
    const bucket *here = row_at(own, row);
    uint32_t count = own->counts[row] - (row == 0);
    for (uint32_t k = 0; k < count; k++) {
        n0 += size_of(row);
        ahead += here[k].total - expected;
        if (!(ahead * ahead < far * n0 * (own->width - n0)))
            return 1;
    }
    return 0;
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
    double n0 = 0, ahead = 0;
    for (uint32_t row = own->rows; row-- > 0;) {
        double n = size_of(row), most_ahead = 0;
        uint32_t count = own->counts[row] - (row == 0);
        double after = sum_ahead(row_at(own, row), count, mean * n, ahead, &most_ahead);
        /* n0 (W - n0) is least at the first or at the last cut of a row. */
        double first = n0 + n, last = n0 + count * n;
        double least = least_of(first * (width - first), last * (width - last));
        if (!(most_ahead * most_ahead < far * least) &&
            row_may_differ(own, row, mean * n, n0, ahead, far))
            return 1;
        n0 = last;
        ahead = after;
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
            double total = row_at(own, row)[k].total;
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

static double level_of(const adwin *own)
{
    return log(2 * log(own->width) / own->delta);
}

/* L of a width not above the window's and not far below, so not above L. */
static double low_level(adwin *own)
{
    if (!(own->width >= own->level_width && own->width <= 1.05 * own->level_width)) {
        own->level_width = own->width;
        own->level = level_of(own);
    }
    return own->level;
}

static uint32_t check(adwin *own)
{
    uint32_t signal = 0;
    own->since_check = 0;
    if (!(own->width > own->grace))
        return 0;
    for (;;) {
        double variance = own->squares / own->width;
        if (!may_differ(own, variance, low_level(own)) || !differs(own, variance, level_of(own)))
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
        size_t step = n - i < STEP ? n - i : STEP;
        step = left < step ? (size_t)left : step;
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
            drift__codec_real(codec, &row_at(own, row)[k].total, -largest, largest);
            drift__codec_real(codec, &row_at(own, row)[k].squares, 0, largest);
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
