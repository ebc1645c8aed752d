/* SPDX-License-Identifier: Apache-2.0
 *
 * source.c: what the options say about the data, and the profiles that the
 * commands start from.
 */
#include "cli.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static drift_status state_column(drift_schema *schema, const column_choice *choice)
{
    static const drift_role roles[] = {
        [STATE_PREDICTION] = DRIFT_ROLE_PREDICTION,
        [STATE_SCORE] = DRIFT_ROLE_SCORE,
        [STATE_LABEL] = DRIFT_ROLE_LABEL,
        [STATE_ID] = DRIFT_ROLE_ID,
        [STATE_TIME] = DRIFT_ROLE_TIME,
        [STATE_SEGMENT] = DRIFT_ROLE_SEGMENT,
    };
    if (choice->statement == STATE_MUTED)
        return DRIFT_OK;
    if (choice->statement == STATE_INCLUDED) {
        drift_schema_only_included(schema);
        return drift_schema_set_use(schema, choice->column, DRIFT_USE_INCLUDE);
    }
    if (choice->statement == STATE_EXCLUDED)
        return drift_schema_set_use(schema, choice->column, DRIFT_USE_EXCLUDE);
    return drift_schema_set_role(schema, choice->column, roles[choice->statement]);
}

/* A column cannot be two things; one named twice by the same option is fine. */
static int check_choices(const cli_options *options)
{
    for (size_t i = 0; i < options->n_choices; i++) {
        for (size_t j = 0; j < i; j++) {
            const column_choice *a = &options->choices[j], *b = &options->choices[i];
            int both_uses = a->statement <= STATE_EXCLUDED && b->statement <= STATE_EXCLUDED;
            int both_roles = a->statement > STATE_EXCLUDED && a->statement < STATE_MUTED &&
                             b->statement > STATE_EXCLUDED && b->statement < STATE_MUTED;
            if (a->statement != b->statement && (both_uses || both_roles) &&
                strcmp(a->column, b->column) == 0)
                return fail("column '%s' is named by %s and by %s", a->column, a->option,
                            b->option);
        }
    }
    return 0;
}

int source_config(const cli_options *options, drift_profile_config *out_config)
{
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_error error = {{0}};
    drift_schema *schema = NULL;
    if (check_choices(options))
        return STATUS_ERROR;
    drift_status status = DRIFT_OK;
    if (options->schema)
        status = drift_schema_read(options->schema, NULL, &schema, &error);
    else if (options->n_choices)
        status = drift_schema_create(NULL, &schema);
    if (status != DRIFT_OK)
        return fail("%s", *error.message ? error.message : drift_status_string(status));
    for (size_t i = 0; i < options->n_choices && status == DRIFT_OK; i++)
        status = state_column(schema, &options->choices[i]);
    if (status != DRIFT_OK) {
        drift_schema_destroy(schema);
        return fail("%s", drift_status_string(status));
    }
    if (options->threads != 1)
        status = drift_executor_create((uint32_t)options->threads, NULL, &config.executor, &error);
    if (status != DRIFT_OK) {
        drift_schema_destroy(schema);
        return fail("--threads: %s", error.message);
    }
    config.schema = schema;
    config.delimiter = (char)options->delimiter;
    config.missing = options->missing;
    config.n_missing = options->n_missing;
    config.format = options->format;
    config.block_rows = options->block_rows;
    config.season_rows = options->season;
    config.block_column = options->block_column;
    config.progress = show_progress;
    config.progress_context = (void *)(uintptr_t)"reading";
    *out_config = config;
    return 0;
}

void source_release(drift_profile_config *config)
{
    drift_executor_destroy(config->executor);
    drift_schema_destroy((drift_schema *)(uintptr_t)config->schema);
}

/* The message of an unknown column: the nearest name, and as many known ones as fit a line. */
static int unknown_column(const column_choice *choice, const char *const *names, size_t n)
{
    char list[400];
    size_t used = 0;
    const char *nearest = nearest_name(choice->column, names, n);
    list[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        int written = snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "", names[i]);
        if (written < 0 || used + (size_t)written >= sizeof(list) - 5) {
            snprintf(list + used, sizeof(list) - used, "%s",
                     used + 5 < sizeof(list) ? ", ..." : "");
            break;
        }
        used += (size_t)written;
    }
    if (nearest)
        return fail("%s names no column '%s', did you mean '%s'? The columns are %s",
                    choice->option, choice->column, nearest, list);
    return fail("%s names no column '%s'. The columns are %s", choice->option, choice->column,
                list);
}

