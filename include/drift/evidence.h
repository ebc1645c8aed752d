/* SPDX-License-Identifier: Apache-2.0
 *
 * evidence.h: anytime-valid evidence of change in one stream, row after row
 * against a finite reference: a Polya-urn e-detector.
 *
 * Where the cells of a reference of N values were cut at ranks chosen before
 * its values were seen, unchanged rows fall into them as balls are drawn from a
 * Polya urn that begins with the ranks between the cuts, whatever the law of
 * the values. The evidence is money staked at fair odds against that urn, so
 * for an unchanged stream of any length the probability that it ever reaches
 * 1 / alpha is at most alpha (Ville 1939). Rows must be exchangeable; of
 * dependent rows use every k-th (`stride`), or scores of windows.
 *
 * Thread rule: one object serves one thread at a time; objects are
 * independent. After creation nothing is allocated.
 */
#ifndef DRIFT_EVIDENCE_H
#define DRIFT_EVIDENCE_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_evidence drift_evidence;

/** Whether the order of the cells means something. Two cells are a rate in either case. */
typedef enum drift_evidence_kind {
    DRIFT_EVIDENCE_ORDERED = 0, /* numbers: shifts and changes of scale are bet on first */
    DRIFT_EVIDENCE_NOMINAL = 1  /* names: no order */
} drift_evidence_kind;

typedef struct drift_evidence_config {
    uint32_t struct_size;
    uint32_t kind;       /* drift_evidence_kind */
    double alpha;        /* 1e-100..1, probability that an unchanged stream ever alarms; 0 = .01 */
    double run_length;   /* > 0: instead, at least so many rows to a false alarm on average */
    uint32_t block_rows; /* 1..256 rows between two looks; 0 = 32 */
    uint32_t stride;     /* only rows 1, 1 + stride, ... count; 0 = 1 */
    uint64_t seed;       /* of the uniform numbers that deal equal values to both sides of a cut */
    const drift_allocator *allocator; /* NULL = malloc */
} drift_evidence_config;

#define DRIFT_EVIDENCE_CONFIG_INIT                                                                 \
    {sizeof(drift_evidence_config), DRIFT_EVIDENCE_ORDERED, 0, 0, 0, 0, 0, NULL}

/** What the evidence says. Frozen structure. */
typedef struct drift_evidence_result {
    uint64_t rows; /* rows given, those a stride leaves out among them */
    uint64_t
        alarm_row; /* number, from 1, of the row at which the threshold was reached; 0: never */
    uint64_t change_row; /* first row after the change, as estimated: at the alarm, before it now */
    double log_wealth;   /* ln of the evidence at the last look */
    double log_largest;  /* its maximum over all looks */
    double log_threshold; /* where the alarm is */
    double p_value;       /* min(1, 1 / largest); valid at any time; 1 with `run_length` */
} drift_evidence_result;

/**
 * Evidence against an urn that begins with start[j] > 0 (finite) in cell j of
 * `cells`, 2..32. For cuts at ranks r_1 < r_2 < ... of N values: r_1, r_2 - r_1, ..., N + 1 - r_last.
 * Owned by the caller.
 */
DRIFT_API drift_status drift_evidence_create(const double *start, size_t cells,
                                             const drift_evidence_config *config,
                                             drift_evidence **out_evidence, drift_error *error);
DRIFT_API void drift_evidence_destroy(drift_evidence *evidence);

/**
 * Evidence against a reference that was counted in `places`, 2..2^20, fixed in
 * advance: counts[p] of its rows lie in place p. single[p] is 1 where all values
 * of the place are equal; NULL where that holds for every place (names, rates). Ordered places are those of rising values; a
 * place of several values has to begin at the smallest of them, or of those of a sample of the
 * rows (as the cells of a profile do). Of names the last place is for those without one.
 *
 * The cells are chosen so that the promise is exact: numbers are cut into 12 at fixed ranks, through
 * equal values where need be; of few values and names (up to 20 named) a fifth of the reference's
 * rows, drawn at random, serves to choose and the others count. All places that the fifth does not
 * have are one cell, however rare, so that rows which go where the reference never was are found within a few.
 * Two values with at least ten rows of each among 500 begin with Jeffreys' prior, exact on average over the shares.
 * DRIFT_ERR_NOT_ENOUGH_DATA where no two cells can be made. O(places log places).
 */
DRIFT_API drift_status drift_evidence_create_from_counts(const uint64_t *counts,
                                                         const uint8_t *single, size_t places,
                                                         const drift_evidence_config *config,
                                                         drift_evidence **out_evidence,
                                                         drift_error *error);

/**
 * Rows one after the other, each by its place (by its cell, where the urn's start was given). The
 * evidence is looked at when a block is full; where it has crossed the threshold, the row at which it first had is
 * found within the block. How rows are split over calls makes no difference.
 * DRIFT_ERR_INVALID_ARGUMENT, and nothing is taken, for a place that does not exist.
 */
DRIFT_API drift_status drift_evidence_update(drift_evidence *evidence, const uint32_t *places,
                                             size_t n);
/**
 * A block of its own, of rows whose order is not known, as counts of each
 * place; rows of an unfinished block before it are closed as a shorter one. An alarm is dated at
 * the last of these rows. With a stride every so many-th of them counts, in the order of their
 * cells and from a random one on, so that they say no more than rows as far apart. At
 * most 2^52 rows over all blocks, else DRIFT_ERR_OVERFLOW. O(places), however large the counts.
 */
DRIFT_API drift_status drift_evidence_update_counts(drift_evidence *evidence,
                                                    const uint64_t *counts);
/** Look now, at an unfinished block too. */
DRIFT_API drift_status drift_evidence_look(drift_evidence *evidence);
DRIFT_API void drift_evidence_get(const drift_evidence *evidence,
                                  drift_evidence_result *out_result);
/** Number of places; of cells. */
DRIFT_API size_t drift_evidence_places(const drift_evidence *evidence);
DRIFT_API size_t drift_evidence_cells(const drift_evidence *evidence);
/** What the urn began with in each cell. Borrowed until destroy. */
DRIFT_API const double *drift_evidence_start(const drift_evidence *evidence);
/** Counts of the rows so far that were not left out, by cell, into `out_counts` (cells). */
DRIFT_API void drift_evidence_counts(const drift_evidence *evidence, uint64_t *out_counts);

/** All of the state: what is read back continues as this object would, to the last bit. */
DRIFT_API drift_status drift_evidence_serialize(const drift_evidence *evidence,
                                                drift_buffer *out_bytes);
/** Build from untrusted bytes; DRIFT_ERR_CORRUPT leaves `out_evidence` untouched. */
DRIFT_API drift_status drift_evidence_deserialize(const void *bytes, size_t size,
                                                  const drift_allocator *allocator,
                                                  drift_evidence **out_evidence,
                                                  drift_error *error);

#ifdef __cplusplus
}
#endif
#endif
