/* SPDX-License-Identifier: Apache-2.0
 *
 * detector.c: the handle before all stream detectors. One block of memory holds
 * the handle, the parameters, the reference, the state and its arrays.
 */
#include "sequential/detector.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

/* Of everything inside the block. */
enum { ALIGNMENT = 16, MOST_REFERENCE = 1000000 };

static size_t rounded(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static drift_status take_parameter(const drift__detector_kind *kind,
                                   const drift_detector_parameter *given, double *values,
                                   drift_error *error)
{
    char quoted[64];
    if (!given->name)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    for (size_t k = 0; kind->parameters[k].name; k++) {
        const drift__detector_parameter *row = &kind->parameters[k];
        if (strcmp(row->name, given->name) != 0)
            continue;
        if (!(given->value >= row->low && given->value <= row->high))
            return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                               "%s of %s lies in %.10g..%.10g, %.10g does not", row->name,
                               kind->name, row->low, row->high, given->value);
        if (row->whole && given->value != floor(given->value))
            return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                               "%s of %s is a whole number, not %.10g", row->name, kind->name,
                               given->value);
        values[k] = given->value;
        return DRIFT_OK;
    }
    char all[256] = "";
    for (size_t k = 0; kind->parameters[k].name; k++)
        strcat(strcat(all, k ? ", " : ""), kind->parameters[k].name);
    return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "%s has no parameter '%s'; it has %s",
                       kind->name, drift__quote(quoted, given->name, strlen(given->name)), all);
}

static drift_status check_reference(const drift__detector_kind *kind,
                                    const drift_detector_config *config, drift_error *error)
{
    uint64_t n = config->n_reference;
    if ((n && !config->reference) || n > MOST_REFERENCE)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "a reference has at most %d values, and lies somewhere", MOST_REFERENCE);
    if (n && !kind->takes_reference)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "%s takes no reference", kind->name);
    if (!n && kind->takes_reference == 2)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "%s needs a reference", kind->name);
    for (uint64_t i = 0; i < n; i++)
        if (!(fabs(config->reference[i]) <= DRIFT__DETECTOR_LARGEST))
            return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                               "value %zu of the reference is not finite or beyond 1e100",
                               (size_t)i);
    return DRIFT_OK;
}

static drift_status check_config(const drift__detector_kind *kind,
                                 const drift_detector_config *config, double *values,
                                 drift_error *error)
{
    if (config->n_parameters && !config->parameters)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    for (size_t k = 0; kind->parameters[k].name; k++)
        values[k] = kind->parameters[k].initial;
    for (uint32_t k = 0; k < config->n_parameters; k++) {
        drift_status status = take_parameter(kind, &config->parameters[k], values, error);
        if (status)
            return status;
    }
    drift_status status = check_reference(kind, config, error);
    if (status)
        return status;
    const drift__detector_setup setup = {values, config->reference, (size_t)config->n_reference};
    const char *conflict = kind->conflict ? kind->conflict(&setup) : NULL;
    return conflict ? drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT, "%s: %s", kind->name, conflict)
                    : DRIFT_OK;
}

/* The parts of the block, which is all zero. */
static void furnish(drift_detector *detector, const drift__detector_setup *given)
{
    const drift__detector_kind *kind = detector->kind;
    size_t n = drift__detector_parameter_count(kind);
    char *at = (char *)detector + rounded(sizeof *detector);
    double *parameters = (double *)(void *)at;
    memcpy(parameters, given->parameters, n * sizeof *parameters);
    at += rounded(n * sizeof *parameters);
    double *reference = (double *)(void *)at;
    if (given->n_reference)
        memcpy(reference, given->reference, given->n_reference * sizeof *reference);
    at += rounded(given->n_reference * sizeof *reference);
    detector->setup = (drift__detector_setup){parameters, reference, given->n_reference};
    detector->state = at;
    kind->prepare(detector->state, &detector->setup, at + rounded(kind->state_size));
    drift_detector_reset(detector);
}

drift_status drift_detector_create(drift_detector_kind kind, const drift_detector_config *config,
                                   drift_detector **out_detector, drift_error *error)
{
    const drift__detector_kind *found = drift__detector_kind_get(kind);
    drift_detector_config own = DRIFT_DETECTOR_CONFIG_INIT;
    double values[DRIFT__DETECTOR_MOST_PARAMETERS];
    if (!found || !out_detector)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&own, config, sizeof own, error);
    if (!status)
        status = check_config(found, &own, values, error);
    if (status)
        return status;
    const drift__detector_setup setup = {values, own.reference, (size_t)own.n_reference};
    size_t size = rounded(sizeof(drift_detector)) +
                  rounded(drift__detector_parameter_count(found) * sizeof *values) +
                  rounded(setup.n_reference * sizeof *values) + rounded(found->state_size) +
                  rounded(found->room ? found->room(&setup) : 0);
    drift_allocator memory = drift__allocator(own.allocator);
    drift_detector *detector = drift__allocate_zero(&memory, 1, size);
    if (!detector)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    detector->allocator = memory;
    detector->number = kind;
    detector->kind = found;
    detector->size = size;
    furnish(detector, &setup);
    *out_detector = detector;
    return DRIFT_OK;
}

