/* SPDX-License-Identifier: Apache-2.0
 *
 * variants.h: two ways to serve: threads of one process, or processes that share a socket.
 * Both end with SIGTERM or SIGINT, which the caller has blocked, and return an exit code.
 */
#ifndef EXAMPLES_SERVER_VARIANTS_H
#define EXAMPLES_SERVER_VARIANTS_H

#include "watch.h"

typedef struct serve_config {
    watch_config watch;
    unsigned port, threads, workers;
    int unobserved; /* 1 = without libdrift, to see what it costs */
} serve_config;

/* Each thread observes through a recorder of its own, without a lock. */
int serve_threads(const serve_config *config);
/* Each worker counts rows by itself and puts the counts on the board; the parent judges. */
int serve_workers(const serve_config *config);

#endif
