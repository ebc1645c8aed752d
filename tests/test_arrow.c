/* SPDX-License-Identifier: Apache-2.0
 *
 * test_arrow.c: Arrow streams built by hand after the C data interface's
 * specification: types, offsets, nulls, ownership.
 */
#include <errno.h>
#include <math.h>

#include "io/arrow_abi.h"
#include "io_support.h"
#include "profile/block.h"

enum { MOST_COLUMNS = 4 };

/* A stream of up to two record batches over static arrays; counts what is released. */
typedef struct fixture {
    const char *formats[MOST_COLUMNS], *names[MOST_COLUMNS], *dictionary_format;
    struct ArrowArray columns[2][MOST_COLUMNS], dictionary, *children[2][MOST_COLUMNS];
    struct ArrowArray batches[2];
    struct ArrowSchema child_schemas[MOST_COLUMNS], dictionary_schema;
    struct ArrowSchema *schema_children[MOST_COLUMNS];
    const void *no_nulls[1];
    int n_columns, n_batches, given, released_batches, released_schemas, released_stream, fail;
} fixture;

static void release_batch(struct ArrowArray *array)
{
    ((fixture *)array->private_data)->released_batches++;
    array->release = NULL;
}

static void release_schema(struct ArrowSchema *schema)
{
    ((fixture *)schema->private_data)->released_schemas++;
    schema->release = NULL;
}

static void release_stream(struct ArrowArrayStream *stream)
{
    ((fixture *)stream->private_data)->released_stream++;
    stream->release = NULL;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    fixture *made = stream->private_data;
    memset(out, 0, sizeof *out);
    for (int i = 0; i < made->n_columns; i++) {
        made->schema_children[i] = &made->child_schemas[i];
        made->child_schemas[i].format = made->formats[i];
        made->child_schemas[i].name = made->names[i];
    }
    if (made->dictionary_format) {
        made->dictionary_schema.format = made->dictionary_format;
        made->child_schemas[0].dictionary = &made->dictionary_schema;
    }
    out->format = "+s";
    out->n_children = made->n_columns;
    out->children = made->schema_children;
    out->release = release_schema;
    out->private_data = made;
    return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    fixture *made = stream->private_data;
    memset(out, 0, sizeof *out);
    if (made->fail)
        return EIO;
    if (made->given < made->n_batches)
        *out = made->batches[made->given++];
    return 0;
}

static const char *last_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return "disk on fire";
}

static struct ArrowArrayStream stream_of(fixture *made)
{
    struct ArrowArrayStream stream = {get_schema, get_next, last_error, release_stream, made};
    return stream;
}

static void add_column(fixture *made, const char *name, const char *format)
{
    made->names[made->n_columns] = name;
    made->formats[made->n_columns++] = format;
}

/* Batch `batch` of `length` rows from `offset` on; the columns are set by the caller. */
static void add_batch(fixture *made, int64_t length, int64_t offset)
{
    int batch = made->n_batches++;
    struct ArrowArray *array = &made->batches[batch];
    for (int i = 0; i < made->n_columns; i++) {
        made->children[batch][i] = &made->columns[batch][i];
        made->columns[batch][i].length = length + offset;
    }
    array->length = length;
    array->offset = offset;
    array->n_buffers = 1;
    array->buffers = made->no_nulls;
    array->n_children = made->n_columns;
    array->children = made->children[batch];
    array->release = release_batch;
    array->private_data = made;
}

static void set_buffers(struct ArrowArray *array, const void **buffers, int64_t n)
{
    array->buffers = buffers;
    array->n_buffers = n;
    array->null_count = buffers[0] ? -1 : 0;
}

/* Values of a column as text: "1 2.5 <> 'x' T12" */
static const char *show(const drift_table *table, uint32_t column)
{
    static char text[512];
    drift_value values[16];
    size_t used = 0;
    drift__block_values(&table->columns[column], 0, (size_t)table->n_rows, values);
    text[0] = '\0';
    for (uint64_t i = 0; i < table->n_rows; i++) {
        const char *space = i ? " " : "";
        char *at = text + used;
        size_t left = sizeof text - used;
        switch (values[i].tag) {
        case DRIFT_VALUE_MISSING:
            used += (size_t)snprintf(at, left, "%s<>", space);
            break;
        case DRIFT_VALUE_DOUBLE:
            used += (size_t)snprintf(at, left, "%s%.17g", space, values[i].as.number);
            break;
        case DRIFT_VALUE_STRING:
            used += (size_t)snprintf(at, left, "%s'%.*s'", space, (int)values[i].length,
                                     values[i].as.string);
            break;
        default:
            used += (size_t)snprintf(at, left, "%s%s%lld", space,
                                     values[i].tag == DRIFT_VALUE_TIME   ? "T"
                                     : values[i].tag == DRIFT_VALUE_BOOL ? "B"
                                                                         : "",
                                     (long long)values[i].as.integer);
        }
    }
    return text;
}

