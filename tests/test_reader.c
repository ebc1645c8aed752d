/* SPDX-License-Identifier: Apache-2.0
 *
 * test_reader.c: opening, compression, pipes, rewinding and tables in memory.
 */
#include "io/reader.h"
#include "io_support.h"
#include "profile/block.h"

#include <zlib.h>
#include <zstd.h>

static const char plain[] = "a,b\n1,2\n3,4\n";
static const char rows[] = "1|2\n3|4\n[a|b]";

static size_t gzip(char *out, size_t capacity, const char *text, size_t size)
{
    z_stream stream = {0};
    ck_assert_int_eq(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)text;
    stream.avail_in = (unsigned)size;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (unsigned)capacity;
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t used = capacity - stream.avail_out;
    deflateEnd(&stream);
    return used;
}

START_TEST(reader_gzip)
{
    char bytes[1024];
    size_t first = gzip(bytes, sizeof bytes, plain, 6);
    size_t both = first + gzip(bytes + first, sizeof bytes - first, plain + 6, sizeof plain - 7);
    check_bytes(".csv.gz", bytes, both, NULL, rows);
    check_bytes(".bin", bytes, both, NULL, rows);
    check_bytes(".csv.gz", bytes, both - 3, NULL,
                "the compressed data ends too early: the file is cut off");
    check_bytes(".csv.gz", bytes, 5, NULL,
                "the compressed data ends too early: the file is cut off");
    bytes[both - 6] ^= 1;
    check_bytes(".csv.gz", bytes, both, NULL,
                "the compressed data is damaged: incorrect data check");
    bytes[both - 6] ^= 1;
    bytes[both] = 'x';
    check_bytes(".csv.gz", bytes, both + 1, NULL,
                "the compressed data ends too early: the file is cut off");
}
END_TEST

START_TEST(reader_zstd)
{
    char bytes[1024];
    size_t first = ZSTD_compress(bytes, sizeof bytes, plain, 6, 3);
    size_t both =
        first + ZSTD_compress(bytes + first, sizeof bytes - first, plain + 6, sizeof plain - 7, 3);
    check_bytes(".csv.zst", bytes, both, NULL, rows);
    check_bytes("", bytes, both, NULL, rows);
    check_bytes(".csv.zst", bytes, both - 1, NULL,
                "the compressed data ends too early: the file is cut off");
    bytes[4] = (char)0xff;
    char *message = read_bytes(".csv.zst", bytes, both, NULL);
    ck_assert_msg(strncmp(message, "the compressed data is damaged: ", 32) == 0, "%s", message);
    free(message);
}
END_TEST

START_TEST(reader_refuses_large_windows)
{
    /* A frame header that asks for a window of 2^31 bytes (RFC 8878, section 3.1.1.1.2). */
    static const unsigned char frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00};
    check_bytes(".csv.zst", frame, sizeof frame, NULL,
                "the compressed data is damaged: Frame requires too much memory for decoding");
}
END_TEST

START_TEST(reader_compressed_text_is_whole)
{
    size_t size = 3 << 20, bound = ZSTD_compressBound(size);
    char *text = malloc(size), *packed = malloc(bound + 1024), path[256];
    for (size_t i = 0; i < size; i += 16)
        memcpy(text + i, "0.1234567,89012\n", 16);
    memcpy(text, "alphabet,number\n", 16);
    for (int kind = 0; kind < 2; kind++) {
        size_t used = kind ? gzip(packed, bound + 1024, text, size)
                           : ZSTD_compress(packed, bound, text, size, 1);
        write_file(path, ".csv", packed, used);
        drift_reader *reader;
        drift_table table;
        ck_assert_int_eq(drift_reader_open(path, NULL, &reader, NULL), DRIFT_OK);
        for (int pass = 0; pass < 2; pass++) {
            uint64_t n = 0;
            while (drift_reader_next(reader, &table, NULL) == DRIFT_OK)
                n += table.n_rows;
            ck_assert_uint_eq(n, size / 16 - 1);
            ck_assert_int_eq(drift_reader_rewind(reader, NULL), DRIFT_OK);
        }
        drift_reader_destroy(reader);
        unlink(path);
    }
    free(text);
    free(packed);
}
END_TEST

