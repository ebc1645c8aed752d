/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_scan.c: the walk over a journal's records, to the first fault. An
 * append that a crash tore leaves the beginning of a record, or zeros where the system had
 * not yet put its bytes, and nothing behind it; everything else is damage.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/bytes.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/sha256.h"
#include "monitor/journal_record.h"

/* Bytes hashed in the look for a record behind a bad one; whoever makes it dearer is no crash. */
enum { MOST_HASHED = 1 << 26 };

typedef struct header {
    uint32_t format, kind, payload_size;
    uint64_t sequence;
    int64_t time;
    int is_ours; /* the magic, and what is 0 in every format */
} header;

typedef struct scan {
    const char *name;
    int file;
    uint64_t size, offset;
    uint8_t *bytes; /* of the record at `offset`, or of all that is left */
    size_t room;
    drift_allocator allocator;
    drift_error *error;
    drift_journal_report report;
} scan;

static header parse(const uint8_t *bytes)
{
    drift__byte_reader reader = {bytes, bytes + DRIFT__RECORD_HEAD, 0};
    header h = {0};
    h.is_ours = memcmp(drift__read_bytes(&reader, 4), DRIFT_JOURNAL_MAGIC, 4) == 0;
    h.format = drift__read_u8(&reader);
    h.kind = drift__read_u8(&reader);
    h.is_ours &= drift__read_u8(&reader) == 0;
    h.is_ours &= drift__read_u8(&reader) == 0 && h.format && h.kind;
    h.payload_size = drift__read_u32(&reader);
    h.sequence = drift__read_u64(&reader);
    h.time = (int64_t)drift__read_u64(&reader);
    return h;
}

static uint64_t checksum_in(const uint8_t *bytes, size_t payload_size)
{
    const uint8_t *at = bytes + DRIFT__RECORD_AROUND + payload_size - 8;
    drift__byte_reader reader = {at, at + 8, 0};
    return drift__read_u64(&reader);
}

static int checksum_holds(const uint8_t *bytes, size_t payload_size)
{
    return drift__checksum(bytes, DRIFT__RECORD_AROUND + payload_size - 8) ==
           checksum_in(bytes, payload_size);
}

__attribute__((format(printf, 3, 4))) static void note(scan *s, drift_journal_fault fault,
                                                       const char *format, ...)
{
    char *message = s->report.message;
    size_t room = sizeof s->report.message;
    int used = snprintf(message, room, "record %" PRIu64 " at byte %" PRIu64 ": ",
                        s->report.records + 1, s->offset);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message + used, room - (size_t)used, format, arguments);
    va_end(arguments);
    s->report.fault = fault;
}

static drift_status fetch(scan *s, size_t size)
{
    void *bytes = s->bytes;
    if (drift__reserve(&s->allocator, &bytes, &s->room, size, 1))
        return drift__fail_status(s->error, DRIFT_ERR_OUT_OF_MEMORY);
    s->bytes = bytes;
    if (drift__file_read(s->file, s->bytes, size, (int64_t)s->offset))
        return errno ? drift__file_fail(s->error, s->name, "read", errno)
                     : drift__fail(s->error, DRIFT_ERR_IO,
                                   "%s: it became shorter while it was read", s->name);
    return DRIFT_OK;
}

/* 1 where a whole record begins somewhere behind the first of the `size` bytes that are left. */
static int record_follows(const uint8_t *bytes, size_t size)
{
    size_t hashed = 0;
    for (size_t at = 1; size - at >= DRIFT__RECORD_AROUND; at++) {
        const uint8_t *found = memchr(bytes + at, DRIFT_JOURNAL_MAGIC[0], size - at);
        if (!found || size - (at = (size_t)(found - bytes)) < DRIFT__RECORD_AROUND)
            return 0;
        header h = parse(found);
        if (!h.is_ours || h.payload_size > size - at - DRIFT__RECORD_AROUND)
            continue;
        hashed += DRIFT__RECORD_AROUND + h.payload_size;
        if (hashed > MOST_HASHED || checksum_holds(found, h.payload_size))
            return 1;
    }
    return 0;
}

static int is_zero(const uint8_t *bytes, size_t size)
{
    size_t zeros = 0;
    while (zeros < size && !bytes[zeros])
        zeros++;
    return zeros == size;
}

