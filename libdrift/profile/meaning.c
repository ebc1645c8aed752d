/* SPDX-License-Identifier: Apache-2.0
 *
 * meaning.c: what a value means in a column of a given type: a number, a name,
 * nothing, or something that does not belong there.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/numbers.h"
#include "profile/block.h"
#include "sketch/cells.h"

static const double TWO_POW_53 = 9007199254740992.0;
static const double TWO_POW_63 = 9223372036854775808.0;

static int64_t clamp_integer(int64_t integer)
{
    if (integer < DRIFT__INTEGER_KEY_MIN)
        return DRIFT__INTEGER_KEY_MIN;
    return integer > DRIFT__INTEGER_KEY_MAX ? DRIFT__INTEGER_KEY_MAX : integer;
}

static drift__meaning of_integer(int64_t number, int integer, double *out_number, int64_t *out_key)
{
    *out_number = (double)number;
    *out_key = integer ? clamp_integer(number) : drift__key((double)number);
    return DRIFT__MEANS_VALUE;
}

static drift__meaning of_double(double number, int integer, double *out_number, int64_t *out_key)
{
    if (isnan(number))
        return DRIFT__MEANS_MISSING;
    if (isinf(number))
        return number < 0 ? DRIFT__MEANS_NEGATIVE_INFINITY : DRIFT__MEANS_POSITIVE_INFINITY;
    *out_number = number;
    if (!integer) {
        *out_key = drift__key(number);
    } else {
        double whole = floor(number);
        if (whole < -TWO_POW_63)
            *out_key = DRIFT__INTEGER_KEY_MIN;
        else
            *out_key = whole >= TWO_POW_63 ? DRIFT__INTEGER_KEY_MAX : clamp_integer((int64_t)whole);
    }
    return DRIFT__MEANS_VALUE;
}

static drift__meaning of_time(const drift_value *value, double *out_number, int64_t *out_key)
{
    int64_t microseconds = value->as.integer;
    int is_text = value->tag == DRIFT_VALUE_TOKEN || value->tag == DRIFT_VALUE_STRING;
    if (is_text && !drift__parse_timestamp(value->as.string, value->length, &microseconds))
        return DRIFT__MEANS_INVALID;
    if (!is_text && value->tag != DRIFT_VALUE_TIME)
        return DRIFT__MEANS_INVALID;
    *out_number = (double)microseconds / 1e6;
    *out_key = drift__key(*out_number);
    return DRIFT__MEANS_VALUE;
}

drift__meaning drift__number_of(const drift_value *value, drift_type type, int integer,
                                double *out_number, int64_t *out_key)
{
    if (value->tag == DRIFT_VALUE_MISSING)
        return DRIFT__MEANS_MISSING;
    if (type == DRIFT_TYPE_TIMESTAMP)
        return value->tag == DRIFT_VALUE_DOUBLE && isnan(value->as.number)
                   ? DRIFT__MEANS_MISSING
                   : of_time(value, out_number, out_key);
    switch (value->tag) {
    case DRIFT_VALUE_DOUBLE:
        return of_double(value->as.number, integer, out_number, out_key);
    case DRIFT_VALUE_INT64:
        return of_integer(value->as.integer, integer, out_number, out_key);
    case DRIFT_VALUE_BOOL:
        return of_integer(value->as.integer != 0, integer, out_number, out_key);
    case DRIFT_VALUE_TOKEN: {
        drift__number number = drift__parse_number(value->as.string, value->length);
        if (number.kind == DRIFT__NUMBER_NONE)
            return DRIFT__MEANS_INVALID;
        return number.kind == DRIFT__NUMBER_INT64
                   ? of_integer(number.integer, integer, out_number, out_key)
                   : of_double(number.number, integer, out_number, out_key);
    }
    default:
        return DRIFT__MEANS_INVALID;
    }
}

int drift__truth_of(const char *text, size_t length)
{
    if (length != 4 && length != 5)
        return -1;
    const char *word = length == 4 ? "true" : "false";
    for (size_t i = 0; i < length; i++)
        if ((text[i] | 0x20) != word[i])
            return -1;
    return length == 4;
}

static int truth_of_number(double number)
{
    return number == 0.0 ? 0 : number == 1.0 ? 1 : -1;
}

static int truth_of_value(const drift_value *value)
{
    switch (value->tag) {
    case DRIFT_VALUE_BOOL:
        return value->as.integer != 0;
    case DRIFT_VALUE_INT64:
        return truth_of_number((double)value->as.integer);
    case DRIFT_VALUE_DOUBLE:
        return truth_of_number(value->as.number);
    case DRIFT_VALUE_STRING:
        return drift__truth_of(value->as.string, value->length);
    case DRIFT_VALUE_TOKEN: {
        int truth = drift__truth_of(value->as.string, value->length);
        if (truth >= 0)
            return truth;
        drift__number number = drift__parse_number(value->as.string, value->length);
        return number.kind == DRIFT__NUMBER_NONE ? -1 : truth_of_number(number.number);
    }
    default:
        return -1;
    }
}

static size_t number_text(const drift_value *value, char scratch[64])
{
    int64_t integer = value->as.integer;
    if (value->tag == DRIFT_VALUE_DOUBLE) {
        double number = value->as.number;
        if (!(fabs(number) < TWO_POW_53) || number != floor(number))
            return drift__format_double(scratch, number);
        integer = (int64_t)number;
    }
    return (size_t)snprintf(scratch, 64, "%lld", (long long)integer);
}

drift__meaning drift__name_of(const drift_value *value, drift_type type, char scratch[64],
                              const char **out_text, size_t *out_length, int *out_numeric)
{
    *out_numeric = 0;
    if (value->tag == DRIFT_VALUE_MISSING ||
        (value->tag == DRIFT_VALUE_DOUBLE && isnan(value->as.number)))
        return DRIFT__MEANS_MISSING;
    if (type == DRIFT_TYPE_BOOLEAN || value->tag == DRIFT_VALUE_BOOL) {
        int truth = truth_of_value(value);
        *out_text = truth > 0 ? "true" : "false";
        *out_length = truth > 0 ? 4 : 5;
        return truth < 0 ? DRIFT__MEANS_INVALID : DRIFT__MEANS_VALUE;
    }
    *out_text = scratch;
    switch (value->tag) {
    case DRIFT_VALUE_DOUBLE:
    case DRIFT_VALUE_INT64:
        *out_numeric = 1;
        *out_length = number_text(value, scratch);
        return DRIFT__MEANS_VALUE;
    case DRIFT_VALUE_TIME:
        *out_length = drift__format_timestamp(scratch, value->as.integer);
        return DRIFT__MEANS_VALUE;
    case DRIFT_VALUE_TOKEN:
        *out_numeric =
            drift__parse_number(value->as.string, value->length).kind != DRIFT__NUMBER_NONE;
        *out_text = value->as.string;
        *out_length = value->length;
        return DRIFT__MEANS_VALUE;
    case DRIFT_VALUE_STRING:
        *out_text = value->as.string;
        *out_length = value->length;
        return DRIFT__MEANS_VALUE;
    default:
        return DRIFT__MEANS_INVALID;
    }
}

/* Day number to calendar date in the proleptic Gregorian calendar: whole
   400-year eras of 146,097 days, years counted from March. */
static void calendar_date(int64_t days, long long *out_year, int *out_month, int *out_day)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *out_day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *out_month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *out_year = (long long)(year_of_era + era * 400 + (*out_month <= 2));
}

size_t drift__format_timestamp(char out[64], int64_t microseconds)
{
    const int64_t day_length = INT64_C(86400000000);
    int64_t days = microseconds / day_length, rest = microseconds % day_length;
    if (rest < 0) {
        rest += day_length;
        days--;
    }
    long long year;
    int month, day;
    calendar_date(days, &year, &month, &day);
    int seconds = (int)(rest / 1000000), fraction = (int)(rest % 1000000);
    int length = snprintf(out, 64, "%04lld-%02d-%02dT%02d:%02d:%02d", year, month, day,
                          seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (fraction)
        length += snprintf(out + length, 64 - (size_t)length, ".%06d", fraction);
    out[length++] = 'Z';
    out[length] = '\0';
    return (size_t)length;
}
