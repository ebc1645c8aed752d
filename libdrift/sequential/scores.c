/* SPDX-License-Identifier: Apache-2.0
 *
 * scores.c: windows of a stream, ranked among those of its reference.
 */
#include "sequential/scores_state.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "sequential/evidence_state.h"

/* Ranks of the reference at which its scores are cut, in thousandths; of chi-square only the tail. */
static const uint32_t RANKS[DRIFT__SCORE_RANKS] = {20, 50, 100, 200, 350, 500};
enum {
    N_RANKS = DRIFT__SCORE_RANKS,
    MOST_CUTS = DRIFT__SCORE_CUTS,
    KEPT = DRIFT__SCORE_KEPT,
    MOST_PARTS = 64 /* windows that a long block is taken for, at most */
};

/* A cut of sorted scores at a rank, through those that are equal to it. */
typedef struct score_cut {
    uint32_t rank, inside, of;
    double value;
} score_cut;

static score_cut cut_at(const double *sorted, uint32_t n, uint32_t rank)
{
    score_cut cut = {rank, 1, 1, sorted[rank - 1]};
    for (uint32_t i = rank - 1; i-- && sorted[i] == cut.value;) {
        cut.inside++;
        cut.of++;
    }
    for (uint32_t i = rank; i < n && sorted[i] == cut.value; i++)
        cut.of++;
    return cut;
}

/* Ranks that `n` scores support, the same from both ends, or only the upper ones. */
static uint32_t choose_ranks(uint32_t n, int upper, uint32_t *out_ranks)
{
    uint32_t n_ranks = 0;
    for (uint32_t k = 0; k < MOST_CUTS; k++) {
        int high = k >= N_RANKS;
        uint32_t share = RANKS[high ? MOST_CUTS - 1 - k : k];
        uint32_t rank = (n + 1) * share / 1000;
        if (high)
            rank = n + 1 - rank;
        if (!rank || rank > n || (upper && k + 1 < N_RANKS) ||
            (n_ranks && rank <= out_ranks[n_ranks - 1]))
            continue;
        out_ranks[n_ranks++] = rank;
    }
    return n_ranks;
}

/* Places: below the first value, equal to it, between it and the next, ... */
static drift_status make_places(drift__ranking *r, const score_cut *cuts, uint32_t n_cuts,
                                drift__random *random, const drift_allocator *memory,
                                drift__places *out_places)
{
    drift__places places;
    r->n = 0;
    for (uint32_t j = 0; j < n_cuts; j++)
        if (!j || cuts[j].value != cuts[j - 1].value)
            r->values[r->n++] = cuts[j].value;
    drift_status status = drift__places_identity(2 * r->n + 1, memory, &places);
    if (status)
        return status;
    places.cells = n_cuts + 1;
    uint32_t j = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        uint32_t before = 0;
        double at = 0;
        places.first[2 * i] = places.first[2 * i + 1] = (uint8_t)j;
        for (; j < n_cuts && cuts[j].value == r->values[i]; j++) {
            at += (1 - at) * drift__draw_beta(random, cuts[j].inside - before,
                                              cuts[j].of - cuts[j].inside + 1);
            before = cuts[j].inside;
            places.at[j + 1] = at;
            places.cuts[2 * i + 1]++;
        }
    }
    places.first[2 * r->n] = (uint8_t)n_cuts;
    *out_places = places;
    return DRIFT_OK;
}

static drift_status create_ranking(drift__ranking *r, double *sorted, uint32_t n, int upper,
                                   const drift_evidence_config *config, drift_error *error)
{
    uint32_t ranks[MOST_CUTS], n_cuts = choose_ranks(n, upper, ranks);
    score_cut cuts[MOST_CUTS];
    double start[MOST_CUTS + 1];
    drift__random random = {config->seed};
    drift_allocator memory = drift__allocator(config->allocator);
    drift__places places;
    for (uint32_t j = 0; j < n_cuts; j++) {
        cuts[j] = cut_at(sorted, n, ranks[j]);
        start[j] = ranks[j] - (j ? ranks[j - 1] : 0);
    }
    if (!n_cuts)
        return drift__fail_status(error, DRIFT_ERR_NOT_ENOUGH_DATA);
    start[n_cuts] = n + 1 - ranks[n_cuts - 1];
    drift_status status = make_places(r, cuts, n_cuts, &random, &memory, &places);
    if (status)
        return drift__fail_status(error, status);
    return drift__evidence_create(start, &places, config, random, &r->evidence, error);
}

