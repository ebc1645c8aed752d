/* SPDX-License-Identifier: Apache-2.0
 *
 * numbers.c: decimal text to the nearest double.
 *
 * Up to 19 digits are gathered in one integer. Small cases are exact in one
 * operation (Clinger, "How to Read Floating Point Numbers Accurately", 1990);
 * nearly all others take one or two 128-bit products (Lemire, "Number Parsing
 * at a Gigabyte per Second", 2021; the fallback of that paper is not needed
 * after Mushtak & Lemire, "Fast Number Parsing Without Fallback", 2022). Where
 * digits beyond the 19th matter, strtod decides; it is shown no decimal mark,
 * so the locale has no say.
 */
#include "core/numbers.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef __x86_64__
#include <emmintrin.h>
#endif

#include "core/powers_of_five.h"

/* A number taken apart: value = +-mantissa * 10^exponent, plus what was dropped. */
typedef struct decimal {
    const char *first_digit, *digits_end; /* the digits, with at most one '.' between them */
    uint64_t mantissa;                    /* the first 19 significant digits */
    int64_t exponent;
    int negative;
    int integral; /* neither '.' nor exponent */
    int dropped;  /* there are more than 19 significant digits */
} decimal;

static int is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Eight digits, one a byte: pairs, then fours, then all, each by one multiplication. */
static inline uint32_t value_of_eight(uint64_t word)
{
    word = word * 10 + (word >> 8);
    return (uint32_t)(((word & 0x000000ff000000ffU) * (100 + (UINT64_C(1000000) << 32)) +
                       ((word >> 16) & 0x000000ff000000ffU) * (1 + (UINT64_C(10000) << 32))) >>
                      32);
}

static int eight_digits(const char *text, uint32_t *out_value)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word;
    memcpy(&word, text, sizeof word);
    const uint64_t high_halves = 0xf0f0f0f0f0f0f0f0U;
    uint64_t carried = (word + 0x0606060606060606U) & high_halves;
    if (((word & high_halves) | carried >> 4) != 0x3333333333333333U)
        return 0;
    *out_value = value_of_eight(word - 0x3030303030303030U);
    return 1;
#else
    (void)text;
    (void)out_value;
    return 0;
#endif
}

static const char *gather(const char *at, const char *end, uint64_t *mantissa)
{
    uint32_t eight;
    while (end - at >= 8 && eight_digits(at, &eight)) {
        *mantissa = *mantissa * 100000000 + eight;
        at += 8;
    }
    while (at < end && is_digit(*at))
        *mantissa = *mantissa * 10 + (uint64_t)(*at++ - '0');
    return at;
}

/* The mantissa overflowed: read the first 19 significant digits again, one by one. */
static void gather_first(decimal *number, const char *point)
{
    const char *at = number->first_digit;
    int digits = 0;
    number->mantissa = 0;
    for (; at < number->digits_end && digits < 19; at++) {
        if (*at == '.')
            continue;
        number->mantissa = number->mantissa * 10 + (uint64_t)(*at - '0');
        digits += number->mantissa != 0;
    }
    const char *mark = point ? point : number->digits_end;
    number->exponent = at <= mark ? mark - at : mark + 1 - at;
    number->dropped = digits == 19;
}

static int significant_digits(const decimal *number, const char *point)
{
    const char *at = number->first_digit;
    while (at < number->digits_end && (*at == '0' || *at == '.'))
        at++;
    return number->digits_end - at - (point && point >= at) > 19;
}

/* Exponent after 'e'; NULL where it has no digit. Its size is capped far beyond any double. */
static const char *scan_exponent(const char *at, const char *end, int64_t *out_exponent)
{
    int negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end || !is_digit(*at))
        return NULL;
    int64_t value = 0;
    for (; at < end && is_digit(*at); at++)
        if (value < INT64_C(1) << 40)
            value = value * 10 + (*at - '0');
    *out_exponent = negative ? -value : value;
    return at;
}

