/* SPDX-License-Identifier: Apache-2.0
 *
 * tally.h: counting rows of a column of names. What needs memory is done
 * first, and nothing shows until it is committed.
 */
#ifndef DRIFT_PROFILE_TALLY_H
#define DRIFT_PROFILE_TALLY_H

#include <drift/categories.h>
#include <drift/schema.h>
#include <drift/table.h>

struct drift__column_state;

/** What one call adds to a column; `names` NULL where it can be added in place. All zero at first. */
typedef struct drift__tally {
    drift_categories *names;
    uint64_t missing, invalid, valid, numeric;
} drift__tally;

/** Everything that needs memory for `rows` rows of `source`. */
drift_status drift__tally_prepare(const struct drift__column_state *column,
                                  const drift_column *source, uint64_t rows,
                                  const drift_allocator *allocator, drift__tally *out);
/** Add what was prepared, of the same rows. `tally` keeps what is to be destroyed. */
void drift__tally_commit(struct drift__column_state *column, const drift_column *source,
                         uint64_t rows, drift__tally *tally);

/** Count them in place, where a failure need not leave the column as it was. */
drift_status drift__tally_add(struct drift__column_state *column, const drift_column *source,
                              uint64_t rows, const drift_allocator *allocator);

/** What is done with a value and how often it occurs; not DRIFT_OK ends the visits. */
typedef drift_status drift__visit(void *context, const drift_value *value, uint64_t count);
/**
 * Visit the values of rows first .. first + rows - 1 in any order, mostly
 * once for equal ones. Up to DRIFT__BLOCK_ROWS rows
 * need no memory.
 */
drift_status drift__visit_values(const drift_column *source, uint64_t first, uint64_t rows,
                                 const drift_allocator *allocator, drift__visit *visit,
                                 void *context);

#endif
