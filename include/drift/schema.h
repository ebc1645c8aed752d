/* SPDX-License-Identifier: Apache-2.0
 *
 * schema.h: what each column is: its type, its role, the values it may take.
 * A schema holds only what somebody stated; the rest is inferred from the
 * reference (docs/methods.md, "Types").
 *
 * Thread rule: one object serves one thread at a time; objects are independent.
 */
#ifndef DRIFT_SCHEMA_H
#define DRIFT_SCHEMA_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum drift_type {
    DRIFT_TYPE_AUTO = 0, /* infer from the reference */
    DRIFT_TYPE_NUMERIC = 1,
    DRIFT_TYPE_BOOLEAN = 2,
    DRIFT_TYPE_CATEGORICAL = 3,
    DRIFT_TYPE_TIMESTAMP = 4,
    DRIFT_TYPE_ID = 5
} drift_type;

typedef enum drift_role {
    DRIFT_ROLE_FEATURE = 0,
    DRIFT_ROLE_PREDICTION = 1,
    DRIFT_ROLE_SCORE = 2,
    DRIFT_ROLE_LABEL = 3, /* may be absent from the current data */
    DRIFT_ROLE_ID = 4,    /* never tested */
    DRIFT_ROLE_TIME = 5,  /* never tested */
    DRIFT_ROLE_SEGMENT = 6
} drift_role;

/** Why a column takes part in the comparison or does not. */
typedef enum drift_use {
    DRIFT_USE_AUTO = 0,    /* tested unless its type or role says otherwise */
    DRIFT_USE_INCLUDE = 1, /* tested, a timestamp too */
    DRIFT_USE_EXCLUDE = 2  /* not tested */
} drift_use;

/** "numeric", "feature"; never NULL, static storage. */
DRIFT_API const char *drift_type_name(drift_type type);
DRIFT_API const char *drift_role_name(drift_role role);

typedef struct drift_schema drift_schema;

/** Empty schema, owned by the caller. */
DRIFT_API drift_status drift_schema_create(const drift_allocator *allocator,
                                           drift_schema **out_schema);
DRIFT_API void drift_schema_destroy(drift_schema *schema);
/** Columns stated so far. */
DRIFT_API size_t drift_schema_size(const drift_schema *schema);
DRIFT_API drift_status drift_schema_set_type(drift_schema *schema, const char *column,
                                             drift_type type);
DRIFT_API drift_status drift_schema_set_role(drift_schema *schema, const char *column,
                                             drift_role role);
DRIFT_API drift_status drift_schema_set_use(drift_schema *schema, const char *column,
                                            drift_use use);
/**
 * What a comparison does with this column in place of its own settings, each
 * left as it was where negative. `alpha` (0..1, exclusive): a level of its own,
 * outside the correction. `min_effect`: its smallest change that matters, as
 * debiased PSI. `weight` (1e-6 .. 1e6): its share of the level beside the weight 1 of a
 * column without one (weighted Holm and the like). DRIFT_ERR_INVALID_ARGUMENT
 * for a value out of range.
 */
DRIFT_API drift_status drift_schema_override(drift_schema *schema, const char *column, double alpha,
                                             double min_effect, double weight);
/** Add one value that the column may take; a column with none may take any. */
DRIFT_API drift_status drift_schema_allow(drift_schema *schema, const char *column,
                                          const char *value, size_t length);
/** From now on columns that are not named as included are excluded (`--columns`). */
DRIFT_API void drift_schema_only_included(drift_schema *schema);

/** Read a `drift.schema/1` JSON file; errors name file, line and column. */
DRIFT_API drift_status drift_schema_read(const char *path, const drift_allocator *allocator,
                                         drift_schema **out_schema, drift_error *error);
/** Append the schema as `drift.schema/1` JSON. */
DRIFT_API drift_status drift_schema_render_json(const drift_schema *schema, drift_buffer *out_text);

#ifdef __cplusplus
}
#endif
#endif
