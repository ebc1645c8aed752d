/* SPDX-License-Identifier: Apache-2.0
 *
 * utf8.h: stepping over text that may not be UTF-8.
 */
#ifndef DRIFT_CORE_UTF8_H
#define DRIFT_CORE_UTF8_H

#include <stddef.h>

/** Bytes of the well-formed character at `text` (RFC 3629), 1..4; 0 where there is none. */
size_t drift__utf8_step(const char *text, size_t length);

#endif