START_TEST(reader_tells_formats)
{
    static const char object[] = " \n{\"a\":1}";
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    check_bytes("", object, sizeof object - 1, NULL, "1\n[a]");
    check_bytes(".csv", object, sizeof object - 1, NULL, "{\"a\":1}\n[ ]");
    check_bytes(".ndjson", object, sizeof object - 1, NULL, "1\n[a]");
    check_bytes("", plain, sizeof plain - 1, NULL, rows);
    config.format = "jsonl";
    check_bytes(".csv", object, sizeof object - 1, &config, "1\n[a]");
    config.format = "csv";
    check_bytes(".jsonl", plain, sizeof plain - 1, &config, rows);
    config.format = "xml";
    check_bytes(".csv", plain, sizeof plain - 1, &config,
                "the format 'xml' is unknown; csv and jsonl are read");
}
END_TEST

START_TEST(reader_refusals)
{
    drift_reader *reader = NULL;
    drift_error error;
    ck_assert_int_eq(drift_reader_open("no such file.csv", NULL, &reader, &error), DRIFT_ERR_IO);
    ck_assert_str_eq(error.message, "no such file.csv: cannot read: No such file or directory");
    ck_assert_int_eq(drift_reader_open("/", NULL, &reader, &error), DRIFT_ERR_IO);
    ck_assert_str_eq(error.message, "/: cannot read: Is a directory");
    ck_assert_int_eq(drift_reader_open(NULL, NULL, &reader, &error), DRIFT_ERR_INVALID_ARGUMENT);
    check_bytes(".drift", "DRpf....", 8, NULL, "this is a profile, not a table");
    char *message = read_bytes(".parquet", "PAR1....", 8, NULL);
    ck_assert_msg(strstr(message, "libdrift.Profile.from_data(pandas.read_parquet('") != NULL, "%s",
                  message);
    free(message);
    ck_assert_ptr_null(reader);
    drift_reader_destroy(NULL);
}
END_TEST

START_TEST(reader_pipe)
{
    char path[256];
    drift_reader *reader;
    drift_buffer *out;
    drift_error error;
    drift_buffer_create(NULL, &out);
    open_pipe(path, plain, sizeof plain - 1, 1);
    ck_assert_int_eq(drift_reader_open(path, NULL, &reader, NULL), DRIFT_OK);
    ck_assert(!drift_reader_rewindable(reader));
    ck_assert_str_eq(drift_reader_name(reader), path);
    print_reader(out, reader);
    ck_assert_str_eq(drift_buffer_data(out), rows);
    ck_assert_int_eq(drift_reader_rewind(reader, &error), DRIFT_ERR_UNSUPPORTED);
    drift_reader_destroy(reader);
    drift_buffer_destroy(out);
}
END_TEST

/* The beginning of a pipe is kept up to its limit, beyond it only while pinned. */
START_TEST(reader_pipe_prefix)
{
    size_t size = DRIFT__PREFIX_BYTES + (1 << 20), got, total;
    char *text = malloc(size), *piece = malloc(1 << 20), path[256];
    memset(text, 'x', size);
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    for (int pinned = 0; pinned < 2; pinned++) {
        drift__source *source;
        open_pipe(path, text, size, 1 << 16);
        ck_assert_int_eq(drift__source_open(path, &config, &source, NULL), DRIFT_OK);
        drift__source_pin(source, pinned);
        for (int pass = 0; pass < 1 + pinned; pass++) {
            for (total = 0;; total += got) {
                ck_assert_int_eq(drift__source_read(source, piece, 1 << 20, &got, NULL), DRIFT_OK);
                if (!got)
                    break;
            }
            ck_assert_uint_eq(total, size);
            ck_assert_int_eq(drift__source_prefix_kept(source), pinned);
            ck_assert_int_eq(drift__source_rewind(source, NULL),
                             pinned ? DRIFT_OK : DRIFT_ERR_UNSUPPORTED);
        }
        drift__source_destroy(source);
    }
    free(text);
    free(piece);
}
END_TEST

