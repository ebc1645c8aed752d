/* SPDX-License-Identifier: Apache-2.0
 *
 * learn.c: pass 2 over a reference: the rows its edges come from. Of N rows
 * those R are kept whose numbers have the smallest hashes: a sample without
 * replacement that depends on the seed and the row numbers only, not on the
 * values, the batches or the format.
 */
#include <string.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/sort.h"
#include "kernels/kernels.h"
#include "profile/block.h"
#include "profile/learn_state.h"
#include "profile/tally.h"

/* Names counted to find the frequent ones: over all columns, and of one column. */
enum { NAMES_SEEN = 262144, MOST_NAMES_SEEN = 65536, FEWEST_NAMES_SEEN = 2048 };

drift_status drift__learner_create(const drift_profile_config *config, drift__learner **out_learner,
                                   drift_error *error)
{
    drift_profile_config settings = DRIFT_PROFILE_CONFIG_INIT;
    drift_status status = drift__config_copy(&settings, config, sizeof settings, error);
    if (status)
        return status;
    if (settings.category_capacity > (1u << 24))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "category_capacity is %u: at most 16777216",
                           (unsigned)settings.category_capacity);
    if (settings.block_rows && settings.block_column)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "blocks are either of a number of rows or by a column, not both");
    drift_allocator memory = drift__allocator(settings.allocator);
    drift__learner *learner = drift__allocate_zero(&memory, 1, sizeof *learner);
    if (!learner)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    learner->allocator = memory;
    learner->schema = settings.schema;
    learner->category_capacity = settings.category_capacity ? settings.category_capacity : 1024;
    learner->seed = settings.seed;
    learner->sample_rows = settings.sample_rows;
    learner->block_rows = settings.block_rows;
    learner->block_column = settings.block_column;
    learner->executor = settings.executor;
    learner->threshold = INT64_MAX;
    *out_learner = learner;
    return DRIFT_OK;
}

void drift__learner_destroy(drift__learner *learner)
{
    if (!learner)
        return;
    drift_allocator memory = learner->allocator;
    for (size_t i = 0; i < learner->n_columns; i++) {
        drift__learner_column *column = &learner->columns[i];
        drift__release(&memory, column->name);
        drift__release(&memory, column->evidence.distinct.slots);
        drift__release(&memory, column->keys);
        drift_categories_destroy(column->names);
    }
    drift__release(&memory, learner->columns);
    drift__release(&memory, learner->hashes);
    drift__release(&memory, learner->scratch);
    drift__name_index_destroy(&learner->index, &memory);
    drift__release(&memory, learner);
}

int drift__learner_takes_doubles(const drift__learner *learner, const char *name)
{
    size_t position = drift__name_index_find(&learner->index, name);
    if (position == (size_t)DRIFT__NO_POSITION)
        return 0;
    const drift__learner_column *column = &learner->columns[position];
    return column->type == DRIFT_TYPE_NUMERIC && !column->integer;
}

static int has_keys(const drift__learner_column *column)
{
    return column->type == DRIFT_TYPE_NUMERIC || column->type == DRIFT_TYPE_TIMESTAMP;
}

/* Rows taken at once: few where R is small, so that the buffer stays near R. */
static size_t step_rows(const drift__learner *learner)
{
    uint64_t rows = learner->limit / 8;
    return rows > DRIFT__BLOCK_ROWS ? DRIFT__BLOCK_ROWS : rows < 16 ? 16 : (size_t)rows;
}

static drift_status reserve_rows(drift__learner *learner, size_t needed)
{
    if (needed <= learner->capacity)
        return DRIFT_OK;
    uint64_t most = learner->limit + learner->limit / 8 + step_rows(learner);
    uint64_t capacity = learner->capacity + learner->capacity / 2 + DRIFT__BLOCK_ROWS;
    if (capacity > most)
        capacity = most;
    if (capacity < needed)
        capacity = needed;
    if (capacity > SIZE_MAX / sizeof(int64_t))
        return DRIFT_ERR_OUT_OF_MEMORY;
    int64_t **arrays[2] = {&learner->hashes, &learner->scratch};
    for (size_t i = 0; i < 2; i++) {
        size_t items = i ? 2 * (size_t)capacity : (size_t)capacity;
        int64_t *grown = drift__reallocate(&learner->allocator, *arrays[i], items, sizeof *grown);
        if (!grown)
            return DRIFT_ERR_OUT_OF_MEMORY;
        *arrays[i] = grown;
    }
    for (size_t i = 0; i < learner->n_columns; i++) {
        drift__learner_column *column = &learner->columns[i];
        if (!has_keys(column))
            continue;
        int64_t *keys =
            drift__reallocate(&learner->allocator, column->keys, (size_t)capacity, sizeof *keys);
        if (!keys)
            return DRIFT_ERR_OUT_OF_MEMORY;
        column->keys = keys;
    }
    learner->capacity = (size_t)capacity;
    return DRIFT_OK;
}

