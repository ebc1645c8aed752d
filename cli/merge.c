/* SPDX-License-Identifier: Apache-2.0
 *
 * merge.c: drift merge.
 */
#include "cli.h"

static int add_file(const char *path, drift_profile **sum)
{
    drift_profile *profile = NULL;
    drift_error error = {{0}};
    if (open_profile(path, &profile, NULL))
        return STATUS_ERROR;
    if (!*sum) {
        *sum = profile;
        return 0;
    }
    drift_status status = drift_profile_merge(*sum, profile, &error);
    drift_profile_destroy(profile);
    return status == DRIFT_OK ? 0 : fail("cannot merge %s: %s", path, error.message);
}

int run_merge(const cli_options *options)
{
    drift_profile *sum = NULL;
    drift_error error = {{0}};
    cli_outputs *outputs = NULL;
    int result = 0;
    if (!options->output)
        return fail("merge needs -o P.drift");
    if (output_check(options->output))
        return STATUS_ERROR;
    for (size_t i = 0; i < options->n_operands && !result; i++) {
        show_progress(i, options->n_operands, (void *)(uintptr_t)"merging");
        result = add_file(options->operands[i], &sum);
    }
    if (!result) {
        outputs = outputs_create();
        drift_buffer *buffer = outputs ? outputs_add(outputs, options->output) : NULL;
        result = STATUS_ERROR;
        if (buffer && drift_profile_serialize(sum, buffer, &error) != DRIFT_OK)
            fail("%s", error.message);
        else if (buffer)
            result = outputs_commit(outputs);
    }
    outputs_destroy(outputs);
    drift_profile_destroy(sum);
    return result;
}