static int scan(const char *at, const char *end, decimal *number)
{
    const char *point = NULL;
    number->first_digit = at;
    number->mantissa = 0;
    number->dropped = 0;
    at = gather(at, end, &number->mantissa);
    if (at < end && *at == '.') {
        point = at;
        at = gather(at + 1, end, &number->mantissa);
    }
    number->digits_end = at;
    if (at - number->first_digit == (point != NULL))
        return 0;
    number->exponent = point ? point + 1 - at : 0;
    if (at - number->first_digit > 19 && significant_digits(number, point))
        gather_first(number, point);
    number->integral = point == NULL;
    if (at < end && (*at == 'e' || *at == 'E')) {
        int64_t exponent;
        at = scan_exponent(at + 1, end, &exponent);
        if (!at)
            return 0;
        number->exponent += exponent;
        number->integral = 0;
    }
    return at == end;
}

static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *out_low)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    *out_low = (uint64_t)product;
    return (uint64_t)(product >> 64);
#else
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32), cross = a0 * b1 + (uint32_t)middle;
    *out_low = (cross << 32) | (uint32_t)low;
    return a1 * b1 + (middle >> 32) + (cross >> 32);
#endif
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The top 128 bits of mantissa * 5^exponent, precise enough to round to 53. */
static uint64_t scaled(uint64_t mantissa, int exponent, uint64_t *out_low)
{
    const uint64_t *power = drift__powers_of_five[exponent - DRIFT__SMALLEST_POWER_OF_FIVE];
    uint64_t low, high = multiply(mantissa, power[0], &low);
    if ((high & 0x1ff) == 0x1ff) {
        uint64_t unused, carry = multiply(mantissa, power[1], &unused);
        low += carry;
        high += low < carry;
    }
    *out_low = low;
    return high;
}

/* `bits` with one more than 53 and a scale below the normal numbers, or near the largest one. */
static double at_the_ends(uint64_t bits, int64_t binary)
{
    if (binary <= 0) {
        if (binary <= -63)
            return 0.0;
        bits >>= 1 - binary;
        bits = (bits + (bits & 1)) >> 1;
        return from_bits(bits); /* a carry into bit 52 is the smallest normal number */
    }
    bits = (bits + (bits & 1)) >> 1;
    return binary + (int64_t)(bits >> 53) >= 2047
               ? HUGE_VAL
               : from_bits(((uint64_t)(binary - 1) << 52) + bits);
}

/* Nearest double to mantissa * 10^exponent, ties to even (Lemire 2021, algorithm 1). */
static inline double nearest(uint64_t mantissa, int64_t exponent)
{
    enum { POWERS = DRIFT__LARGEST_POWER_OF_FIVE - DRIFT__SMALLEST_POWER_OF_FIVE };
    if ((uint64_t)(exponent - DRIFT__SMALLEST_POWER_OF_FIVE) > POWERS || !mantissa)
        return exponent > 0 && mantissa ? HUGE_VAL : 0.0;
    int zeros = __builtin_clzll(mantissa), power = (int)exponent;
    uint64_t low, high = scaled(mantissa << zeros, power, &low);
    int top = (int)(high >> 63);
    uint64_t bits = high >> (top + 9); /* 53 bits and one to round by */
    /* floor(power * log2(10)), in the range of the table */
    int64_t binary = ((INT64_C(217706) * power) >> 16) + 63 + top - zeros + 1023;
    if ((uint64_t)(binary - 1) >= 2045)
        return at_the_ends(bits, binary);
    /* Exactly half way is possible only where 5^power divides a 64-bit number. */
    if (low <= 1 && power >= -4 && power <= 23 && (bits & 3) == 1 && bits << (top + 9) == high)
        bits &= ~UINT64_C(1);
    bits = (bits + (bits & 1)) >> 1;
    /* The leading bit, and a carry beyond it, add to the exponent. */
    return from_bits(((uint64_t)(binary - 1) << 52) + bits);
}

/*
 * The digits decide far to the right: hand them to strtod as an integer with
 * an exponent. 800 digits tell every double from its neighbours' midpoints
 * (767 are the most that a midpoint has); beyond them only "more" matters.
 */