void drift__learner_compact(drift__learner *learner)
{
    if (learner->stored <= learner->limit)
        return;
    int64_t *sorted = learner->scratch;
    memcpy(sorted, learner->hashes, learner->stored * sizeof *sorted);
    drift__sort_keys(sorted, learner->stored, sorted + learner->stored);
    learner->threshold = sorted[learner->limit - 1];
    for (size_t c = 0; c < learner->n_columns; c++) {
        int64_t *keys = learner->columns[c].keys;
        size_t kept = 0;
        for (size_t i = 0; keys && i < learner->stored; i++)
            if (learner->hashes[i] <= learner->threshold)
                keys[kept++] = keys[i];
    }
    size_t kept = 0;
    for (size_t i = 0; i < learner->stored; i++)
        if (learner->hashes[i] <= learner->threshold)
            learner->hashes[kept++] = learner->hashes[i];
    learner->stored = kept;
}

/* The rows of a step that may be among the R smallest hashes. */
typedef struct selection {
    uint32_t rows[DRIFT__BLOCK_ROWS];
    size_t n;
} selection;

static int64_t row_hash(uint64_t salt, uint64_t row)
{
    return (int64_t)drift__mix(row ^ salt);
}

static uint64_t salt_of(const drift__learner *learner)
{
    return drift__mix(learner->seed ^ 0x726f77732e2e2e2eULL);
}

/*
 * Of `n` rows to come, R have hashes up to a bound that a count of leading bits tells: rows above
 * it need not be gathered, only to be dropped again. Worth it where n is far above R.
 */
static void narrow_threshold(drift__learner *learner, uint64_t n)
{
    enum { BITS = 12, LEADS = 1 << BITS };
    uint32_t counts[LEADS] = {0};
    uint64_t salt = salt_of(learner), below = 0;
    if (n / 2 < learner->limit || n > UINT32_MAX)
        return;
    for (uint64_t i = 0; i < n; i++)
        counts[((uint64_t)row_hash(salt, learner->rows + i) ^ (UINT64_C(1) << 63)) >>
               (64 - BITS)]++;
    uint64_t lead = 0;
    while (lead < LEADS && below + counts[lead] < learner->limit)
        below += counts[lead++];
    uint64_t last = ((lead + 1) << (64 - BITS)) - 1; /* of the lead in which the R-th lies */
    int64_t bound = (int64_t)(last ^ (UINT64_C(1) << 63));
    if (bound < learner->threshold)
        learner->threshold = bound;
}

static void select_rows(drift__learner *learner, size_t n, selection *out)
{
    uint64_t salt = salt_of(learner);
    out->n = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t hash = row_hash(salt, learner->rows + i);
        if (hash > learner->threshold)
            continue;
        learner->hashes[learner->stored + out->n] = hash;
        out->rows[out->n++] = (uint32_t)i;
    }
}

static void keep_extremes(drift__learner_column *column, int64_t key)
{
    if (!column->finite || key < column->minimum)
        column->minimum = key;
    if (!column->finite || key > column->maximum)
        column->maximum = key;
    column->finite++;
}

static void sample_numbers(drift__learner *learner, drift__learner_column *column,
                           const drift_value *values, size_t n, const selection *chosen)
{
    int64_t keys[DRIFT__BLOCK_ROWS];
    for (size_t i = 0; i < n; i++) {
        double number;
        keys[i] = DRIFT__KEY_NONE;
        int64_t key;
        if (drift__number_of(&values[i], column->type, column->integer, &number, &key) !=
            DRIFT__MEANS_VALUE)
            continue;
        keys[i] = key;
        keep_extremes(column, key);
    }
    for (size_t i = 0; i < chosen->n; i++)
        column->keys[learner->stored + i] = keys[chosen->rows[i]];
}

/* The same for a column of plain numbers, without a value for each; 0 where it is not one. */
static int sample_doubles(drift__learner *learner, drift__learner_column *column,
                          const drift_column *source, uint64_t first, size_t n,
                          const selection *chosen)
{
    double scratch[DRIFT__BLOCK_ROWS], minimum, maximum;
    if (column->type != DRIFT_TYPE_NUMERIC || column->integer)
        return 0;
    const double *numbers = drift__block_doubles(source, first, n, scratch);
    if (!numbers)
        return 0;
    if (drift__kernels_get()->screen(numbers, n, &minimum, &maximum)) {
        keep_extremes(column, drift__key(minimum));
        keep_extremes(column, drift__key(maximum));
    } else {
        for (size_t i = 0; i < n; i++)
            if (numbers[i] - numbers[i] == 0)
                keep_extremes(column, drift__key(numbers[i]));
    }
    for (size_t i = 0; i < chosen->n; i++) {
        double number = numbers[chosen->rows[i]];
        column->keys[learner->stored + i] =
            number - number == 0 ? drift__key(number) : DRIFT__KEY_NONE;
    }
    return 1;
}

