/* SPDX-License-Identifier: Apache-2.0
 *
 * html_parts.c: escaped text and numbers.
 */
#include "report/html_parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/numbers.h"
#include "core/utf8.h"

void drift__html_raw(drift__html *html, const char *markup)
{
    if (!html->status)
        html->status = drift__buffer_text(html->buffer, markup);
}

void drift__html_format(drift__html *html, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    drift__html_raw(html, text);
}

static const char *escape_of(unsigned char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return c < 0x20 || c == 0x7f ? "\xe2\x90\xa3" : NULL; /* open box for controls */
    }
}

/* Marks that reverse or embed the direction of text could disguise a name. */
static int changes_direction(const char *text, size_t step)
{
    const unsigned char *b = (const unsigned char *)text;
    return step == 3 && b[0] == 0xe2 &&
           ((b[1] == 0x80 && b[2] >= 0xaa && b[2] <= 0xae) ||
            (b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xa9));
}

static void put_text(drift__html *html, const char *text, size_t length, size_t most,
                     int breaks_lines)
{
    size_t at = 0;
    for (size_t shown = 0; at < length && !html->status; shown++) {
        if (most && shown == most) {
            drift__html_raw(html, "\xe2\x80\xa6");
            return;
        }
        size_t step = drift__utf8_step(text + at, length - at);
        const char *escape = step == 1 ? escape_of((unsigned char)text[at]) : NULL;
        if (!step || changes_direction(text + at, step))
            drift__html_raw(html, "\xef\xbf\xbd");
        else if (escape)
            drift__html_raw(html, escape);
        else
            html->status = drift_buffer_append(html->buffer, text + at, step);
        if (breaks_lines && text[at] == '_')
            drift__html_raw(html, "<wbr>");
        at += step ? step : 1;
    }
}

void drift__html_text(drift__html *html, const char *text, size_t length, size_t most)
{
    put_text(html, text, length, most, 0);
}

void drift__html_name(drift__html *html, const char *name)
{
    put_text(html, name, strlen(name), 60, 1);
}

void drift__html_word(drift__html *html, const char *text)
{
    drift__html_text(html, text, strlen(text), 0);
}

void drift__html_number(drift__html *html, double value, int digits)
{
    char text[DRIFT__NUMBER_SIZE];
    drift__format_short(text, value + 0.0, digits); /* no minus zero */
    if (text[0] == '-') {                           /* a minus sign as wide as a digit */
        drift__html_raw(html, "\xe2\x88\x92");
        drift__html_word(html, text + 1);
    } else {
        drift__html_word(html, text);
    }
}

void drift__html_coordinate(drift__html *html, double value)
{
    long tenths = lround(value * 10), whole = labs(tenths) / 10, rest = labs(tenths) % 10;
    drift__html_raw(html, tenths < 0 ? "-" : "");
    if (whole || !rest)
        drift__html_format(html, "%ld", whole);
    if (rest)
        drift__html_format(html, ".%ld", rest);
}

void drift__html_count(drift__html *html, uint64_t value)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    for (int i = 0; i < length; i++) {
        char c[3] = {digits[i], '\0', '\0'};
        if (i && (length - i) % 3 == 0) {
            c[1] = digits[i];
            c[0] = ',';
        }
        drift__html_raw(html, c);
    }
}

void drift__html_share(drift__html *html, double share)
{
    drift__html_number(html, 100 * share, share < 0.1 ? 2 : 3);
    drift__html_raw(html, "\xe2\x80\xaf%");
}

void drift__html_effect(drift__html *html, double effect)
{
    long thousandths = lround(fmin(fmax(effect, 0), 1e5) * 1000);
    drift__html_format(html, "%ld.%03ld", thousandths / 1000, thousandths % 1000);
}

void drift__html_p(drift__html *html, double p)
{
    if (p < 1e-300)
        drift__html_raw(html, "&lt; 1e-300");
    else
        drift__html_number(html, p, 2);
}

void drift__html_badge(drift__html *html, uint32_t verdict)
{
    static const char *const shapes[] = {"\xe2\x80\x93", "\xe2\x9c\x93", "?", "\xe2\x96\xb3",
                                         "\xe2\x97\x86"};
    const char *name = drift_verdict_name((drift_verdict)verdict);
    drift__html_format(html, "<span class=\"v %s\"><i aria-hidden=\"true\">%s</i> %s</span>", name,
                       verdict < 5 ? shapes[verdict] : "", name);
}
