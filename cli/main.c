/* SPDX-License-Identifier: Apache-2.0
 *
 * main.c: the drift command: which command was asked for, help and version.
 */
#include "cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANY_NUMBER = 1000000 };

const cli_command commands[] = {
    {"profile", FOR_PROFILE, "drift profile DATA... -o P.drift [--reference REF.drift] [options]",
     "Learn a reference from data, or count data in the edges of a reference.\n"
     "DATA are tables (.csv, .jsonl, each also .gz or .zst), '-' is standard input; several\n"
     "are one data set. Without --reference the data chooses its own edges.",
     "  drift profile train.csv --label y -o train.drift\n"
     "  drift profile monday.csv.gz --reference train.drift -o monday.drift",
     1, ANY_NUMBER, run_profile},
    {"compare", FOR_COMPARE, "drift compare REFERENCE CURRENT [options]",
     "Compare current data with a reference, column by column.\n"
     "Each is a profile (.drift), a table (.csv, .jsonl, each also .gz or .zst) or '-'.",
     "  drift compare train.csv live.csv --html report.html\n"
     "  zcat live.csv.gz | drift compare train.drift - --json",
     2, 2, run_compare},
    {"watch", FOR_WATCH, "drift watch --reference P [DATA|-] [options]",
     "Watch a stream of rows; one line of JSON where an incident opens, grows or ends.\n"
     "Exit code 1 if any alert was raised. A last window of 1,000 rows or more is judged.\n"
     "SIGTERM and SIGINT are the end of DATA: what is there is judged, saved and written.",
     "  tail -F requests.jsonl | drift watch --reference train.drift - --window 5000\n"
     "  drift watch --reference train.drift day.csv --on-alert 'mail -s drift ops'",
     0, 1, run_watch},
    {"merge", FOR_MERGE, "drift merge A.drift B.drift... -o P.drift",
     "Add up profiles that were counted in the same edges. The order does not matter.",
     "  drift merge shard-*.drift -o all.drift", 1, ANY_NUMBER, run_merge},
    {"show", FOR_SHOW, "drift show P.drift|JOURNAL [--json]",
     "Show what a profile holds, or the records of a journal, one a line.\n"
     "Of a damaged journal these are the ones before the damage, and the exit code is 2.",
     "  drift show train.drift\n"
     "  drift show service.journal --json | jq .kind",
     1, 1, run_show},
    {"verify", FOR_VERIFY, "drift verify P.drift|JOURNAL [--digest HEX]",
     "Check that a profile or journal is whole: one line 'ok: ...' and exit code 0, or 2.\n"
     "Of a journal the line ends in the digest of the last record: whoever keeps it elsewhere\n"
     "and gives it as --digest is told if anything up to that record was changed since.",
     "  drift verify train.drift\n"
     "  drift verify service.journal",
     1, 1, run_verify},
    {.name = NULL},
};

const cli_command *find_command(const char *name)
{
    for (const cli_command *row = commands; row->name; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[16];
    size_t n = 0;
    if (strcmp(name, "health") == 0)
        return fail("the command 'health' is planned and not there yet");
    for (const cli_command *row = commands; row->name; row++)
        names[n++] = row->name;
    names[n++] = "help";
    const char *nearest = nearest_name(name, names, n);
    if (nearest)
        return fail("unknown command '%s', did you mean '%s'? (drift help)", name, nearest);
    return fail("unknown command '%s' (drift help)", name);
}

/* The end of everything written by stdio: a full disk must not look like success. */
static int finish(void)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return fail("cannot write to standard output");
    return STATUS_NO_DRIFT;
}

static int print_help(void)
{
    puts("drift tells when the data of a model is no longer what it was.\n\n"
         "usage: drift COMMAND [options]\n");
    for (const cli_command *row = commands; row->name; row++) {
        printf("  %-9s%.*s\n", row->name, (int)strcspn(row->purpose, "\n"), row->purpose);
    }
    puts("\n  drift help COMMAND    options and an example\n"
         "  drift --version       version, instruction set, libraries\n\n"
         "exit code: 0 no drift, 1 drift, 2 error, 3 too little data to tell\n\n"
         "example:\n  drift compare train.csv live.csv --html report.html");
    return finish();
}

static int print_command_help(const cli_command *command)
{
    printf("usage: %s\n\n%s\n\noptions:\n", command->usage, command->purpose);
    options_print(command->bit);
    printf("\nexit code: %s\n", command->bit & FOR_COMPARE
                                    ? "0 no drift, 1 drift, 2 error, 3 too little data to tell"
                                : command->bit & FOR_WATCH ? "0 no alert, 1 any alert, 2 error"
                                                           : "0 done, 2 error");
    printf("\nexample:\n%s\n", command->example);
    return finish();
}

static int print_version(void)
{
    printf("drift %s\n%s\n", drift_version(), drift_build_info());
    return finish();
}

static int run_help(int argc, char **argv)
{
    if (argc == 0)
        return print_help();
    const cli_command *command = find_command(argv[0]);
    return command ? print_command_help(command) : unknown_command(argv[0]);
}

int main(int argc, char **argv)
{
    cli_options options;
    if (argc < 2)
        return fail("no command was named (drift help)");
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        return print_version();
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return run_help(argc - 2, argv + 2);
    if (name[0] == '-')
        return fail("unknown option %s before the command (drift help)", name);
    const cli_command *command = find_command(name);
    if (!command)
        return unknown_command(name);
    int result = options_parse(command, argc - 2, argv + 2, &options);
    if (!result)
        result = options.help ? print_command_help(command) : command->run(&options);
    erase_progress();
    options_release(&options);
    return result;
}
