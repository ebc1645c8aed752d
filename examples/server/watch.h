/* SPDX-License-Identifier: Apache-2.0
 *
 * watch.h: the monitor of the service, what it prints, and the retraining it asks for.
 */
#ifndef EXAMPLES_SERVER_WATCH_H
#define EXAMPLES_SERVER_WATCH_H

#include <drift/drift.h>
#include <limits.h>
#include <pthread.h>
#include <sys/types.h>

typedef struct watch_config {
    const char *link;    /* to the folder of model.json and reference.drift; retraining moves it */
    const char *retrain; /* for sh -c, asked for by an alert, which is in $DRIFT_ALERT; or NULL */
    uint64_t window_rows;
    double alpha;           /* 0 = the library's */
    double retrain_seconds; /* least time between two retrainings */
} watch_config;

typedef struct watch {
    watch_config config;
    pthread_mutex_t judging; /* poll, render and rebase; never taken by /predict */
    drift_monitor *monitor;
    drift_buffer *line;
    pid_t retraining; /* 0 = none */
    char folder[PATH_MAX];
} watch;

/* The monitor over the reference that the link leads to. 0 on success, else a message was printed. */
int watch_open(watch *watched, const watch_config *config);
void watch_close(watch *watched);
/* Judge, print alerts as JSON lines, start the retraining they ask for. */
void watch_poll(watch *watched);
/* 1 once for each retraining that has ended well: `folder` is then where the link leads now. */
int watch_retrained(watch *watched);
/* Compare with the reference in `folder` from now on. */
int watch_rebase(watch *watched, const char *folder);
/* The page for Prometheus, from malloc; NULL = no memory. */
char *watch_render(watch *watched, size_t *out_size);

#endif
