/* SPDX-License-Identifier: Apache-2.0
 *
 * reader.h: what every kind of reader has in common.
 */
#ifndef DRIFT_IO_READER_H
#define DRIFT_IO_READER_H

#include <drift/io.h>

#include "io/source.h"

/** The kinds of readers differ in these; `next` and `rewind` as in drift/io.h. */
typedef struct drift__reader_methods {
    drift_status (*next)(drift_reader *reader, drift_table *out_table, drift_error *error);
    drift_status (*rewind)(drift_reader *reader, drift_error *error);
    void (*destroy)(drift_reader *reader);
} drift__reader_methods;

/** First member of every reader. */
struct drift_reader {
    const drift__reader_methods *methods;
    drift_allocator allocator;
    const char *name;
    const char *label;     /* as messages name it */
    drift__source *source; /* NULL for data in memory and chains */
    int once;              /* 1 = a chain that holds a pipe */
};

/** Reader over an open source, consumed on success. */
drift_status drift__reader_open_source(drift__source *source, const drift_profile_config *config,
                                       drift_reader **out_reader, drift_error *error);

#endif
