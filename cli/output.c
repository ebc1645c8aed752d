/* SPDX-License-Identifier: Apache-2.0
 *
 * output.c: results on their way out. Everything is rendered before the first
 * byte is written; several files are first written beside their places and
 * then moved there, so that a failure leaves every place as it was.
 */
#include "cli.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_OUTPUTS = 4 };

typedef struct output {
    char *path;   /* links resolved; NULL = stdout */
    char *staged; /* written here first; NULL = not yet */
    drift_buffer *buffer;
    int special; /* a device, a pipe, or a file without a name: written in place */
} output;

struct cli_outputs {
    output list[MOST_OUTPUTS];
    size_t n;
};

static int is_stdout(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* Both name one place: the same file, or the same name in the same folder. */
static int same_place(const char *a, const char *b)
{
    struct stat left, right;
    if (stat(a, &left) == 0 && stat(b, &right) == 0)
        return S_ISREG(left.st_mode) && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
    char *folder_a = strdup(a), *folder_b = strdup(b), *name_a = strdup(a), *name_b = strdup(b);
    int same = folder_a && folder_b && name_a && name_b &&
               strcmp(basename(name_a), basename(name_b)) == 0 &&
               stat(dirname(folder_a), &left) == 0 && stat(dirname(folder_b), &right) == 0 &&
               left.st_dev == right.st_dev && left.st_ino == right.st_ino;
    free(folder_a);
    free(folder_b);
    free(name_a);
    free(name_b);
    return same;
}

/* A state is several files: its snapshot, the one before it, and its journal. */
static int check_state(const char *state, const char *const *others, size_t n)
{
    static const char *const ends[] = {"", ".previous", ".journal"};
    int result = 0;
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !result; i++) {
        size_t size = strlen(state) + strlen(ends[i]) + 1;
        char *path = malloc(size);
        if (!path)
            return fail_memory();
        snprintf(path, size, "%s%s", state, ends[i]);
        for (size_t k = 0; k < n && !result; k++)
            if (others[k] && !is_stdout(others[k]) && same_place(path, others[k]))
                result = fail("%s belongs to --state %s: it cannot be anything else", path, state);
        free(path);
    }
    return result;
}

int outputs_check_places(const cli_options *options, int may_replace_operand)
{
    const char *outputs[] = {options->output, options->html, options->json_file,
                             options->schema_out, options->metrics};
    const char *beside_state[] = {options->metrics, options->reference, options->schema};
    if (options->state &&
        (check_state(options->state, beside_state, sizeof beside_state / sizeof *beside_state) ||
         check_state(options->state, options->operands, options->n_operands)))
        return STATUS_ERROR;
    const char *inputs[] = {options->reference, options->schema};
    enum { N_OUTPUTS = sizeof outputs / sizeof *outputs };
    for (size_t i = 0; i < N_OUTPUTS; i++) {
        if (!outputs[i] || is_stdout(outputs[i]))
            continue;
        for (size_t k = 0; k < i; k++)
            if (outputs[k] && !is_stdout(outputs[k]) && same_place(outputs[i], outputs[k]))
                return fail("two outputs name the same file, %s", outputs[i]);
        for (size_t k = 0; k < sizeof inputs / sizeof *inputs; k++)
            if (inputs[k] && same_place(outputs[i], inputs[k]))
                return fail("%s is an input: an output may not replace it", outputs[i]);
        for (size_t k = 0; k < options->n_operands && !may_replace_operand; k++)
            if (same_place(outputs[i], options->operands[k]))
                return fail("%s is an input: an output may not replace it", outputs[i]);
    }
    return 0;
}

int output_check(const char *path)
{
    struct stat status;
    if (!path || is_stdout(path))
        return 0;
    if (!*path)
        return fail("the name of an output file is empty");
    if (stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return fail("cannot write %s: it is a directory", path);
        return 0;
    }
    char *copy = strdup(path);
    if (!copy)
        return fail_memory();
    const char *folder = dirname(copy);
    int result = 0;
    if (stat(folder, &status) != 0)
        result = fail("cannot write %s: %s: %s", path, folder, strerror(errno));
    else if (!S_ISDIR(status.st_mode))
        result = fail("cannot write %s: %s is not a directory", path, folder);
    else if (access(folder, W_OK) != 0)
        result = fail("cannot write %s: %s", path, strerror(errno));
    free(copy);
    return result;
}

