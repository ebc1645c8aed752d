/* SPDX-License-Identifier: Apache-2.0
 *
 * learn.c: pass 2 over a reference: the rows its edges come from. Of N rows
 * those R are kept whose numbers have the smallest hashes: a sample without
 * replacement that depends on the seed and the row numbers only, not on the
 * values, the batches or the format.
 */
#include <string.h>

#include "core/error.h"
#include "core/executor.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/sort.h"
#include "kernels/kernels.h"
#include "profile/block.h"
#include "profile/learn_state.h"
#include "profile/tally.h"

/* Names counted to find the frequent ones: over all columns, and of one column. */
enum { NAMES_SEEN = 262144, MOST_NAMES_SEEN = 65536, FEWEST_NAMES_SEEN = 2048 };
/* What is done at once. */
enum { MOST_STEPS = 256, MOST_CHOSEN = 65536 };

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
    if (settings.season_rows == 1 || settings.season_rows > UINT32_MAX)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "a season has 2 to 4294967295 rows, not %llu",
                           (unsigned long long)settings.season_rows);
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
    learner->season_rows = settings.season_rows;
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

/* Keep the keys of the rows that are kept. */
static void compact_column(void *context, size_t index)
{
    const drift__learner *learner = context;
    int64_t *keys = learner->columns[index].keys;
    size_t kept = 0;
    for (size_t i = 0; keys && i < learner->stored; i++)
        if (learner->hashes[i] <= learner->threshold)
            keys[kept++] = keys[i];
}

void drift__learner_compact(drift__learner *learner)
{
    if (learner->stored <= learner->limit)
        return;
    int64_t *sorted = learner->scratch;
    memcpy(sorted, learner->hashes, learner->stored * sizeof *sorted);
    drift__sort_keys(sorted, learner->stored, sorted + learner->stored);
    learner->threshold = sorted[learner->limit - 1];
    drift__execute(learner->executor, learner->n_columns, compact_column, learner);
    size_t kept = 0;
    for (size_t i = 0; i < learner->stored; i++)
        if (learner->hashes[i] <= learner->threshold)
            learner->hashes[kept++] = learner->hashes[i];
    learner->stored = kept;
}

/* Rows of one table, and which of them may be among the R smallest hashes. */
typedef struct step {
    const drift_column *const *sources; /* by column; NULL where the table has none */
    uint64_t first;
    size_t n;
    size_t stored;        /* where the first of those chosen is kept */
    const uint32_t *rows; /* those chosen, from `first` on */
    size_t n_chosen;
} step;

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

static void select_rows(drift__learner *learner, step *rows, uint32_t *out_rows)
{
    uint64_t salt = salt_of(learner);
    rows->stored = learner->stored;
    rows->rows = out_rows;
    rows->n_chosen = 0;
    for (size_t i = 0; i < rows->n; i++) {
        int64_t hash = row_hash(salt, learner->rows + i);
        if (hash > learner->threshold)
            continue;
        learner->hashes[learner->stored++] = hash;
        out_rows[rows->n_chosen++] = (uint32_t)i;
    }
    learner->rows += rows->n;
}

static void keep_extremes(drift__learner_column *column, int64_t key)
{
    if (!column->finite || key < column->minimum)
        column->minimum = key;
    if (!column->finite || key > column->maximum)
        column->maximum = key;
    column->finite++;
}

static void sample_numbers(drift__learner_column *column, const drift_value *values,
                           const step *from)
{
    int64_t keys[DRIFT__BLOCK_ROWS];
    for (size_t i = 0; i < from->n; i++) {
        double number;
        keys[i] = DRIFT__KEY_NONE;
        int64_t key;
        if (drift__number_of(&values[i], column->type, column->integer, &number, &key) !=
            DRIFT__MEANS_VALUE)
            continue;
        keys[i] = key;
        keep_extremes(column, key);
    }
    for (size_t i = 0; i < from->n_chosen; i++)
        column->keys[from->stored + i] = keys[from->rows[i]];
}

