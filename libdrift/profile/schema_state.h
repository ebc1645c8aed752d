/* SPDX-License-Identifier: Apache-2.0
 *
 * schema_state.h: the inside of a schema, for the files that learn from it.
 */
#ifndef DRIFT_PROFILE_SCHEMA_STATE_H
#define DRIFT_PROFILE_SCHEMA_STATE_H

#include <drift/categories.h>
#include <drift/schema.h>

#include "profile/name_index.h"

/** What a schema asks for one column in a comparison; below 0 = nothing was stated. */
typedef struct drift__override {
    double alpha;      /* level of its own, outside the correction */
    double min_effect; /* in place of the comparison's */
    double weight;     /* share of the level beside the other columns' weight of 1 */
} drift__override;
#define DRIFT__NO_OVERRIDE {-1, -1, -1}
/** 1 for weights from 1e-6 to 1e6: beyond, the sum of all weights would lose the others. */
int drift__is_weight(double value);

typedef struct drift__schema_entry {
    char *name;
    drift_type type;
    drift_role role;
    drift_use use;
    drift_categories *allowed; /* pinned names; NULL = any value */
    drift__override override;
} drift__schema_entry;

struct drift_schema {
    drift_allocator allocator;
    drift__schema_entry *entries; /* in the order they were stated */
    size_t size, capacity;
    drift__name_index index;
    int only_included;
};

/** What is stated of `column`; NULL where nothing is. `schema` may be NULL. */
const drift__schema_entry *drift__schema_find(const drift_schema *schema, const char *column);
/** The entry of `column`, made where it is not there yet; borrowed until the schema grows. */
drift_status drift__schema_provide(drift_schema *schema, const char *column,
                                   drift__schema_entry **out_entry);
/** The use of a column of which `entry` (may be NULL) is stated. */
drift_use drift__schema_use(const drift_schema *schema, const drift__schema_entry *entry);
/** "auto", "include", "exclude"; never NULL. */
const char *drift__use_name(drift_use use);
/** New categories with the pinned names of `from` and no counts. */
drift_status drift__copy_pinned(const drift_categories *from, uint32_t capacity, uint64_t seed,
                                const drift_allocator *allocator, drift_categories **out_copy);

#endif
