/* SPDX-License-Identifier: Apache-2.0
 *
 * detector_kind.h: what a stream detector is to the handle: its parameters, its
 * state as plain memory, and how it takes a value.
 */
#ifndef DRIFT_SEQUENTIAL_DETECTOR_KIND_H
#define DRIFT_SEQUENTIAL_DETECTOR_KIND_H

#include <drift/detector.h>

#include "core/bytes.h"

enum { DRIFT__DETECTOR_MOST_PARAMETERS = 8 };
#define DRIFT__DETECTOR_LARGEST 1e100 /* of a value: sums and squares stay finite */

typedef struct drift__detector_parameter {
    const char *name;
    double initial, low, high;
    int whole;
} drift__detector_parameter;

/** What a detector is made of: `parameters` in the order of its table, values in range. */
typedef struct drift__detector_setup {
    const double *parameters;
    const double *reference; /* finite */
    size_t n_reference;
} drift__detector_setup;

/** Goes over the fields of a state, either way: writes them, or reads them back, checked. */
typedef struct drift__detector_codec {
    drift__writer *writer;      /* NULL when reading */
    drift__byte_reader *reader; /* NULL when writing */
} drift__detector_codec;

/** `low` <= value <= `high`; anything else fails the reader and reads as `low`. */
void drift__codec_real(drift__detector_codec *codec, double *value, double low, double high);
void drift__codec_reals(drift__detector_codec *codec, double *values, size_t n);
/** 0 <= value <= `high`. */
void drift__codec_count(drift__detector_codec *codec, uint64_t *value, uint64_t high);
/** `n` bytes of 0 or 1. */
void drift__codec_bits(drift__detector_codec *codec, uint8_t *bits, size_t n);

typedef struct drift__detector_kind {
    const char *name;
    drift_detector_input input;
    int keeps_window;    /* a change does not restart it */
    int takes_reference; /* 1: may have one, 2: must */
    const drift__detector_parameter *parameters;
    const char *const *readings; /* ends in NULL */
    size_t state_size;
    /** Why these do not go together; NULL: they do. May be NULL. */
    const char *(*conflict)(const drift__detector_setup *setup);
    /** Bytes needed behind the state; may be NULL for none. No overflow for parameters in range. */
    size_t (*room)(const drift__detector_setup *setup);
    /** Set what never changes; the state is all zero, `room` too. */
    void (*prepare)(void *state, const drift__detector_setup *setup, void *room);
    /** Forget everything seen. */
    void (*restart)(void *state);
    /** After the restart at creation or by request, not after a change. May be NULL. */
    void (*begin)(void *state);
    /** Take a value of the kind's input; `before` are the bits of the last one. */
    uint32_t (*update)(void *state, double value, uint32_t before);
    /**
     * Take values one after another, `signals` (may be NULL) gets the bits of each; returns the last
     * ones. What restarts does so here. NULL: by `update`.
     */
    uint32_t (*run)(void *state, const double *values, size_t n, uint32_t before, uint8_t *signals);
    /** Reading `k`; NaN where it does not exist yet. */
    double (*read)(const void *state, size_t k);
    /** Every field that changes, in a fixed order. */
    void (*visit)(void *state, drift__detector_codec *codec);
    /** After reading: derive what is not stored; 0 where the fields contradict each other. May be NULL. */
    int (*settle)(void *state);
} drift__detector_kind;

/**
 * `update` and `run` of a state `type` by `step(type *, double value, uint32_t before)` and `restart`.
 * Over many values the state is a copy that no one else sees, so that it stays in registers.
 */
#define DRIFT__DETECTOR_RUN(type, step, keeps_window)                                              \
    static uint32_t update(void *state, double value, uint32_t before)                             \
    {                                                                                              \
        return step(state, value, before);                                                         \
    }                                                                                              \
                                                                                                   \
    static uint32_t run(void *state, const double *values, size_t n, uint32_t before,              \
                        uint8_t *signals)                                                          \
    {                                                                                              \
        type own = *(type *)state;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            if (before & DRIFT_DETECTOR_CHANGE && !(keeps_window)) {                               \
                restart(&own);                                                                     \
                before = 0;                                                                        \
            }                                                                                      \
            before = step(&own, values[i], before);                                                \
            if (signals)                                                                           \
                signals[i] = (uint8_t)before;                                                      \
        }                                                                                          \
        *(type *)state = own;                                                                      \
        return before;                                                                             \
    }

/** The kind of a number; NULL where there is none. */
const drift__detector_kind *drift__detector_kind_get(drift_detector_kind kind);
size_t drift__detector_parameter_count(const drift__detector_kind *kind);

extern const drift__detector_kind drift__adwin, drift__ddm, drift__eddm, drift__rddm, drift__hddm_a,
    drift__hddm_w, drift__fhddm, drift__page_hinkley, drift__kswin, drift__seed, drift__cusum,
    drift__ecdd, drift__shewhart, drift__gma, drift__stepd, drift__bocd, drift__incremental_ks;

#endif
