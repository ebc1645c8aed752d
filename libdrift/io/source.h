/* SPDX-License-Identifier: Apache-2.0
 *
 * source.h: the bytes of a file, of standard input or of a pipe, decompressed
 * where their first bytes say so.
 */
#ifndef DRIFT_IO_SOURCE_H
#define DRIFT_IO_SOURCE_H

#include <drift/base.h>
#include <drift/profile.h>

/** Bytes that are kept of a pipe, so that its beginning can be read again. */
enum { DRIFT__PREFIX_BYTES = 32 << 20 };

typedef struct drift__source drift__source;

/** Open `path`, "-" for standard input. Takes progress and allocator of `config`. */
drift_status drift__source_open(const char *path, const drift_profile_config *config,
                                drift__source **out_source, drift_error *error);
void drift__source_destroy(drift__source *source);
/** The path as given, and as messages name it ("standard input" for "-"). */
const char *drift__source_path(const drift__source *source);
const char *drift__source_label(const drift__source *source);
/** The next bytes without taking them: at least 4, fewer only at the end. Borrowed until read. */
drift_status drift__source_peek(drift__source *source, const uint8_t **out_bytes, size_t *out_size,
                                drift_error *error);
/** Tell the caller's progress how far reading has come; DRIFT_ERR_CANCELLED where it says so. */
drift_status drift__source_report(const drift__source *source, drift_error *error);
/** Take between 1 and `capacity` bytes, 0 only at the end. */
drift_status drift__source_read(drift__source *source, void *out, size_t capacity, size_t *out_size,
                                drift_error *error);

/** 1 for a regular file. */
int drift__source_seekable(const drift__source *source);
/** Back to the first byte: a regular file always, a pipe while its prefix is kept. */
drift_status drift__source_rewind(drift__source *source, drift_error *error);
/**
 * Keep the prefix of a pipe beyond its limit (1), or let it go once the limit
 * is passed or it was read again (0, as after opening).
 */
void drift__source_pin(drift__source *source, int pinned);
/** 1 once the prefix has reached its limit. */
int drift__source_prefix_full(const drift__source *source);
/** 1 while a pipe can be read from its first byte again. */
int drift__source_prefix_kept(const drift__source *source);
/** Progress is reported as pass `pass` (from 0) of `passes` over the file. */
void drift__source_pass(drift__source *source, unsigned pass, unsigned passes);

#endif
