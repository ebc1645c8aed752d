/* SPDX-License-Identifier: Apache-2.0
 *
 * file.h: the system calls behind every file the library writes: whole writes,
 * and a new file that takes the place of an old one at once or not at all.
 *
 * A failed fsync or fdatasync is never tried again: the kernel may have marked
 * the pages clean, and a second call would report success for what is lost
 * (Rebello et al. 2020). Other calls that a signal interrupts are, up to
 * DRIFT__FILE_INTERRUPTIONS times.
 */
#ifndef DRIFT_CORE_FILE_H
#define DRIFT_CORE_FILE_H

#include <drift/base.h>

enum { DRIFT__FILE_INTERRUPTIONS = 1000 };

/** open(2) with O_CLOEXEC and mode 0600. -1 with errno. */
int drift__file_open(const char *path, int flags);
/** All of `data`, in as many writes as it takes; at `offset`, or where -1 at the file's. 0, or -1 with errno. */
int drift__file_write(int file, const void *data, size_t size, int64_t offset);
/** Exactly `size` bytes at `offset`; -1 with errno, 0 in errno where the file ends before. */
int drift__file_read(int file, void *out_data, size_t size, int64_t offset);
/** ftruncate(2). 0, or -1 with errno. */
int drift__file_cut(int file, int64_t size);
/** close(2), once: an interrupted one has closed. 0, or -1 with errno. */
int drift__file_close(int file);
/**
 * fsync of the directory that holds `path`, after which a new name there survives a loss of
 * power. 0, also where the file system knows no such thing; -1 with errno.
 */
int drift__directory_sync(const char *path);

/** A new file beside `path`, which may take its place. */
typedef struct drift__replacement {
    const char *path; /* borrowed */
    char *temporary;
    int file; /* write to it */
    drift_allocator allocator;
} drift__replacement;

/** Create it: a name of its own, mode 0600. */
drift_status drift__replacement_begin(drift__replacement *out_replacement, const char *path,
                                      const drift_allocator *allocator, drift_error *error);
/**
 * Sync it and rename it to `path`; the file there before, if any, becomes
 * `previous` (NULL: is lost). Ends the replacement. On failure the temporary is
 * gone and `path` is what it was; where even renaming back failed, it is
 * `previous`. `out_file` gets the descriptor, NULL closes it. The directory is not synced.
 */
drift_status drift__replacement_commit(drift__replacement *replacement, const char *previous,
                                       int *out_file, drift_error *error);
/** Remove it, without commit. */
void drift__replacement_abandon(drift__replacement *replacement);

/** DRIFT_ERR_IO: "path: cannot `what`: the reason". */
drift_status drift__file_fail(drift_error *error, const char *path, const char *what, int reason);

#endif
