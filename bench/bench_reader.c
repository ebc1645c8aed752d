/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_reader.c: a CSV file of 200,000 rows and 20 doubles of 17 digits: read
 * alone, and profiled. Nanoseconds are per cell.
 */
#include <drift/io.h>
#include <stdio.h>
#include <stdlib.h>
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

int main(void)
{
    char path[] = "bench_reader_XXXXXX.csv";
    int descriptor = mkstemps(path, 4);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!file)
        return 1;
    for (int k = 0; k < COLUMNS; k++)
        fprintf(file, "x%d%c", k, k + 1 < COLUMNS ? ',' : '\n');
    for (size_t i = 0; i < ROWS; i++)
        for (int k = 0; k < COLUMNS; k++)
            fprintf(file, "%.17g%c", bench_normal(), k + 1 < COLUMNS ? ',' : '\n');
    fclose(file);
    bench_run("reader.csv.double17", read_all, path, (double)ROWS * COLUMNS, 3);
    bench_run("profile.csv.double17", profile_all, path, (double)ROWS * COLUMNS, 3);
    unlink(path);
    return 0;
}
