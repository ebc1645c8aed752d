/* SPDX-License-Identifier: Apache-2.0
 *
 * snapshot.c: two generations of a file. A damaged one never takes the place
 * of a whole one.
 */
#include "monitor/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/buffer.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"

static const char magic[4] = "DRsn";
enum { FORMAT = 1 };

static char *previous_path(const char *path, const drift_allocator *allocator)
{
    size_t room = strlen(path) + sizeof ".previous";
    char *previous = drift__allocate(allocator, room, 1);
    if (previous)
        snprintf(previous, room, "%s.previous", path);
    return previous;
}

/* The bytes of the open file, appended to `buffer`. */
static drift_status take_file(int file, const char *path, drift_buffer *buffer, drift_error *error)
{
    struct stat state;
    if (fstat(file, &state))
        return drift__file_fail(error, path, "read", errno);
    if (!S_ISREG(state.st_mode) || state.st_size > DRIFT__SNAPSHOT_MOST)
        return drift__fail(error, DRIFT_ERR_CORRUPT, "%s: not a snapshot", path);
    void *start = drift__buffer_extend(buffer, (size_t)state.st_size);
    if (!start)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    if (!drift__file_read(file, start, (size_t)state.st_size, 0))
        return DRIFT_OK;
    return errno ? drift__file_fail(error, path, "read", errno)
                 : drift__fail(error, DRIFT_ERR_CORRUPT, "%s: it became shorter", path);
}

/* One generation: its file into `file_bytes`, what it holds is `out_payload`. */
static drift_status read_one(const char *path, drift_buffer *file_bytes,
                             drift__byte_reader *out_payload, drift_error *error)
{
    uint32_t format;
    drift_error why;
    int file = drift__file_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return drift__fail(error, errno == ENOENT ? DRIFT_ERR_NOT_FOUND : DRIFT_ERR_IO,
                           "%s: cannot open: %s", path, strerror(errno));
    drift_buffer_reset(file_bytes);
    drift_status status = take_file(file, path, file_bytes, error);
    drift__file_close(file);
    if (status)
        return status;
    status = drift__envelope_open(drift_buffer_data(file_bytes), drift_buffer_size(file_bytes),
                                  magic, FORMAT, "snapshot", &format, out_payload, &why);
    return status ? drift__fail(error, status, "%s: %s", path, why.message) : DRIFT_OK;
}

/* The new generation in its place; `previous` NULL keeps the older one where it is. */
static drift_status put(const char *path, const char *previous, const drift_buffer *bytes,
                        const drift_allocator *allocator, drift_error *error)
{
    drift__replacement replacement;
    drift_status status = drift__replacement_begin(&replacement, path, allocator, error);
    if (status)
        return status;
    if (drift__file_write(replacement.file, drift_buffer_data(bytes), drift_buffer_size(bytes),
                          -1)) {
        status = drift__file_fail(error, path, "write", errno);
        drift__replacement_abandon(&replacement);
        return status;
    }
    status = drift__replacement_commit(&replacement, previous, NULL, error);
    if (!status && drift__directory_sync(path))
        status = drift__file_fail(error, path, "sync the directory of", errno);
    return status;
}

drift_status drift__snapshot_write(const char *path, const void *bytes, size_t size,
                                   const drift_allocator *allocator, drift_error *error)
{
    drift_allocator memory = drift__allocator(allocator);
    drift_buffer *buffer = NULL;
    drift__byte_reader payload;
    char *previous = previous_path(path, &memory);
    drift_status status =
        previous ? drift_buffer_create(&memory, &buffer) : DRIFT_ERR_OUT_OF_MEMORY;
    if (status) {
        drift__release(&memory, previous);
        return drift__fail_status(error, status);
    }
    int whole = read_one(path, buffer, &payload, NULL) == DRIFT_OK;
    drift_buffer_reset(buffer);
    drift__writer writer = {buffer, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, magic, FORMAT);
    drift__write_bytes(&writer, bytes, size);
    drift__envelope_end(&writer, begin);
    status = writer.status ? drift__fail_status(error, writer.status)
                           : put(path, whole ? previous : NULL, buffer, &memory, error);
    drift_buffer_destroy(buffer);
    drift__release(&memory, previous);
    return status;
}

static drift_status read_either(const char *path, const char *previous, drift_buffer *file_bytes,
                                drift__byte_reader *out_payload, drift__snapshot_origin *origin,
                                drift_error *error)
{
    drift_status newest = read_one(path, file_bytes, out_payload, &origin->reason);
    if (newest == DRIFT_OK)
        return DRIFT_OK;
    origin->previous = 1;
    if (newest == DRIFT_ERR_UNSUPPORTED || newest == DRIFT_ERR_OUT_OF_MEMORY)
        return drift__fail(error, newest, "%s", origin->reason.message);
    drift_status older = read_one(previous, file_bytes, out_payload, error);
    /* Neither: the newest file's fault is the one to tell, if there is that file. */
    if (older && newest != DRIFT_ERR_NOT_FOUND)
        return drift__fail(error, newest, "%s", origin->reason.message);
    return older;
}

drift_status drift__snapshot_read(const char *path, drift_buffer *out_bytes,
                                  drift__snapshot_origin *out_origin,
                                  const drift_allocator *allocator, drift_error *error)
{
    drift_allocator memory = drift__allocator(allocator);
    drift_buffer *buffer = NULL;
    drift__byte_reader payload;
    drift__snapshot_origin origin = {0, {""}};
    char *previous = previous_path(path, &memory);
    drift_status status =
        previous ? drift_buffer_create(&memory, &buffer) : DRIFT_ERR_OUT_OF_MEMORY;
    if (status)
        drift__fail_status(error, status);
    else
        status = read_either(path, previous, buffer, &payload, &origin, error);
    if (!status) {
        status = drift_buffer_append(out_bytes, payload.at, drift__read_left(&payload));
        if (status)
            drift__fail_status(error, status);
    }
    if (!status && out_origin)
        *out_origin = origin;
    drift_buffer_destroy(buffer);
    drift__release(&memory, previous);
    return status;
}