/* What has come is given out: a row is not held back until more follow. */
START_TEST(reader_pipe_gives_rows_at_once)
{
    int ends[2];
    char path[256];
    drift_reader *reader;
    drift_table table;
    ck_assert_int_eq(pipe(ends), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    ck_assert_int_eq(write(ends[1], plain, 8), 8);
    ck_assert_int_eq(drift_reader_open(path, NULL, &reader, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_OK);
    ck_assert_uint_eq(table.n_rows, 1);
    ck_assert_int_eq(write(ends[1], plain + 8, 4), 4);
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_OK);
    ck_assert_uint_eq(table.n_rows, 1);
    close(ends[1]);
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_END);
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_END);
    drift_reader_destroy(reader);
}
END_TEST

/* A line end may come in two halves. */
START_TEST(reader_pipe_halves_a_line_end)
{
    static const char text[] = "x,y\r\n1,2\r\n3\r\n";
    for (size_t piece = 1; piece < sizeof text; piece++) {
        char path[256];
        drift_reader *reader;
        drift_table table;
        drift_error error;
        drift_status status = DRIFT_OK;
        open_pipe(path, text, sizeof text - 1, piece);
        ck_assert_int_eq(drift_reader_open(path, NULL, &reader, NULL), DRIFT_OK);
        while (status == DRIFT_OK)
            status = drift_reader_next(reader, &table, &error);
        ck_assert_int_eq(status, DRIFT_ERR_PARSE);
        ck_assert_msg(strstr(error.message, "line 3: row has 1 field, "), "%s", error.message);
        drift_reader_destroy(reader);
    }
}
END_TEST

/* Rows, numbered from 1 in their column, up to a failure that is told as `what`, twice. */
static void check_rows_before(const char *path, const drift_profile_config *config, uint64_t n_rows,
                              const char *what)
{
    drift_reader *reader;
    drift_table table;
    drift_error error;
    uint64_t seen = 0;
    char number[32];
    ck_assert_int_eq(drift_reader_open(path, config, &reader, &error), DRIFT_OK);
    while (drift_reader_next(reader, &table, &error) == DRIFT_OK) {
        ck_assert_uint_eq(table.n_columns, 1);
        for (uint64_t i = 0; i < table.n_rows; i++) {
            const drift_value *value = (const drift_value *)table.columns[0].data + i;
            snprintf(number, sizeof number, "%llu", (unsigned long long)++seen);
            ck_assert_uint_eq(value->length, strlen(number));
            ck_assert_mem_eq(value->as.string, number, value->length);
        }
    }
    ck_assert_uint_eq(seen, n_rows);
    for (int again = 0; again < 2; again++) {
        ck_assert_msg(strstr(error.message, what) != NULL, "%s", error.message);
        error.message[0] = '\0';
        ck_assert_int_ne(drift_reader_next(reader, &table, &error), DRIFT_OK);
    }
    drift_reader_destroy(reader);
}

/* A file, by one and by three threads, and a pipe in pieces of many sizes. */
static void check_rows_before_everywhere(const char *suffix, const void *bytes, size_t size,
                                         uint64_t n_rows, const char *what)
{
    static const size_t pieces[] = {100, 4096, 1 << 20};
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    char path[256];
    write_file(path, suffix, bytes, size);
    check_rows_before(path, NULL, n_rows, what);
    ck_assert_int_eq(drift_executor_create(3, NULL, &config.executor, NULL), DRIFT_OK);
    check_rows_before(path, &config, n_rows, what);
    drift_executor_destroy(config.executor);
    unlink(path);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        open_pipe(path, bytes, size, pieces[i]);
        check_rows_before(path, NULL, n_rows, what);
    }
}

