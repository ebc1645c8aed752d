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

#include "core/bytes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "sketch/category_room.h"

enum { DEFAULT_CAPACITY = 1024, MOST_CAPACITY = 1 << 24, FORMAT_VERSION = 1 };
static const char MAGIC[4] = {'D', 'R', 'c', 'a'};

typedef struct entry {
    char *name;
    size_t length;
    uint64_t count;
    uint64_t selection; /* decides who stays */
    uint64_t place;     /* decides where in the table */
    uint32_t pinned;
    uint32_t heap_at; /* position in the heap of those that may leave */
} entry;

struct drift_categories {
    drift_allocator allocator;
    uint64_t seed;
    uint64_t table_key[2];
    uint64_t total, other;
    entry *entries;
    size_t n, entries_capacity;
    uint32_t *table; /* index + 1 of the entry; 0 = free */
    size_t table_size;
    uint32_t *heap; /* entries that are not pinned, largest selection first */
    size_t heap_size, heap_capacity;
    uint32_t *sorted; /* entries in the order of their bytes */
    size_t sorted_capacity;
    uint32_t capacity;
    char *spare; /* copy of the name that room was reserved for; NULL = none */
    size_t spare_length;
};

static uint64_t selection_hash(const drift_categories *c, const char *name, size_t length)
{
    const uint64_t key[2] = {c->seed, 0x63617465676f7279ULL};
    return drift__siphash(1, 3, key, name, length);
}

static int compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t common = a_length < b_length ? a_length : b_length;
    int order = common ? memcmp(a, b, common) : 0;
    return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* 1 where a leaves before b: the larger hash, and among equal ones the larger bytes. */
