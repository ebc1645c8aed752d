/* SPDX-License-Identifier: Apache-2.0
 *
 * cli.h: what the files of the drift command share: the options of one call,
 * messages, results on their way out, and what several commands open.
 */
#ifndef DRIFT_CLI_H
#define DRIFT_CLI_H

#include <drift/drift.h>
#include <stddef.h>
#include <stdint.h>

enum { STATUS_NO_DRIFT = 0, STATUS_DRIFT = 1, STATUS_ERROR = 2, STATUS_TOO_LITTLE = 3 };

enum {
    FOR_PROFILE = 1,
    FOR_COMPARE = 2,
    FOR_WATCH = 4,
    FOR_MERGE = 8,
    FOR_SHOW = 16,
    FOR_VERIFY = 32
};

enum { FAIL_ON_DRIFT = 0, FAIL_ON_MINOR = 1, FAIL_ON_NEVER = 2 };

/** What an option that names columns says about each of them. */
typedef enum column_statement {
    STATE_INCLUDED,
    STATE_EXCLUDED,
    STATE_PREDICTION,
    STATE_SCORE,
    STATE_LABEL,
    STATE_ID,
    STATE_TIME,
    STATE_SEGMENT,
    STATE_MUTED /* of the watch, not of the data */
} column_statement;

typedef struct column_choice {
    const char *column;
    const char *option; /* "--label", for messages */
    column_statement statement;
} column_choice;

/** One parsed command line. Strings are those of argv or owned by `text`. */
typedef struct cli_options {
    const char *output, *html, *json_file, *schema, *schema_out, *reference, *format, *on_alert;
    const char *metrics, *retrain, *state;
    uint32_t json, delimiter, preset, correction, fail_on, detector;
    double alpha, min_effect; /* 0 = default; min_effect < 0 = none */
    const char *digest;       /* of a record of a journal, 64 digits */
    uint64_t min_count, window, cooldown, rebase, run_length;
    uint64_t incident, persistence;                            /* rows; 0 = default */
    uint64_t retrain_interval, retrain_budget, retrain_period; /* seconds, number, seconds */
    double tolerance;                                          /* 0 = none */
    uint64_t chunk_rows;
    uint64_t threads;      /* 0 = one for each processor */
    uint32_t chunk_period; /* 1 + index into "D|W|M"; 0 = none */
    uint64_t season;       /* --season ROWS, 0 = found in the data */
    uint64_t block_rows;   /* --block ROWS, or */
    const char *block_column;
    const char **missing; /* n_missing tokens, NULL = the library's */
    size_t n_missing;
    column_choice *choices;
    size_t n_choices;
    const char **operands;
    size_t n_operands;
    const char **detectors; /* of --detector, but evidence and window */
    size_t n_detectors;
    char **text; /* pieces of comma lists */
    size_t n_text;
    int help;
} cli_options;

typedef struct cli_command {
    const char *name;
    unsigned bit; /* FOR_... */
    const char *usage;
    const char *purpose;
    const char *example;
    size_t operands_least, operands_most;
    int (*run)(const cli_options *options);
} cli_command;

/* main.c: ends in a row whose name is NULL. */
extern const cli_command commands[];
const cli_command *find_command(const char *name);

/* options.c: 0, or STATUS_ERROR after the message. Release in both cases. */
int options_parse(const cli_command *command, int argc, char **argv, cli_options *out_options);
void options_release(cli_options *options);
/* options_table.c */
void options_print(unsigned command_bit);
/* options_values.c: the value of `text`; 0, or STATUS_ERROR after the message. */
int parse_number(const char *option, const char *text, double *out_value);
int parse_count(const char *option, const char *text, uint64_t least, uint64_t most,
                uint64_t *out_value); /* most 0 = any */
int parse_choice(const char *option, const char *text, const char *choices, uint32_t *out_index);
int parse_character(const char *option, const char *text, uint32_t *out_character);
/* The candidate with the fewest typing errors, NULL where none is near. */
const char *nearest_name(const char *name, const char *const *candidates, size_t n);

