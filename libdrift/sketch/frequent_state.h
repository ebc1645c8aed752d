/* SPDX-License-Identifier: Apache-2.0
 *
 * frequent_state.h: what a sketch of frequent names holds: counters in an
 * open-addressing table.
 */
#ifndef DRIFT_SKETCH_FREQUENT_STATE_H
#define DRIFT_SKETCH_FREQUENT_STATE_H

#include <drift/frequent.h>

enum { DRIFT__MOST_FREQUENT = 1 << 20 };

typedef struct drift__counter {
    char *name;
    size_t length;
    uint64_t count; /* never 0 */
    uint64_t place; /* decides where in the table */
} drift__counter;

/*
 * Always: n <= 2 * capacity, and
 * (capacity + 1) * offset + sum of the counters <= total.
 */
struct drift_frequent {
    drift_allocator allocator;
    uint64_t table_key[2];
    uint64_t total, offset;
    drift__counter *counters;
    size_t n, counters_room;
    int64_t *scratch; /* room for all counts twice */
    size_t scratch_room;
    uint32_t *table; /* index + 1 of the counter; 0 = free */
    size_t table_size;
    uint32_t *order; /* counters by falling count, where `ordered` */
    size_t order_room;
    uint32_t capacity;
    int ordered;
};

/** Order of two counters: the larger count first, among equal ones the smaller bytes. */
int drift__counter_before(const drift__counter *a, const drift__counter *b);
/** Index + 1 of the counter of `name`, 0 where there is none. */
uint32_t drift__frequent_find(const drift_frequent *f, const char *name, size_t length);
/** Memory for one more counter. */
drift_status drift__frequent_make_room(drift_frequent *f);
/** Add a counter for a name that has none. */
drift_status drift__frequent_insert(drift_frequent *f, const char *name, size_t length,
                                    uint64_t count);
/** Take the (capacity + 1)-th largest count off every counter; at most `capacity` are left. */
void drift__frequent_reduce(drift_frequent *f);
/** Forget every counter. */
void drift__frequent_clear(drift_frequent *f);

#endif