/* One column of one batch of `length` rows from `offset` on, read and shown. */
static void check_column(const char *format, const void **buffers, int64_t n_buffers,
                         int64_t length, int64_t offset, const char *expected)
{
    fixture made = {.n_columns = 0};
    drift_reader *reader;
    drift_table table;
    drift_error error;
    add_column(&made, "c", format);
    add_batch(&made, length, offset);
    set_buffers(&made.columns[0][0], buffers, n_buffers);
    struct ArrowArrayStream stream = stream_of(&made);
    ck_assert_int_eq(drift_reader_open_arrow(&stream, NULL, &reader, &error), DRIFT_OK);
    ck_assert_msg(drift_reader_next(reader, &table, &error) == DRIFT_OK, "%s: %s", format,
                  error.message);
    ck_assert_str_eq(show(&table, 0), expected);
    drift_reader_destroy(reader);
    ck_assert_int_eq(made.released_batches, 1);
    ck_assert_int_eq(made.released_schemas, 1);
    ck_assert_int_eq(made.released_stream, 1);
}

START_TEST(arrow_numbers)
{
    static const uint8_t bits[] = {0x0d}; /* 1 0 1 1 */
#define CHECK_NUMBERS(format, type)                                                                \
    do {                                                                                           \
        static const type numbers[] = {1, 2, 3, 100};                                              \
        const void *plain[] = {NULL, numbers}, *nulls[] = {bits, numbers};                         \
        check_column(format, plain, 2, 4, 0, "1 2 3 100");                                         \
        check_column(format, nulls, 2, 4, 0, "1 <> 3 100");                                        \
        check_column(format, nulls, 2, 3, 1, "<> 3 100");                                          \
    } while (0)
    CHECK_NUMBERS("c", int8_t);
    CHECK_NUMBERS("C", uint8_t);
    CHECK_NUMBERS("s", int16_t);
    CHECK_NUMBERS("S", uint16_t);
    CHECK_NUMBERS("i", int32_t);
    CHECK_NUMBERS("I", uint32_t);
    CHECK_NUMBERS("l", int64_t);
    CHECK_NUMBERS("L", uint64_t);
    CHECK_NUMBERS("f", float);
    CHECK_NUMBERS("g", double);
    static const uint16_t halves[] = {0x3c00, 0xc000, 0x0001, 0x7c00, 0x7e00, 0x3555};
    const void *half_nulls[] = {bits, halves}, *half_plain[] = {NULL, halves};
    check_column("e", half_plain, 2, 6, 0, "1 -2 5.9604644775390625e-08 inf <> 0.333251953125");
    check_column("e", half_nulls, 2, 3, 1, "<> 5.9604644775390625e-08 inf");
    static const uint8_t truths[] = {0x06};
    const void *bools[] = {bits, truths};
    check_column("b", bools, 2, 4, 0, "B0 <> B1 B0");
    check_column("b", bools, 2, 3, 1, "<> B1 B0");
}
END_TEST

START_TEST(arrow_decimals)
{
    static const int64_t words[] = {12345, 0, -12345, -1, 0, 1, INT64_MAX, INT64_MAX};
    const void *buffers[] = {NULL, words};
    check_column("d:10,2", buffers, 2, 2, 0, "123.45 -123.45");
    check_column("d:38,0,128", buffers, 2, 2, 2, "1.8446744073709552e+19 1.7014118346046923e+38");
    check_column("d:5,-3", buffers, 2, 1, 0, "12345000");
    static const int32_t narrow[] = {7, -99999};
    const void *thirds[] = {NULL, narrow}, *halves[] = {NULL, words};
    check_column("d:5,3,32", thirds, 2, 2, 0, "0.0070000000000000001 -99.998999999999995");
    check_column("d:10,1,64", halves, 2, 4, 0, "1234.5 0 -1234.5 -0.10000000000000001");
    static const int64_t wide[] = {10, 0, 0, 0, -10, -1, -1, -1, 0, 0, 0, 1};
    const void *quarters[] = {NULL, wide};
    check_column("d:76,1,256", quarters, 2, 3, 0, "1 -1 6.2771017353866811e+56");
}
END_TEST

