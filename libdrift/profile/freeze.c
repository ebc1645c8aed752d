/* SPDX-License-Identifier: Apache-2.0
 *
 * freeze.c: from what the passes gathered to an empty reference profile.
 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/executor.h"
#include "core/memory.h"
#include "profile/learn_state.h"

enum { MOST_PINNED = 1024 };

/* The keys are put in order where they lie: they have been gathered for this. */
static drift_status freeze_cells(const drift__learner *learner, drift__learner_column *source,
                                 drift__column_state *column)
{
    if (!source->finite)
        return DRIFT_OK;
    int64_t *keys = source->keys;
    size_t m = 0;
    for (size_t i = 0; i < learner->stored; i++)
        if (source->keys[i] != DRIFT__KEY_NONE)
            keys[m++] = source->keys[i];
    drift_status status = drift__order_for_edges(keys, m, source->integer, &learner->allocator);
    if (status)
        return status;
    drift__edges edges;
    drift__choose_edges(keys, m, source->minimum, source->maximum, &edges);
    status = drift__cells_create(&column->cells, edges.keys, edges.atoms, edges.n, source->integer,
                                 &learner->allocator);
    if (status)
        return status;
    column->has_cells = 1;
    column->discrete = (uint32_t)edges.discrete;
    return drift__column_add_sums(column, &learner->allocator);
}

/* Most frequent first; equal counts in the order of bytes, in which `index` counts. */
typedef struct ranked {
    uint64_t count;
    size_t index;
} ranked;

static int by_count(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static drift_status pin_frequent(const drift__learner *learner, drift_categories *from,
                                 drift_categories *names)
{
    size_t n = drift_categories_size(from);
    ranked *order = drift__allocate(&learner->allocator, n, sizeof *order);
    drift_status status = order ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
    drift_category name;
    for (size_t i = 0; status == DRIFT_OK && i < n; i++) {
        status = drift_categories_get(from, i, &name);
        order[i] = (ranked){name.count, i};
    }
    if (status == DRIFT_OK)
        qsort(order, n, sizeof *order, by_count);
    for (size_t i = 0; status == DRIFT_OK && i < n && i < MOST_PINNED; i++) {
        status = drift_categories_get(from, order[i].index, &name);
        if (status == DRIFT_OK)
            status = drift_categories_pin(names, name.name, name.length);
    }
    drift__release(&learner->allocator, order);
    return status;
}

static drift_status freeze_names(const drift__learner *learner, const drift__learner_column *source,
                                 drift__column_state *column)
{
    drift_categories_config config = DRIFT_CATEGORIES_CONFIG_INIT;
    config.capacity = learner->category_capacity;
    config.seed = learner->seed;
    config.allocator = &learner->allocator;
    drift_status status = drift_categories_create(&config, &column->names, NULL);
    if (status)
        return status;
    if (column->type == DRIFT_TYPE_CATEGORICAL)
        return pin_frequent(learner, source->names, column->names);
    status = drift_categories_pin(column->names, "false", 5);
    return status ? status : drift_categories_pin(column->names, "true", 4);
}

static drift_status freeze_column(const drift__learner *learner, drift__learner_column *source,
                                  drift__column_state *column)
{
    column->name_length = strlen(source->name);
    column->name = drift__copy_string(&learner->allocator, source->name, column->name_length);
    if (!column->name)
        return DRIFT_ERR_OUT_OF_MEMORY;
    column->type = source->type;
    const drift__schema_entry *entry = drift__schema_find(learner->schema, source->name);
    column->use = drift__schema_use(learner->schema, entry);
    column->role = entry ? entry->role : DRIFT_ROLE_FEATURE;
    if (entry)
        column->override = entry->override;
    if (entry && entry->allowed) {
        drift_status status =
            drift__copy_pinned(entry->allowed, 1, 0, &learner->allocator, &column->allowed);
        if (status)
            return status;
    }
    switch (column->type) {
    case DRIFT_TYPE_NUMERIC:
    case DRIFT_TYPE_TIMESTAMP:
        return freeze_cells(learner, source, column);
    case DRIFT_TYPE_CATEGORICAL:
    case DRIFT_TYPE_BOOLEAN:
        return freeze_names(learner, source, column);
    default:
        return DRIFT_OK;
    }
}

typedef struct freezing {
    drift__learner *learner;
    drift_profile *profile;
    drift_status *statuses; /* of each column */
} freezing;

static void freeze_one(void *context, size_t index)
{
    const freezing *all = context;
    all->statuses[index] =
        freeze_column(all->learner, &all->learner->columns[index], &all->profile->columns[index]);
}

static drift_status freeze_columns(drift__learner *learner, drift_profile *profile)
{
    freezing all = {learner, profile, NULL};
    all.statuses =
        drift__allocate_zero(&learner->allocator, learner->n_columns, sizeof *all.statuses);
    if (!all.statuses)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift__execute(learner->executor, learner->n_columns, freeze_one, &all);
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < learner->n_columns && status == DRIFT_OK; i++)
        status = all.statuses[i];
    drift__release(&learner->allocator, all.statuses);
    return status;
}

drift_status drift__learner_freeze(drift__learner *learner, int first_rows,
                                   drift_profile **out_profile, drift_error *error)
{
    drift_profile *profile = NULL;
    if (!learner->rows)
        return drift__fail(error, DRIFT_ERR_NOT_ENOUGH_DATA, "the reference has no rows");
    drift__learner_compact(learner);
    drift_status status =
        drift__profile_allocate(learner->n_columns, &learner->allocator, &profile);
    if (status)
        goto fail;
    profile->seed = learner->seed;
    profile->category_capacity = learner->category_capacity;
    profile->reference_rows = learner->rows;
    profile->sample_rows = learner->stored;
    profile->sampling = first_rows                        ? DRIFT__SAMPLING_FIRST
                        : learner->rows > learner->stored ? DRIFT__SAMPLING_HASH
                                                          : DRIFT__SAMPLING_ALL;
    profile->executor = learner->executor;
    status = freeze_columns(learner, profile);
    if (status == DRIFT_OK)
        status = drift__profile_index(profile);
    if (status == DRIFT_OK)
        status = drift__profile_freeze(profile);
    if (status)
        goto fail;
    status = drift__profile_add_blocks(profile, learner->block_rows, learner->block_column);
    if (status == DRIFT_ERR_NOT_FOUND) {
        char quoted[64];
        drift__fail(error, status,
                    "there is no column '%s' to make blocks by (a number of rows, from 2 on, "
                    "makes blocks too)",
                    drift__quote(quoted, learner->block_column, strlen(learner->block_column)));
        goto told;
    }
    if (status == DRIFT_OK)
        status = drift__order_begin(profile, first_rows ? 0 : learner->rows, learner->season_rows);
    if (status)
        goto fail;
    *out_profile = profile;
    return DRIFT_OK;
fail:
    drift__fail_status(error, status);
told:
    drift_profile_destroy(profile);
    return status;
}
