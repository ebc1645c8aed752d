/* SPDX-License-Identifier: Apache-2.0
 *
 * reader.c: the public face of all readers, which one a file needs, and the
 * reader of a table in memory.
 */
#include "io/reader.h"

#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "core/memory.h"
#include "io/file_reader.h"

static drift_status settings_of(const drift_profile_config *config, drift_profile_config *out,
                                drift_error *error)
{
    *out = (drift_profile_config)DRIFT_PROFILE_CONFIG_INIT;
    drift_status status = drift__config_copy(out, config, sizeof *out, error);
    if (status)
        return status;
    char c = out->delimiter;
    if (c == '"' || c == '\n' || c == '\r' || (unsigned char)c >= 0x80)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "the delimiter must be one ASCII character, no quote and no line end");
    return DRIFT_OK;
}

static int ends_with(const char *name, size_t length, const char *suffix)
{
    size_t size = strlen(suffix);
    return length >= size && strncasecmp(name + length - size, suffix, size) == 0;
}

/* Files that are known, and not read here. */
static drift_status refuse_foreign(const drift__source *source, const uint8_t *bytes, size_t size,
                                   drift_error *error)
{
    static const struct {
        const char *magic, *what;
    } foreign[] = {{"DRpf", "this is a profile, not a table"},
                   {"ARRO", "Arrow and Feather files are not read by this command; in Python pass "
                            "the table itself to libdrift"},
                   {"PK\3\4", "this is a zip archive or a spreadsheet; export it as CSV"},
                   {"BZh", "bzip2 is not read; recompress with gzip or zstd"},
                   {"\xfd"
                    "7zX",
                    "xz is not read; recompress with gzip or zstd"}};
    const char *label = drift__source_label(source);
    if (size >= 4 && memcmp(bytes, "PAR1", 4) == 0)
        return drift__fail(error, DRIFT_ERR_UNSUPPORTED,
                           "%s: Parquet is not read by this command; in Python: import pandas, "
                           "libdrift; libdrift.Profile.from_data(pandas.read_parquet('%s'))",
                           label, label);
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        size_t length = strlen(foreign[i].magic);
        if (size >= length && memcmp(bytes, foreign[i].magic, length) == 0)
            return drift__fail(error, DRIFT_ERR_UNSUPPORTED, "%s: %s", label, foreign[i].what);
    }
    return DRIFT_OK;
}

static int begins_with_brace(const uint8_t *bytes, size_t size)
{
    size_t at = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < size && (bytes[at] == ' ' || (bytes[at] >= '\t' && bytes[at] <= '\r')))
        at++;
    return at < size && bytes[at] == '{';
}

static drift_status choose_format(const drift__source *source, const drift_profile_config *config,
                                  const uint8_t *bytes, size_t size,
                                  const drift__row_format **out_format, char *out_delimiter,
                                  drift_error *error)
{
    const char *path = drift__source_path(source);
    size_t length = strlen(path);
    char quoted[64];
    if (ends_with(path, length, ".gz"))
        length -= 3;
    else if (ends_with(path, length, ".zst"))
        length -= 4;
    int tabs = ends_with(path, length, ".tsv");
    *out_delimiter = config->delimiter ? config->delimiter : tabs ? '\t' : ',';
    *out_format = &drift__csv_format;
    if (config->format) {
        if (strcmp(config->format, "jsonl") == 0)
            *out_format = &drift__jsonl_format;
        else if (strcmp(config->format, "csv") != 0)
            return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                               "the format '%s' is unknown; csv and jsonl are read",
                               drift__quote(quoted, config->format, strlen(config->format)));
    } else if (ends_with(path, length, ".jsonl") || ends_with(path, length, ".ndjson") ||
               (!tabs && !ends_with(path, length, ".csv") && begins_with_brace(bytes, size))) {
        *out_format = &drift__jsonl_format;
    }
    return DRIFT_OK;
}

drift_status drift__reader_open_source(drift__source *source, const drift_profile_config *config,
                                       drift_reader **out_reader, drift_error *error)
{
    drift_profile_config settings;
    const uint8_t *bytes;
    size_t size;
    const drift__row_format *format;
    char delimiter;
    drift_status status = settings_of(config, &settings, error);
    if (status == DRIFT_OK)
        status = drift__source_peek(source, &bytes, &size, error);
    if (status == DRIFT_OK)
        status = refuse_foreign(source, bytes, size, error);
    if (status == DRIFT_OK)
        status = choose_format(source, &settings, bytes, size, &format, &delimiter, error);
    if (status)
        return status;
    return drift__file_reader_create(source, format, delimiter, &settings, out_reader, error);
}

