/* SPDX-License-Identifier: Apache-2.0
 *
 * sentence.h: a sentence built in memory of fixed size; what does not fit is cut off.
 */
#ifndef DRIFT_MONITOR_SENTENCE_H
#define DRIFT_MONITOR_SENTENCE_H

#include <stddef.h>
#include <stdint.h>

typedef struct drift__sentence {
    char *text; /* ends in NUL after the first addition */
    size_t size, used;
} drift__sentence;

/** Whole characters of `text`. */
void drift__sentence_add(drift__sentence *sentence, const char *text);
/** Three significant digits. */
void drift__sentence_add_number(drift__sentence *sentence, double value);
/** With thousands separators. */
void drift__sentence_add_count(drift__sentence *sentence, uint64_t count);

#endif
