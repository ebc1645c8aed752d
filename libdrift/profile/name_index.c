/* SPDX-License-Identifier: Apache-2.0
 *
 * name_index.c: open addressing over SipHash-1-3 under a key of its own, so
 * that a hostile header cannot make lookups slow.
 */
#include "profile/name_index.h"

#include <string.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"

typedef struct drift__name_slot {
    const char *name; /* NULL = free */
    size_t position;
} slot;

static slot *find_slot(const drift__name_index *index, const char *name)
{
    size_t mask = index->capacity - 1;
    size_t at = (size_t)drift__siphash(1, 3, index->key, name, strlen(name)) & mask;
    while (index->slots[at].name && strcmp(index->slots[at].name, name) != 0)
        at = (at + 1) & mask;
    return &index->slots[at];
}

size_t drift__name_index_find(const drift__name_index *index, const char *name)
{
    if (!index->capacity)
        return (size_t)DRIFT__NO_POSITION;
    const slot *found = find_slot(index, name);
    return found->name ? found->position : (size_t)DRIFT__NO_POSITION;
}

static drift_status grow(drift__name_index *index, const drift_allocator *allocator)
{
    drift__name_index larger = *index;
    if (!index->capacity)
        drift__random_key(larger.key);
    larger.capacity = index->capacity ? 2 * index->capacity : 16;
    larger.slots = drift__allocate_zero(allocator, larger.capacity, sizeof *larger.slots);
    if (!larger.slots)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < index->capacity; i++)
        if (index->slots[i].name)
            *find_slot(&larger, index->slots[i].name) = index->slots[i];
    drift__release(allocator, index->slots);
    *index = larger;
    return DRIFT_OK;
}

drift_status drift__name_index_add(drift__name_index *index, const drift_allocator *allocator,
                                   const char *name, size_t position)
{
    if (2 * (index->used + 1) > index->capacity) {
        drift_status status = grow(index, allocator);
        if (status)
            return status;
    }
    slot *free_slot = find_slot(index, name);
    free_slot->name = name;
    free_slot->position = position;
    index->used++;
    return DRIFT_OK;
}

void drift__name_index_destroy(drift__name_index *index, const drift_allocator *allocator)
{
    drift__release(allocator, index->slots);
    memset(index, 0, sizeof *index);
}

drift_status drift__match_columns(const drift__name_index *index, size_t n_known,
                                  const drift_table *table, const drift_allocator *allocator,
                                  const drift_column ***out_sources, drift_error *error)
{
    const drift_column **sources = drift__allocate_zero(allocator, n_known, sizeof *sources);
    if (!sources)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    for (uint32_t i = 0; i < table->n_columns; i++) {
        const char *name = table->names[i];
        char quoted[64];
        size_t position = drift__name_index_find(index, name);
        if (position == (size_t)DRIFT__NO_POSITION)
            continue;
        if (sources[position]) {
            drift__release(allocator, sources);
            return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "two columns are called '%s'",
                               drift__quote(quoted, name, strlen(name)));
        }
        sources[position] = &table->columns[i];
    }
    *out_sources = sources;
    return DRIFT_OK;
}
