/* SPDX-License-Identifier: Apache-2.0
 *
 * buffer.h: internal ways to append to a drift_buffer.
 */
#ifndef DRIFT_CORE_BUFFER_H
#define DRIFT_CORE_BUFFER_H

#include <drift/base.h>

/** Room for `size` more bytes at the end; NULL where memory is out. */
void *drift__buffer_extend(drift_buffer *buffer, size_t size);
/** Cut back to `size` bytes: how a renderer undoes what it wrote before it failed. */
void drift__buffer_truncate(drift_buffer *buffer, size_t size);
drift_status drift__buffer_text(drift_buffer *buffer, const char *text);
/** printf into the buffer. Not for doubles: those obey the locale (core/numbers.h). */
drift_status drift__buffer_printf(drift_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