void drift_detector_destroy(drift_detector *detector)
{
    if (!detector)
        return;
    drift_allocator memory = detector->allocator;
    drift__release(&memory, detector);
}

void drift_detector_reset(drift_detector *detector)
{
    detector->n = 0;
    detector->signal = 0;
    detector->kind->restart(detector->state);
    if (detector->kind->begin)
        detector->kind->begin(detector->state);
}

static inline uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/*
 * The highest bit of what follows is set where a value is not of an input. Bits of doubles are
 * ordered as their magnitudes are, so it takes whole numbers only, many of them at once.
 */
static const uint64_t SIGN = UINT64_C(1) << 63, ONE = UINT64_C(0x3ff) << 52;

static inline uint64_t no_number(uint64_t bits, uint64_t largest)
{
    return largest - (bits & ~SIGN);
}

static inline uint64_t no_share(uint64_t bits)
{
    uint64_t magnitude = bits & ~SIGN;
    return (ONE - magnitude) | (bits & (0 - magnitude));
}

static inline uint64_t no_bit(uint64_t bits)
{
    uint64_t apart = bits ^ ONE;
    return (0 - (bits & ~SIGN)) & (apart | (0 - apart));
}

/* 0 and 1 and nothing else, told in fewer steps: one of two bits and no other is set in bits + LEAST. */
static int are_bits(const double *values, size_t n)
{
    const uint64_t least = UINT64_C(1) << 52, two = UINT64_C(1) << 62;
    uint64_t any = 0, sums = 0;
#pragma GCC unroll 4
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = bits_of(values[i]);
        any |= bits;
        sums |= bits + least;
    }
    return !(any & (two | SIGN)) && !(sums & ~(least | two));
}

static int takes_all(drift_detector_input input, const double *values, size_t n)
{
    const uint64_t largest = bits_of(DRIFT__DETECTOR_LARGEST);
    uint64_t bad = 0;
    if (input == DRIFT_DETECTOR_BITS && are_bits(values, n))
        return 1;
    if (input == DRIFT_DETECTOR_BITS)
        for (size_t i = 0; i < n; i++)
            bad |= no_bit(bits_of(values[i]));
    else if (input == DRIFT_DETECTOR_SHARES)
        for (size_t i = 0; i < n; i++)
            bad |= no_share(bits_of(values[i]));
    else
        for (size_t i = 0; i < n; i++)
            bad |= no_number(bits_of(values[i]), largest);
    return !(bad & SIGN);
}

static inline uint32_t take(drift_detector *detector, const drift__detector_kind *kind,
                            uint32_t before, double value)
{
    if (before & DRIFT_DETECTOR_CHANGE && !kind->keeps_window) {
        kind->restart(detector->state);
        before = 0;
    }
    return kind->update(detector->state, value, before);
}

drift_status drift_detector_add(drift_detector *detector, double value, uint32_t *out_signal)
{
    if (!detector || !takes_all(detector->kind->input, &value, 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    detector->signal = take(detector, detector->kind, detector->signal, value);
    detector->n++;
    if (out_signal)
        *out_signal = detector->signal;
    return DRIFT_OK;
}

drift_status drift_detector_update(drift_detector *detector, const double *values, size_t n,
                                   uint8_t *out_signals)
{
    if (!detector || (!values && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    const drift__detector_kind *kind = detector->kind;
    if (!takes_all(kind->input, values, n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    uint32_t signal = detector->signal;
    if (kind->run)
        signal = kind->run(detector->state, values, n, signal, out_signals);
    for (size_t i = 0; i < n && !kind->run; i++) {
        signal = take(detector, kind, signal, values[i]);
        if (out_signals)
            out_signals[i] = (uint8_t)signal;
    }
    detector->signal = signal;
    detector->n += n;
    return DRIFT_OK;
}

drift_detector_kind drift_detector_kind_of(const drift_detector *detector)
{
    return detector->number;
}

uint32_t drift_detector_signal(const drift_detector *detector)
{
    return detector->signal;
}

uint64_t drift_detector_count(const drift_detector *detector)
{
    return detector->n;
}

size_t drift_detector_memory(const drift_detector *detector)
{
    return detector->size;
}

drift_status drift_detector_parameter_value(const drift_detector *detector, const char *name,
                                            double *out_value)
{
    if (!detector || !name || !out_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t k = 0; detector->kind->parameters[k].name; k++)
        if (!strcmp(detector->kind->parameters[k].name, name)) {
            *out_value = detector->setup.parameters[k];
            return DRIFT_OK;
        }
    return DRIFT_ERR_NOT_FOUND;
}

drift_status drift_detector_reading(const drift_detector *detector, const char *name,
                                    double *out_value)
{
    if (!detector || !name || !out_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    for (size_t k = 0; detector->kind->readings[k]; k++) {
        if (strcmp(detector->kind->readings[k], name) != 0)
            continue;
        double value = detector->kind->read(detector->state, k);
        if (isnan(value))
            return DRIFT_ERR_NOT_ENOUGH_DATA;
        *out_value = value;
        return DRIFT_OK;
    }
    return DRIFT_ERR_NOT_FOUND;
}
