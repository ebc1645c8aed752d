/* SPDX-License-Identifier: Apache-2.0
 *
 * options.c: one table of all options and one parser for every command.
 */
#include "cli.h"
#include "options_table.h"
#include <stdlib.h>
#include <string.h>

static int add_choices(const option_row *row, const char *text, cli_options *options);
static int add_missing(const char *text, cli_options *options);

static void *field(cli_options *options, const option_row *row)
{
    return (char *)options + row->offset;
}

static int take_effect(const option_row *row, const char *text, double *out_value)
{
    double value = 0;
    if (parse_number(row->name, text, &value))
        return STATUS_ERROR;
    if (value < 0)
        return fail("%s cannot be negative, it is '%s'", row->name, text);
    /* The library reads 0 as "the default" and a negative number as "none". */
    *out_value = value > 0 ? value : -1.0;
    return 0;
}

static int take_probability(const option_row *row, const char *text, double *out_value)
{
    double value = 0;
    if (parse_number(row->name, text, &value))
        return STATUS_ERROR;
    if (!(value > 0 && value < 1))
        return fail("%s needs a %s between 0 and 1, not '%s'", row->name,
                    row->value[0] == 'P' ? "probability" : "distance", text);
    *out_value = value;
    return 0;
}

static int take_preset(const char *text, uint32_t *out_preset)
{
    drift_error error = {{0}};
    drift_preset preset = DRIFT_PRESET_DEFAULT;
    if (drift_preset_find(text, &preset, &error) != DRIFT_OK)
        return fail("%s", error.message);
    *out_preset = (uint32_t)preset;
    return 0;
}

/* A whole number is a count of rows, anything else a column. */
static int take_block(const option_row *row, const char *text, cli_options *options)
{
    options->block_rows = 0;
    options->block_column = NULL;
    if (!*text)
        return fail("%s needs %s", row->name, row->value);
    if (text[strspn(text, "0123456789")] == '\0')
        return parse_count(row->name, text, 2, 0, &options->block_rows);
    options->block_column = text;
    return 0;
}

/* Who judges the columns, or a detector beside it. */
static int take_detector(const option_row *row, const char *text, cli_options *options)
{
    if (!strcmp(text, "evidence") || !strcmp(text, "window"))
        return parse_choice(row->name, text, row->choices, field(options, row));
    if (!*text)
        return fail("%s needs %s", row->name, row->value);
    if (detectors_check(text))
        return STATUS_ERROR;
    const char **grown = realloc(options->detectors, (options->n_detectors + 1) * sizeof(*grown));
    if (!grown)
        return fail_memory();
    options->detectors = grown;
    grown[options->n_detectors++] = text;
    return 0;
}

static int take_value(const option_row *row, const char *text, cli_options *options)
{
    switch (row->kind) {
    case KIND_TEXT:
        if (!*text)
            return fail("%s needs %s", row->name, row->value);
        *(const char **)field(options, row) = text;
        return 0;
    case KIND_PROBABILITY:
        return take_probability(row, text, field(options, row));
    case KIND_EFFECT:
        return take_effect(row, text, field(options, row));
    case KIND_COUNT:
        return parse_count(row->name, text, row->least, row->most, field(options, row));
    case KIND_CHOICE:
        return parse_choice(row->name, text, row->choices, field(options, row));
    case KIND_CHARACTER:
        return parse_character(row->name, text, field(options, row));
    case KIND_FORMAT:
        options->format = text;
        return parse_choice(row->name, text, row->choices, &(uint32_t){0});
    case KIND_PRESET:
        return take_preset(text, field(options, row));
    case KIND_COLUMNS:
        return add_choices(row, text, options);
    case KIND_MISSING:
        return add_missing(text, options);
    case KIND_BLOCK:
        return take_block(row, text, options);
    case KIND_DETECTOR:
        return take_detector(row, text, options);
    case KIND_PERIOD:
        if (parse_choice(row->name, text, row->choices, &options->chunk_period))
            return STATUS_ERROR;
        options->chunk_period++;
        return 0;
    default:
        return fail("%s takes no value", row->name);
    }
}

/* Split `text` at its commas into strings owned by `options`; 0 or STATUS_ERROR. */
static int split(const char *text, cli_options *options, size_t *out_first, size_t *out_n)
{
    size_t pieces = 1;
    for (const char *p = text; *p; p++)
        pieces += *p == ',';
    char **grown = realloc(options->text, (options->n_text + pieces) * sizeof(*grown));
    if (!grown)
        return fail_memory();
    options->text = grown;
    *out_first = options->n_text;
    *out_n = pieces;
    for (size_t i = 0; i < pieces; i++) {
        size_t length = strcspn(text, ",");
        char *copy = strndup(text, length);
        if (!copy)
            return fail_memory();
        options->text[options->n_text++] = copy;
        text += length + 1;
    }
    return 0;
}

static int add_choices(const option_row *row, const char *text, cli_options *options)
{
    size_t first = 0, n = 0;
    if (split(text, options, &first, &n))
        return STATUS_ERROR;
    column_choice *grown = realloc(options->choices, (options->n_choices + n) * sizeof(*grown));
    if (!grown)
        return fail_memory();
    options->choices = grown;
    for (size_t i = 0; i < n; i++) {
        if (!*options->text[first + i])
            return fail("%s '%s' holds an empty column name", row->name, text);
        grown[options->n_choices++] =
            (column_choice){options->text[first + i], row->name, row->statement};
    }
    return 0;
}