/* The same for a column of plain numbers, without a value for each; 0 where it is not one. */
static int sample_doubles(drift__learner_column *column, const drift_column *source,
                          const step *from)
{
    double scratch[DRIFT__BLOCK_ROWS], minimum, maximum;
    if (column->type != DRIFT_TYPE_NUMERIC || column->integer)
        return 0;
    const double *numbers = drift__block_doubles(source, from->first, from->n, scratch);
    if (!numbers)
        return 0;
    if (drift__kernels_get()->screen(numbers, from->n, &minimum, &maximum)) {
        keep_extremes(column, drift__key(minimum));
        keep_extremes(column, drift__key(maximum));
    } else {
        for (size_t i = 0; i < from->n; i++)
            if (numbers[i] - numbers[i] == 0)
                keep_extremes(column, drift__key(numbers[i]));
    }
    for (size_t i = 0; i < from->n_chosen; i++) {
        double number = numbers[from->rows[i]];
        column->keys[from->stored + i] =
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

/* Steps that are done together, columns side by side. */
typedef struct stretch {
    drift__learner *learner;
    step *steps;
    size_t n;
    uint32_t *rows; /* those chosen by all steps */
    size_t n_rows, capacity;
    drift_status *statuses; /* of each column */
} stretch;

static drift_status sample_column(drift__learner_column *column, const drift_column *source,
                                  const step *from, const drift_allocator *memory)
{
    drift_value values[DRIFT__BLOCK_ROWS];
    if (has_keys(column) && !source) {
        for (size_t i = 0; i < from->n_chosen; i++)
            column->keys[from->stored + i] = DRIFT__KEY_NONE;
    } else if (has_keys(column)) {
        if (sample_doubles(column, source, from))
            return DRIFT_OK;
        drift__block_values(source, from->first, from->n, values);
        sample_numbers(column, values, from);
    } else if (column->names && source) {
        return drift__visit_values(source, from->first, from->n, memory, sample_name, column);
    }
    return DRIFT_OK;
}

static void sample_task(void *context, size_t index)
{
    const stretch *all = context;
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < all->n && status == DRIFT_OK; i++)
        status = sample_column(&all->learner->columns[index], all->steps[i].sources[index],
                               &all->steps[i], &all->learner->allocator);
    all->statuses[index] = status;
}

static drift_status sample_stretch(stretch *all)
{
    drift__learner *learner = all->learner;
    drift_status status = DRIFT_OK;
    drift__execute(learner->executor, all->n ? learner->n_columns : 0, sample_task, all);
    for (size_t i = 0; all->n && i < learner->n_columns && status == DRIFT_OK; i++)
        status = all->statuses[i];
    all->n = all->n_rows = 0;
    if (status == DRIFT_OK && learner->stored > learner->limit + learner->limit / 8)
        drift__learner_compact(learner);
    return status;
}

static drift_status sample_table(stretch *all, const drift_column *const *sources, uint64_t rows)
{
    drift__learner *learner = all->learner;
    size_t most = step_rows(learner);
    drift_status status = DRIFT_OK;
    for (uint64_t first = 0; status == DRIFT_OK && first < rows; first += most) {
        size_t n = rows - first < most ? (size_t)(rows - first) : most;
        if (all->n == MOST_STEPS || all->n_rows + n > all->capacity ||
            learner->stored > learner->limit + learner->limit / 8)
            status = sample_stretch(all);
        if (status == DRIFT_OK)
            status = reserve_rows(learner, learner->stored + n);
        if (status)
            break;
        step *next = &all->steps[all->n++];
        next->sources = sources;
        next->first = first;
        next->n = n;
        select_rows(learner, next, all->rows + all->n_rows);
        all->n_rows += next->n_chosen;
    }
    return status;
}

static drift_status begin_stretch(stretch *all, uint64_t rows)
{
    const drift_allocator *memory = &all->learner->allocator;
    all->capacity = rows < MOST_CHOSEN ? (size_t)rows : MOST_CHOSEN;
    all->steps = drift__allocate(memory, MOST_STEPS, sizeof *all->steps);
    all->rows = drift__allocate(memory, all->capacity, sizeof *all->rows);
    all->statuses = drift__allocate_zero(memory, all->learner->n_columns, sizeof *all->statuses);
    return all->steps && all->rows && all->statuses ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
}

static void end_stretch(stretch *all)
{
    const drift_allocator *memory = &all->learner->allocator;
    drift__release(memory, all->steps);
    drift__release(memory, all->rows);
    drift__release(memory, all->statuses);
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

drift_status drift__learner_sample(drift__learner *learner, const drift_table *tables, size_t n,
                                   drift_error *error)
{
    const drift_allocator *memory = &learner->allocator;
    stretch all = {.learner = learner};
    uint64_t rows = 0;
    const drift_column ***sources = drift__allocate_zero(memory, n, sizeof *sources);
    drift_status status = sources ? DRIFT_OK : drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    for (size_t i = 0; i < n && status == DRIFT_OK; i++) {
        status = drift__table_check(&tables[i], error);
        if (status == DRIFT_OK)
            status = begin_sampling(learner, error);
        if (status == DRIFT_OK)
            status = drift__match_columns(&learner->index, learner->n_columns, &tables[i], memory,
                                          &sources[i], error);
        rows += status == DRIFT_OK ? tables[i].n_rows : 0;
    }
    if (status == DRIFT_OK) {
        narrow_threshold(learner, rows);
        status = begin_stretch(&all, rows);
        for (size_t i = 0; i < n && status == DRIFT_OK; i++)
            status = sample_table(&all, sources[i], tables[i].n_rows);
        if (status == DRIFT_OK)
            status = sample_stretch(&all);
        end_stretch(&all);
        drift__fail_status(status ? error : NULL, status);
    }
    for (size_t i = 0; sources && i < n; i++)
        drift__release(memory, sources[i]);
    drift__release(memory, sources);
    return status;
}
