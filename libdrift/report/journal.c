/* SPDX-License-Identifier: Apache-2.0
 *
 * journal.c: a record of a journal as one line, for people and programs.
 */
#include <drift/report.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/buffer.h"
#include "core/json_writer.h"
#include "core/sha256.h"

enum { TIME_SIZE = 32 };

/* ISO 8601 with microseconds; "" for a year that has not four digits. */
static void write_time(char out[TIME_SIZE], int64_t microseconds)
{
    int64_t fraction = microseconds % 1000000;
    time_t seconds = (time_t)(microseconds / 1000000) - (fraction < 0);
    struct tm parts;
    if (fraction < 0)
        fraction += 1000000;
    out[0] = '\0';
    if (!gmtime_r(&seconds, &parts) || parts.tm_year < -1900 || parts.tm_year > 8099)
        return;
    snprintf(out, TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ",
             (unsigned)(parts.tm_year + 1900) % 10000, (unsigned)(parts.tm_mon + 1) % 100,
             (unsigned)parts.tm_mday % 100, (unsigned)parts.tm_hour % 100,
             (unsigned)parts.tm_min % 100, (unsigned)parts.tm_sec % 100, (unsigned)fraction);
}

/* The payload on one line: its line breaks stand between tokens, for none may be inside a string. */
static drift_status put_payload(drift_buffer *out_text, const drift_journal_record *record,
                                int for_terminal)
{
    size_t begin = drift_buffer_size(out_text), size = record->payload_size;
    drift_status status = drift_buffer_append(out_text, record->payload, size);
    char *text = (char *)(uintptr_t)drift_buffer_data(out_text) + begin;
    for (size_t i = 0; !status && i < size; i++) {
        unsigned char c = (unsigned char)text[i],
                      next = i + 1 < size ? (unsigned char)text[i + 1] : 0;
        if (c < 0x20)
            text[i] = ' ';
        else if (for_terminal && c == 0x7f)
            text[i] = '?';
        else if (for_terminal && c == 0xc2 && next < 0xa0) /* U+0080 ... U+009F */
            text[i] = text[i + 1] = '?';
    }
    return status;
}

drift_status drift_journal_record_render_json(const drift_journal_record *record,
                                              drift_buffer *out_text)
{
    char text[2 * DRIFT__SHA256_SIZE + 1];
    if (!record || !out_text)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift__json_writer w = {out_text, DRIFT_OK, 0};
    size_t begin = drift_buffer_size(out_text);
    drift__json_open(&w, '{');
    drift__json_word(&w, "format", "drift.journal/1");
    drift__json_count_field(&w, "sequence", record->sequence);
    write_time(text, record->time);
    drift__json_key(&w, "time");
    if (*text)
        drift__json_text(&w, text, strlen(text));
    else
        drift__json_null(&w);
    drift__json_word(&w, "kind", drift_journal_kind_name((drift_journal_kind)record->kind));
    drift__json_count_field(&w, "offset", record->offset);
    drift__sha256_text(text, record->digest);
    drift__json_word(&w, "digest", text);
    drift__json_key(&w, "payload");
    if (!w.status)
        w.status = put_payload(out_text, record, 0);
    drift__json_literal(&w, "}\n");
    if (w.status)
        drift__buffer_truncate(out_text, begin);
    return w.status;
}

drift_status drift_journal_record_render_text(const drift_journal_record *record,
                                              drift_buffer *out_text)
{
    char time[TIME_SIZE];
    if (!record || !out_text)
        return DRIFT_ERR_INVALID_ARGUMENT;
    size_t begin = drift_buffer_size(out_text);
    write_time(time, record->time);
    drift_status status = drift__buffer_printf(
        out_text, "%6" PRIu64 "  %-27s  %-9s  ", record->sequence, *time ? time : "?",
        drift_journal_kind_name((drift_journal_kind)record->kind));
    if (!status)
        status = put_payload(out_text, record, 1);
    if (!status)
        status = drift_buffer_append(out_text, "\n", 1);
    if (status)
        drift__buffer_truncate(out_text, begin);
    return status;
}
