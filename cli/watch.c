/* SPDX-License-Identifier: Apache-2.0
 *
 * watch.c: drift watch: a monitor over a stream of rows.
 */
#include "cli.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct watch_state {
    const cli_options *options;
    drift_buffer *line;
    metrics_file metrics;
    int failed; /* stdout is gone: nobody would see another alert */
    uint64_t epoch;
    uint64_t told;         /* alerts that opened or updated an incident */
    uint64_t seen, skip;   /* rows of the file that the state has seen; of these yet to come */
    drift_column *columns; /* of a table without its first rows */
    int unsaved;           /* that the state cannot be saved was said */
} watch_state;

/* The child reads the line from a file, so that one that does not read cannot block the watch. */
static int spawn_with_input(const char *shell_command, FILE *input, int *out_status)
{
    fflush(stdout);
    pid_t child = fork();
    if (child < 0)
        return -1;
    if (child == 0) {
        dup2(fileno(input), STDIN_FILENO);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", shell_command, (char *)NULL);
        _exit(127);
    }
    while (waitpid(child, out_status, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    return 0;
}

static void run(const char *option, const char *shell_command, const drift_buffer *line)
{
    size_t size = drift_buffer_size(line);
    int status = 0;
    FILE *input = tmpfile();
    if (!input || fwrite(drift_buffer_data(line), 1, size, input) != size || fflush(input) != 0 ||
        fseek(input, 0, SEEK_SET) != 0 || spawn_with_input(shell_command, input, &status) != 0)
        warn("%s could not be started: %s", option, strerror(errno));
    else if (WIFSIGNALED(status))
        warn("%s '%s' was ended by signal %d", option, shell_command, WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        warn("%s '%s' ended with %d", option, shell_command, WEXITSTATUS(status));
    if (input)
        fclose(input);
}

static void deliver(const drift_alert *alert, void *context)
{
    watch_state *watcher = context;
    watcher->told += alert->phase != DRIFT_ALERT_RESOLVED;
    if (watcher->failed)
        return;
    drift_buffer_reset(watcher->line);
    if (drift_alert_render_json(alert, watcher->line) != DRIFT_OK) {
        watcher->failed = fail_memory();
        return;
    }
    watcher->failed =
        write_stdout(drift_buffer_data(watcher->line), drift_buffer_size(watcher->line));
    if (!watcher->failed && watcher->options->on_alert)
        run("--on-alert", watcher->options->on_alert, watcher->line);
}

/* The line of the alert is still there. */
static void retrain(const drift_alert *alert, void *context)
{
    const watch_state *watcher = context;
    (void)alert;
    if (!watcher->failed)
        run("--retrain", watcher->options->retrain, watcher->line);
}

static int mute(drift_monitor *monitor, const cli_options *options)
{
    drift_column_rule rule = DRIFT_COLUMN_RULE_INIT;
    drift_error error = {{0}};
    rule.mute = 1;
    for (size_t i = 0; i < options->n_choices; i++)
        if (options->choices[i].statement == STATE_MUTED &&
            drift_monitor_set_rule(monitor, options->choices[i].column, &rule, &error) != DRIFT_OK)
            return fail("%s", error.message);
    return 0;
}

static void tell_epoch(watch_state *watcher, const drift_monitor *monitor)
{
    uint64_t epoch = drift_monitor_epoch(monitor);
    while (watcher->epoch < epoch)
        warn("epoch %llu begins: rows after the change are the reference from now on, and alpha is "
             "spent anew",
             (unsigned long long)++watcher->epoch);
}

/* Leave out rows that the state has seen, and tell it; 0, or STATUS_ERROR. */
static int skip_seen(watch_state *watcher, drift_table *table, const char *file)
{
    uint64_t rows = watcher->skip < table->n_rows ? watcher->skip : table->n_rows;
    if (!rows)
        return 0;
    drift_column *columns =
        realloc(watcher->columns, (table->n_columns + 1) * sizeof *watcher->columns);
    if (!columns)
        return fail_memory();
    watcher->columns = columns;
    for (uint32_t i = 0; i < table->n_columns; i++) {
        columns[i] = table->columns[i];
        columns[i].offset += rows;
    }
    table->columns = columns;
    table->n_rows -= rows;
    watcher->skip -= rows;
    if (!watcher->skip)
        warn("%llu rows of %s were seen before and are left out", (unsigned long long)watcher->seen,
             file);
    return 0;
}

/* A state that cannot be written does not end the watch: alerts are told, and the next attempt follows. */
static drift_status saved(watch_state *watcher, drift_status status, const drift_error *error)
{
    if (status != DRIFT_ERR_IO || !watcher->options->state) {
        watcher->unsaved = 0;
        return status;
    }
    if (!watcher->unsaved)
        warn("the state is not saved: %s", error->message);
    watcher->unsaved = 1;
    return DRIFT_OK;
}

/* Without a state the rows at the end are judged; with one they wait for those to come. */
static drift_status end_rows(drift_monitor *monitor, watch_state *watcher, drift_error *error)
{
    if (!watcher->options->state)
        return drift_monitor_finish(monitor, error);
    drift_status status = saved(watcher, drift_monitor_poll(monitor, error), error);
    return status ? status : drift_monitor_save(monitor, error);
}

/* The next rows; a signal is the end, behind rows that were read before it. */
static drift_status next_rows(drift_reader *reader, drift_table *table, drift_error *error)
{
    if (stop_asked())
        return DRIFT_END;
    drift_status status = drift_reader_next(reader, table, error);
    if (status == DRIFT_ERR_CANCELLED)
        status = drift_reader_next(reader, table, error);
    return status == DRIFT_ERR_CANCELLED ? DRIFT_END : status;
}

static int watch_rows(drift_reader *reader, drift_monitor *monitor, watch_state *watcher)
{
    drift_error error = {{0}};
    drift_table table = DRIFT_TABLE_INIT;
    drift_status status = next_rows(reader, &table, &error);
    while (status == DRIFT_OK) {
        if (skip_seen(watcher, &table, drift_reader_name(reader)))
            return STATUS_ERROR;
        status = drift_monitor_observe_batch(monitor, &table, &error);
        if (status == DRIFT_OK)
            status = saved(watcher, drift_monitor_poll(monitor, &error), &error);
        if (watcher->failed)
            return STATUS_ERROR;
        tell_epoch(watcher, monitor);
        metrics_refresh(&watcher->metrics, monitor);
        if (status == DRIFT_OK)
            status = next_rows(reader, &table, &error);
    }
    stop_heard();
    if (status == DRIFT_END && watcher->skip && !stop_asked())
        return fail(
            "the data has %llu rows fewer than %s has seen: give the file that was watched, "
            "or pipe the rows that follow",
            (unsigned long long)watcher->skip, watcher->options->state);
    if (status == DRIFT_END)
        status = end_rows(monitor, watcher, &error);
    if (status != DRIFT_OK)
        return fail("%s", error.message);
    return watcher->failed ? watcher->failed : metrics_write(&watcher->metrics, monitor);
}

static int exit_code(const watch_state *watcher)
{
    return watcher->told && watcher->options->fail_on != FAIL_ON_NEVER ? STATUS_DRIFT
                                                                       : STATUS_NO_DRIFT;
}

/* A file begins with the rows that the state has seen; a pipe goes on behind them. */
static int open_state(drift_monitor *monitor, watch_state *watcher, const char *data)
{
    const char *path = watcher->options->state;
    drift_state_report report = DRIFT_STATE_REPORT_INIT;
    drift_error error = {{0}};
    struct stat about;
    if (!path)
        return 0;
    if (drift_monitor_open_state(monitor, path, NULL, &error) ||
        drift_monitor_state_report(monitor, &report))
        return fail("%s", error.message);
    if (report.previous)
        warn("%s: the state before it is used", report.message);
    if (report.journal_fault == DRIFT_JOURNAL_FOREIGN)
        warn("%s.journal: %s", path, report.message);
    else if (report.journal_fault > DRIFT_JOURNAL_TORN)
        warn("%s.journal was damaged and is kept aside; a new one begins", path);
    if (strcmp(data, "-") != 0 && !stat(data, &about) && S_ISREG(about.st_mode))
        watcher->seen = watcher->skip = report.resumed_rows;
    watcher->epoch = drift_monitor_epoch(monitor);
    return 0;
}

/* Columns whose rows depend on each other in a way that no plan fits: one line for all of them. */
static void tell_refused(const drift_profile *reference)
{
    drift_profile_column column, first = {.name = NULL};
    size_t n = 0;
    for (size_t i = 0; i < drift_profile_columns(reference); i++) {
        if (drift_profile_get_column(reference, i, &column) || column.plan != DRIFT_PLAN_REFUSED)
            continue;
        if (!n++)
            first = column;
    }
    if (n == 1)
        warn("column '%s' is not watched: %s", first.name, first.dependence);
    else if (n)
        warn("%zu columns are not watched, '%s' is the first (drift show names all): %s", n,
             first.name, first.dependence);
}

static int watch(const cli_options *options, const drift_profile *reference, drift_reader *reader,
                 const char *data)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    drift_monitor *monitor = NULL;
    drift_error error = {{0}};
    watch_state watcher = {.options = options, .metrics = {options->metrics, 0, 0, 0}, .epoch = 1};
    char model[256];
    config.warnings = options->fail_on == FAIL_ON_MINOR;
    config.alpha = options->alpha;
    config.min_effect = options->min_effect;
    config.window_rows = options->window;
    config.cooldown_rows = options->cooldown;
    config.incident_rows = options->incident;
    config.persistence_rows = options->persistence;
    config.retrain_interval_seconds = (double)options->retrain_interval;
    config.retrain_period_seconds = (double)options->retrain_period;
    config.retrain_budget = options->retrain_budget;
    config.rebase_rows = options->rebase;
    config.detector = options->detector;
    config.run_length = (double)options->run_length;
    config.tolerance = options->tolerance;
    config.correction = options->correction;
    config.model = metrics_model(options->reference, model, sizeof(model));
    if (drift_buffer_create(NULL, &watcher.line) != DRIFT_OK)
        return fail_memory();
    int result = 0;
    if (drift_monitor_create(reference, &config, &monitor, &error) != DRIFT_OK)
        result = fail("%s", error.message);
    if (!result)
        result = mute(monitor, options);
    if (!result)
        result = detectors_add(monitor, options);
    if (!result) {
        drift_monitor_on_alert(monitor, deliver, &watcher);
        if (options->retrain)
            drift_monitor_on_retrain(monitor, retrain, &watcher);
        result = open_state(monitor, &watcher, data);
        if (options->detector == DRIFT_MONITOR_EVIDENCE && !(options->tolerance > 0))
            tell_refused(reference);
    }
    if (!result) {
        stop_listen();
        result = metrics_write(&watcher.metrics, monitor);
    }
    if (!result)
        result = watch_rows(reader, monitor, &watcher);
    if (!result) {
        detectors_tell_ignored(monitor);
        result = exit_code(&watcher);
    }
    drift_monitor_destroy(monitor);
    drift_buffer_destroy(watcher.line);
    free(watcher.columns);
    return result;
}

int run_watch(const cli_options *options)
{
    drift_profile_config config;
    drift_profile *reference = NULL;
    drift_reader *reader = NULL;
    drift_error error = {{0}};
    drift_status status = DRIFT_OK;
    const char *data = options->n_operands ? options->operands[0] : "-";
    if (!options->reference)
        return fail("watch needs --reference P.drift");
    if (strcmp(options->reference, "-") == 0 && strcmp(data, "-") == 0)
        return fail("standard input ('-') can be read only once");
    if (options->metrics && strcmp(options->metrics, "-") == 0)
        return fail("--metrics needs a file: alerts go to standard output");
    if (options->state && strcmp(options->state, "-") == 0)
        return fail("--state needs a file");
    if (options->alpha > 0 && options->run_length)
        return fail("--run-length is in place of --alpha: give one of them");
    if (options->detector == DRIFT_MONITOR_WINDOWS &&
        (options->run_length || options->tolerance > 0))
        return fail("%s is of evidence: --detector window does not take it",
                    options->run_length ? "--run-length" : "--tolerance");
    if (!options->retrain &&
        (options->retrain_interval || options->retrain_budget || options->retrain_period))
        return fail("--retrain-interval, --retrain-budget and --retrain-period need --retrain");
    if (output_check(options->metrics) || output_check(options->state) ||
        outputs_check_places(options, 0) || source_config(options, &config))
        return STATUS_ERROR;
    int result = open_reference(options->reference, options, &config, &reference, &status);
    config.progress = stop_progress;
    if (!result && drift_reader_open(data, &config, &reader, &error) != DRIFT_OK)
        result = fail("%s", error.message);
    if (!result)
        result = watch(options, reference, reader, data);
    drift_reader_destroy(reader);
    drift_profile_destroy(reference);
    source_release(&config);
    return result;
}
