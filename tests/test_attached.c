/* SPDX-License-Identifier: Apache-2.0
 *
 * test_attached.c: detectors at the columns of a monitor: what they see, what is told of them, and
 * that their state goes with the monitor's.
 */
#include <math.h>

#include "made_data.h"
#include "monitor/attached.h"
#include "monitor/window.h"
#include "profile_fixture.h"

enum { ROWS = 6000, CHANGE = 3000, MOST_HEARD = 64 };

typedef struct heard {
    int n;
    char column[MOST_HEARD][8], detector[MOST_HEARD][24], finding[MOST_HEARD][96];
    uint32_t kind[MOST_HEARD], severity[MOST_HEARD], phase[MOST_HEARD];
    uint64_t row[MOST_HEARD], change_row[MOST_HEARD];
    double evidence[MOST_HEARD];
    char json[MOST_HEARD][2048], message[MOST_HEARD][128];
} heard;

static void hear(const drift_alert *alert, void *context)
{
    heard *h = context;
    drift_buffer *text = NULL;
    ck_assert_int_lt(h->n, MOST_HEARD);
    ck_assert_int_eq(drift_buffer_create(NULL, &text), DRIFT_OK);
    ck_assert_int_eq(drift_alert_render_json(alert, text), DRIFT_OK);
    snprintf(h->json[h->n], sizeof h->json[0], "%.*s", (int)drift_buffer_size(text),
             (const char *)drift_buffer_data(text));
    drift_buffer_destroy(text);
    snprintf(h->message[h->n], 128, "%s", alert->message);
    snprintf(h->column[h->n], 8, "%s", alert->column);
    snprintf(h->detector[h->n], 24, "%s", alert->detector);
    snprintf(h->finding[h->n], 96, "%s",
             alert->columns[0]->finding ? alert->columns[0]->finding : "");
    h->kind[h->n] = alert->kind;
    h->severity[h->n] = alert->severity;
    h->phase[h->n] = alert->phase;
    h->row[h->n] = alert->row;
    h->change_row[h->n] = alert->change_row;
    h->evidence[h->n++] = alert->evidence;
}

/* Windows too large to say anything, and evidence too: what is heard is the detectors'. */
static drift_monitor *quiet_monitor_of(const made *m, uint64_t window_rows, heard *h)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    drift_monitor *monitor = NULL;
    drift_profile *reference = made_reference(m);
    config.window_rows = window_rows;
    config.detector = DRIFT_MONITOR_WINDOWS;
    config.warnings = 1;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    drift_profile_destroy(reference);
    memset(h, 0, sizeof *h);
    drift_monitor_on_alert(monitor, hear, h);
    return monitor;
}

static drift_monitor *quiet_monitor(const made *m, heard *h)
{
    return quiet_monitor_of(m, 1000000, h);
}

static drift_detector *detector_of(drift_detector_kind kind)
{
    drift_detector *detector = NULL;
    ck_assert_int_eq(drift_detector_create(kind, NULL, &detector, NULL), DRIFT_OK);
    return detector;
}

static void add(drift_monitor *monitor, const char *column, drift_detector_kind kind)
{
    drift_error error;
    drift_status status = drift_monitor_add_detector(monitor, column, detector_of(kind), &error);
    ck_assert_msg(status == DRIFT_OK, "%s", error.message);
}

/* A stream whose x moves, and whose flag is a rarer or commoner error. */
static made *stream(void)
{
    made *m = make_table(ROWS);
    for (int i = 0; i < ROWS; i++) {
        m->x[i] += i >= CHANGE ? 3 : 0;
        m->flag[i] = (uint8_t)(i % 20 == 0 || (i >= CHANGE && i % 2));
    }
    return m;
}

/* The rows at which a detector alone signals. */
static uint64_t first_signal(drift_detector_kind kind, const made *m, int of_flag)
{
    drift_detector *detector = detector_of(kind);
    uint64_t row = 0;
    for (int i = 0; i < ROWS && !row; i++) {
        uint32_t signal = 0;
        double value = of_flag ? m->flag[i] : m->x[i];
        if (!of_flag && isnan(value))
            continue;
        ck_assert_int_eq(drift_detector_add(detector, value, &signal), DRIFT_OK);
        if (signal & DRIFT_DETECTOR_CHANGE)
            row = (uint64_t)i + 1;
    }
    drift_detector_destroy(detector);
    return row;
}

static void row_of(const made *m, int i, drift_value out[MADE_COLUMNS])
{
    out[0] = (drift_value){DRIFT_VALUE_DOUBLE, 0, {.number = m->x[i]}};
    out[1] = (drift_value){DRIFT_VALUE_DOUBLE, 0, {.number = m->y[i]}};
    out[2] = m->z[i];
    out[3] = (drift_value){DRIFT_VALUE_BOOL, 0, {.integer = m->flag[i]}};
}

