/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_table.h: a table as untrusted text, the one body of fuzz_csv and fuzz_jsonl.
 */
#ifndef DRIFT_FUZZ_TABLE_H
#define DRIFT_FUZZ_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* Profile the bytes in `format`, compare the profile with itself, render everything. */
void fuzz_table(const uint8_t *data, size_t size, const char *format);

#endif