cli_outputs *outputs_create(void)
{
    cli_outputs *created = calloc(1, sizeof(*created));
    if (!created)
        fail_memory();
    return created;
}

void outputs_destroy(cli_outputs *outputs)
{
    if (!outputs)
        return;
    for (size_t i = 0; i < outputs->n; i++) {
        output *item = &outputs->list[i];
        if (item->staged)
            unlink(item->staged);
        free(item->staged);
        free(item->path);
        drift_buffer_destroy(item->buffer);
    }
    free(outputs);
}

drift_buffer *outputs_add(cli_outputs *outputs, const char *path)
{
    output *item = &outputs->list[outputs->n];
    struct stat status;
    if (drift_buffer_create(NULL, &item->buffer) != DRIFT_OK) {
        fail_memory();
        return NULL;
    }
    outputs->n++;
    if (is_stdout(path))
        return item->buffer;
    /* A link of /proc to a pipe, or to a file that was removed, leads somewhere but has no path. */
    int there = stat(path, &status) == 0;
    item->path = there && !S_ISREG(status.st_mode) ? NULL : realpath(path, NULL);
    item->special = there && !item->path;
    if (!item->path)
        item->path = strdup(path);
    if (!item->path) {
        fail_memory();
        return NULL;
    }
    return item->buffer;
}

static int write_all(int descriptor, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(descriptor, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

int write_stdout(const void *data, size_t size)
{
    erase_progress();
    if (write_all(STDOUT_FILENO, data, size) != 0)
        return fail("cannot write to standard output: %s", strerror(errno));
    return 0;
}

static int write_special(const output *item)
{
    int descriptor = open(item->path, O_WRONLY | O_CLOEXEC);
    int failed = descriptor < 0 || write_all(descriptor, drift_buffer_data(item->buffer),
                                             drift_buffer_size(item->buffer)) != 0;
    int reason = errno;
    if (descriptor >= 0)
        close(descriptor);
    return failed ? fail("cannot write %s: %s", item->path, strerror(reason)) : 0;
}

static int stage(output *item)
{
    drift_error error = {{0}};
    size_t size = strlen(item->path) + 40;
    char *staged = malloc(size);
    if (!staged)
        return fail_memory();
    snprintf(staged, size, "%s.new-%ld", item->path, (long)getpid());
    if (drift_buffer_write(item->buffer, staged, &error) != DRIFT_OK) {
        free(staged);
        return fail("cannot write %s: %s", item->path, error.message);
    }
    item->staged = staged;
    return 0;
}

static int move_into_place(output *item)
{
    if (rename(item->staged, item->path) != 0)
        return fail("cannot write %s: %s", item->path, strerror(errno));
    free(item->staged);
    item->staged = NULL;
    return 0;
}

static int write_files(cli_outputs *outputs)
{
    int result = 0;
    for (size_t i = 0; i < outputs->n && !result; i++) {
        output *item = &outputs->list[i];
        if (item->path && !item->special)
            result = stage(item);
    }
    for (size_t i = 0; i < outputs->n && !result; i++) {
        output *item = &outputs->list[i];
        if (item->special)
            result = write_special(item);
    }
    for (size_t i = 0; i < outputs->n && !result; i++) {
        output *item = &outputs->list[i];
        if (item->staged)
            result = move_into_place(item);
    }
    return result;
}

int outputs_commit(cli_outputs *outputs)
{
    int result = write_files(outputs);
    for (size_t i = 0; i < outputs->n && !result; i++) {
        const drift_buffer *buffer = outputs->list[i].buffer;
        if (!outputs->list[i].path)
            result = write_stdout(drift_buffer_data(buffer), drift_buffer_size(buffer));
    }
    return result;
}
