/* SPDX-License-Identifier: Apache-2.0
 *
 * detectors.c: --detector NAME(key=value,...):COLUMN: detectors of drift/detector.h for a watch.
 */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PARAMETERS = 16, SAMPLE = 1000 };

/* What an option says, its text cut into pieces in place. */
typedef struct statement {
    char *text;         /* owned */
    const char *column; /* NULL = every numeric column that is tested */
    drift_detector_kind kind;
    drift_detector_parameter parameters[MOST_PARAMETERS];
    uint32_t n;
} statement;

static int misread(const char *text)
{
    return fail("--detector is NAME, NAME:COLUMN or NAME(PARAMETER=NUMBER,...):COLUMN, not '%s'",
                text);
}

static int is_given(const statement *wanted, const char *name)
{
    for (uint32_t k = 0; k < wanted->n; k++)
        if (!strcmp(wanted->parameters[k].name, name))
            return 1;
    return 0;
}

/* "delta=0.1,clock=8" */
static int take_parameters(char *text, const char *whole, statement *out)
{
    for (char *at = text; at; out->n++) {
        char *next = strchr(at, ','), *value = strchr(at, '=');
        if (next)
            *next++ = '\0';
        if (!value || value == at || out->n == MOST_PARAMETERS)
            return misread(whole);
        *value++ = '\0';
        if (is_given(out, at))
            return fail("--detector takes each parameter once, not %s twice in '%s'", at, whole);
        out->parameters[out->n].name = at;
        if (parse_number("--detector", value, &out->parameters[out->n].value))
            return STATUS_ERROR;
        at = next;
    }
    return 0;
}

static int take_statement(const char *text, statement *out)
{
    drift_error error = {{0}};
    size_t length = strcspn(text, "(:");
    out->text = strdup(text);
    if (!out->text)
        return fail_memory();
    char *rest = out->text + length;
    if (*rest == '(') {
        char *end = strchr(rest, ')');
        if (!end || (end[1] && end[1] != ':'))
            return misread(text);
        *rest++ = *end++ = '\0';
        if (*rest && take_parameters(rest, text, out))
            return STATUS_ERROR;
        rest = end;
    }
    if (*rest == ':') {
        *rest++ = '\0';
        if (!*rest)
            return misread(text);
        out->column = rest;
    }
    if (!strcmp(out->text, "evidence") || !strcmp(out->text, "window"))
        return fail(
            "--detector %s judges every column and takes neither column nor parameters, not '%s'",
            out->text, text);
    if (drift_detector_find(out->text, &out->kind, &error) != DRIFT_OK)
        return fail("--detector: %s; and evidence, window", error.message);
    return 0;
}

/* One that compares with a sample gets quantiles of the reference for it. */
static drift_status create(const statement *wanted, const drift_profile *reference, size_t index,
                           drift_detector **out_detector, drift_error *error)
{
    double sample[SAMPLE];
    drift_detector_config config = DRIFT_DETECTOR_CONFIG_INIT;
    config.parameters = wanted->parameters;
    config.n_parameters = wanted->n;
    for (size_t k = 0; wanted->kind == DRIFT_DETECTOR_INCREMENTAL_KS && k < SAMPLE; k++) {
        drift_status status =
            drift_profile_quantile(reference, index, ((double)k + 0.5) / SAMPLE, &sample[k]);
        if (status != DRIFT_OK)
            break;
        config.reference = sample;
        config.n_reference = k + 1;
    }
    return drift_detector_create(wanted->kind, &config, out_detector, error);
}

static int add(drift_monitor *monitor, const statement *wanted, size_t index, const char *column)
{
    drift_error error = {{0}};
    drift_detector *detector = NULL;
    drift_status status =
        create(wanted, drift_monitor_reference(monitor), index, &detector, &error);
    if (status == DRIFT_OK)
        status = drift_monitor_add_detector(monitor, column, detector, &error);
    if (status == DRIFT_OK)
        return 0;
    drift_detector_destroy(detector);
    return fail("--detector %s: %s", wanted->text, error.message);
}

static int add_everywhere(drift_monitor *monitor, const statement *wanted)
{
    const drift_profile *reference = drift_monitor_reference(monitor);
    size_t added = 0;
    for (size_t i = 0; i < drift_profile_columns(reference); i++) {
        drift_profile_column column;
        if (drift_profile_get_column(reference, i, &column) != DRIFT_OK || !column.tested ||
            column.type != DRIFT_TYPE_NUMERIC)
            continue;
        if (add(monitor, wanted, i, column.name))
            return STATUS_ERROR;
        added++;
    }
    return added ? 0 : fail("--detector %s: no numeric column is tested", wanted->text);
}

static int add_statement(drift_monitor *monitor, const statement *wanted)
{
    size_t index = 0;
    if (!wanted->column)
        return add_everywhere(monitor, wanted);
    while (index + 1 < drift_monitor_columns(monitor) &&
           strcmp(drift_monitor_column_name(monitor, index), wanted->column) != 0)
        index++; /* a column that is not there is told when it is added */
    return add(monitor, wanted, index, wanted->column);
}

int detectors_check(const char *text)
{
    statement wanted = {0};
    int result = take_statement(text, &wanted);
    free(wanted.text);
    return result;
}

int detectors_add(drift_monitor *monitor, const cli_options *options)
{
    int result = 0;
    for (size_t i = 0; i < options->n_detectors && !result; i++) {
        statement wanted = {0};
        result = take_statement(options->detectors[i], &wanted);
        if (!result)
            result = add_statement(monitor, &wanted);
        free(wanted.text);
    }
    return result;
}

void detectors_tell_ignored(const drift_monitor *monitor)
{
    char list[400] = "";
    size_t used = 0;
    int bits = 0, shares = 0;
    for (size_t i = 0; i < drift_monitor_detectors(monitor); i++) {
        drift_monitor_detector_info info = {.struct_size = sizeof info};
        if (drift_monitor_get_detector(monitor, i, &info) != DRIFT_OK || !info.ignored)
            continue;
        drift_detector_kind kind = drift_detector_kind_of(info.detector);
        bits |= drift_detector_input_of(kind) == DRIFT_DETECTOR_BITS;
        shares |= drift_detector_input_of(kind) == DRIFT_DETECTOR_SHARES;
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s of %s",
                                     used ? ", " : "", drift_detector_name(kind), info.column);
    }
    if (used)
        warn("values were left out that their detector does not take: %s%s; %s", list,
             used < sizeof list ? "" : "...",
             bits && shares ? "these take 0 or 1, or numbers from 0 to 1"
             : bits         ? "it takes 0 or 1"
             : shares       ? "it takes numbers from 0 to 1"
                            : "it takes finite numbers");
}