/* 1 where a file that holds no record may be a journal whose first append was torn. */
static int may_have_begun(const uint8_t *bytes, size_t size)
{
    return is_zero(bytes, size) || memcmp(bytes, DRIFT_JOURNAL_MAGIC, size < 4 ? size : 4) == 0;
}

/* The bytes at `offset` are no whole record; a tear would leave such. What is it? */
static drift_status judge_rest(scan *s, int like_a_tear)
{
    uint64_t left = s->size - s->offset;
    size_t looked = left < DRIFT__RECORD_MOST ? (size_t)left : DRIFT__RECORD_MOST;
    drift_status status = fetch(s, looked);
    if (status)
        return status;
    int follows = record_follows(s->bytes, looked);
    if (!s->report.records && !follows && !may_have_begun(s->bytes, looked)) {
        snprintf(s->report.message, sizeof s->report.message, "it does not begin with a record");
        s->report.fault = DRIFT_JOURNAL_NONE;
    } else if (left <= DRIFT__RECORD_MOST && like_a_tear && !follows) {
        s->report.fault = DRIFT_JOURNAL_TORN;
    }
    return DRIFT_OK;
}

/* Read the record at `offset` into `bytes`; a fault where its bytes are not whole. */
static drift_status read_record(scan *s, header *out_header)
{
    uint64_t left = s->size - s->offset;
    if (left < DRIFT__RECORD_HEAD) {
        note(s, DRIFT_JOURNAL_DAMAGED, "%" PRIu64 " of the %d bytes of a header", left,
             DRIFT__RECORD_HEAD);
        return judge_rest(s, 1);
    }
    drift_status status = fetch(s, DRIFT__RECORD_HEAD);
    if (status)
        return status;
    header h = parse(s->bytes);
    if (!h.is_ours) {
        note(s, DRIFT_JOURNAL_DAMAGED,
             "it begins with %02x%02x%02x%02x %02x%02x%02x%02x where 4452 6a6c, format, kind and "
             "0000 were expected",
             s->bytes[0], s->bytes[1], s->bytes[2], s->bytes[3], s->bytes[4], s->bytes[5],
             s->bytes[6], s->bytes[7]);
        return judge_rest(s, is_zero(s->bytes, DRIFT__RECORD_HEAD));
    }
    uint64_t size = (uint64_t)h.payload_size + DRIFT__RECORD_AROUND;
    if (h.payload_size > DRIFT_JOURNAL_MOST_PAYLOAD) {
        note(s, DRIFT_JOURNAL_DAMAGED, "a payload of %u bytes where at most %d were expected",
             (unsigned)h.payload_size, DRIFT_JOURNAL_MOST_PAYLOAD);
        return judge_rest(s, 0);
    }
    if (size > left) {
        note(s, DRIFT_JOURNAL_DAMAGED, "%" PRIu64 " of its %" PRIu64 " bytes", left, size);
        return judge_rest(s, 1);
    }
    status = fetch(s, (size_t)size);
    if (!status && !checksum_holds(s->bytes, h.payload_size)) {
        note(s, DRIFT_JOURNAL_DAMAGED, "checksum %016" PRIx64 " where %016" PRIx64 " was expected",
             checksum_in(s->bytes, h.payload_size), drift__checksum(s->bytes, (size_t)size - 8));
        return judge_rest(s, size == left && !checksum_in(s->bytes, h.payload_size));
    }
    *out_header = h;
    return status;
}

/* A record whose bytes are whole: does it belong here? */
static drift_status check_record(scan *s, const header *h)
{
    uint8_t expected[DRIFT_JOURNAL_DIGEST_SIZE];
    const uint8_t *digest = s->bytes + DRIFT__RECORD_HEAD + h->payload_size;
    if (h->format > 1)
        return drift__fail(s->error, DRIFT_ERR_UNSUPPORTED,
                           "%s: journal of format %u: this version reads format 1", s->name,
                           (unsigned)h->format);
    memcpy(expected, s->report.last_digest, sizeof expected);
    drift__record_digest(expected, s->bytes, h->payload_size);
    if (h->sequence != s->report.records + 1) {
        note(s, DRIFT_JOURNAL_SEQUENCE,
             "sequence number %" PRIu64 " where %" PRIu64 " was expected", h->sequence,
             s->report.records + 1);
    } else if (memcmp(expected, digest, sizeof expected) != 0) {
        char found[2 * DRIFT__SHA256_SIZE + 1], wanted[2 * DRIFT__SHA256_SIZE + 1];
        drift__sha256_text(found, digest);
        drift__sha256_text(wanted, expected);
        note(s, DRIFT_JOURNAL_CHAIN, "digest %s where %s was expected", found, wanted);
    } else if (!drift__json_is_object((const char *)s->bytes + DRIFT__RECORD_HEAD,
                                      h->payload_size)) {
        note(s, DRIFT_JOURNAL_PAYLOAD, "a JSON object was expected in its payload");
    }
    return DRIFT_OK;
}

