/* SPDX-License-Identifier: Apache-2.0
 *
 * compare.c: drift compare.
 */
#include "cli.h"

static int exit_code(const cli_options *options, const drift_comparison *comparison)
{
    drift_verdict verdict = drift_comparison_verdict(comparison);
    drift_verdict least =
        options->fail_on == FAIL_ON_MINOR ? DRIFT_VERDICT_MINOR : DRIFT_VERDICT_DRIFT;
    if (!drift_comparison_judged(comparison))
        return STATUS_TOO_LITTLE;
    if (options->fail_on == FAIL_ON_NEVER)
        return STATUS_NO_DRIFT;
    return verdict >= least ? STATUS_DRIFT : STATUS_NO_DRIFT;
}

static drift_status render(const cli_options *options, const drift_comparison *comparison,
                           cli_outputs *outputs)
{
    drift_status status = DRIFT_OK;
    drift_buffer *buffer = NULL;
    if (options->html) {
        buffer = outputs_add(outputs, options->html);
        status = buffer ? drift_comparison_render_html(comparison, buffer) : DRIFT_ERR_IO;
    }
    if (options->json_file && status == DRIFT_OK) {
        buffer = outputs_add(outputs, options->json_file);
        status = buffer ? drift_comparison_render_json(comparison, buffer) : DRIFT_ERR_IO;
    }
    if (status != DRIFT_OK)
        return status;
    buffer = outputs_add(outputs, "-");
    if (!buffer)
        return DRIFT_ERR_IO;
    if (options->json)
        return drift_comparison_render_json(comparison, buffer);
    drift_text_config config = text_config();
    return drift_comparison_render_text(comparison, &config, buffer);
}

static int write_results(const cli_options *options, const drift_comparison *comparison)
{
    cli_outputs *outputs = outputs_create();
    if (!outputs)
        return STATUS_ERROR;
    drift_status status = render(options, comparison, outputs);
    int result = status == DRIFT_OK
                     ? outputs_commit(outputs)
                     : fail("cannot render the result: %s", drift_status_string(status));
    outputs_destroy(outputs);
    return result;
}

static int compare_profiles(const cli_options *options, const drift_profile *reference,
                            const drift_profile *current)
{
    drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
    drift_comparison *comparison = NULL;
    drift_error error = {{0}};
    config.preset = options->preset;
    config.alpha = options->alpha;
    config.min_effect = options->min_effect;
    config.correction = options->correction;
    config.min_count =
        (uint32_t)(options->min_count < UINT32_MAX ? options->min_count : UINT32_MAX);
    config.reference_source = options->operands[0];
    config.current_source = options->operands[1];
    if (drift_comparison_create(reference, current, &config, &comparison, &error) != DRIFT_OK)
        return fail("%s", error.message);
    int result = write_results(options, comparison);
    if (!result)
        result = exit_code(options, comparison);
    drift_comparison_destroy(comparison);
    return result;
}

int run_compare(const cli_options *options)
{
    drift_profile_config config;
    drift_schema *schema = NULL;
    drift_profile *reference = NULL, *current = NULL;
    drift_error error = {{0}};
    drift_status status = DRIFT_OK;
    if (output_check(options->html) || output_check(options->json_file) ||
        source_config(options, &config, &schema))
        return STATUS_ERROR;
    int result = open_reference(options->operands[0], options, &config, &reference, &status);
    if (result && status == DRIFT_ERR_NOT_ENOUGH_DATA)
        result = STATUS_TOO_LITTLE;
    if (!result) {
        status =
            drift_profile_read_against(options->operands[1], reference, &config, &current, &error);
        result = status == DRIFT_OK ? 0 : fail("%s", error.message);
        if (status == DRIFT_ERR_NOT_ENOUGH_DATA)
            result = STATUS_TOO_LITTLE;
    }
    if (!result)
        result = compare_profiles(options, reference, current);
    drift_profile_destroy(current);
    drift_profile_destroy(reference);
    drift_schema_destroy(schema);
    return result;
}
