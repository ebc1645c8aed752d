/* SPDX-License-Identifier: Apache-2.0
 *
 * build.c: readers into profiles. A reference is read three times: to infer
 * types from its first rows, to sample, to count. Of a pipe only the kept
 * prefix can be read again: types and edges come from it, and all rows are
 * counted. A pipe that ends within its prefix is treated as a file.
 */
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "io/reader.h"
#include "profile/learn_state.h"
#include "profile/state.h"

enum { PASSES = 3 };
#define LARGEST_PROFILE_FILE (UINT64_C(1) << 30)

/* Put the source's name before a message that does not know it. */
static drift_status name_source(const char *label, drift_status status, drift_error *error)
{
    if (!error || status == DRIFT_OK)
        return status;
    drift_error plain = *error;
    return drift__fail(error, status, "%s: %s", label, plain.message);
}

static drift_status start_pass(drift_reader *reader, unsigned pass, drift_error *error)
{
    if (!reader->source)
        return drift_reader_rewind(reader, error);
    drift__source_pass(reader->source, pass, PASSES);
    return drift__reader_restart(reader, error);
}

static int from_pipe(const drift_reader *reader)
{
    return reader->source && !drift__source_seekable(reader->source);
}

static int any_column(const void *context, const char *name)
{
    (void)context;
    (void)name;
    return 1;
}

static int learns_numbers(const void *context, const char *name)
{
    return drift__learner_takes_doubles(context, name);
}

static int counts_numbers(const void *context, const char *name)
{
    return drift__profile_takes_doubles(context, name);
}

/* Pass 1. `*out_whole` is 0 where a pipe was left before its end, because its prefix was full. */
static drift_status infer(drift_reader *reader, drift__learner *learner, int pipe, int *out_whole,
                          drift_error *error)
{
    int enough = 0;
    *out_whole = 1;
    for (;;) {
        const drift_table *tables;
        size_t n;
        if (pipe && drift__source_prefix_full(reader->source)) {
            *out_whole = 0;
            return DRIFT_OK;
        }
        drift_status status = drift__reader_several(reader, &tables, &n, error);
        if (status)
            return status == DRIFT_END ? DRIFT_OK : status;
        if (enough)
            continue;
        status = drift__learner_infer(learner, tables, n, error);
        if (status != DRIFT_OK && status != DRIFT_END)
            return name_source(reader->label, status, error);
        enough = status == DRIFT_END;
        /* A file's other columns and rows wait; how much a pipe holds must be found out. */
        if (enough && !pipe)
            return DRIFT_OK;
    }
}

/* Pass 2 over at most `most` rows. */
static drift_status sample(drift_reader *reader, drift__learner *learner, uint64_t most,
                           drift_error *error)
{
    while (most) {
        const drift_table *tables;
        size_t n, whole = 0;
        drift_status status = drift__reader_several(reader, &tables, &n, error);
        if (status)
            return status == DRIFT_END ? DRIFT_OK : status;
        for (; whole < n && tables[whole].n_rows <= most; whole++)
            most -= tables[whole].n_rows;
        status = drift__learner_sample(learner, tables, whole, error);
        if (status == DRIFT_OK && whole < n) {
            drift_table part = tables[whole];
            part.n_rows = most;
            most = 0;
            status = drift__learner_sample(learner, &part, 1, error);
        }
        if (status)
            return name_source(reader->label, status, error);
    }
    return DRIFT_OK;
}

static drift_status count(drift_reader *reader, drift_profile *profile, drift_error *error)
{
    const drift__expectation expectation = {counts_numbers, profile};
    drift_status status = DRIFT_OK;
    drift__reader_expect(reader, &expectation);
    while (status == DRIFT_OK) {
        const drift_table *tables;
        size_t n;
        status = drift__reader_several(reader, &tables, &n, error);
        if (status)
            break;
        status = drift__profile_count(profile, tables, n, error);
        name_source(reader->label, status, error);
    }
    drift__reader_expect(reader, NULL);
    return status == DRIFT_END ? DRIFT_OK : status;
}

