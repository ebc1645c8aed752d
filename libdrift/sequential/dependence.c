/* SPDX-License-Identifier: Apache-2.0
 *
 * dependence.c: from the order of a reference's rows to a plan. How long rows remember
 * is the integrated correlation time with Sokal's (1997) window; what chance
 * adds to a correlation is Bartlett's (1946) variance.
 */
#include "sequential/dependence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "sequential/autocorrelation.h"

enum {
    MOST_LAGS = 2048,
    LAG_PARTS = 4,     /* lags go to a quarter of the rows */
    LEAST_WINDOW = 10, /* rows */
    LEAST_KEPT = 100,  /* rows that thinning must leave */
    CHECKED_LAGS = 8   /* of window scores */
};
static const double LEFT_OF_ROWS = 0.02, LEFT_OF_WINDOWS = 0.1;
/* Rows to an alarm after a shift of one deviation: in rows that are used, and in windows. */
static const double ROWS_TO_ALARM = 36, WINDOWS_TO_ALARM = 8;

/* The two sides of a column that are looked at: where its values lie, and how far out. */
typedef struct study {
    const drift__ordered_rows *rows;
    const drift_allocator *allocator;
    int16_t *tables;  /* of each place: its value in the two series */
    uint64_t *counts; /* rows of each place, of these rows */
    uint64_t valid;   /* rows with a value */
    int16_t *memory;  /* values, distances, present: n each and what follows the last */
    drift__series series[2];
    size_t n_series;
    double *r[2]; /* correlations at lags 1 .. lags; r[s][0] = 1 */
    size_t lags;
    double memory_rows; /* 1 + 2 sum of correlations, the largest */
} study;

static void free_study(study *s)
{
    drift__release(s->allocator, s->tables);
    drift__release(s->allocator, s->counts);
    drift__release(s->allocator, s->memory);
    drift__release(s->allocator, s->r[0]);
    drift__release(s->allocator, s->r[1]);
}

/* Normal scores, and how far from the middle they are; of names themselves. */
static drift_status make_tables(study *s)
{
    const drift__place_counts *reference = &s->rows->reference;
    uint32_t n = reference->n;
    int8_t *scores = drift__allocate(s->allocator, n, sizeof *scores);
    int16_t *values = s->tables, *apart = s->tables + n;
    double sum = 0;
    if (!scores)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift__normal_scores(reference, scores);
    for (uint32_t p = 0; p < n; p++) {
        values[p] = reference->ordered ? scores[p] : (int16_t)p;
        apart[p] = (int16_t)abs(scores[p]);
        sum += (double)s->counts[p] * apart[p];
    }
    int16_t middle = s->valid ? (int16_t)(sum / (double)s->valid) : 0;
    for (uint32_t p = 0; p < n; p++)
        apart[p] = (int16_t)(apart[p] - middle);
    drift__release(s->allocator, scores);
    return DRIFT_OK;
}

static drift_status begin_study(study *s)
{
    const drift__ordered_rows *rows = s->rows;
    uint32_t places = rows->reference.n;
    s->memory = drift__allocate(s->allocator, rows->n + DRIFT__SERIES_WRAP, 3 * sizeof *s->memory);
    s->counts = drift__allocate_zero(s->allocator, places, sizeof *s->counts);
    s->tables = drift__allocate(s->allocator, places, 2 * sizeof *s->tables);
    if (!s->memory || !s->counts || !s->tables)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < rows->n; i++)
        if (rows->places[i] < places) {
            s->counts[rows->places[i]]++;
            s->valid++;
        }
    return make_tables(s);
}

/* Values of all rows, or only of those that have one, at whose end they begin again. */
static size_t fill(const study *s, const int16_t *table, int only_valid, int16_t *out_values)
{
    const uint16_t *places = s->rows->places;
    const uint32_t kinds = s->rows->reference.n;
    const int16_t none = s->rows->reference.ordered ? 0 : -1;
    size_t n = s->rows->n;
    if (s->valid == n) {
        for (size_t i = 0; i < n; i++)
            out_values[i] = table[places[i]];
    } else {
        size_t kept = 0;
        for (size_t i = 0; i < n; i++) {
            out_values[kept] = places[i] < kinds ? table[places[i]] : none;
            kept += places[i] < kinds || !only_valid;
        }
        n = kept;
    }
    for (size_t i = 0; only_valid && n && i < DRIFT__SERIES_WRAP; i++)
        out_values[n + i] = out_values[i];
    return n;
}

