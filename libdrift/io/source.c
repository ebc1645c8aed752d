/* SPDX-License-Identifier: Apache-2.0
 *
 * source.c: read(2), decompression and the kept prefix of a pipe, in that order.
 */
#include "io/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/memory.h"
#include "io/decoder.h"

enum { INPUT_BYTES = 128 << 10, PEEK_BYTES = 4096, MAGIC_BYTES = 4 };

struct drift__source {
    drift_allocator allocator;
    char *path;
    int file;
    int owns_file;
    int seekable;
    off_t start;
    uint64_t size; /* of the file; 0 = unknown */
    uint64_t taken;
    unsigned pass, passes;
    drift_progress progress;
    void *progress_context;

    uint8_t *input; /* raw bytes not yet decoded */
    size_t input_at, input_end;
    int input_ended;
    drift__decoder *decoder; /* NULL = as they are */

    uint8_t peeked[PEEK_BYTES];
    size_t peek_at, peek_end;

    char *prefix; /* of a pipe: everything delivered so far */
    size_t prefix_size, prefix_capacity, replay;
    int keeping, pinned;
};

const char *drift__source_path(const drift__source *source)
{
    return source->path;
}

const char *drift__source_label(const drift__source *source)
{
    return strcmp(source->path, "-") == 0 ? "standard input" : source->path;
}

static drift_status cannot_read(const drift__source *source, int reason, drift_error *error)
{
    return drift__fail(error, DRIFT_ERR_IO, "%s: cannot read: %s", drift__source_label(source),
                       strerror(reason));
}

