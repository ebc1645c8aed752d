/* SPDX-License-Identifier: Apache-2.0
 *
 * evidence.c: rows gathered into blocks, looked at, and an alarm dated.
 */
#include <drift/evidence.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "sequential/evidence_state.h"

static const double LOG_TWO = 0.69314718055994530942;
static const uint64_t MOST_ROWS = UINT64_C(1) << 52;

static drift_status check_config(const drift_evidence_config *config, drift_error *error)
{
    if (config->kind > DRIFT_EVIDENCE_NOMINAL)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "there is no kind %u of evidence",
                           config->kind);
    if (!(config->alpha >= 1e-100 && config->alpha < 1))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "alpha must lie between 0 (1e-100) and 1, not be %g", config->alpha);
    if (!(config->run_length >= 0 && config->run_length <= 1e15))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "a run length is 1 to 1e15 rows, not %g", config->run_length);
    if (config->block_rows > DRIFT__EVIDENCE_BLOCK)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "a block has 1 to %d rows, not %u",
                           DRIFT__EVIDENCE_BLOCK, config->block_rows);
    return DRIFT_OK;
}

static drift_status check_start(const double *start, size_t cells, drift_error *error)
{
    if (cells < 2 || cells > DRIFT__URN_CELLS)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "an urn has 2 to %d cells, not %zu",
                           DRIFT__URN_CELLS, cells);
    for (size_t j = 0; j < cells; j++)
        if (!(start[j] >= 1e-3 && start[j] <= 1e15))
            return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                               "cell %zu begins with %g; 0.001 to 1e15 is possible", j, start[j]);
    return DRIFT_OK;
}

drift_status drift__evidence_config(const drift_evidence_config *config,
                                    drift_evidence_config *out_config, drift_error *error)
{
    drift_evidence_config own = DRIFT_EVIDENCE_CONFIG_INIT;
    drift_status status = drift__config_copy(&own, config, sizeof own, error);
    if (status)
        return status;
    own.alpha = own.alpha == 0 ? 0.01 : own.alpha;
    own.block_rows = own.block_rows ? own.block_rows : 32;
    own.stride = own.stride ? own.stride : 1;
    status = check_config(&own, error);
    if (status == DRIFT_OK)
        *out_config = own;
    return status;
}

drift_status drift__evidence_create(const double *start, drift__places *places,
                                    const drift_evidence_config *config, drift__random random,
                                    drift_evidence **out_evidence, drift_error *error)
{
    drift_allocator memory = drift__allocator(config->allocator);
    drift_evidence *evidence = drift__allocate_zero(&memory, 1, sizeof *evidence);
    if (!evidence) {
        drift__places_destroy(places, &memory);
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    evidence->allocator = memory;
    evidence->config = *config;
    evidence->places = *places;
    drift__places_settle(&evidence->places);
    evidence->random = random;
    int paid = config->run_length > 0;
    evidence->threshold = paid ? config->run_length + config->block_rows : 1 / config->alpha;
    evidence->last = evidence->largest = (drift__money){paid ? 0 : 1, 0};
    drift_status status =
        drift__urn_create(start, places->cells, config->kind == DRIFT_EVIDENCE_ORDERED,
                          paid ? config->block_rows : 0, &memory, &evidence->urn);
    if (status) {
        drift_evidence_destroy(evidence);
        return drift__fail_status(error, status);
    }
    *out_evidence = evidence;
    return DRIFT_OK;
}

drift_status drift_evidence_create(const double *start, size_t cells,
                                   const drift_evidence_config *config,
                                   drift_evidence **out_evidence, drift_error *error)
{
    drift_evidence_config own;
    drift__places places;
    if (!start || !out_evidence)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__evidence_config(config, &own, error);
    status = status ? status : check_start(start, cells, error);
    if (status)
        return status;
    drift_allocator memory = drift__allocator(own.allocator);
    status = drift__places_identity((uint32_t)cells, &memory, &places);
    if (status)
        return drift__fail_status(error, status);
    return drift__evidence_create(start, &places, &own, (drift__random){own.seed}, out_evidence,
                                  error);
}

drift_status drift_evidence_create_from_counts(const uint64_t *counts, const uint8_t *single,
                                               size_t places, const drift_evidence_config *config,
                                               drift_evidence **out_evidence, drift_error *error)
{
    drift_evidence_config own;
    double start[DRIFT__URN_CELLS];
    drift__places chosen;
    uint64_t rows = 0;
    if (!counts || !out_evidence)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (places < 2 || places > DRIFT__MOST_PLACES)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "a reference is counted in 2 to %d places, not %zu", DRIFT__MOST_PLACES,
                           places);
    drift_status status = drift__evidence_config(config, &own, error);
    if (status)
        return status;
    for (size_t p = 0; p < places; p++) {
        if (counts[p] > MOST_ROWS - rows)
            return drift__fail_status(error, DRIFT_ERR_OVERFLOW);
        rows += counts[p];
    }
    drift_allocator memory = drift__allocator(own.allocator);
    drift__random random = {own.seed};
    drift__place_counts reference = {counts, single, (uint32_t)places,
                                     own.kind == DRIFT_EVIDENCE_ORDERED};
    status = drift__places_choose(&reference, &random, &memory, &chosen, start);
    if (status == DRIFT_ERR_NOT_ENOUGH_DATA)
        return drift__fail(error, status, "a reference of %llu rows cannot be cut into cells",
                           (unsigned long long)rows);
    if (status)
        return drift__fail_status(error, status);
    return drift__evidence_create(start, &chosen, &own, random, out_evidence, error);
}