/* The rows before a fault are given out, then the fault is told. */
START_TEST(reader_gives_the_rows_before_a_fault)
{
    static const struct {
        const char *suffix, *head, *row, *fault, *message;
    } formats[] = {{".csv", "a\n", "%d\n", "1,2\n", "line %d: row has 2 fields"},
                   {".jsonl", "", "{\"a\":%d}\n", "{\"b\":1,\"a\":}\n", "line %d: column 12: "}};
    static const int faults[] = {1, 2, 9000, 90000, 200000};
    enum { ROWS = 200000 };
    char *text = malloc(ROWS * 16), what[64];
    for (size_t k = 0; k < 2 * sizeof faults / sizeof *faults; k++) {
        size_t size = 0, format = k % 2;
        int fault = faults[k / 2];
        size += (size_t)sprintf(text, "%s", formats[format].head);
        for (int i = 1; i <= ROWS; i++)
            size += (size_t)sprintf(text + size,
                                    i == fault ? formats[format].fault : formats[format].row, i);
        snprintf(what, sizeof what, formats[format].message, fault + (format == 0));
        check_rows_before_everywhere(formats[format].suffix, text, size, (uint64_t)fault - 1, what);
    }
    free(text);
}
END_TEST

/* The same where compressed text is cut off: whole rows before it are given out. */
START_TEST(reader_gives_the_rows_before_damage)
{
    enum { ROWS = 100000 };
    char *text = malloc(ROWS * 8), *packed = malloc(ROWS * 8), *whole = malloc(ROWS * 8);
    size_t size = (size_t)sprintf(text, "a\n");
    for (int i = 1; i <= ROWS; i++)
        size += (size_t)sprintf(text + size, "%d\n", i);
    size_t used = gzip(packed, ROWS * 8, text, size), left[] = {used - 3, used / 2, 200};
    for (size_t k = 0; k < sizeof left / sizeof *left; k++) {
        z_stream stream = {0};
        ck_assert_int_eq(inflateInit2(&stream, 15 + 16), Z_OK);
        stream.next_in = (Bytef *)packed;
        stream.avail_in = (unsigned)left[k];
        stream.next_out = (Bytef *)whole;
        stream.avail_out = ROWS * 8;
        inflate(&stream, Z_SYNC_FLUSH);
        uint64_t lines = 0;
        for (char *at = whole; at < whole + stream.total_out; at++)
            lines += *at == '\n';
        inflateEnd(&stream);
        check_rows_before_everywhere(".csv.gz", packed, left[k], lines - 1, "the file is cut off");
    }
    free(text);
    free(packed);
    free(whole);
}
END_TEST

START_TEST(reader_rewinds)
{
    char path[256];
    drift_reader *reader;
    drift_buffer *out;
    drift_buffer_create(NULL, &out);
    write_file(path, ".csv", plain, sizeof plain - 1);
    ck_assert_int_eq(drift_reader_open(path, NULL, &reader, NULL), DRIFT_OK);
    ck_assert(drift_reader_rewindable(reader));
    for (int pass = 0; pass < 3; pass++) {
        drift_buffer_reset(out);
        print_reader(out, reader);
        ck_assert_str_eq(drift_buffer_data(out), rows);
        ck_assert_int_eq(drift_reader_rewind(reader, NULL), DRIFT_OK);
    }
    drift_reader_destroy(reader);
    drift_buffer_destroy(out);
    unlink(path);
}
END_TEST

static int stop_at_once(uint64_t bytes, uint64_t total, void *context)
{
    uint64_t *seen = context;
    seen[0] = bytes;
    seen[1] = total;
    return seen[2] != 0;
}

