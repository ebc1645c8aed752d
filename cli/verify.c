/* SPDX-License-Identifier: Apache-2.0
 *
 * verify.c: drift verify. Reading a profile checks all of it: checksums,
 * sizes, orders and sums; reading a journal its chain.
 */
#include "cli.h"
#include <stdio.h>
#include <string.h>

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

static int parse_digest(const char *text, uint8_t out_digest[DRIFT_JOURNAL_DIGEST_SIZE])
{
    for (size_t i = 0; i < DRIFT_JOURNAL_DIGEST_SIZE; i++) {
        int high = hex_value(text[2 * i]), low = high < 0 ? -1 : hex_value(text[2 * i + 1]);
        if (low < 0)
            return fail("--digest is 64 digits 0-9 and a-f, not '%s'", text);
        out_digest[i] = (uint8_t)(high << 4 | low);
    }
    return text[2 * DRIFT_JOURNAL_DIGEST_SIZE]
               ? fail("--digest is 64 digits 0-9 and a-f, not '%s'", text)
               : 0;
}

static int verify_journal(const cli_options *options)
{
    const char *path = options->operands[0];
    drift_journal_report report = DRIFT_JOURNAL_REPORT_INIT;
    drift_error error = {{0}};
    uint8_t known[DRIFT_JOURNAL_DIGEST_SIZE];
    char line[200];
    if (options->digest && parse_digest(options->digest, known))
        return STATUS_ERROR;
    if (drift_journal_read(path, options->digest ? known : NULL, NULL, NULL, NULL, &report, &error))
        return fail("%s", error.message);
    if (report.fault == DRIFT_JOURNAL_TORN)
        return fail("%s: torn while it was written, %s; the %llu records before it are whole", path,
                    report.message, (unsigned long long)report.records);
    if (report.fault)
        return fail("%s: %s", path, report.message);
    int length = snprintf(line, sizeof(line),
                          "ok: drift journal, format 1, %llu records, %llu bytes, digest ",
                          (unsigned long long)report.records, (unsigned long long)report.offset);
    for (size_t i = 0; i < DRIFT_JOURNAL_DIGEST_SIZE; i++)
        length += snprintf(line + length, sizeof(line) - (size_t)length, "%02x",
                           (unsigned)report.last_digest[i]);
    line[length++] = '\n';
    return write_stdout(line, (size_t)length);
}

int run_verify(const cli_options *options)
{
    drift_profile *profile = NULL;
    size_t size = 0;
    char line[200];
    if (is_journal(options->operands[0]))
        return verify_journal(options);
    if (options->digest)
        return fail("--digest is for journals, %s is none", options->operands[0]);
    if (open_profile(options->operands[0], &profile, &size))
        return STATUS_ERROR;
    int length = snprintf(
        line, sizeof(line), "ok: drift profile, format 1, %llu rows, %zu columns, %zu bytes\n",
        (unsigned long long)drift_profile_rows(profile), drift_profile_columns(profile), size);
    drift_profile_destroy(profile);
    return write_stdout(line, (size_t)length);
}
