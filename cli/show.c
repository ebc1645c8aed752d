/* SPDX-License-Identifier: Apache-2.0
 *
 * show.c: drift show.
 */
#include "cli.h"

typedef struct listing {
    drift_buffer *buffer;
    int json;
} listing;

static drift_status list_record(const drift_journal_record *record, void *context)
{
    const listing *l = context;
    return l->json ? drift_journal_record_render_json(record, l->buffer)
                   : drift_journal_record_render_text(record, l->buffer);
}

/* A damaged journal is when its records are wanted most: those before the damage are shown. */
static int show_journal(const char *path, listing l, cli_outputs *outputs)
{
    drift_journal_report report = DRIFT_JOURNAL_REPORT_INIT;
    drift_error error = {{0}};
    if (drift_journal_read(path, NULL, list_record, &l, NULL, &report, &error))
        return fail("%s", error.message);
    int result = outputs_commit(outputs);
    if (!result && report.fault)
        result = fail("%s: %s (%s)", path, report.message,
                      drift_journal_fault_name((drift_journal_fault)report.fault));
    return result;
}

static int show_profile(const char *path, listing l, cli_outputs *outputs)
{
    drift_profile *profile = NULL;
    if (open_profile(path, &profile, NULL))
        return STATUS_ERROR;
    drift_status status = l.json ? drift_profile_render_json(profile, l.buffer)
                                 : drift_profile_render_text(profile, l.buffer);
    drift_profile_destroy(profile);
    return status == DRIFT_OK ? outputs_commit(outputs)
                              : fail("cannot render the profile: %s", drift_status_string(status));
}

int run_show(const cli_options *options)
{
    int result = STATUS_ERROR;
    cli_outputs *outputs = outputs_create();
    listing l = {outputs ? outputs_add(outputs, "-") : NULL, options->json};
    if (l.buffer)
        result = is_journal(options->operands[0]) ? show_journal(options->operands[0], l, outputs)
                                                  : show_profile(options->operands[0], l, outputs);
    outputs_destroy(outputs);
    return result;
}
