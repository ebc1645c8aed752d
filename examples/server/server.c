/* SPDX-License-Identifier: Apache-2.0
 *
 * server.c: serve LINK: the model in the folder that LINK leads to, over HTTP (http.h), watched by
 * libdrift. Alerts are printed, one JSON line each. SIGTERM ends it.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "variants.h"

static const char usage[] =
    "usage: serve [OPTION...] FOLDER      with model.json and reference.drift; or a link to one\n"
    "  --port N              8080; 0 = any, which is printed\n"
    "  --threads N           that answer, of each process (4, in workers 1)\n"
    "  --workers N           processes that share the socket, in place of one process\n"
    "  --window ROWS         1000\n"
    "  --alpha P             probability of a false alarm, for ever (0.01)\n"
    "  --retrain COMMAND     run by an alert; moves the link, then the server follows\n"
    "  --retrain-seconds N   least time between two (0)\n"
    "  --unobserved          without libdrift\n";

static int read_options(int argc, char **argv, serve_config *out_config)
{
    enum { PORT, THREADS, WORKERS, WINDOW, ALPHA, RETRAIN, RETRAIN_SECONDS, UNOBSERVED };
    static const struct option options[] = {{"port", 1, NULL, PORT},
                                            {"threads", 1, NULL, THREADS},
                                            {"workers", 1, NULL, WORKERS},
                                            {"window", 1, NULL, WINDOW},
                                            {"alpha", 1, NULL, ALPHA},
                                            {"retrain", 1, NULL, RETRAIN},
                                            {"retrain-seconds", 1, NULL, RETRAIN_SECONDS},
                                            {"unobserved", 0, NULL, UNOBSERVED},
                                            {NULL, 0, NULL, 0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        unsigned long number = optarg ? strtoul(optarg, NULL, 10) : 0;
        switch (option) {
        case PORT:
            out_config->port = (unsigned)number;
            break;
        case THREADS:
            out_config->threads = (unsigned)number;
            break;
        case WORKERS:
            out_config->workers = (unsigned)number;
            break;
        case WINDOW:
            out_config->watch.window_rows = number;
            break;
        case ALPHA:
            out_config->watch.alpha = strtod(optarg, NULL);
            break;
        case RETRAIN:
            out_config->watch.retrain = optarg;
            break;
        case RETRAIN_SECONDS:
            out_config->watch.retrain_seconds = strtod(optarg, NULL);
            break;
        case UNOBSERVED:
            out_config->unobserved = 1;
            break;
        default:
            return -1;
        }
    }
    out_config->watch.link = argv[optind];
    return argc == optind + 1 ? 0 : -1;
}

int main(int argc, char **argv)
{
    serve_config config = {.port = 8080, .watch.window_rows = 1000};
    sigset_t signals;
    if (read_options(argc, argv, &config)) {
        fputs(usage, stderr);
        return 2;
    }
    if (config.threads == 0)
        config.threads = config.workers ? 1 : 4;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL); /* for the threads and processes made later too */
    return config.workers ? serve_workers(&config) : serve_threads(&config);
}
