/* SPDX-License-Identifier: Apache-2.0
 *
 * arrow_column.h: one Arrow array as a drift_column.
 */
#ifndef DRIFT_IO_ARROW_COLUMN_H
#define DRIFT_IO_ARROW_COLUMN_H

#include <drift/table.h>

#include "core/arena.h"
#include "io/arrow_abi.h"

/** NULL where columns of this schema can be read, else what cannot, a phrase. */
const char *drift__arrow_refusal(const struct ArrowSchema *schema);

/** Rows of a record batch: those of an array from `offset` on, and its own nulls (may be NULL). */
typedef struct drift__arrow_rows {
    int64_t offset, length;
    const uint8_t *validity;
} drift__arrow_rows;

/**
 * View `rows` of `array` in `out_column`; what has to be converted is copied
 * into `arena`. Returns NULL, or what is wrong with the array, a phrase; memory
 * running out is `arena->failed`.
 */
const char *drift__arrow_column(const struct ArrowSchema *schema, const struct ArrowArray *array,
                                const drift__arrow_rows *rows, drift__arena *arena,
                                drift_column *out_column);

#endif
