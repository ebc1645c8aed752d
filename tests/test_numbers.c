/* SPDX-License-Identifier: Apache-2.0
 *
 * test_numbers.c: text to numbers and back (core/numbers.h). Expected bits are
 * those of Python 3.11's float(), which rounds correctly.
 */
#include <check.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/numbers.h"
#include "golden/numbers.h"

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Xorshift64* (Vigna 2016): the tests' own source of numbers. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dU;
}

static drift__number parse(const char *text)
{
    return drift__parse_number(text, strlen(text));
}

START_TEST(numbers_golden_bits)
{
    for (size_t i = 0; i < sizeof golden_numbers / sizeof *golden_numbers; i++) {
        drift__number number = parse(golden_numbers[i].text);
        ck_assert_msg(number.kind != DRIFT__NUMBER_NONE, "%s", golden_numbers[i].text);
        ck_assert_msg(bits_of(number.number) == golden_numbers[i].bits, "%s: %016" PRIx64,
                      golden_numbers[i].text, bits_of(number.number));
    }
}
END_TEST

/* Half way between 2^53 and the next double, and a digit far to the right that lifts it. */
START_TEST(numbers_last_digit_decides)
{
    char text[3000] = "9007199254740993.";
    size_t length = strlen(text);
    memset(text + length, '0', 2900);
    ck_assert(drift__parse_number(text, length + 2900).number == 9007199254740992.0);
    text[length + 2899] = '1';
    ck_assert(drift__parse_number(text, length + 2900).number == 9007199254740994.0);
}
END_TEST

START_TEST(numbers_are_recognised)
{
    static const char *const doubles[] = {".5",
                                          "5.",
                                          "1e5",
                                          "1E+05",
                                          "1.0",
                                          "-0.0",
                                          "inf",
                                          "-INF",
                                          "+nan",
                                          "Infinity",
                                          "1e-400",
                                          "1e400",
                                          " 1.5\t",
                                          "9223372036854775808",
                                          "-9223372036854775809"};
    static const char *const integers[] = {"0",
                                           "-0",
                                           "+5",
                                           " 12 ",
                                           "007",
                                           "-9223372036854775808",
                                           "9223372036854775807",
                                           "0000000000000000000000000000012"};
    static const char *const none[] = {"",
                                       " ",
                                       "-",
                                       "+",
                                       ".",
                                       "e5",
                                       "1e",
                                       "1e+",
                                       "1_000",
                                       "0x10",
                                       "1,5",
                                       "1 2",
                                       "--1",
                                       "1.2.3",
                                       "1e5.0",
                                       "in",
                                       "infinit",
                                       "nane",
                                       "NA",
                                       "-.",
                                       "1f",
                                       "\xc2\xa0"
                                       "1",
                                       "..",
                                       ".e1"};
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++)
        ck_assert_msg(parse(doubles[i]).kind == DRIFT__NUMBER_DOUBLE, "%s", doubles[i]);
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
        ck_assert_msg(parse(integers[i]).kind == DRIFT__NUMBER_INT64, "%s", integers[i]);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        ck_assert_msg(parse(none[i]).kind == DRIFT__NUMBER_NONE, "'%s'", none[i]);
    ck_assert_int_eq(drift__parse_number("1\0002", 3).kind, DRIFT__NUMBER_NONE);
    ck_assert_int_eq(drift__parse_number("123", 2).integer, 12);
}
END_TEST

START_TEST(numbers_integers_are_exact)
{
    ck_assert(parse("-9223372036854775808").integer == INT64_MIN);
    ck_assert(parse("9223372036854775807").integer == INT64_MAX);
    ck_assert(parse("9007199254740993").integer == INT64_C(9007199254740993));
    ck_assert(parse("9223372036854775808").number == 9223372036854775808.0);
    ck_assert(isinf(parse("-inf").number) && parse("-inf").number < 0);
    ck_assert(isnan(parse("NaN").number));
    ck_assert(signbit(parse("-0.0").number));
}
END_TEST

START_TEST(numbers_agree_with_strtod)
{
    uint64_t state = 42;
    char text[2200];
    for (int i = 0; i < 200000; i++) {
        int digits = i % 100 == 0 ? 1 + (int)(next_random(&state) % 2000)
                                  : 1 + (int)(next_random(&state) % 30);
        int point = (int)(next_random(&state) % (uint64_t)(digits + 1));
        int used = 0;
        for (int d = 0; d < digits; d++) {
            if (d == point)
                text[used++] = '.';
            text[used++] = (char)('0' + next_random(&state) % 10);
        }
        int range = i % 3 ? 40 : 700;
        snprintf(text + used, 20, "e%d", (int)(next_random(&state) % (uint64_t)range) - range / 2);
        drift__number number = parse(text);
        ck_assert_msg(number.kind == DRIFT__NUMBER_DOUBLE && number.number == strtod(text, NULL),
                      "%s", text);
    }
}
END_TEST

