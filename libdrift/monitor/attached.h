/* SPDX-License-Identifier: Apache-2.0
 *
 * attached.h: classical detectors (drift/detector.h) at the columns of a monitor. They see the
 * values of their column one by one, in the order of the rows; what they find waits until it is
 * asked for, so that seeing a row takes no memory and calls nobody.
 */
#ifndef DRIFT_MONITOR_ATTACHED_H
#define DRIFT_MONITOR_ATTACHED_H

#include <drift/detector.h>

#include "core/bytes.h"
#include "monitor/signal.h"
#include "profile/state.h"

typedef struct drift__attachment {
    drift_detector *detector;
    size_t column;
    uint64_t alarms, counted; /* changes found; those that metrics know */
    uint64_t ignored;         /* values that its kind does not take */
    uint64_t row, change_row; /* of the first change that was not told; row 0 = none */
    uint64_t ignored_row;     /* of the first value ignored, until that is told; 0 = none */
} drift__attachment;

typedef struct drift__attached {
    drift__attachment *items;
    size_t n;
    char text[64]; /* of the last signal */
} drift__attached;

void drift__attached_free(drift__attached *attached, const drift_allocator *allocator);
/** `detector` belongs to `attached` afterwards. DRIFT_ERR_OUT_OF_MEMORY changes nothing. */
drift_status drift__attached_add(drift__attached *attached, size_t column, drift_detector *detector,
                                 const drift_allocator *allocator);
/** As newly added, all of them. */
void drift__attached_reset(drift__attached *attached);
/** 1 where a column has values that detectors can see: numbers, or true and false. */
int drift__attached_can_watch(const drift__column_state *column);

/** Row number `row` (from 1) of the stream: one value a column of `reference`. */
void drift__attached_row(drift__attached *attached, const drift_profile *reference,
                         const drift_value *values, uint64_t row);
/** The rows of a table, the first of which is row `row` of the stream; columns go by name. */
void drift__attached_rows(drift__attached *attached, const drift_profile *reference,
                          const drift_table *table, uint64_t row);
/**
 * The earliest thing found up to row `last` that was not told: 1 and a signal, whose text is
 * borrowed until the next call, or 0. Of several changes that one detector found since the last
 * time it is the first one.
 */
int drift__attached_next(drift__attached *attached, uint64_t last, drift__signal *out_signal);

/** All there is, detectors and their state. */
void drift__attached_write(const drift__attached *attached, const drift_allocator *allocator,
                           drift__writer *writer);
/**
 * In place of what `attached` has, from bytes nobody vouches for, over the columns of `reference`.
 * DRIFT_ERR_CORRUPT, and where memory is out, changes nothing.
 */
drift_status drift__attached_read(drift__attached *attached, const drift_profile *reference,
                                  drift__byte_reader *reader, const drift_allocator *allocator);

#endif