static void sort(double *values, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        double value = values[i];
        uint32_t at = i;
        for (; at && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
}

/* Groups of places: of names those that count on their own, else about equally many rows each. */
static drift_status group_places(drift__scores *scores, const drift__place_counts *reference)
{
    uint64_t before = 0;
    scores->group = drift__allocate_zero(&scores->allocator, reference->n, 1);
    if (!scores->group)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (uint32_t p = 0, group = 0; p < reference->n; p++) {
        if (scores->scorer.cells || !reference->ordered)
            group = (uint32_t)scores->scorer.value[p];
        else if (scores->reference[group] &&
                 before >= scores->scorer.rows / DRIFT__SCORE_CELLS * (group + 1))
            group += group + 1 < DRIFT__SCORE_CELLS;
        scores->group[p] = (uint8_t)group;
        scores->reference[group] += reference->counts[p];
        scores->groups = group + 1 > scores->groups ? group + 1 : scores->groups;
        before += reference->counts[p];
    }
    return DRIFT_OK;
}

static drift_status keep_scores(drift__scores *scores, const drift__plan *plan)
{
    size_t n = (size_t)plan->windows * plan->n_scores;
    scores->scores = drift__allocate(&scores->allocator, n, sizeof *scores->scores);
    if (!scores->scores)
        return DRIFT_ERR_OUT_OF_MEMORY;
    memcpy(scores->scores, plan->scores, n * sizeof *scores->scores);
    return DRIFT_OK;
}

static drift_status create_rankings(drift__scores *scores, const drift__plan *plan,
                                    const drift_evidence_config *config, drift_error *error)
{
    drift_evidence_config own = *config;
    double sorted[DRIFT__MOST_WINDOWS];
    drift_status status = DRIFT_OK;
    own.alpha /= plan->n_scores;
    own.run_length *= (double)plan->n_scores / (double)plan->rows;
    own.block_rows = own.stride = 1;
    own.kind = DRIFT_EVIDENCE_ORDERED;
    for (uint32_t k = 0; k < plan->n_scores && !status; k++) {
        own.seed = config->seed + k * UINT64_C(0x9e3779b97f4a7c15);
        memcpy(sorted, plan->scores + (size_t)k * plan->windows, plan->windows * sizeof *sorted);
        sort(sorted, plan->windows);
        status = create_ranking(&scores->rankings[k], sorted, plan->windows,
                                scores->scorer.cells > 0, &own, error);
        scores->n += !status;
    }
    return status;
}

drift_status drift__scores_create(const drift__plan *plan, const drift__place_counts *reference,
                                  const drift_evidence_config *config, drift__scores **out_scores,
                                  drift_error *error)
{
    drift_evidence_config own;
    if (plan->kind != DRIFT__PLAN_WINDOWS || !plan->scores || !plan->windows ||
        plan->windows > DRIFT__MOST_WINDOWS)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__evidence_config(config, &own, error);
    if (status)
        return status;
    drift_allocator memory = drift__allocator(own.allocator);
    drift__scores *scores = drift__allocate_zero(&memory, 1, sizeof *scores);
    if (!scores)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    scores->allocator = memory;
    scores->window_rows = plan->rows;
    scores->known = plan->windows;
    scores->ordered = reference->ordered;
    scores->random = (drift__random){own.seed};
    status = drift__scorer_create(reference, plan->rows, plan->valid, &memory, &scores->scorer);
    if (!status && scores->scorer.scores != plan->n_scores)
        status = DRIFT_ERR_INVALID_ARGUMENT;
    status = status ? status : keep_scores(scores, plan);
    status = status ? status : group_places(scores, reference);
    if (!status) {
        own.allocator = &scores->allocator;
        status = create_rankings(scores, plan, &own, error);
    } else {
        drift__fail_status(error, status);
    }
    if (status) {
        drift__scores_destroy(scores);
        return status;
    }
    scores->current.first = 1;
    *out_scores = scores;
    return DRIFT_OK;
}

void drift__scores_destroy(drift__scores *scores)
{
    if (!scores)
        return;
    drift_allocator memory = scores->allocator;
    for (uint32_t k = 0; k < scores->n; k++)
        drift_evidence_destroy(scores->rankings[k].evidence);
    drift__scorer_destroy(&scores->scorer, &memory);
    drift__release(&memory, scores->group);
    drift__release(&memory, scores->scores);
    drift__release(&memory, scores);
}

static uint32_t place_of(const drift__ranking *r, double score)
{
    uint32_t i = 0;
    while (i < r->n && r->values[i] < score)
        i++;
    return 2 * i + (i < r->n && r->values[i] == score);
}

/* First row of window `number` (from 1): known of the last ones, of others about. */
static uint64_t first_row(const drift__scores *scores, uint64_t number)
{
    uint64_t oldest = scores->windows > KEPT ? scores->windows - KEPT + 1 : 1;
    if (number > scores->windows)
        return scores->current.first;
    if (number >= oldest)
        return scores->kept[number % KEPT].first;
    double rows = (double)(scores->kept[oldest % KEPT].first - 1);
    return 1 + (uint64_t)((double)(number - 1) * rows / (double)(oldest - 1));
}

/* The score with the strongest evidence, and what it says. */
static uint32_t strongest(const drift__scores *scores, drift_evidence_result *out_result)
{
    uint32_t best = 0;
    drift_evidence_get(scores->rankings[0].evidence, out_result);
    for (uint32_t k = 1; k < scores->n; k++) {
        drift_evidence_result other;
        drift_evidence_get(scores->rankings[k].evidence, &other);
        if (other.log_largest > out_result->log_largest) {
            *out_result = other;
            best = k;
        }
    }
    return best;
}

/* The first alarm of any score is the column's; of two at once the stronger one dates it. */
static void note_alarm(drift__scores *scores)
{
    double largest = 0;
    for (uint32_t k = 0; k < scores->n; k++) {
        drift_evidence_result result;
        drift_evidence_get(scores->rankings[k].evidence, &result);
        int now = result.alarm_row && (!scores->alarm_row || scores->alarm_row == scores->rows);
        if (!now || result.log_largest <= largest)
            continue;
        largest = result.log_largest;
        scores->alarm_row = scores->rows;
        scores->change_row = first_row(scores, result.change_row);
    }
}

static drift_status rank_window(drift__scores *scores, const double *values)
{
    drift_status status = DRIFT_OK;
    for (uint32_t k = 0; k < scores->n && !status; k++) {
        uint32_t place = place_of(&scores->rankings[k], values[k]);
        status = drift_evidence_update(scores->rankings[k].evidence, &place, 1);
    }
    scores->windows++;
    return status;
}

/*
 * A block of the rows of several windows tells their mean, not how they were spread about it: that is
 * lent by windows of the reference, drawn at random, about their own mean. So the sum of the
 * parts varies as that of so many windows, and what the reference does not know of its own
 * mean weighs no more than in a window.
 */
static drift_status rank_parts(drift__scores *scores, const double *values, uint32_t parts)
{
    uint32_t drawn[MOST_PARTS];
    double mean[DRIFT__WINDOW_SCORES] = {0};
    drift_status status = DRIFT_OK;
    for (uint32_t i = 0; i < parts; i++) {
        drawn[i] = (uint32_t)drift__random_below(&scores->random, scores->known);
        for (uint32_t k = 0; k < scores->n; k++)
            mean[k] += scores->scores[(size_t)k * scores->known + drawn[i]] / parts;
    }
    drift__window last = scores->current;
    for (uint32_t i = 0; i < parts && !status; i++) {
        double part[DRIFT__WINDOW_SCORES];
        for (uint32_t k = 0; k < scores->n; k++)
            part[k] = values[k] + scores->scores[(size_t)k * scores->known + drawn[i]] - mean[k];
        status = rank_window(scores, part);
        drift__window *kept = &scores->kept[scores->windows % KEPT];
        *kept = i + 1 < parts ? (drift__window){.first = 0} : last;
        kept->first = last.first + scores->open.rows * i / parts;
    }
    return status;
}

static drift_status end_window(drift__scores *scores)
{
    double values[DRIFT__WINDOW_SCORES];
    drift_status status = DRIFT_OK;
    uint64_t parts = scores->open.rows / scores->window_rows;
    if (drift__window_score(&scores->scorer, &scores->open, 0, (double)parts, values)) {
        if (parts > 1 && !scores->scorer.cells) {
            status = rank_parts(scores, values, parts < MOST_PARTS ? (uint32_t)parts : MOST_PARTS);
        } else {
            status = rank_window(scores, values);
            scores->kept[scores->windows % KEPT] = scores->current;
        }
        note_alarm(scores);
    }
    memset(&scores->open, 0, sizeof scores->open);
    memset(&scores->current, 0, sizeof scores->current);
    scores->current.first = scores->rows + 1;
    return status;
}

static void add(drift__scores *scores, uint32_t place, uint64_t count)
{
    drift__window_add(&scores->scorer, place, count, &scores->open);
    if (place >= scores->scorer.n)
        return;
    uint32_t *held = &scores->current.counts[scores->group[place]];
    *held = count > UINT32_MAX - *held ? UINT32_MAX : *held + (uint32_t)count;
}

drift_status drift__scores_update(drift__scores *scores, const uint32_t *places, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        add(scores, places[i], 1);
        scores->rows++;
        if (scores->open.rows < scores->window_rows)
            continue;
        drift_status status = end_window(scores);
        if (status)
            return status;
    }
    return DRIFT_OK;
}

