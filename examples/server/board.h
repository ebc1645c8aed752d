/* SPDX-License-Identifier: Apache-2.0
 *
 * board.h: what a parent and its worker processes tell each other, in memory they share.
 *
 * Each worker has a slot of two blocks. It fills one that is empty, then says so; the parent
 * takes it, then says so. Nobody waits and nobody locks: a worker that dies while it fills a block has
 * said nothing, and its block is as empty as it was. The page for Prometheus has two places in
 * the same way, one of which is complete at any time.
 */
#ifndef EXAMPLES_SERVER_BOARD_H
#define EXAMPLES_SERVER_BOARD_H

#include <stddef.h>
#include <stdint.h>

typedef struct board board;

/* For `workers` processes, blocks and pages of at most `capacity` bytes. Before fork. NULL: none. */
board *board_create(unsigned workers, size_t capacity);
void board_destroy(board *shared);

/* The parent: the next generation is in `folder`. Number from 1. */
uint64_t board_announce(board *shared, const char *folder);
/* Anyone: its number and folder (PATH_MAX bytes). */
uint64_t board_generation(const board *shared, char *out_folder);

/* A worker: the generation it counts in from now on. Before that it has written all blocks of the last. */
void board_enter(board *shared, unsigned worker, uint64_t generation);
/* A worker: one more row. Any of its threads. */
void board_count(board *shared, unsigned worker);
/* A worker: 1 where no block is empty. */
int board_full(const board *shared, unsigned worker);
/* A worker: write a block that holds `rows` rows; -1 where there is no room. */
int board_write(board *shared, unsigned worker, const void *bytes, size_t size, uint64_t rows);

typedef struct board_block {
    uint64_t generation;
    const void *bytes;
    size_t size;
} board_block;

/* The parent: the oldest block of a worker, in place until taken. 0 = there is none. */
int board_peek(const board *shared, unsigned worker, board_block *out_block);
void board_take(board *shared, unsigned worker);
/* The parent: the generation a worker counts in; 0 = it has not begun. */
uint64_t board_entered(const board *shared, unsigned worker);
/* The parent: the worker is dead. Its blocks stay; the rows that are in none are lost: returned. */
uint64_t board_bury(board *shared, unsigned worker);

/* The parent: a new page; one too long is not put up. */
void board_put_page(board *shared, const char *text, size_t size);
/* Anyone: a copy of the page, from malloc; NULL = there is none yet. */
char *board_copy_page(const board *shared, size_t *out_size);

#endif
