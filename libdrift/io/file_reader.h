/* SPDX-License-Identifier: Apache-2.0
 *
 * file_reader.h: a file as batches of rows: cut into pieces, which are read
 * side by side and given out in their order.
 */
#ifndef DRIFT_IO_FILE_READER_H
#define DRIFT_IO_FILE_READER_H

#include "io/parser.h"

/** Open over `source`, consumed on success. `delimiter` serves CSV. */
drift_status drift__file_reader_create(drift__source *source, const drift__row_format *format,
                                       char delimiter, const drift_profile_config *config,
                                       drift_reader **out_reader, drift_error *error);

#endif
