/* SPDX-License-Identifier: Apache-2.0
 *
 * schema.c: what somebody stated about columns, kept in the order stated.
 */
#include "profile/schema_state.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"

const char *drift_type_name(drift_type type)
{
    static const char *const names[] = {"auto",        "numeric",   "boolean",
                                        "categorical", "timestamp", "id"};
    return (size_t)type < sizeof names / sizeof *names ? names[type] : "unknown";
}

const char *drift_role_name(drift_role role)
{
    static const char *const names[] = {"feature", "prediction", "score",  "label",
                                        "id",      "time",       "segment"};
    return (size_t)role < sizeof names / sizeof *names ? names[role] : "unknown";
}

const char *drift__use_name(drift_use use)
{
    static const char *const names[] = {"auto", "include", "exclude"};
    return (size_t)use < sizeof names / sizeof *names ? names[use] : "unknown";
}

drift_status drift_schema_create(const drift_allocator *allocator, drift_schema **out_schema)
{
    if (!out_schema)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_allocator memory = drift__allocator(allocator);
    drift_schema *schema = drift__allocate_zero(&memory, 1, sizeof *schema);
    if (!schema)
        return DRIFT_ERR_OUT_OF_MEMORY;
    schema->allocator = memory;
    *out_schema = schema;
    return DRIFT_OK;
}

void drift_schema_destroy(drift_schema *schema)
{
    if (!schema)
        return;
    drift_allocator memory = schema->allocator;
    for (size_t i = 0; i < schema->size; i++) {
        drift__release(&memory, schema->entries[i].name);
        drift_categories_destroy(schema->entries[i].allowed);
    }
    drift__release(&memory, schema->entries);
    drift__name_index_destroy(&schema->index, &memory);
    drift__release(&memory, schema);
}

size_t drift_schema_size(const drift_schema *schema)
{
    return schema ? schema->size : 0;
}

const drift__schema_entry *drift__schema_find(const drift_schema *schema, const char *column)
{
    if (!schema)
        return NULL;
    size_t position = drift__name_index_find(&schema->index, column);
    return position == (size_t)DRIFT__NO_POSITION ? NULL : &schema->entries[position];
}

drift_use drift__schema_use(const drift_schema *schema, const drift__schema_entry *entry)
{
    drift_use use = entry ? entry->use : DRIFT_USE_AUTO;
    return schema && schema->only_included && use != DRIFT_USE_INCLUDE ? DRIFT_USE_EXCLUDE : use;
}

drift_status drift__schema_provide(drift_schema *schema, const char *column,
                                   drift__schema_entry **out_entry)
{
    size_t position = drift__name_index_find(&schema->index, column);
    if (position != (size_t)DRIFT__NO_POSITION) {
        *out_entry = &schema->entries[position];
        return DRIFT_OK;
    }
    void *entries = schema->entries;
    drift_status status = drift__reserve(&schema->allocator, &entries, &schema->capacity,
                                         schema->size + 1, sizeof *schema->entries);
    schema->entries = entries;
    if (status)
        return status;
    char *name = drift__copy_string(&schema->allocator, column, strlen(column));
    if (!name)
        return DRIFT_ERR_OUT_OF_MEMORY;
    status = drift__name_index_add(&schema->index, &schema->allocator, name, schema->size);
    if (status) {
        drift__release(&schema->allocator, name);
        return status;
    }
    drift__schema_entry *entry = &schema->entries[schema->size++];
    memset(entry, 0, sizeof *entry);
    entry->name = name;
    entry->override = (drift__override)DRIFT__NO_OVERRIDE;
    *out_entry = entry;
    return DRIFT_OK;
}

drift_status drift_schema_set_type(drift_schema *schema, const char *column, drift_type type)
{
    if (!schema || !column || type < DRIFT_TYPE_AUTO || type > DRIFT_TYPE_ID)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__schema_entry *entry;
    drift_status status = drift__schema_provide(schema, column, &entry);
    if (status == DRIFT_OK)
        entry->type = type;
    return status;
}

drift_status drift_schema_set_role(drift_schema *schema, const char *column, drift_role role)
{
    if (!schema || !column || role < DRIFT_ROLE_FEATURE || role > DRIFT_ROLE_SEGMENT)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__schema_entry *entry;
    drift_status status = drift__schema_provide(schema, column, &entry);
    if (status == DRIFT_OK)
        entry->role = role;
    return status;
}

drift_status drift_schema_set_use(drift_schema *schema, const char *column, drift_use use)
{
    if (!schema || !column || use < DRIFT_USE_AUTO || use > DRIFT_USE_EXCLUDE)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__schema_entry *entry;
    drift_status status = drift__schema_provide(schema, column, &entry);
    if (status == DRIFT_OK)
        entry->use = use;
    return status;
}

int drift__is_weight(double value)
{
    return value >= 1e-6 && value <= 1e6;
}

drift_status drift_schema_override(drift_schema *schema, const char *column, double alpha,
                                   double min_effect, double weight)
{
    if (!schema || !column || !(alpha < 1) || alpha == 0 || !isfinite(min_effect) ||
        !(weight < 0 || drift__is_weight(weight)))
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__schema_entry *entry;
    drift_status status = drift__schema_provide(schema, column, &entry);
    if (status)
        return status;
    if (alpha > 0)
        entry->override.alpha = alpha;
    if (min_effect >= 0)
        entry->override.min_effect = min_effect;
    if (weight > 0)
        entry->override.weight = weight;
    return DRIFT_OK;
}

static drift_status create_categories(uint32_t capacity, uint64_t seed,
                                      const drift_allocator *allocator, drift_categories **out)
{
    drift_categories_config config = DRIFT_CATEGORIES_CONFIG_INIT;
    config.capacity = capacity;
    config.seed = seed;
    config.allocator = allocator;
    return drift_categories_create(&config, out, NULL);
}

drift_status drift_schema_allow(drift_schema *schema, const char *column, const char *value,
                                size_t length)
{
    if (!schema || !column || (!value && length))
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__schema_entry *entry;
    drift_status status = drift__schema_provide(schema, column, &entry);
    if (status)
        return status;
    drift_categories *allowed = entry->allowed;
    if (!allowed)
        status = create_categories(1, 0, &schema->allocator, &allowed);
    if (status)
        return status;
    uint64_t count;
    if (drift_categories_count(allowed, value, length, &count) == DRIFT_ERR_NOT_FOUND)
        status = drift_categories_pin(allowed, value, length);
    if (status && allowed != entry->allowed)
        drift_categories_destroy(allowed);
    else
        entry->allowed = allowed;
    return status;
}

void drift_schema_only_included(drift_schema *schema)
{
    if (schema)
        schema->only_included = 1;
}

drift_status drift__copy_pinned(const drift_categories *from, uint32_t capacity, uint64_t seed,
                                const drift_allocator *allocator, drift_categories **out_copy)
{
    drift_categories *copy = NULL;
    drift_status status = create_categories(capacity, seed, allocator, &copy);
    for (size_t i = 0; status == DRIFT_OK && i < drift_categories_size(from); i++) {
        drift_category name;
        status = drift_categories_get(from, i, &name);
        if (status == DRIFT_OK && name.pinned)
            status = drift_categories_pin(copy, name.name, name.length);
    }
    if (status) {
        drift_categories_destroy(copy);
        return status;
    }
    *out_copy = copy;
    return DRIFT_OK;
}
