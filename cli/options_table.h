/* SPDX-License-Identifier: Apache-2.0
 *
 * options_table.h: the rows of the one table of options.
 */
#ifndef DRIFT_CLI_OPTIONS_TABLE_H
#define DRIFT_CLI_OPTIONS_TABLE_H

#include "cli.h"

typedef enum option_kind {
    KIND_TEXT,
    KIND_PROBABILITY,
    KIND_EFFECT,
    KIND_COUNT,
    KIND_CHOICE,
    KIND_CHARACTER,
    KIND_FORMAT,
    KIND_PRESET,
    KIND_COLUMNS,
    KIND_MISSING,
    KIND_BLOCK,
    KIND_PERIOD,
    KIND_DETECTOR,
    KIND_JSON,
    KIND_JSON_FLAG,
    KIND_HELP
} option_kind;

typedef struct option_row {
    const char *name; /* "--alpha" */
    char letter;      /* 'o' for -o; 0 = none */
    const char *value;
    unsigned commands; /* FOR_... */
    option_kind kind;
    size_t offset;              /* field of options that takes the value */
    const char *choices;        /* KIND_CHOICE: "a|b" */
    uint64_t least, most;       /* KIND_COUNT; most 0 = any */
    column_statement statement; /* KIND_COLUMNS */
    const char *help;
} option_row;

/** Ends in a row whose name is NULL. */
extern const option_row option_table[];

#endif
