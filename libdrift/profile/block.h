/* SPDX-License-Identifier: Apache-2.0
 *
 * block.h: rows of a borrowed column as values, whatever their layout; and
 * what a value means in a column of a given type.
 */
#ifndef DRIFT_PROFILE_BLOCK_H
#define DRIFT_PROFILE_BLOCK_H

#include <drift/schema.h>
#include <drift/table.h>

/** Rows handled at once. */
enum { DRIFT__BLOCK_ROWS = 1024 };

/** DRIFT_ERR_INVALID_ARGUMENT with a sentence unless every column of `table` can be read. */
drift_status drift__table_check(const drift_table *table, drift_error *error);
/** Values of rows first .. first + n - 1; a NaN comes as missing. Strings point into the column. */
void drift__block_values(const drift_column *column, uint64_t first, size_t n, drift_value *out);
/**
 * The same as doubles, NaN where missing: in `scratch`, or where they lie.
 * NULL where they are not all floating point numbers or integers up to 2^53 in
 * size.
 */
const double *drift__block_doubles(const drift_column *column, uint64_t first, size_t n,
                                   double *scratch);
/** The same of a column of times: seconds since 1970; NULL of any other. */
const double *drift__block_seconds(const drift_column *column, uint64_t first, size_t n,
                                   double *scratch);

/**
 * How many values the rows can have that are known beforehand: 2 of booleans,
 * the entries of a dictionary; 0 of other layouts, and of a dictionary longer
 * than `most`.
 */
uint32_t drift__block_code_count(const drift_column *column, uint32_t most);
/** Number of the value of each row among these, their count where it is missing. */
void drift__block_codes(const drift_column *column, uint64_t first, size_t n, uint32_t *out);
/** Value number `code`. */
void drift__block_code_value(const drift_column *column, uint32_t code, drift_value *out);

/** How a value counts in its column. */
typedef enum drift__meaning {
    DRIFT__MEANS_VALUE = 0,
    DRIFT__MEANS_MISSING,
    DRIFT__MEANS_INVALID,
    DRIFT__MEANS_NEGATIVE_INFINITY,
    DRIFT__MEANS_POSITIVE_INFINITY
} drift__meaning;

/** Smallest and largest key of an integer column; one less is free to mean "none". */
#define DRIFT__INTEGER_KEY_MIN (INT64_MIN + 1)
#define DRIFT__INTEGER_KEY_MAX (INT64_MAX - 1)

/**
 * A finite number in a numeric column, or the seconds since 1970 of a time in
 * a timestamp column: `out_number`, and its key (sketch/cells.h) in `out_key`.
 */
drift__meaning drift__number_of(const drift_value *value, drift_type type, int integer,
                                double *out_number, int64_t *out_key);
/**
 * The name of a value in a categorical or boolean column: `out_text` points
 * into the value, into `scratch` or at a constant. `out_numeric` is 1 where
 * the value is a number or a token that reads as one.
 */
drift__meaning drift__name_of(const drift_value *value, drift_type type, char scratch[64],
                              const char **out_text, size_t *out_length, int *out_numeric);
/** 1 for "true", 0 for "false" in any case, -1 for any other text. */
int drift__truth_of(const char *text, size_t length);
/** "2024-05-01T12:00:00Z", with six decimals where there is a fraction. Returns the length. */
size_t drift__format_timestamp(char out[64], int64_t microseconds);

#endif