START_TEST(numbers_round_trip)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.1, "0.1"},
                 {100000.0, "100000"},
                 {1e22, "1e+22"},
                 {0.0, "0"},
                 {-0.0, "-0"},
                 {1e-5, "1e-05"},
                 {0.0001, "0.0001"},
                 {5e-324, "5e-324"},
                 {1.5, "1.5"},
                 {123456789.25, "123456789.25"},
                 {1e15, "1000000000000000"},
                 {0x1p-1017, "7.120236347223045e-307"},
                 {1e16, "1e+16"},
                 {-2.5e-7, "-2.5e-07"},
                 {0.30000000000000004, "0.30000000000000004"},
                 {1.7976931348623157e308, "1.7976931348623157e+308"}};
    char text[DRIFT__NUMBER_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_uint_eq(drift__format_double(text, cases[i].value), strlen(cases[i].text));
        ck_assert_str_eq(text, cases[i].text);
    }
    uint64_t state = 7;
    for (int i = 0; i < 100000; i++) {
        double value = from_bits(next_random(&state));
        if (isnan(value))
            continue;
        size_t length = drift__format_double(text, value);
        ck_assert_uint_lt(length, DRIFT__NUMBER_SIZE);
        double again = drift__parse_number(text, length).number;
        ck_assert_msg(bits_of(again) == bits_of(value), "%s", text);
    }
    drift__format_double(text, (double)NAN);
    ck_assert_str_eq(text, "nan");
    drift__format_double(text, -HUGE_VAL);
    ck_assert_str_eq(text, "-inf");
}
END_TEST

START_TEST(numbers_short_text)
{
    char text[DRIFT__NUMBER_SIZE];
    drift__format_short(text, 3.14159, 3);
    ck_assert_str_eq(text, "3.14");
    drift__format_short(text, 50000.0, 4);
    ck_assert_str_eq(text, "50000");
    drift__format_short(text, 0.00012345, 2);
    ck_assert_str_eq(text, "0.00012");
    drift__format_short(text, 9.999, 2);
    ck_assert_str_eq(text, "10");
    drift__format_short(text, 1.25e12, 3);
    ck_assert_str_eq(text, "1.25e+12");
    drift__format_short(text, -1e-250, 3);
    ck_assert_str_eq(text, "-1e-250");
}
END_TEST

START_TEST(numbers_short_text_is_rounded_as_printf_rounds)
{
    static const double ties[] = {0.5, 1.5, 2.5, 0.125, 0.375, 1.0625, 12.5, 1e5 + 0.5, 999999.5};
    uint64_t state = 1;
    for (int i = 0; i < 200000; i++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        int digits = 1 + (int)(state >> 33) % 10, shift = (int)(state >> 43) % 60 - 30;
        double value = ldexp((double)(state >> 11), shift - 53);
        if (i % 2)
            value = (double)(state >> 44) / 1000; /* decimal fractions */
        if (i < 90)
            value = ties[i % 9];
        digits = i < 90 ? 1 + i / 9 : digits;
        char text[DRIFT__NUMBER_SIZE], wanted[64];
        drift__format_short(text, value, digits);
        snprintf(wanted, sizeof wanted, "%.*g", digits, value);
        ck_assert_msg(strtod(text, NULL) == strtod(wanted, NULL), "%s, wanted %s", text, wanted);
    }
}
END_TEST

