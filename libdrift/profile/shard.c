/* SPDX-License-Identifier: Apache-2.0
 *
 * shard.c: rows coded into a ring, and the ring counted by column. The ring is
 * written along rows and read along columns, so it is turned a cache line of
 * columns at a time.
 */
#include "profile/shard.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "profile/recent.h"
#include "profile/state.h"
#include "sketch/category_table.h"

/* Of so many what counting needs stays near from one ring to the next. */
enum { NEAR_COLUMNS = 128 };

typedef enum drift__coding {
    CODED_NUMBER = 0, /* as it is */
    CODED_OTHER,      /* a time, or a number of a column that is not plain */
    CODED_INTEGER,
    CODED_NAME,
    CODED_PRESENCE
} drift__coding;

/* Codes of a name that are no number of one. */
static const uint32_t NAME_MISSING = UINT32_MAX, NAME_INVALID = UINT32_MAX - 1;
static const uint32_t NAME_UNSEEN = UINT32_MAX - 2;

static drift__coding coding_of(const drift__column_state *column)
{
    if (column->names)
        return CODED_NAME;
    if (column->type == DRIFT_TYPE_ID)
        return CODED_PRESENCE;
    if (column->has_cells && column->cells.integer)
        return CODED_INTEGER;
    return column->type == DRIFT_TYPE_NUMERIC ? CODED_NUMBER : CODED_OTHER;
}

drift_status drift__coder_create(const drift_profile *reference, const drift_allocator *allocator,
                                 drift__coder *out_coder)
{
    size_t n = reference->n_columns;
    drift__coder coder = {.kernels = drift__kernels_get(), .n_columns = n, .plain = 1};
    coder.kinds = drift__allocate(allocator, n, sizeof *coder.kinds);
    coder.recent = drift__allocate_zero(allocator, n, sizeof *coder.recent);
    int failed = !coder.kinds || !coder.recent;
    for (size_t i = 0; i < n && !failed; i++) {
        coder.kinds[i] = (uint8_t)coding_of(&reference->columns[i]);
        coder.plain &= coder.kinds[i] == CODED_NUMBER;
        if (coder.kinds[i] != CODED_NAME)
            continue;
        coder.recent[i] =
            drift__allocate_zero(allocator, DRIFT__RECENT_SLOTS, sizeof **coder.recent);
        failed = !coder.recent[i];
    }
    if (failed) {
        drift__coder_destroy(&coder, allocator);
        return DRIFT_ERR_OUT_OF_MEMORY;
    }
    *out_coder = coder;
    return DRIFT_OK;
}

void drift__coder_destroy(drift__coder *coder, const drift_allocator *allocator)
{
    for (size_t i = 0; coder->recent && i < coder->n_columns; i++)
        drift__release(allocator, coder->recent[i]);
    drift__release(allocator, coder->recent);
    drift__release(allocator, coder->kinds);
}

drift_status drift__ring_create(size_t n_columns, const drift_allocator *allocator,
                                drift__ring *out_ring)
{
    enum { LINE = DRIFT__TURN_COLUMNS };
    drift__ring ring = {.capacity = DRIFT__RING_ROWS,
                        .width = ((n_columns + LINE - 1) / LINE | 1) * LINE};
    ring.slots = drift__allocate_zero(allocator, ring.width, DRIFT__RING_ROWS * sizeof *ring.slots);
    ring.groups = drift__allocate(allocator, DRIFT__RING_ROWS, sizeof *ring.groups);
    if (!ring.slots || !ring.groups) {
        drift__ring_destroy(&ring, allocator);
        return DRIFT_ERR_OUT_OF_MEMORY;
    }
    *out_ring = ring;
    return DRIFT_OK;
}

void drift__ring_destroy(drift__ring *ring, const drift_allocator *allocator)
{
    drift__release(allocator, ring->slots);
    drift__release(allocator, ring->groups);
}

static uint32_t pinned_of(const drift_categories *names)
{
    return (uint32_t)(names->n - names->heap_size);
}