static double by_all_digits(const decimal *number, int64_t exponent19)
{
    enum { KEPT = 800 };
    char text[KEPT + 32];
    size_t used = 0;
    int64_t exponent = exponent19;
    int sticky = 0;
    for (const char *at = number->first_digit; at < number->digits_end; at++) {
        if (*at == '.' || (used == 0 && *at == '0'))
            continue;
        if (used < KEPT)
            text[used++] = *at;
        else
            sticky |= *at != '0';
    }
    exponent -= (int64_t)used - 19;
    if (sticky) {
        text[used++] = '1';
        exponent--;
    }
    if (exponent < -2000)
        exponent = -2000;
    if (exponent > 2000)
        exponent = 2000;
    text[used++] = 'e';
    text[used++] = exponent < 0 ? '-' : '+';
    int magnitude = (int)(exponent < 0 ? -exponent : exponent);
    for (int unit = 1000; unit; unit /= 10)
        text[used++] = (char)('0' + magnitude / unit % 10);
    text[used] = '\0';
    int saved = errno;
    double value = strtod(text, NULL);
    errno = saved;
    return value;
}

/* The same, by one operation where mantissa and power are exact. */
static inline double nearest_or_exact(uint64_t mantissa, int64_t exponent)
{
    static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (mantissa <= UINT64_C(1) << 53 && exponent >= -22 && exponent <= 22)
        return exponent < 0 ? (double)mantissa / exact_powers[-exponent]
                            : (double)mantissa * exact_powers[exponent];
    return nearest(mantissa, exponent);
}

static double to_double(const decimal *number)
{
    int64_t exponent = number->exponent;
    if (!number->dropped)
        return nearest_or_exact(number->mantissa, exponent);
    double value = nearest(number->mantissa, exponent);
    return nearest(number->mantissa + 1, exponent) <= value ? value
                                                            : by_all_digits(number, exponent);
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

static const uint64_t powers_of_ten[] = {1,      10,      100,      1000,     10000,
                                         100000, 1000000, 10000000, 100000000};

/* Append the digits among the next eight bytes, before the first that is none. */
static inline unsigned append_digits(const char *text, uint64_t *mantissa)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    word ^= 0x3030303030303030U;
    /* Carries run upwards, so the lowest flag is always a true one. */
    uint64_t others = ((word + 0x7676767676767676U) | word) & 0x8080808080808080U;
    if (!others) {
        *mantissa = *mantissa * 100000000 + value_of_eight(word);
        return 8;
    }
    /* Zeros stand before fewer digits; two shifts, because one by 64 is undefined. */
    unsigned bits = (unsigned)__builtin_ctzll(others) & ~7U;
    *mantissa = *mantissa * powers_of_ten[bits >> 3] + value_of_eight(word << (56 - bits) << 8);
    return bits >> 3;
}

#ifdef __x86_64__
/* Sixteen digits in a few operations of SSE2, which every x86-64 has; 0 where they are not digits. */
static inline int append_sixteen(const char *text, uint64_t *mantissa)
{
    const __m128i tens = _mm_set1_epi16(10), hundreds = _mm_set1_epi32(1 << 16 | 100);
    const __m128i ten_thousands = _mm_set1_epi32(1 << 16 | 10000);
    __m128i word = _mm_loadu_si128((const __m128i *)(const void *)text);
    word = _mm_sub_epi8(word, _mm_set1_epi8('0'));
    __m128i others = _mm_cmpeq_epi8(_mm_max_epu8(word, _mm_set1_epi8(10)), word);
    if (_mm_movemask_epi8(others))
        return 0;
    __m128i first = _mm_and_si128(word, _mm_set1_epi16(0xff));
    word = _mm_add_epi16(_mm_mullo_epi16(first, tens), _mm_srli_epi16(word, 8));
    word = _mm_madd_epi16(word, hundreds);
    word = _mm_madd_epi16(_mm_packs_epi32(word, word), ten_thousands);
    uint64_t eights = (uint64_t)_mm_cvtsi128_si64(word);
    *mantissa =
        *mantissa * 10000000000000000U + (uint32_t)eights * UINT64_C(100000000) + (eights >> 32);
    return 1;
}
#endif

