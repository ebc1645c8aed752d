/* SPDX-License-Identifier: Apache-2.0
 *
 * number_text.c: doubles to text. printf rounds correctly, but its decimal mark
 * belongs to the locale: only its digits and its exponent are taken.
 */
#include "core/numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Significant digits and the power of ten of the first one. */
typedef struct digits {
    char text[20];
    int count;
    int exponent;
} digits;

enum { FEW = 9, LEAST_BINARY = -30, MOST_BINARY = 43 };

/*
 * Few digits of a number of ordinary size by one multiplication: its error, and that of the power
 * of ten, are below 1e-6 of the last digit, so only what lies nearer to a tie is left undecided.
 */
static int round_few(double magnitude, int count, digits *out)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9, 1e10,
                                  1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20};
    int binary;
    frexp(magnitude, &binary);
    if (count > FEW || binary < LEAST_BINARY || binary > MOST_BINARY || !(magnitude > 0))
        return 0;
    int exponent = (int)floor((binary - 1) * 0.30102999), shift = count - 1 - exponent;
    double scaled = shift < 0 ? magnitude / tens[-shift] : magnitude * tens[shift];
    if (scaled >= tens[count]) {
        exponent++;
        scaled = shift < 1 ? magnitude / tens[1 - shift] : magnitude * tens[shift - 1];
    }
    uint64_t whole = (uint64_t)scaled;
    double rest = scaled - (double)whole;
    if (fabs(rest - 0.5) < 1e-6)
        return 0;
    whole += rest > 0.5;
    if ((double)whole >= tens[count]) {
        whole /= 10;
        exponent++;
    }
    for (int i = count; i-- > 0; whole /= 10)
        out->text[i] = (char)('0' + whole % 10);
    out->count = count;
    out->exponent = exponent;
    return 1;
}

static void drop_zeros(digits *number)
{
    while (number->count > 1 && number->text[number->count - 1] == '0')
        number->count--;
}

static digits round_to(double magnitude, int count)
{
    char text[64];
    digits result = {.count = 0};
    if (round_few(magnitude, count, &result)) {
        drop_zeros(&result);
        return result;
    }
    snprintf(text, sizeof text, "%.*e", count - 1, magnitude);
    const char *at = text;
    for (; *at && *at != 'e'; at++)
        if (*at >= '0' && *at <= '9' && result.count < 17)
            result.text[result.count++] = *at;
    result.exponent = *at ? atoi(at + 1) : 0;
    drop_zeros(&result);
    return result;
}

static size_t put_exponent(char *out, const digits *number)
{
    size_t used = 0;
    out[used++] = number->text[0];
    if (number->count > 1) {
        out[used++] = '.';
        memcpy(out + used, number->text + 1, (size_t)number->count - 1);
        used += (size_t)number->count - 1;
    }
    int exponent = number->exponent, size = exponent < 0 ? -exponent : exponent;
    out[used++] = 'e';
    out[used++] = exponent < 0 ? '-' : '+';
    if (size >= 100)
        out[used++] = (char)('0' + size / 100);
    out[used++] = (char)('0' + size / 10 % 10);
    out[used++] = (char)('0' + size % 10);
    return used;
}

static size_t put_plain(char *out, const digits *number)
{
    size_t used = 0;
    int point = number->exponent + 1;
    if (point <= 0) {
        out[used++] = '0';
        out[used++] = '.';
        for (int i = point; i < 0; i++)
            out[used++] = '0';
    }
    for (int i = 0; i < number->count || i < point; i++) {
        if (i == point && i > 0)
            out[used++] = '.';
        out[used++] = i < number->count ? number->text[i] : '0';
    }
    return used;
}

static size_t put(char out[DRIFT__NUMBER_SIZE], double value, const digits *number, int plain_below)
{
    size_t used = 0;
    if (signbit(value))
        out[used++] = '-';
    if (number->exponent < -4 || number->exponent >= plain_below)
        used += put_exponent(out + used, number);
    else
        used += put_plain(out + used, number);
    out[used] = '\0';
    return used;
}

static size_t put_word(char out[DRIFT__NUMBER_SIZE], double value)
{
    strcpy(out, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    return strlen(out);
}

/* One unit more in the last of `count` digits. */
static void step_up(digits *number, int count)
{
    while (number->count < count)
        number->text[number->count++] = '0';
    while (number->count && number->text[number->count - 1] == '9')
        number->count--;
    if (number->count) {
        number->text[number->count - 1]++;
        return;
    }
    number->text[number->count++] = '1';
    number->exponent++;
}

size_t drift__format_double(char out[DRIFT__NUMBER_SIZE], double value)
{
    if (!isfinite(value))
        return put_word(out, value);
    /* Any 15 digits survive a normal double; a subnormal one may need fewer. */
    double magnitude = fabs(value);
    for (int count = isnormal(value) ? 15 : 1;; count++) {
        digits number = round_to(magnitude, count);
        size_t length = put(out, value, &number, 16);
        if (count == 17 || drift__parse_number(out, length).number == value)
            return length;
        /* Below a power of two the doubles are closer: the next text up may be one that fits. */
        step_up(&number, count);
        length = put(out, value, &number, 16);
        if (drift__parse_number(out, length).number == value)
            return length;
    }
}

size_t drift__format_short(char out[DRIFT__NUMBER_SIZE], double value, int digit_count)
{
    if (!isfinite(value))
        return put_word(out, value);
    int count = digit_count < 1 ? 1 : digit_count > 17 ? 17 : digit_count;
    digits number = round_to(fabs(value), count);
    return put(out, value, &number, count < 7 ? 7 : count);
}

size_t drift__format_count(char out[DRIFT__NUMBER_SIZE], uint64_t count)
{
    char text[DRIFT__NUMBER_SIZE];
    size_t at = sizeof text - 1;
    text[at] = 0;
    for (int n = 0; !n || count; n++, count /= 10) {
        if (n && n % 3 == 0)
            text[--at] = ',';
        text[--at] = (char)('0' + count % 10);
    }
    memcpy(out, text + at, sizeof text - at);
    return sizeof text - 1 - at;
}
