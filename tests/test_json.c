/* SPDX-License-Identifier: Apache-2.0
 *
 * test_json.c: JSON tokens and strings (core/json.h).
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"

/* One letter a token: {}[]:, as they are, s(tring) n(umber) t f 0(null) .(end), ! for an error. */
static const char *kinds(const char *text, size_t length, size_t *out_where)
{
    static char letters[64];
    static const char names[] = "!.{}[]sntf0:,";
    const char *at = text, *end = text + length;
    size_t used = 0;
    for (;;) {
        drift__json_token token = drift__json_next(&at, end);
        letters[used++] = names[token.kind];
        if (token.kind <= DRIFT__JSON_END || used == sizeof letters - 1)
            break;
    }
    letters[used] = '\0';
    *out_where = (size_t)(at - text);
    return letters;
}

START_TEST(json_tokens)
{
    static const struct {
        const char *text, *kinds;
        size_t where;
    } cases[] = {
        {"", ".", 0},
        {" {\"a\" : [1,-2.5e+3 ,true,false,null]}\r\n", "{s:[n,n,t,f,0]}.", 39},
        {"NaN Infinity -Infinity", "nnn.", 22},
        {"01", "nn.", 2},
        {"-", "!", 1},
        {"-x", "!", 1},
        {"1.", "!", 2},
        {"1.e3", "!", 2},
        {".5", "!", 0},
        {"+1", "!", 0},
        {"1e", "!", 2},
        {"1e+", "!", 3},
        {"nul", "!", 0},
        {"nan", "!", 0},
        {"\"abc", "!", 4},
        {"\"a\tb\"", "!", 2},
        {"\"a\\x\"", "!", 3},
        {"\"a\\u12g4\"", "!", 6},
        {"\"a\\", "!", 3},
        {"\"a\\u12", "!", 6},
        {"'a'", "!", 0},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "s.", 24},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t where;
        const char *found = kinds(cases[i].text, strlen(cases[i].text), &where);
        ck_assert_msg(strcmp(found, cases[i].kinds) == 0, "%s: %s", cases[i].text, found);
        ck_assert_msg(where == cases[i].where, "%s: at %zu", cases[i].text, where);
    }
    size_t where;
    ck_assert_str_eq(kinds("\"a\\\0\"", 5, &where), "!");
    ck_assert_str_eq(kinds("\0", 1, &where), "!");
}
END_TEST

static void check_unescaped(const char *text, const char *expected, size_t length)
{
    char out[64];
    size_t found = drift__json_unescape(out, text, strlen(text));
    ck_assert_msg(found == length && memcmp(out, expected, length) == 0, "%s", text);
}

START_TEST(json_unescape)
{
    char out[16];
    check_unescaped("plain", "plain", 5);
    check_unescaped("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", 8);
    check_unescaped("\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac", 6);
    check_unescaped("\\ud83d\\ude00", "\xf0\x9f\x98\x80", 4);
    check_unescaped("\\ud83dx", "\xef\xbf\xbdx", 4);
    check_unescaped("\\ude00", "\xef\xbf\xbd", 3);
    check_unescaped("\\ud83d\\u0041",
                    "\xef\xbf\xbd"
                    "A",
                    4);
    check_unescaped("\\udc00\\udc01", "\xef\xbf\xbd\xef\xbf\xbd", 6);
    check_unescaped("\\u0000", "\0", 1);
    ck_assert(drift__json_unescape(out, "\\q", 2) == (size_t)-1);
    ck_assert(drift__json_unescape(out, "\\u12", 4) == (size_t)-1);
    ck_assert(drift__json_unescape(out, "\\", 1) == (size_t)-1);
}
END_TEST

START_TEST(json_writes_strings_safe_in_html)
{
    drift_buffer *buffer;
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
    const char text[] = "a\"b\\c\n</script>&\x01\xff\xc3\xa9\0z";
    ck_assert_int_eq(drift__json_string(buffer, text, sizeof text - 1), DRIFT_OK);
    ck_assert_str_eq(drift_buffer_data(buffer), "\"a\\\"b\\\\c\\n\\u003c/script\\u003e"
                                                "\\u0026\\u0001"
                                                "\xef\xbf\xbd\xc3\xa9\\u0000z\"");
    drift_buffer_reset(buffer);
    drift__json_double(buffer, 0.1);
    drift_buffer_append(buffer, " ", 1);
    drift__json_double(buffer, (double)NAN);
    ck_assert_str_eq(drift_buffer_data(buffer), "0.1 null");
    drift_buffer_destroy(buffer);
}
END_TEST

/* Whatever the bytes, the scanner ends, stays inside, and what it calls a string can be decoded. */
START_TEST(json_survives_noise)
{
    static const char alphabet[] = "{}[]:,\"\\u0123dDeE+-. truefalsnNI\n\x80";
    uint32_t state = 1;
    for (int round = 0; round < 20000; round++) {
        size_t length = (size_t)(round % 24);
        char *text = malloc(length + 1), out[32];
        for (size_t i = 0; i < length; i++) {
            state = state * 1664525u + 1013904223u;
            text[i] = alphabet[(state >> 16) % (sizeof alphabet - 1)];
        }
        const char *at = text, *end = text + length;
        for (size_t steps = 0;; steps++) {
            ck_assert_uint_le(steps, length + 1);
            drift__json_token token = drift__json_next(&at, end);
            ck_assert(at >= text && at <= end);
            if (token.kind <= DRIFT__JSON_END)
                break;
            if (token.kind == DRIFT__JSON_STRING)
                ck_assert_uint_le(drift__json_unescape(out, token.text, token.length),
                                  token.length);
        }
        free(text);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("json");
    tcase_add_test(tests, json_tokens);
    tcase_add_test(tests, json_unescape);
    tcase_add_test(tests, json_writes_strings_safe_in_html);
    tcase_add_test(tests, json_survives_noise);
    Suite *suite = suite_create("json");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