/* Number of a name that the reference named, NAME_UNSEEN of any other. */
static uint32_t code_of(const drift_categories *names, uint32_t *recent, const char *text,
                        size_t length)
{
    drift_value key = {DRIFT_VALUE_STRING, (uint32_t)length, {.string = text}};
    uint32_t pinned = pinned_of(names), slot = drift__recent_slot(&key), code = recent[slot];
    if (code < pinned && names->entries[code].length == length &&
        !memcmp(names->entries[code].name, text, length))
        return code;
    uint32_t found = drift__category_find(names, text, length);
    if (!found || found > pinned)
        return NAME_UNSEEN;
    recent[slot] = found - 1;
    return found - 1;
}

/* Returns 1 where there is more to do about the value: count_at_once. */
static int code_name(const drift__column_state *column, uint32_t *recent, const drift_value *value,
                     drift__slot *out)
{
    char scratch[64];
    const char *text;
    size_t length;
    int numeric = 0;
    out->name.likeness = 0;
    switch (drift__name_of(value, column->type, scratch, &text, &length, &numeric)) {
    case DRIFT__MEANS_VALUE:
        out->name.code = code_of(column->names, recent, text, length);
        return numeric || out->name.code == NAME_UNSEEN;
    case DRIFT__MEANS_MISSING:
        out->name.code = NAME_MISSING;
        return 0;
    default:
        out->name.code = NAME_INVALID;
        return 0;
    }
}

static int code_number(const drift__column_state *column, int integer, const drift_value *value,
                       drift__slot *out)
{
    double number;
    int64_t key;
    drift__meaning meaning = drift__number_of(value, column->type, integer, &number, &key);
    if (integer)
        out->key = meaning == DRIFT__MEANS_VALUE ? key : INT64_MIN;
    else if (meaning == DRIFT__MEANS_VALUE)
        out->number = number;
    else if (meaning == DRIFT__MEANS_NEGATIVE_INFINITY)
        out->number = -(double)INFINITY;
    else if (meaning == DRIFT__MEANS_POSITIVE_INFINITY)
        out->number = (double)INFINITY;
    else
        out->number = (double)NAN;
    return integer ? meaning != DRIFT__MEANS_VALUE : meaning == DRIFT__MEANS_INVALID;
}

/* What has no place in a slot: the meaning of what is no value, names nobody has a number for. */
static void count_at_once(const drift_profile *shard, drift__column_state *column,
                          const drift_value *value, drift__slot *slot)
{
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    double number;
    int64_t key;
    int integer = column->has_cells && column->cells.integer;
    if (!column->names) {
        drift__meaning meaning = drift__number_of(value, column->type, integer, &number, &key);
        if (integer || meaning == DRIFT__MEANS_INVALID)
            drift__column_add_meaning(column, meaning);
        /* It waits as NaN, which will be counted as missing. */
        column->missing -= (uint64_t)!integer;
        return;
    }
    drift__name_of(value, column->type, scratch, &text, &length, &numeric);
    column->numeric_tokens += (uint64_t)numeric;
    if (slot->name.code != NAME_UNSEEN)
        return;
    slot->name.likeness = (uint32_t)drift__clusters_hash(shard, text, length);
    drift_categories_update(column->names, text, length, 1);
}

static int is_empty_text(const drift_value *value)
{
    return drift__is_text(value) && !value->as.string;
}

/* Values that take_numbers did not settle. Returns how many need count_at_once, -1 if none can. */
static int code_others(const drift_profile *shard, const drift__coder *coder,
                       const drift_value *values, drift__slot *row)
{
    int odd = 0;
    for (size_t i = 0; i < coder->n_columns; i++) {
        const drift_value *value = &values[i];
        const drift__column_state *column = &shard->columns[i];
        if (coder->kinds[i] == CODED_NUMBER && value->tag <= DRIFT_VALUE_DOUBLE)
            continue;
        if (is_empty_text(value))
            return -1;
        if (coder->kinds[i] == CODED_NAME)
            odd += code_name(column, coder->recent[i], value, &row[i]);
        else if (coder->kinds[i] == CODED_PRESENCE)
            row[i].number = value->tag == DRIFT_VALUE_MISSING ||
                                    (value->tag == DRIFT_VALUE_DOUBLE && isnan(value->as.number))
                                ? (double)NAN
                                : 0;
        else
            odd += code_number(column, coder->kinds[i] == CODED_INTEGER, value, &row[i]);
    }
    return odd;
}

