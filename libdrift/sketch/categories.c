/* SPDX-License-Identifier: Apache-2.0
 *
 * categories.c: exact counts of names up to a capacity, independent of order.
 *
 * Of the names that are not pinned, those with the `capacity` smallest
 * selection hashes are kept. The largest kept hash only falls, so a name that
 * is kept at the end was kept from its first occurrence on: its count is
 * exact, and every other occurrence went to `other`, whatever the order.
 */
#include <drift/categories.h>
#include <string.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "sketch/category_room.h"
#include "sketch/category_table.h"

enum { DEFAULT_CAPACITY = 1024 };

drift_status drift__categories_reserve(drift_categories *categories, const char *name,
                                       size_t length)
{
    drift_categories *c = categories;
    if (c->slots || drift__category_find(c, name, length))
        return DRIFT_OK;
    if (drift__category_is_beyond(c, name, length))
        return DRIFT_OK;
    drift_status status = drift__category_make_room(c, c->n + 1);
    char *copy = status ? NULL : drift__copy_string(&c->allocator, name, length);
    if (!copy)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift__release(&c->allocator, c->spare);
    c->spare = copy;
    c->spare_length = length;
    return DRIFT_OK;
}

/* `total` already holds the count. */
static drift_status take_in(drift_categories *c, const char *name, size_t length, uint64_t count)
{
    char shortened[DRIFT__NAME_SLOT];
    uint32_t found = drift__category_find(c, name, length);
    if (!found && c->slots && length >= DRIFT__NAME_SLOT) {
        name = drift__category_shorten(c, name, &length, shortened);
        found = drift__category_find(c, name, length);
    }
    if (found) {
        c->entries[found - 1].count += count;
        return DRIFT_OK;
    }
    if (c->heap_size < c->capacity)
        return drift__category_insert(c, name, length, count, 0);
    if (drift__category_is_beyond(c, name, length)) {
        c->other += count;
        return DRIFT_OK;
    }
    uint32_t leaving = c->heap[0];
    drift_status status = drift__category_insert(c, name, length, count, 0);
    if (status)
        return status;
    c->other += c->entries[leaving].count;
    drift__category_remove(c, leaving);
    return DRIFT_OK;
}

drift_status drift_categories_create(const drift_categories_config *config,
                                     drift_categories **out_categories, drift_error *error)
{
    drift_categories_config filled = DRIFT_CATEGORIES_CONFIG_INIT;
    if (!out_categories)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&filled, config, sizeof filled, error);
    if (status)
        return status;
    if (filled.capacity > DRIFT__MOST_CATEGORIES)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "a capacity of %u names is more than %d", filled.capacity,
                           DRIFT__MOST_CATEGORIES);
    drift_allocator memory = drift__allocator(filled.allocator);
    drift_categories *c = drift__allocate_zero(&memory, 1, sizeof *c);
    if (!c)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    c->allocator = memory;
    c->seed = filled.seed;
    c->capacity = filled.capacity ? filled.capacity : DEFAULT_CAPACITY;
    drift__random_key(c->table_key);
    *out_categories = c;
    return DRIFT_OK;
}

void drift_categories_destroy(drift_categories *categories)
{
    if (!categories)
        return;
    drift_allocator memory = categories->allocator;
    for (size_t i = 0; i < categories->n; i++)
        if (!categories->slots || categories->entries[i].pinned)
            drift__release(&memory, categories->entries[i].name);
    drift__release(&memory, categories->slots);
    drift__release(&memory, categories->free_slots);
    drift__release(&memory, categories->entries);
    drift__release(&memory, categories->table);
    drift__release(&memory, categories->heap);
    drift__release(&memory, categories->sorted);
    drift__release(&memory, categories->spare);
    drift__release(&memory, categories);
}

void drift_categories_reset(drift_categories *categories)
{
    while (categories->heap_size)
        drift__category_remove(categories, categories->heap[categories->heap_size - 1]);
    for (size_t i = 0; i < categories->n; i++)
        categories->entries[i].count = 0;
    categories->total = categories->other = 0;
}

