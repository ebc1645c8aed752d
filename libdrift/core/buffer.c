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
#include <unistd.h>

#include "core/error.h"
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

static int write_all(int file, const char *data, size_t size)
{
    while (size) {
        ssize_t written = write(file, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        data += written;
        size -= (size_t)written;
    }
    return 0;
}

static void sync_directory(const char *path, size_t length)
{
    char directory[4096];
    while (length && path[length - 1] != '/')
        length--;
    if (length >= sizeof directory)
        return;
    memcpy(directory, length ? path : ".", length ? length : 1);
    directory[length ? length : 1] = '\0';
    int file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file >= 0) {
        fsync(file);
        close(file);
    }
}

drift_status drift_buffer_write(const drift_buffer *buffer, const char *path, drift_error *error)
{
    if (!buffer || !path)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    struct stat existing;
    if (stat(path, &existing) == 0 && !S_ISREG(existing.st_mode)) {
        /* A device or pipe cannot be replaced by renaming; it is written to as it is. */
        int file = S_ISDIR(existing.st_mode) ? -1 : open(path, O_WRONLY | O_CLOEXEC);
        if (S_ISDIR(existing.st_mode))
            errno = EISDIR;
        int failed = file < 0 || write_all(file, drift_buffer_data(buffer), buffer->size);
        int reason = errno;
        if (file >= 0 && close(file) && !failed) {
            failed = 1;
            reason = errno;
        }
        return failed ? drift__fail(error, DRIFT_ERR_IO, "%s: cannot write: %s", path,
                                    strerror(reason))
                      : DRIFT_OK;
    }
    size_t length = strlen(path);
    char *temporary = drift__allocate(&buffer->allocator, length + 32, 1);
    if (!temporary)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    int file = -1;
    for (unsigned attempt = 0; attempt < 100 && file < 0; attempt++) {
        snprintf(temporary, length + 32, "%s.%ld.%u.tmp", path, (long)getpid(), attempt);
        file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (file < 0 && errno != EEXIST)
            break;
    }
    drift_status status = DRIFT_OK;
    if (file < 0) {
        status = drift__fail(error, DRIFT_ERR_IO, "%s: cannot write: %s", path, strerror(errno));
        drift__release(&buffer->allocator, temporary);
        return status;
    }
    int failed = write_all(file, drift_buffer_data(buffer), buffer->size) || fsync(file);
    int reason = errno;
    if (close(file) && !failed) {
        failed = 1;
        reason = errno;
    }
    if (!failed && rename(temporary, path)) {
        failed = 1;
        reason = errno;
    }
    if (failed) {
        unlink(temporary);
        status = drift__fail(error, DRIFT_ERR_IO, "%s: cannot write: %s", path, strerror(reason));
    } else {
        sync_directory(path, length);
    }
    drift__release(&buffer->allocator, temporary);
    return status;
}
