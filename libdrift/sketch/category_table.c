/* SPDX-License-Identifier: Apache-2.0
 *
 * category_table.c: open addressing under a random key, a heap by selection
 * hash, an array in the order of bytes.
 */
#include "sketch/category_table.h"

#include <string.h>

#include "core/hash.h"
#include "core/memory.h"
#include "sketch/category_room.h"

const char *drift__category_shorten(const drift_categories *c, const char *name, size_t *length,
                                    char out[DRIFT__NAME_SLOT])
{
    const uint64_t key[2] = {c->seed, UINT64_C(0x6c6f6e67206e616d)};
    uint64_t hash = drift__siphash(1, 3, key, name, *length);
    size_t kept = DRIFT__NAME_KEPT;
    while (kept && ((uint8_t)name[kept] & 0xc0) == 0x80) /* between characters */
        kept--;
    memcpy(out, name, kept);
    out[kept++] = '~';
    for (int shift = 60; shift >= 0; shift -= 4)
        out[kept++] = "0123456789abcdef"[hash >> shift & 15];
    *length = kept;
    return out;
}

/* A long name is chosen by what it may have to be shortened to: whether it is does not show. */
uint64_t drift__category_selection(const drift_categories *c, const char *name, size_t length)
{
    char shortened[DRIFT__NAME_SLOT];
    if (length >= DRIFT__NAME_SLOT)
        name = drift__category_shorten(c, name, &length, shortened);
    const uint64_t key[2] = {c->seed, 0x63617465676f7279ULL};
    return drift__siphash(1, 3, key, name, length);
}

uint64_t drift__category_reach(const drift_categories *c)
{
    if (!c->other)
        return UINT64_MAX;
    return c->heap_size ? c->entries[c->heap[0]].selection : 0;
}