int check_columns(const cli_options *options, const drift_profile *profile)
{
    size_t n = drift_profile_columns(profile), index = 0;
    for (size_t i = 0; i < options->n_choices; i++) {
        const column_choice *choice = &options->choices[i];
        if (drift_profile_find_column(profile, choice->column, &index) == DRIFT_OK)
            continue;
        const char **names = calloc(n + 1, sizeof(*names));
        if (!names)
            return fail_memory();
        for (size_t k = 0; k < n; k++) {
            drift_profile_column column = {0};
            drift_profile_get_column(profile, k, &column);
            names[k] = column.name ? column.name : "";
        }
        int result = unknown_column(choice, names, n);
        free(names);
        return result;
    }
    return 0;
}

/*
 * The library refuses a schema with a column that the data lacks, and knows no options: where an
 * option named it, the option and the nearest name make the better message.
 */
static int explain_failure(const char *path, const cli_options *options,
                           const drift_profile_config *config, const drift_error *error)
{
    drift_profile_config plain = *config;
    drift_profile *profile = NULL;
    int explained = 0;
    plain.schema = NULL;
    if (options->n_choices && strcmp(path, "-") != 0 &&
        drift_profile_read(path, &plain, &profile, NULL) == DRIFT_OK)
        explained = check_columns(options, profile);
    drift_profile_destroy(profile);
    return explained ? explained : fail("%s", error->message);
}

int open_reference(const char *path, const cli_options *options, drift_profile_config *config,
                   drift_profile **out_profile, drift_status *out_status)
{
    drift_error error = {{0}};
    drift_profile *profile = NULL;
    drift_status status = drift_profile_read(path, config, &profile, &error);
    *out_status = status;
    if (status != DRIFT_OK)
        return explain_failure(path, options, config, &error);
    if (check_columns(options, profile))
        goto failed;
    if (config->schema) {
        status = drift_profile_apply_schema(profile, config->schema, &error);
        *out_status = status;
        if (status != DRIFT_OK) {
            fail("%s", error.message);
            goto failed;
        }
    }
    *out_profile = profile;
    return 0;
failed:
    drift_profile_destroy(profile);
    return STATUS_ERROR;
}

static int read_stream(FILE *file, const char *path, drift_buffer *bytes)
{
    char chunk[65536];
    size_t got = 0;
    while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        if (drift_buffer_append(bytes, chunk, got) != DRIFT_OK)
            return fail_memory();
    }
    return ferror(file) ? fail("cannot read %s: %s", path, strerror(errno)) : 0;
}

int is_journal(const char *path)
{
    static const char ending[] = ".journal";
    char begin[4] = {0};
    size_t length = strlen(path);
    if (length >= sizeof ending && strcmp(path + length - (sizeof ending - 1), ending) == 0)
        return 1;
    FILE *file = strcmp(path, "-") == 0 ? NULL : fopen(path, "rbe");
    if (!file)
        return 0;
    size_t got = fread(begin, 1, sizeof begin, file);
    fclose(file);
    return got == sizeof begin && memcmp(begin, DRIFT_JOURNAL_MAGIC, sizeof begin) == 0;
}

int open_profile(const char *path, drift_profile **out_profile, size_t *out_size)
{
    drift_error error = {{0}};
    drift_buffer *bytes = NULL;
    int standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rbe");
    if (!file)
        return fail("cannot open %s: %s", path, strerror(errno));
    int result = STATUS_ERROR;
    if (drift_buffer_create(NULL, &bytes) != DRIFT_OK)
        fail_memory();
    else
        result = read_stream(file, path, bytes);
    if (!standard)
        fclose(file);
    if (!result) {
        size_t size = drift_buffer_size(bytes);
        if (!size)
            result = fail("%s: the file is empty", path);
        else if (drift_profile_deserialize(drift_buffer_data(bytes), size, NULL, out_profile,
                                           &error))
            result = fail("%s: %s", path, error.message);
        else if (out_size)
            *out_size = size;
    }
    drift_buffer_destroy(bytes);
    return result;
}
