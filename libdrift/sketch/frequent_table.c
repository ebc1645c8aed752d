/* SPDX-License-Identifier: Apache-2.0
 *
 * frequent_table.c: counters in open addressing under a random key, and the
 * step that makes room by taking the same from all.
 */
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"
#include "core/sort.h"
#include "sketch/frequent_state.h"

int drift__counter_before(const drift__counter *a, const drift__counter *b)
{
    if (a->count != b->count)
        return a->count > b->count;
    size_t common = a->length < b->length ? a->length : b->length;
    int order = common ? memcmp(a->name, b->name, common) : 0;
    return order ? order < 0 : a->length < b->length;
}

static uint64_t place_of(const drift_frequent *f, const char *name, size_t length)
{
    return drift__siphash(1, 3, f->table_key, name, length);
}

/* Slot of the name's counter, or the free one where it would go. */
static size_t find_slot(const drift_frequent *f, const char *name, size_t length, uint64_t place)
{
    size_t slot = (size_t)place & (f->table_size - 1);
    while (f->table[slot]) {
        const drift__counter *c = &f->counters[f->table[slot] - 1];
        if (c->place == place && c->length == length && (!length || !memcmp(c->name, name, length)))
            break;
        slot = (slot + 1) & (f->table_size - 1);
    }
    return slot;
}

uint32_t drift__frequent_find(const drift_frequent *f, const char *name, size_t length)
{
    return f->table_size ? f->table[find_slot(f, name, length, place_of(f, name, length))] : 0;
}

/* All names differ, so the first free slot is the right one. */
static void fill_table(drift_frequent *f)
{
    memset(f->table, 0, f->table_size * sizeof *f->table);
    for (size_t i = 0; i < f->n; i++) {
        size_t slot = (size_t)f->counters[i].place & (f->table_size - 1);
        while (f->table[slot])
            slot = (slot + 1) & (f->table_size - 1);
        f->table[slot] = (uint32_t)i + 1;
    }
}

static drift_status grow_table(drift_frequent *f)
{
    if (2 * (f->n + 1) <= f->table_size)
        return DRIFT_OK;
    size_t size = f->table_size ? 2 * f->table_size : 32;
    uint32_t *table = drift__allocate(&f->allocator, size, sizeof *table);
    if (!table)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift__release(&f->allocator, f->table);
    f->table = table;
    f->table_size = size;
    fill_table(f);
    return DRIFT_OK;
}

drift_status drift__frequent_make_room(drift_frequent *f)
{
    size_t needed = f->n + 1;
    void *counters = f->counters, *scratch = f->scratch, *order = f->order;
    drift_status status = grow_table(f);
    if (!status)
        status = drift__reserve(&f->allocator, &counters, &f->counters_room, needed,
                                sizeof *f->counters);
    f->counters = counters;
    if (!status)
        status = drift__reserve(&f->allocator, &scratch, &f->scratch_room, 2 * needed,
                                sizeof *f->scratch);
    f->scratch = scratch;
    if (!status)
        status = drift__reserve(&f->allocator, &order, &f->order_room, needed, sizeof *f->order);
    f->order = order;
    return status;
}

drift_status drift__frequent_insert(drift_frequent *f, const char *name, size_t length,
                                    uint64_t count)
{
    int full = f->n == 2 * (size_t)f->capacity;
    drift_status status = full ? DRIFT_OK : drift__frequent_make_room(f);
    char *copy = status ? NULL : drift__copy_string(&f->allocator, name, length);
    if (!copy)
        return DRIFT_ERR_OUT_OF_MEMORY;
    if (full)
        drift__frequent_reduce(f);
    uint64_t place = place_of(f, name, length);
    f->counters[f->n] = (drift__counter){copy, length, count, place};
    f->table[find_slot(f, name, length, place)] = (uint32_t)++f->n;
    f->ordered = 0;
    return DRIFT_OK;
}

void drift__frequent_reduce(drift_frequent *f)
{
    if (f->n <= f->capacity)
        return;
    int64_t *counts = f->scratch;
    for (size_t i = 0; i < f->n; i++)
        counts[i] = (int64_t)f->counters[i].count; /* totals stay below 2^63 */
    drift__sort_keys(counts, f->n, counts + f->n);
    uint64_t taken = (uint64_t)counts[f->n - 1 - f->capacity];
    size_t kept = 0;
    for (size_t i = 0; i < f->n; i++) {
        drift__counter *c = &f->counters[i];
        if (c->count <= taken) {
            drift__release(&f->allocator, c->name);
            continue;
        }
        c->count -= taken;
        f->counters[kept++] = *c;
    }
    f->n = kept;
    f->offset += taken;
    f->ordered = 0;
    fill_table(f);
}

void drift__frequent_clear(drift_frequent *f)
{
    for (size_t i = 0; i < f->n; i++)
        drift__release(&f->allocator, f->counters[i].name);
    f->n = 0;
    f->total = f->offset = 0;
    f->ordered = 0;
    if (f->table_size)
        fill_table(f);
}
