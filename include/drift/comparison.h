/* SPDX-License-Identifier: Apache-2.0
 *
 * comparison.h: two profiles in, one verdict per column and one over all out,
 * each with its effect, its evidence and the rule in words. The default rule
 * and its traps: docs/methods.md, "The rule".
 *
 * Thread rule: a finished comparison never changes; any number of threads may read it.
 */
#ifndef DRIFT_COMPARISON_H
#define DRIFT_COMPARISON_H

#include <drift/base.h>
#include <drift/hypothesis.h>
#include <drift/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drift_comparison drift_comparison;

/** Verdicts, worst last. */
typedef enum drift_verdict {
    DRIFT_VERDICT_SKIPPED = 0,
    DRIFT_VERDICT_STABLE = 1,
    DRIFT_VERDICT_INSUFFICIENT = 2, /* nothing found, and too few rows to have found it */
    DRIFT_VERDICT_MINOR = 3,        /* evidence for a change smaller than min_effect */
    DRIFT_VERDICT_DRIFT = 4
} drift_verdict;

typedef enum drift_preset {
    DRIFT_PRESET_DEFAULT = 0,
    DRIFT_PRESET_PSI_CLASSIC =
        1 /* 10 reference-quantile bins; < .1 stable, < .25 minor, else drift */
} drift_preset;

typedef enum drift_finding_kind {
    DRIFT_FINDING_MISSING_COLUMN = 0,
    DRIFT_FINDING_EXTRA_COLUMN = 1,
    DRIFT_FINDING_TYPE = 2,
    DRIFT_FINDING_RANGE = 3,
    DRIFT_FINDING_UNSEEN = 4,
    DRIFT_FINDING_MISSING_RATE = 5,
    DRIFT_FINDING_INFINITE = 6
} drift_finding_kind;

/** "drift", "default", "missing_column"; never NULL, static storage. */
DRIFT_API const char *drift_verdict_name(drift_verdict verdict);
DRIFT_API const char *drift_preset_name(drift_preset preset);
DRIFT_API const char *drift_finding_kind_name(drift_finding_kind kind);
/** The preset called `name`; DRIFT_ERR_UNSUPPORTED for one that is planned, DRIFT_ERR_NOT_FOUND else. */
DRIFT_API drift_status drift_preset_find(const char *name, drift_preset *out_preset,
                                         drift_error *error);

/** Comparisons of consecutive parts of the current data, to be judged together. */
typedef struct drift_chunks drift_chunks;

typedef struct drift_comparison_config {
    uint32_t struct_size;
    uint32_t preset;              /* drift_preset */
    double alpha;                 /* probability of a false alarm over all columns; 0 = 0.01 */
    double min_effect;            /* smallest debiased PSI that matters; 0 = 0.1; negative = none */
    uint32_t correction;          /* drift_correction */
    uint32_t min_count;           /* names seen less often are not shown; 0 = 1 */
    const char *reference_source; /* name for messages; NULL = "reference" */
    const char *current_source;   /* NULL = "current" */
    const drift_allocator *allocator;
    const drift_chunks *chunks; /* judged with it: half of alpha is theirs; borrowed for the call */
} drift_comparison_config;

#define DRIFT_COMPARISON_CONFIG_INIT                                                               \
    {sizeof(drift_comparison_config), 0, 0.0, 0.0, 0, 0, NULL, NULL, NULL, NULL}

/** One statistic. Fields that do not exist for it hold 0 and their flag is 0. */
typedef struct drift_statistic {
    uint32_t has_value;
    uint32_t has_interval;
    uint32_t has_p_value;
    uint32_t has_extra;
    double value;
    double low, high;
    double p_value;
    double
        extra; /* psi: debiased; chi_square: df; wasserstein: divided by the reference's deviation */
} drift_statistic;

/** Cell of a numeric column: values in lower <= x < upper (== lower for a single value). */
typedef struct drift_cell {
    double lower, upper;
    uint64_t reference, current;
    uint32_t atom;      /* 1 = holds a single value, `lower` */
    uint32_t test_cell; /* index of the test cell it belongs to */
} drift_cell;

/** Name of a categorical column with its counts. `unseen`: not in the reference. */
typedef struct drift_name_count {
    const char *name;
    size_t length;
    uint64_t reference, current;
    uint32_t unseen;
    uint32_t hidden; /* 1 = seen less often than min_count: do not show the name */
} drift_name_count;

typedef struct drift_summary {
    uint32_t has_range; /* mean, std, min and max exist */
    uint32_t has_quantiles;
    double mean, std, min, max;
    double quantiles[5]; /* ranks DRIFT_SUMMARY_RANKS: .01 .25 .5 .75 .99 */
} drift_summary;

/**
 * What a test cell adds to a change: its shares and its part (0..1) of the PSI.
 * Numeric columns: values from `lower` to below `upper` (equal: that value
 * alone); else the value `name`, NULL for all the rarer ones together.
 */
typedef struct drift_contribution {
    uint32_t test_cell;
    uint32_t reserved;
    double lower, upper;
    const char *name;
    size_t name_length;
    uint64_t reference, current; /* counts */
    double reference_share, current_share;
    double part;
} drift_contribution;