START_TEST(arrow_durations)
{
    static const int64_t parts[] = {1500, -1, 2500000000, 7000000};
    static const int32_t narrow[] = {1500, -1, 86399999};
    static const uint8_t bits[] = {0x0d}; /* 1 0 1 1 */
    const void *long_parts[] = {bits, parts}, *short_parts[] = {NULL, narrow};
    check_column("tDs", long_parts, 2, 4, 0, "1500 <> 2500000000 7000000");
    check_column("tDm", long_parts, 2, 3, 1, "<> 2500000 7000");
    check_column("tDu", long_parts, 2, 4, 0, "0.0015 <> 2500 7");
    check_column("tDn", long_parts, 2, 4, 0, "1.5e-06 <> 2.5 0.0070000000000000001");
    check_column("ttu", long_parts, 2, 1, 3, "7");
    check_column("ttn", long_parts, 2, 1, 2, "2.5");
    check_column("ttm", short_parts, 2, 3, 0, "1.5 -0.001 86399.998999999996");
    check_column("tts", short_parts, 2, 2, 0, "1500 -1");
}
END_TEST

START_TEST(arrow_times)
{
    static const int64_t stamps[] = {0, -1, 1500, INT64_MAX};
    static const int32_t days[] = {0, -1, 19723};
    static const uint8_t bits[] = {0x0b}; /* 1 1 0 1 */
    const void *times[] = {NULL, stamps}, *nulls[] = {bits, stamps}, *dates[] = {NULL, days};
    check_column("tsu:", times, 2, 3, 0, "T0 T-1 T1500");
    check_column("tsu:Europe/Berlin", nulls, 2, 4, 0, "T0 T-1 <> T9223372036854775807");
    check_column("tsn:UTC", times, 2, 3, 0, "T0 T-1 T1");
    check_column("tsm:", nulls, 2, 3, 1, "T-1000 <> T9223372036854775807");
    check_column("tss:", times, 2, 3, 0, "T0 T-1000000 T1500000000");
    check_column("tdD", dates, 2, 3, 0, "T0 T-86400000000 T1704067200000000");
    check_column("tdm", times, 2, 2, 1, "T-1000 T1500000");
}
END_TEST

START_TEST(arrow_strings)
{
    static const int32_t offsets[] = {0, 1, 1, 4};
    static const int64_t wide[] = {0, 1, 1, 4};
    static const uint8_t bits[] = {0x05};
    const void *small[] = {NULL, offsets, "xabc"}, *large[] = {bits, wide, "xabc"};
    check_column("u", small, 3, 3, 0, "'x' '' 'abc'");
    check_column("u", small, 3, 2, 1, "'' 'abc'");
    check_column("U", large, 3, 3, 0, "'x' <> 'abc'");
    check_column("z", small, 3, 3, 0, "'x' '' 'abc'");
    check_column("Z", large, 3, 3, 0, "'x' <> 'abc'");
    struct {
        int32_t length;
        char text[12];
    } views[2] = {{3, "abc"}, {15, {0}}};
    const int32_t place[] = {0, 2};
    memcpy(views[1].text, "long", 4);
    memcpy(views[1].text + 4, place, sizeof place);
    static const char data[] = "..long string text";
    static const int64_t sizes[] = {18};
    const void *viewed[] = {NULL, views, data, sizes};
    check_column("vu", viewed, 4, 2, 0, "'abc' 'long string tex'");
    check_column("vz", viewed, 4, 2, 0, "'abc' 'long string tex'");
    check_column("n", (const void *[]){NULL}, 0, 3, 0, "<> <> <>");
}
END_TEST