static void give(drift_monitor *monitor, const made *m, int by_rows)
{
    drift_value values[MADE_COLUMNS];
    if (!by_rows)
        ck_assert_int_eq(drift_monitor_observe_batch(monitor, &m->table, NULL), DRIFT_OK);
    for (int i = 0; i < ROWS && by_rows; i++) {
        row_of(m, i, values);
        ck_assert_int_eq(drift_monitor_observe(monitor, values, MADE_COLUMNS), DRIFT_OK);
        if (i % 700 == 0)
            ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    }
    ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
}

START_TEST(an_alarm_is_an_alert)
{
    made *reference = make_table(2000), *m = stream();
    heard h;
    drift_monitor *monitor = quiet_monitor(reference, &h);
    add(monitor, "x", DRIFT_DETECTOR_ADWIN);
    give(monitor, m, _i);
    ck_assert_int_eq(h.n, 1);
    ck_assert_str_eq(h.column[0], "x");
    ck_assert_str_eq(h.detector[0], "adwin");
    ck_assert_str_eq(h.finding[0], "adwin signals a change");
    ck_assert_uint_eq(h.kind[0], DRIFT_ALERT_DISTRIBUTION);
    ck_assert_uint_eq(h.severity[0], DRIFT_SEVERITY_ALERT);
    ck_assert_uint_eq(h.row[0], first_signal(DRIFT_DETECTOR_ADWIN, m, 0));
    ck_assert_uint_gt(h.row[0], CHANGE);
    ck_assert_uint_lt(h.row[0], CHANGE + 100);
    ck_assert_uint_gt(h.change_row[0], CHANGE - 100); /* where its window begins */
    ck_assert_uint_le(h.change_row[0], CHANGE + 1);
    ck_assert(isnan(h.evidence[0]));
    ck_assert_ptr_nonnull(strstr(h.json[0], "\"evidence\":null,\"alpha\":null"));
    drift_monitor_destroy(monitor);
    free(reference);
    free(m);
}
END_TEST

START_TEST(errors_are_of_kind_error)
{
    made *reference = make_table(2000), *m = stream();
    heard h;
    drift_monitor_detector_info info = {.struct_size = sizeof info};
    drift_monitor *monitor = quiet_monitor(reference, &h);
    add(monitor, "flag", DRIFT_DETECTOR_DDM);
    give(monitor, m, _i);
    ck_assert_int_eq(h.n, 1);
    ck_assert_str_eq(h.detector[0], "ddm");
    ck_assert_uint_eq(h.kind[0], DRIFT_ALERT_ERROR);
    ck_assert_uint_eq(h.row[0], first_signal(DRIFT_DETECTOR_DDM, m, 1));
    ck_assert_uint_eq(drift_monitor_detectors(monitor), 1);
    ck_assert_int_eq(drift_monitor_get_detector(monitor, 0, &info), DRIFT_OK);
    ck_assert_str_eq(info.column, "flag");
    ck_assert_uint_ge(info.alarms, 1);
    ck_assert_uint_eq(info.ignored, 0);
    ck_assert_uint_eq(drift_detector_count(info.detector), ROWS);
    ck_assert_int_eq(drift_monitor_get_detector(monitor, 1, &info), DRIFT_ERR_NOT_FOUND);
    drift_monitor_destroy(monitor);
    free(reference);
    free(m);
}
END_TEST

/* Each window has three errors in ten rows; in the first two they come one after the other. */
static made *clumped_errors(void)
{
    made *m = make_table(ROWS);
    for (int i = 0; i < ROWS; i++)
        m->flag[i] = (uint8_t)(i < 2000 ? i % 1000 >= 700 : i % 10 >= 7);
    return m;
}

/* No window shows what the detector found: that it is over is what the detector says. */
START_TEST(an_end_without_evidence_claims_no_return)
{
    made *reference = make_table(2000), *m = clumped_errors();
    heard h;
    char expected[128];
    uint64_t last = 0;
    drift_detector *alone = detector_of(DRIFT_DETECTOR_DDM);
    drift_monitor *monitor = quiet_monitor_of(reference, 1000, &h);
    add(monitor, "flag", DRIFT_DETECTOR_DDM);
    for (int i = 0; i < ROWS; i++) {
        uint32_t signal = 0;
        ck_assert_int_eq(drift_detector_add(alone, m->flag[i], &signal), DRIFT_OK);
        last = signal & DRIFT_DETECTOR_CHANGE ? (uint64_t)i + 1 : last;
    }
    ck_assert_uint_gt(last, 1000);
    give(monitor, m, 0);
    ck_assert_int_eq(h.n, 2);
    snprintf(
        expected, sizeof expected,
        "incident 1 has ended: flag: its detector gave no further signal since row %llu,%03llu",
        (unsigned long long)last / 1000, (unsigned long long)last % 1000);
    ck_assert_uint_eq(h.phase[1], DRIFT_ALERT_RESOLVED);
    ck_assert_str_eq(h.message[1], expected);
    ck_assert_uint_gt(h.row[1], last + 999); /* of a window that began after that */
    drift_detector_destroy(alone);
    drift_monitor_destroy(monitor);
    free(reference);
    free(m);
}
END_TEST