START_TEST(numbers_ignore_the_locale)
{
    static const char *const comma_locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
                                                "fr_FR.utf8",  "de_DE",      "nl_NL.UTF-8"};
    int found = 0;
    for (size_t i = 0; i < sizeof comma_locales / sizeof *comma_locales && !found; i++)
        found = setlocale(LC_ALL, comma_locales[i]) != NULL;
    if (!found)
        fprintf(stderr, "no locale with a decimal comma is installed: not tested under one\n");
    char text[DRIFT__NUMBER_SIZE];
    drift__format_double(text, 0.25);
    ck_assert_str_eq(text, "0.25");
    ck_assert(parse("0.25").number == 0.25);
    ck_assert(parse("0.1000000000000000055511151231257827021181583404541015625").number == 0.1);
    ck_assert_int_eq(parse("1,5").kind, DRIFT__NUMBER_NONE);
    setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(numbers_timestamps)
{
    static const struct {
        const char *text;
        int64_t microseconds;
    } good[] = {{"1970-01-01", 0},
                {"2024-02-29", INT64_C(1709164800000000)},
                {"1969-12-31T23:59:59.5Z", -500000},
                {"2021-03-04 05:06", INT64_C(1614834360000000)},
                {"2021-03-04T05:06:07", INT64_C(1614834367000000)},
                {"2021-03-04T05:06:07.123456789Z", INT64_C(1614834367123456)},
                {"2021-03-04T05:06:07+02:00", INT64_C(1614827167000000)},
                {"2021-03-04T05:06:07-0130", INT64_C(1614839767000000)},
                {" 2021-03-04T05:06:07 +02 ", INT64_C(1614827167000000)},
                {"0001-01-01", INT64_C(-62135596800000000)},
                {"9999-12-31", INT64_C(253402214400000000)}};
    static const char *const bad[] = {"",
                                      "2023-02-29",
                                      "1900-02-29",
                                      "20230101",
                                      "2023",
                                      "2023-1-1",
                                      "2023-13-01",
                                      "2023-00-10",
                                      "2023-04-31",
                                      "2023-01-01T",
                                      "2023-01-01T24:00",
                                      "2023-01-01T10:60",
                                      "2023-01-01T10:00:61",
                                      "2023-01-01T10:00:00.",
                                      "2023-01-01T10:00:00+2",
                                      "2023-01-01T10",
                                      "2023-01-01x",
                                      "01/02/2023",
                                      "2023-01-01T10:00:00ZZ",
                                      "12345-01-01",
                                      "0000-01-01"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t value = 1;
        ck_assert_msg(drift__parse_timestamp(good[i].text, strlen(good[i].text), &value), "%s",
                      good[i].text);
        ck_assert_msg(value == good[i].microseconds, "%s: %" PRId64, good[i].text, value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t value = 77;
        ck_assert_msg(!drift__parse_timestamp(bad[i], strlen(bad[i]), &value), "%s", bad[i]);
        ck_assert(value == 77);
    }
}
END_TEST

/* What the scan of usual numbers says of a token, the parser of all numbers says too. */
static int scan_agrees(const char *token)
{
    char text[64 + DRIFT__NUMBER_SLACK] = "";
    size_t length = strlen(token);
    double number = 0;
    memcpy(text, token, length);
    text[length] = ',';
    const char *end = drift__scan_number(text, &number);
    if (!end)
        return 0;
    drift__number expected = drift__parse_number(text, (size_t)(end - text));
    ck_assert_msg(expected.kind != DRIFT__NUMBER_NONE, "%s", token);
    ck_assert_msg(bits_of(number) == bits_of(expected.number), "%s", token);
    return end == text + length;
}

START_TEST(numbers_scan_agrees_with_parse)
{
    static const char *const whole[] = {"0",
                                        "7",
                                        "-0",
                                        "-0.0",
                                        "0.1",
                                        "-12",
                                        "00012",
                                        "123456789012345",
                                        "1.5",
                                        "1e5",
                                        "1E-5",
                                        "2e+3",
                                        "1e400",
                                        "1e-400",
                                        "5e-324",
                                        "12345678.12345678",
                                        "12.5",
                                        "0e9999",
                                        "100.25e-7",
                                        "999999999999999.9",
                                        "1234567890123456.5",
                                        "0.0282497460958546",
                                        "0.02824974609585469",
                                        "-0.028249746095854695"};
    static const char *const others[] = {"",
                                         "-",
                                         ".5",
                                         "5.",
                                         "+1",
                                         "abc",
                                         "1e",
                                         "1e+",
                                         "nan",
                                         "inf",
                                         "-inf",
                                         "1 ",
                                         " 1",
                                         "1x",
                                         "1e12345",
                                         "0x10",
                                         "1.2.3",
                                         "--1",
                                         "1-",
                                         "1234567890123456",
                                         "0.12345678901234567890",
                                         "9007199254740993"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        ck_assert_msg(scan_agrees(whole[i]), "%s", whole[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(!scan_agrees(others[i]), "%s", others[i]);
    uint64_t state = 11;
    for (int i = 0; i < 300000; i++) {
        static const char *const formats[] = {"%.17g", "%.16g", "%.6f", "%.3e", "%.0f", "%.19g"};
        char token[400];
        double value = from_bits(next_random(&state));
        if (i % 2)
            value = (double)(int64_t)next_random(&state) / (double)(1 + next_random(&state) % 4096);
        snprintf(token, sizeof token, formats[i % 6], value);
        if (strlen(token) < 64)
            scan_agrees(token);
    }
}
END_TEST

/* Random tokens of the characters that matter. */
START_TEST(numbers_scan_survives_noise)
{
    static const char alphabet[] = "0123456789..--+eE ,\nxn";
    uint64_t state = 3;
    for (int i = 0; i < 300000; i++) {
        char token[48];
        size_t length = next_random(&state) % (sizeof token - 1);
        for (size_t k = 0; k < length; k++)
            token[k] = alphabet[(next_random(&state) >> 33) % (i % 3 ? 14 : sizeof alphabet - 1)];
        token[length] = '\0';
        scan_agrees(token);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("numbers");
    tcase_add_test(tests, numbers_golden_bits);
    tcase_add_test(tests, numbers_last_digit_decides);
    tcase_add_test(tests, numbers_are_recognised);
    tcase_add_test(tests, numbers_integers_are_exact);
    tcase_add_test(tests, numbers_agree_with_strtod);
    tcase_add_test(tests, numbers_round_trip);
    tcase_add_test(tests, numbers_short_text);
    tcase_add_test(tests, numbers_short_text_is_rounded_as_printf_rounds);
    tcase_add_test(tests, numbers_ignore_the_locale);
    tcase_add_test(tests, numbers_timestamps);
    tcase_add_test(tests, numbers_scan_agrees_with_parse);
    tcase_add_test(tests, numbers_scan_survives_noise);
    Suite *suite = suite_create("numbers");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
