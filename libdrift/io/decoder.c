/* SPDX-License-Identifier: Apache-2.0
 *
 * decoder.c: zlib's inflate (RFC 1952) and libzstd (RFC 8878) behind one
 * face. A Zstandard window may take at most 128 MB, whatever a frame asks for.
 */
#include "io/decoder.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "core/memory.h"

enum { LARGEST_WINDOW_LOG = 27 };

struct drift__decoder {
    drift_allocator allocator;
    drift__compression compression;
    int complete;   /* no member or frame is open */
    int holds_more; /* the last call filled its output: there may be more without input */
    int has_inflate;
    z_stream inflate;
    ZSTD_DCtx *zstd;
};

drift__compression drift__compression_of(const uint8_t *bytes, size_t size)
{
    if (size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b)
        return DRIFT__COMPRESSION_GZIP;
    if (size >= 4 && memcmp(bytes, "\x28\xb5\x2f\xfd", 4) == 0)
        return DRIFT__COMPRESSION_ZSTD;
    /* A skippable frame comes first in files of some parallel compressors. */
    if (size >= 4 && (bytes[0] & 0xf0) == 0x50 && memcmp(bytes + 1, "\x2a\x4d\x18", 3) == 0)
        return DRIFT__COMPRESSION_ZSTD;
    return DRIFT__COMPRESSION_NONE;
}

static void *zlib_allocate(void *context, unsigned count, unsigned size)
{
    return drift__allocate(context, count, size);
}

static void zlib_release(void *context, void *memory)
{
    drift__release(context, memory);
}

static drift_status begin(drift__decoder *decoder)
{
    if (decoder->compression == DRIFT__COMPRESSION_ZSTD) {
        decoder->zstd = ZSTD_createDCtx();
        if (!decoder->zstd)
            return DRIFT_ERR_OUT_OF_MEMORY;
        ZSTD_DCtx_setParameter(decoder->zstd, ZSTD_d_windowLogMax, LARGEST_WINDOW_LOG);
        return DRIFT_OK;
    }
    decoder->inflate.zalloc = zlib_allocate;
    decoder->inflate.zfree = zlib_release;
    decoder->inflate.opaque = &decoder->allocator;
    if (inflateInit2(&decoder->inflate, 15 + 16) != Z_OK)
        return DRIFT_ERR_OUT_OF_MEMORY;
    decoder->has_inflate = 1;
    return DRIFT_OK;
}

drift_status drift__decoder_create(drift__compression compression, const drift_allocator *allocator,
                                   drift__decoder **out_decoder)
{
    drift__decoder *decoder = drift__allocate_zero(allocator, 1, sizeof *decoder);
    if (!decoder)
        return DRIFT_ERR_OUT_OF_MEMORY;
    decoder->allocator = *allocator;
    decoder->compression = compression;
    decoder->complete = 1;
    drift_status status = begin(decoder);
    if (status) {
        drift__decoder_destroy(decoder);
        return status;
    }
    *out_decoder = decoder;
    return DRIFT_OK;
}

void drift__decoder_destroy(drift__decoder *decoder)
{
    if (!decoder)
        return;
    drift_allocator memory = decoder->allocator;
    if (decoder->has_inflate)
        inflateEnd(&decoder->inflate);
    ZSTD_freeDCtx(decoder->zstd);
    drift__release(&memory, decoder);
}

void drift__decoder_reset(drift__decoder *decoder)
{
    if (decoder->has_inflate)
        inflateReset(&decoder->inflate);
    if (decoder->zstd)
        ZSTD_DCtx_reset(decoder->zstd, ZSTD_reset_session_only);
    decoder->complete = 1;
    decoder->holds_more = 0;
}

static drift_status run_gzip(drift__decoder *decoder, const uint8_t **at, const uint8_t *end,
                             void *out, size_t capacity, size_t *out_size, const char **out_problem)
{
    z_stream *stream = &decoder->inflate;
    size_t input = (size_t)(end - *at);
    if (decoder->complete) {
        inflateReset(stream);
        decoder->complete = 0;
    }
    stream->next_in = (Bytef *)(uintptr_t)*at;
    stream->avail_in = input > UINT_MAX ? UINT_MAX : (unsigned)input;
    stream->next_out = out;
    stream->avail_out = capacity > UINT_MAX ? UINT_MAX : (unsigned)capacity;
    int result = inflate(stream, Z_NO_FLUSH);
    *at = stream->next_in;
    *out_size = (size_t)(stream->next_out - (Bytef *)out);
    decoder->holds_more = stream->avail_out == 0;
    if (result == Z_STREAM_END) {
        decoder->complete = 1;
        decoder->holds_more = 0;
    } else if (result == Z_MEM_ERROR) {
        return DRIFT_ERR_OUT_OF_MEMORY;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        *out_problem = stream->msg ? stream->msg : "it is not valid";
        return DRIFT_ERR_CORRUPT;
    }
    return DRIFT_OK;
}

static drift_status run_zstd(drift__decoder *decoder, const uint8_t **at, const uint8_t *end,
                             void *out, size_t capacity, size_t *out_size, const char **out_problem)
{
    ZSTD_inBuffer input = {*at, (size_t)(end - *at), 0};
    ZSTD_outBuffer output = {out, capacity, 0};
    size_t result = ZSTD_decompressStream(decoder->zstd, &output, &input);
    if (ZSTD_isError(result)) {
        *out_problem = ZSTD_getErrorName(result);
        return DRIFT_ERR_CORRUPT;
    }
    *at += input.pos;
    *out_size = output.pos;
    decoder->complete = result == 0;
    decoder->holds_more = result != 0 && output.pos == output.size;
    return DRIFT_OK;
}

drift_status drift__decoder_run(drift__decoder *decoder, const uint8_t **at, const uint8_t *end,
                                void *out, size_t capacity, size_t *out_size,
                                const char **out_problem)
{
    *out_size = 0;
    if (capacity == 0 || (*at == end && !decoder->holds_more))
        return DRIFT_OK;
    if (decoder->compression == DRIFT__COMPRESSION_ZSTD)
        return run_zstd(decoder, at, end, out, capacity, out_size, out_problem);
    return run_gzip(decoder, at, end, out, capacity, out_size, out_problem);
}

int drift__decoder_complete(const drift__decoder *decoder)
{
    return decoder->complete;
}
