/* SPDX-License-Identifier: Apache-2.0
 *
 * server.c: serve MODEL.json REFERENCE.drift [PORT [THREADS [WINDOW]]]: the model over HTTP,
 * watched by libdrift.
 *
 *   GET /predict?age=34&income=51000&debt=0.2&late_payments=1    {"score":0.0731}
 *   GET /metrics                                                 for Prometheus
 *
 * Each thread of libmicrohttpd observes through a recorder of its own, without a lock. The main
 * thread polls: there windows are judged and alerts printed, one JSON line each. SIGTERM ends it.
 */
#include <drift/drift.h>
#include <math.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model.h"

typedef struct server {
    model *serving;
    drift_monitor *monitor;
    pthread_mutex_t judging; /* poll and render; never taken by /predict */
} server;

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type,
                              void *text, size_t size, enum MHD_ResponseMemoryMode memory)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(size, text, memory);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *why)
{
    char text[64];
    int size = snprintf(text, sizeof(text), "%s\n", why);
    return answer(connection, status, "text/plain", text, (size_t)size, MHD_RESPMEM_MUST_COPY);
}

/* 0 where `text` is a number; NULL is a missing one. */
static int read_feature(const char *text, float *out_feature)
{
    char *end = NULL;
    *out_feature = NAN;
    if (!text || !*text)
        return 0;
    *out_feature = strtof(text, &end);
    return *end ? -1 : 0;
}

static void observe(const server *served, const float *features, float score)
{
    static _Thread_local drift_recorder *recorder;
    drift_value values[OBSERVED];
    if (!recorder && drift_monitor_recorder(served->monitor, &recorder, NULL) != DRIFT_OK)
        return; /* out of memory: the answer matters more; asked again at the next request */
    for (int k = 0; k < OBSERVED; k++) {
        float number = k < FEATURES ? features[k] : score;
        values[k] = (drift_value){.tag = isnan(number) ? DRIFT_VALUE_MISSING : DRIFT_VALUE_DOUBLE,
                                  .as.number = isnan(number) ? 0 : (double)number};
    }
    drift_recorder_observe(recorder, values, OBSERVED);
}

static enum MHD_Result predict(const server *served, struct MHD_Connection *connection)
{
    float features[FEATURES], score;
    char text[64];
    for (int k = 0; k < FEATURES; k++)
        if (read_feature(
                MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, observed_names[k]),
                &features[k]))
            return refuse(connection, MHD_HTTP_BAD_REQUEST, "a feature is not a number");
    if (model_predict(served->serving, features, 1, &score))
        return refuse(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "the model did not answer");
    observe(served, features, score);
    int size = snprintf(text, sizeof(text), "{\"score\":%.6f}\n", (double)score);
    return answer(connection, MHD_HTTP_OK, "application/json", text, (size_t)size,
                  MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result metrics(server *served, struct MHD_Connection *connection)
{
    size_t size = 0;
    char *text = NULL;
    pthread_mutex_lock(&served->judging);
    drift_status status = drift_monitor_render_openmetrics(served->monitor, NULL, 0, &size);
    while (status == DRIFT_ERR_TOO_SMALL) { /* rows are observed meanwhile and gain digits */
        free(text);
        text = malloc(size);
        if (!text)
            break;
        status = drift_monitor_render_openmetrics(served->monitor, text, size, &size);
    }
    pthread_mutex_unlock(&served->judging);
    if (status) {
        free(text);
        return refuse(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory");
    }
    return answer(connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text, size,
                  MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    server *served = context;
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)request;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only");
    if (strcmp(url, "/predict") == 0)
        return predict(served, connection);
    if (strcmp(url, "/metrics") == 0)
        return metrics(served, connection);
    return refuse(connection, MHD_HTTP_NOT_FOUND, "/predict or /metrics");
}

static void print_alert(const drift_alert *alert, void *context)
{
    drift_buffer *line = context;
    drift_buffer_reset(line);
    if (drift_alert_render_json(alert, line) == DRIFT_OK)
        fwrite(drift_buffer_data(line), 1, drift_buffer_size(line), stdout);
    fflush(stdout);
}

/* Ten polls a second until a signal asks for the end. */
static void poll_until_signal(server *served, const sigset_t *signals)
{
    const struct timespec pause = {0, 100000000};
    drift_error error = {{0}};
    while (sigtimedwait(signals, NULL, &pause) < 0) {
        pthread_mutex_lock(&served->judging);
        if (drift_monitor_poll(served->monitor, &error) != DRIFT_OK)
            fprintf(stderr, "serve: %s\n", error.message);
        pthread_mutex_unlock(&served->judging);
    }
}

static int serve(server *served, unsigned port, unsigned threads)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* for the threads made below too */
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG, (uint16_t)port, NULL,
        NULL, handle, served, MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_END);
    if (!daemon) {
        fprintf(stderr, "serve: port %u cannot be opened\n", port);
        return 1;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    printf("listening on port %u\n", info ? (unsigned)info->port : port);
    fflush(stdout);
    poll_until_signal(served, &signals);
    MHD_stop_daemon(daemon); /* waits for its threads: nobody observes any more */
    return drift_monitor_finish(served->monitor, NULL) == DRIFT_OK ? 0 : 1;
}

static int open_monitor(server *served, const char *path, uint64_t window, drift_buffer *line)
{
    drift_error error = {{0}};
    drift_profile *reference = NULL;
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.window_rows = window;
    config.model = "credit";
    drift_status status = drift_profile_read(path, NULL, &reference, &error);
    if (!status)
        status = drift_monitor_create(reference, &config, &served->monitor, &error);
    drift_profile_destroy(reference);
    if (status)
        fprintf(stderr, "serve: %s\n", error.message);
    else
        drift_monitor_on_alert(served->monitor, print_alert, line);
    return status;
}

int main(int argc, char **argv)
{
    server served = {.judging = PTHREAD_MUTEX_INITIALIZER};
    drift_buffer *line = NULL;
    if (argc < 3) {
        fprintf(stderr, "usage: serve MODEL.json REFERENCE.drift [PORT [THREADS [WINDOW]]]\n");
        return 2;
    }
    unsigned port = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 8080;
    unsigned threads = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 4;
    uint64_t window = argc > 5 ? strtoull(argv[5], NULL, 10) : 1000;
    int code = 1;
    served.serving = model_load(argv[1]);
    if (served.serving && drift_buffer_create(NULL, &line) == DRIFT_OK &&
        open_monitor(&served, argv[2], window, line) == DRIFT_OK)
        code = serve(&served, port, threads);
    drift_monitor_destroy(served.monitor);
    drift_buffer_destroy(line);
    model_destroy(served.serving);
    return code;
}
