/* SPDX-License-Identifier: Apache-2.0
 *
 * pipeline.h: made columns through the whole way of a comparison: profile of
 * the reference, profile against it, comparison.
 */
#ifndef DRIFT_BENCH_PIPELINE_H
#define DRIFT_BENCH_PIPELINE_H

#include <drift/comparison.h>
#include <drift/table.h>

/** Columns in memory, all numbers or all names; `table` shows the first `n_rows` rows of them. */
typedef struct made_table {
    drift_table table;
    drift_column *columns;
    drift_column dictionary; /* of the columns of names */
    double **numbers;        /* [column][row], or NULL */
    int32_t **indices;       /* into the dictionary, or NULL */
} made_table;

/** `names` 0: numbers; else indices of that many different names. Ends the program without memory. */
made_table *made_table_create(size_t columns, size_t rows, size_t names);
void made_table_destroy(made_table *made);
/** Name `index` of every made column of names: MADE_NAME_LENGTH bytes, static storage. */
const char *made_name(size_t index);
enum { MADE_NAME_LENGTH = 5, MADE_MOST_NAMES = 4096, MADE_MOST_COLUMNS = 64 };

/** Ends the program with the message where `status` is an error. */
void expect_ok(drift_status status, const drift_error *error);
/** Reference profile of `table`, and its comparison; owned by the caller. */
drift_profile *profile_of(const drift_table *table);
drift_comparison *compare_tables(const drift_table *reference, const drift_table *current,
                                 const drift_comparison_config *config);
/** The same where `block_rows` rows after each other belong together; 0 = none do. */
drift_comparison *compare_in_blocks(const drift_table *reference, const drift_table *current,
                                    size_t block_rows, const drift_comparison_config *config);
/** p-value of every column; 1 where it has none. */
void column_p_values(const drift_comparison *comparison, double *out_p);

#endif
