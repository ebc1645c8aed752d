/* SPDX-License-Identifier: Apache-2.0
 *
 * http.c: requests and answers, by libmicrohttpd.
 */
#include "http.h"
#include <arpa/inet.h>
#include <math.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

static void observe(const http_service *service, generation *held, const float *features,
                    float score)
{
    drift_value values[OBSERVED];
    for (int k = 0; k < OBSERVED; k++) {
        float number = k < FEATURES ? features[k] : score;
        values[k] = (drift_value){.tag = isnan(number) ? DRIFT_VALUE_MISSING : DRIFT_VALUE_DOUBLE,
                                  .as.number = isnan(number) ? 0 : (double)number};
    }
    service->observe(service->context, held, values);
}

static enum MHD_Result predict(http_service *service, struct MHD_Connection *connection)
{
    float features[FEATURES], score = 0;
    char text[96];
    unsigned turn;
    for (int k = 0; k < FEATURES; k++)
        if (read_feature(
                MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, observed_names[k]),
                &features[k]))
            return refuse(connection, MHD_HTTP_BAD_REQUEST, "a feature is not a number");
    generation *held = serving_hold(&service->serving, &turn);
    uint64_t number = held->number;
    int bad = model_predict(held->model, features, 1, &score);
    if (!bad && service->observe)
        observe(service, held, features, score);
    serving_release(&service->serving, turn);
    if (bad)
        return refuse(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "the model did not answer");
    int size = snprintf(text, sizeof(text), "{\"score\":%.6f,\"generation\":%llu}\n", (double)score,
                        (unsigned long long)number);
    return answer(connection, MHD_HTTP_OK, "application/json", text, (size_t)size,
                  MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result metrics(const http_service *service, struct MHD_Connection *connection)
{
    size_t size = 0;
    char *text = service->metrics(service->context, &size);
    if (!text)
        return refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "no metrics now");
    return answer(connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text, size,
                  MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    http_service *service = context;
    (void)version;
    (void)upload;
    (void)upload_size;
    if (!*request) { /* the headers are there; an answer to them would end the connection */
        *request = service;
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only");
    if (strcmp(url, "/predict") == 0)
        return predict(service, connection);
    if (strcmp(url, "/metrics") == 0 && service->metrics)
        return metrics(service, connection);
    return refuse(connection, MHD_HTTP_NOT_FOUND, "/predict or /metrics");
}

int http_listen(unsigned port, unsigned *out_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof(address);
    const int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    /* Non-blocking: of several processes that are woken, one accepts and the others go on. */
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
        bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 1024) ||
        getsockname(listener, (struct sockaddr *)&address, &size)) {
        fprintf(stderr, "serve: port %u cannot be opened\n", port);
        if (listener >= 0)
            close(listener);
        return -1;
    }
    *out_port = ntohs(address.sin_port);
    return listener;
}

struct MHD_Daemon *http_start(http_service *service, int listener, unsigned threads)
{
    /* A pool of one is none, which libmicrohttpd would tell on stderr. */
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG, 0, NULL, NULL, handle,
        service, MHD_OPTION_LISTEN_SOCKET, listener,
        threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, MHD_OPTION_END);
    if (!daemon)
        fprintf(stderr, "serve: no thread to answer from\n");
    return daemon;
}

void http_stop(struct MHD_Daemon *daemon)
{
    MHD_stop_daemon(daemon);
}