/* message.c: "drift: ..." as one line on stderr; the first returns STATUS_ERROR. */
__attribute__((format(printf, 1, 2))) int fail(const char *format, ...);
__attribute__((format(printf, 1, 2))) void warn(const char *format, ...);
int fail_memory(void);
/* By a clock that never falls. */
double seconds_now(void);
/* Progress of a long call on a terminal; the context is the name to show. */
int show_progress(uint64_t done, uint64_t total, void *context);
void erase_progress(void);
/* Colours and width for text on stdout. */
drift_text_config text_config(void);

/* output.c: results, all written or none. `path` "-" is stdout. */
typedef struct cli_outputs cli_outputs;
/* 0 where `path` (NULL is fine) can be written as far as can be told beforehand. */
int output_check(const char *path);
/* 0 where no output replaces an input (merge may replace an operand) or another output. */
int outputs_check_places(const cli_options *options, int may_replace_operand);
cli_outputs *outputs_create(void);
void outputs_destroy(cli_outputs *outputs);
/* A new empty buffer that commit writes to `path`; NULL after the message. */
drift_buffer *outputs_add(cli_outputs *outputs, const char *path);
/* Write the files, then what goes to stdout. 0 or STATUS_ERROR. */
int outputs_commit(cli_outputs *outputs);
int write_stdout(const void *data, size_t size);

/* metrics.c: the file of --metrics; everything does nothing where `path` is NULL. */
typedef struct metrics_file {
    const char *path;
    uint64_t windows; /* judged when it was written last */
    double due;       /* when it is to be written whatever happened */
    int failed;
} metrics_file;
/* The name of a model: that of the reference's file without its ending; NULL where there is none. */
const char *metrics_model(const char *reference, char *out_name, size_t size);
/* Replace the file; 0 or STATUS_ERROR after the message. */
int metrics_write(metrics_file *file, const drift_monitor *monitor);
/* The same where windows were judged or a second has passed. A failure is told and does not end the
 * watch; the next attempt is a minute later. */
void metrics_refresh(metrics_file *file, const drift_monitor *monitor);

/* stop.c: from the first on SIGTERM and SIGINT, unless ignored, ask for an end in place of being it,
 * and interrupt a read whose progress is stop_progress; after the last they no longer do. */
void stop_listen(void);
int stop_asked(void);
int stop_progress(uint64_t done, uint64_t total, void *context);
void stop_heard(void);

/* detectors.c: --detector. 0, or STATUS_ERROR after the message. */
int detectors_check(const char *text);
int detectors_add(drift_monitor *monitor, const cli_options *options);
/* Warn of detectors whose columns had values that they do not take. */
void detectors_tell_ignored(const drift_monitor *monitor);

/* source.c */
/* Configuration of `options`, with a schema where columns are stated and its threads. */
int source_config(const cli_options *options, drift_profile_config *out_config);
/* After everything that was made with it. */
void source_release(drift_profile_config *config);
/* Every column named by an option must be in `profile`. */
int check_columns(const cli_options *options, const drift_profile *profile);
/* Profile or table as reference, schema applied, columns checked; drift_status in `*out_status`. */
int open_reference(const char *path, const cli_options *options, drift_profile_config *config,
                   drift_profile **out_profile, drift_status *out_status);
/* 1 where `path` is a journal, by its first bytes or, damaged there, by its name. */
int is_journal(const char *path);
/* Bytes of a profile file, "-" included; a table is an error. */
int open_profile(const char *path, drift_profile **out_profile, size_t *out_size);

/* One function a command. */
int run_profile(const cli_options *options);
int run_compare(const cli_options *options);
int run_watch(const cli_options *options);
int run_merge(const cli_options *options);
int run_show(const cli_options *options);
int run_verify(const cli_options *options);

#endif