static void make_series(study *s, int only_valid)
{
    const drift__ordered_rows *rows = s->rows;
    const uint32_t kinds = rows->reference.n;
    const size_t room = rows->n + DRIFT__SERIES_WRAP;
    int16_t *values = s->memory, *apart = values + room, *present = NULL;
    size_t n = fill(s, s->tables, only_valid, values);
    if (s->valid != n) {
        present = apart + room;
        for (size_t i = 0; i < n; i++)
            present[i] = rows->places[i] < kinds;
    }
    s->n_series = rows->reference.ordered ? 2 : 1;
    if (!rows->reference.ordered) {
        drift__series_of_names(values, present, n, s->counts, kinds, &s->series[0]);
        return;
    }
    fill(s, s->tables + kinds, only_valid, apart);
    drift__series_of_numbers(values, present, n, s->counts, s->tables, kinds, &s->series[0]);
    drift__series_of_numbers(apart, present, n, s->counts, s->tables + kinds, kinds, &s->series[1]);
}

static drift_status correlate(study *s)
{
    s->lags = s->rows->n / LAG_PARTS < MOST_LAGS ? s->rows->n / LAG_PARTS : MOST_LAGS;
    for (size_t k = 0; k < s->n_series; k++) {
        s->r[k] = drift__allocate(s->allocator, s->lags + 1, sizeof *s->r[k]);
        if (!s->r[k])
            return DRIFT_ERR_OUT_OF_MEMORY;
        s->r[k][0] = 1;
        for (size_t lag = 1; lag <= s->lags; lag++)
            s->r[k][lag] = drift__series_correlation(&s->series[k], lag);
    }
    return DRIFT_OK;
}

static double correlation_time(const double *r, size_t lags)
{
    double sum = 1, largest = 1;
    for (size_t w = 1; w <= lags; w++) {
        sum += 2 * r[w];
        largest = sum > largest ? sum : largest;
        if ((double)w >= 5 * sum)
            break;
    }
    return largest;
}

/* Standard error of a correlation at `lag` where those before it are what they seem. */
static double bartlett(const study *s, const double *r, size_t lag)
{
    double sum = 0.5;
    for (size_t h = 1; h < lag; h++)
        sum += r[h] * r[h];
    return sqrt(2 * sum / (double)s->rows->n);
}

/* The lag of the top of the first rise that is no chance; 0 where there is none. */
static size_t first_peak(const study *s, const double *r)
{
    double lowest = 1, top = 0, sum = 0.5;
    size_t peak = 0;
    for (size_t h = 1; h <= s->lags; h++) {
        lowest = !peak && r[h] < lowest ? r[h] : lowest;
        double error = sqrt(2 * sum / (double)s->rows->n);
        sum += r[h] * r[h];
        if (r[h] - lowest > 8 * error && r[h] > 4.5 * error && r[h] > top) {
            peak = h;
            top = r[h];
        } else if (peak && top - r[h] > (top - lowest) / 2) {
            return peak;
        }
    }
    return peak && 2 * peak <= s->lags ? peak : 0;
}

/* The lag near `peak` whose multiples have the largest correlations. */
static size_t refine(const study *s, const double *r, size_t peak)
{
    size_t near = peak / 7, best = peak;
    double highest = -1;
    for (size_t at = peak - near; at <= peak + near; at++) {
        double sum = 0;
        size_t n = 0;
        for (size_t lag = at; lag <= s->lags; lag += at, n++)
            sum += r[lag];
        if (n && sum / (double)n > highest) {
            highest = sum / (double)n;
            best = at;
        }
    }
    return best;
}

