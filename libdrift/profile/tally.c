/* SPDX-License-Identifier: Apache-2.0
 *
 * tally.c: counting names. Rows of a dictionary and booleans are counted by
 * their codes, and each name is looked up once; texts wait in slots until another
 * wants theirs, so that a frequent one is looked up rarely.
 */
#include "profile/tally.h"

#include <string.h>

#include "core/memory.h"
#include "profile/block.h"
#include "profile/recent.h"
#include "profile/state.h"
#include "sketch/category_room.h"

static void count_codes(const drift_column *source, uint64_t first, uint64_t rows, uint64_t *counts)
{
    uint32_t codes[DRIFT__BLOCK_ROWS];
    for (uint64_t end = first + rows; first < end; first += DRIFT__BLOCK_ROWS) {
        uint64_t left = end - first;
        size_t n = left < DRIFT__BLOCK_ROWS ? (size_t)left : DRIFT__BLOCK_ROWS;
        drift__block_codes(source, first, n, codes);
        for (size_t i = 0; i < n; i++)
            counts[codes[i]]++;
    }
}

static drift_status visit_codes(const drift_column *source, const uint64_t *counts, uint32_t n,
                                drift__visit *visit, void *context)
{
    drift_value value = {DRIFT_VALUE_MISSING, 0, {0}};
    drift_status status = counts[n] ? visit(context, &value, counts[n]) : DRIFT_OK;
    for (uint32_t code = 0; code < n && status == DRIFT_OK; code++) {
        if (!counts[code])
            continue;
        drift__block_code_value(source, code, &value);
        status = visit(context, &value, counts[code]);
    }
    return status;
}

/* Texts that are counted and not visited yet. */
typedef struct waiting {
    drift__recent recent;
    uint64_t counts[DRIFT__RECENT_SLOTS];
} waiting;

static drift_status visit_text(waiting *texts, const drift_value *text, drift__visit *visit,
                               void *context)
{
    uint32_t slot = drift__recent_slot(text);
    if (texts->counts[slot] && drift__recent_holds(&texts->recent, slot, text)) {
        texts->counts[slot]++;
        return DRIFT_OK;
    }
    drift_value before = texts->recent.texts[slot];
    uint64_t count = texts->counts[slot];
    texts->recent.texts[slot] = *text;
    texts->counts[slot] = 1;
    return count ? visit(context, &before, count) : DRIFT_OK;
}

static drift_status visit_rows(const drift_column *source, uint64_t first, uint64_t rows,
                               drift__visit *visit, void *context)
{
    drift_value values[DRIFT__BLOCK_ROWS];
    waiting texts;
    drift_status status = DRIFT_OK;
    memset(texts.counts, 0, sizeof texts.counts);
    for (uint64_t end = first + rows; first < end && status == DRIFT_OK;
         first += DRIFT__BLOCK_ROWS) {
        uint64_t left = end - first;
        size_t n = left < DRIFT__BLOCK_ROWS ? (size_t)left : DRIFT__BLOCK_ROWS;
        drift__block_values(source, first, n, values);
        for (size_t i = 0; i < n && status == DRIFT_OK; i++)
            status = drift__is_text(&values[i]) ? visit_text(&texts, &values[i], visit, context)
                                                : visit(context, &values[i], 1);
    }
    for (uint32_t slot = 0; slot < DRIFT__RECENT_SLOTS && status == DRIFT_OK; slot++)
        if (texts.counts[slot])
            status = visit(context, &texts.recent.texts[slot], texts.counts[slot]);
    return status;
}

drift_status drift__visit_values(const drift_column *source, uint64_t first, uint64_t rows,
                                 const drift_allocator *allocator, drift__visit *visit,
                                 void *context)
{
    uint64_t few[DRIFT__BLOCK_ROWS + 1], *counts = few;
    uint32_t n = drift__block_code_count(source, rows < UINT32_MAX ? (uint32_t)rows : UINT32_MAX);
    if (!n || n > rows)
        return visit_rows(source, first, rows, visit, context);
    if (n > DRIFT__BLOCK_ROWS)
        counts = drift__allocate(allocator, (size_t)n + 1, sizeof *counts);
    if (!counts)
        return DRIFT_ERR_OUT_OF_MEMORY;
    memset(counts, 0, ((size_t)n + 1) * sizeof *counts);
    count_codes(source, first, rows, counts);
    drift_status status = visit_codes(source, counts, n, visit, context);
    if (counts != few)
        drift__release(allocator, counts);
    return status;
}

typedef struct counting {
    const drift__column_state *column;
    drift_categories *names;
    drift__tally *tally;
} counting;

static drift_status count_value(void *context, const drift_value *value, uint64_t count)
{
    const counting *into = context;
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    switch (drift__name_of(value, into->column->type, scratch, &text, &length, &numeric)) {
    case DRIFT__MEANS_MISSING:
        into->tally->missing += count;
        return DRIFT_OK;
    case DRIFT__MEANS_VALUE:
        into->tally->valid += count;
        into->tally->numeric += numeric ? count : 0;
        return drift_categories_update(into->names, text, length, count);
    default:
        into->tally->invalid += count;
        return DRIFT_OK;
    }
}

static drift_status look_up(void *context, const drift_value *value, uint64_t count)
{
    const drift__column_state *column = ((const counting *)context)->column;
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    if (drift__name_of(value, column->type, scratch, &text, &length, &numeric) !=
        DRIFT__MEANS_VALUE)
        return DRIFT_OK;
    return drift_categories_count(column->names, text, length, &count);
}

/*
 * 1 where every value of a few rows has a name that is kept already: then they
 * can be counted in place, which needs no memory. Many rows are cheaper
 * counted on a copy than looked up twice.
 */
static int all_known(const drift__column_state *column, const drift_column *source, uint64_t rows)
{
    if (rows > DRIFT__BLOCK_ROWS || rows > 4 * drift_categories_size(column->names))
        return 0;
    counting into = {column, NULL, NULL};
    return drift__visit_values(source, 0, rows, NULL, look_up, &into) == DRIFT_OK;
}

drift_status drift__tally_prepare(const drift__column_state *column, const drift_column *source,
                                  uint64_t rows, const drift_allocator *allocator,
                                  drift__tally *out)
{
    if (all_known(column, source, rows))
        return DRIFT_OK;
    drift_status status = drift__categories_clone(column->names, &out->names);
    counting into = {column, out->names, out};
    return status ? status : drift__visit_values(source, 0, rows, allocator, count_value, &into);
}

static void add_tally(drift__column_state *column, const drift__tally *tally)
{
    column->missing += tally->missing;
    column->invalid += tally->invalid;
    column->valid += tally->valid;
    column->numeric_tokens += tally->numeric;
}

drift_status drift__tally_add(drift__column_state *column, const drift_column *source,
                              uint64_t rows, const drift_allocator *allocator)
{
    drift__tally tally = {NULL, 0, 0, 0, 0};
    counting into = {column, column->names, &tally};
    drift_status status = drift__visit_values(source, 0, rows, allocator, count_value, &into);
    add_tally(column, &tally);
    return status;
}

void drift__tally_commit(drift__column_state *column, const drift_column *source, uint64_t rows,
                         drift__tally *tally)
{
    if (tally->names) {
        drift_categories *old = column->names;
        column->names = tally->names;
        tally->names = old;
        add_tally(column, tally);
    } else {
        drift__tally_add(column, source, rows, NULL);
    }
}
