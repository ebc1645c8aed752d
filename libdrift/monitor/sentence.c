/* SPDX-License-Identifier: Apache-2.0
 *
 * sentence.c: a sentence built in memory of fixed size.
 */
#include "monitor/sentence.h"

#include <string.h>

#include "core/numbers.h"
#include "core/utf8.h"

void drift__sentence_add(drift__sentence *sentence, const char *text)
{
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        size_t step = drift__utf8_step(text + at, length - at);
        step = step ? step : 1;
        if (sentence->used + step >= sentence->size)
            break;
        memcpy(sentence->text + sentence->used, text + at, step);
        sentence->used += step;
        at += step;
    }
    sentence->text[sentence->used] = 0;
}

void drift__sentence_add_number(drift__sentence *sentence, double value)
{
    char text[DRIFT__NUMBER_SIZE];
    drift__format_short(text, value, 3);
    drift__sentence_add(sentence, text);
}

void drift__sentence_add_count(drift__sentence *sentence, uint64_t count)
{
    char text[DRIFT__NUMBER_SIZE];
    drift__format_count(text, count);
    drift__sentence_add(sentence, text);
}
