/* SPDX-License-Identifier: Apache-2.0
 *
 * table.h: rows as the library takes them: a borrowed view of columns in
 * memory, in the layouts of C arrays, NumPy and Arrow, without copying.
 *
 * Thread rule: plain values; the arrays behind them must not change during a call.
 */
#ifndef DRIFT_TABLE_H
#define DRIFT_TABLE_H

#include <drift/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How the values of a column lie in memory. Numbers stay; append only. */
typedef enum drift_layout {
    DRIFT_LAYOUT_FLOAT64 = 1,
    DRIFT_LAYOUT_FLOAT32 = 2,
    DRIFT_LAYOUT_INT8 = 3,
    DRIFT_LAYOUT_INT16 = 4,
    DRIFT_LAYOUT_INT32 = 5,
    DRIFT_LAYOUT_INT64 = 6,
    DRIFT_LAYOUT_UINT8 = 7,
    DRIFT_LAYOUT_UINT16 = 8,
    DRIFT_LAYOUT_UINT32 = 9,
    DRIFT_LAYOUT_UINT64 = 10,
    DRIFT_LAYOUT_BOOL8 = 11,    /* one byte a value, 0 or not 0 */
    DRIFT_LAYOUT_BOOL1 = 12,    /* one bit a value, least significant first (Arrow `b`) */
    DRIFT_LAYOUT_STRING32 = 13, /* `data`: length+1 int32 offsets into `bytes` (Arrow `u`) */
    DRIFT_LAYOUT_STRING64 = 14, /* `data`: length+1 int64 offsets into `bytes` (Arrow `U`) */
    DRIFT_LAYOUT_STRING_VIEW =
        15,                       /* `data`: 16-byte views, `buffers`: their buffers (Arrow `vu`) */
    DRIFT_LAYOUT_DICTIONARY = 16, /* `data`: indices of layout `index_layout` into `dictionary` */
    DRIFT_LAYOUT_TIME64 = 17,     /* int64 microseconds since 1970-01-01T00:00:00Z */
    DRIFT_LAYOUT_VALUE = 18,      /* drift_value each */
    DRIFT_LAYOUT_NULL = 19        /* no data: every row is missing (Arrow `n`) */
} drift_layout;

/**
 * One column of `drift_table.n_rows` values, borrowed for the call.
 *
 * Row i lies `(offset + i) * stride` bytes after `data` (bit `offset + i` for
 * BOOL1). `stride` 0 means packed. Strides serve the fixed-width layouts only;
 * negative ones are allowed. A row is missing where its bit in `validity` is
 * 0, or its double is NaN.
 */
typedef struct drift_column {
    uint32_t struct_size;
    uint32_t layout; /* drift_layout */
    const void *data;
    int64_t stride;                        /* bytes; 0 = packed */
    uint64_t offset;                       /* rows */
    const uint8_t *validity;               /* bit `offset + i`, 1 = present; NULL = all present */
    const char *bytes;                     /* STRING32, STRING64 */
    const char *const *buffers;            /* STRING_VIEW: variadic data buffers */
    const struct drift_column *dictionary; /* DICTIONARY: a string, numeric or bool column */
    uint64_t dictionary_length;
    uint32_t index_layout; /* DICTIONARY: INT8 ... UINT64 */
    uint32_t reserved;
} drift_column;

/** Some rows of a table: `n_columns` columns of `n_rows` values each. */
typedef struct drift_table {
    uint32_t struct_size;
    uint32_t n_columns;
    uint64_t n_rows;
    const char *const *names; /* n_columns names, UTF-8, ending in NUL */
    const drift_column *columns;
} drift_table;

#define DRIFT_COLUMN_INIT {sizeof(drift_column), 0, NULL, 0, 0, NULL, NULL, NULL, NULL, 0, 0, 0}
#define DRIFT_TABLE_INIT {sizeof(drift_table), 0, 0, NULL, NULL}

#ifdef __cplusplus
}
#endif
#endif
