/* SPDX-License-Identifier: Apache-2.0
 *
 * threads.c: one process, some threads that answer, and the main thread, which judges.
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "http.h"
#include "variants.h"

static void observe(void *context, generation *held, const drift_value *values)
{
    static _Thread_local drift_recorder *recorder;
    const watch *watched = context;
    (void)held;
    if (!recorder && drift_monitor_recorder(watched->monitor, &recorder, NULL) != DRIFT_OK)
        return; /* out of memory: the answer matters more; asked again at the next request */
    drift_recorder_observe(recorder, values, OBSERVED);
}

static char *page(void *context, size_t *out_size)
{
    return watch_render(context, out_size);
}

/* First the model: when nobody answers from the old one, what comes is the new one's and compared so. */
static void reload(http_service *service, watch *watched)
{
    uint64_t number = service->serving.generations[service->serving.turn]->number + 1;
    generation *next = generation_open(watched->folder, number, 0);
    if (!next)
        return;
    generation_close(serving_replace(&service->serving, next));
    if (watch_rebase(watched, watched->folder) == 0)
        printf("serving generation %llu\n", (unsigned long long)number);
    fflush(stdout);
}

/* Ten polls a second until a signal asks for the end. */
static void poll_until_signal(http_service *service, watch *watched)
{
    const struct timespec pause = {0, 100000000};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    while (sigtimedwait(&signals, NULL, &pause) < 0) {
        watch_poll(watched);
        if (watch_retrained(watched))
            reload(service, watched);
    }
}

static int serve(http_service *service, watch *watched, const serve_config *config)
{
    unsigned port = 0;
    int listener = http_listen(config->port, &port);
    struct MHD_Daemon *daemon = NULL;
    if (listener >= 0)
        daemon = http_start(service, listener, config->threads);
    if (!daemon)
        return 1;
    printf("listening on port %u\n", port);
    fflush(stdout);
    poll_until_signal(service, watched);
    http_stop(daemon); /* nobody observes any more */
    return drift_monitor_finish(watched->monitor, NULL) == DRIFT_OK ? 0 : 1;
}

int serve_threads(const serve_config *config)
{
    watch watched;
    int code = 1;
    http_service service = {SERVING_INIT, config->unobserved ? NULL : observe,
                            config->unobserved ? NULL : page, &watched};
    if (watch_open(&watched, &config->watch) == 0) {
        generation *first = generation_open(watched.folder, 1, 0);
        service.serving.generations[0] = first;
        if (first)
            code = serve(&service, &watched, config);
        generation_close(service.serving.generations[service.serving.turn]);
    }
    watch_close(&watched);
    return code;
}
