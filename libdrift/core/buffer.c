/* SPDX-License-Identifier: Apache-2.0
 *
 * buffer.c: the growing run of bytes, and its atomic way into a file.
 */
#include "core/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"

struct drift_buffer {
    drift_allocator allocator;
    char *data;
    size_t size, capacity;
};

drift_status drift_buffer_create(const drift_allocator *allocator, drift_buffer **out_buffer)
{
    if (!out_buffer)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_allocator memory = drift__allocator(allocator);
    drift_buffer *buffer = drift__allocate_zero(&memory, 1, sizeof *buffer);
    if (!buffer)
        return DRIFT_ERR_OUT_OF_MEMORY;
    buffer->allocator = memory;
    *out_buffer = buffer;
    return DRIFT_OK;
}

void drift_buffer_destroy(drift_buffer *buffer)
{
    if (!buffer)
        return;
    drift_allocator memory = buffer->allocator;
    drift__release(&memory, buffer->data);
    drift__release(&memory, buffer);
}

const void *drift_buffer_data(const drift_buffer *buffer)
{
    return buffer->data ? buffer->data : "";
}

size_t drift_buffer_size(const drift_buffer *buffer)
{
    return buffer->size;
}

void drift_buffer_reset(drift_buffer *buffer)
{
    buffer->size = 0;
    if (buffer->data)
        buffer->data[0] = '\0';
}

void drift__buffer_truncate(drift_buffer *buffer, size_t size)
{
    if (size < buffer->size) {
        buffer->size = size;
        buffer->data[size] = '\0';
    }
}

void *drift__buffer_extend(drift_buffer *buffer, size_t size)
{
    if (size >= SIZE_MAX - buffer->size - 1)
        return NULL;
    void *data = buffer->data;
    if (drift__reserve(&buffer->allocator, &data, &buffer->capacity, buffer->size + size + 1, 1))
        return NULL;
    buffer->data = data;
    char *start = buffer->data + buffer->size;
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
    return start;
}

drift_status drift_buffer_append(drift_buffer *buffer, const void *data, size_t size)
{
    if (!buffer || (!data && size))
        return DRIFT_ERR_INVALID_ARGUMENT;
    void *start = drift__buffer_extend(buffer, size);
    if (!start)
        return DRIFT_ERR_OUT_OF_MEMORY;
    if (size)
        memcpy(start, data, size);
    return DRIFT_OK;
}

drift_status drift__buffer_text(drift_buffer *buffer, const char *text)
{
    return drift_buffer_append(buffer, text, strlen(text));
}

drift_status drift__buffer_printf(drift_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *start = length < 0 ? NULL : drift__buffer_extend(buffer, (size_t)length);
    if (start)
        vsnprintf(start, (size_t)length + 1, format, again);
    va_end(again);
    return start ? DRIFT_OK : DRIFT_ERR_OUT_OF_MEMORY;
}

/* A device or pipe cannot be replaced by renaming; it is written to as it is. */
static drift_status write_in_place(const drift_buffer *buffer, const char *path, drift_error *error)
{
    int file = drift__file_open(path, O_WRONLY);
    int failed = file < 0 || drift__file_write(file, drift_buffer_data(buffer), buffer->size, -1);
    int reason = errno;
    if (file >= 0 && drift__file_close(file) && !failed) {
        failed = 1;
        reason = errno;
    }
    return failed ? drift__file_fail(error, path, "write", reason) : DRIFT_OK;
}

drift_status drift_buffer_write(const drift_buffer *buffer, const char *path, drift_error *error)
{
    if (!buffer || !path)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    struct stat existing;
    if (stat(path, &existing) == 0 && !S_ISREG(existing.st_mode))
        return S_ISDIR(existing.st_mode) ? drift__file_fail(error, path, "write", EISDIR)
                                         : write_in_place(buffer, path, error);
    drift__replacement replacement;
    drift_status status = drift__replacement_begin(&replacement, path, &buffer->allocator, error);
    if (status)
        return status;
    if (drift__file_write(replacement.file, drift_buffer_data(buffer), buffer->size, -1)) {
        status = drift__file_fail(error, path, "write", errno);
        drift__replacement_abandon(&replacement);
        return status;
    }
    status = drift__replacement_commit(&replacement, NULL, NULL, error);
    if (!status)
        drift__directory_sync(path);
    return status;
}
