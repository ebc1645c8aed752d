/* SPDX-License-Identifier: Apache-2.0
 *
 * file.c: whole writes, and replacing a file at once or not at all: new file,
 * fsync, rename.
 */
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/memory.h"

/* 1 where the call that answered `result` was interrupted and may be made again. */
static int again(ssize_t result, unsigned *interruptions)
{
    return result < 0 && errno == EINTR && ++*interruptions < DRIFT__FILE_INTERRUPTIONS;
}

int drift__file_open(const char *path, int flags)
{
    unsigned interruptions = 0;
    int file;
    do {
        file = open(path, flags | O_CLOEXEC, 0600);
    } while (again(file, &interruptions));
    return file;
}

int drift__file_write(int file, const void *data, size_t size, int64_t offset)
{
    const char *at = data;
    unsigned interruptions = 0;
    while (size) {
        ssize_t written =
            offset < 0 ? write(file, at, size) : pwrite(file, at, size, (off_t)offset);
        if (again(written, &interruptions))
            continue;
        if (written == 0)
            errno = EIO;
        if (written <= 0)
            return -1;
        interruptions = 0;
        at += written;
        size -= (size_t)written;
        if (offset >= 0)
            offset += written;
    }
    return 0;
}

int drift__file_read(int file, void *out_data, size_t size, int64_t offset)
{
    char *at = out_data;
    unsigned interruptions = 0;
    while (size) {
        ssize_t got = pread(file, at, size, (off_t)offset);
        if (again(got, &interruptions))
            continue;
        if (got == 0)
            errno = 0;
        if (got <= 0)
            return -1;
        at += got;
        size -= (size_t)got;
        offset += got;
    }
    return 0;
}

int drift__file_cut(int file, int64_t size)
{
    unsigned interruptions = 0;
    int result;
    do {
        result = ftruncate(file, (off_t)size);
    } while (again(result, &interruptions));
    return result;
}

int drift__file_close(int file)
{
    return close(file) && errno != EINTR ? -1 : 0;
}

int drift__directory_sync(const char *path)
{
    char directory[4096];
    size_t length = strlen(path);
    while (length && path[length - 1] != '/')
        length--;
    if (length >= sizeof directory) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(directory, length ? path : ".", length ? length : 1);
    directory[length ? length : 1] = '\0';
    int file = drift__file_open(directory, O_RDONLY | O_DIRECTORY);
    if (file < 0)
        return -1;
    int failed = fsync(file) && errno != EINVAL && errno != ENOTSUP;
    int reason = errno;
    drift__file_close(file);
    errno = reason;
    return failed ? -1 : 0;
}

drift_status drift__file_fail(drift_error *error, const char *path, const char *what, int reason)
{
    return drift__fail(error, DRIFT_ERR_IO, "%s: cannot %s: %s", path, what, strerror(reason));
}

drift_status drift__replacement_begin(drift__replacement *out_replacement, const char *path,
                                      const drift_allocator *allocator, drift_error *error)
{
    size_t room = strlen(path) + 32;
    char *temporary = drift__allocate(allocator, room, 1);
    if (!temporary)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    int file = -1;
    for (unsigned attempt = 0; attempt < 100 && file < 0; attempt++) {
        snprintf(temporary, room, "%s.%ld.%u.tmp", path, (long)getpid(), attempt);
        file = drift__file_open(temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW);
        if (file < 0 && errno != EEXIST)
            break;
    }
    if (file < 0) {
        drift_status status = drift__file_fail(error, path, "write", errno);
        drift__release(allocator, temporary);
        return status;
    }
    *out_replacement = (drift__replacement){path, temporary, file, *allocator};
    return DRIFT_OK;
}

void drift__replacement_abandon(drift__replacement *replacement)
{
    unlink(replacement->temporary);
    if (replacement->file >= 0)
        drift__file_close(replacement->file);
    drift__release(&replacement->allocator, replacement->temporary);
}

/* The renames; 0 or errno. */
static int take_place(const drift__replacement *replacement, const char *previous)
{
    if (previous && rename(replacement->path, previous) && errno != ENOENT)
        return errno;
    if (!rename(replacement->temporary, replacement->path))
        return 0;
    int reason = errno;
    if (previous && access(replacement->path, F_OK))
        rename(previous, replacement->path);
    return reason;
}

drift_status drift__replacement_commit(drift__replacement *replacement, const char *previous,
                                       int *out_file, drift_error *error)
{
    int reason = fsync(replacement->file) ? errno : 0;
    if (!reason && !out_file) {
        reason = drift__file_close(replacement->file) ? errno : 0;
        replacement->file = -1;
    }
    if (!reason)
        reason = take_place(replacement, previous);
    if (reason) {
        drift_status status = drift__file_fail(error, replacement->path, "write", reason);
        drift__replacement_abandon(replacement);
        return status;
    }
    if (out_file)
        *out_file = replacement->file;
    drift__release(&replacement->allocator, replacement->temporary);
    return DRIFT_OK;
}
