/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_csv.c: untrusted CSV.
 */
#include "fuzz_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_table(data, size, "csv");
    return 0;
}
