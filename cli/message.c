/* SPDX-License-Identifier: Apache-2.0
 *
 * message.c: what the command says to people: errors, warnings, progress.
 * Data goes to stdout, all of this to stderr.
 */
#include "cli.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static int progress_shown;

/* A name from outside may hold line breaks or terminal escapes: one line stays one line. */
static void print_line(const char *prefix, const char *format, va_list arguments)
{
    char line[2048];
    vsnprintf(line, sizeof(line), format, arguments);
    for (char *p = line; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    }
    erase_progress();
    fflush(stdout);
    fprintf(stderr, "drift: %s%s\n", prefix, line);
}

int fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line("", format, arguments);
    va_end(arguments);
    return STATUS_ERROR;
}

void warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line("warning: ", format, arguments);
    va_end(arguments);
}

int fail_memory(void)
{
    return fail("out of memory");
}

double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int show_progress(uint64_t done, uint64_t total, void *context)
{
    static double started, last;
    if (!isatty(STDERR_FILENO))
        return 0;
    double now = seconds_now();
    if (started <= 0)
        started = now;
    if (now - started < 0.5 || now - last < 0.1)
        return 0;
    last = now;
    progress_shown = 1;
    if (total > 0) {
        double share = done < total ? (double)done / (double)total : 1.0;
        fprintf(stderr, "\r\033[K%.200s %3.0f %%", (const char *)context, 100.0 * share);
    } else {
        fprintf(stderr, "\r\033[K%.200s %.1f million", (const char *)context, 1e-6 * (double)done);
    }
    fflush(stderr);
    return 0;
}

void erase_progress(void)
{
    if (progress_shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    progress_shown = 0;
}

drift_text_config text_config(void)
{
    drift_text_config config = DRIFT_TEXT_CONFIG_INIT;
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    if (!isatty(STDOUT_FILENO))
        return config;
    config.color = !(no_color && *no_color) && !(terminal && strcmp(terminal, "dumb") == 0);
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        config.width = size.ws_col;
    return config;
}
