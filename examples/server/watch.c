/* SPDX-License-Identifier: Apache-2.0
 *
 * watch.c: alerts become lines and a retraining, that a new reference.
 */
#include "watch.h"
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "generation.h"

static int complain(drift_status status, const drift_error *error)
{
    if (status != DRIFT_OK)
        fprintf(stderr, "serve: %s\n", error->message);
    return status != DRIFT_OK;
}

static void print_alert(const drift_alert *alert, void *context)
{
    const watch *watched = context;
    drift_buffer_reset(watched->line);
    if (drift_alert_render_json(alert, watched->line) == DRIFT_OK)
        fwrite(drift_buffer_data(watched->line), 1, drift_buffer_size(watched->line), stdout);
    fflush(stdout);
}

/* The environment and `name`=`value`; from malloc, with the text in the same piece. */
static char **environment_with(const char *name, const char *value, size_t size)
{
    size_t n = 0, length = strlen(name);
    while (environ[n])
        n++;
    char **copy = malloc((n + 2) * sizeof(*copy) + length + size + 2);
    if (!copy)
        return NULL;
    char *text = (char *)(copy + n + 2);
    memcpy(text, name, length);
    text[length] = '=';
    memcpy(text + length + 1, value, size);
    text[length + 1 + size] = 0;
    copy[0] = text;
    memcpy(copy + 1, environ, (n + 1) * sizeof(*copy));
    return copy;
}

/* In a group of its own, so that all of it can be ended; with no signal blocked. */
static pid_t start_shell(const char *command, char **environment)
{
    char *const arguments[] = {"sh", "-c", (char *)(uintptr_t)command, NULL};
    posix_spawnattr_t settings;
    sigset_t none;
    pid_t started = 0;
    sigemptyset(&none);
    posix_spawnattr_init(&settings);
    posix_spawnattr_setsigmask(&settings, &none);
    posix_spawnattr_setflags(&settings, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    if (posix_spawn(&started, "/bin/sh", NULL, &settings, arguments, environment))
        started = 0;
    posix_spawnattr_destroy(&settings);
    return started;
}

static void start_retraining(const drift_alert *alert, void *context)
{
    watch *watched = context;
    if (watched->retraining)
        return;
    drift_buffer_reset(watched->line);
    if (drift_alert_render_json(alert, watched->line) != DRIFT_OK)
        return;
    char **environment = environment_with("DRIFT_ALERT", drift_buffer_data(watched->line),
                                          drift_buffer_size(watched->line));
    if (environment)
        watched->retraining = start_shell(watched->config.retrain, environment);
    if (!watched->retraining)
        fprintf(stderr, "serve: the retraining could not be started\n");
    free(environment);
}

static int follow_link(watch *watched)
{
    if (realpath(watched->config.link, watched->folder))
        return 0;
    fprintf(stderr, "serve: there is no %s\n", watched->config.link);
    return -1;
}

int watch_open(watch *watched, const watch_config *given)
{
    drift_error error = {{0}};
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    drift_profile *reference = NULL;
    *watched = (watch){.config = *given, .judging = PTHREAD_MUTEX_INITIALIZER};
    if (follow_link(watched) || !(reference = generation_reference(watched->folder)))
        return -1;
    config.window_rows = given->window_rows;
    config.alpha = given->alpha;
    config.retrain_interval_seconds = given->retrain_seconds;
    config.model = "credit";
    drift_status status = drift_buffer_create(NULL, &watched->line);
    if (!status)
        status = drift_monitor_create(reference, &config, &watched->monitor, &error);
    drift_profile_destroy(reference);
    if (complain(status, &error))
        return -1;
    drift_monitor_on_alert(watched->monitor, print_alert, watched);
    if (given->retrain)
        drift_monitor_on_retrain(watched->monitor, start_retraining, watched);
    return 0;
}

void watch_close(watch *watched)
{
    if (watched->retraining) {
        kill(-watched->retraining, SIGTERM);
        waitpid(watched->retraining, NULL, 0);
    }
    drift_monitor_destroy(watched->monitor);
    drift_buffer_destroy(watched->line);
}

void watch_poll(watch *watched)
{
    drift_error error = {{0}};
    pthread_mutex_lock(&watched->judging);
    complain(drift_monitor_poll(watched->monitor, &error), &error);
    pthread_mutex_unlock(&watched->judging);
}

int watch_retrained(watch *watched)
{
    int code = 0;
    if (!watched->retraining || waitpid(watched->retraining, &code, WNOHANG) == 0)
        return 0;
    watched->retraining = 0;
    if (code == 0 && follow_link(watched) == 0)
        return 1;
    fprintf(stderr, "serve: retraining failed, the model stays\n");
    return 0;
}

int watch_rebase(watch *watched, const char *folder)
{
    drift_error error = {{0}};
    drift_profile *reference = generation_reference(folder);
    if (!reference)
        return -1;
    pthread_mutex_lock(&watched->judging);
    drift_status status = drift_monitor_rebase(watched->monitor, reference, &error);
    pthread_mutex_unlock(&watched->judging);
    drift_profile_destroy(reference);
    return complain(status, &error);
}

char *watch_render(watch *watched, size_t *out_size)
{
    size_t size = 0;
    char *text = NULL;
    pthread_mutex_lock(&watched->judging);
    drift_status status = drift_monitor_render_openmetrics(watched->monitor, NULL, 0, &size);
    while (status == DRIFT_ERR_TOO_SMALL) { /* rows are observed meanwhile and gain digits */
        free(text);
        text = malloc(size);
        if (!text)
            break;
        status = drift_monitor_render_openmetrics(watched->monitor, text, size, &size);
    }
    pthread_mutex_unlock(&watched->judging);
    *out_size = size;
    if (status == DRIFT_OK)
        return text;
    free(text);
    return NULL;
}
