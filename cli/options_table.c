/* SPDX-License-Identifier: Apache-2.0
 *
 * options_table.c: every option once: which commands take it, what it holds,
 * where it goes, and its line of help.
 */
#include "options_table.h"
#include <stdio.h>
#include <string.h>

#define TABLES (FOR_PROFILE | FOR_COMPARE | FOR_WATCH)
#define ALL (TABLES | FOR_MERGE | FOR_SHOW | FOR_VERIFY)
#define FIELD(name) .offset = offsetof(cli_options, name)

const option_row option_table[] = {
    {"--output", 'o', "FILE", FOR_PROFILE | FOR_MERGE, KIND_TEXT, FIELD(output),
     .help = "write the profile to FILE ('-': standard output)"},
    {"--reference", 0, "P", FOR_PROFILE | FOR_WATCH, KIND_TEXT, FIELD(reference),
     .help = "profile (or table) whose edges the data is counted in"},
    {"--json", 0, "[FILE]", FOR_COMPARE, KIND_JSON,
     .help = "JSON on standard output in place of the table; with --json=FILE, or where the next "
             "argument ends in .json, in that file"},
    {"--json", 0, NULL, FOR_SHOW, KIND_JSON_FLAG, .help = "JSON in place of text"},
    {"--digest", 0, "HEX", FOR_VERIFY, KIND_TEXT, FIELD(digest),
     .help = "a digest that an earlier verify printed: the journal must hold its record"},
    {"--html", 0, "FILE", FOR_COMPARE, KIND_TEXT, FIELD(html),
     .help = "write the report, one page that needs nothing else"},
    {"--alpha", 0, "P", FOR_COMPARE | FOR_WATCH, KIND_PROBABILITY, FIELD(alpha),
     .help = "probability of a false alarm over all columns, and in watch for ever; 0.01"},
    {"--correction", 0, "NAME", FOR_COMPARE | FOR_WATCH, KIND_CHOICE, FIELD(correction),
     .choices = "holm|bonferroni|bh|by|none",
     .help = "holm, bonferroni, bh, by or none, for many columns; holm"},
    {"--min-effect", 0, "X", FOR_COMPARE | FOR_WATCH, KIND_EFFECT, FIELD(min_effect),
     .help = "smallest change that matters, as debiased PSI; 0.1"},
    {"--preset", 0, "NAME", FOR_COMPARE, KIND_PRESET, FIELD(preset),
     .help = "default, or psi-classic: 10 quantile bins, 0.1 and 0.25"},
    {"--chunk-rows", 0, "N", FOR_COMPARE, KIND_COUNT, FIELD(chunk_rows), .least = 1,
     .help = "judge every N rows of the current data on their own too; alpha holds over all"},
    {"--chunk-period", 0, "D|W|M", FOR_COMPARE, KIND_PERIOD, FIELD(chunk_period),
     .choices = "D|W|M",
     .help = "the same by day, week (from Monday) or month of the --time column"},
    {"--min-count", 0, "K", FOR_COMPARE, KIND_COUNT, FIELD(min_count), .least = 1,
     .help = "show only categories seen at least K times; 1"},
    {"--fail-on", 0, "VERDICT", FOR_COMPARE | FOR_WATCH, KIND_CHOICE, FIELD(fail_on),
     .choices = "drift|minor|never", .help = "drift, minor or never exits with 1; drift"},
    {"--window", 0, "ROWS", FOR_WATCH, KIND_COUNT, FIELD(window), .least = 10,
     .help = "rows that are judged together; 10000"},
    {"--detector", 0, "NAME", FOR_WATCH, KIND_DETECTOR, FIELD(detector),
     .choices = "evidence|window",
     .help = "evidence, which grows row after row, or window: each window compared with the "
             "reference; evidence. Beside it, as often as wanted, NAME:COLUMN, such as adwin:error "
             "or ddm(warm_start=100):error, or NAME for every numeric column; none of these bounds "
             "its false alarms"},
    {"--run-length", 0, "ROWS", FOR_WATCH, KIND_COUNT, FIELD(run_length), .least = 100,
     .most = 1000000000000,
     .help = "of evidence, in place of --alpha: at least ROWS unchanged rows to a false alarm on "
             "average"},
    {"--tolerance", 0, "D", FOR_WATCH, KIND_PROBABILITY, FIELD(tolerance),
     .help = "of evidence: alarm only where a column is further than Kolmogorov-Smirnov distance D "
             "from the "
             "reference; rows may depend on each other below that"},
    {"--cooldown", 0, "ROWS", FOR_WATCH, KIND_COUNT, FIELD(cooldown), .least = 0,
     .help = "rows in which a column is in no other alert after its last; 0"},
    {"--rebase", 0, "ROWS", FOR_WATCH, KIND_COUNT, FIELD(rebase), .least = 1,
     .help = "of a change that lasts, once windows agree, take the next ROWS as the reference"},
    {"--incident", 0, "ROWS", FOR_WATCH, KIND_COUNT, FIELD(incident), .least = 1,
     .help = "columns that change within ROWS rows of the first are one alert; --window"},
    {"--persistence", 0, "ROWS", FOR_WATCH, KIND_COUNT, FIELD(persistence), .least = 0,
     .help = "tell a change that is still there ROWS rows after it was found; 0"},
    {"--mute", 0, "A,B", FOR_WATCH, KIND_COLUMNS, .statement = STATE_MUTED,
     .help = "tell nothing about these columns; metrics count what they do"},
    {"--on-alert", 0, "COMMAND", FOR_WATCH, KIND_TEXT, FIELD(on_alert),
     .help = "run COMMAND by the shell for each alert, with its line on standard input"},
    {"--retrain", 0, "COMMAND", FOR_WATCH, KIND_TEXT, FIELD(retrain),
     .help = "run COMMAND the same way where a model should be trained anew: once an incident"},
    {"--retrain-interval", 0, "SECONDS", FOR_WATCH, KIND_COUNT, FIELD(retrain_interval),
     .most = 999999999, .help = "at least SECONDS between two retrainings; 0"},
    {"--retrain-budget", 0, "N", FOR_WATCH, KIND_COUNT, FIELD(retrain_budget), .least = 1,
     .most = 1000, .help = "at most N retrainings in --retrain-period; any number"},
    {"--retrain-period", 0, "SECONDS", FOR_WATCH, KIND_COUNT, FIELD(retrain_period), .least = 1,
     .most = 999999999, .help = "what --retrain-budget is for; 86400"},
    {"--state", 0, "FILE", FOR_WATCH, KIND_TEXT, FIELD(state),
     .help =
         "go on from FILE and keep it up to date, with what was alarmed in FILE.journal; where "
         "DATA is a file, as many of its first rows as FILE has seen are left out (whatever they "
         "are: another file needs another FILE, or '-'); those of '-' are taken as new"},
    {"--metrics", 0, "FILE", FOR_WATCH, KIND_TEXT, FIELD(metrics),
     .help = "keep the metrics for Prometheus in FILE, which is replaced as a whole"},
    {"--columns", 0, "A,B", TABLES, KIND_COLUMNS, .statement = STATE_INCLUDED,
     .help = "test only these columns"},
    {"--exclude", 0, "A,B", TABLES, KIND_COLUMNS, .statement = STATE_EXCLUDED,
     .help = "do not test these columns"},
    {"--prediction", 0, "C", TABLES, KIND_COLUMNS, .statement = STATE_PREDICTION,
     .help = "column of the model's prediction"},
    {"--score", 0, "C", TABLES, KIND_COLUMNS, .statement = STATE_SCORE,
     .help = "column of the model's score or probability"},
    {"--label", 0, "C", TABLES, KIND_COLUMNS, .statement = STATE_LABEL,
     .help = "column of the truth; may be absent from current data"},
    {"--id", 0, "C", TABLES, KIND_COLUMNS, .statement = STATE_ID,
     .help = "column that names the row; never tested"},
    {"--time", 0, "C", TABLES, KIND_COLUMNS, .statement = STATE_TIME,
     .help = "column of the row's time; never tested"},
    {"--segment", 0, "C", TABLES, KIND_COLUMNS, .statement = STATE_SEGMENT,
     .help = "column that divides the rows into groups"},
    {"--block", 0, "ROWS|COLUMN", TABLES, KIND_BLOCK,
     .help = "rows that belong together: so many consecutive ones, or those with equal values in "
             "COLUMN (a session, a customer); the evidence is corrected by their design effect"},
    {"--season", 0, "ROWS", TABLES, KIND_COUNT, FIELD(season), .least = 2, .most = UINT32_MAX,
     .help =
         "rows after which the data of the reference repeats itself (144: a day in steps of ten "
         "minutes); evidence in watch is then by whole seasons. By default found in the data"},
    {"--schema", 0, "FILE", TABLES, KIND_TEXT, FIELD(schema),
     .help = "types, roles and allowed values, as --schema-out writes them"},
    {"--schema-out", 0, "FILE", FOR_PROFILE, KIND_TEXT, FIELD(schema_out),
     .help = "write the schema as inferred, to be edited"},
    {"--format", 0, "NAME", TABLES, KIND_FORMAT, .choices = "csv|jsonl",
     .help = "csv or jsonl; told from the first bytes"},
    {"--delimiter", 0, "C", TABLES, KIND_CHARACTER, FIELD(delimiter),
     .help = "between the fields of CSV, 'tab' for a tabulator; comma"},
    {"--missing", 0, "A,B", TABLES, KIND_MISSING,
     .help = "texts that mean a missing value; by default the empty one, NA, NaN, null and \\N"},
    {"--threads", 0, "N", TABLES, KIND_COUNT, FIELD(threads), .least = 1, .most = 1024,
     .help = "read and count on so many threads, with the same result; all processors"},
    {"--help", 'h', NULL, ALL, KIND_HELP, .help = "this page"},
    {.name = NULL},
};

enum { HELP_COLUMN = 24, HELP_WIDTH = 76 };

/* `text` in lines of HELP_WIDTH at HELP_COLUMN, the first one already begun. */
static void print_wrapped(const char *text)
{
    size_t width = HELP_WIDTH, used = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        if (used && used + 1 + length > width) {
            printf("\n%*s", HELP_COLUMN, "");
            used = 0;
        }
        used += (size_t)printf("%s%.*s", used ? " " : "", (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
    putchar('\n');
}

void options_print(unsigned command_bit)
{
    for (const option_row *row = option_table; row->name; row++) {
        char left[64];
        if (!(row->commands & command_bit) || !row->help)
            continue;
        if (row->letter)
            snprintf(left, sizeof(left), "-%c, %s", row->letter, row->name);
        else
            snprintf(left, sizeof(left), "%s", row->name);
        if (row->value) {
            size_t length = strlen(left);
            snprintf(left + length, sizeof(left) - length, "%s%s", row->value[0] == '[' ? "" : " ",
                     row->value);
        }
        printf("  %-*s", HELP_COLUMN - 2, left);
        if (strlen(left) > HELP_COLUMN - 4)
            printf("\n%*s", HELP_COLUMN, "");
        print_wrapped(row->help);
    }
}
