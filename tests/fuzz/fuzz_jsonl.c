/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_jsonl.c: untrusted JSONL.
 */
#include "fuzz_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_table(data, size, "jsonl");
    return 0;
}
