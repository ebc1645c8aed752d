/* SPDX-License-Identifier: Apache-2.0
 *
 * verify.c: drift verify. Reading a profile checks all of it: checksums,
 * sizes, orders and sums.
 */
#include "cli.h"
#include <stdio.h>

int run_verify(const cli_options *options)
{
    drift_profile *profile = NULL;
    size_t size = 0;
    char line[200];
    if (open_profile(options->operands[0], &profile, &size))
        return STATUS_ERROR;
    int length = snprintf(
        line, sizeof(line), "ok: drift profile, format 1, %llu rows, %zu columns, %zu bytes\n",
        (unsigned long long)drift_profile_rows(profile), drift_profile_columns(profile), size);
    drift_profile_destroy(profile);
    return write_stdout(line, (size_t)length);
}
