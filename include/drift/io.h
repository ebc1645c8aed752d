/* SPDX-License-Identifier: Apache-2.0
 *
 * io.h: tables from files, pipes and Arrow streams, as batches of rows; and
 * profiles from any of them.
 *
 * Thread rule: one reader serves one thread at a time; readers are independent.
 */
#ifndef DRIFT_IO_H
#define DRIFT_IO_H

#include <drift/base.h>
#include <drift/profile.h>
#include <drift/table.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_reader drift_reader;

/**
 * Open a table: `.csv`, `.tsv`, `.jsonl`, each also `.gz` or `.zst`, or "-" for
 * standard input. Format and compression are told from the first bytes and the
 * name; `config->format` overrides. Blank lines are skipped, in CSV of one
 * column too. Uses delimiter, missing, format, progress, allocator and executor
 * of `config` (NULL = defaults): with an executor pieces of a file are read side
 * by side, the same batches. A `.drift` or Parquet file is
 * DRIFT_ERR_UNSUPPORTED with a message that says what to do. Owned by the caller.
 */
DRIFT_API drift_status drift_reader_open(const char *path, const drift_profile_config *config,
                                         drift_reader **out_reader, drift_error *error);
/**
 * Reader over an Arrow C stream (`struct ArrowArrayStream *`): the stream is
 * consumed on success and released by drift_reader_destroy; its chunks are
 * held, not copied.
 */
DRIFT_API drift_status drift_reader_open_arrow(void *arrow_array_stream,
                                               const drift_allocator *allocator,
                                               drift_reader **out_reader, drift_error *error);
/** Reader over a table in memory, borrowed until destroy. */
DRIFT_API drift_status drift_reader_open_table(const drift_table *table,
                                               const drift_allocator *allocator,
                                               drift_reader **out_reader, drift_error *error);
/**
 * Reader over `n` readers one after the other, as if their rows stood in one
 * table; the readers are consumed on success. It rewinds where all of them do.
 */
DRIFT_API drift_status drift_reader_open_chain(drift_reader *const *readers, size_t n,
                                               const drift_allocator *allocator,
                                               drift_reader **out_reader, drift_error *error);
DRIFT_API void drift_reader_destroy(drift_reader *reader);
/**
 * Next rows, borrowed until the next call on `reader`; DRIFT_END after the
 * last. The set of columns may grow between batches of JSONL. Parse errors
 * name file, line and column; the rows before a fault are given out first.
 */
DRIFT_API drift_status drift_reader_next(drift_reader *reader, drift_table *out_table,
                                         drift_error *error);
/** Start again at the first row; DRIFT_ERR_UNSUPPORTED for a pipe. */
DRIFT_API drift_status drift_reader_rewind(drift_reader *reader, drift_error *error);
/** 1 where drift_reader_rewind works. */
DRIFT_API int drift_reader_rewindable(const drift_reader *reader);
/** Name for messages and results: the path as given, "-" or "memory". */
DRIFT_API const char *drift_reader_name(const drift_reader *reader);

/**
 * Profile of everything `reader` yields: a reference profile where `against`
 * is NULL, else counted in the frozen edges of `against`. A reader that
 * rewinds is read more than once for a reference; from a pipe the edges come
 * from its first R rows, and the profile says so.
 */
DRIFT_API drift_status drift_profile_build(drift_reader *reader, const drift_profile *against,
                                           const drift_profile_config *config,
                                           drift_profile **out_profile, drift_error *error);
/**
 * Read `path`: a profile written by drift_profile_write, or a table, which is
 * profiled as a reference under `config` (NULL = defaults). Owned by the caller.
 */
DRIFT_API drift_status drift_profile_read(const char *path, const drift_profile_config *config,
                                          drift_profile **out_profile, drift_error *error);
/** The same, a table counted against `reference`; a profile must be compatible with it. */
DRIFT_API drift_status drift_profile_read_against(const char *path, const drift_profile *reference,
                                                  const drift_profile_config *config,
                                                  drift_profile **out_profile, drift_error *error);

/** How a table is divided into consecutive parts: by `rows` or by `period`. */
typedef struct drift_parts_config {
    uint32_t struct_size;
    char period; /* 'D', 'W' (from Monday) or 'M', in UTC; 0 = by rows */
    char reserved[3];
    uint64_t rows;    /* rows of a part, the last one may have fewer; 0 = by period */
    const char *time; /* column of the rows' time; borrowed for the call */
} drift_parts_config;

#define DRIFT_PARTS_CONFIG_INIT {sizeof(drift_parts_config), 0, {0}, 0, NULL}

/**
 * Takes the profile of one finished part, borrowed for the call: its rows
 * first .. last, counted from 1, and "2026-11", "2026-11-02" (a day, or the
 * Monday of a week) for a period, else NULL. What it returns other than
 * DRIFT_OK ends the reading.
 */
typedef drift_status (*drift_part_callback)(void *context, const drift_profile *part,
                                            uint64_t first_row, uint64_t last_row,
                                            const char *label);
/**
 * Profile of everything `reader` yields, counted against `against`, with a
 * profile of each part on the way. A row without a time, or one that lies in
 * an earlier period than the row before, is DRIFT_ERR_PARSE with its number.
 */
DRIFT_API drift_status drift_profile_build_parts(drift_reader *reader, const drift_profile *against,
                                                 const drift_profile_config *config,
                                                 const drift_parts_config *parts,
                                                 drift_part_callback on_part, void *context,
                                                 drift_profile **out_profile, drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