/* Seasons that may be meant, the shortest first: the first peak, and the highest of all. */
static size_t find_seasons(const study *s, size_t *out_seasons)
{
    size_t n = 0;
    for (size_t k = 0; k < s->n_series && !n; k++) {
        size_t peak = first_peak(s, s->r[k]), highest = peak;
        if (!peak)
            continue;
        out_seasons[n++] = refine(s, s->r[k], peak);
        for (size_t h = peak; h <= s->lags; h++)
            highest = s->r[k][h] > s->r[k][highest] + 0.05 ? h : highest;
        if (highest > peak + peak / 2)
            out_seasons[n++] = refine(s, s->r[k], highest);
    }
    return n;
}

/* The smallest distance from which on no rows resemble each other more than by chance; 0: none. */
static size_t find_stride(const study *s)
{
    double remembered = (s->memory_rows - 1) / (s->memory_rows + 1);
    double wanted = remembered > 0 ? ceil(log(LEFT_OF_ROWS) / log(remembered)) : 1;
    size_t stride = wanted > 2 ? wanted < (double)s->lags ? (size_t)wanted : s->lags : 2;
    for (size_t k = 0; k < s->n_series; k++)
        for (size_t h = s->lags; h >= stride && h; h--)
            if (s->r[k][h] > LEFT_OF_ROWS + 4 * bartlett(s, s->r[k], stride)) {
                stride = h + 1;
                break;
            }
    return stride < s->lags && s->rows->n / stride >= LEAST_KEPT ? stride : 0;
}

/* Correlation at `lag` of scores in their order; 0 where they are all equal. */
static double score_correlation(const double *scores, uint32_t n, uint32_t lag)
{
    double mean = 0, squares = 0, products = 0;
    for (uint32_t i = 0; i < n; i++)
        mean += scores[i] / n;
    for (uint32_t i = 0; i < n; i++)
        squares += (scores[i] - mean) * (scores[i] - mean);
    for (uint32_t i = 0; i + lag < n; i++)
        products += (scores[i] - mean) * (scores[i + lag] - mean);
    return squares > 0 ? products / squares : 0;
}

/* Do windows of these scores still resemble each other? The largest lag-1 correlation into `left`. */
static int still_alike(const drift__plan *plan, double *out_left)
{
    int alike = 0;
    double n = plan->windows, strongest = 0;
    for (uint32_t k = 0; k < plan->n_scores; k++) {
        const double *scores = plan->scores + (size_t)k * plan->windows;
        for (uint32_t lag = 1; lag <= CHECKED_LAGS && lag < plan->windows / 4; lag++) {
            double r = score_correlation(scores, plan->windows, lag);
            strongest = lag == 1 && r > strongest ? r : strongest;
            alike |= r > LEFT_OF_WINDOWS + (lag == 1 ? 8 / n : 3 / sqrt(n));
        }
    }
    *out_left = strongest;
    return alike;
}

/* Scores of the whole windows of `length` rows, in their order. */
static drift_status score_windows(const study *s, uint64_t length, drift__plan *plan)
{
    const drift__ordered_rows *rows = s->rows;
    drift__scorer scorer;
    uint64_t whole = rows->n / length;
    uint32_t most = whole < DRIFT__MOST_WINDOWS ? (uint32_t)whole : DRIFT__MOST_WINDOWS, n = 0;
    plan->valid = (double)s->valid / (double)rows->n;
    drift_status status =
        drift__scorer_create(&rows->reference, length, plan->valid, s->allocator, &scorer);
    if (status)
        return status;
    plan->n_scores = scorer.scores;
    plan->scores = drift__allocate_zero(s->allocator, most, scorer.scores * sizeof(double));
    for (uint32_t w = 0; plan->scores && w < most; w++) {
        drift__window_sums sums = {0};
        double scores[DRIFT__WINDOW_SCORES];
        for (size_t i = 0; i < length; i++)
            drift__window_add(&scorer, rows->places[w * length + i], 1, &sums);
        if (!drift__window_score(&scorer, &sums, 1, 1, scores))
            continue;
        for (uint32_t k = 0; k < scorer.scores; k++)
            plan->scores[(size_t)k * most + n] = scores[k];
        n++;
    }
    drift__scorer_destroy(&scorer, s->allocator);
    if (!plan->scores)
        return DRIFT_ERR_OUT_OF_MEMORY;
    if (plan->n_scores > 1)
        memmove(plan->scores + n, plan->scores + most, n * sizeof(double));
    plan->windows = n;
    plan->rows = length;
    return DRIFT_OK;
}

