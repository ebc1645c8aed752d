/* SPDX-License-Identifier: Apache-2.0
 *
 * detector_codec.c: a stream detector as bytes, and back. Name, parameters by
 * their names, reference, then the fields of the state as its kind visits them.
 */
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "sequential/detector.h"

enum { FORMAT_VERSION = 1 };
static const char MAGIC[4] = {'D', 'R', 's', 'd'};

void drift__codec_real(drift__detector_codec *codec, double *value, double low, double high)
{
    if (codec->writer) {
        drift__write_double(codec->writer, *value);
        return;
    }
    double read = drift__read_double(codec->reader);
    if (!(read >= low && read <= high)) {
        codec->reader->failed = 1;
        read = low;
    }
    *value = read;
}

void drift__codec_reals(drift__detector_codec *codec, double *values, size_t n)
{
    for (size_t i = 0; i < n && !(codec->reader && codec->reader->failed); i++)
        drift__codec_real(codec, &values[i], -DRIFT__DETECTOR_LARGEST, DRIFT__DETECTOR_LARGEST);
}

void drift__codec_count(drift__detector_codec *codec, uint64_t *value, uint64_t high)
{
    if (codec->writer) {
        drift__write_varint(codec->writer, *value);
        return;
    }
    uint64_t read = drift__read_varint(codec->reader);
    if (read > high) {
        codec->reader->failed = 1;
        read = 0;
    }
    *value = read;
}

void drift__codec_bits(drift__detector_codec *codec, uint8_t *bits, size_t n)
{
    if (codec->writer) {
        drift__write_bytes(codec->writer, bits, n);
        return;
    }
    const uint8_t *read = drift__read_bytes(codec->reader, n);
    for (size_t i = 0; read && i < n; i++) {
        codec->reader->failed |= read[i] > 1;
        bits[i] = read[i] & 1;
    }
}

drift_status drift_detector_serialize(const drift_detector *detector, drift_buffer *out_bytes)
{
    if (!detector || !out_bytes)
        return DRIFT_ERR_INVALID_ARGUMENT;
    const drift__detector_kind *kind = detector->kind;
    drift__writer writer = {out_bytes, DRIFT_OK};
    drift__detector_codec codec = {&writer, NULL};
    size_t begin = drift__envelope_begin(&writer, MAGIC, FORMAT_VERSION);
    size_t n = drift__detector_parameter_count(kind);
    drift__write_string(&writer, kind->name, strlen(kind->name));
    drift__write_varint(&writer, n);
    for (size_t k = 0; k < n; k++) {
        drift__write_string(&writer, kind->parameters[k].name, strlen(kind->parameters[k].name));
        drift__write_double(&writer, detector->setup.parameters[k]);
    }
    drift__write_varint(&writer, detector->setup.n_reference);
    for (size_t i = 0; i < detector->setup.n_reference; i++)
        drift__write_double(&writer, detector->setup.reference[i]);
    drift__write_varint(&writer, detector->n);
    drift__write_u8(&writer, (uint8_t)detector->signal);
    kind->visit(detector->state, &codec);
    drift__envelope_end(&writer, begin);
    return writer.status;
}

/* The name as the table has it, so that it ends in a NUL. */
static const char *read_name(drift__byte_reader *payload, const drift__detector_kind *kind)
{
    size_t length = 0;
    const char *name = drift__read_string(payload, &length);
    for (size_t k = 0; name && kind->parameters[k].name; k++)
        if (strlen(kind->parameters[k].name) == length &&
            !memcmp(kind->parameters[k].name, name, length))
            return kind->parameters[k].name;
    payload->failed = 1;
    return "";
}

static drift_detector_kind read_kind(drift__byte_reader *payload)
{
    size_t length = 0;
    const char *name = drift__read_string(payload, &length);
    for (unsigned k = 0; name && k < DRIFT_DETECTOR_KINDS; k++) {
        const char *known = drift_detector_name((drift_detector_kind)k);
        if (strlen(known) == length && !memcmp(known, name, length))
            return (drift_detector_kind)k;
    }
    payload->failed = 1;
    return DRIFT_DETECTOR_ADWIN;
}

/* A detector with the parameters and the reference that the bytes begin with. */
static drift_status read_setup(drift__byte_reader *payload, const drift_allocator *memory,
                               drift_detector **out_detector)
{
    drift_detector_parameter parameters[DRIFT__DETECTOR_MOST_PARAMETERS];
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    drift_detector_kind number = read_kind(payload);
    const drift__detector_kind *kind = drift__detector_kind_get(number);
    uint64_t n = drift__read_varint(payload);
    if (payload->failed || n > drift__detector_parameter_count(kind))
        return DRIFT_ERR_CORRUPT;
    for (uint64_t k = 0; k < n; k++) {
        parameters[k].name = read_name(payload, kind);
        parameters[k].value = drift__read_double(payload);
    }
    uint64_t n_reference = drift__read_varint(payload);
    if (payload->failed || n_reference > drift__read_left(payload) / sizeof(double))
        return DRIFT_ERR_CORRUPT;
    double *reference = drift__allocate(memory, (size_t)n_reference + 1, sizeof *reference);
    if (!reference)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (uint64_t i = 0; i < n_reference; i++)
        reference[i] = drift__read_double(payload);
    config.n_parameters = (uint32_t)n;
    config.parameters = parameters;
    config.reference = n_reference ? reference : NULL;
    config.n_reference = n_reference;
    config.allocator = memory;
    drift_status status = drift_detector_create(number, &config, out_detector, NULL);
    drift__release(memory, reference);
    return status == DRIFT_ERR_INVALID_ARGUMENT ? DRIFT_ERR_CORRUPT : status;
}

static drift_status read_state(drift_detector *detector, drift__byte_reader *payload)
{
    const uint8_t all = DRIFT_DETECTOR_WARNING | DRIFT_DETECTOR_CHANGE;
    drift__detector_codec codec = {NULL, payload};
    detector->n = drift__read_varint(payload);
    detector->signal = drift__read_u8(payload);
    detector->kind->visit(detector->state, &codec);
    if (payload->failed || drift__read_left(payload) || detector->signal > all)
        return DRIFT_ERR_CORRUPT;
    if (detector->kind->settle && !detector->kind->settle(detector->state))
        return DRIFT_ERR_CORRUPT;
    return DRIFT_OK;
}

drift_status drift_detector_deserialize(const void *bytes, size_t size,
                                        const drift_allocator *allocator,
                                        drift_detector **out_detector, drift_error *error)
{
    drift__byte_reader payload;
    uint32_t version;
    if (!out_detector)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__envelope_open(bytes, size, MAGIC, FORMAT_VERSION, "detector",
                                               &version, &payload, error);
    if (status)
        return status;
    drift_allocator memory = drift__allocator(allocator);
    drift_detector *detector = NULL;
    status = read_setup(&payload, &memory, &detector);
    if (!status)
        status = read_state(detector, &payload);
    if (status) {
        drift_detector_destroy(detector);
        return status == DRIFT_ERR_CORRUPT ? drift__fail(error, status, "detector is damaged")
                                           : drift__fail_status(error, status);
    }
    *out_detector = detector;
    return DRIFT_OK;
}
