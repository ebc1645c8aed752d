/* SPDX-License-Identifier: Apache-2.0
 *
 * evidence_codec.c: evidence as bytes, so that it continues to the last bit.
 */
#include <math.h>
#include <string.h>

#include "core/bytes.h"
#include "core/error.h"
#include "core/memory.h"
#include "sequential/evidence_state.h"

enum { FORMAT_VERSION = 1 };
static const char MAGIC[4] = {'D', 'R', 'e', 'v'};

static void write_money(drift__writer *writer, drift__money money)
{
    drift__write_double(writer, money.value);
    drift__write_varint(writer, money.scale);
}

drift_status drift_evidence_serialize(const drift_evidence *evidence, drift_buffer *out_bytes)
{
    if (!evidence || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__writer writer = {out_bytes, DRIFT_OK};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    const drift_evidence_config *config = &evidence->config;
    drift__write_u32(&writer, config->kind);
    drift__write_double(&writer, config->alpha);
    drift__write_double(&writer, config->run_length);
    drift__write_u32(&writer, config->block_rows);
    drift__write_u32(&writer, config->stride);
    drift__write_u64(&writer, config->seed);
    drift__places_write(&evidence->places, &writer);
    drift__write_u64(&writer, evidence->random.state);
    for (uint32_t j = 0; j < evidence->urn->cells; j++)
        drift__write_double(&writer, evidence->urn->start[j]);
    drift__urn_write(evidence->urn, &writer);
    write_money(&writer, evidence->last);
    write_money(&writer, evidence->largest);
    drift__write_varint(&writer, evidence->rows);
    drift__write_varint(&writer, evidence->alarm_row);
    drift__write_varint(&writer, evidence->change_row);
    drift__write_varint(&writer, evidence->open_row);
    drift__write_u32(&writer, evidence->open);
    drift__write_bytes(&writer, evidence->pending, evidence->open);
    drift__envelope_end(&writer, begin);
    return writer.status;
}

static drift_status read_created(drift__byte_reader *payload, const drift_allocator *memory,
                                 drift_evidence **out_evidence)
{
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    double start[DRIFT__URN_CELLS];
    config.kind = drift__read_u32(payload);
    config.alpha = drift__read_double(payload);
    config.run_length = drift__read_double(payload);
    config.block_rows = drift__read_u32(payload);
    config.stride = drift__read_u32(payload);
    config.seed = drift__read_u64(payload);
    config.allocator = memory;
    if (payload->failed || !config.alpha || !config.block_rows || !config.stride ||
        drift__evidence_config(&config, &config, NULL))
        return DRIFT_ERR_CORRUPT;
    drift__places places;
    drift_status status = drift__places_read(payload, memory, &places);
    if (status)
        return status;
    drift__random random = {drift__read_u64(payload)};
    for (uint32_t j = 0; j < places.cells; j++) {
        start[j] = drift__read_double(payload);
        if (!(start[j] >= 1e-3 && start[j] <= 1e16))
            status = DRIFT_ERR_CORRUPT;
    }
    if (status) {
        drift__places_destroy(&places, memory);
        return status;
    }
    return drift__evidence_create(start, &places, &config, random, out_evidence, NULL);
}

static int read_money(drift__byte_reader *payload, drift__money *out_money)
{
    out_money->value = drift__read_double(payload);
    out_money->scale = drift__read_varint(payload);
    return out_money->value >= 0 && isfinite(out_money->value) &&
           out_money->scale <= UINT64_C(1) << 62;
}

static int read_rows(drift__byte_reader *payload, drift_evidence *evidence)
{
    evidence->rows = drift__read_varint(payload);
    evidence->alarm_row = drift__read_varint(payload);
    evidence->change_row = drift__read_varint(payload);
    evidence->open_row = drift__read_varint(payload);
    evidence->open = drift__read_u32(payload);
    if (payload->failed || evidence->open >= evidence->config.block_rows ||
        evidence->rows > UINT64_C(1) << 52 || evidence->open_row > evidence->rows ||
        evidence->alarm_row > evidence->rows || evidence->change_row > evidence->alarm_row)
        return 0;
    uint64_t used = evidence->urn->rows + evidence->open, stride = evidence->config.stride;
    int counted = stride == 1 ? used == evidence->rows : used <= evidence->rows;
    if (!counted || (evidence->open && evidence->urn->blocks == 0))
        return 0;
    const uint8_t *pending = drift__read_bytes(payload, evidence->open);
    for (uint32_t i = 0; pending && i < evidence->open; i++) {
        if (pending[i] >= evidence->urn->cells)
            return 0;
        evidence->pending[i] = pending[i];
    }
    return !payload->failed && !drift__read_left(payload);
}

drift_status drift_evidence_deserialize(const void *bytes, size_t size,
                                        const drift_allocator *allocator,
                                        drift_evidence **out_evidence, drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_evidence)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(bytes, size, MAGIC, FORMAT_VERSION, "evidence",
                                               &version, &payload, error);
    if (status)
        return status;
    drift_allocator memory = drift__allocator(allocator);
    drift_evidence *evidence = NULL;
    status = read_created(&payload, &memory, &evidence);
    if (!status)
        status = drift__urn_read(evidence->urn, &payload);
    if (!status && (!read_money(&payload, &evidence->last) ||
                    !read_money(&payload, &evidence->largest) || !read_rows(&payload, evidence)))
        status = DRIFT_ERR_CORRUPT;
    if (status) {
        drift_evidence_destroy(evidence);
        return status == DRIFT_ERR_CORRUPT ? drift__fail(error, status, "evidence is damaged")
                                           : drift__fail_status(error, status);
    }
    *out_evidence = evidence;
    return DRIFT_OK;
}
