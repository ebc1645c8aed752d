/* SPDX-License-Identifier: Apache-2.0
 *
 * profile.h: what is kept of a table: its schema, and for every column exact
 * counts between edges (or of names) that were frozen on the reference.
 *
 * A *reference* profile chooses its edges from its own data. A profile created
 * *against* a reference takes the reference's edges; it holds only state that
 * does not depend on order, so shards merged in any order give the same bytes.
 *
 * Thread rule: one object serves one thread at a time; any number of threads
 * may read one profile that nobody changes.
 */
#ifndef DRIFT_PROFILE_H
#define DRIFT_PROFILE_H

#include <drift/base.h>
#include <drift/executor.h>
#include <drift/schema.h>
#include <drift/table.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_profile drift_profile;

/** Progress of a long call; a non-zero return ends it with DRIFT_ERR_CANCELLED. `total` 0 = unknown. */
typedef int (*drift_progress)(uint64_t bytes_or_rows, uint64_t total, void *context);

typedef struct drift_profile_config {
    uint32_t struct_size;
    uint32_t category_capacity; /* names kept per column beside the frozen ones; 0 = 1,024 */
    const drift_schema *schema; /* borrowed for the call; NULL = infer everything */
    uint64_t seed;              /* of row sampling and of the choice of names */
    uint64_t
        sample_rows; /* R, rows the edges are chosen from; 0 = min(131,072, 48 MB / 8 / columns) */
    char delimiter;  /* CSV; 0 = comma */
    char reserved[7];
    const char *const *missing; /* tokens that mean missing; NULL = "", NA, NaN, null, \N */
    uint64_t n_missing;
    const char *format;      /* "csv", "jsonl" or NULL = told from name and first bytes */
    drift_progress progress; /* may be NULL */
    void *progress_context;
    const drift_allocator *allocator;
    /* Rows that belong together, for a reference; what is counted against it takes them over. */
    uint64_t block_rows;      /* consecutive rows of a block; 0 = none */
    const char *block_column; /* or the column whose equal values make a block; NULL = none */
    /* Works on columns, and on pieces of a file, side by side, for this profile, those made
     * against it and readers; borrowed for their lives. `allocator` is then called from its
     * threads. NULL = the calling thread. */
    drift_executor *executor;
    /* Rows after which the data of a reference repeats itself (144 of a day in steps of ten minutes);
     * 0 = found in the data, where it is plain. See drift_profile_column. */
    uint64_t season_rows;
} drift_profile_config;

#define DRIFT_PROFILE_CONFIG_INIT                                                                  \
    {sizeof(drift_profile_config),                                                                 \
     0,                                                                                            \
     NULL,                                                                                         \
     0,                                                                                            \
     0,                                                                                            \
     0,                                                                                            \
     {0},                                                                                          \
     NULL,                                                                                         \
     0,                                                                                            \
     NULL,                                                                                         \
     NULL,                                                                                         \
     NULL,                                                                                         \
     NULL,                                                                                         \
     0,                                                                                            \
     NULL,                                                                                         \
     NULL,                                                                                         \
     0}

/**
 * Reference profile of a table in memory: types inferred, edges frozen, all
 * rows counted. DRIFT_ERR_NOT_ENOUGH_DATA for no columns or no rows. Owned by
 * the caller. O(rows log rows) per column for the first R rows, O(rows) beyond.
 */
DRIFT_API drift_status drift_profile_create(const drift_table *table,
                                            const drift_profile_config *config,
                                            drift_profile **out_profile, drift_error *error);
/** Empty profile with the frozen edges of `reference`, ready to be updated. Owned by the caller. */
DRIFT_API drift_status drift_profile_create_against(const drift_profile *reference,
                                                    const drift_allocator *allocator,
                                                    drift_profile **out_profile,
                                                    drift_error *error);
DRIFT_API void drift_profile_destroy(drift_profile *profile);
/** The executor of a profile that was read, or another one; NULL = the calling thread. Borrowed. */
DRIFT_API void drift_profile_set_executor(drift_profile *profile, drift_executor *executor);
/** Set every count to zero, keep edges and names. */
DRIFT_API void drift_profile_reset(drift_profile *profile);
/**
 * Count more rows. Columns are matched by name; one that the profile does not
 * know is noted as extra, one that the table lacks as absent. DRIFT_ERR_OUT_OF_MEMORY
 * leaves every count as it was.
 */
DRIFT_API drift_status drift_profile_update(drift_profile *profile, const drift_table *table,
                                            drift_error *error);
/**
 * Count one row: `n` values in the order of the profile's columns, `n` equal
 * to drift_profile_columns. No lock, no system call; allocates only for a
 * category met for the first time.
 */
DRIFT_API drift_status drift_profile_update_row(drift_profile *profile, const drift_value *values,
                                                size_t n);
/** Add the counts of `other`; DRIFT_ERR_INCOMPATIBLE unless both have the same frozen edges. */
DRIFT_API drift_status drift_profile_merge(drift_profile *profile, const drift_profile *other,
                                           drift_error *error);

