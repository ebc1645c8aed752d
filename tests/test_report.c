/* SPDX-License-Identifier: Apache-2.0
 *
 * test_report.c: the renderers: shape, escaping, bounded size, nothing left behind on failure.
 */
#include "made_data.h"

#define HOSTILE "a\"</script>\n\033[31m\xe2\x80\xae<b>&'\xff"
enum { ROWS = 4000, MANY = 60 };

static made *before, *after;
static drift_comparison *comparison;
static drift_buffer *buffer;

static void setup(void)
{
    static const char *const names[MADE_COLUMNS] = {"x", HOSTILE, "z", "flag"};
    before = make_table(ROWS);
    after = make_table(ROWS);
    before->table.names = names;
    after->table.names = names;
    for (int i = 0; i < ROWS; i++) {
        after->x[i] += 1;
        if (i % 2)
            after->z[i] = made_word(5);
    }
    drift_error error = {""};
    drift_profile *reference = made_reference(before);
    drift_profile *current = made_current(reference, &after->table);
    ck_assert_msg(!drift_comparison_create(reference, current, NULL, &comparison, &error), "%s",
                  error.message);
    drift_profile_destroy(reference);
    drift_profile_destroy(current);
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
}

static void teardown(void)
{
    drift_buffer_destroy(buffer);
    drift_comparison_destroy(comparison);
    free(before);
    free(after);
}

static const char *text(void)
{
    return drift_buffer_data(buffer);
}

static size_t occurrences(const char *word)
{
    size_t n = 0;
    for (const char *at = text(); (at = strstr(at, word)); at += strlen(word))
        n++;
    return n;
}

static void expect(const char *word)
{
    ck_assert_msg(occurrences(word) > 0, "no %s in %s", word, text());
}

START_TEST(json_has_the_promised_keys)
{
    ck_assert_int_eq(drift_comparison_render_json(comparison, buffer), DRIFT_OK);
    static const char *const keys[] = {"{\"format\":\"drift.comparison/1\",\"version\":",
                                       "\"verdict\":\"drift\"",
                                       "\"drifted\":[\"x\",",
                                       "\"tested\":4",
                                       "\"reference\":{\"source\":\"reference\",\"rows\":4000}",
                                       "\"policy\":{\"preset\":\"default\",\"alpha\":0.01,"
                                       "\"correction\":\"holm\",\"min_effect\":0.1}",
                                       "\"psi\":{\"value\":",
                                       "\"debiased\":",
                                       "\"js_distance\":{\"value\":",
                                       "\"df\":",
                                       "\"normalised\":",
                                       "\"quantiles\":{\"0.01\":",
                                       "\"top_values\":null",
                                       "\"value\":\"new\",\"reference\":0,",
                                       "\"unseen\":true",
                                       "\"findings\":[{\"kind\":\"unseen\""};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        expect(keys[i]);
    ck_assert_uint_eq(occurrences("\n"), 1);
    ck_assert_uint_eq(occurrences("<"), 0);
    expect("a\\\"\\u003c/script\\u003e\\n\\u001b[31m");
}
END_TEST

START_TEST(text_keeps_controls_from_the_terminal)
{
    drift_text_config config = DRIFT_TEXT_CONFIG_INIT;
    ck_assert_int_eq(drift_comparison_render_text(comparison, &config, buffer), DRIFT_OK);
    ck_assert_int_eq(strncmp(text(), "DRIFT: 2 of 4 columns drifted: ", 31), 0);
    ck_assert_uint_eq(occurrences("\033"), 0);
    ck_assert_uint_eq(occurrences("\xe2\x80\xae"), 0);
    ck_assert_uint_eq(occurrences("\xff"), 0);
    expect("a\"</script>??[31m?<b>&'?");
    drift_buffer_reset(buffer);
    config.color = 1;
    ck_assert_int_eq(drift_comparison_render_text(comparison, &config, buffer), DRIFT_OK);
    ck_assert_uint_gt(occurrences("\033[0m"), 1);
}
END_TEST

START_TEST(html_is_escaped_and_whole)
{
    ck_assert_int_eq(drift_comparison_render_html(comparison, buffer), DRIFT_OK);
    ck_assert_int_eq(strncmp(text(), "<!doctype html>", 15), 0);
    expect("</body></html>\n");
    expect("default-src 'none'");
    ck_assert_uint_eq(occurrences("</script"), 1);
    ck_assert_uint_eq(occurrences("<script"), 1);
    ck_assert_uint_eq(occurrences("<b>&'"), 0);
    ck_assert_uint_eq(occurrences("\033"), 0);
    ck_assert_uint_eq(occurrences("\xe2\x80\xae<"), 0);
    ck_assert_uint_eq(occurrences("nan"), 0);
    ck_assert_uint_eq(occurrences("<details>"), 4);
    ck_assert_uint_eq(occurrences("<svg"), occurrences("</svg>"));
    ck_assert_uint_eq(occurrences("http:"), 0);
}
END_TEST