static int add_missing(const char *text, cli_options *options)
{
    size_t first = 0, n = 0;
    if (split(text, options, &first, &n))
        return STATUS_ERROR;
    const char **grown = realloc(options->missing, (options->n_missing + n) * sizeof(*grown));
    if (!grown)
        return fail_memory();
    options->missing = grown;
    for (size_t i = 0; i < n; i++)
        grown[options->n_missing++] = options->text[first + i];
    return 0;
}

/* A name may have a row for each command: the row of this one, else any. */
static const option_row *find_option(const cli_command *command, const char *name, size_t length)
{
    const option_row *found = NULL;
    for (const option_row *row = option_table; row->name; row++) {
        int is_long = strlen(row->name) == length && memcmp(row->name, name, length) == 0;
        int is_short = row->letter && length == 2 && name[0] == '-' && name[1] == row->letter;
        if ((is_long || is_short) && (!found || row->commands & command->bit))
            found = row;
    }
    return found;
}

static int unknown_option(const cli_command *command, const char *name)
{
    const char *names[64];
    size_t n = 0;
    for (const option_row *row = option_table; row->name && n < 64; row++) {
        if (row->commands & command->bit)
            names[n++] = row->name;
    }
    const char *nearest = nearest_name(name, names, n);
    if (nearest)
        return fail("unknown option %s, did you mean %s? (drift help %s)", name, nearest,
                    command->name);
    return fail("unknown option %s (drift help %s)", name, command->name);
}

static int other_command(const cli_command *command, const option_row *row)
{
    for (const cli_command *other = commands; other->name; other++) {
        if (row->commands & other->bit)
            return fail("%s is an option of 'drift %s', not of 'drift %s'", row->name, other->name,
                        command->name);
    }
    return fail("%s is planned and not there yet", row->name);
}

/* `--json` takes the next argument only where it ends in .json: it is a flag too. */
static int names_json_file(const char *argument)
{
    size_t length = argument ? strlen(argument) : 0;
    return length > 5 && strcmp(argument + length - 5, ".json") == 0;
}

/* One argument that starts with '-'; `*index` moves past a value of its own. */
static int parse_option(const cli_command *command, int argc, char **argv, int *index,
                        cli_options *options)
{
    const char *argument = argv[*index];
    const char *next = *index + 1 < argc ? argv[*index + 1] : NULL;
    size_t length = argument[1] == '-' ? strcspn(argument, "=") : 2;
    const char *attached = argument[length] ? argument + length + (argument[length] == '=') : NULL;
    const option_row *row = find_option(command, argument, length);
    char name[128];
    if (!row) {
        strncpy(name, argument, sizeof(name) - 1);
        name[length < sizeof(name) ? length : sizeof(name) - 1] = '\0';
        return unknown_option(command, name);
    }
    if (!(row->commands & command->bit))
        return other_command(command, row);
    if (row->kind == KIND_HELP) {
        options->help = 1;
        return 0;
    }
    if (row->kind == KIND_JSON && (attached || names_json_file(next))) {
        options->json_file = attached ? attached : next;
        *index += !attached;
        return *options->json_file ? 0 : fail("--json= needs a file name");
    }
    if (row->kind == KIND_JSON || row->kind == KIND_JSON_FLAG) {
        options->json = 1;
        return attached ? fail("%s takes no value", row->name) : 0;
    }
    if (!attached && !next)
        return fail("%s needs a value: %s %s", row->name, row->name, row->value);
    *index += !attached;
    return take_value(row, attached ? attached : next, options);
}

static int check_operands(const cli_command *command, const cli_options *options)
{
    size_t n = options->n_operands, streams = 0;
    if (n < command->operands_least)
        return fail("%s; usage: %s", n ? "an argument is missing" : "no file was named",
                    command->usage);
    if (n > command->operands_most)
        return fail("one argument too many: '%s'; usage: %s",
                    options->operands[command->operands_most], command->usage);
    for (size_t i = 0; i < n; i++)
        streams += strcmp(options->operands[i], "-") == 0;
    streams += options->reference && strcmp(options->reference, "-") == 0;
    if (streams > 1)
        return fail("standard input ('-') can be read only once");
    return outputs_check_places(options, strcmp(command->name, "merge") == 0);
}

int options_parse(const cli_command *command, int argc, char **argv, cli_options *out_options)
{
    cli_options *options = out_options;
    int only_operands = 0;
    memset(options, 0, sizeof(*options));
    options->operands = calloc((size_t)argc + 1, sizeof(*options->operands));
    if (!options->operands)
        return fail_memory();
    for (int i = 0; i < argc; i++) {
        int is_option = argv[i][0] == '-' && argv[i][1] && !only_operands;
        if (!is_option) {
            options->operands[options->n_operands++] = argv[i];
        } else if (strcmp(argv[i], "--") == 0) {
            only_operands = 1;
        } else if (parse_option(command, argc, argv, &i, options)) {
            return STATUS_ERROR;
        }
    }
    return options->help ? 0 : check_operands(command, options);
}

void options_release(cli_options *options)
{
    for (size_t i = 0; i < options->n_text; i++)
        free(options->text[i]);
    free(options->text);
    free(options->missing);
    free(options->detectors);
    free(options->choices);
    free(options->operands);
}
