/* SPDX-License-Identifier: Apache-2.0
 *
 * recent.h: texts met lately, one in each slot: equal texts of a column are
 * mostly recognised by a few of their bytes and one comparison, and need no keyed
 * hash. Whoever chooses texts that meet in one slot makes this useless, not slow.
 */
#ifndef DRIFT_PROFILE_RECENT_H
#define DRIFT_PROFILE_RECENT_H

#include <drift/base.h>
#include <string.h>

enum { DRIFT__RECENT_BITS = 8, DRIFT__RECENT_SLOTS = 1 << DRIFT__RECENT_BITS };

/** Texts borrowed from a column; all zero at first. */
typedef struct drift__recent {
    drift_value texts[DRIFT__RECENT_SLOTS];
} drift__recent;

static inline int drift__is_text(const drift_value *value)
{
    return value->tag == DRIFT_VALUE_STRING || value->tag == DRIFT_VALUE_TOKEN;
}

/** The slot of a text: of its length, its first and its last bytes. */
static inline uint32_t drift__recent_slot(const drift_value *text)
{
    uint64_t first = 0, last = 0;
    const char *at = text->as.string;
    size_t length = text->length;
    if (length >= 8) {
        memcpy(&first, at, 8);
        memcpy(&last, at + length - 8, 8);
    } else if (length >= 4) {
        memcpy(&first, at, 4);
        memcpy(&last, at + length - 4, 4);
    } else if (length) {
        first = (uint8_t)at[0] | (uint64_t)(uint8_t)at[length - 1] << 8;
        last = (uint8_t)at[length / 2];
    }
    uint64_t mixed = (first ^ length) * UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 29 ^ last) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(mixed >> (64 - DRIFT__RECENT_BITS));
}

/** 1 where `slot` holds this text, read in the same way. */
static inline int drift__recent_holds(const drift__recent *recent, uint32_t slot,
                                      const drift_value *text)
{
    const drift_value *held = &recent->texts[slot];
    return held->tag == text->tag && held->length == text->length &&
           !memcmp(held->as.string, text->as.string, text->length);
}

#endif
