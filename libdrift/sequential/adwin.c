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

typedef struct adwin {
    double delta;
    uint64_t clock;
    uint32_t most; /* buckets of a row; one more before two are merged */
    double least_part, grace;
    uint32_t rows;
    uint32_t counts[ROWS];
    double width, total, squares;
    uint64_t since_check, detections;
    double *totals, *spreads; /* of row r from r (most + 1) on, oldest first */
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
    return 2 * ROWS * ((size_t)setup->parameters[MAX_BUCKETS] + 1) * sizeof(double);
}

static void prepare(void *state, const drift__detector_setup *setup, void *place)
{
    adwin *own = state;
    own->delta = setup->parameters[DELTA];
    own->clock = (uint64_t)setup->parameters[CLOCK];
    own->most = (uint32_t)setup->parameters[MAX_BUCKETS];
    own->least_part = setup->parameters[MIN_WINDOW_LENGTH];
    own->grace = setup->parameters[GRACE_PERIOD];
    own->totals = place;
    own->spreads = own->totals + (size_t)ROWS * (own->most + 1);
}

static void restart(void *state)
{
    adwin *own = state;
    memset(own->counts, 0, sizeof own->counts);
    own->rows = 1;
    own->width = own->total = own->squares = 0;
    own->since_check = own->detections = 0;
}

static double size_of(uint32_t row)
{
    return (double)(UINT64_C(1) << row);
}

static void drop_first(adwin *own, uint32_t row, uint32_t n)
{
    double *totals = own->totals + (size_t)row * (own->most + 1);
    double *spreads = own->spreads + (size_t)row * (own->most + 1);
    own->counts[row] -= n;
    for (uint32_t k = 0; k < own->counts[row]; k++) {
        totals[k] = totals[k + n];
        spreads[k] = spreads[k + n];
    }
}

static void drop_oldest(adwin *own)
{
    uint32_t row = own->rows - 1;
    size_t at = (size_t)row * (own->most + 1);
    double n = size_of(row), mean = own->totals[at] / n;
    own->width -= n;
    own->total -= own->totals[at];
    double apart = mean - own->total / own->width;
    own->squares -= own->spreads[at] + n * own->width * apart * apart / (n + own->width);
    drop_first(own, row, 1);
    if (!own->counts[row])
        own->rows--;
}

/* Two buckets of a row that is too full become one of the next, up the rows. */
static void merge_rows(adwin *own)
{
    for (uint32_t row = 0; own->counts[row] > own->most; row++) {
        if (row + 1 == ROWS) {
            drop_oldest(own);
            return;
        }
        size_t at = (size_t)row * (own->most + 1);
        size_t to = at + own->most + 1 + own->counts[row + 1];
        double n = size_of(row);
        double apart = own->totals[at] / n - own->totals[at + 1] / n;
        own->totals[to] = own->totals[at] + own->totals[at + 1];
        own->spreads[to] = own->spreads[at] + own->spreads[at + 1] + n * 0.5 * apart * apart;
        own->counts[row + 1]++;
        if (own->rows < row + 2)
            own->rows = row + 2;
        drop_first(own, row, 2);
    }
}

static void insert(adwin *own, double value)
{
    uint32_t at = own->counts[0]++;
    own->totals[at] = value;
    own->spreads[at] = 0;
    own->width += 1;
    if (own->width > 1) {
        double apart = value - own->total / (own->width - 1);
        own->squares += (own->width - 1) * apart * apart / own->width;
    }
    own->total += value;
    if (own->counts[0] > own->most)
        merge_rows(own);
}

/* 1 where some cut of the window shows two means. */
static int differs(const adwin *own)
{
    double width = own->width, variance = own->squares / width;
    double l = log(2 * log(width) / own->delta);
    /* Below this, the square of the difference times n0 n1 is below the bound without k and 2L/3m. */
    double hopeless = 2 * variance * l * width * (1 - 1e-9);
    double n0 = 0, n1 = width, u0 = 0, u1 = own->total;
    for (uint32_t row = own->rows; row-- > 0;) {
        double n = size_of(row);
        const double *totals = own->totals + (size_t)row * (own->most + 1);
        uint32_t count = own->counts[row] - (row == 0);
        for (uint32_t k = 0; k < count; k++) {
            n0 += n;
            n1 -= n;
            u0 += totals[k];
            u1 -= totals[k];
            double apart = u0 / n0 - u1 / n1;
            if (apart * apart * n0 * n1 < hopeless || n1 < own->least_part || n0 < own->least_part)
                continue;
            double m = 1 / (n0 - own->least_part + 1) + 1 / (n1 - own->least_part + 1);
            if (fabs(apart) > sqrt(2 * m * variance * l) + 2.0 / 3.0 * l * m)
                return 1;
        }
    }
    return 0;
}

static uint32_t update(void *state, double value, uint32_t before)
{
    adwin *own = state;
    (void)before;
    insert(own, value);
    if (++own->since_check < own->clock)
        return 0;
    own->since_check = 0;
    if (!(own->width > own->grace))
        return 0;
    uint32_t signal = 0;
    while (differs(own)) {
        signal = DRIFT_DETECTOR_CHANGE;
        drop_oldest(own);
    }
    own->detections += signal != 0;
    return signal;
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
        size_t at = (size_t)row * (own->most + 1);
        drift__codec_count(codec, &n, own->most);
        own->counts[row] = (uint32_t)n;
        for (uint64_t k = 0; k < n; k++) {
            drift__codec_real(codec, &own->totals[at + k], -largest, largest);
            drift__codec_real(codec, &own->spreads[at + k], 0, largest);
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
    .read = read_value,
    .visit = visit,
    .settle = settle,
};