START_TEST(arrow_dictionary)
{
    static const int8_t indices[] = {1, 0, 7, 1};
    static const int32_t offsets[] = {0, 3, 6};
    static const uint8_t bits[] = {0x0f};
    const void *buffers[] = {bits, indices}, *words[] = {NULL, offsets, "redoak"};
    fixture made = {.n_columns = 0};
    drift_reader *reader;
    drift_table table;
    add_column(&made, "c", "c");
    made.dictionary_format = "u";
    add_batch(&made, 4, 0);
    set_buffers(&made.columns[0][0], buffers, 2);
    made.dictionary.length = 2;
    set_buffers(&made.dictionary, words, 3);
    made.columns[0][0].dictionary = &made.dictionary;
    struct ArrowArrayStream stream = stream_of(&made);
    ck_assert_int_eq(drift_reader_open_arrow(&stream, NULL, &reader, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_OK);
    ck_assert_str_eq(show(&table, 0), "'oak' 'red' <> 'oak'");
    drift_reader_destroy(reader);
}
END_TEST

/* Runs that end before rows 2, 3 and 6: 'x', missing, 'abc'; rows of a batch from `offset` on. */
static void check_runs(const char *format, const void *ends, int64_t offset, int64_t length,
                       const char *expected)
{
    static const int32_t offsets[] = {0, 1, 1, 4};
    static const uint8_t bits[] = {0x05};
    const void *end_buffers[] = {NULL, ends}, *values[] = {bits, offsets, "xabc"};
    struct ArrowSchema end_schema = {.format = format, .name = "run_ends"};
    struct ArrowSchema value_schema = {.format = "u", .name = "values"};
    struct ArrowSchema *schemas[] = {&end_schema, &value_schema};
    struct ArrowArray runs[2] = {{.length = 3}, {.length = 3}}, *children[] = {&runs[0], &runs[1]};
    fixture made = {.n_columns = 0};
    drift_reader *reader;
    drift_table table;
    drift_error error;
    add_column(&made, "c", "+r");
    made.child_schemas[0].n_children = 2;
    made.child_schemas[0].children = schemas;
    add_batch(&made, length, offset);
    set_buffers(&runs[0], end_buffers, 2);
    set_buffers(&runs[1], values, 3);
    made.columns[0][0].n_children = 2;
    made.columns[0][0].children = children;
    struct ArrowArrayStream stream = stream_of(&made);
    ck_assert_int_eq(drift_reader_open_arrow(&stream, NULL, &reader, NULL), DRIFT_OK);
    if (drift_reader_next(reader, &table, &error) == DRIFT_OK)
        ck_assert_str_eq(show(&table, 0), expected);
    else
        ck_assert_str_eq(error.message, expected);
    drift_reader_destroy(reader);
}

START_TEST(arrow_runs)
{
    static const int16_t narrow[] = {2, 3, 6};
    static const int32_t middle[] = {2, 3, 6};
    static const int64_t wide[] = {2, 3, 6};
    check_runs("s", narrow, 0, 6, "'x' 'x' <> 'abc' 'abc' 'abc'");
    check_runs("i", middle, 1, 3, "'x' <> 'abc'");
    check_runs("l", wide, 4, 2, "'abc' 'abc'");
    check_runs("i", middle, 3, 4, "column 'c': its Arrow array has runs that end before its rows");
}
END_TEST

START_TEST(arrow_batches_nulls_and_rewinding)
{
    static const double first[] = {9, 1, 2, 3}, second[] = {4, 5};
    static const int64_t third[] = {0, 10, 20, 30}, fourth[] = {40, 50};
    static const uint8_t bits[] = {0x0a}; /* of the batch: rows 1 and 3 of 4 */
    const void *b0[] = {NULL, first}, *b1[] = {NULL, second}, *b2[] = {NULL, third};
    const void *b3[] = {NULL, fourth}, *batch_nulls[] = {bits};
    fixture made = {.n_columns = 0};
    drift_reader *reader;
    drift_table table;
    add_column(&made, "x", "g");
    add_column(&made, "", "tss:");
    add_batch(&made, 3, 1);
    add_batch(&made, 2, 0);
    set_buffers(&made.columns[0][0], b0, 2);
    set_buffers(&made.columns[0][1], b2, 2);
    set_buffers(&made.columns[1][0], b1, 2);
    set_buffers(&made.columns[1][1], b3, 2);
    made.batches[0].buffers = batch_nulls;
    made.batches[0].null_count = 2;
    struct ArrowArrayStream stream = stream_of(&made);
    ck_assert_int_eq(drift_reader_open_arrow(&stream, NULL, &reader, NULL), DRIFT_OK);
    ck_assert_ptr_null((void *)(uintptr_t)stream.release);
    for (int pass = 0; pass < 2; pass++) {
        ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_OK);
        ck_assert_str_eq(table.names[1], "column_2");
        ck_assert_str_eq(show(&table, 0), "1 <> 3");
        ck_assert_str_eq(show(&table, 1), "T10000000 <> T30000000");
        if (pass == 0)
            ck_assert_int_eq(drift_reader_rewind(reader, NULL), DRIFT_OK);
    }
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_OK);
    ck_assert_str_eq(show(&table, 0), "4 5");
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_END);
    ck_assert_int_eq(made.released_batches, 0);
    drift_reader_destroy(reader);
    ck_assert_int_eq(made.released_batches, 2);
}
END_TEST

