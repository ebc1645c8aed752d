/* SPDX-License-Identifier: Apache-2.0
 *
 * profile.c: drift profile: data to a reference, or data counted in the edges
 * of one.
 */
#include "cli.h"
#include <stdlib.h>

/* All operands as one reader: several tables are one data set in the order named. */
static int open_data(const cli_options *options, const drift_profile_config *config,
                     drift_reader **out_reader)
{
    drift_error error = {{0}};
    size_t n = 0;
    drift_status status = DRIFT_OK;
    drift_reader **readers = calloc(options->n_operands, sizeof(*readers));
    if (!readers)
        return fail_memory();
    while (n < options->n_operands && status == DRIFT_OK) {
        status = drift_reader_open(options->operands[n], config, &readers[n], &error);
        n += status == DRIFT_OK;
    }
    if (status == DRIFT_OK && n == 1)
        *out_reader = readers[0];
    else if (status == DRIFT_OK)
        status = drift_reader_open_chain(readers, n, NULL, out_reader, &error);
    int result = status == DRIFT_OK ? 0 : fail("%s", error.message);
    for (size_t i = 0; result && i < n; i++)
        drift_reader_destroy(readers[i]);
    free(readers);
    return result;
}

static int render(const cli_options *options, const drift_profile *profile, cli_outputs *outputs)
{
    drift_error error = {{0}};
    drift_schema *schema = NULL;
    drift_buffer *buffer = outputs_add(outputs, options->output);
    if (!buffer)
        return STATUS_ERROR;
    if (drift_profile_serialize(profile, buffer, &error) != DRIFT_OK)
        return fail("%s", error.message);
    if (!options->schema_out)
        return 0;
    buffer = outputs_add(outputs, options->schema_out);
    if (!buffer)
        return STATUS_ERROR;
    drift_status status = drift_profile_schema(profile, &schema);
    if (status == DRIFT_OK)
        status = drift_schema_render_json(schema, buffer);
    drift_schema_destroy(schema);
    return status == DRIFT_OK ? 0 : fail("%s", drift_status_string(status));
}

static int write_profile(const cli_options *options, const drift_profile *profile)
{
    cli_outputs *outputs = outputs_create();
    if (!outputs)
        return STATUS_ERROR;
    int result = render(options, profile, outputs);
    if (!result)
        result = outputs_commit(outputs);
    outputs_destroy(outputs);
    return result;
}

static int build(const cli_options *options, const drift_profile_config *config,
                 const drift_profile *against)
{
    drift_error error = {{0}};
    drift_reader *reader = NULL;
    drift_profile *profile = NULL;
    if (open_data(options, config, &reader))
        return STATUS_ERROR;
    int result = 0;
    if (drift_profile_build(reader, against, config, &profile, &error) != DRIFT_OK)
        result = fail("%s", error.message);
    if (!result)
        result = check_columns(options, profile);
    if (!result)
        result = write_profile(options, profile);
    drift_profile_destroy(profile);
    drift_reader_destroy(reader);
    return result;
}

int run_profile(const cli_options *options)
{
    drift_profile_config config;
    drift_profile *against = NULL;
    drift_status status = DRIFT_OK;
    if (!options->output)
        return fail("profile needs -o P.drift");
    if (output_check(options->output) || output_check(options->schema_out) ||
        source_config(options, &config))
        return STATUS_ERROR;
    int result = 0;
    if (options->reference)
        result = open_reference(options->reference, options, &config, &against, &status);
    if (!result)
        result = build(options, &config, against);
    drift_profile_destroy(against);
    source_release(&config);
    return result;
}
