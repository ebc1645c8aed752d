/* SPDX-License-Identifier: Apache-2.0
 *
 * worker.h: one of the processes that share the socket: answers, counts, puts blocks on the board.
 */
#ifndef EXAMPLES_SERVER_WORKER_H
#define EXAMPLES_SERVER_WORKER_H

#include "board.h"
#include "variants.h"

/* The life of worker `index`, in a process of its own, until SIGTERM; its exit code. */
int worker_run(board *shared, unsigned index, int listener, const serve_config *config);

#endif
