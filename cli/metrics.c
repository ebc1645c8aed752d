/* SPDX-License-Identifier: Apache-2.0
 *
 * metrics.c: the file of --metrics, written anew while a stream is watched.
 */
#include "cli.h"
#include <stdlib.h>
#include <string.h>

/* At most one writing a second for rows alone; a folder that refuses is asked again after a minute. */
static const double PERIOD = 1, PERIOD_AFTER_FAILURE = 60;

const char *metrics_model(const char *reference, char *out_name, size_t size)
{
    const char *slash = strrchr(reference, '/');
    const char *name = slash ? slash + 1 : reference;
    const char *dot = strrchr(name, '.');
    size_t length = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    if (strcmp(reference, "-") == 0 || length == 0 || length >= size)
        return NULL;
    memcpy(out_name, name, length);
    out_name[length] = '\0';
    return out_name;
}

static int render(const drift_monitor *monitor, drift_buffer *out_text)
{
    size_t size = 0;
    drift_monitor_render_openmetrics(monitor, NULL, 0, &size);
    char *text = malloc(size);
    int failed = !text || drift_monitor_render_openmetrics(monitor, text, size, &size) ||
                 drift_buffer_append(out_text, text, size);
    free(text);
    return failed ? fail_memory() : 0;
}

int metrics_write(metrics_file *file, const drift_monitor *monitor)
{
    if (!file->path)
        return 0;
    cli_outputs *outputs = outputs_create();
    if (!outputs)
        return STATUS_ERROR;
    drift_buffer *text = outputs_add(outputs, file->path);
    int result = text ? render(monitor, text) : STATUS_ERROR;
    if (!result)
        result = outputs_commit(outputs);
    outputs_destroy(outputs);
    file->windows = drift_monitor_windows(monitor);
    file->due = seconds_now() + (result ? PERIOD_AFTER_FAILURE : PERIOD);
    file->failed = result;
    return result;
}

void metrics_refresh(metrics_file *file, const drift_monitor *monitor)
{
    int judged = file->windows != drift_monitor_windows(monitor) && !file->failed;
    if (file->path && (judged || seconds_now() >= file->due))
        metrics_write(file, monitor);
}
