/* SPDX-License-Identifier: Apache-2.0
 *
 * name_index.h: from a column's name to its position, in constant time.
 */
#ifndef DRIFT_PROFILE_NAME_INDEX_H
#define DRIFT_PROFILE_NAME_INDEX_H

#include <drift/base.h>
#include <drift/table.h>

/** All zero is an empty index. The names are borrowed and must outlive it. */
typedef struct drift__name_index {
    struct drift__name_slot *slots;
    size_t capacity, used;
    uint64_t key[2];
} drift__name_index;

enum { DRIFT__NO_POSITION = -1 };

/** Position stored for `name`; (size_t)DRIFT__NO_POSITION where there is none. */
size_t drift__name_index_find(const drift__name_index *index, const char *name);
/** Store the position of a name that is not there yet. */
drift_status drift__name_index_add(drift__name_index *index, const drift_allocator *allocator,
                                   const char *name, size_t position);
void drift__name_index_destroy(drift__name_index *index, const drift_allocator *allocator);

/** The table's columns by their positions in `index`, NULL where it has none. Owned by the caller. */
drift_status drift__match_columns(const drift__name_index *index, size_t n_known,
                                  const drift_table *table, const drift_allocator *allocator,
                                  const drift_column ***out_sources, drift_error *error);

#endif