/* What take_numbers did not settle, and what has no place in a slot: mostly nothing. */
__attribute__((noinline)) static drift_status settle(drift_profile *shard,
                                                     const drift__coder *coder, drift__ring *ring,
                                                     const drift_value *values, drift__slot *row)
{
    int odd = code_others(shard, coder, values, row);
    if (odd < 0)
        return DRIFT_ERR_INVALID_ARGUMENT;
    ring->counting = odd > 0;
    for (size_t i = 0; odd && i < coder->n_columns; i++) {
        const drift_value *value = &values[i];
        drift__slot coded;
        drift__column_state *column = &shard->columns[i];
        int kind = coder->kinds[i];
        if (kind == CODED_PRESENCE || (kind == CODED_NUMBER && value->tag <= DRIFT_VALUE_DOUBLE))
            continue;
        if (kind == CODED_NAME ? code_name(column, coder->recent[i], value, &coded)
                               : code_number(column, kind == CODED_INTEGER, value, &coded))
            count_at_once(shard, column, value, &row[i]);
    }
    ring->counting = 0;
    return DRIFT_OK;
}

drift_status drift__shard_code(drift_profile *shard, const drift__coder *coder, drift__ring *ring,
                               const drift_value *values)
{
    drift__slot *row = ring->slots + ring->rows * ring->width;
    uint32_t tags = coder->kernels->take_numbers(values, coder->n_columns, &row->number);
    if (tags > DRIFT_VALUE_DOUBLE || !coder->plain) {
        drift_status status = settle(shard, coder, ring, values, row);
        if (status)
            return status;
    }
    if (shard->blocks.rows || shard->blocks.column)
        ring->groups[ring->rows] =
            drift__clusters_group(shard, shard->rows + ring->rows,
                                  shard->blocks.column ? &values[shard->blocks.position] : NULL);
    ring->rows++;
    return DRIFT_OK;
}

static void flush_integers(drift__column_state *column, const drift__noted_rows *noted,
                           const drift__slot *slots)
{
    int64_t keys[DRIFT__RING_ROWS];
    double numbers[DRIFT__RING_ROWS];
    drift__place places[DRIFT__RING_ROWS];
    const drift__cells *cells = &column->cells;
    size_t found = 0;
    for (size_t i = 0; i < noted->n; i++) {
        places[i] = (drift__place){0, 0, 0};
        if (slots[i].key == INT64_MIN)
            continue;
        keys[found] = slots[i].key;
        numbers[found++] = (double)slots[i].key;
        places[i] = (drift__place){1, 0, cells->keys[cells->n / 2] <= slots[i].key};
        if (column->groups)
            places[i].cell = drift__group_cell(drift__cells_find(cells, slots[i].key), cells->n);
    }
    if (found)
        drift__column_count_integers(column, keys, numbers, found);
    drift__clusters_note_places(column, noted, places);
}

static drift__place place_of(const drift__column_state *column, const drift_profile *shard,
                             drift__slot slot)
{
    uint32_t code = slot.name.code, hash = slot.name.likeness;
    if (code == NAME_MISSING || code == NAME_INVALID)
        return (drift__place){0, 0, 0};
    if (code == NAME_UNSEEN)
        return (drift__place){1, hash % DRIFT__GROUP_CELLS, UINT64_C(1) << 32 | hash};
    const drift__category_entry *name = &column->names->entries[code];
    if (column->groups)
        hash = (uint32_t)drift__clusters_hash(shard, name->name, name->length);
    return (drift__place){1, hash % DRIFT__GROUP_CELLS, code};
}