/** Everything about one column. Borrowed from the comparison; grows at its end. */
typedef struct drift_column_result {
    const char *name;
    uint32_t role;    /* drift_role */
    uint32_t type;    /* drift_type */
    uint32_t verdict; /* drift_verdict */
    uint32_t has_p_value;
    const char *rule; /* one sentence */
    uint64_t rows_reference, rows_current;
    uint64_t missing_reference, missing_current;
    uint64_t valid_reference, valid_current;
    uint64_t infinite_reference, infinite_current;
    uint64_t invalid_reference, invalid_current;
    double p_value;          /* before, */
    double adjusted_p_value; /* and after correction over the tested columns */
    double effect;           /* what the rule compared with min_effect, as debiased PSI */
    uint32_t has_effect;
    uint32_t n_test_cells;
    uint32_t has_statistics;
    uint32_t n_notes;
    const char *const *notes; /* n_notes sentences: why a value is null, what to know */
    drift_statistic psi, kl, js, js_distance, hellinger, total_variation, chi_square, ks,
        wasserstein;
    drift_summary reference, current;
    const drift_cell *cells; /* numeric, in rising order; below and above are the first and last */
    size_t n_cells;
    const drift_name_count *names; /* categorical: by joint count, largest first */
    size_t n_names;
    uint64_t other_reference, other_current; /* counted under no name */
    const drift_contribution *contributions; /* where something was found: what carries it */
    size_t n_contributions;
    const char *why;   /* the same in one sentence; NULL where there are none */
    double alpha;      /* level in force: the comparison's, or its own from the schema */
    double min_effect; /* smallest change that matters, the same */
    uint32_t own_alpha;
    uint32_t has_more_rows;       /* insufficient: rows that would suffice, */
    uint64_t more_rows_reference; /* beyond those there are */
    uint64_t more_rows_current;
    double design_effect;       /* of the test cells where the profiles have blocks, >= 1; else 0 */
    double neighbour_agreement; /* how much more than by chance neighbouring rows agree, 0..1;
                                   0 where that may be chance or blocks were stated */
} drift_column_result;

typedef struct drift_finding {
    uint32_t kind;    /* drift_finding_kind */
    uint32_t verdict; /* MINOR or DRIFT */
    const char *column;
    const char *message; /* one sentence */
} drift_finding;

/** One column in one part of the current data. */
typedef struct drift_chunk_column {
    uint32_t column;  /* index of the column in the comparison */
    uint32_t verdict; /* drift_verdict */
    uint32_t has_p_value, has_effect;
    double p_value;
    double adjusted_p_value; /* over all columns and all parts */
    double effect;           /* debiased PSI */
    double distance;         /* KS at the edges; of names the total variation; -1 where none */
    uint64_t valid, missing;
} drift_chunk_column;

/** One part: rows `first_row` .. `last_row` of the current data, counted from 1. */
typedef struct drift_chunk {
    uint64_t first_row, last_row;
    const char *label; /* of a period, else NULL */
    uint32_t verdict;  /* the worst of its columns */
    uint32_t reserved;
    const drift_chunk_column *columns; /* the tested ones */
    size_t n_columns;
} drift_chunk;

/**
 * Empty list of parts to be compared with `reference` (borrowed until destroy) under `config`
 * (NULL = defaults; the one the comparison will have). Owned by the caller.
 */
DRIFT_API drift_status drift_chunks_create(const drift_profile *reference,
                                           const drift_comparison_config *config,
                                           drift_chunks **out_chunks, drift_error *error);
DRIFT_API void drift_chunks_destroy(drift_chunks *chunks);
/** Compare one part and keep the result. Cost of a comparison; about 100 bytes a column are kept. */
DRIFT_API drift_status drift_chunks_add(drift_chunks *chunks, const drift_profile *part,
                                        uint64_t first_row, uint64_t last_row, const char *label,
                                        drift_error *error);

/**
 * Compare `current` with `reference`. Both are borrowed for the call; `current`
 * must count in the reference's edges (DRIFT_ERR_INCOMPATIBLE otherwise).
 * Never fails over data: what cannot be judged says so in its column.
 * O(columns * (cells + names log names)). Owned by the caller.
 */
DRIFT_API drift_status drift_comparison_create(const drift_profile *reference,
                                               const drift_profile *current,
                                               const drift_comparison_config *config,
                                               drift_comparison **out_comparison,
                                               drift_error *error);
DRIFT_API void drift_comparison_destroy(drift_comparison *comparison);

/** The worst verdict of all columns; INSUFFICIENT where no column could be judged. */
DRIFT_API drift_verdict drift_comparison_verdict(const drift_comparison *comparison);
/** Columns the correction counted. */
DRIFT_API size_t drift_comparison_tested(const drift_comparison *comparison);
/** 1 where at least one column could be judged or something was found (exit 3 otherwise). */
DRIFT_API int drift_comparison_judged(const drift_comparison *comparison);
/** Columns reported, skipped ones included, in the order of the reference. */
DRIFT_API size_t drift_comparison_columns(const drift_comparison *comparison);
/** Result `index`; NULL past the last. Borrowed until destroy. */
DRIFT_API const drift_column_result *drift_comparison_column(const drift_comparison *comparison,
                                                             size_t index);
/** Parts of the current data that were judged with it, and one of them; NULL past the last. */
DRIFT_API size_t drift_comparison_chunks(const drift_comparison *comparison);
DRIFT_API const drift_chunk *drift_comparison_chunk(const drift_comparison *comparison,
                                                    size_t index);
DRIFT_API size_t drift_comparison_findings(const drift_comparison *comparison);
DRIFT_API const drift_finding *drift_comparison_finding(const drift_comparison *comparison,
                                                        size_t index);
DRIFT_API uint64_t drift_comparison_rows_reference(const drift_comparison *comparison);
DRIFT_API uint64_t drift_comparison_rows_current(const drift_comparison *comparison);
/** The configuration in force, defaults filled in. Borrowed until destroy. */
DRIFT_API const drift_comparison_config *drift_comparison_policy(
    const drift_comparison *comparison);

#ifdef __cplusplus
}
#endif
#endif