drift_status drift_categories_pin(drift_categories *categories, const char *name, size_t length)
{
    if (!categories || (!name && length) || categories->total || categories->heap_size)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (drift__category_find(categories, name, length))
        return DRIFT_OK;
    return drift__category_insert(categories, name ? name : "", length, 0, 1);
}

drift_status drift_categories_update(drift_categories *categories, const char *name, size_t length,
                                     uint64_t count)
{
    if (!categories || (!name && length))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!count)
        return DRIFT_OK;
    if (categories->total > UINT64_MAX - count)
        return DRIFT_ERR_OVERFLOW;
    drift_status status = take_in(categories, name ? name : "", length, count);
    if (!status)
        categories->total += count;
    return status;
}

drift_status drift_categories_update_batch(drift_categories *categories, const char *bytes,
                                           const int64_t *offsets, size_t n)
{
    if (!categories || (!offsets && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t i = 0; i < n; i++)
        if (offsets[i] < 0 || offsets[i + 1] < offsets[i] || (!bytes && offsets[i + 1]))
            return DRIFT_ERR_INVALID_ARGUMENT;
    if (categories->total > UINT64_MAX - n)
        return DRIFT_ERR_OVERFLOW;
    for (size_t i = 0; i < n; i++) {
        size_t length = (size_t)(offsets[i + 1] - offsets[i]);
        drift_status status =
            drift_categories_update(categories, length ? bytes + offsets[i] : NULL, length, 1);
        if (status)
            return status;
    }
    return DRIFT_OK;
}

drift_status drift__categories_shorten(drift_categories *categories)
{
    drift_categories *c = categories;
    char shortened[DRIFT__NAME_SLOT];
    drift_status status = DRIFT_OK;
    for (uint32_t i = 0; i < c->n && !status; i++) {
        const drift__category_entry *e = &c->entries[i];
        if (e->pinned || e->length < DRIFT__NAME_SLOT)
            continue;
        size_t length = e->length;
        const char *name = drift__category_shorten(c, e->name, &length, shortened);
        status = drift__category_insert(c, name, length, e->count, 0);
        if (!status) /* the new one comes into its place */
            drift__category_remove(c, i);
    }
    return status;
}

drift_status drift__categories_fix(drift_categories *categories, size_t pinned)
{
    drift_categories *c = categories;
    /* The one that leaves is still there when another comes in. */
    uint32_t n = c->capacity + 1;
    drift_status status = drift__category_make_room(c, pinned + n);
    char *slots = status ? NULL : drift__allocate(&c->allocator, n, DRIFT__NAME_SLOT);
    uint32_t *free_slots = slots ? drift__allocate(&c->allocator, n, sizeof *free_slots) : NULL;
    if (!free_slots) {
        drift__release(&c->allocator, slots);
        return DRIFT_ERR_OUT_OF_MEMORY;
    }
    for (uint32_t i = 0; i < n; i++)
        free_slots[i] = n - 1 - i;
    c->slots = slots;
    c->free_slots = free_slots;
    c->n_free = n;
    return DRIFT_OK;
}

void drift__categories_absorb(drift_categories *categories, const drift_categories *other)
{
    for (size_t i = 0; i < other->n; i++) {
        const drift__category_entry *e = &other->entries[i];
        if (e->pinned)
            categories->entries[i].count += e->count;
        else
            take_in(categories, e->name, e->length, e->count);
    }
    categories->total += other->total;
    categories->other += other->other;
}

void drift__categories_pour(drift_categories *categories, const drift_categories *other)
{
    for (size_t i = 0; i < other->n; i++) {
        const drift__category_entry *e = &other->entries[i];
        if (e->count)
            drift_categories_update(categories, e->name, e->length, e->count);
    }
    categories->total += other->other;
    categories->other += other->other;
}

/* Pinned names come first, as everywhere. */
static drift_status settle_names(const drift_categories *from, uint32_t pinned,
                                 drift_categories *copy)
{
    drift_status status = DRIFT_OK;
    for (size_t i = 0; !status && i < from->n; i++) {
        const drift__category_entry *e = &from->entries[i];
        if (pinned == (e->pinned || (!from->other && e->length <= DRIFT__NAME_KEPT)))
            status = drift__category_insert(copy, e->name, e->length, e->count, pinned);
    }
    return status;
}

drift_status drift__categories_settle(const drift_categories *from,
                                      const drift_allocator *allocator, drift_categories **out_copy)
{
    drift_categories_config config = DRIFT_CATEGORIES_CONFIG_INIT;
    config.capacity = from->capacity;
    config.seed = from->seed;
    config.allocator = allocator;
    drift_categories *copy = NULL;
    drift_status status = drift_categories_create(&config, &copy, NULL);
    if (!status)
        status = settle_names(from, 1, copy);
    if (!status)
        status = settle_names(from, 0, copy);
    if (status) {
        drift_categories_destroy(copy);
        return status;
    }
    copy->total = from->total;
    copy->other = from->other;
    *out_copy = copy;
    return DRIFT_OK;
}

drift_status drift__categories_clone(const drift_categories *from, drift_categories **out_copy)
{
    drift_categories_config config = DRIFT_CATEGORIES_CONFIG_INIT;
    config.capacity = from->capacity;
    config.seed = from->seed;
    config.allocator = &from->allocator;
    drift_categories *copy = NULL;
    drift_status status = drift_categories_create(&config, &copy, NULL);
    if (!status && from->slots)
        status = drift__categories_fix(copy, from->n - from->heap_size);
    for (size_t i = 0; !status && i < from->n; i++) {
        const drift__category_entry *e = &from->entries[i];
        status = drift__category_insert(copy, e->name, e->length, e->count, e->pinned);
    }
    if (status) {
        drift_categories_destroy(copy);
        return status;
    }
    copy->total = from->total;
    copy->other = from->other;
    *out_copy = copy;
    return DRIFT_OK;
}

static int same_pins(const drift_categories *a, const drift_categories *b)
{
    if (a->n - a->heap_size != b->n - b->heap_size)
        return 0;
    for (size_t i = 0; i < b->n; i++) {
        const drift__category_entry *e = &b->entries[i];
        if (!e->pinned)
            continue;
        uint32_t found = drift__category_find(a, e->name, e->length);
        if (!found || !a->entries[found - 1].pinned)
            return 0;
    }
    return 1;
}

drift_status drift_categories_merge(drift_categories *categories, const drift_categories *other)
{
    if (!categories || !other)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (categories->capacity != other->capacity || categories->seed != other->seed ||
        !same_pins(categories, other))
        return DRIFT_ERR_INCOMPATIBLE;
    if (categories->total > UINT64_MAX - other->total)
        return DRIFT_ERR_OVERFLOW;
    drift_categories *merged = NULL;
    drift_status status = drift__categories_clone(categories, &merged);
    for (size_t i = 0; !status && i < other->n; i++)
        if (other->entries[i].count)
            status = take_in(merged, other->entries[i].name, other->entries[i].length,
                             other->entries[i].count);
    if (status) {
        drift_categories_destroy(merged);
        return status;
    }
    merged->total += other->total;
    merged->other += other->other;
    drift_categories swapped = *categories;
    *categories = *merged;
    *merged = swapped;
    drift_categories_destroy(merged);
    return DRIFT_OK;
}

uint64_t drift_categories_total(const drift_categories *categories)
{
    return categories->total;
}

uint64_t drift_categories_other(const drift_categories *categories)
{
    return categories->other;
}

size_t drift_categories_size(const drift_categories *categories)
{
    return categories->n;
}

drift_status drift_categories_count(const drift_categories *categories, const char *name,
                                    size_t length, uint64_t *out_count)
{
    if (!categories || !out_count || (!name && length))
        return DRIFT_ERR_INVALID_ARGUMENT;
    uint32_t found = drift__category_find(categories, name, length);
    if (!found)
        return DRIFT_ERR_NOT_FOUND;
    *out_count = categories->entries[found - 1].count;
    return DRIFT_OK;
}

drift_status drift_categories_get(const drift_categories *categories, size_t index,
                                  drift_category *out_category)
{
    if (!categories || !out_category)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (index >= categories->n)
        return DRIFT_ERR_NOT_FOUND;
    const drift__category_entry *e = &categories->entries[categories->sorted[index]];
    *out_category = (drift_category){e->name, e->length, e->count, e->pinned, 0};
    return DRIFT_OK;
}
