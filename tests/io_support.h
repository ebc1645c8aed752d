/* SPDX-License-Identifier: Apache-2.0
 *
 * io_support.h: files, pipes and tables as text, for the tests of readers.
 */
#ifndef TESTS_IO_SUPPORT_H
#define TESTS_IO_SUPPORT_H

#include <check.h>
#include <drift/drift.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Write `size` bytes to a new file whose name ends in `suffix`; `out_path` takes 256 bytes. */
static inline void write_file(char out_path[256], const char *suffix, const void *bytes,
                              size_t size)
{
    const char *directory = getenv("TMPDIR");
    snprintf(out_path, 256, "%s/drift-test-XXXXXX%s", directory ? directory : P_tmpdir, suffix);
    int file = mkstemps(out_path, (int)strlen(suffix));
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, bytes, size), (ssize_t)size);
    close(file);
}

/** A pipe that delivers `size` bytes, in pieces of `piece`; `out_path` takes 256 bytes. */
static inline void open_pipe(char out_path[256], const char *bytes, size_t size, size_t piece)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    if (fork() == 0) {
        close(ends[0]);
        for (size_t at = 0; at < size;) {
            ssize_t done = write(ends[1], bytes + at, size - at < piece ? size - at : piece);
            if (done < 0)
                break;
            at += (size_t)done;
        }
        _exit(0);
    }
    close(ends[1]);
    snprintf(out_path, 256, "/proc/self/fd/%d", ends[0]);
}

/** One value: <> missing, 'text' string, true/false, else the token as it is. */
static inline void print_value(drift_buffer *out, const drift_value *value)
{
    const char *quote = value->tag == DRIFT_VALUE_STRING ? "'" : "";
    if (value->tag == DRIFT_VALUE_MISSING) {
        drift_buffer_append(out, "<>", 2);
    } else if (value->tag == DRIFT_VALUE_BOOL) {
        drift_buffer_append(out, value->as.integer ? "true" : "false", value->as.integer ? 4 : 5);
    } else {
        drift_buffer_append(out, quote, strlen(quote));
        drift_buffer_append(out, value->as.string, value->length);
        drift_buffer_append(out, quote, strlen(quote));
    }
}

static inline void print_table(drift_buffer *out, const drift_table *table)
{
    for (uint64_t row = 0; row < table->n_rows; row++) {
        for (uint32_t i = 0; i < table->n_columns; i++) {
            ck_assert_uint_eq(table->columns[i].layout, DRIFT_LAYOUT_VALUE);
            if (i)
                drift_buffer_append(out, "|", 1);
            print_value(out, (const drift_value *)table->columns[i].data + row);
        }
        drift_buffer_append(out, "\n", 1);
    }
}

/** All rows of a reader, then the names: "1|2\n[a|b]"; or the message of its failure. */
static inline void print_reader(drift_buffer *out, drift_reader *reader)
{
    drift_error error;
    drift_table table = DRIFT_TABLE_INIT;
    drift_status status;
    while ((status = drift_reader_next(reader, &table, &error)) == DRIFT_OK)
        print_table(out, &table);
    if (status != DRIFT_END) {
        drift_buffer_reset(out);
        drift_buffer_append(out, error.message, strlen(error.message));
        return;
    }
    for (uint32_t i = 0; i < table.n_columns; i++) {
        drift_buffer_append(out, i ? "|" : "[", 1);
        drift_buffer_append(out, table.names[i], strlen(table.names[i]));
    }
    drift_buffer_append(out, "]", 1);
}

/** What a file of these bytes reads as; messages without the file's name. Owned by the caller. */
static inline char *read_bytes(const char *suffix, const void *bytes, size_t size,
                               const drift_profile_config *config)
{
    char path[256];
    drift_error error;
    drift_reader *reader;
    drift_buffer *out;
    ck_assert_int_eq(drift_buffer_create(NULL, &out), DRIFT_OK);
    write_file(path, suffix, bytes, size);
    if (drift_reader_open(path, config, &reader, &error) == DRIFT_OK) {
        print_reader(out, reader);
        drift_reader_destroy(reader);
    } else {
        drift_buffer_append(out, error.message, strlen(error.message));
    }
    unlink(path);
    const char *text = drift_buffer_data(out);
    size_t length = strlen(path);
    char *copy = strdup(strncmp(text, path, length) == 0 ? text + length + 2 : text);
    drift_buffer_destroy(out);
    return copy;
}

static inline void check_bytes(const char *suffix, const void *bytes, size_t size,
                               const drift_profile_config *config, const char *expected)
{
    char *found = read_bytes(suffix, bytes, size, config);
    ck_assert_str_eq(found, expected);
    free(found);
}

#endif
