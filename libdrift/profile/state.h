/* SPDX-License-Identifier: Apache-2.0
 *
 * state.h: the inside of a profile, for the rooms above that read it
 * (compare, monitor) and the files that build it (learn, count, codec).
 *
 * *Frozen* fields are decided on the reference and never change; the *counts*
 * are integers, extrema and exact sums, so their order never matters.
 */
#ifndef DRIFT_PROFILE_STATE_H
#define DRIFT_PROFILE_STATE_H

#include <drift/categories.h>
#include <drift/profile.h>

#include "profile/block.h"
#include "profile/clusters.h"
#include "profile/name_index.h"
#include "profile/order.h"
#include "profile/schema_state.h"
#include "sketch/cells.h"
#include "sketch/exact_sum.h"

/** Which rows of the reference the edges were chosen from. */
typedef enum drift__sampling {
    DRIFT__SAMPLING_ALL = 0,  /* every row */
    DRIFT__SAMPLING_HASH = 1, /* the R rows with the smallest hash of their number */
    DRIFT__SAMPLING_FIRST = 2 /* the first R rows: the reference came through a pipe */
} drift__sampling;

typedef struct drift__column_state {
    /* frozen */
    char *name;
    size_t name_length;
    drift_type type;   /* never AUTO */
    uint32_t discrete; /* numeric: few distinct values, every cell is an atom or a gap */
    int has_cells;     /* numeric and timestamp columns: `cells`; an all-missing column has none */
    drift__cells cells;
    drift_categories *names; /* categorical and boolean columns; pinned = named by the reference */

    /* stated by a schema; may change, not part of the frozen digest */
    drift_role role;
    drift_use use;
    drift_categories *allowed; /* NULL = any value; counts unused */
    drift__override override;

    /* counts; missing + invalid + infinities + valid = rows of the profile */
    uint64_t missing; /* no value, or the column was absent from the batch */
    uint64_t absent;  /* of those: rows of batches that lacked the column */
    uint64_t invalid; /* a token that is not of the column's type */
    uint64_t negative_infinity, positive_infinity;
    uint64_t valid;           /* counted in cells or names; id columns: everything else */
    uint64_t numeric_tokens;  /* names: valid values that read as a number */
    int64_t minimum, maximum; /* keys as in `cells`, valid > 0 */
    drift__exact_sum *sum;    /* with has_cells, else NULL */
    drift__exact_square_sum *square_sum;
    drift__groups *groups; /* where the profile has blocks, else NULL */
    drift__serial serial;  /* of the rows as they came; never stored */
    drift__plan *plans;    /* DRIFT__PLANS, of a reference; NULL: unknown */
    char *dependence;      /* what they say, for people; NULL: nothing */
} drift__column_state;

struct drift_profile {
    drift_allocator allocator;
    drift_executor *executor; /* borrowed; may be NULL; never stored */
    drift__column_state *columns;
    size_t n_columns;
    uint64_t rows;
    uint64_t
        rows_before; /* of the same table, counted elsewhere: where its blocks begin; never stored */
    /* frozen: how the reference was learnt */
    uint64_t seed;
    uint64_t reference_rows; /* N */
    uint64_t sample_rows;    /* R actually used */
    drift__sampling sampling;
    uint32_t category_capacity; /* of every column's `names` */
    uint64_t frozen_digest[2];  /* SipHash-2-4 under two keys of all frozen fields */
    drift__blocks blocks;       /* taken over from the reference; no part of the digest */
    drift__order *order;        /* while a reference is counted, else NULL */
    uint64_t planned_rows;      /* rows that the plans are of; 0: there are none */
    /* columns met in the data that the reference does not have; names in byte order */
    char **extra;
    size_t n_extra;
    drift__name_index index; /* of the columns; rebuilt, never stored */
};

enum {
    DRIFT__MOST_COLUMNS = 65536,
    DRIFT__EXTRA_CAPACITY = 10000 /* extra columns remembered: those whose names come first */
};

/**
 * Why the column is not tested, a phrase for people ("an id: every value is
 * different"); NULL where it is tested. Static storage.
 */
const char *drift__column_skipped(const drift__column_state *column);
/**
 * Quantiles at rising ranks from frozen edges, minimum and maximum; DRIFT_ERR_NOT_ENOUGH_DATA
 * without values. One walk over the cells.
 */
