/* SPDX-License-Identifier: Apache-2.0
 *
 * profile_schema.c: between a profile and its schema; and the reference
 * profile of a table in memory.
 */
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "profile/schema_state.h"
#include "profile/state.h"

static drift_status copy_allowed(const drift_profile *profile, const drift_schema *schema,
                                 drift_categories **copies, drift_error *error)
{
    for (size_t i = 0; i < schema->size; i++) {
        const drift__schema_entry *entry = &schema->entries[i];
        size_t position = drift__name_index_find(&profile->index, entry->name);
        char quoted[64];
        if (position == (size_t)DRIFT__NO_POSITION)
            return drift__fail(error, DRIFT_ERR_NOT_FOUND,
                               "the schema names a column '%s' that the profile does not have",
                               drift__quote(quoted, entry->name, strlen(entry->name)));
        if (!entry->allowed)
            continue;
        drift_status status =
            drift__copy_pinned(entry->allowed, 1, 0, &profile->allocator, &copies[position]);
        if (status)
            return drift__fail_status(error, status);
    }
    return DRIFT_OK;
}

drift_status drift_profile_apply_schema(drift_profile *profile, const drift_schema *schema,
                                        drift_error *error)
{
    if (!profile || !schema)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_categories **copies =
        drift__allocate_zero(&profile->allocator, profile->n_columns, sizeof *copies);
    if (!copies)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    drift_status status = copy_allowed(profile, schema, copies, error);
    for (size_t i = 0; i < profile->n_columns; i++) {
        drift__column_state *column = &profile->columns[i];
        const drift__schema_entry *entry = drift__schema_find(schema, column->name);
        if (status == DRIFT_OK) {
            if (entry) {
                column->role = entry->role;
                column->override = entry->override;
            }
            if (entry || schema->only_included)
                column->use = drift__schema_use(schema, entry);
            if (entry && entry->allowed) {
                drift_categories *old = column->allowed;
                column->allowed = copies[i];
                copies[i] = old;
            }
        }
        drift_categories_destroy(copies[i]);
    }
    drift__release(&profile->allocator, copies);
    return status;
}

static drift_status state_column(drift_schema *schema, const drift__column_state *column)
{
    drift_status status = drift_schema_set_type(schema, column->name, column->type);
    if (status == DRIFT_OK)
        status = drift_schema_set_role(schema, column->name, column->role);
    if (status == DRIFT_OK)
        status = drift_schema_set_use(schema, column->name, column->use);
    if (status == DRIFT_OK)
        status = drift_schema_override(schema, column->name, column->override.alpha,
                                       column->override.min_effect, column->override.weight);
    size_t n = column->allowed ? drift_categories_size(column->allowed) : 0;
    for (size_t i = 0; i < n && status == DRIFT_OK; i++) {
        drift_category value;
        status = drift_categories_get(column->allowed, i, &value);
        if (status == DRIFT_OK)
            status = drift_schema_allow(schema, column->name, value.name, value.length);
    }
    return status;
}

drift_status drift_profile_schema(const drift_profile *profile, drift_schema **out_schema)
{
    if (!profile || !out_schema)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_schema *schema = NULL;
    drift_status status = drift_schema_create(&profile->allocator, &schema);
    for (size_t i = 0; i < profile->n_columns && status == DRIFT_OK; i++)
        status = state_column(schema, &profile->columns[i]);
    if (status) {
        drift_schema_destroy(schema);
        return status;
    }
    *out_schema = schema;
    return DRIFT_OK;
}

drift_status drift_profile_create(const drift_table *table, const drift_profile_config *config,
                                  drift_profile **out_profile, drift_error *error)
{
    if (!out_profile)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift__learner *learner = NULL;
    drift_profile *profile = NULL;
    drift_status status = drift__learner_create(config, &learner, error);
    if (status)
        return status;
    status = drift__learner_infer(learner, table, 1, error);
    if (status >= DRIFT_OK)
        status = drift__learner_sample(learner, table, 1, error);
    if (status == DRIFT_OK)
        status = drift__learner_freeze(learner, 0, &profile, error);
    drift__learner_destroy(learner);
    if (status == DRIFT_OK)
        status = drift_profile_update(profile, table, error);
    if (status == DRIFT_OK && (status = drift__order_end(profile)))
        drift__fail_status(error, status);
    if (status) {
        drift_profile_destroy(profile);
        return status;
    }
    *out_profile = profile;
    return DRIFT_OK;
}