START_TEST(reader_progress)
{
    char path[256];
    uint64_t seen[3] = {0, 0, 0};
    drift_reader *reader;
    drift_table table;
    drift_error error;
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    config.progress = stop_at_once;
    config.progress_context = seen;
    write_file(path, ".csv", plain, sizeof plain - 1);
    ck_assert_int_eq(drift_reader_open(path, &config, &reader, &error), DRIFT_OK);
    while (drift_reader_next(reader, &table, &error) == DRIFT_OK)
        continue;
    ck_assert_uint_eq(seen[0], sizeof plain - 1);
    ck_assert_uint_eq(seen[1], sizeof plain - 1);
    drift_reader_destroy(reader);
    seen[2] = 1;
    ck_assert_int_eq(drift_reader_open(path, &config, &reader, &error), DRIFT_ERR_CANCELLED);
    unlink(path);
}
END_TEST

START_TEST(reader_table)
{
    static const double numbers[] = {1, 2, 3};
    static const char *const names[] = {"x"};
    drift_column column = DRIFT_COLUMN_INIT;
    drift_table table = DRIFT_TABLE_INIT, found;
    drift_reader *reader;
    column.layout = DRIFT_LAYOUT_FLOAT64;
    column.data = numbers;
    table.n_columns = 1;
    table.n_rows = 3;
    table.names = names;
    table.columns = &column;
    ck_assert_int_eq(drift_reader_open_table(&table, NULL, &reader, NULL), DRIFT_OK);
    for (int pass = 0; pass < 2; pass++) {
        ck_assert_int_eq(drift_reader_next(reader, &found, NULL), DRIFT_OK);
        ck_assert_uint_eq(found.n_rows, 3);
        ck_assert_ptr_eq(found.columns, &column);
        ck_assert_int_eq(drift_reader_next(reader, &found, NULL), DRIFT_END);
        ck_assert_int_eq(drift_reader_rewind(reader, NULL), DRIFT_OK);
    }
    ck_assert_str_eq(drift_reader_name(reader), "memory");
    drift_reader_destroy(reader);
}
END_TEST

/* An allocator that fails from its nth call on. */
static void *failing_reallocate(void *context, void *memory, size_t size)
{
    int *left = context;
    return (*left)-- > 0 ? realloc(memory, size) : NULL;
}

static void failing_release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

START_TEST(reader_survives_shortage_of_memory)
{
    static const char *const suffixes[] = {".csv", ".jsonl", ".csv.gz"};
    static const char object[] = "{\"a\":1,\"b\":\"x\"}\n{\"c\":[1]}\n";
    char packed[256], path[256];
    size_t used = gzip(packed, sizeof packed, plain, sizeof plain - 1);
    for (int kind = 0; kind < 3; kind++) {
        const char *bytes = kind == 0 ? plain : kind == 1 ? object : packed;
        size_t size = kind == 0 ? sizeof plain - 1 : kind == 1 ? sizeof object - 1 : used;
        write_file(path, suffixes[kind], bytes, size);
        drift_status status = DRIFT_ERR_OUT_OF_MEMORY;
        for (int allowed = 0; allowed < 100 && status == DRIFT_ERR_OUT_OF_MEMORY; allowed++) {
            int left = allowed;
            drift_allocator allocator = {failing_reallocate, failing_release, &left};
            drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
            drift_reader *reader = NULL;
            drift_table table;
            config.allocator = &allocator;
            status = drift_reader_open(path, &config, &reader, NULL);
            while (status == DRIFT_OK)
                status = drift_reader_next(reader, &table, NULL);
            drift_reader_destroy(reader);
        }
        ck_assert_int_eq(status, DRIFT_END);
        unlink(path);
    }
}
END_TEST

static int is_wanted(const void *context, const char *name)
{
    return strchr(context, name[0]) != NULL;
}