void drift_evidence_destroy(drift_evidence *evidence)
{
    if (!evidence)
        return;
    drift_allocator memory = evidence->allocator;
    drift__urn_destroy(evidence->urn);
    drift__places_destroy(&evidence->places, &memory);
    drift__release(&memory, evidence);
}

static double log_money(drift__money money)
{
    return log(money.value) + (double)money.scale * LOG_TWO;
}

static int exceeds(drift__money a, drift__money b)
{
    return a.scale == b.scale ? a.value > b.value : log_money(a) > log_money(b);
}

static int crosses(const drift_evidence *evidence, drift__money money)
{
    return money.scale ? log_money(money) >= log(evidence->threshold)
                       : money.value >= evidence->threshold;
}

static void note(drift_evidence *evidence, drift__money money)
{
    evidence->last = money;
    if (exceeds(money, evidence->largest))
        evidence->largest = money;
}

/* How many of the open rows it took to cross; all, where only the last look did. */
static uint32_t rows_to_cross(const drift_evidence *evidence)
{
    drift__urn_won won;
    for (uint32_t n = 1; n < evidence->open; n++) {
        drift__urn_look(evidence->urn, evidence->pending, n, &won);
        if (crosses(evidence, won.money))
            return n;
    }
    return evidence->open;
}

static uint64_t change_row(const drift_evidence *evidence)
{
    /* Of a block of counts a stride may take one row more than lie behind it. */
    uint64_t row = drift__urn_change(evidence->urn) * evidence->config.stride + 1;
    return row < evidence->rows + 1 ? row : evidence->rows + 1;
}

/* Where the change was, once, when there is an alarm. */
static void note_change(drift_evidence *evidence)
{
    if (!evidence->alarm_row || evidence->change_row)
        return;
    uint64_t row = change_row(evidence);
    evidence->change_row = row < evidence->alarm_row ? row : evidence->alarm_row;
}

/* Look at the open rows; an alarm is dated before the urn takes them. */
static void look(drift_evidence *evidence, drift__urn_won *out_won)
{
    drift__urn_look(evidence->urn, evidence->pending, evidence->open, out_won);
    note(evidence, out_won->money);
    if (!evidence->alarm_row && crosses(evidence, out_won->money))
        evidence->alarm_row =
            evidence->open_row + (uint64_t)(rows_to_cross(evidence) - 1) * evidence->config.stride;
}

/* The change is told by what the block that raised the alarm says too. */
static void end_block(drift_evidence *evidence)
{
    drift__urn_won won;
    if (!evidence->open)
        return;
    look(evidence, &won);
    drift__urn_end(evidence->urn, &won);
    evidence->open = 0;
    note_change(evidence);
}

/* Rows that all count, at most as many as the open block still takes. */
static void add_rows(drift_evidence *evidence, const uint32_t *places, size_t n)
{
    if (!evidence->open) {
        drift__urn_begin(evidence->urn);
        evidence->open_row = evidence->rows + 1;
    }
    drift__places_cells(&evidence->places, places, n, &evidence->random,
                        evidence->pending + evidence->open);
    evidence->open += (uint32_t)n;
    evidence->rows += n;
    if (evidence->open == evidence->config.block_rows)
        end_block(evidence);
}