/* Passes 1 and 2: an empty profile with its edges. */
static drift_status freeze(drift_reader *reader, drift__learner *learner, int pipe,
                           drift_profile **out_profile, drift_error *error)
{
    int whole = 1;
    drift__expectation expectation = {any_column, NULL};
    drift__reader_expect(reader, &expectation);
    drift_status status = start_pass(reader, 0, error);
    if (status == DRIFT_OK)
        status = infer(reader, learner, pipe, &whole, error);
    if (status == DRIFT_OK)
        status = start_pass(reader, 1, error);
    if (status)
        return status;
    drift__learner_decide(learner, NULL); /* where it fails, the sampling says so */
    expectation = (drift__expectation){learns_numbers, learner};
    drift__reader_expect(reader, &expectation);
    status = sample(reader, learner, whole ? UINT64_MAX : learner->inferred_rows, error);
    if (status)
        return status;
    status = drift__learner_freeze(learner, !whole, out_profile, error);
    return name_source(reader->label, status, error);
}

static drift_status learn(drift_reader *reader, const drift_profile_config *config,
                          drift_profile **out_profile, drift_error *error)
{
    drift__learner *learner = NULL;
    drift_profile *profile = NULL;
    int pipe = from_pipe(reader);
    drift_status status = drift__learner_create(config, &learner, error);
    if (status)
        return status;
    if (pipe)
        drift__source_pin(reader->source, 1);
    status = freeze(reader, learner, pipe, &profile, error);
    drift__reader_expect(reader, NULL);
    drift__learner_destroy(learner);
    if (status == DRIFT_OK)
        status = start_pass(reader, 2, error);
    if (pipe)
        drift__source_pin(reader->source, 0);
    if (status == DRIFT_OK)
        status = count(reader, profile, error);
    if (status == DRIFT_OK)
        status = name_source(reader->label, drift__order_end(profile), error);
    if (status)
        drift_profile_destroy(profile);
    else
        *out_profile = profile;
    return status;
}

static drift_status count_against(drift_reader *reader, const drift_profile *reference,
                                  const drift_profile_config *config, drift_profile **out_profile,
                                  drift_error *error)
{
    drift_profile *profile = NULL;
    drift_status status =
        drift_profile_create_against(reference, config->allocator, &profile, error);
    if (status == DRIFT_OK && config->executor)
        drift_profile_set_executor(profile, config->executor);
    if (status == DRIFT_OK && drift_reader_rewindable(reader))
        status = drift_reader_rewind(reader, error);
    if (status == DRIFT_OK)
        status = count(reader, profile, error);
    if (status == DRIFT_OK && config->schema) {
        status = drift_profile_apply_schema(profile, config->schema, error);
        name_source(reader->label, status, error);
    }
    if (status)
        drift_profile_destroy(profile);
    else
        *out_profile = profile;
    return status;
}

drift_status drift_profile_build(drift_reader *reader, const drift_profile *against,
                                 const drift_profile_config *config, drift_profile **out_profile,
                                 drift_error *error)
{
    drift_profile_config settings = DRIFT_PROFILE_CONFIG_INIT;
    if (!reader || !out_profile)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&settings, config, sizeof settings, error);
    if (status)
        return status;
    return against ? count_against(reader, against, &settings, out_profile, error)
                   : learn(reader, &settings, out_profile, error);
}

static drift_status read_all(drift__source *source, drift_buffer *buffer, drift_error *error)
{
    char piece[16384];
    size_t got;
    for (;;) {
        drift_status status = drift__source_read(source, piece, sizeof piece, &got, error);
        if (status == DRIFT_OK)
            status = drift__source_report(source, error);
        if (status || !got)
            return status;
        if (drift_buffer_size(buffer) + got > LARGEST_PROFILE_FILE)
            return drift__fail(error, DRIFT_ERR_UNSUPPORTED,
                               "%s: a profile of more than 1 GiB is not read",
                               drift__source_label(source));
        status = drift_buffer_append(buffer, piece, got);
        if (status)
            return drift__fail_status(error, status);
    }
}

