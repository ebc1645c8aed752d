/* SPDX-License-Identifier: Apache-2.0
 *
 * bound_evidence.c: stakes on twelve odds above each bound. With odds ratio E, a
 * row x in 0..1 multiplies a stake by E^x / (1 - m + m E), whose mean is at most 1 where that
 * of x is at most m, E^x being convex in x. The change is dated by Page's statistic (1954, "Continuous
 * inspection schemes") of the smallest odds, which grows from a mean little above m on: where that of
 * the bound whose stakes won most was last at its start.
 */
#include <drift/bound_evidence.h>
#include <float.h>
#include <math.h>

#include "core/bytes.h"
#include "core/error.h"
#include "core/memory.h"
#include "sequential/spending.h"

enum { ODDS = 12, MOST_PLACES = 32, MOST_BOUNDS = 2 * (MOST_PLACES - 1), BLOCK = 32 };
static const double STEP = 0.15;          /* between the logarithms of odds */
static const double REFERENCE_PART = 0.1; /* of alpha, for the reference's own error */
static const double FULL = 1e250;         /* from there on nothing is bet any more */

enum { FORMAT_VERSION = 1 };
static const char MAGIC[4] = {'D', 'R', 'b', 'e'};

typedef struct stakes {
    double bound;         /* m */
    double money[ODDS];   /* shares of one bet; averaged over all bounds */
    double per_row[ODDS]; /* 1 / (1 - m + m E) */
    double page;          /* Page's statistic of the smallest odds, which begins at 1 */
    uint64_t page_row;    /* after which it was 1 last */
} stakes;

struct drift_bound_evidence {
    drift_allocator allocator;
    uint32_t n, places; /* places 0: losses */
    double alpha, cash, last, largest;
    uint64_t rows, blocks, alarm_row, change_row;
    uint64_t counts[MOST_PLACES];
    stakes bets[MOST_BOUNDS];
};

static void set_bound(stakes *s, double bound)
{
    s->bound = bound;
    s->page = 1;
    for (int g = 0; g < ODDS; g++) {
        s->money[g] = 0;
        s->per_row[g] = 1 / (1 - bound + bound * exp(STEP * (g + 1)));
    }
}

/* n KL(p || m) for shares p <= m */
static double surprise(double p, double m)
{
    double below = p > 0 ? p * log(p / m) : 0, above = p < 1 ? (1 - p) * log((1 - p) / (1 - m)) : 0;
    return below + above;
}

/* The largest mean that gives a mean as low as `mean` of `n` rows with probability `level`. */
static double upper_limit(double mean, double n, double level)
{
    double low = mean, high = 1, wanted = log(1 / level) / n;
    for (int i = 0; i < 200 && low < high; i++) {
        double middle = (low + high) / 2;
        if (middle <= low || middle >= high)
            break;
        if (surprise(mean, middle) > wanted)
            high = middle;
        else
            low = middle;
    }
    return high;
}

static drift_status create(double alpha, const drift_allocator *allocator,
                           drift_bound_evidence **out_evidence, drift_error *error)
{
    drift_allocator memory = drift__allocator(allocator);
    alpha = alpha == 0 ? 0.01 : alpha;
    if (!(alpha >= 1e-100 && alpha < 1))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "alpha must lie between 0 (1e-100) and 1, not be %g", alpha);
    drift_bound_evidence *evidence = drift__allocate_zero(&memory, 1, sizeof *evidence);
    if (!evidence)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    evidence->allocator = memory;
    evidence->alpha = alpha;
    evidence->cash = evidence->last = evidence->largest = 1;
    *out_evidence = evidence;
    return DRIFT_OK;
}