int drift__category_order(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t common = a_length < b_length ? a_length : b_length;
    int order = common ? memcmp(a, b, common) : 0;
    return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* 1 where a leaves before b: the larger hash, and among equal ones the larger bytes. */
static int leaves_first(const drift__category_entry *a, const drift__category_entry *b)
{
    if (a->selection != b->selection)
        return a->selection > b->selection;
    return drift__category_order(a->name, a->length, b->name, b->length) > 0;
}

static void heap_place(drift_categories *c, size_t at, uint32_t index)
{
    c->heap[at] = index;
    c->entries[index].heap_at = (uint32_t)at;
}

static void heap_up(drift_categories *c, size_t at)
{
    uint32_t index = c->heap[at];
    while (at && leaves_first(&c->entries[index], &c->entries[c->heap[(at - 1) / 2]])) {
        heap_place(c, at, c->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_place(c, at, index);
}

static void heap_down(drift_categories *c, size_t at)
{
    uint32_t index = c->heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= c->heap_size)
            break;
        if (child + 1 < c->heap_size &&
            leaves_first(&c->entries[c->heap[child + 1]], &c->entries[c->heap[child]]))
            child++;
        if (!leaves_first(&c->entries[c->heap[child]], &c->entries[index]))
            break;
        heap_place(c, at, c->heap[child]);
        at = child;
    }
    heap_place(c, at, index);
}

static uint64_t place_of(const drift_categories *c, const char *name, size_t length)
{
    return drift__siphash(1, 3, c->table_key, name, length);
}

static size_t slot_of(const drift_categories *c, uint64_t place)
{
    return (size_t)place & (c->table_size - 1);
}

/* Slot that holds the name, or the free one where it would go. */
static size_t find_slot(const drift_categories *c, const char *name, size_t length, uint64_t place)
{
    size_t slot = slot_of(c, place);
    while (c->table[slot]) {
        const drift__category_entry *e = &c->entries[c->table[slot] - 1];
        if (e->place == place && e->length == length && (!length || !memcmp(e->name, name, length)))
            break;
        slot = (slot + 1) & (c->table_size - 1);
    }
    return slot;
}

uint32_t drift__category_find(const drift_categories *c, const char *name, size_t length)
{
    return c->table_size ? c->table[find_slot(c, name, length, place_of(c, name, length))] : 0;
}

/* Deletion by shifting back, so that the table never fills with tombs. */
static void clear_slot(drift_categories *c, size_t slot)
{
    size_t hole = slot, at = slot;
    for (;;) {
        at = (at + 1) & (c->table_size - 1);
        if (!c->table[at])
            break;
        size_t home = slot_of(c, c->entries[c->table[at] - 1].place);
        size_t from_home = (at - home) & (c->table_size - 1);
        size_t from_hole = (at - hole) & (c->table_size - 1);
        if (from_home >= from_hole) {
            c->table[hole] = c->table[at];
            hole = at;
        }
    }
    c->table[hole] = 0;
}

/* Room for `n` names. */
static drift_status grow_table(drift_categories *c, size_t n)
{
    if (2 * n <= c->table_size)
        return DRIFT_OK;
    size_t size = c->table_size ? c->table_size * 2 : 32;
    while (size < 2 * n)
        size *= 2;
    uint32_t *table = drift__allocate_zero(&c->allocator, size, sizeof *table);
    if (!table)
        return DRIFT_ERR_OUT_OF_MEMORY;
    drift__release(&c->allocator, c->table);
    c->table = table;
    c->table_size = size;
    for (size_t i = 0; i < c->n; i++) {
        size_t slot = slot_of(c, c->entries[i].place);
        while (table[slot])
            slot = (slot + 1) & (size - 1);
        table[slot] = (uint32_t)i + 1;
    }
    return DRIFT_OK;
}

drift_status drift__category_make_room(drift_categories *c, size_t n)
{
    void *entries = c->entries, *heap = c->heap, *sorted = c->sorted;
    drift_status status = grow_table(c, n);
    if (!status)
        status =
            drift__reserve(&c->allocator, &entries, &c->entries_capacity, n, sizeof *c->entries);
    c->entries = entries;
    if (!status)
        status = drift__reserve(&c->allocator, &heap, &c->heap_capacity, n, sizeof *c->heap);
    c->heap = heap;
    if (!status)
        status = drift__reserve(&c->allocator, &sorted, &c->sorted_capacity, n, sizeof *c->sorted);
    c->sorted = sorted;
    return status;
}

/* Where a name stands, or would stand, among the first `n` in the order of bytes. */
static size_t rank_of(const drift_categories *c, const char *name, size_t length, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const drift__category_entry *e = &c->entries[c->sorted[middle]];
        if (drift__category_order(e->name, e->length, name, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static char *own_copy(drift_categories *c, const char *name, size_t length, uint32_t pinned)
{
    if (c->slots && !pinned) {
        char *slot = c->slots + (size_t)c->free_slots[--c->n_free] * DRIFT__NAME_SLOT;
        memcpy(slot, name, length);
        slot[length] = 0;
        return slot;
    }
    char *spare = c->spare;
    if (!spare || c->spare_length != length || (length && memcmp(spare, name, length) != 0))
        return drift__copy_string(&c->allocator, name, length);
    c->spare = NULL;
    return spare;
}

drift_status drift__category_insert(drift_categories *c, const char *name, size_t length,
                                    uint64_t count, uint32_t pinned)
{
    uint64_t place = place_of(c, name, length);
    drift_status status = drift__category_make_room(c, c->n + 1);
    if (status)
        return status;
    char *copy = own_copy(c, name, length, pinned);
    if (!copy)
        return DRIFT_ERR_OUT_OF_MEMORY;
    uint32_t index = (uint32_t)c->n++;
    c->entries[index] = (drift__category_entry){
        copy, length, count, drift__category_selection(c, name, length), place, pinned, 0};
    c->table[find_slot(c, name, length, place)] = index + 1;
    size_t rank = rank_of(c, name, length, index);
    memmove(c->sorted + rank + 1, c->sorted + rank, (index - rank) * sizeof *c->sorted);
    c->sorted[rank] = index;
    if (!pinned) {
        heap_place(c, c->heap_size++, index);
        heap_up(c, c->heap_size - 1);
    }
    return DRIFT_OK;
}

void drift__category_remove(drift_categories *c, uint32_t index)
{
    drift__category_entry *gone = &c->entries[index];
    size_t rank = rank_of(c, gone->name, gone->length, c->n);
    memmove(c->sorted + rank, c->sorted + rank + 1, (c->n - rank - 1) * sizeof *c->sorted);
    clear_slot(c, find_slot(c, gone->name, gone->length, gone->place));
    size_t at = gone->heap_at;
    c->heap_size--;
    if (at < c->heap_size) {
        heap_place(c, at, c->heap[c->heap_size]);
        heap_up(c, at);
        heap_down(c, at);
    }
    if (c->slots)
        c->free_slots[c->n_free++] = (uint32_t)((size_t)(gone->name - c->slots) / DRIFT__NAME_SLOT);
    else
        drift__release(&c->allocator, gone->name);
    uint32_t last = (uint32_t)--c->n;
    if (index != last) {
        const drift__category_entry *moved = &c->entries[last];
        c->table[find_slot(c, moved->name, moved->length, moved->place)] = index + 1;
        c->sorted[rank_of(c, moved->name, moved->length, last)] = index;
        if (!moved->pinned)
            c->heap[moved->heap_at] = index;
        c->entries[index] = *moved;
    }
}

int drift__category_is_beyond(const drift_categories *c, const char *name, size_t length)
{
    if (c->heap_size < c->capacity)
        return 0;
    drift__category_entry incoming = {
        (char *)name, length, 0, drift__category_selection(c, name, length), 0, 0, 0};
    return !c->heap_size || leaves_first(&incoming, &c->entries[c->heap[0]]);
}