static int leaves_first(const entry *a, const entry *b)
{
    if (a->selection != b->selection)
        return a->selection > b->selection;
    return compare_bytes(a->name, a->length, b->name, b->length) > 0;
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

static size_t slot_of(const drift_categories *c, uint64_t place)
{
    return (size_t)place & (c->table_size - 1);
}

/* Slot that holds the name, or the free one where it would go. */
static size_t find_slot(const drift_categories *c, const char *name, size_t length, uint64_t place)
{
    size_t slot = slot_of(c, place);
    while (c->table[slot]) {
        const entry *e = &c->entries[c->table[slot] - 1];
        if (e->place == place && e->length == length && (!length || !memcmp(e->name, name, length)))
            break;
        slot = (slot + 1) & (c->table_size - 1);
    }
    return slot;
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

static drift_status grow_table(drift_categories *c)
{
    if (2 * (c->n + 1) <= c->table_size)
        return DRIFT_OK;
    size_t size = c->table_size ? c->table_size * 2 : 32;
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

static drift_status make_room(drift_categories *c)
{
    void *entries = c->entries, *heap = c->heap, *sorted = c->sorted;
    drift_status status = grow_table(c);
    if (!status)
        status = drift__reserve(&c->allocator, &entries, &c->entries_capacity, c->n + 1,
                                sizeof *c->entries);
    c->entries = entries;
    if (!status)
        status = drift__reserve(&c->allocator, &heap, &c->heap_capacity, c->n + 1, sizeof *c->heap);
    c->heap = heap;
    if (!status)
        status = drift__reserve(&c->allocator, &sorted, &c->sorted_capacity, c->n + 1,
                                sizeof *c->sorted);
    c->sorted = sorted;
    return status;
}

/* Where a name stands, or would stand, among the first `n` in the order of bytes. */
static size_t rank_of(const drift_categories *c, const char *name, size_t length, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const entry *e = &c->entries[c->sorted[middle]];
        if (compare_bytes(e->name, e->length, name, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static char *own_copy(drift_categories *c, const char *name, size_t length)
{
    char *spare = c->spare;
    if (!spare || c->spare_length != length || (length && memcmp(spare, name, length) != 0))
        return drift__copy_string(&c->allocator, name, length);
    c->spare = NULL;
    return spare;
}

static drift_status insert(drift_categories *c, const char *name, size_t length, uint64_t place,
                           uint64_t count, uint32_t pinned)
{
    drift_status status = make_room(c);
    if (status)
        return status;
    char *copy = own_copy(c, name, length);
    if (!copy)
        return DRIFT_ERR_OUT_OF_MEMORY;
    uint32_t index = (uint32_t)c->n++;
    c->entries[index] =
        (entry){copy, length, count, selection_hash(c, name, length), place, pinned, 0};
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

static void remove_entry(drift_categories *c, uint32_t index)
{
    entry *gone = &c->entries[index];
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
    drift__release(&c->allocator, gone->name);
    uint32_t last = (uint32_t)--c->n;
    if (index != last) {
        const entry *moved = &c->entries[last];
        c->table[find_slot(c, moved->name, moved->length, moved->place)] = index + 1;
        c->sorted[rank_of(c, moved->name, moved->length, last)] = index;
        if (!moved->pinned)
            c->heap[moved->heap_at] = index;
        c->entries[index] = *moved;
    }
}

/* 1 where a name that is not kept goes to `other` at once. */
static int is_beyond(const drift_categories *c, const char *name, size_t length)
{
    if (c->heap_size < c->capacity)
        return 0;
    entry incoming = {(char *)name, length, 0, selection_hash(c, name, length), 0, 0, 0};
    return !c->heap_size || leaves_first(&incoming, &c->entries[c->heap[0]]);
}

drift_status drift__categories_reserve(drift_categories *categories, const char *name,
                                       size_t length)
{
    drift_categories *c = categories;
    uint64_t place = drift__siphash(1, 3, c->table_key, name, length);
    if (c->table_size && c->table[find_slot(c, name, length, place)])
        return DRIFT_OK;
    if (is_beyond(c, name, length))
        return DRIFT_OK;
    drift_status status = make_room(c);
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
    uint64_t place = drift__siphash(1, 3, c->table_key, name, length);
    if (c->table_size) {
        uint32_t found = c->table[find_slot(c, name, length, place)];
        if (found) {
            c->entries[found - 1].count += count;
            return DRIFT_OK;
        }
    }
    if (c->heap_size < c->capacity)
        return insert(c, name, length, place, count, 0);
    if (is_beyond(c, name, length)) {
        c->other += count;
        return DRIFT_OK;
    }
    uint32_t leaving = c->heap[0];
    drift_status status = insert(c, name, length, place, count, 0);
    if (status)
        return status;
    c->other += c->entries[leaving].count;
    remove_entry(c, leaving);
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
    if (filled.capacity > MOST_CAPACITY)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "a capacity of %u names is more than %d", filled.capacity,
                           MOST_CAPACITY);
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
        drift__release(&memory, categories->entries[i].name);
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
        remove_entry(categories, categories->heap[categories->heap_size - 1]);
    for (size_t i = 0; i < categories->n; i++)
        categories->entries[i].count = 0;
    categories->total = categories->other = 0;
}

drift_status drift_categories_pin(drift_categories *categories, const char *name, size_t length)
{
    if (!categories || (!name && length) || categories->total || categories->heap_size)
        return DRIFT_ERR_INVALID_ARGUMENT;
    uint64_t place = drift__siphash(1, 3, categories->table_key, name, length);
    if (categories->table_size && categories->table[find_slot(categories, name, length, place)])
        return DRIFT_OK;
    return insert(categories, name ? name : "", length, place, 0, 1);
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

drift_status drift__categories_clone(const drift_categories *from, drift_categories **out_copy)
{
    drift_categories_config config = DRIFT_CATEGORIES_CONFIG_INIT;
    config.capacity = from->capacity;
    config.seed = from->seed;
    config.allocator = &from->allocator;
    drift_categories *copy = NULL;
    drift_status status = drift_categories_create(&config, &copy, NULL);
    for (size_t i = 0; !status && i < from->n; i++) {
        const entry *e = &from->entries[i];
        uint64_t place = drift__siphash(1, 3, copy->table_key, e->name, e->length);
        status = insert(copy, e->name, e->length, place, e->count, e->pinned);
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
        const entry *e = &b->entries[i];
        if (!e->pinned)
            continue;
        uint64_t place = drift__siphash(1, 3, a->table_key, e->name, e->length);
        uint32_t found = a->table_size ? a->table[find_slot(a, e->name, e->length, place)] : 0;
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
    uint64_t place = drift__siphash(1, 3, categories->table_key, name, length);
    uint32_t found =
        categories->table_size ? categories->table[find_slot(categories, name, length, place)] : 0;
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
    const entry *e = &categories->entries[categories->sorted[index]];
    *out_category = (drift_category){e->name, e->length, e->count, e->pinned, 0};
    return DRIFT_OK;
}

drift_status drift_categories_serialize(const drift_categories *categories, drift_buffer *out_bytes)
{
    if (!categories || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__writer writer = {out_bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    drift__write_u32(&writer, categories->capacity);
    drift__write_u64(&writer, categories->seed);
    drift__write_varint(&writer, categories->other);
    drift__write_varint(&writer, categories->n);
    for (size_t i = 0; i < categories->n; i++) {
        drift_category category;
        drift_categories_get(categories, i, &category);
        drift__write_u8(&writer, (uint8_t)category.pinned);
        drift__write_varint(&writer, category.count);
        drift__write_string(&writer, category.name, category.length);
    }
    drift__envelope_end(&writer, begin);
    return writer.status;
}

/* One name; it must follow the one before in the order of bytes. */
static drift_status read_entry(drift_categories *c, drift__byte_reader *payload,
                               const char **previous, size_t *previous_length)
{
    uint8_t pinned = drift__read_u8(payload);
    uint64_t count = drift__read_varint(payload);
    size_t length;
    const char *name = drift__read_string(payload, &length);
    if (payload->failed || !name || pinned > 1 || (!pinned && !count) ||
        (*previous && compare_bytes(*previous, *previous_length, name, length) >= 0) ||
        (!pinned && c->heap_size >= c->capacity) ||
        __builtin_add_overflow(c->total, count, &c->total))
        return DRIFT_ERR_CORRUPT;
    *previous = name;
    *previous_length = length;
    return insert(c, name, length, drift__siphash(1, 3, c->table_key, name, length), count, pinned);
}

drift_status drift_categories_deserialize(const void *bytes, size_t size,
                                          const drift_allocator *allocator,
                                          drift_categories **out_categories, drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_categories)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(bytes, size, MAGIC, FORMAT_VERSION,
                                               "sketch of categories", &version, &payload, error);
    if (status)
        return status;
    drift_categories_config config = DRIFT_CATEGORIES_CONFIG_INIT;
    config.capacity = drift__read_u32(&payload);
    config.seed = drift__read_u64(&payload);
    config.allocator = allocator;
    uint64_t other = drift__read_varint(&payload), n = drift__read_varint(&payload);
    if (payload.failed || !config.capacity || config.capacity > MOST_CAPACITY ||
        n > drift__read_left(&payload) / 3)
        return drift__fail(error, DRIFT_ERR_CORRUPT, "sketch of categories is damaged");
    drift_categories *c = NULL;
    status = drift_categories_create(&config, &c, error);
    const char *previous = NULL;
    size_t previous_length = 0;
    for (uint64_t i = 0; !status && i < n; i++)
        status = read_entry(c, &payload, &previous, &previous_length);
    if (!status &&
        (payload.failed || drift__read_left(&payload) || (other && c->heap_size < c->capacity) ||
         __builtin_add_overflow(c->total, other, &c->total)))
        status = DRIFT_ERR_CORRUPT;
    if (status) {
        drift_categories_destroy(c);
        return status == DRIFT_ERR_CORRUPT
                   ? drift__fail(error, status, "sketch of categories is damaged")
                   : drift__fail_status(error, status);
    }
    c->other = other;
    *out_categories = c;
    return DRIFT_OK;
}