drift_status drift__column_quantiles(const drift__column_state *column, const double *ranks,
                                     size_t n, double *out_values);
/** Minimum and maximum; 0 where there is no value. */
int drift__column_range(const drift__column_state *column, double *out_minimum,
                        double *out_maximum);
/** Mean, standard deviation (divisor n - 1), minimum and maximum; 0 where there is no value. */
int drift__column_moments(const drift__column_state *column, double *out_mean, double *out_std,
                          double *out_minimum, double *out_maximum);
/** Recompute `frozen_digest` after the frozen fields were set. */
drift_status drift__profile_freeze(drift_profile *profile);
/** NULL where every invariant holds, else which one does not. */
const char *drift__profile_validate(const drift_profile *profile);

/** Empty profile with room for `n_columns` columns, all of them zero. */
drift_status drift__profile_allocate(size_t n_columns, const drift_allocator *allocator,
                                     drift_profile **out_profile);
/** Give a frozen column its sums. */
drift_status drift__column_add_sums(drift__column_state *column, const drift_allocator *allocator);
/** Give every column its groups and find the block column; DRIFT_ERR_NOT_FOUND where there is none. */
drift_status drift__profile_add_blocks(drift_profile *profile, uint64_t rows, const char *column);
/** Fill `index` from the columns' names. */
drift_status drift__profile_index(drift_profile *profile);
/**
 * Count `n` tables one after the other, columns side by side; as
 * drift_profile_update, but where it fails only part of them may be counted.
 */
drift_status drift__profile_count(drift_profile *profile, const drift_table *tables, size_t n,
                                  drift_error *error);
/**
 * Count up to DRIFT__BLOCK_ROWS doubles, NaN where missing, in a column without names; 1 where
 * all were finite.
 */
int drift__column_count_doubles(drift__column_state *column, const double *numbers, size_t n);
/** The same of `n` > 0 finite ones, between these. */
void drift__column_count_finite(drift__column_state *column, const double *numbers, size_t n,
                                double minimum, double maximum);
/** Count `n` > 0 keys, the doubles nearest to them beside, in a column of integers. */
void drift__column_count_integers(drift__column_state *column, const int64_t *keys,
                                  const double *numbers, size_t n);
/** Count a value that means something else than a value. */
void drift__column_add_meaning(drift__column_state *column, drift__meaning meaning);
/** 1 where counting needs no more of the column's values than doubles, NaN where missing. */
int drift__profile_takes_doubles(const drift_profile *profile, const char *name);
/** Union of two sorted lists of extra names, at most DRIFT__EXTRA_CAPACITY, owned by the caller. */
drift_status drift__extra_union(char *const *a, size_t n_a, char *const *b, size_t n_b,
                                const drift_allocator *allocator, char ***out_names, size_t *out_n);
void drift__extra_destroy(char **names, size_t n, const drift_allocator *allocator);

/**
 * Learning a reference: infer the types from the first R rows, then sample
 * rows, then freeze. The rows are shown twice from the start; the counting
 * pass is drift_profile_update on the result. The schema in `config` is
 * borrowed until the learner is destroyed.
 */
typedef struct drift__learner drift__learner;
drift_status drift__learner_create(const drift_profile_config *config, drift__learner **out_learner,
                                   drift_error *error);
void drift__learner_destroy(drift__learner *learner);
/** Pass 1 over `n` tables one after the other: DRIFT_END once R rows were seen and no more are needed. */
drift_status drift__learner_infer(drift__learner *learner, const drift_table *tables, size_t n,
                                  drift_error *error);
/** Pass 2, from the first row again: choose the rows the edges come from. */
drift_status drift__learner_sample(drift__learner *learner, const drift_table *tables, size_t n,
                                   drift_error *error);
/**
 * Decide every column's type by what pass 1 saw and the schema; pass 2 does so where it was not
 * done before.
 */
drift_status drift__learner_decide(drift__learner *learner, drift_error *error);
/** 1 where pass 2 needs no more of the column's values than doubles, NaN where missing. */
int drift__learner_takes_doubles(const drift__learner *learner, const char *name);
/** Empty reference profile with its edges and names frozen. `first_rows`: the source was a pipe. */
drift_status drift__learner_freeze(drift__learner *learner, int first_rows,
                                   drift_profile **out_profile, drift_error *error);

#endif