/* A profile cannot be given blocks afterwards: they must be those asked for, or the reference's. */
static drift_status check_blocks(const drift_profile *profile, const drift_profile *reference,
                                 const drift_profile_config *config, const char *label,
                                 drift_error *error)
{
    drift__blocks asked = {config->block_rows, (char *)config->block_column, 0};
    char has[96], wanted[96];
    if (reference)
        asked = reference->blocks;
    else if (!asked.rows && !asked.column)
        return DRIFT_OK;
    if (drift__blocks_same(&profile->blocks, &asked))
        return DRIFT_OK;
    drift__blocks_say(&profile->blocks, has, sizeof has);
    drift__blocks_say(&asked, wanted, sizeof wanted);
    return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                       "%s: this profile was made with %s, not with %s; profile its data again "
                       "with the --block that is wanted",
                       label, has, wanted);
}

/* Nor a season: some column's plan must have been made with the one asked for. */
static drift_status check_season(const drift_profile *profile, const drift_profile *reference,
                                 const drift_profile_config *config, const char *label,
                                 drift_error *error)
{
    unsigned long long season = config->season_rows;
    int stated = 0;
    for (size_t i = 0; i < profile->n_columns; i++) {
        const drift__plan *plan = drift__column_plan(profile, i, DRIFT__PLAN_OF_VALUES);
        stated |= plan->stated && plan->season == season;
    }
    if (!season || reference || stated)
        return DRIFT_OK;
    return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                       "%s: this profile was made without a season of %llu rows; profile its data "
                       "again with --season %llu",
                       label, season, season);
}

static drift_status read_profile(drift__source *source, const drift_profile *reference,
                                 const drift_profile_config *config, drift_profile **out_profile,
                                 drift_error *error)
{
    const char *label = drift__source_label(source);
    drift_buffer *buffer = NULL;
    drift_profile *profile = NULL;
    drift_status status = drift_buffer_create(config->allocator, &buffer);
    if (status)
        return drift__fail_status(error, status);
    status = read_all(source, buffer, error);
    if (status == DRIFT_OK) {
        status = drift_profile_deserialize(drift_buffer_data(buffer), drift_buffer_size(buffer),
                                           config->allocator, &profile, error);
        name_source(label, status, error);
    }
    drift_buffer_destroy(buffer);
    if (status == DRIFT_OK && reference && !drift_profile_compatible(profile, reference))
        status = drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                             "%s: this profile was not counted in the edges of the reference; "
                             "profile its data again with --reference",
                             label);
    if (status == DRIFT_OK)
        status = check_blocks(profile, reference, config, label, error);
    if (status == DRIFT_OK)
        status = check_season(profile, reference, config, label, error);
    if (status == DRIFT_OK && config->schema) {
        status = drift_profile_apply_schema(profile, config->schema, error);
        name_source(label, status, error);
    }
    if (status)
        drift_profile_destroy(profile);
    else
        *out_profile = profile;
    return status;
}

static drift_status read_table(drift__source **source, const drift_profile *reference,
                               const drift_profile_config *config, drift_profile **out_profile,
                               drift_error *error)
{
    drift_reader *reader;
    drift_status status = drift__reader_open_source(*source, config, &reader, error);
    if (status)
        return status;
    *source = NULL;
    status = drift_profile_build(reader, reference, config, out_profile, error);
    drift_reader_destroy(reader);
    return status;
}

drift_status drift_profile_read_against(const char *path, const drift_profile *reference,
                                        const drift_profile_config *config,
                                        drift_profile **out_profile, drift_error *error)
{
    drift_profile_config settings = DRIFT_PROFILE_CONFIG_INIT;
    drift__source *source;
    const uint8_t *bytes;
    size_t size;
    if (!path || !out_profile)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&settings, config, sizeof settings, error);
    if (status == DRIFT_OK)
        status = drift__source_open(path, &settings, &source, error);
    if (status)
        return status;
    status = drift__source_peek(source, &bytes, &size, error);
    if (status == DRIFT_OK) {
        if (size >= 4 && memcmp(bytes, "DRpf", 4) == 0)
            status = read_profile(source, reference, &settings, out_profile, error);
        else
            status = read_table(&source, reference, &settings, out_profile, error);
    }
    drift__source_destroy(source);
    return status;
}

drift_status drift_profile_read(const char *path, const drift_profile_config *config,
                                drift_profile **out_profile, drift_error *error)
{
    return drift_profile_read_against(path, NULL, config, out_profile, error);
}
