/* SPDX-License-Identifier: Apache-2.0
 *
 * http.h: the model over HTTP.
 *
 *   GET /predict?age=34&income=51000&debt=0.2&late_payments=1    {"score":0.0731,"generation":1}
 *   GET /metrics                                                 for Prometheus
 */
#ifndef EXAMPLES_SERVER_HTTP_H
#define EXAMPLES_SERVER_HTTP_H

#include <drift/drift.h>

#include "generation.h"

typedef struct http_service {
    serving serving;
    /* A row of OBSERVED values that `held` answered; called from the threads that answer; or NULL. */
    void (*observe)(void *context, generation *held, const drift_value *values);
    /* The page for Prometheus, from malloc; NULL = not now. Or NULL: no such page. */
    char *(*metrics)(void *context, size_t *out_size);
    void *context;
} http_service;

struct MHD_Daemon;
/* A listening, non-blocking socket on the loopback device; port 0 = any. -1 after a message. */
int http_listen(unsigned port, unsigned *out_port);
/* Answer on `listener` from `threads` threads. NULL after a message. */
struct MHD_Daemon *http_start(http_service *service, int listener, unsigned threads);
/* Returns when no thread answers any more. */
void http_stop(struct MHD_Daemon *daemon);

#endif