drift_status drift__scores_update_counts(drift__scores *scores, const uint64_t *counts,
                                         uint64_t rows)
{
    uint64_t valid = 0;
    const uint64_t most = UINT64_C(1) << 52;
    for (uint32_t p = 0; p < scores->scorer.n; p++) {
        if (counts[p] > most - valid)
            return DRIFT_ERR_OVERFLOW;
        valid += counts[p];
    }
    if (valid > rows)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (rows > most - scores->rows)
        return DRIFT_ERR_OVERFLOW;
    for (uint32_t p = 0; p < scores->scorer.n; p++)
        if (counts[p])
            add(scores, p, counts[p]);
    add(scores, scores->scorer.n, rows - valid);
    scores->rows += rows;
    return scores->open.rows < scores->window_rows ? DRIFT_OK : end_window(scores);
}

void drift__scores_get(const drift__scores *scores, drift_evidence_result *out_result)
{
    drift_evidence_result result;
    strongest(scores, &result);
    double shared = log((double)scores->n);
    result.rows = scores->rows;
    result.alarm_row = scores->alarm_row;
    result.change_row =
        scores->alarm_row ? scores->change_row : first_row(scores, result.change_row);
    if (result.p_value < 1)
        result.p_value = fmin(1, result.p_value * scores->n);
    result.log_wealth -= shared;
    result.log_largest -= shared;
    result.log_threshold -= shared;
    *out_result = result;
}

uint32_t drift__scores_since_change(const drift__scores *scores, uint64_t *out_reference,
                                    uint64_t *out_now)
{
    drift_evidence_result result;
    strongest(scores, &result);
    uint64_t from = scores->windows > KEPT ? scores->windows - KEPT + 1 : 1;
    if (result.change_row > from)
        from = result.change_row < scores->windows ? result.change_row : scores->windows;
    memcpy(out_reference, scores->reference, scores->groups * sizeof *out_reference);
    memset(out_now, 0, scores->groups * sizeof *out_now);
    for (uint64_t w = from; w && w <= scores->windows; w++)
        for (uint32_t g = 0; g < scores->groups; g++)
            out_now[g] += scores->kept[w % KEPT].counts[g];
    return scores->groups;
}

int drift__scores_ordered(const drift__scores *scores)
{
    return scores->ordered;
}