/**
 * How the rows of the profile form blocks: `out_rows` consecutive ones, or
 * those with equal values in `out_column` (borrowed until destroy); 0 and NULL
 * where none were stated.
 */
DRIFT_API drift_status drift_profile_blocks(const drift_profile *profile, uint64_t *out_rows,
                                            const char **out_column);
/** Rows counted. */
DRIFT_API uint64_t drift_profile_rows(const drift_profile *profile);
DRIFT_API size_t drift_profile_columns(const drift_profile *profile);

/**
 * How evidence in a stream (drift/monitor.h) uses a column's rows, which is exact only where
 * they are exchangeable. Chosen from the first rows of the reference in their order (32,768 or 400
 * seasons, less of very many columns).
 */
typedef enum drift_plan {
    DRIFT_PLAN_UNKNOWN = 0,  /* the order was not seen, or rows were counted since: as NONE */
    DRIFT_PLAN_NONE = 1,     /* all rows: nothing speaks against it */
    DRIFT_PLAN_THINNING = 2, /* every so many-th row */
    DRIFT_PLAN_WINDOWS = 3,  /* scores of windows of so many rows, a season where there is one */
    DRIFT_PLAN_REFUSED =
        4 /* rows depend on each other, and the reference is too short for either */
} drift_plan;

/** What is known of one column; pointers are borrowed until the profile changes. Grows at its end. */
typedef struct drift_profile_column {
    const char *name;
    uint32_t type;    /* drift_type */
    uint32_t role;    /* drift_role */
    uint64_t missing; /* rows without a value */
    uint64_t invalid; /* rows whose token is not of the column's type */
    uint64_t negative_infinity;
    uint64_t positive_infinity;
    uint64_t valid;      /* rows with a value that is counted in a cell or under a name */
    uint32_t tested;     /* 1 = takes part in comparisons */
    uint32_t has_range;  /* minimum, maximum and mean exist */
    const char *skipped; /* why it is not tested, a phrase; NULL where tested */
    double minimum, maximum, mean;
    double standard_deviation; /* divisor n - 1; 0 for one value */
    size_t cells;              /* numeric: cells between edges; else 0 */
    size_t names;              /* categorical, boolean: names kept */
    uint32_t plan;             /* drift_plan, of a reference */
    uint64_t plan_rows;   /* thinning: the stride; windows: rows of one; refused: of one needed */
    uint64_t season_rows; /* stated or found; 0 = none */
    double
        row_correlation; /* of neighbouring rows, or where it is largest; 0 with UNKNOWN and NONE */
    const char *dependence; /* the plan as a sentence; NULL with UNKNOWN and NONE */
} drift_profile_column;

/** Fill `out_column` for column `index`. DRIFT_ERR_NOT_FOUND past the last. */
DRIFT_API drift_status drift_profile_get_column(const drift_profile *profile, size_t index,
                                                drift_profile_column *out_column);
/** Index of the column called `name`; DRIFT_ERR_NOT_FOUND where there is none. */
DRIFT_API drift_status drift_profile_find_column(const drift_profile *profile, const char *name,
                                                 size_t *out_index);
/** Estimate of the value at `rank` (0..1) of a numeric column, exact at the frozen edges. */
DRIFT_API drift_status drift_profile_quantile(const drift_profile *profile, size_t index,
                                              double rank, double *out_value);
/** Apply roles, uses and allowed values of `schema`; types stay as they were frozen. */
DRIFT_API drift_status drift_profile_apply_schema(drift_profile *profile,
                                                  const drift_schema *schema, drift_error *error);
/** The schema as inferred and overridden. Owned by the caller. */
DRIFT_API drift_status drift_profile_schema(const drift_profile *profile,
                                            drift_schema **out_schema);
/** 1 where both count in the same frozen edges. */
DRIFT_API int drift_profile_compatible(const drift_profile *a, const drift_profile *b);

/** Append the profile as bytes (docs/format.md), of the smallest format that holds it. Same state, same bytes. */
DRIFT_API drift_status drift_profile_serialize(const drift_profile *profile,
                                               drift_buffer *out_bytes, drift_error *error);
/** Build from untrusted bytes; a damaged, foreign or newer one is one error, `out_profile` untouched. */
DRIFT_API drift_status drift_profile_deserialize(const void *bytes, size_t size,
                                                 const drift_allocator *allocator,
                                                 drift_profile **out_profile, drift_error *error);
/** Write to a file: complete or not at all, mode 0600. */
DRIFT_API drift_status drift_profile_write(const drift_profile *profile, const char *path,
                                           drift_error *error);
/** Append a summary for people (aligned text) or programs (`drift.profile/1` JSON). */
DRIFT_API drift_status drift_profile_render_text(const drift_profile *profile,
                                                 drift_buffer *out_text);
DRIFT_API drift_status drift_profile_render_json(const drift_profile *profile,
                                                 drift_buffer *out_text);

#ifdef __cplusplus
}
#endif
#endif