/* Up to 24 digits. */
static inline const char *append_all_digits(const char *at, uint64_t *mantissa)
{
#ifdef __x86_64__
    if (append_sixteen(at, mantissa))
        return at + 16 + append_digits(at + 16, mantissa);
#endif
    unsigned n = append_digits(at, mantissa);
    if (n < 8)
        return at + n;
    n = append_digits(at + 8, mantissa);
    if (n < 8)
        return at + 8 + n;
    return at + 16 + append_digits(at + 16, mantissa);
}

static double with_sign(double value, int negative)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits |= (uint64_t)negative << 63; /* no jump: signs are not foreseen */
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* A few digits of an exponent; NULL where there are none, or many. */
static const char *short_exponent(const char *at, int64_t *exponent)
{
    int negative = *at == '-', value = 0;
    at += *at == '-' || *at == '+';
    const char *first = at;
    for (; is_digit(*at) && at - first < 4; at++)
        value = value * 10 + (*at - '0');
    *exponent += negative ? -value : value;
    return at == first || is_digit(*at) ? NULL : at;
}

const char *drift__scan_number(const char *text, double *out_number)
{
    int negative = *text == '-', integral = 1;
    const char *at = text + negative, *first = at;
    uint64_t mantissa = 0;
    int64_t exponent = 0;
    if (!is_digit(*at))
        return NULL;
    if (at[1] == '.')
        mantissa = (uint64_t)(*at++ - '0');
    else
        at = append_all_digits(at, &mantissa);
    if (at - first > 16 - (*at != '.'))
        return NULL;
    if (*at == '.') {
        /* A zero before the mark is no significant digit. */
        int64_t before = (at - first) & -(int64_t)(mantissa != 0);
        const char *point = ++at;
        at = append_all_digits(at, &mantissa);
        exponent = point - at;
        integral = 0;
        if (!exponent || before - exponent > 19)
            return NULL;
    }
    if ((*at | 0x20) == 'e') {
        at = short_exponent(at + 1, &exponent);
        integral = 0;
    }
    if (integral)
        *out_number = with_sign((double)mantissa, negative && mantissa);
    else
        *out_number = with_sign(nearest_or_exact(mantissa, exponent), negative);
    return at;
}

#else

const char *drift__scan_number(const char *text, double *out_number)
{
    (void)text;
    (void)out_number;
    return NULL;
}

#endif

static int same_word(const char *text, size_t length, const char *word)
{
    for (size_t i = 0; i < length; i++)
        if (!word[i] || (text[i] | 0x20) != word[i])
            return 0;
    return word[length] == '\0';
}

static drift__number word_number(const char *at, size_t length, int negative)
{
    drift__number none = {DRIFT__NUMBER_NONE, 0.0, 0};
    drift__number result = {DRIFT__NUMBER_DOUBLE, 0.0, 0};
    if (same_word(at, length, "inf") || same_word(at, length, "infinity"))
        result.number = negative ? -HUGE_VAL : HUGE_VAL;
    else if (same_word(at, length, "nan"))
        result.number = (double)NAN;
    else
        return none;
    return result;
}

drift__number drift__parse_number(const char *text, size_t length)
{
    drift__number result = {DRIFT__NUMBER_NONE, 0.0, 0};
    const char *at = text, *end = text + length;
    while (at < end && is_blank(*at))
        at++;
    while (end > at && is_blank(end[-1]))
        end--;
    decimal number;
    number.negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return result;
    if (!is_digit(*at) && *at != '.')
        return word_number(at, (size_t)(end - at), number.negative);
    if (!scan(at, end, &number))
        return result;
    uint64_t largest = (uint64_t)INT64_MAX + (uint64_t)number.negative;
    if (number.integral && !number.dropped && number.mantissa <= largest) {
        result.kind = DRIFT__NUMBER_INT64;
        result.integer = (int64_t)(number.negative ? 0 - number.mantissa : number.mantissa);
        result.number = (double)result.integer;
        return result;
    }
    double value = to_double(&number);
    result.kind = DRIFT__NUMBER_DOUBLE;
    result.number = number.negative ? -value : value;
    return result;
}
