/* SPDX-License-Identifier: Apache-2.0
 *
 * row_places.h: where single rows of a column lie among the frozen places of
 * its reference, and how many rows of a profile lie in each: what evidence that
 * looks at rows one after the other is made of.
 *
 * A numeric column has its cells, those below and above among them; a column of names has
 * those the reference named, and one place for all others.
 */
#ifndef DRIFT_PROFILE_ROW_PLACES_H
#define DRIFT_PROFILE_ROW_PLACES_H

#include "profile/state.h"

/** What has no place: a row without a usable value. Above every place. */
enum {
    DRIFT__ROW_MISSING = 0x7ffffffd,
    DRIFT__ROW_INVALID = 0x7ffffffe,
    DRIFT__ROW_INFINITE = 0x7fffffff
};

/** Places of a column; 0 of one whose values are not counted. */
uint32_t drift__column_places(const drift__column_state *column);
/** Rows in each place into `out_counts`; `of` is counted against `column`, or `column` itself. */
void drift__column_place_counts(const drift__column_state *column, const drift__column_state *of,
                                uint64_t *out_counts);
/** 1 where all values of place `place` are equal. */
int drift__column_place_is_single(const drift__column_state *column, uint32_t place);
/**
 * Place of rows first .. first + n - 1 of `source`, n up to DRIFT__BLOCK_ROWS, or why
 * they have none. In a column without places every value has place 0. Takes no memory.
 */
void drift__column_row_places(const drift__column_state *column, const drift_column *source,
                              uint64_t first, size_t n, uint32_t *out_places);

#endif