START_TEST(arrow_no_batches)
{
    fixture made = {.n_columns = 0};
    drift_reader *reader;
    drift_table table;
    add_column(&made, "x", "g");
    struct ArrowArrayStream stream = stream_of(&made);
    ck_assert_int_eq(drift_reader_open_arrow(&stream, NULL, &reader, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_OK);
    ck_assert_uint_eq(table.n_columns, 1);
    ck_assert_uint_eq(table.n_rows, 0);
    ck_assert_int_eq(drift_reader_next(reader, &table, NULL), DRIFT_END);
    drift_reader_destroy(reader);
}
END_TEST

START_TEST(arrow_refusals)
{
    static const char *const formats[] = {"+l",  "+s",         "+r",     "+vl",       "+w:3",
                                          "w:4", "d:50,2,512", "d:77,2", "d:9,2,32x", "tiM",
                                          "+m",  "",           "gg"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        fixture made = {.n_columns = 0};
        drift_reader *reader = NULL;
        drift_error error;
        char expected[64];
        add_column(&made, "ok", "g");
        add_column(&made, "tags", formats[i]);
        struct ArrowArrayStream stream = stream_of(&made);
        ck_assert_int_eq(drift_reader_open_arrow(&stream, NULL, &reader, &error),
                         DRIFT_ERR_UNSUPPORTED);
        snprintf(expected, sizeof expected, "column 'tags': its Arrow format '%s' is not read",
                 formats[i]);
        ck_assert_msg(strncmp(error.message, expected, strlen(expected)) == 0, "%s", error.message);
        ck_assert_ptr_null(reader);
        ck_assert(stream.release != NULL && !made.released_stream);
        ck_assert_int_eq(made.released_schemas, 1);
    }
}
END_TEST

static void check_bad_batch(fixture *made, drift_status status, const char *expected)
{
    drift_reader *reader = NULL;
    drift_error error;
    drift_table table;
    struct ArrowArrayStream stream = stream_of(made);
    ck_assert_int_eq(drift_reader_open_arrow(&stream, NULL, &reader, &error), DRIFT_OK);
    ck_assert_int_eq(drift_reader_next(reader, &table, &error), status);
    ck_assert_str_eq(error.message, expected);
    drift_reader_destroy(reader);
    ck_assert_int_eq(made->released_batches, made->n_batches);
}

START_TEST(arrow_bad_batches)
{
    static const double numbers[] = {1, 2};
    const void *buffers[] = {NULL, numbers}, *none[] = {NULL, NULL};
    fixture shorter = {.n_columns = 0}, lacking = {.n_columns = 0}, failing = {.n_columns = 0};
    add_column(&shorter, "x", "g");
    add_batch(&shorter, 2, 0);
    set_buffers(&shorter.columns[0][0], buffers, 2);
    shorter.columns[0][0].length = 1;
    check_bad_batch(&shorter, DRIFT_ERR_INVALID_ARGUMENT,
                    "column 'x': its Arrow array is shorter than its record batch");
    add_column(&lacking, "x", "g");
    add_batch(&lacking, 2, 0);
    set_buffers(&lacking.columns[0][0], none, 2);
    check_bad_batch(&lacking, DRIFT_ERR_INVALID_ARGUMENT,
                    "column 'x': its Arrow array lacks a buffer");
    add_column(&failing, "x", "g");
    failing.fail = 1;
    check_bad_batch(&failing, DRIFT_ERR_IO, "the Arrow stream failed: disk on fire");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("arrow");
    tcase_add_test(tests, arrow_numbers);
    tcase_add_test(tests, arrow_decimals);
    tcase_add_test(tests, arrow_durations);
    tcase_add_test(tests, arrow_times);
    tcase_add_test(tests, arrow_strings);
    tcase_add_test(tests, arrow_dictionary);
    tcase_add_test(tests, arrow_runs);
    tcase_add_test(tests, arrow_batches_nulls_and_rewinding);
    tcase_add_test(tests, arrow_no_batches);
    tcase_add_test(tests, arrow_refusals);
    tcase_add_test(tests, arrow_bad_batches);
    Suite *suite = suite_create("arrow");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
