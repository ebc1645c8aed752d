/* SPDX-License-Identifier: Apache-2.0
 *
 * json_writer.c: brackets, commas and values in the right order.
 */
#include "core/json_writer.h"

#include <string.h>

#include "core/buffer.h"
#include "core/json.h"

static void keep(drift__json_writer *writer, drift_status status)
{
    if (!writer->status)
        writer->status = status;
}

static void separate(drift__json_writer *writer)
{
    if (writer->needs_comma && !writer->status)
        keep(writer, drift_buffer_append(writer->buffer, ",", 1));
    writer->needs_comma = 1;
}

void drift__json_open(drift__json_writer *writer, char bracket)
{
    separate(writer);
    if (!writer->status)
        keep(writer, drift_buffer_append(writer->buffer, &bracket, 1));
    writer->needs_comma = 0;
}

void drift__json_close(drift__json_writer *writer, char bracket)
{
    if (!writer->status)
        keep(writer, drift_buffer_append(writer->buffer, &bracket, 1));
    writer->needs_comma = 1;
}

void drift__json_key(drift__json_writer *writer, const char *name)
{
    drift__json_text(writer, name, strlen(name));
    if (!writer->status)
        keep(writer, drift_buffer_append(writer->buffer, ":", 1));
    writer->needs_comma = 0;
}

void drift__json_text(drift__json_writer *writer, const char *text, size_t length)
{
    separate(writer);
    if (!writer->status)
        keep(writer, drift__json_string(writer->buffer, text, length));
}

void drift__json_number(drift__json_writer *writer, double value)
{
    separate(writer);
    if (!writer->status)
        keep(writer, drift__json_double(writer->buffer, value));
}

void drift__json_count(drift__json_writer *writer, uint64_t value)
{
    separate(writer);
    if (!writer->status)
        keep(writer, drift__buffer_printf(writer->buffer, "%llu", (unsigned long long)value));
}

void drift__json_null(drift__json_writer *writer)
{
    separate(writer);
    if (!writer->status)
        keep(writer, drift__buffer_text(writer->buffer, "null"));
}

void drift__json_literal(drift__json_writer *writer, const char *text)
{
    if (text[0] != '\n')
        separate(writer);
    if (!writer->status)
        keep(writer, drift__buffer_text(writer->buffer, text));
}

void drift__json_word(drift__json_writer *writer, const char *name, const char *text)
{
    drift__json_key(writer, name);
    drift__json_text(writer, text, strlen(text));
}

void drift__json_count_field(drift__json_writer *writer, const char *name, uint64_t value)
{
    drift__json_key(writer, name);
    drift__json_count(writer, value);
}

void drift__json_optional(drift__json_writer *writer, const char *name, int exists, double value)
{
    drift__json_key(writer, name);
    if (exists)
        drift__json_number(writer, value);
    else
        drift__json_null(writer);
}