static void accept_record(scan *s, const header *h, drift_journal_record *out_record)
{
    drift_journal_report *report = &s->report;
    const uint8_t *payload = s->bytes + DRIFT__RECORD_HEAD;
    *out_record = (drift_journal_record){.sequence = h->sequence,
                                         .time = h->time,
                                         .kind = h->kind,
                                         .offset = s->offset,
                                         .payload = (const char *)payload,
                                         .payload_size = h->payload_size,
                                         .digest = payload + h->payload_size};
    memcpy(report->last_digest, out_record->digest, sizeof report->last_digest);
    if (!report->records++)
        memcpy(report->first_digest, out_record->digest, sizeof report->first_digest);
    s->offset += DRIFT__RECORD_AROUND + h->payload_size;
    report->offset = s->offset;
}

static drift_status walk(scan *s, const uint8_t *known_digest, drift_journal_visit visit,
                         void *context)
{
    int known_found = !known_digest;
    while (s->offset < s->size) {
        header h = {0};
        drift_status status = read_record(s, &h);
        if (!status && !s->report.fault)
            status = check_record(s, &h);
        if (status || s->report.fault)
            return status;
        drift_journal_record record;
        accept_record(s, &h, &record);
        known_found |= memcmp(record.digest, known_digest ? known_digest : record.digest,
                              DRIFT_JOURNAL_DIGEST_SIZE) == 0;
        status = visit ? visit(&record, context) : DRIFT_OK;
        if (status)
            return drift__fail_status(s->error, status);
    }
    if (!known_found) {
        s->report.fault = DRIFT_JOURNAL_FOREIGN;
        snprintf(s->report.message, sizeof s->report.message,
                 "no record has the digest that is known: records were cut off or written anew");
    }
    return DRIFT_OK;
}

drift_status drift__journal_scan(int file, uint64_t size, const char *name,
                                 const uint8_t *known_digest, drift_journal_visit visit,
                                 void *context, const drift_allocator *allocator,
                                 drift_journal_report *out_report, drift_error *error)
{
    scan s = {.name = name,
              .file = file,
              .size = size,
              .allocator = drift__allocator(allocator),
              .error = error,
              .report = DRIFT_JOURNAL_REPORT_INIT};
    s.report.file_size = size;
    drift_status status = walk(&s, known_digest, visit, context);
    drift__release(&s.allocator, s.bytes);
    if (!status)
        *out_report = s.report;
    return status;
}

void drift__journal_report_copy(drift_journal_report *out_report,
                                const drift_journal_report *report)
{
    if (!out_report)
        return;
    uint32_t size = out_report->struct_size;
    memcpy(out_report, report, size < sizeof *report ? size : sizeof *report);
    out_report->struct_size = size;
}

drift_status drift_journal_read(const char *path, const uint8_t *known_digest,
                                drift_journal_visit visit, void *context,
                                const drift_allocator *allocator, drift_journal_report *out_report,
                                drift_error *error)
{
    struct stat state;
    drift_journal_report report;
    if (!path || (out_report && out_report->struct_size < sizeof out_report->struct_size))
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    /* A pipe would keep open waiting. */
    int file = drift__file_open(path, O_RDONLY | O_NONBLOCK);
    if (file < 0)
        return drift__fail(error, errno == ENOENT ? DRIFT_ERR_NOT_FOUND : DRIFT_ERR_IO,
                           "%s: cannot open: %s", path, strerror(errno));
    drift_status status;
    if (fstat(file, &state))
        status = drift__file_fail(error, path, "read", errno);
    else if (!S_ISREG(state.st_mode))
        status = drift__fail(error, DRIFT_ERR_IO, "%s: not a regular file", path);
    else
        status = drift__journal_scan(file, (uint64_t)state.st_size, path, known_digest, visit,
                                     context, allocator, &report, error);
    drift__file_close(file);
    if (!status)
        drift__journal_report_copy(out_report, &report);
    return status;
}