static drift_status sample_name(void *context, const drift_value *value, uint64_t count)
{
    const drift__learner_column *column = context;
    char scratch[64];
    const char *text;
    size_t length;
    int numeric;
    if (drift__name_of(value, column->type, scratch, &text, &length, &numeric) !=
        DRIFT__MEANS_VALUE)
        return DRIFT_OK;
    return drift_categories_update(column->names, text, length, count);
}

static drift_status sample_step(drift__learner *learner, const drift_column *const *sources,
                                uint64_t first, size_t n)
{
    drift_value values[DRIFT__BLOCK_ROWS];
    selection chosen;
    drift_status status = reserve_rows(learner, learner->stored + n);
    if (status)
        return status;
    select_rows(learner, n, &chosen);
    for (size_t c = 0; c < learner->n_columns; c++) {
        drift__learner_column *column = &learner->columns[c];
        if (has_keys(column) && !sources[c]) {
            for (size_t i = 0; i < chosen.n; i++)
                column->keys[learner->stored + i] = DRIFT__KEY_NONE;
        } else if (has_keys(column)) {
            if (sample_doubles(learner, column, sources[c], first, n, &chosen))
                continue;
            drift__block_values(sources[c], first, n, values);
            sample_numbers(learner, column, values, n, &chosen);
        } else if (column->names && sources[c]) {
            status =
                drift__visit_values(sources[c], first, n, &learner->allocator, sample_name, column);
            if (status)
                return status;
        }
    }
    learner->stored += chosen.n;
    learner->rows += n;
    if (learner->stored > learner->limit + learner->limit / 8)
        drift__learner_compact(learner);
    return DRIFT_OK;
}

static uint32_t names_capacity(const drift__learner *learner)
{
    size_t columns = 0;
    for (size_t i = 0; i < learner->n_columns; i++)
        columns += learner->columns[i].type == DRIFT_TYPE_CATEGORICAL;
    uint32_t names = columns ? (uint32_t)(NAMES_SEEN / columns) : MOST_NAMES_SEEN;
    return names > MOST_NAMES_SEEN     ? MOST_NAMES_SEEN
           : names < FEWEST_NAMES_SEEN ? FEWEST_NAMES_SEEN
                                       : names;
}

static drift_status begin_sampling(drift__learner *learner, drift_error *error)
{
    if (learner->sampling)
        return DRIFT_OK;
    drift_status status = drift__learner_decide(learner, error);
    if (status)
        return status;
    drift_categories_config config = DRIFT_CATEGORIES_CONFIG_INIT;
    config.capacity = names_capacity(learner);
    config.seed = learner->seed;
    config.allocator = &learner->allocator;
    for (size_t i = 0; i < learner->n_columns; i++) {
        drift__learner_column *column = &learner->columns[i];
        if (column->type != DRIFT_TYPE_CATEGORICAL || column->names)
            continue;
        status = drift_categories_create(&config, &column->names, error);
        if (status)
            return status;
    }
    learner->sampling = 1;
    return DRIFT_OK;
}

drift_status drift__learner_sample(drift__learner *learner, const drift_table *table,
                                   drift_error *error)
{
    size_t *positions = NULL;
    const drift_column **sources = NULL;
    drift_status status = drift__table_check(table, error);
    if (status == DRIFT_OK)
        status = begin_sampling(learner, error);
    if (status == DRIFT_OK)
        status = drift__match_columns(&learner->index, learner->n_columns, table,
                                      &learner->allocator, &positions, error);
    if (status)
        return status;
    sources = drift__allocate_zero(&learner->allocator, learner->n_columns, sizeof *sources);
    if (!sources)
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    for (uint32_t i = 0; sources && i < table->n_columns; i++)
        if (positions[i] != (size_t)DRIFT__NO_POSITION)
            sources[positions[i]] = &table->columns[i];
    size_t step = step_rows(learner);
    narrow_threshold(learner, table->n_rows);
    for (uint64_t first = 0; status == DRIFT_OK && first < table->n_rows; first += step) {
        uint64_t left = table->n_rows - first;
        status = sample_step(learner, sources, first, left < step ? (size_t)left : step);
        if (status)
            drift__fail_status(error, status);
    }
    drift__release(&learner->allocator, sources);
    drift__release(&learner->allocator, positions);
    return status;
}
