/* SPDX-License-Identifier: Apache-2.0
 *
 * learn_state.h: the inside of a learner, shared by its passes.
 */
#ifndef DRIFT_PROFILE_LEARN_STATE_H
#define DRIFT_PROFILE_LEARN_STATE_H

#include "profile/name_index.h"
#include "profile/schema_state.h"
#include "profile/state.h"

/** Different texts seen so far, by 32-bit hash. */
typedef struct drift__distinct {
    uint32_t *slots; /* 0 = free */
    size_t capacity, size;
    int dropped; /* too many repetitions for an id: no longer kept */
} drift__distinct;

/** What pass 1 saw of one column: values by kind. */
typedef struct drift__evidence {
    uint64_t numbers, booleans, times, texts;
    int fractional; /* a number that is no 64-bit integer */
    int beyond;     /* an integer beyond 2^53 */
    int unordered;  /* integers that do not rise strictly */
    int64_t last_integer;
    uint64_t integers;
    drift__distinct distinct;
} drift__evidence;

typedef struct drift__learner_column {
    char *name;
    drift__evidence evidence;
    /* decided after pass 1 */
    drift_type type;
    int integer; /* keys are int64 values */
    /* gathered in pass 2 */
    int64_t *keys; /* of the rows kept; KEY_NONE where there is no finite number */
    uint64_t finite;
    int64_t minimum, maximum;
    drift_categories *names;
} drift__learner_column;

/** No finite number in this row: below every key. */
#define DRIFT__KEY_NONE INT64_MIN

struct drift__learner {
    drift_allocator allocator;
    drift_executor *executor;   /* borrowed; may be NULL */
    const drift_schema *schema; /* borrowed; may be NULL */
    uint32_t category_capacity;
    uint64_t seed;
    uint64_t sample_rows; /* as configured; 0 = by memory */
    uint64_t block_rows;
    const char *block_column; /* borrowed */
    uint64_t season_rows;     /* 0: none stated */
    drift__learner_column *columns;
    size_t n_columns, columns_capacity;
    drift__name_index index;
    uint64_t inferred_rows;
    int decided;
    /* pass 2: the rows kept, `stored` of them, with their hashes */
    int sampling; /* pass 2 has begun */
    uint64_t rows;
    uint64_t limit; /* R */
    int64_t *hashes, *scratch;
    size_t stored, capacity;
    int64_t threshold; /* rows whose hash is above it are not among the R smallest */
};

/** R for the columns known by now. */
uint64_t drift__learner_limit(const drift__learner *learner);
/** Keep only the R rows with the smallest hashes. */
void drift__learner_compact(drift__learner *learner);

void drift__evidence_add(drift__evidence *evidence, const drift_value *value);
/** Remember the text of a value that counts as text or token; OOM leaves the set as it was. */
drift_status drift__distinct_add(drift__distinct *distinct, const char *text, size_t length,
                                 uint64_t limit, uint64_t seen, const drift_allocator *allocator);

/** Edges chosen from a sample. */
typedef struct drift__edges {
    int64_t keys[512];
    uint8_t atoms[512];
    uint32_t n; /* cells; n + 1 keys */
    int discrete;
} drift__edges;

/**
 * Put `m` sample keys of finite doubles, or where `integer` of whole numbers, in
 * as much order as drift__choose_edges needs: the values at its ranks stand there,
 * what is equal and frequent stands together. O(m).
 */
drift_status drift__order_for_edges(int64_t *keys, size_t m, int integer,
                                    const drift_allocator *allocator);
/**
 * Choose edges from `m` sample keys in that order; `minimum` and `maximum` are those
 * of all rows and enclose the sample.
 */
void drift__choose_edges(const int64_t *ordered, size_t m, int64_t minimum, int64_t maximum,
                         drift__edges *out_edges);

#endif
