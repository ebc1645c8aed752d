/* SPDX-License-Identifier: Apache-2.0
 *
 * category_table.h: where a sketch of categories keeps its names: a table to
 * find them, a heap of those that may have to leave, and the order of bytes.
 */
#ifndef DRIFT_SKETCH_CATEGORY_TABLE_H
#define DRIFT_SKETCH_CATEGORY_TABLE_H

#include <drift/categories.h>

enum { DRIFT__MOST_CATEGORIES = 1 << 24, DRIFT__NAME_SLOT = 64 };
/** Bytes kept of the beginning of a name that is shortened. */
enum { DRIFT__NAME_KEPT = 46 };

typedef struct drift__category_entry {
    char *name;
    size_t length;
    uint64_t count;
    uint64_t selection; /* decides who stays */
    uint64_t place;     /* decides where in the table */
    uint32_t pinned;
    uint32_t heap_at; /* position in the heap of those that may leave */
} drift__category_entry;

struct drift_categories {
    drift_allocator allocator;
    uint64_t seed;
    uint64_t table_key[2];
    uint64_t total, other;
    drift__category_entry *entries;
    size_t n, entries_capacity;
    uint32_t *table; /* index + 1 of the drift__category_entry; 0 = free */
    size_t table_size;
    uint32_t *heap; /* entries that are not pinned, largest selection first */
    size_t heap_size, heap_capacity;
    uint32_t *sorted; /* entries in the order of their bytes */
    size_t sorted_capacity;
    uint32_t capacity;
    char *slots;          /* of all names that are not pinned, once the room is fixed; else NULL */
    uint32_t *free_slots; /* those without a name: n_free numbers */
    uint32_t n_free;
    char *spare; /* copy of the name that room was reserved for; NULL = none */
    size_t spare_length;
};

/** What a fixed room keeps of a name longer than a slot: its beginning, "~" and a hash, into `out`. */
const char *drift__category_shorten(const drift_categories *c, const char *name, size_t *length,
                                    char out[DRIFT__NAME_SLOT]);
/** Order of two names by their bytes: below, at or above 0. */
int drift__category_order(const char *a, size_t a_length, const char *b, size_t b_length);
/** Index + 1 of the entry of `name`, 0 where it is not kept. */
uint32_t drift__category_find(const drift_categories *c, const char *name, size_t length);
/** Memory for `n` entries in all. */
drift_status drift__category_make_room(drift_categories *c, size_t n);
/** Add a name that is not kept yet. */
drift_status drift__category_insert(drift_categories *c, const char *name, size_t length,
                                    uint64_t count, uint32_t pinned);
/** Take entry `index`, which is not pinned, out. */
void drift__category_remove(drift_categories *c, uint32_t index);
/** 1 where a name that is not kept goes to `other` at once. */
int drift__category_is_beyond(const drift_categories *c, const char *name, size_t length);

#endif