/* "layout:" and the rows of the only column of a text's first batch, NaN as <>. */
static void print_expected(const char *suffix, const char *text, const char *wanted, char *out,
                           size_t size)
{
    char path[256];
    drift_reader *reader;
    drift_table table;
    const drift__expectation expectation = {is_wanted, wanted};
    write_file(path, suffix, text, strlen(text));
    ck_assert_int_eq(drift_reader_open(path, NULL, &reader, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_reader_rewind(reader, NULL), DRIFT_OK);
    drift__reader_expect(reader, &expectation);
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_OK);
    size_t used = (size_t)snprintf(out, size, "%u:", (unsigned)table.columns[0].layout);
    for (uint64_t i = 0; i < table.n_rows; i++) {
        drift_value value;
        drift__block_values(&table.columns[0], i, 1, &value);
        if (value.tag == DRIFT_VALUE_MISSING)
            used += (size_t)snprintf(out + used, size - used, " <>");
        else if (value.tag == DRIFT_VALUE_DOUBLE)
            used += (size_t)snprintf(out + used, size - used, " %.17g", value.as.number);
        else
            used += (size_t)snprintf(out + used, size - used, " '%.*s'", (int)value.length,
                                     value.as.string);
    }
    drift__reader_expect(reader, NULL);
    ck_assert_int_eq(drift_reader_rewind(reader, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_OK);
    ck_assert_uint_eq(table.columns[0].layout, DRIFT_LAYOUT_VALUE);
    drift_reader_destroy(reader);
    unlink(path);
}

START_TEST(readers_give_numbers_where_expected)
{
    static const struct {
        const char *suffix, *text, *wanted, *expected;
    } cases[] = {
        {".csv", "a,b\n1,x\n-2.5,\n\"3\",y\n,z\n 4 ,w\n.5,\n1e3,\n-0,\nNA,\ninf,\n", "a",
         "1: 1 -2.5 3 <> 4 0.5 1000 0 <> inf"},
        {".csv", "a\n1\n2\n", "b", "18: '1' '2'"},
        {".csv", "a\n1\nNA\n3x\n4\n", "a", "18: 1 <> '3x' '4'"},
        {".csv", "a\n1\n9007199254740993\n", "a", "18: 1 '9007199254740993'"},
        {".csv", "a\n1\n\"2\"\"\"\n", "a", "18: 1 '2\"'"},
        {".csv", "a,b\r\n1,2\r\n0.25,3\r\n", "ab", "1: 1 0.25"},
        {".jsonl", "{\"a\":1}\n{\"b\":2}\n{\"a\":-0.5}\n{\"a\":null}\n{\"a\":-Infinity}\n", "a",
         "1: 1 <> -0.5 <> -inf"},
        {".jsonl", "{\"a\":1}\n{\"a\":\"2\"}\n{\"a\":3}\n", "a", "18: 1 '2' '3'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char found[256];
        print_expected(cases[i].suffix, cases[i].text, cases[i].wanted, found, sizeof found);
        ck_assert_str_eq(found, cases[i].expected);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("reader");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, reader_gzip);
    tcase_add_test(tests, reader_zstd);
    tcase_add_test(tests, reader_refuses_large_windows);
    tcase_add_test(tests, reader_compressed_text_is_whole);
    tcase_add_test(tests, reader_tells_formats);
    tcase_add_test(tests, reader_refusals);
    tcase_add_test(tests, reader_pipe);
    tcase_add_test(tests, reader_pipe_prefix);
    tcase_add_test(tests, reader_pipe_gives_rows_at_once);
    tcase_add_test(tests, reader_pipe_halves_a_line_end);
    tcase_add_test(tests, reader_gives_the_rows_before_a_fault);
    tcase_add_test(tests, reader_gives_the_rows_before_damage);
    tcase_add_test(tests, reader_rewinds);
    tcase_add_test(tests, reader_progress);
    tcase_add_test(tests, reader_table);
    tcase_add_test(tests, reader_survives_shortage_of_memory);
    tcase_add_test(tests, readers_give_numbers_where_expected);
    Suite *suite = suite_create("reader");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