static drift_status open_file(drift__source *source, drift_error *error)
{
    struct stat facts;
    source->owns_file = strcmp(source->path, "-") != 0;
    source->file = source->owns_file ? open(source->path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (source->file < 0 || fstat(source->file, &facts))
        return cannot_read(source, errno, error);
    if (S_ISDIR(facts.st_mode))
        return cannot_read(source, EISDIR, error);
    source->start = S_ISREG(facts.st_mode) ? lseek(source->file, 0, SEEK_CUR) : -1;
    source->seekable = source->start >= 0;
    source->keeping = !source->seekable;
    if (source->seekable && facts.st_size > source->start)
        source->size = (uint64_t)(facts.st_size - source->start);
    return DRIFT_OK;
}

drift_status drift__source_report(const drift__source *source, drift_error *error)
{
    if (source->progress &&
        source->progress(source->taken + source->pass * source->size, source->passes * source->size,
                         source->progress_context))
        return drift__fail(error, DRIFT_ERR_CANCELLED, "%s: cancelled by the caller",
                           drift__source_label(source));
    return DRIFT_OK;
}

/* read(2) into `out`; 0 bytes at the end. What a signal interrupts the caller may cancel. */
static drift_status take(drift__source *source, void *out, size_t capacity, size_t *out_size,
                         drift_error *error)
{
    ssize_t got = read(source->file, out, capacity);
    for (; got < 0 && errno == EINTR; got = read(source->file, out, capacity)) {
        drift_status status = source->seekable ? DRIFT_OK : drift__source_report(source, error);
        if (status)
            return status;
    }
    if (got < 0)
        return cannot_read(source, errno, error);
    source->taken += (uint64_t)got;
    *out_size = (size_t)got;
    return DRIFT_OK;
}

static drift_status fill_input(drift__source *source, drift_error *error)
{
    size_t kept = source->input_end - source->input_at, got = 0;
    memmove(source->input, source->input + source->input_at, kept);
    source->input_at = 0;
    source->input_end = kept;
    drift_status status = take(source, source->input + kept, INPUT_BYTES - kept, &got, error);
    if (status)
        return status;
    source->input_end += got;
    source->input_ended = got == 0;
    return DRIFT_OK;
}

static drift_status detect_compression(drift__source *source, drift_error *error)
{
    drift_status status = DRIFT_OK;
    while (status == DRIFT_OK && source->input_end < MAGIC_BYTES && !source->input_ended)
        status = fill_input(source, error);
    if (status)
        return status;
    drift__compression compression = drift__compression_of(source->input, source->input_end);
    if (compression != DRIFT__COMPRESSION_NONE)
        status = drift__decoder_create(compression, &source->allocator, &source->decoder);
    return status ? drift__fail_status(error, status) : DRIFT_OK;
}

drift_status drift__source_open(const char *path, const drift_profile_config *config,
                                drift__source **out_source, drift_error *error)
{
    drift_allocator memory = drift__allocator(config->allocator);
    drift__source *source = drift__allocate_zero(&memory, 1, sizeof *source);
    if (!source)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    source->allocator = memory;
    source->file = -1;
    source->passes = 1;
    source->progress = config->progress;
    source->progress_context = config->progress_context;
    source->path = drift__copy_string(&memory, path, strlen(path));
    source->input = drift__allocate(&memory, INPUT_BYTES, 1);
    drift_status status = DRIFT_OK;
    if (!source->path || !source->input)
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    if (status == DRIFT_OK)
        status = open_file(source, error);
    if (status == DRIFT_OK)
        status = detect_compression(source, error);
    if (status == DRIFT_OK)
        status = drift__source_report(source, error);
    if (status) {
        drift__source_destroy(source);
        return status;
    }
    *out_source = source;
    return DRIFT_OK;
}

void drift__source_destroy(drift__source *source)
{
    if (!source)
        return;
    drift_allocator memory = source->allocator;
    if (source->owns_file && source->file >= 0)
        close(source->file);
    drift__decoder_destroy(source->decoder);
    drift__release(&memory, source->prefix);
    drift__release(&memory, source->input);
    drift__release(&memory, source->path);
    drift__release(&memory, source);
}

static drift_status read_plain(drift__source *source, void *out, size_t capacity, size_t *out_size,
                               drift_error *error)
{
    size_t held = source->input_end - source->input_at;
    if (!held)
        return source->input_ended ? (*out_size = 0, DRIFT_OK)
                                   : take(source, out, capacity, out_size, error);
    *out_size = held < capacity ? held : capacity;
    memcpy(out, source->input + source->input_at, *out_size);
    source->input_at += *out_size;
    return DRIFT_OK;
}

static drift_status read_decoded(drift__source *source, void *out, size_t capacity,
                                 size_t *out_size, drift_error *error)
{
    for (;;) {
        const uint8_t *at = source->input + source->input_at, *before = at;
        const char *problem = NULL;
        drift_status status =
            drift__decoder_run(source->decoder, &at, source->input + source->input_end, out,
                               capacity, out_size, &problem);
        if (status == DRIFT_ERR_CORRUPT)
            return drift__fail(error, status, "%s: the compressed data is damaged: %s",
                               drift__source_label(source), problem);
        if (status)
            return drift__fail_status(error, status);
        source->input_at += (size_t)(at - before);
        if (*out_size)
            return DRIFT_OK;
        if (source->input_at < source->input_end && at > before)
            continue;
        if (source->input_ended)
            return drift__decoder_complete(source->decoder)
                       ? DRIFT_OK
                       : drift__fail(error, DRIFT_ERR_CORRUPT,
                                     "%s: the compressed data ends too early: the file is cut off",
                                     drift__source_label(source));
        status = fill_input(source, error);
        if (status)
            return status;
    }
}

static drift_status keep(drift__source *source, const void *bytes, size_t size)
{
    size_t total = source->prefix_size + size;
    if (!source->pinned && total > DRIFT__PREFIX_BYTES) {
        source->keeping = 0;
        drift__release(&source->allocator, source->prefix);
        source->prefix = NULL;
        source->prefix_size = source->prefix_capacity = source->replay = 0;
        return DRIFT_OK;
    }
    void *prefix = source->prefix;
    drift_status status =
        drift__reserve(&source->allocator, &prefix, &source->prefix_capacity, total, 1);
    source->prefix = prefix;
    if (status)
        return status;
    memcpy(source->prefix + source->prefix_size, bytes, size);
    source->prefix_size = source->replay = total;
    return DRIFT_OK;
}

static drift_status read_again(drift__source *source, void *out, size_t capacity, size_t *out_size)
{
    size_t left = source->prefix_size - source->replay;
    *out_size = left < capacity ? left : capacity;
    memcpy(out, source->prefix + source->replay, *out_size);
    source->replay += *out_size;
    return DRIFT_OK;
}

static drift_status read_new(drift__source *source, void *out, size_t capacity, size_t *out_size,
                             drift_error *error)
{
    if (source->keeping && source->replay < source->prefix_size)
        return read_again(source, out, capacity, out_size);
    drift_status status = source->decoder ? read_decoded(source, out, capacity, out_size, error)
                                          : read_plain(source, out, capacity, out_size, error);
    if (status == DRIFT_OK && source->keeping && *out_size &&
        (status = keep(source, out, *out_size)))
        drift__fail_status(error, status);
    return status;
}

drift_status drift__source_peek(drift__source *source, const uint8_t **out_bytes, size_t *out_size,
                                drift_error *error)
{
    size_t got = 1;
    while (source->peek_end - source->peek_at < MAGIC_BYTES && got) {
        size_t held = source->peek_end - source->peek_at;
        memmove(source->peeked, source->peeked + source->peek_at, held);
        source->peek_at = 0;
        source->peek_end = held;
        drift_status status =
            read_new(source, source->peeked + held, PEEK_BYTES - held, &got, error);
        if (status)
            return status;
        source->peek_end += got;
    }
    *out_bytes = source->peeked + source->peek_at;
    *out_size = source->peek_end - source->peek_at;
    return DRIFT_OK;
}

drift_status drift__source_read(drift__source *source, void *out, size_t capacity, size_t *out_size,
                                drift_error *error)
{
    size_t held = source->peek_end - source->peek_at;
    if (!held)
        return read_new(source, out, capacity, out_size, error);
    *out_size = held < capacity ? held : capacity;
    memcpy(out, source->peeked + source->peek_at, *out_size);
    source->peek_at += *out_size;
    return DRIFT_OK;
}

int drift__source_seekable(const drift__source *source)
{
    return source->seekable;
}

drift_status drift__source_rewind(drift__source *source, drift_error *error)
{
    source->peek_at = source->peek_end = 0;
    if (source->seekable) {
        if (lseek(source->file, source->start, SEEK_SET) < 0)
            return cannot_read(source, errno, error);
        source->taken = 0;
        source->input_at = source->input_end = 0;
        source->input_ended = 0;
        if (source->decoder)
            drift__decoder_reset(source->decoder);
        return DRIFT_OK;
    }
    if (!source->keeping)
        return drift__fail(error, DRIFT_ERR_UNSUPPORTED,
                           "%s: a pipe cannot be read from its beginning again",
                           drift__source_label(source));
    source->replay = 0;
    return DRIFT_OK;
}

void drift__source_pin(drift__source *source, int pinned)
{
    source->pinned = pinned;
}

int drift__source_prefix_full(const drift__source *source)
{
    return source->prefix_size >= DRIFT__PREFIX_BYTES;
}

int drift__source_prefix_kept(const drift__source *source)
{
    return source->keeping;
}

void drift__source_pass(drift__source *source, unsigned pass, unsigned passes)
{
    source->pass = pass;
    source->passes = passes;
}