/* The widest a page gets: numeric columns with full cells, all of them drifted. */
START_TEST(html_stays_below_8_kB_a_column)
{
    static char name_text[MANY][16];
    const char *names[MANY];
    drift_column columns[MANY];
    for (int k = 0; k < MANY; k++) {
        snprintf(name_text[k], sizeof name_text[k], "column_%d", k);
        names[k] = name_text[k];
        columns[k] = before->columns[0];
    }
    drift_table table = before->table;
    table.n_columns = MANY;
    table.names = names;
    table.columns = columns;
    drift_profile *reference = NULL;
    ck_assert_int_eq(drift_profile_create(&table, NULL, &reference, NULL), DRIFT_OK);
    for (int k = 0; k < MANY; k++)
        columns[k].data = after->x;
    drift_profile *current = made_current(reference, &table);
    drift_comparison *wide = NULL;
    ck_assert_int_eq(drift_comparison_create(reference, current, NULL, &wide, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_comparison_render_html(wide, buffer), DRIFT_OK);
    ck_assert_msg(drift_buffer_size(buffer) <= MANY * 8000, "%zu bytes a column",
                  drift_buffer_size(buffer) / MANY);
    drift_comparison_destroy(wide);
    drift_profile_destroy(current);
    drift_profile_destroy(reference);
}
END_TEST

START_TEST(alert_is_one_line)
{
    const drift_alert_column first = {.column = "b",
                                      .detector = "window",
                                      .finding = "gone",
                                      .kind = DRIFT_ALERT_SCHEMA,
                                      .severity = DRIFT_SEVERITY_ALERT,
                                      .row = 5,
                                      .change_row = 4,
                                      .window = 3,
                                      .alpha = 0.5,
                                      .has_ks = 1,
                                      .ks = 0.25},
                             second = {.column = HOSTILE};
    const drift_alert_column *columns[] = {&first, &second};
    drift_alert alert = {0};
    alert.column = HOSTILE;
    alert.message = "one\ntwo";
    alert.row = 25310;
    alert.change_row = 25004;
    alert.window = 3;
    alert.evidence = 1e-9;
    alert.alpha = 0.25;
    alert.has_psi = 1;
    alert.psi = 0.5;
    ck_assert_int_eq(drift_alert_render_json(&alert, buffer), DRIFT_OK);
    expect("{\"format\":\"drift.alert/1\",\"row\":25310,\"time\":null,\"column\":\"a\\\"");
    expect("\"effect\":{\"psi\":0.5,\"ks\":null},");
    expect("\"columns\":[],\"details\":[],\"retraining\":null,\"message\":\"one\\ntwo\"}\n");
    ck_assert_uint_eq(occurrences("\n"), 1);
    ck_assert_uint_eq(occurrences("\"updated\""), 0);
    drift_buffer_reset(buffer);
    alert.columns = columns;
    alert.n_columns = 2;
    alert.incident = 7;
    alert.epoch = 2;
    alert.detector = "window";
    alert.retraining = "requested";
    alert.phase = DRIFT_ALERT_RESOLVED;
    ck_assert_int_eq(drift_alert_render_json(&alert, buffer), DRIFT_OK);
    expect("\"detector\":\"window\",\"incident\":7,\"epoch\":2,\"resolved\":true,"
           "\"columns\":[\"b\",\"a\\\"");
    expect("\"details\":[{\"column\":\"b\",\"kind\":\"schema\",\"severity\":\"alert\","
           "\"detector\":\"window\",\"finding\":\"gone\",\"row\":5,\"change_row\":4,"
           "\"window\":3,\"evidence\":0,\"alpha\":0.5,\"effect\":{\"psi\":null,\"ks\":0.25}},"
           "{\"column\":\"a\\\"");
    expect("\"retraining\":\"requested\",\"message\":");
    ck_assert_uint_eq(occurrences("\n"), 1);
}
END_TEST

typedef struct limited {
    size_t largest;
} limited;

static void *limited_reallocate(void *context, void *memory, size_t size)
{
    return size > ((limited *)context)->largest ? NULL : realloc(memory, size);
}

static void limited_release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

START_TEST(failure_leaves_the_buffer_as_it_was)
{
    limited memory = {2048};
    drift_allocator allocator = {limited_reallocate, limited_release, &memory};
    drift_buffer *small = NULL;
    ck_assert_int_eq(drift_buffer_create(&allocator, &small), DRIFT_OK);
    ck_assert_int_eq(drift_buffer_append(small, "kept", 4), DRIFT_OK);
    ck_assert_int_eq(drift_comparison_render_json(comparison, small), DRIFT_ERR_OUT_OF_MEMORY);
    ck_assert_int_eq(drift_comparison_render_html(comparison, small), DRIFT_ERR_OUT_OF_MEMORY);
    ck_assert_uint_eq(drift_buffer_size(small), 4);
    ck_assert_int_eq(memcmp(drift_buffer_data(small), "kept", 4), 0);
    ck_assert_int_eq(drift_comparison_render_json(NULL, small), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_comparison_render_text(comparison, NULL, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    drift_buffer_destroy(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, json_has_the_promised_keys);
    tcase_add_test(all, text_keeps_controls_from_the_terminal);
    tcase_add_test(all, html_is_escaped_and_whole);
    tcase_add_test(all, html_stays_below_8_kB_a_column);
    tcase_add_test(all, alert_is_one_line);
    tcase_add_test(all, failure_leaves_the_buffer_as_it_was);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
