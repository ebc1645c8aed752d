/* SPDX-License-Identifier: Apache-2.0
 *
 * test_worker.c: a worker ends on SIGTERM also while it waits for a parent that takes no blocks.
 * What it serves and observes is left out: there are no requests.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "http.h"
#include "worker.h"

#define CHECK(true_)                                                                               \
    do {                                                                                           \
        if (!(true_)) {                                                                            \
            fprintf(stderr, "test_worker.c:%d: %s\n", __LINE__, #true_);                           \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static const struct timespec pause_of_a_test = {0, 10000000};
static char nothing;

struct MHD_Daemon *http_start(http_service *service, int listener, unsigned threads)
{
    (void)service, (void)listener, (void)threads;
    return (struct MHD_Daemon *)(void *)&nothing;
}

void http_stop(struct MHD_Daemon *daemon)
{
    (void)daemon;
}

/* Its profile is never looked at: there is no room for a block. */
generation *generation_open(const char *folder, uint64_t number, int observed)
{
    static generation opened[2];
    (void)folder, (void)observed;
    generation *next = &opened[number % 2];
    next->number = number;
    next->rows = (drift_profile *)(void *)&nothing;
    return next;
}

void generation_close(generation *closed)
{
    (void)closed;
}

generation *serving_replace(serving *served, generation *next)
{
    generation *last = served->generations[served->turn];
    served->generations[served->turn] = next;
    return last;
}

int main(void)
{
    int code = 0;
    pid_t worker, ended = 0;
    sigset_t signals;
    const serve_config config = {.workers = 1};
    board *shared = board_create(1, 64);
    CHECK(shared);
    board_announce(shared, "first");
    CHECK(!board_write(shared, 0, "1", 1, 1) && !board_write(shared, 0, "2", 1, 1));
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    CHECK(!sigprocmask(SIG_BLOCK, &signals, NULL));
    CHECK((worker = fork()) >= 0);
    if (!worker)
        _exit(worker_run(shared, 0, -1, &config));
    for (int k = 0; k < 1000 && board_entered(shared, 0) != 1; k++)
        nanosleep(&pause_of_a_test, NULL);
    CHECK(board_entered(shared, 0) == 1);
    board_announce(shared, "second");
    for (int k = 0; k < 30; k++)
        nanosleep(&pause_of_a_test, NULL);
    CHECK(waitpid(worker, &code, WNOHANG) == 0); /* it waits with the rows of the first */
    kill(worker, SIGTERM);
    for (int k = 0; k < 2000 && !ended; k++) {
        nanosleep(&pause_of_a_test, NULL);
        ended = waitpid(worker, &code, WNOHANG);
    }
    if (!ended)
        kill(worker, SIGKILL);
    CHECK(ended == worker && WIFEXITED(code) && WEXITSTATUS(code) == 0);
    CHECK(board_entered(shared, 0) == 1);
    board_destroy(shared);
    puts("a worker without a parent ends");
    return 0;
}
