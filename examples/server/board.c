/* SPDX-License-Identifier: Apache-2.0
 *
 * board.c: blocks and pages in shared memory, two of each.
 */
#include "board.h"
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Two places, written in turn: number k goes to place k % 2. */
typedef struct pair {
    _Atomic uint64_t written, taken;
    uint64_t generations[2], rows[2];
    size_t sizes[2];
    size_t begin; /* of the two places in the memory of the board */
} pair;

typedef struct slot {
    pair blocks;
    _Atomic uint64_t generation, counted;
    uint64_t taken; /* rows; the parent's own */
} slot;

struct board {
    size_t size, capacity;
    unsigned workers;
    _Atomic uint64_t generation;
    char folders[2][PATH_MAX]; /* of generation k: k % 2 */
    pair pages;
    slot slots[];
};

static unsigned char *place(const board *shared, const pair *of, uint64_t number)
{
    return (unsigned char *)(uintptr_t)shared + of->begin + (number % 2) * shared->capacity;
}

board *board_create(unsigned workers, size_t capacity)
{
    size_t head = (sizeof(board) + workers * sizeof(slot) + 63) / 64 * 64;
    capacity = (capacity + 63) / 64 * 64;
    size_t size = head + 2 * (workers + (size_t)1) * capacity;
    board *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return NULL;
    shared->size = size;
    shared->capacity = capacity;
    shared->workers = workers;
    shared->pages.begin = head;
    for (unsigned k = 0; k < workers; k++)
        shared->slots[k].blocks.begin = head + 2 * (k + (size_t)1) * capacity;
    return shared;
}

void board_destroy(board *shared)
{
    if (shared)
        munmap(shared, shared->size);
}

uint64_t board_announce(board *shared, const char *folder)
{
    uint64_t next = atomic_load(&shared->generation) + 1;
    strncpy(shared->folders[next % 2], folder, PATH_MAX - 1);
    atomic_store(&shared->generation, next);
    return next;
}

uint64_t board_generation(const board *shared, char *out_folder)
{
    uint64_t number;
    do {
        number = atomic_load(&shared->generation);
        memcpy(out_folder, shared->folders[number % 2], PATH_MAX);
        atomic_thread_fence(memory_order_acquire);
    } while (number != atomic_load(&shared->generation));
    return number;
}

void board_enter(board *shared, unsigned worker, uint64_t generation)
{
    atomic_store(&shared->slots[worker].generation, generation);
}

void board_count(board *shared, unsigned worker)
{
    atomic_fetch_add_explicit(&shared->slots[worker].counted, 1, memory_order_relaxed);
}

int board_full(const board *shared, unsigned worker)
{
    const pair *blocks = &shared->slots[worker].blocks;
    return atomic_load(&blocks->written) - atomic_load(&blocks->taken) >= 2;
}

int board_write(board *shared, unsigned worker, const void *bytes, size_t size, uint64_t rows)
{
    slot *own = &shared->slots[worker];
    pair *blocks = &own->blocks;
    uint64_t number = atomic_load(&blocks->written);
    if (size > shared->capacity || board_full(shared, worker))
        return -1;
    memcpy(place(shared, blocks, number), bytes, size);
    blocks->sizes[number % 2] = size;
    blocks->rows[number % 2] = rows;
    blocks->generations[number % 2] = atomic_load(&own->generation);
    atomic_store(&blocks->written, number + 1); /* up to here nobody saw it */
    return 0;
}

int board_peek(const board *shared, unsigned worker, board_block *out_block)
{
    const pair *blocks = &shared->slots[worker].blocks;
    uint64_t number = atomic_load(&blocks->taken);
    if (atomic_load(&blocks->written) == number)
        return 0;
    out_block->generation = blocks->generations[number % 2];
    out_block->bytes = place(shared, blocks, number);
    out_block->size = blocks->sizes[number % 2];
    return 1;
}

void board_take(board *shared, unsigned worker)
{
    slot *of = &shared->slots[worker];
    of->taken += of->blocks.rows[atomic_load(&of->blocks.taken) % 2];
    atomic_fetch_add(&of->blocks.taken, 1);
}

uint64_t board_entered(const board *shared, unsigned worker)
{
    return atomic_load(&shared->slots[worker].generation);
}

uint64_t board_bury(board *shared, unsigned worker)
{
    slot *dead = &shared->slots[worker];
    uint64_t number = atomic_load(&dead->blocks.taken), waiting = 0;
    for (; number != atomic_load(&dead->blocks.written); number++)
        waiting += dead->blocks.rows[number % 2];
    uint64_t lost = atomic_exchange(&dead->counted, waiting) - dead->taken - waiting;
    dead->taken = 0;
    atomic_store(&dead->generation, 0);
    return lost;
}

void board_put_page(board *shared, const char *text, size_t size)
{
    pair *pages = &shared->pages;
    uint64_t number = atomic_load(&pages->written);
    if (size > shared->capacity)
        return;
    memcpy(place(shared, pages, number), text, size);
    pages->sizes[number % 2] = size;
    atomic_store(&pages->written, number + 1);
}

char *board_copy_page(const board *shared, size_t *out_size)
{
    const pair *pages = &shared->pages;
    char *copy = malloc(shared->capacity);
    uint64_t before, after = atomic_load(&pages->written);
    do {
        before = after;
        if (!copy || before == 0)
            break;
        *out_size = pages->sizes[(before - 1) % 2];
        if (*out_size <= shared->capacity)
            memcpy(copy, place(shared, pages, before - 1), *out_size);
        atomic_thread_fence(memory_order_acquire);
        after = atomic_load(&pages->written);
    } while (after != before); /* another page came, and the next one is written over this one */
    if (before > 0)
        return copy;
    free(copy);
    return NULL;
}
