/* SPDX-License-Identifier: Apache-2.0
 *
 * timestamp.c: ISO 8601 text to microseconds since 1970-01-01T00:00:00Z, in
 * the proleptic Gregorian calendar. A time without an offset is taken as UTC.
 */
#include <string.h>

#include "core/numbers.h"

typedef struct scanner {
    const char *at, *end;
} scanner;

static int take(scanner *scan, char c)
{
    if (scan->at == scan->end || *scan->at != c)
        return 0;
    scan->at++;
    return 1;
}

/* Exactly `count` digits with a value in low..high. */
static int take_number(scanner *scan, int count, int low, int high, int *out_value)
{
    int value = 0;
    if (scan->end - scan->at < count)
        return 0;
    for (int i = 0; i < count; i++) {
        char c = scan->at[i];
        if (c < '0' || c > '9')
            return 0;
        value = value * 10 + (c - '0');
    }
    scan->at += count;
    *out_value = value;
    return value >= low && value <= high;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01: years start in March, so that the leap day is the last. */
static int64_t day_number(int year, int month, int day)
{
    int64_t shifted_year = year - (month <= 2);
    int64_t shifted_month = (month + 9) % 12;
    int64_t leap_days = shifted_year / 4 - shifted_year / 100 + shifted_year / 400;
    return shifted_year * 365 + leap_days + (shifted_month * 153 + 2) / 5 + day - 1 - 719468;
}

static int take_date(scanner *scan, int64_t *out_day)
{
    int year, month, day;
    if (!take_number(scan, 4, 1, 9999, &year) || !take(scan, '-') ||
        !take_number(scan, 2, 1, 12, &month) || !take(scan, '-') ||
        !take_number(scan, 2, 1, days_in_month(year, month), &day))
        return 0;
    *out_day = day_number(year, month, day);
    return 1;
}

static int take_fraction(scanner *scan, int64_t *out_microseconds)
{
    int64_t unit = 100000, value = 0;
    const char *start = scan->at;
    for (; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9'; scan->at++) {
        value += unit * (*scan->at - '0');
        unit /= 10;
    }
    *out_microseconds = value;
    return scan->at > start;
}

/* hh:mm, hh:mm:ss or hh:mm:ss.fraction; a leap second counts as the second after it. */
static int take_time(scanner *scan, int64_t *out_microseconds)
{
    int hour, minute, second = 0;
    int64_t fraction = 0;
    if (!take_number(scan, 2, 0, 23, &hour) || !take(scan, ':') ||
        !take_number(scan, 2, 0, 59, &minute))
        return 0;
    if (take(scan, ':')) {
        if (!take_number(scan, 2, 0, 60, &second))
            return 0;
        if ((take(scan, '.') || take(scan, ',')) && !take_fraction(scan, &fraction))
            return 0;
    }
    *out_microseconds = (hour * INT64_C(3600) + minute * 60 + second) * 1000000 + fraction;
    return 1;
}

static int take_offset(scanner *scan, int64_t *out_seconds)
{
    *out_seconds = 0;
    if (scan->at == scan->end || take(scan, 'Z') || take(scan, 'z'))
        return 1;
    int west = take(scan, '-'), hour, minute = 0;
    if ((!west && !take(scan, '+')) || !take_number(scan, 2, 0, 23, &hour))
        return 0;
    if (scan->at < scan->end) {
        take(scan, ':');
        if (!take_number(scan, 2, 0, 59, &minute))
            return 0;
    }
    *out_seconds = (hour * INT64_C(3600) + minute * 60) * (west ? -1 : 1);
    return 1;
}

int drift__parse_timestamp(const char *text, size_t length, int64_t *out_microseconds)
{
    scanner scan = {text, text + length};
    int64_t day, time = 0, offset = 0;
    while (take(&scan, ' '))
        continue;
    while (scan.end > scan.at && scan.end[-1] == ' ')
        scan.end--;
    if (!take_date(&scan, &day))
        return 0;
    if (scan.at < scan.end) {
        if (!take(&scan, 'T') && !take(&scan, 't') && !take(&scan, ' '))
            return 0;
        if (!take_time(&scan, &time) || (take(&scan, ' '), !take_offset(&scan, &offset)))
            return 0;
    }
    if (scan.at != scan.end)
        return 0;
    *out_microseconds = (day * 86400 - offset) * 1000000 + time;
    return 1;
}