drift_status drift_evidence_update(drift_evidence *evidence, const uint32_t *places, size_t n)
{
    if (!evidence || (!places && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!drift__places_valid(&evidence->places, places, n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (n > MOST_ROWS - evidence->rows)
        return DRIFT_ERR_OVERFLOW;
    const uint32_t stride = evidence->config.stride;
    for (size_t i = 0; i < n;) {
        size_t most = stride > 1 ? 1 : evidence->config.block_rows - evidence->open;
        size_t taken = n - i < most ? n - i : most;
        if (stride > 1 && evidence->rows % stride)
            evidence->rows++;
        else
            add_rows(evidence, places + i, taken);
        i += taken;
    }
    return DRIFT_OK;
}

/*
 * Of the rows by cell, in their order, every `stride`-th from a random one on. Unlike rows drawn
 * one by one their counts vary no more than those of rows as far apart as that.
 */
static uint64_t thin(uint64_t *cells, uint32_t n, uint32_t stride, drift__random *random)
{
    uint64_t before = drift__random_below(random, stride), rows = 0;
    for (uint32_t j = 0; j < n; j++) {
        before += cells[j];
        cells[j] = before / stride;
        before %= stride;
        rows += cells[j];
    }
    return rows;
}

/* The sum, or what is more than `most`, which is below 2^63. */
static uint64_t sum_up_to(const uint64_t *counts, uint32_t n, uint64_t most)
{
    uint64_t sum = 0, any = 0;
    for (uint32_t j = 0; j < n; j++) {
        any |= counts[j];
        sum += counts[j];
    }
    if (any < UINT64_MAX / DRIFT__MOST_PLACES) /* so few of these cannot have wrapped around */
        return sum;
    sum = 0;
    for (uint32_t j = 0; j < n && sum <= most; j++)
        sum += counts[j] <= most ? counts[j] : most + 1;
    return sum;
}

drift_status drift_evidence_update_counts(drift_evidence *evidence, const uint64_t *counts)
{
    if (!evidence || !counts)
        return DRIFT_ERR_INVALID_ARGUMENT;
    const uint64_t most = MOST_ROWS - evidence->rows;
    uint64_t rows = sum_up_to(counts, evidence->places.n, most);
    if (rows > most)
        return DRIFT_ERR_OVERFLOW;
    if (!rows)
        return DRIFT_OK;
    end_block(evidence);
    uint64_t cells[DRIFT__URN_CELLS];
    drift__urn_won won;
    drift__places_deal(&evidence->places, counts, &evidence->random, cells);
    evidence->rows += rows;
    if (evidence->config.stride > 1 &&
        !thin(cells, evidence->urn->cells, evidence->config.stride, &evidence->random))
        return DRIFT_OK;
    drift__urn_begin(evidence->urn);
    drift__urn_look_at_counts(evidence->urn, cells, &won);
    note(evidence, won.money);
    drift__urn_end(evidence->urn, &won);
    if (!evidence->alarm_row && crosses(evidence, evidence->last))
        evidence->alarm_row = evidence->rows;
    note_change(evidence);
    return DRIFT_OK;
}

drift_status drift_evidence_look(drift_evidence *evidence)
{
    drift__urn_won won;
    if (!evidence)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (evidence->open)
        look(evidence, &won);
    return DRIFT_OK;
}

void drift_evidence_get(const drift_evidence *evidence, drift_evidence_result *out_result)
{
    double largest = log_money(evidence->largest);
    *out_result = (drift_evidence_result){
        .rows = evidence->rows,
        .alarm_row = evidence->alarm_row,
        .change_row = evidence->change_row ? evidence->change_row : change_row(evidence),
        .log_wealth = log_money(evidence->last),
        .log_largest = largest,
        .log_threshold = log(evidence->threshold),
        .p_value = evidence->config.run_length > 0 || largest < 0 ? 1 : exp(-largest)};
}

size_t drift_evidence_places(const drift_evidence *evidence)
{
    return evidence->places.n;
}

size_t drift_evidence_cells(const drift_evidence *evidence)
{
    return evidence->urn->cells;
}

const double *drift_evidence_start(const drift_evidence *evidence)
{
    return evidence->urn->start;
}

void drift_evidence_counts(const drift_evidence *evidence, uint64_t *out_counts)
{
    memcpy(out_counts, evidence->urn->seen, evidence->urn->cells * sizeof *out_counts);
    for (uint32_t i = 0; i < evidence->open; i++)
        out_counts[evidence->pending[i]]++;
}

uint64_t drift__evidence_since_change(const drift_evidence *evidence, uint64_t *out_counts)
{
    enum { LEAST_ROWS = 8 };
    uint64_t before = drift__urn_change(evidence->urn);
    drift__urn_since(evidence->urn, before, LEAST_ROWS, out_counts);
    return before * evidence->config.stride + 1;
}
