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
 * Groups of `rows` rows, the first of which will be row `first` of a profile
 * that has blocks; `block` is the source of its block column, or NULL.
 */
void drift__clusters_groups(const struct drift_profile *profile, const drift_column *block,
                            uint64_t first, uint64_t rows, uint8_t *out_groups);

/** Rows of a column that are noted at once. */
typedef struct drift__noted_rows {
    const struct drift_profile *profile;
    uint64_t first; /* number of the first among the rows of the profile */
    size_t n;
    const uint8_t *groups; /* of these rows; NULL = no blocks */
} drift__noted_rows;

/*
 * Note rows in the groups and neighbours of a column. One after the other; different
 * columns at the same time. Nothing is allocated.
 */

/**
 * Rows of a column of doubles, NaN where missing, or all `finite`; where it has groups, counts them in
 * its cells too.
 */
void drift__clusters_note_numbers(struct drift__column_state *column,
                                  const drift__noted_rows *noted, const double *numbers,
                                  int finite);
/** Rows of any column. */
void drift__clusters_note_values(struct drift__column_state *column, const drift__noted_rows *noted,
                                 const drift_value *values);
/** Rows of a column of names. */
void drift__clusters_note_names(struct drift__column_state *column, const drift__noted_rows *noted,
                                const drift_column *source);
/** Where a value belongs: a coarse cell, or none, and what it is compared by. */
typedef struct drift__place {
    int present;
    uint32_t cell;
    uint64_t likeness;
} drift__place;
/** Rows whose places are known. */
void drift__clusters_note_places(struct drift__column_state *column, const drift__noted_rows *noted,
                                 const drift__place *places);
/** What the cell of a name, modulo DRIFT__GROUP_CELLS, and its likeness are made of. */
uint64_t drift__clusters_hash(const struct drift_profile *profile, const char *text, size_t length);
/** Group of row `row` of the profile: of its number, or of its value in the block column. */
uint8_t drift__clusters_group(const struct drift_profile *profile, uint64_t row,
                              const drift_value *block);
/** 1 where a block of rows says something to groups or neighbours of the column. */
int drift__clusters_wanted(const struct drift__column_state *column,
                           const drift__noted_rows *noted);
/** All rows of a column that the table lacks. */
void drift__clusters_note_absent(struct drift__column_state *column, uint64_t rows,
                                 const uint8_t *groups);
/** One row of values in the order of the profile's columns. */
void drift__clusters_note_row(struct drift_profile *profile, const drift_value *values);
/** Coarse cell, 0 .. DRIFT__GROUP_CELLS - 1, of fine cell `index` of `n` + 2. */
uint32_t drift__group_cell(uint32_t index, uint32_t n);

#endif
