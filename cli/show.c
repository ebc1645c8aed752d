/* SPDX-License-Identifier: Apache-2.0
 *
 * show.c: drift show.
 */
#include "cli.h"

int run_show(const cli_options *options)
{
    drift_profile *profile = NULL;
    if (open_profile(options->operands[0], &profile, NULL))
        return STATUS_ERROR;
    int result = STATUS_ERROR;
    cli_outputs *outputs = outputs_create();
    drift_buffer *buffer = outputs ? outputs_add(outputs, "-") : NULL;
    if (buffer) {
        drift_status status = options->json ? drift_profile_render_json(profile, buffer)
                                            : drift_profile_render_text(profile, buffer);
        result = status == DRIFT_OK
                     ? outputs_commit(outputs)
                     : fail("cannot render the profile: %s", drift_status_string(status));
    }
    outputs_destroy(outputs);
    drift_profile_destroy(profile);
    return result;
}
