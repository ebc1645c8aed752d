/* SPDX-License-Identifier: Apache-2.0
 *
 * category_room.h: how a change of several sketches of categories is made
 * whole or not at all, and which names a sketch that is full knows for sure.
 */
#ifndef DRIFT_SKETCH_CATEGORY_ROOM_H
#define DRIFT_SKETCH_CATEGORY_ROOM_H

#include <drift/categories.h>

/**
 * Take the memory that counting `name` needs: the next drift_categories_update
 * of it cannot fail for want of memory. What the sketch tells stays the same.
 */
drift_status drift__categories_reserve(drift_categories *categories, const char *name,
                                       size_t length);
/**
 * Hash by which names are chosen to be kept: a sketch knows the count of every
 * name whose selection lies below its reach, the kept ones and those it never
 * met (0). Such names are a random sample of all, whatever they are (Gibbons 2001).
 */
uint64_t drift__category_selection(const drift_categories *categories, const char *name,
                                   size_t length);
/** UINT64_MAX where no name was given up. */
uint64_t drift__category_reach(const drift_categories *categories);
/**
 * Take all the memory that will ever be needed, for `pinned` pinned names and
 * `capacity` others: counting allocates nothing from now on. Names that are not pinned are then
 * kept up to 63 bytes; of a longer one 46 bytes at most, "~" and its hash. Not
 * after a name was counted.
 */
drift_status drift__categories_fix(drift_categories *categories, size_t pinned);
/**
 * Shorten the long names that are not pinned as a fixed room would, so that both can be
 * compared. Where memory runs out some stay long.
 */
drift_status drift__categories_shorten(drift_categories *categories);
/**
 * Add the counts of `other`, fixed too and of the same capacity and seed, with the same names
 * pinned in the same order. Allocates nothing; neither total overflows.
 */
void drift__categories_absorb(drift_categories *categories, const drift_categories *other);
/** Add the counts of `other`, whatever its capacity and the order of its names. Likewise. */
void drift__categories_pour(drift_categories *categories, const drift_categories *other);
/**
 * Copy of a fixed room that is none, with the same counts. All names are pinned where all are known;
 * those that may have been shortened are not.
 */
drift_status drift__categories_settle(const drift_categories *from,
                                      const drift_allocator *allocator,
                                      drift_categories **out_copy);
/** Copy with the same names and counts, from the same allocator. */
drift_status drift__categories_clone(const drift_categories *from, drift_categories **out_copy);

#endif
