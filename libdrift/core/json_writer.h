/* SPDX-License-Identifier: Apache-2.0
 *
 * json_writer.h: a JSON writer that places the commas.
 */
#ifndef DRIFT_CORE_JSON_WRITER_H
#define DRIFT_CORE_JSON_WRITER_H

#include <drift/base.h>

/** After the first failure every further write does nothing; `status` keeps the reason. */
typedef struct drift__json_writer {
    drift_buffer *buffer;
    drift_status status;
    int needs_comma;
} drift__json_writer;

void drift__json_open(drift__json_writer *writer, char bracket);
void drift__json_close(drift__json_writer *writer, char bracket);
void drift__json_key(drift__json_writer *writer, const char *name);
void drift__json_text(drift__json_writer *writer, const char *text, size_t length);
void drift__json_number(drift__json_writer *writer, double value);
void drift__json_count(drift__json_writer *writer, uint64_t value);
void drift__json_null(drift__json_writer *writer);
/** A key and its value: text, a count, a number or null where it does not exist. */
void drift__json_word(drift__json_writer *writer, const char *name, const char *text);
void drift__json_count_field(drift__json_writer *writer, const char *name, uint64_t value);
void drift__json_optional(drift__json_writer *writer, const char *name, int exists, double value);
/** Text as it is: true, false, a line break. */
void drift__json_literal(drift__json_writer *writer, const char *text);

#endif
