/* SPDX-License-Identifier: Apache-2.0
 *
 * failing_calls.h: system calls that fail when they are told to. The linker's --wrap leads the
 * library's through here; for one file of a program.
 */
#ifndef DRIFT_TESTS_FAILING_CALLS_H
#define DRIFT_TESTS_FAILING_CALLS_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

/* What the armed call does instead. SHORT: half of a write. */
enum { SHORT = -1 };

typedef struct trap {
    int armed, forever, what; /* what: errno, or SHORT */
    unsigned call, calls;     /* the one that fails, from 1; those seen */
    int sync_failed;          /* no descriptor whose sync failed may be synced or written again */
    int bad_file;
} trap;

static trap calls_fail;

/* 1 where this call has to fail, with errno set. */
static int falls(void)
{
    if (!calls_fail.armed)
        return 0;
    calls_fail.calls++;
    if (calls_fail.calls != calls_fail.call &&
        !(calls_fail.forever && calls_fail.calls > calls_fail.call))
        return 0;
    errno = calls_fail.what == SHORT ? EIO : calls_fail.what;
    return 1;
}

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __real_close(int file);
int __wrap_close(int file);
int __real_fsync(int file);
int __wrap_fsync(int file);
int __real_fdatasync(int file);
int __wrap_fdatasync(int file);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_ftruncate64(int file, off_t size);
int __wrap_ftruncate64(int file, off_t size);
ssize_t __real_write(int file, const void *bytes, size_t size);
ssize_t __wrap_write(int file, const void *bytes, size_t size);
ssize_t __real_pwrite64(int file, const void *bytes, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int file, const void *bytes, size_t size, off_t offset);

int __wrap_open64(const char *path, int flags, ...)
{
    return falls() ? -1 : __real_open64(path, flags, 0600);
}

/* The descriptor is gone, whatever close answers. */
int __wrap_close(int file)
{
    int reason, fell = falls();
    reason = errno;
    if (file == calls_fail.bad_file)
        calls_fail.bad_file = -1;
    __real_close(file);
    errno = reason;
    return fell ? -1 : 0;
}

static int sync_with(int file, int (*real)(int))
{
    if (calls_fail.armed)
        ck_assert_msg(file != calls_fail.bad_file, "a failed sync was tried again");
    if (!falls())
        return real(file);
    calls_fail.bad_file = file;
    calls_fail.sync_failed++;
    return -1;
}

int __wrap_fsync(int file)
{
    return sync_with(file, __real_fsync);
}

int __wrap_fdatasync(int file)
{
    return sync_with(file, __real_fdatasync);
}

int __wrap_rename(const char *from, const char *to)
{
    return falls() ? -1 : __real_rename(from, to);
}

int __wrap_ftruncate64(int file, off_t size)
{
    return falls() ? -1 : __real_ftruncate64(file, size);
}

/* Of a write that falls, a part may have got through. */
ssize_t __wrap_write(int file, const void *bytes, size_t size)
{
    if (!falls())
        return __real_write(file, bytes, size);
    int reason = errno;
    ssize_t part = size > 1 ? __real_write(file, bytes, size / 2) : 0;
    errno = reason;
    if (calls_fail.what == SHORT && part > 0)
        return part;
    if (part > 0)
        lseek(file, -part, SEEK_CUR);
    errno = reason;
    return -1;
}

ssize_t __wrap_pwrite64(int file, const void *bytes, size_t size, off_t offset)
{
    if (!falls())
        return __real_pwrite64(file, bytes, size, offset);
    int reason = errno;
    ssize_t part = size > 1 ? __real_pwrite64(file, bytes, size / 2, offset) : 0;
    errno = reason;
    return calls_fail.what == SHORT && part > 0 ? part : -1;
}

static inline int open_files(void)
{
    int n = 0;
    for (int file = 0; file < 256; file++)
        n += fcntl(file, F_GETFD) >= 0;
    return n;
}

static inline void arm(unsigned call, int what, int forever)
{
    calls_fail = (trap){.armed = 1, .call = call, .what = what, .forever = forever, .bad_file = -1};
}

static const int refusals[] = {ENOSPC, EIO, EDQUOT, EINTR, SHORT};
enum { REFUSALS = sizeof refusals / sizeof *refusals };

#endif