START_TEST(values_it_does_not_take_are_left_out)
{
    made *reference = make_table(2000), *m = stream();
    heard h;
    drift_monitor_detector_info info = {.struct_size = sizeof info};
    drift_monitor *monitor = quiet_monitor(reference, &h);
    for (int i = 0; i < ROWS; i++)
        m->x[i] = i == 10 ? (double)NAN : i == 70 || i == 90 ? 2 : 0;
    add(monitor, "x", DRIFT_DETECTOR_EDDM);
    give(monitor, m, _i);
    ck_assert_int_eq(drift_monitor_get_detector(monitor, 0, &info), DRIFT_OK);
    ck_assert_uint_eq(info.ignored, 2);
    ck_assert_uint_eq(drift_detector_count(info.detector), ROWS - 3);
    ck_assert_int_eq(h.n, 1); /* once, as a warning */
    ck_assert_uint_eq(h.severity[0], DRIFT_SEVERITY_WARNING);
    ck_assert_uint_eq(h.kind[0], DRIFT_ALERT_SCHEMA);
    ck_assert_uint_eq(h.row[0], 71);
    ck_assert_str_eq(h.finding[0], "has values other than 0 and 1, left out by eddm");
    drift_monitor_destroy(monitor);
    free(reference);
    free(m);
}
END_TEST

