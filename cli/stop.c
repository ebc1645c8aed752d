/* SPDX-License-Identifier: Apache-2.0
 *
 * stop.c: an orderly end of a watch where SIGTERM or SIGINT asks for it.
 */
#include "cli.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t asked;

/* A signal that comes just before a read does not interrupt it: the alarm does, a second later. */
static void ask(int signal_number)
{
    (void)signal_number;
    asked = 1;
    alarm(1);
}

int stop_asked(void)
{
    return asked;
}

int stop_progress(uint64_t done, uint64_t total, void *context)
{
    (void)done;
    (void)total;
    (void)context;
    return asked;
}

void stop_listen(void)
{
    struct sigaction action = {.sa_handler = ask}, before;
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    action.sa_flags = (int)SA_RESETHAND; /* the second one ends the process */
    const int signals[] = {SIGTERM, SIGINT};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
}

void stop_heard(void)
{
    signal(SIGALRM, SIG_IGN);
    alarm(0);
}