drift_status drift_bound_evidence_create_for_losses(double sum, uint64_t n, double tolerance,
                                                    double alpha, const drift_allocator *allocator,
                                                    drift_bound_evidence **out_evidence,
                                                    drift_error *error)
{
    drift_bound_evidence *evidence = NULL;
    if (!out_evidence)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (!n || !(sum >= 0 && sum <= (double)n) || !(tolerance >= 0 && tolerance <= 1))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "losses have a mean and a tolerance in 0..1, and at least one row");
    drift_status status = create(alpha, allocator, &evidence, error);
    if (status)
        return status;
    double bound =
        tolerance + upper_limit(sum / (double)n, (double)n, evidence->alpha * REFERENCE_PART);
    if (!(bound < 1)) {
        drift_bound_evidence_destroy(evidence);
        return drift__fail(error, DRIFT_ERR_NOT_ENOUGH_DATA,
                           "no mean in 0..1 is above the reference's by more than its error and "
                           "the tolerance");
    }
    evidence->n = 1;
    set_bound(&evidence->bets[0], bound);
    *out_evidence = evidence;
    return DRIFT_OK;
}

drift_status drift_bound_evidence_create_for_places(const uint64_t *counts, size_t places,
                                                    double tolerance, double alpha,
                                                    const drift_allocator *allocator,
                                                    drift_bound_evidence **out_evidence,
                                                    drift_error *error)
{
    double rows = 0, below = 0;
    drift_bound_evidence *evidence = NULL;
    if (!counts || !out_evidence || places < 2 || places > MOST_PLACES ||
        !(tolerance >= 0 && tolerance < 1))
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    for (size_t p = 0; p < places; p++)
        rows += (double)counts[p];
    drift_status status = create(alpha, allocator, &evidence, error);
    if (status)
        return status;
    double slack = tolerance + sqrt(log(2 / (evidence->alpha * REFERENCE_PART)) / (2 * rows));
    evidence->places = (uint32_t)places;
    evidence->n = 2 * (uint32_t)(places - 1);
    int possible = 0;
    for (size_t p = 0; p + 1 < places; p++) {
        below += (double)counts[p];
        for (int side = 0; side < 2; side++) {
            double bound = (side ? rows - below : below) / rows + slack;
            int bets = bound < 1; /* no share is above 1: its money stays where it is */
            set_bound(&evidence->bets[2 * p + (size_t)side], bets ? bound : 1);
            possible |= bets;
        }
    }
    if (!possible) {
        drift_bound_evidence_destroy(evidence);
        return drift__fail(
            error, DRIFT_ERR_NOT_ENOUGH_DATA,
            "no share can move by more than the reference's error and the tolerance");
    }
    *out_evidence = evidence;
    return DRIFT_OK;
}

void drift_bound_evidence_destroy(drift_bound_evidence *evidence)
{
    if (evidence) {
        drift_allocator memory = evidence->allocator;
        drift__release(&memory, evidence);
    }
}

static void lay_stakes(drift_bound_evidence *evidence)
{
    double money = drift__block_share(evidence->blocks++);
    evidence->cash -= money;
    for (uint32_t k = 0; k < evidence->n; k++)
        for (int g = 0; g < ODDS; g++)
            evidence->bets[k].money[g] += money / (ODDS * (double)evidence->n);
}

static double power(double base, uint64_t n)
{
    double result = 1;
    for (; n; n /= 2, base *= base)
        result *= n % 2 ? base : 1;
    return result;
}

/* `sum` of the losses of `rows` rows, the last of which is row `now`. */
static void settle(stakes *s, double sum, uint64_t rows, uint64_t now)
{
    if (s->bound >= 1)
        return;
    double once = exp(STEP * sum), odds = 1;
    s->page *= once * power(s->per_row[0], rows);
    if (s->page <= 1) {
        s->page = 1;
        s->page_row = now;
    }
    for (int g = 0; g < ODDS; g++) {
        odds *= once;
        s->money[g] *= odds * power(s->per_row[g], rows);
    }
}

/* Rows before the change, as estimated now. */
static uint64_t unchanged_rows(const drift_bound_evidence *evidence)
{
    double most = -1;
    uint64_t row = 0;
    for (uint32_t k = 0; k < evidence->n; k++) {
        const stakes *s = &evidence->bets[k];
        double money = 0;
        for (int g = 0; g < ODDS && s->bound < 1; g++)
            money += s->money[g];
        if (s->bound < 1 && money > most) {
            most = money;
            row = s->page_row;
        }
    }
    return row;
}

