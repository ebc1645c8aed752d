/* SPDX-License-Identifier: Apache-2.0
 *
 * numbers.h: text to numbers and back, correctly rounded and blind to the locale.
 */
#ifndef DRIFT_CORE_NUMBERS_H
#define DRIFT_CORE_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/** What a token is as a number. */
typedef enum drift__number_kind {
    DRIFT__NUMBER_NONE = 0,   /* not a number */
    DRIFT__NUMBER_DOUBLE = 1, /* `number`; +-inf and NaN included */
    DRIFT__NUMBER_INT64 = 2   /* an integer that fits: `integer`, and `number` its nearest double */
} drift__number_kind;

typedef struct drift__number {
    drift__number_kind kind;
    double number;
    int64_t integer;
} drift__number;

/**
 * Read the whole of `text` as a decimal number: optional sign, digits with at
 * most one '.', optional exponent; or inf, infinity, nan in any case. Blanks
 * around it are ignored; hex, underscores, thousands separators are not numbers.
 * Rounded correctly (ties to even) for any length.
 */
drift__number drift__parse_number(const char *text, size_t length);
/**
 * Read the number that `text` begins with, where it is of the usual kind:
 * digits, at most 19 significant ones, with at most a '-' before and an
 * exponent behind them, and no integer beyond 2^53. Returns the byte behind
 * it, NULL where drift__parse_number has to look. The text ends in a byte that
 * is part of no number, and DRIFT__NUMBER_SLACK more can be read.
 */
const char *drift__scan_number(const char *text, double *out_number);
enum { DRIFT__NUMBER_SLACK = 16 };
/** Longest output of drift__format_double with its NUL. */
enum { DRIFT__NUMBER_SIZE = 32 };
/**
 * Shortest decimal text that reads back as the same double, '.' as decimal
 * mark, "nan", "inf", "-inf" for those. Returns the length.
 */
size_t drift__format_double(char out[DRIFT__NUMBER_SIZE], double value);
/** At most `digits` (1..17) significant digits, no trailing zeros: for people. Returns the length. */
size_t drift__format_short(char out[DRIFT__NUMBER_SIZE], double value, int digits);
/** "25,001". Returns the length. */
size_t drift__format_count(char out[DRIFT__NUMBER_SIZE], uint64_t count);

/** Read ISO 8601 (date, or date and time with 'T' or blank, fraction, Z or offset); 1 on success. */
int drift__parse_timestamp(const char *text, size_t length, int64_t *out_microseconds);

#endif
