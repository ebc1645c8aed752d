/* SPDX-License-Identifier: Apache-2.0
 *
 * error.c: statuses, messages, and configuration structures of any age.
 */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

#define DRIFT_STATUS_CASE(name, number, text)                                                      \
    case name:                                                                                     \
        return text;

const char *drift_status_string(drift_status status)
{
    switch (status) {
        DRIFT_STATUS_TABLE(DRIFT_STATUS_CASE)
    }
    return "unknown status";
}

uint32_t drift_abi_version(void)
{
    return DRIFT_ABI_VERSION;
}

const char *drift_version(void)
{
    return DRIFT_VERSION_STRING;
}

static void one_line(char *message)
{
    for (unsigned char *c = (unsigned char *)message; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            *c = ' ';
}

drift_status drift__fail(drift_error *error, drift_status status, const char *format, ...)
{
    if (!error)
        return status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    one_line(error->message);
    return status;
}

drift_status drift__fail_status(drift_error *error, drift_status status)
{
    return drift__fail(error, status, "%s", drift_status_string(status));
}

const char *drift__quote(char out[64], const char *text, size_t length)
{
    const size_t limit = 40;
    size_t used = 0, at = 0;
    while (at < length) {
        size_t step = drift__utf8_step(text + at, length - at);
        size_t width = step ? step : 1;
        if (used + width > limit)
            break;
        if (!step || (unsigned char)text[at] < 0x20 || text[at] == 0x7f)
            out[used++] = '?';
        else
            for (size_t i = 0; i < width; i++)
                out[used++] = text[at + i];
        at += width;
    }
    strcpy(out + used, at < length ? "..." : "");
    return out;
}

drift_status drift__config_copy(void *out, const void *config, size_t size, drift_error *error)
{
    if (!config)
        return DRIFT_OK;
    uint32_t given;
    memcpy(&given, config, sizeof given);
    if (given < sizeof given)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "struct_size of a configuration is %u: start from its _INIT macro",
                           (unsigned)given);
    for (size_t i = size; i < given; i++)
        if (((const unsigned char *)config)[i])
            return drift__fail(error, DRIFT_ERR_UNSUPPORTED,
                               "the configuration sets a field this version does not know");
    memcpy(out, config, given < size ? given : size);
    uint32_t known = (uint32_t)size;
    memcpy(out, &known, sizeof known);
    return DRIFT_OK;
}