drift_status drift_reader_open(const char *path, const drift_profile_config *config,
                               drift_reader **out_reader, drift_error *error)
{
    drift_profile_config settings;
    drift__source *source;
    if (!path || !out_reader)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = settings_of(config, &settings, error);
    if (status == DRIFT_OK)
        status = drift__source_open(path, &settings, &source, error);
    if (status)
        return status;
    status = drift__reader_open_source(source, &settings, out_reader, error);
    if (status)
        drift__source_destroy(source);
    return status;
}

void drift_reader_destroy(drift_reader *reader)
{
    if (reader)
        reader->methods->destroy(reader);
}

drift_status drift_reader_next(drift_reader *reader, drift_table *out_table, drift_error *error)
{
    if (!reader || !out_table)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (!reader->methods->several)
        return reader->methods->next(reader, out_table, error);
    if (reader->next_table == reader->n_tables) {
        const drift_table *tables;
        size_t n;
        drift_status status = reader->methods->several(reader, &tables, &n, error);
        if (status)
            return status;
        reader->tables = tables;
        reader->n_tables = n;
        reader->next_table = 0;
    }
    *out_table = reader->tables[reader->next_table++];
    return DRIFT_OK;
}

drift_status drift__reader_several(drift_reader *reader, const drift_table **out_tables,
                                   size_t *out_n, drift_error *error)
{
    if (reader->methods->several && reader->next_table == reader->n_tables)
        return reader->methods->several(reader, out_tables, out_n, error);
    drift_status status = drift_reader_next(reader, &reader->single, error);
    *out_tables = &reader->single;
    *out_n = status == DRIFT_OK;
    return status;
}

drift_status drift__reader_restart(drift_reader *reader, drift_error *error)
{
    reader->n_tables = reader->next_table = 0;
    return reader->methods->rewind(reader, error);
}

drift_status drift_reader_rewind(drift_reader *reader, drift_error *error)
{
    if (!reader)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    if (!drift_reader_rewindable(reader))
        return drift__fail(error, DRIFT_ERR_UNSUPPORTED,
                           "%s: a pipe cannot be read from its beginning again", reader->label);
    return drift__reader_restart(reader, error);
}

void drift__reader_expect(drift_reader *reader, const drift__expectation *expectation)
{
    if (reader->methods->expect)
        reader->methods->expect(reader, expectation);
}

int drift_reader_rewindable(const drift_reader *reader)
{
    return reader && !reader->once && (!reader->source || drift__source_seekable(reader->source));
}

const char *drift_reader_name(const drift_reader *reader)
{
    return reader ? reader->name : "";
}

/* A table in memory: one batch, given out as it is. */
typedef struct table_reader {
    drift_reader base;
    drift_table table;
    int delivered;
} table_reader;

static drift_status table_next(drift_reader *base, drift_table *out_table, drift_error *error)
{
    table_reader *reader = (table_reader *)base;
    (void)error;
    if (reader->delivered)
        return DRIFT_END;
    reader->delivered = 1;
    *out_table = reader->table;
    return DRIFT_OK;
}

static drift_status table_rewind(drift_reader *base, drift_error *error)
{
    (void)error;
    ((table_reader *)base)->delivered = 0;
    return DRIFT_OK;
}

static void table_destroy(drift_reader *base)
{
    drift_allocator memory = base->allocator;
    drift__release(&memory, base);
}

static const drift__reader_methods table_methods = {
    .next = table_next, .rewind = table_rewind, .destroy = table_destroy};

drift_status drift_reader_open_table(const drift_table *table, const drift_allocator *allocator,
                                     drift_reader **out_reader, drift_error *error)
{
    if (!table || !out_reader || table->struct_size < sizeof *table)
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "the table is incomplete: start from DRIFT_TABLE_INIT");
    drift_allocator memory = drift__allocator(allocator);
    table_reader *reader = drift__allocate_zero(&memory, 1, sizeof *reader);
    if (!reader)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    reader->base.methods = &table_methods;
    reader->base.allocator = memory;
    reader->base.name = reader->base.label = "memory";
    reader->table = *table;
    *out_reader = &reader->base;
    return DRIFT_OK;
}
