/* SPDX-License-Identifier: Apache-2.0
 *
 * test_board.c: blocks of workers that are killed at any moment, a page that is read while it is
 * replaced.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "board.h"

enum { DEATHS = 300, SIZE = 65536, PAGES = 1000 };

#define CHECK(true_)                                                                               \
    do {                                                                                           \
        if (!(true_)) {                                                                            \
            fprintf(stderr, "test_board.c:%d: %s\n", __LINE__, #true_);                            \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static void write_blocks(board *shared, unsigned char first)
{
    static unsigned char bytes[SIZE];
    for (unsigned char value = first;; value++) {
        memset(bytes, value, sizeof(bytes));
        for (int k = 0; k < 10; k++)
            board_count(shared, 0);
        while (board_write(shared, 0, bytes, sizeof(bytes), 10))
            ;
    }
}

static uint64_t take_all(board *shared)
{
    board_block block;
    uint64_t rows = 0;
    while (board_peek(shared, 0, &block)) {
        const unsigned char *bytes = block.bytes;
        CHECK(block.size == SIZE && block.generation == 1);
        for (size_t k = 1; k < SIZE; k++)
            CHECK(bytes[k] == bytes[0]);
        board_take(shared, 0);
        rows += 10;
    }
    return rows;
}

/* What was counted is in blocks or lost, and at most a block's worth and a row of counting is lost. */
static void kill_writers(void)
{
    board *shared = board_create(1, SIZE);
    uint64_t taken = 0;
    CHECK(shared && board_announce(shared, "here") == 1);
    for (int death = 0; death < DEATHS; death++) {
        board_enter(shared, 0, 1);
        pid_t writer = fork();
        if (writer == 0 && !prctl(PR_SET_PDEATHSIG, SIGKILL))
            write_blocks(shared, (unsigned char)death);
        struct timespec pause = {0, 1000 * (death % 100)};
        nanosleep(&pause, NULL);
        taken += death % 3 ? take_all(shared) : 0;
        kill(writer, SIGKILL);
        waitpid(writer, NULL, 0);
        CHECK(board_bury(shared, 0) <= 10 && board_entered(shared, 0) == 0);
    }
    taken += take_all(shared);
    CHECK(taken > 0 && board_bury(shared, 0) == 0);
    board_destroy(shared);
}

static void read_pages(const board *shared)
{
    size_t size = 0;
    for (int seen = 0; seen < PAGES; seen++) {
        char *text = board_copy_page(shared, &size);
        CHECK(text && size >= SIZE / 2 && size <= SIZE);
        for (size_t k = 1; k < size; k++)
            CHECK(text[k] == text[0]);
        free(text);
    }
    _exit(0);
}

static void replace_pages(void)
{
    static char texts[7][SIZE];
    size_t size = 0;
    int code = 0;
    for (int k = 0; k < 7; k++)
        memset(texts[k], k, SIZE);
    board *shared = board_create(0, SIZE);
    CHECK(shared && !board_copy_page(shared, &size));
    board_put_page(shared, texts[0], SIZE);
    pid_t reader = fork();
    if (reader == 0 && !prctl(PR_SET_PDEATHSIG, SIGKILL))
        read_pages(shared);
    for (size_t k = 0; waitpid(reader, &code, WNOHANG) == 0; k++) {
        board_put_page(shared, texts[k % 7], SIZE / 2 + k % 1000);
        struct timespec pause = {0, 1000};
        if (k % 4 == 0) /* or the reader never gets through */
            nanosleep(&pause, NULL);
    }
    CHECK(code == 0);
    board_put_page(shared, texts[1], SIZE + 64); /* too long: the last one stays */
    char *copy = board_copy_page(shared, &size);
    CHECK(copy && size <= SIZE);
    free(copy);
    board_destroy(shared);
}

static void follow_generations(void)
{
    char folder[PATH_MAX];
    board *shared = board_create(1, 1);
    CHECK(shared && board_generation(shared, folder) == 0);
    CHECK(board_announce(shared, "one") == 1 && board_announce(shared, "two") == 2);
    CHECK(board_generation(shared, folder) == 2 && strcmp(folder, "two") == 0);
    CHECK(board_write(shared, 0, folder, 65, 1) && !board_write(shared, 0, folder, 1, 1));
    CHECK(!board_full(shared, 0) && !board_write(shared, 0, folder, 1, 1));
    CHECK(board_full(shared, 0) && board_write(shared, 0, folder, 1, 1));
    board_destroy(shared);
}

int main(void)
{
    kill_writers();
    replace_pages();
    follow_generations();
    return 0;
}