/*
 * Windows of `length` rows, or of up to eight times that, where that is enough; at least `least` of
 * them. DRIFT_ERR_NOT_ENOUGH_DATA where none fits.
 */
static drift_status try_windows(const study *s, uint64_t length, uint64_t step, uint32_t least,
                                drift__plan *out_plan)
{
    for (int tries = 0; tries < 4 && s->rows->n / length >= least; tries++) {
        drift__plan plan = *out_plan;
        drift_status status = score_windows(s, length, &plan);
        if (status)
            return status;
        int alike = still_alike(&plan, &plan.left);
        if (plan.windows >= least && (!alike || plan.stated)) {
            plan.kind = DRIFT__PLAN_WINDOWS;
            *out_plan = plan;
            return DRIFT_OK;
        }
        drift__plan_destroy(&plan, s->allocator);
        if (plan.stated)
            break;
        length = step ? length + step : 2 * length;
    }
    return DRIFT_ERR_NOT_ENOUGH_DATA;
}

/* Windows of whole seasons, the shortest that do; DRIFT_ERR_NOT_ENOUGH_DATA where none does. */
static drift_status use_seasons(const study *s, const size_t *seasons, size_t n, drift__plan *plan)
{
    drift_status status = DRIFT_ERR_NOT_ENOUGH_DATA;
    for (size_t i = 0; i < n && status == DRIFT_ERR_NOT_ENOUGH_DATA; i++) {
        uint64_t length = (LEAST_WINDOW + seasons[i] - 1) / seasons[i] * seasons[i];
        plan->season = seasons[i];
        status = try_windows(s, length, seasons[i], DRIFT__LEAST_SEASONS, plan);
    }
    return status;
}

/* Whichever of the two finds a shift of one deviation in fewer rows. */
static drift_status use_cheaper(const study *s, drift__plan *plan)
{
    size_t stride = find_stride(s);
    uint64_t length = (uint64_t)fmax(LEAST_WINDOW, ceil(5 * (s->memory_rows + 1)));
    drift__plan windows = *plan;
    drift_status status = try_windows(s, length, 0, DRIFT__LEAST_WINDOWS, &windows);
    if (status && status != DRIFT_ERR_NOT_ENOUGH_DATA)
        return status;
    if (!status &&
        (!stride || WINDOWS_TO_ALARM * (double)windows.rows < ROWS_TO_ALARM * (double)stride)) {
        *plan = windows;
        return DRIFT_OK;
    }
    if (!status)
        drift__plan_destroy(&windows, s->allocator);
    plan->kind = stride ? DRIFT__PLAN_THINNING : DRIFT__PLAN_REFUSED;
    plan->rows = stride ? stride : plan->season > length ? plan->season : length;
    for (size_t k = 0; k < s->n_series; k++)
        plan->left = stride ? fmax(plan->left, s->r[k][stride]) : 1;
    return DRIFT_OK;
}

static drift_status plan_dependent(study *s, drift__plan *plan)
{
    size_t seasons[4];
    make_series(s, 0);
    drift_status status = correlate(s);
    if (status)
        return status;
    s->memory_rows = 1;
    for (size_t k = 0; k < s->n_series; k++) {
        s->memory_rows = fmax(s->memory_rows, correlation_time(s->r[k], s->lags));
        for (size_t h = 1; h <= s->lags && h <= 32; h++)
            if (fabs(s->r[k][h]) > fabs(plan->correlation) + (h > 1 ? 0.1 : 0))
                plan->correlation = s->r[k][h];
    }
    size_t n = find_seasons(s, seasons);
    status = n ? use_seasons(s, seasons, n, plan) : DRIFT_ERR_NOT_ENOUGH_DATA;
    return status == DRIFT_ERR_NOT_ENOUGH_DATA ? use_cheaper(s, plan) : status;
}