static void flush_names(drift__column_state *column, const drift__noted_rows *noted,
                        const drift__slot *slots)
{
    drift__place places[DRIFT__RING_ROWS];
    uint64_t missing = 0, invalid = 0, unseen = 0;
    for (size_t i = 0; i < noted->n; i++) {
        uint32_t code = slots[i].name.code;
        missing += code == NAME_MISSING;
        invalid += code == NAME_INVALID;
        unseen += code == NAME_UNSEEN;
        if (code < NAME_UNSEEN)
            column->names->entries[code].count++;
    }
    uint64_t valid = noted->n - missing - invalid;
    column->missing += missing;
    column->invalid += invalid;
    column->valid += valid;
    column->names->total += valid - unseen;
    if (!drift__clusters_wanted(column, noted))
        return;
    for (size_t i = 0; i < noted->n; i++)
        places[i] = place_of(column, noted->profile, slots[i]);
    drift__clusters_note_places(column, noted, places);
}

/* DRIFT__TURN_COLUMNS columns of the ring, and what is known of them. */
typedef struct turned_ring {
    double numbers[DRIFT__TURN_COLUMNS][DRIFT__TURN_ROWS];
    double minima[DRIFT__TURN_COLUMNS], maxima[DRIFT__TURN_COLUMNS];
    uint32_t finite; /* a bit a column */
} turned_ring;

static void flush_column(drift__column_state *column, drift__coding kind,
                         const drift__noted_rows *noted, const turned_ring *ring, size_t c)
{
    const double *numbers = ring->numbers[c];
    if (kind == CODED_NAME || kind == CODED_INTEGER) {
        drift__slot slots[DRIFT__RING_ROWS];
        memcpy(slots, numbers, noted->n * sizeof *slots);
        if (kind == CODED_NAME)
            flush_names(column, noted, slots);
        else
            flush_integers(column, noted, slots);
        return;
    }
    if (kind != CODED_PRESENCE) {
        int finite = (int)(ring->finite >> c & 1);
        if (finite)
            drift__column_count_finite(column, numbers, noted->n, ring->minima[c], ring->maxima[c]);
        else
            drift__column_count_doubles(column, numbers, noted->n);
        drift__clusters_note_numbers(column, noted, numbers, finite);
        return;
    }
    uint64_t missing = 0;
    for (size_t i = 0; i < noted->n; i++)
        missing += isnan(numbers[i]);
    column->valid += noted->n - missing;
    column->missing += missing;
}

/* Bring what the next column needs nearer: of many columns it has gone far since the last ring. */
static void fetch(const drift__column_state *column)
{
    enum { LINE = 64 };
    const drift__guide *guide = &column->cells.guide;
    if (!column->has_cells)
        return;
    const char *counts = (const char *)column->cells.counts, *edges = (const char *)guide->edges;
    for (size_t at = 0; at < (column->cells.n + 2) * sizeof *column->cells.counts; at += LINE)
        __builtin_prefetch(counts + at, 1);
    for (size_t at = 0; at < guide->n_edges * sizeof *guide->edges; at += LINE)
        __builtin_prefetch(edges + at);
    for (size_t at = 0; guide->n_edges && at < guide->cells * sizeof *guide->start; at += LINE)
        __builtin_prefetch((const char *)guide->start + at);
}

void drift__shard_flush(drift_profile *shard, const drift__coder *coder, drift__ring *ring)
{
    turned_ring turned;
    size_t n = coder->n_columns, rows = ring->rows;
    int blocked = shard->blocks.rows || shard->blocks.column;
    drift__noted_rows noted = {shard, shard->rows, rows, blocked ? ring->groups : NULL};
    ring->counting = 1;
    for (size_t first = 0; rows && first < n; first += DRIFT__TURN_COLUMNS) {
        size_t some = n - first < DRIFT__TURN_COLUMNS ? n - first : DRIFT__TURN_COLUMNS;
        turned.finite = coder->kernels->turn(&ring->slots[first].number, ring->width, rows,
                                             turned.numbers[0], turned.minima, turned.maxima);
        for (size_t c = 0; c < some; c++) {
            if (n > NEAR_COLUMNS && first + c + 1 < n)
                fetch(&shard->columns[first + c + 1]);
            flush_column(&shard->columns[first + c], (drift__coding)coder->kinds[first + c], &noted,
                         &turned, c);
        }
    }
    shard->rows += rows;
    ring->rows = 0;
    ring->counting = 0;
}
