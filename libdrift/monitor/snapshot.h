/* SPDX-License-Identifier: Apache-2.0
 *
 * snapshot.h: the state of a monitor in a file, whole or not there, and the
 * generation before it.
 */
#ifndef DRIFT_MONITOR_SNAPSHOT_H
#define DRIFT_MONITOR_SNAPSHOT_H

#include <drift/base.h>

enum { DRIFT__SNAPSHOT_MOST = 1 << 30 }; /* bytes of a file */

/**
 * Write `size` bytes as the next generation: a new file of mode 0600 beside `path`, synced,
 * renamed to `path`, the directory synced; the one before it becomes `path`.previous, unless
 * it is damaged: then `path`.previous stays. On the disk when this returns DRIFT_OK. On failure
 * (DRIFT_ERR_IO, DRIFT_ERR_OUT_OF_MEMORY) a later load gives the generation before or, where only
 * the directory could not be synced, either. One writer at a time.
 */
drift_status drift__snapshot_write(const char *path, const void *bytes, size_t size,
                                   const drift_allocator *allocator, drift_error *error);

/** Which file a snapshot came from, and why. */
typedef struct drift__snapshot_origin {
    int previous;       /* 1: `path`.previous, because of `reason` */
    drift_error reason; /* why `path` could not be used; else empty */
} drift__snapshot_origin;

/**
 * The newest whole generation, appended to `out_bytes`. DRIFT_ERR_NOT_FOUND where there is
 * neither file, DRIFT_ERR_CORRUPT where none is whole, DRIFT_ERR_UNSUPPORTED where the newest is of
 * a later format. Links are not followed. `out_origin` may be NULL.
 */
drift_status drift__snapshot_read(const char *path, drift_buffer *out_bytes,
                                  drift__snapshot_origin *out_origin,
                                  const drift_allocator *allocator, drift_error *error);

#endif