static drift_status plan_stated(study *s, drift__plan *plan)
{
    make_series(s, 0);
    plan->stated = 1;
    plan->rows = plan->season = s->rows->season;
    if (s->rows->n > 1)
        plan->correlation = drift__series_correlation(&s->series[0], 1);
    drift_status status = try_windows(s, s->rows->season, 0, DRIFT__LEAST_SEASONS, plan);
    if (status != DRIFT_ERR_NOT_ENOUGH_DATA)
        return status;
    plan->kind = DRIFT__PLAN_REFUSED;
    return DRIFT_OK;
}

static int are_dependent(study *s)
{
    int dependent = 0;
    make_series(s, 1);
    for (size_t k = 0; k < s->n_series; k++)
        dependent |= drift__series_dependent(&s->series[k], k ? 12 : DRIFT__SERIES_WRAP);
    return dependent;
}

drift_status drift__plan_choose(const drift__ordered_rows *rows, const drift_allocator *allocator,
                                drift__plan *out_plan)
{
    study s = {.rows = rows, .allocator = allocator};
    drift__plan plan = {.kind = DRIFT__PLAN_NONE};
    drift_status status = begin_study(&s);
    if (status == DRIFT_OK && s.valid && rows->season)
        status = plan_stated(&s, &plan);
    else if (status == DRIFT_OK && s.valid >= DRIFT__PLAN_SHORT && are_dependent(&s))
        status = plan_dependent(&s, &plan);
    free_study(&s);
    if (status)
        return status;
    *out_plan = plan;
    return DRIFT_OK;
}

drift_status drift__plan_copy(const drift__plan *plan, const drift_allocator *allocator,
                              drift__plan *out_plan)
{
    drift__plan copy = *plan;
    size_t n = (size_t)plan->windows * plan->n_scores;
    if (plan->scores) {
        copy.scores = drift__allocate(allocator, n, sizeof *copy.scores);
        if (!copy.scores)
            return DRIFT_ERR_OUT_OF_MEMORY;
        memcpy(copy.scores, plan->scores, n * sizeof *copy.scores);
    }
    *out_plan = copy;
    return DRIFT_OK;
}

void drift__plan_destroy(drift__plan *plan, const drift_allocator *allocator)
{
    drift__release(allocator, plan->scores);
    plan->scores = NULL;
}

static const char *ordinal(uint64_t n)
{
    uint64_t last = n % 100 / 10 == 1 ? 0 : n % 10;
    return last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
}

void drift__plan_say(const drift__plan *plan, char *out, size_t size)
{
    char what[128], season[64] = "";
    unsigned long long rows = plan->rows;
    out[0] = '\0';
    if (plan->kind != DRIFT__PLAN_THINNING && plan->kind != DRIFT__PLAN_WINDOWS &&
        plan->kind != DRIFT__PLAN_REFUSED)
        return;
    if (plan->season)
        snprintf(season, sizeof season, "a season of %llu rows%s", (unsigned long long)plan->season,
                 plan->stated ? " was stated" : "");
    if (plan->kind == DRIFT__PLAN_THINNING)
        snprintf(what, sizeof what, "every %llu%s row is used", rows, ordinal(rows));
    else if (plan->kind == DRIFT__PLAN_WINDOWS)
        snprintf(what, sizeof what, "scores of windows of %llu rows are used", rows);
    else
        snprintf(what, sizeof what,
                 "no evidence: the reference has too few windows of %llu rows, %d are needed", rows,
                 plan->season ? DRIFT__LEAST_SEASONS : DRIFT__LEAST_WINDOWS);
    if (plan->stated)
        snprintf(out, size, "%s; %s", season, what);
    else
        snprintf(out, size, "rows depend on each other: correlation of near rows %.2f%s%s; %s",
                 plan->correlation, season[0] ? ", " : "", season, what);
}

void drift__thin_counts(const uint64_t *counts, size_t places, uint64_t stride,
                        uint64_t *out_counts)
{
    uint64_t before = 0, given = 0;
    for (size_t p = 0; p < places; p++) {
        before += counts[p];
        uint64_t now = before / stride + (before % stride * 2 >= stride);
        out_counts[p] = now - given;
        given = now;
    }
}
