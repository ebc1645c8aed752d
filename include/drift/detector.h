/* SPDX-License-Identifier: Apache-2.0
 *
 * detector.h: the classical detectors of change in a stream behind one handle:
 * one value in, a warning or a change out. Parameters, defaults and the rows at
 * which they signal are those of river 0.26.1 where it has the detector, else
 * those of MOA, else of frouros (docs/methods.md, "Stream detectors").
 *
 * None of them bounds the probability of a false alarm. On an unchanged stream
 * most signal sooner or later, and over fifty unchanged streams most certainly
 * within 10,000 rows: docs/methods.md has the table. They are here for those who
 * know them; what alarms with a stated probability is drift_monitor.
 *
 * All memory is taken at creation, nothing grows with the stream. After a change
 * the next value starts a detector anew, but for those that keep their window
 * (DRIFT_DETECTOR_RDDM, DRIFT_DETECTOR_SEED).
 *
 * Thread rule: one object serves one thread at a time; objects are independent.
 */
#ifndef DRIFT_DETECTOR_H
#define DRIFT_DETECTOR_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_detector drift_detector;

/** The detectors; names in comments. Append only; numbers stay. */
typedef enum drift_detector_kind {
    DRIFT_DETECTOR_ADWIN = 0,           /* "adwin" */
    DRIFT_DETECTOR_DDM = 1,             /* "ddm" */
    DRIFT_DETECTOR_EDDM = 2,            /* "eddm" */
    DRIFT_DETECTOR_RDDM = 3,            /* "rddm" */
    DRIFT_DETECTOR_HDDM_A = 4,          /* "hddm_a" */
    DRIFT_DETECTOR_HDDM_W = 5,          /* "hddm_w" */
    DRIFT_DETECTOR_FHDDM = 6,           /* "fhddm" */
    DRIFT_DETECTOR_PAGE_HINKLEY = 7,    /* "page_hinkley" */
    DRIFT_DETECTOR_KSWIN = 8,           /* "kswin" */
    DRIFT_DETECTOR_SEED = 9,            /* "seed" */
    DRIFT_DETECTOR_CUSUM = 10,          /* "cusum" */
    DRIFT_DETECTOR_ECDD = 11,           /* "ecdd": a chart of moving averages (EWMA) of errors */
    DRIFT_DETECTOR_SHEWHART = 12,       /* "shewhart" */
    DRIFT_DETECTOR_GMA = 13,            /* "gma": geometric moving average */
    DRIFT_DETECTOR_STEPD = 14,          /* "stepd" */
    DRIFT_DETECTOR_BOCD = 15,           /* "bocd": Bayesian online change point */
    DRIFT_DETECTOR_INCREMENTAL_KS = 16, /* "incremental_ks" */
    DRIFT_DETECTOR_KINDS = 17
} drift_detector_kind;

/** What a value says; both may be set. */
enum {
    DRIFT_DETECTOR_WARNING = 1, /* a change may be near; not every detector warns */
    DRIFT_DETECTOR_CHANGE = 2
};

/** Which values a detector takes, all finite and between -1e100 and 1e100. */
typedef enum drift_detector_input {
    DRIFT_DETECTOR_NUMBERS = 0, /* any */
    DRIFT_DETECTOR_SHARES = 1,  /* from 0 to 1 */
    DRIFT_DETECTOR_BITS = 2     /* 0 or 1, as 1 for an error */
} drift_detector_input;

/** A parameter by its name. Frozen structure. */
typedef struct drift_detector_parameter {
    const char *name;
    double value;
} drift_detector_parameter;

/** What a parameter may be. Filled up to `struct_size`, which the caller sets. */
typedef struct drift_detector_parameter_info {
    uint32_t struct_size;
    uint32_t whole;   /* 1: whole numbers only */
    const char *name; /* static storage */
    double initial;   /* where it is not given */
    double low, high; /* both allowed */
} drift_detector_parameter_info;

typedef struct drift_detector_config {
    uint32_t struct_size;
    uint32_t n_parameters;
    const drift_detector_parameter *parameters; /* in any order; the others keep their defaults */
    const double *reference; /* INCREMENTAL_KS: the sample; KSWIN: first window; else NULL */
    uint64_t n_reference;    /* at most 1,000,000 */
    const drift_allocator *allocator; /* NULL = malloc */
} drift_detector_config;

