/* SPDX-License-Identifier: Apache-2.0
 *
 * places.h: from a reference counted in fixed places to the cells of an urn,
 * so that the urn's start is exact: cuts at ranks that do not depend on the
 * values. A cut that falls among equal values goes through them: each is given a
 * uniform number, the cut is at an order statistic of these, and live values
 * equal to them are dealt to both sides at random.
 */
#ifndef DRIFT_SEQUENTIAL_PLACES_H
#define DRIFT_SEQUENTIAL_PLACES_H

#include <drift/base.h>

#include "core/bytes.h"
#include "sequential/draws.h"
#include "sequential/urn.h"

enum { DRIFT__MOST_PLACES = 1 << 20 };

typedef struct drift__places {
    uint32_t n;     /* places */
    uint32_t cells; /* of the urn */
    uint8_t *first; /* n: cell of a row of this place, where it is not cut */
    uint8_t *cuts;  /* n: how many cuts go through it */
    double at
        [DRIFT__URN_CELLS]; /* cut j, 1 .. cells - 1: the share of its place that lies before it */
    /* As drift__places_settle says, once all cuts are made. */
    int any_cut;  /* 1 where a place is cut */
    int in_order; /* 1 where none is, and cells follow one another as their places do; then */
    uint32_t ends[DRIFT__URN_CELLS];     /* cell j has the places before this one */
    uint64_t bits[DRIFT__URN_CELLS + 1]; /* least random bits that are at or beyond cut j */
} drift__places;

/** What a reference says of its places. */
typedef struct drift__place_counts {
    const uint64_t *counts;
    const uint8_t *single; /* 1 where all rows of the place have one value; NULL = all */
    uint32_t n;
    int ordered;
} drift__place_counts;

/** Place j is cell j. */
drift_status drift__places_identity(uint32_t cells, const drift_allocator *allocator,
                                    drift__places *out_places);
/**
 * Choose the cells, and what the urn has in each at the beginning, into
 * `out_start` (DRIFT__URN_CELLS). DRIFT_ERR_NOT_ENOUGH_DATA where they are fewer than two.
 */
drift_status drift__places_choose(const drift__place_counts *reference, drift__random *random,
                                  const drift_allocator *allocator, drift__places *out_places,
                                  double *out_start);
void drift__places_destroy(drift__places *places, const drift_allocator *allocator);
/** When all cuts are made: what kind of places these are. */
void drift__places_settle(drift__places *places);
/** 1 where `n` rows are of places that there are. */
int drift__places_valid(const drift__places *places, const uint32_t *rows, size_t n);
/** The cells of `n` rows, one after the other; where anything is cut each row takes a random number. */
void drift__places_cells(const drift__places *places, const uint32_t *rows, size_t n,
                         drift__random *random, uint8_t *out_cells);
/** Counts of places to counts of cells. */
void drift__places_deal(const drift__places *places, const uint64_t *counts, drift__random *random,
                        uint64_t *out_cells);
void drift__places_write(const drift__places *places, drift__writer *writer);
drift_status drift__places_read(drift__byte_reader *reader, const drift_allocator *allocator,
                                drift__places *out_places);

#endif