static void look(drift_bound_evidence *evidence)
{
    double sum = evidence->cash, staked = 0;
    for (uint32_t k = 0; k < evidence->n; k++)
        for (int g = 0; g < ODDS; g++)
            staked += evidence->bets[k].money[g];
    evidence->last = sum + staked;
    evidence->largest = fmax(evidence->largest, evidence->last);
    if (!evidence->alarm_row && evidence->last * evidence->alpha * (1 - REFERENCE_PART) >= 1) {
        evidence->alarm_row = evidence->rows;
        /* Money comes from a statistic above its start, but bytes that lie may say otherwise. */
        uint64_t unchanged = unchanged_rows(evidence);
        evidence->change_row = unchanged < evidence->rows ? unchanged + 1 : evidence->rows;
    }
}

drift_status drift_bound_evidence_update(drift_bound_evidence *evidence, const double *losses,
                                         size_t n)
{
    if (!evidence || (!losses && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (evidence->places)
        return DRIFT_ERR_INCOMPATIBLE;
    for (size_t i = 0; i < n; i++)
        if (!(losses[i] >= 0 && losses[i] <= 1))
            return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t i = 0; i < n; i++) {
        int open = evidence->last < FULL;
        if (open && evidence->rows % BLOCK == 0)
            lay_stakes(evidence);
        evidence->rows++;
        if (open) {
            settle(&evidence->bets[0], losses[i], 1, evidence->rows);
            look(evidence);
        }
    }
    return DRIFT_OK;
}

static void settle_places(drift_bound_evidence *evidence)
{
    double below = 0;
    lay_stakes(evidence);
    for (uint32_t p = 0; p + 1 < evidence->places; p++) {
        below += (double)evidence->counts[p];
        settle(&evidence->bets[2 * p], below, BLOCK, evidence->rows);
        settle(&evidence->bets[2 * p + 1], BLOCK - below, BLOCK, evidence->rows);
    }
    look(evidence);
}

drift_status drift_bound_evidence_update_places(drift_bound_evidence *evidence,
                                                const uint32_t *places, size_t n)
{
    if (!evidence || (!places && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!evidence->places)
        return DRIFT_ERR_INCOMPATIBLE;
    for (size_t i = 0; i < n; i++)
        if (places[i] >= evidence->places)
            return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t i = 0; i < n; i++) {
        evidence->counts[places[i]]++;
        if (++evidence->rows % BLOCK)
            continue;
        if (evidence->last < FULL)
            settle_places(evidence);
        for (uint32_t p = 0; p < evidence->places; p++)
            evidence->counts[p] = 0;
    }
    return DRIFT_OK;
}

void drift_bound_evidence_get(const drift_bound_evidence *evidence,
                              drift_evidence_result *out_result)
{
    *out_result = (drift_evidence_result){
        .rows = evidence->rows,
        .alarm_row = evidence->alarm_row,
        .change_row = evidence->alarm_row ? evidence->change_row : unchanged_rows(evidence) + 1,
        .log_wealth = log(evidence->last),
        .log_largest = log(evidence->largest),
        .log_threshold = -log(evidence->alpha * (1 - REFERENCE_PART)),
        .p_value = fmin(1, 1 / evidence->largest + evidence->alpha * REFERENCE_PART)};
}

double drift_bound_evidence_bound(const drift_bound_evidence *evidence)
{
    double most = 0;
    for (uint32_t k = 0; k < evidence->n; k++)
        if (evidence->bets[k].bound < 1 && evidence->bets[k].bound > most)
            most = evidence->bets[k].bound;
    return most;
}

drift_status drift_bound_evidence_serialize(const drift_bound_evidence *evidence,
                                            drift_buffer *out_bytes)
{
    if (!evidence || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__writer writer = {out_bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    drift__write_u32(&writer, evidence->places);
    drift__write_double(&writer, evidence->alpha);
    drift__write_double(&writer, evidence->cash);
    drift__write_double(&writer, evidence->last);
    drift__write_double(&writer, evidence->largest);
    drift__write_varint(&writer, evidence->rows);
    drift__write_varint(&writer, evidence->blocks);
    drift__write_varint(&writer, evidence->alarm_row);
    drift__write_varint(&writer, evidence->change_row);
    for (uint32_t p = 0; p < evidence->places; p++)
        drift__write_varint(&writer, evidence->counts[p]);
    for (uint32_t k = 0; k < evidence->n; k++) {
        drift__write_double(&writer, evidence->bets[k].bound);
        for (int g = 0; g < ODDS; g++)
            drift__write_double(&writer, evidence->bets[k].money[g]);
        drift__write_double(&writer, evidence->bets[k].page);
        drift__write_varint(&writer, evidence->bets[k].page_row);
    }
    drift__envelope_end(&writer, begin);
    return writer.status;
}

static int is_money(double value)
{
    return value >= 0 && value <= DBL_MAX;
}

static int read_bets(drift__byte_reader *payload, drift_bound_evidence *evidence)
{
    for (uint32_t k = 0; k < evidence->n; k++) {
        double bound = drift__read_double(payload);
        if (!(bound > 0 && bound <= 1))
            return 0;
        set_bound(&evidence->bets[k], bound);
        for (int g = 0; g < ODDS; g++) {
            evidence->bets[k].money[g] = drift__read_double(payload);
            if (!is_money(evidence->bets[k].money[g]))
                return 0;
        }
        evidence->bets[k].page = drift__read_double(payload);
        evidence->bets[k].page_row = drift__read_varint(payload);
        if (!(evidence->bets[k].page >= 1 && evidence->bets[k].page <= DBL_MAX) ||
            evidence->bets[k].page_row > evidence->rows)
            return 0;
    }
    return 1;
}

static int read_state(drift__byte_reader *payload, drift_bound_evidence *evidence)
{
    uint64_t open = 0;
    evidence->cash = drift__read_double(payload);
    evidence->last = drift__read_double(payload);
    evidence->largest = drift__read_double(payload);
    evidence->rows = drift__read_varint(payload);
    evidence->blocks = drift__read_varint(payload);
    evidence->alarm_row = drift__read_varint(payload);
    evidence->change_row = drift__read_varint(payload);
    for (uint32_t p = 0; p < evidence->places; p++) {
        evidence->counts[p] = drift__read_varint(payload);
        if (evidence->counts[p] >= BLOCK)
            return 0;
        open += evidence->counts[p];
    }
    return is_money(evidence->cash) && is_money(evidence->last) && evidence->largest >= 1 &&
           is_money(evidence->largest) && evidence->blocks <= evidence->rows / BLOCK + 1 &&
           evidence->alarm_row <= evidence->rows && evidence->change_row <= evidence->alarm_row &&
           (!evidence->places || open == evidence->rows % BLOCK) && read_bets(payload, evidence) &&
           !payload->failed && !drift__read_left(payload);
}

drift_status drift_bound_evidence_deserialize(const void *bytes, size_t size,
                                              const drift_allocator *allocator,
                                              drift_bound_evidence **out_evidence,
                                              drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_evidence)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(bytes, size, MAGIC, FORMAT_VERSION, "evidence",
                                               &version, &payload, error);
    if (status)
        return status;
    drift_bound_evidence *evidence = NULL;
    uint32_t places = drift__read_u32(&payload);
    double alpha = drift__read_double(&payload);
    if (payload.failed || places > MOST_PLACES || places == 1 || !(alpha >= 1e-100 && alpha < 1))
        return drift__fail(error, DRIFT_ERR_CORRUPT, "evidence is damaged");
    status = create(alpha, allocator, &evidence, error);
    if (status)
        return status;
    evidence->places = places;
    evidence->n = places ? 2 * (places - 1) : 1;
    if (!read_state(&payload, evidence)) {
        drift_bound_evidence_destroy(evidence);
        return drift__fail(error, DRIFT_ERR_CORRUPT, "evidence is damaged");
    }
    *out_evidence = evidence;
    return DRIFT_OK;
}