#define DRIFT_DETECTOR_CONFIG_INIT {sizeof(drift_detector_config), 0, NULL, NULL, 0, NULL}

/**
 * The kind of a name, in any case, with '-' or nothing for '_' ("PageHinkley").
 * DRIFT_ERR_NOT_FOUND names those there are.
 */
DRIFT_API drift_status drift_detector_find(const char *name, drift_detector_kind *out_kind,
                                           drift_error *error);
/** Name of a kind; NULL for an unknown one. Static storage. */
DRIFT_API const char *drift_detector_name(drift_detector_kind kind);
/** Which values a kind takes. */
DRIFT_API drift_detector_input drift_detector_input_of(drift_detector_kind kind);
/** Number of parameters of a kind. */
DRIFT_API size_t drift_detector_parameters(drift_detector_kind kind);
/** Parameter `k`; DRIFT_ERR_NOT_FOUND beyond the last. */
DRIFT_API drift_status drift_detector_get_parameter(drift_detector_kind kind, size_t k,
                                                    drift_detector_parameter_info *out_parameter);

/**
 * New detector, owned by the caller; `config` NULL for the defaults. One block of
 * memory is taken here and no other later. DRIFT_ERR_INVALID_ARGUMENT for an unknown
 * parameter, one out of its range, parameters that contradict each other, a
 * reference that is missing, not wanted or not finite.
 */
DRIFT_API drift_status drift_detector_create(drift_detector_kind kind,
                                             const drift_detector_config *config,
                                             drift_detector **out_detector, drift_error *error);
DRIFT_API void drift_detector_destroy(drift_detector *detector);
/** As newly made, with the same parameters (and reference). */
DRIFT_API void drift_detector_reset(drift_detector *detector);

/**
 * See one value; `out_signal` (may be NULL) gets DRIFT_DETECTOR_ bits. DRIFT_ERR_INVALID_ARGUMENT for
 * a value that is not of the kind's input (NaN and infinities never are): nothing changes.
 * Time is bounded by the parameters: see docs/methods.md for each.
 */
DRIFT_API drift_status drift_detector_add(drift_detector *detector, double value,
                                          uint32_t *out_signal);
/**
 * See `n` values, as if one by one; `out_signals` (may be NULL) gets one byte of bits for each.
 * DRIFT_ERR_INVALID_ARGUMENT for a value that is not of the kind's input: none is taken.
 */
DRIFT_API drift_status drift_detector_update(drift_detector *detector, const double *values,
                                             size_t n, uint8_t *out_signals);

DRIFT_API drift_detector_kind drift_detector_kind_of(const drift_detector *detector);
/** The bits of the last value; 0 before the first. */
DRIFT_API uint32_t drift_detector_signal(const drift_detector *detector);
/** Values seen since creation or reset, through all changes. */
DRIFT_API uint64_t drift_detector_count(const drift_detector *detector);
/** Value of a parameter; DRIFT_ERR_NOT_FOUND for an unknown one. */
DRIFT_API drift_status drift_detector_parameter_value(const drift_detector *detector,
                                                      const char *name, double *out_value);
/** Name of reading `k` of a kind (docs/methods.md), such as "width" of ADWIN; NULL beyond the last. */
DRIFT_API const char *drift_detector_reading_name(drift_detector_kind kind, size_t k);
/**
 * What the detector holds under that name. DRIFT_ERR_NOT_FOUND for an unknown name,
 * DRIFT_ERR_NOT_ENOUGH_DATA where it has no value yet.
 */
DRIFT_API drift_status drift_detector_reading(const drift_detector *detector, const char *name,
                                              double *out_value);
/** Bytes of memory it takes. */
DRIFT_API size_t drift_detector_memory(const drift_detector *detector);

/** Everything, so that the detector goes on elsewhere; the same bytes on every architecture. */
DRIFT_API drift_status drift_detector_serialize(const drift_detector *detector,
                                                drift_buffer *out_bytes);
/** Build from untrusted bytes; DRIFT_ERR_CORRUPT leaves `out_detector` untouched. */
DRIFT_API drift_status drift_detector_deserialize(const void *bytes, size_t size,
                                                  const drift_allocator *allocator,
                                                  drift_detector **out_detector,
                                                  drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
