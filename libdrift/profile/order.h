/* SPDX-License-Identifier: Apache-2.0
 *
 * order.h: the first rows of a reference in their order, kept while it is counted, and
 * the plans that are made of them (sequential/dependence.h). A profile keeps the plans only.
 */
#ifndef DRIFT_PROFILE_ORDER_H
#define DRIFT_PROFILE_ORDER_H

#include "sequential/dependence.h"

struct drift_profile;
struct drift_column;

/** What evidence is about: where a column's values lie, or whether rows have one that is usable. */
typedef enum drift__plan_subject {
    DRIFT__PLAN_OF_VALUES = 0,
    DRIFT__PLAN_OF_USABLE = 1 /* places: 0 usable, 1 not */
} drift__plan_subject;

enum { DRIFT__PLANS = 2 };

typedef struct drift__order {
    size_t rows;       /* kept, at most */
    uint64_t season;   /* as stated; 0: none */
    uint16_t **places; /* of each column; NULL where none are kept */
} drift__order;

/**
 * Keep the first rows of an empty reference: of `rows` (0: not known) 32,768, or 400 seasons where
 * one is stated; fewer of very many columns (12 MB, with a season 48 MB over all columns).
 */
drift_status drift__order_begin(struct drift_profile *profile, uint64_t rows, uint64_t season);
/**
 * Rows first .. first + rows - 1 of the profile; `source` NULL: the table lacks the column. Different
 * columns at the same time. Takes no memory.
 */
void drift__order_note(struct drift_profile *profile, size_t column,
                       const struct drift_column *source, uint64_t first, uint64_t rows);
/** All rows were counted: make the plans, forget the order. */
drift_status drift__order_end(struct drift_profile *profile);
/** Forget order and plans. */
void drift__order_drop(struct drift_profile *profile);
/**
 * The plan of a column; of kind DRIFT__PLAN_UNKNOWN where the order of the rows was not seen,
 * or other rows were counted since. Borrowed until the profile changes. scores.h says how it is used.
 */
const drift__plan *drift__column_plan(const struct drift_profile *profile, size_t column,
                                      drift__plan_subject subject);
/** Give `profile` the plans of another one of the same columns and counts. */
drift_status drift__plans_copy(struct drift_profile *profile, const struct drift_profile *from);
/**
 * Give columns of `profile` whose plan is unknown what can be said from that of `before`, a reference
 * of the same columns: the same stride; where windows were needed, or nothing fitted, it is refused.
 */
drift_status drift__plans_inherit(struct drift_profile *profile,
                                  const struct drift_profile *before);
/**
 * Take over `plan` (its memory too, also where it fails) for a column, with its words; for decoders, after
 * all counts were read. DRIFT_ERR_CORRUPT where it does not fit the column.
 */
drift_status drift__column_set_plan(struct drift_profile *profile, size_t column,
                                    drift__plan_subject subject, drift__plan *plan);

#endif
