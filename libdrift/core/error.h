/* SPDX-License-Identifier: Apache-2.0
 *
 * error.h: how a failure and its one-line message are returned.
 */
#ifndef DRIFT_CORE_ERROR_H
#define DRIFT_CORE_ERROR_H

#include <drift/base.h>

/** Write the message (printf-style; control characters become spaces) and return `status`. */
drift_status drift__fail(drift_error *error, drift_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** drift__fail with the status' own sentence. */
drift_status drift__fail_status(drift_error *error, drift_status status);
/**
 * Copy what fits of `text` for a message: at most 40 bytes, cut at a character,
 * with "..." where cut; control characters and bytes that are not UTF-8 as '?'.
 */
const char *drift__quote(char out[64], const char *text, size_t length);

/**
 * Take a caller's configuration of any age into `out`, which holds the
 * defaults and is `size` bytes long. NULL keeps the defaults; a shorter one
 * fills its part; a longer one is refused unless its unknown tail is zero.
 */
drift_status drift__config_copy(void *out, const void *config, size_t size, drift_error *error);

#endif
