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

static drift_comparison_config policy(const cli_options *options)
{
    drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
    config.preset = options->preset;
    config.alpha = options->alpha;
    config.min_effect = options->min_effect;
    config.correction = options->correction;
    config.min_count =
        (uint32_t)(options->min_count < UINT32_MAX ? options->min_count : UINT32_MAX);
    config.reference_source = options->operands[0];
    config.current_source = options->operands[1];
    return config;
}

static int compare_profiles(const cli_options *options, const drift_profile *reference,
                            const drift_profile *current, const drift_chunks *chunks)
{
    drift_comparison_config config = policy(options);
    drift_comparison *comparison = NULL;
    drift_error error = {{0}};
    config.chunks = chunks;
    if (drift_comparison_create(reference, current, &config, &comparison, &error) != DRIFT_OK)
        return fail("%s", error.message);
    int result = write_results(options, comparison);
    if (!result)
        result = exit_code(options, comparison);
    drift_comparison_destroy(comparison);
    return result;
}

static const char *time_column(const cli_options *options)
{
    for (size_t i = 0; i < options->n_choices; i++)
        if (options->choices[i].statement == STATE_TIME)
            return options->choices[i].column;
    return NULL;
}

typedef struct chunk_sink {
    drift_chunks *chunks;
    drift_error error;
} chunk_sink;

static drift_status take_chunk(void *context, const drift_profile *part, uint64_t first_row,
                               uint64_t last_row, const char *label)
{
    chunk_sink *sink = context;
    return drift_chunks_add(sink->chunks, part, first_row, last_row, label, &sink->error);
}

/* The current data in parts: each compared as soon as it is read, and the profile of the whole. */
static drift_status read_chunks(const cli_options *options, const drift_profile *reference,
                                const drift_profile_config *config, chunk_sink *sink,
                                drift_profile **out_current, drift_error *error)
{
    drift_parts_config parts = DRIFT_PARTS_CONFIG_INIT;
    drift_comparison_config judged = policy(options);
    drift_reader *reader = NULL;
    parts.rows = options->chunk_rows;
    parts.period = options->chunk_period ? "DWM"[options->chunk_period - 1] : 0;
    parts.time = time_column(options);
    drift_status status = drift_chunks_create(reference, &judged, &sink->chunks, error);
    if (status == DRIFT_OK)
        status = drift_reader_open(options->operands[1], config, &reader, error);
    if (status == DRIFT_OK)
        status = drift_profile_build_parts(reader, reference, config, &parts, take_chunk, sink,
                                           out_current, error);
    if (status != DRIFT_OK && *sink->error.message)
        *error = sink->error;
    drift_reader_destroy(reader);
    return status;
}

static int compare_current(const cli_options *options, const drift_profile *reference,
                           const drift_profile_config *config)
{
    drift_error error = {{0}};
    drift_profile *current = NULL;
    chunk_sink sink = {NULL, {{0}}};
    drift_status status;
    if (options->chunk_rows || options->chunk_period)
        status = read_chunks(options, reference, config, &sink, &current, &error);
    else
        status =
            drift_profile_read_against(options->operands[1], reference, config, &current, &error);
    int result;
    if (status == DRIFT_OK)
        result = compare_profiles(options, reference, current, sink.chunks);
    else
        result = fail("%s", error.message);
    if (status == DRIFT_ERR_NOT_ENOUGH_DATA)
        result = STATUS_TOO_LITTLE;
    drift_chunks_destroy(sink.chunks);
    drift_profile_destroy(current);
    return result;
}

int run_compare(const cli_options *options)
{
    drift_profile_config config;
    drift_profile *reference = NULL;
    drift_status status = DRIFT_OK;
    if (output_check(options->html) || output_check(options->json_file) ||
        source_config(options, &config))
        return STATUS_ERROR;
    int result = open_reference(options->operands[0], options, &config, &reference, &status);
    if (result && status == DRIFT_ERR_NOT_ENOUGH_DATA)
        result = STATUS_TOO_LITTLE;
    if (!result)
        result = compare_current(options, reference, &config);
    drift_profile_destroy(reference);
    source_release(&config);
    return result;
}
