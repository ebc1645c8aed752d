/* SPDX-License-Identifier: Apache-2.0
 *
 * decoder.h: gzip and Zstandard streams, a piece at a time. Members and frames
 * that follow each other are one text.
 */
#ifndef DRIFT_IO_DECODER_H
#define DRIFT_IO_DECODER_H

#include <drift/base.h>

typedef enum drift__compression {
    DRIFT__COMPRESSION_NONE = 0,
    DRIFT__COMPRESSION_GZIP,
    DRIFT__COMPRESSION_ZSTD
} drift__compression;

/** Told from the first bytes. */
drift__compression drift__compression_of(const uint8_t *bytes, size_t size);

typedef struct drift__decoder drift__decoder;

drift_status drift__decoder_create(drift__compression compression, const drift_allocator *allocator,
                                   drift__decoder **out_decoder);
void drift__decoder_destroy(drift__decoder *decoder);
/** Ready for the first byte again. */
void drift__decoder_reset(drift__decoder *decoder);
/**
 * Decode from `*at .. end` (moves `*at`) into `out`; `*out_size` may come back
 * 0 where more input is needed. On DRIFT_ERR_CORRUPT `*out_problem` is a phrase.
 */
drift_status drift__decoder_run(drift__decoder *decoder, const uint8_t **at, const uint8_t *end,
                                void *out, size_t capacity, size_t *out_size,
                                const char **out_problem);
/** 1 where the input may end here: between members or frames. */
int drift__decoder_complete(const drift__decoder *decoder);

#endif