START_TEST(what_cannot_be_watched_is_refused)
{
    made *reference = make_table(2000);
    heard h;
    drift_error error;
    drift_recorder *recorder = NULL;
    drift_monitor *monitor = quiet_monitor(reference, &h);
    drift_detector *detector = detector_of(DRIFT_DETECTOR_ADWIN);
    ck_assert_int_eq(drift_monitor_add_detector(monitor, "w", detector, &error),
                     DRIFT_ERR_NOT_FOUND);
    ck_assert_str_eq(error.message, "the reference has no column 'w'");
    ck_assert_int_eq(drift_monitor_add_detector(monitor, "z", detector, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_monitor_add_detector(monitor, NULL, detector, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_monitor_add_detector(monitor, "x", NULL, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_monitor_recorder(monitor, &recorder, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_add_detector(monitor, "x", detector, &error),
                     DRIFT_ERR_UNSUPPORTED);
    drift_monitor_destroy(monitor);
    monitor = quiet_monitor(reference, &h);
    ck_assert_int_eq(drift_monitor_add_detector(monitor, "x", detector, NULL), DRIFT_OK);
    recorder = NULL;
    ck_assert_int_eq(drift_monitor_recorder(monitor, &recorder, &error), DRIFT_ERR_UNSUPPORTED);
    ck_assert_ptr_null(recorder);
    ck_assert_int_eq(drift_monitor_observe_profile(monitor, drift_monitor_reference(monitor), NULL),
                     DRIFT_ERR_UNSUPPORTED);
    drift_monitor_destroy(monitor);
    free(reference);
}
END_TEST

START_TEST(several_detectors_are_one_incident)
{
    made *reference = make_table(2000), *m = stream();
    heard h;
    char text[16384], wanted[128];
    size_t needed = 0;
    drift_monitor *monitor = quiet_monitor(reference, &h);
    add(monitor, "x", DRIFT_DETECTOR_ADWIN);
    add(monitor, "x", DRIFT_DETECTOR_PAGE_HINKLEY);
    add(monitor, "y", DRIFT_DETECTOR_ADWIN);
    add(monitor, "flag", DRIFT_DETECTOR_HDDM_A);
    give(monitor, m, 0);
    ck_assert_int_eq(h.n, 1);
    ck_assert_uint_eq(h.phase[0], DRIFT_ALERT_OPENED);
    ck_assert_int_eq(drift_monitor_render_openmetrics(monitor, text, sizeof text, &needed),
                     DRIFT_OK);
    text[needed] = 0;
    snprintf(wanted, sizeof wanted,
             "drift_alarms_total{model=\"default\",column=\"x\",detector=\"adwin\",severity="
             "\"alert\"} %d\n",
             (int)monitor->attached.items[0].alarms);
    ck_assert_uint_ge(monitor->attached.items[0].alarms, 1);
    ck_assert_ptr_nonnull(strstr(text, wanted));
    ck_assert_ptr_nonnull(strstr(text, "column=\"flag\",detector=\"hddm_a\""));
    ck_assert_ptr_null(strstr(text, "column=\"y\",detector=\"hddm_a\""));
    ck_assert_ptr_null(strstr(text, "detector=\"ddm\""));
    drift_monitor_destroy(monitor);
    free(reference);
    free(m);
}
END_TEST

static drift_buffer *packed(const drift__attached *attached)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    drift__writer writer = {bytes, DRIFT_OK};
    drift__attached_write(attached, NULL, &writer);
    ck_assert_int_eq(writer.status, DRIFT_OK);
    return bytes;
}

START_TEST(bytes_go_on)
{
    made *reference = make_table(2000), *m = stream();
    heard h, other;
    drift_monitor *one = quiet_monitor(reference, &h), *two = quiet_monitor(reference, &other);
    drift_value values[MADE_COLUMNS];
    add(one, "x", DRIFT_DETECTOR_ADWIN);
    add(one, "flag", DRIFT_DETECTOR_RDDM);
    for (int i = 0; i < ROWS; i++) {
        row_of(m, i, values);
        drift__attached_row(i < ROWS / 3 ? &one->attached : &two->attached, one->reference, values,
                            (uint64_t)i + 1);
        if (i + 1 < ROWS / 3)
            continue;
        if (i + 1 == ROWS / 3) {
            drift_buffer *bytes = packed(&one->attached);
            drift__byte_reader reader = {drift_buffer_data(bytes), NULL, 0};
            reader.end = reader.at + drift_buffer_size(bytes);
            ck_assert_int_eq(
                drift__attached_read(&two->attached, two->reference, &reader, &two->allocator),
                DRIFT_OK);
            ck_assert_uint_eq(drift__read_left(&reader), 0);
            drift_buffer_destroy(bytes);
        } else {
            drift__attached_row(&one->attached, one->reference, values, (uint64_t)i + 1);
        }
    }
    ck_assert_uint_ge(one->attached.items[0].alarms, 1);
    drift_buffer *left = packed(&one->attached), *right = packed(&two->attached);
    ck_assert_uint_eq(drift_buffer_size(left), drift_buffer_size(right));
    ck_assert_int_eq(
        memcmp(drift_buffer_data(left), drift_buffer_data(right), drift_buffer_size(left)), 0);
    drift_buffer_destroy(left);
    drift_buffer_destroy(right);
    drift_monitor_destroy(one);
    drift_monitor_destroy(two);
    free(reference);
    free(m);
}
END_TEST

START_TEST(damaged_bytes_change_nothing)
{
    made *reference = make_table(2000);
    heard h;
    drift_monitor *monitor = quiet_monitor(reference, &h);
    add(monitor, "x", DRIFT_DETECTOR_ADWIN);
    add(monitor, "flag", DRIFT_DETECTOR_DDM);
    drift_buffer *bytes = packed(&monitor->attached);
    size_t size = drift_buffer_size(bytes);
    for (size_t cut = 0; cut < size; cut++) {
        drift__byte_reader reader = {drift_buffer_data(bytes), NULL, 0};
        reader.end = reader.at + cut;
        ck_assert_int_eq(drift__attached_read(&monitor->attached, monitor->reference, &reader,
                                              &monitor->allocator),
                         DRIFT_ERR_CORRUPT);
    }
    uint8_t *damaged = malloc(size);
    memcpy(damaged, drift_buffer_data(bytes), size);
    damaged[1] = 2; /* a column of names */
    drift__byte_reader reader = {damaged, damaged + size, 0};
    ck_assert_int_eq(
        drift__attached_read(&monitor->attached, monitor->reference, &reader, &monitor->allocator),
        DRIFT_ERR_CORRUPT);
    ck_assert_uint_eq(drift_monitor_detectors(monitor), 2);
    free(damaged);
    drift_buffer_destroy(bytes);
    drift_monitor_destroy(monitor);
    free(reference);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("attached");
    TCase *all = tcase_create("all");
    tcase_add_loop_test(all, an_alarm_is_an_alert, 0, 2);
    tcase_add_loop_test(all, errors_are_of_kind_error, 0, 2);
    tcase_add_test(all, an_end_without_evidence_claims_no_return);
    tcase_add_loop_test(all, values_it_does_not_take_are_left_out, 0, 2);
    tcase_add_test(all, what_cannot_be_watched_is_refused);
    tcase_add_test(all, several_detectors_are_one_incident);
    tcase_add_test(all, bytes_go_on);
    tcase_add_test(all, damaged_bytes_change_nothing);
    tcase_set_timeout(all, 60);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
