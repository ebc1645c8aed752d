/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_reader.c: files of 200,000 rows and 20 numbers, CSV and JSON Lines:
 * read alone, and profiled. Nanoseconds are per cell.
 */
#include <drift/io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

enum { ROWS = 200000, COLUMNS = 20 };

static int read_all(void *context)
{
    drift_reader *reader = NULL;
    drift_table table;
    drift_status status = drift_reader_open(context, NULL, &reader, NULL);
    while (!status)
        status = drift_reader_next(reader, &table, NULL);
    drift_reader_destroy(reader);
    return status != DRIFT_END;
}

static int profile_all(void *context)
{
    drift_profile *profile = NULL;
    drift_status status = drift_profile_read(context, NULL, &profile, NULL);
    drift_profile_destroy(profile);
    return status != DRIFT_OK;
}

/* A table of `COLUMNS` numbers a row, as CSV or as JSON Lines, each printed by `format`. */
static int write_table(const char *path, const char *format, int lines_of_json)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return 0;
    for (int k = 0; k < COLUMNS && !lines_of_json; k++)
        fprintf(file, "x%d%c", k, k + 1 < COLUMNS ? ',' : '\n');
    for (size_t i = 0; i < ROWS; i++)
        for (int k = 0; k < COLUMNS; k++) {
            if (lines_of_json)
                fprintf(file, "%c\"x%d\":", k ? ',' : '{', k);
            else if (k)
                fputc(',', file);
            fprintf(file, format, bench_normal());
            if (k + 1 == COLUMNS)
                fputs(lines_of_json ? "}\n" : "\n", file);
        }
    return fclose(file) == 0;
}

int main(void)
{
    static const struct {
        const char *read, *profile, *suffix, *format;
    } cases[] = {
        {"reader.csv.double17", "profile.csv.double17", ".csv", "%.17g"},
        {"reader.csv.decimals2", "profile.csv.decimals2", ".csv", "%.2f"},
        {"reader.csv.quoted", "profile.csv.quoted", ".csv", "\"%.6f\""},
        {"reader.jsonl.double17", "profile.jsonl.double17", ".jsonl", "%.17g"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[64];
        snprintf(path, sizeof path, "bench_reader_XXXXXX%s", cases[i].suffix);
        int descriptor = mkstemps(path, (int)strlen(cases[i].suffix));
        if (descriptor < 0)
            return 1;
        close(descriptor);
        int written = write_table(path, cases[i].format, strcmp(cases[i].suffix, ".csv") != 0);
        if (written) {
            bench_run(cases[i].read, read_all, path, (double)ROWS * COLUMNS, 3);
            bench_run(cases[i].profile, profile_all, path, (double)ROWS * COLUMNS, 3);
        }
        unlink(path);
        if (!written)
            return 1;
    }
    return 0;
}
