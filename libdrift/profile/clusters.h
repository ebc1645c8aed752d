/* SPDX-License-Identifier: Apache-2.0
 *
 * clusters.h: rows that belong together. Two things are kept beside the
 * counts: what is needed to estimate how much less the rows say than as many
 * independent ones would (only where a profile was told its blocks), and
 * whether neighbouring rows resemble each other (always, over the first rows).
 *
 * Blocks are dealt to a fixed number of groups, so that the memory does not
 * grow with the data and profiles add up: random groups (Wolter 2007, chapter
 * 2). A block of rows goes to group number mod groups, the rows of one value of
 * a block column to a group by the hash of that value.
 */
#ifndef DRIFT_PROFILE_CLUSTERS_H
#define DRIFT_PROFILE_CLUSTERS_H

#include <drift/table.h>

enum {
    DRIFT__GROUPS = 64,
    DRIFT__GROUP_CELLS = 16,   /* coarse cells of the values: neighbouring fine cells, or hashes */
    DRIFT__SERIAL_ROWS = 16384 /* rows over which neighbours are compared */
};

/** How rows form blocks; both zero where nothing was stated. */
typedef struct drift__blocks {
    uint64_t rows;   /* consecutive rows of a block */
    char *column;    /* or: the column whose equal values make a block; owned */
    size_t position; /* of that column in the profile */
} drift__blocks;

/** Counts of one column by group. */
typedef struct drift__groups {
    uint64_t cells[DRIFT__GROUPS][DRIFT__GROUP_CELLS];
    uint64_t none[DRIFT__GROUPS]; /* rows without a value that counts */
} drift__groups;

/** How often a value was met right after its like. */
typedef struct drift__serial {
    uint64_t previous;
    uint64_t pairs, matches;
    uint64_t above; /* numeric: first members of pairs at or above the middle edge */
    int has_previous;
} drift__serial;

struct drift_profile;
struct drift__column_state;

/** 1 where both state the same blocks. */
int drift__blocks_same(const drift__blocks *a, const drift__blocks *b);
/** "blocks of 100 rows", "blocks by 'session'", "no blocks"; into `out`. */
void drift__blocks_say(const drift__blocks *blocks, char *out, size_t size);
/**
 * Note rows first .. first + n - 1 of `table` in the groups and neighbours of
 * every column; `sources[i]` is the source of column i or NULL. Allocates nothing.
 * Called before `rows` of the profile is raised.
 */
void drift__clusters_note(struct drift_profile *profile, const drift_column *const *sources,
                          uint64_t rows);
/** The same for one row of values in the order of the profile's columns. */
void drift__clusters_note_row(struct drift_profile *profile, const drift_value *values);
/** Coarse cell, 0 .. DRIFT__GROUP_CELLS - 1, of fine cell `index` of `n` + 2. */
uint32_t drift__group_cell(uint32_t index, uint32_t n);

#endif
