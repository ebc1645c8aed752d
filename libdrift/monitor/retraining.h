/* SPDX-License-Identifier: Apache-2.0
 *
 * retraining.h: whether a retraining may be asked for now: a least time between two and a
 * number in any period. Plain state; the caller says what time it is.
 */
#ifndef DRIFT_MONITOR_RETRAINING_H
#define DRIFT_MONITOR_RETRAINING_H

#include "core/bytes.h"

enum { DRIFT__RETRAINING_MOST = 1000, DRIFT__RETRAINING_TEXT = 128 };

/** Times are nanoseconds by the monitor's clock. */
typedef struct drift__retraining {
    uint64_t interval, period; /* 0 = none */
    size_t budget;             /* retrainings in a period; 0 = any number */
    uint64_t requested;        /* so far */
    uint64_t last;             /* when the last was requested */
    uint64_t *times;           /* of the last `budget`, by number modulo budget */
} drift__retraining;

/** Seconds; a budget of at most DRIFT__RETRAINING_MOST. 0, or -1 where memory is out. */
int drift__retraining_init(drift__retraining *retraining, double interval, double period,
                           uint64_t budget, const drift_allocator *allocator);
void drift__retraining_free(drift__retraining *retraining, const drift_allocator *allocator);
/**
 * 1 and `out_text` "requested" where one may be asked for now, which is then counted; else 0 and
 * "withheld: " with the reason.
 */
int drift__retraining_ask(drift__retraining *retraining, uint64_t now,
                          char out_text[DRIFT__RETRAINING_TEXT]);

/** `now` by the clock and `date` since 1970: the time until it is read counts as passed. */
void drift__retraining_write(const drift__retraining *retraining, uint64_t now, uint64_t date,
                             drift__writer *writer);
/** From untrusted bytes; of a larger budget the last are kept. -1 where they are damaged. */
int drift__retraining_read(drift__retraining *retraining, uint64_t now, uint64_t date,
                           drift__byte_reader *reader);

#endif
