/* SPDX-License-Identifier: Apache-2.0
 *
 * row_loops.h: rows of values become columns of numbers. Part of loops.h, four or two
 * values at a time.
 */
enum { ABREAST = LANES < 4 ? LANES : 4 };

typedef double row_numbers __attribute__((vector_size(ABREAST * 8)));
typedef uint64_t row_words __attribute__((vector_size(ABREAST * 8)));

#if defined(__clang__)
#define SHUFFLE __builtin_shufflevector
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (row_words){__VA_ARGS__})
#endif

_Static_assert(sizeof(drift_value) == 2 * sizeof(uint64_t), "a tag and a length, then the number");

static uint32_t take_numbers(const drift_value *row, size_t n, double *out)
{
    uint32_t seen = 0;
    size_t i = 0;
#if LANES > 1 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    row_words tags = {0};
    for (; i + ABREAST <= n; i += ABREAST) {
        row_words first, second;
        memcpy(&first, row + i, sizeof first);
        memcpy(&second, row + i + ABREAST / 2, sizeof second);
#if LANES == 2
        row_words tag = SHUFFLE(first, second, 0, 2), number = SHUFFLE(first, second, 1, 3);
#else
        row_words tag = SHUFFLE(first, second, 0, 4, 2, 6);
        row_words number = SHUFFLE(first, second, 1, 5, 3, 7);
#endif
        tags |= tag;
        /* All bits of a value that is missing: one of the NaN. */
        number |= (row_words)((tag << 32) == 0);
#if LANES != 2
        number = SHUFFLE(number, number, 0, 2, 1, 3);
#endif
        memcpy(out + i, &number, sizeof number);
    }
    for (int k = 0; k < ABREAST; k++)
        seen |= (uint32_t)tags[k];
#endif
    for (; i < n; i++) {
        seen |= row[i].tag;
        out[i] = row[i].tag ? row[i].as.number : (double)NAN;
    }
    return seen;
}

#if LANES > 1
static inline row_numbers get_numbers(const double *from)
{
    row_numbers got;
    memcpy(&got, from, sizeof got);
    return got;
}

static inline void put_numbers(double *to, row_numbers numbers)
{
    memcpy(to, &numbers, sizeof numbers);
}
#endif

/* The `n` rows of one piece of DRIFT__TURN_COLUMNS columns. */
static void turn(const double *rows, size_t width, size_t n, double *out)
{
    size_t i = 0;
#if LANES == 2
    for (; i + 2 <= n; i += 2)
        for (size_t c = 0; c < DRIFT__TURN_COLUMNS; c += 2) {
            const double *from = rows + i * width + c;
            row_numbers a = get_numbers(from), b = get_numbers(from + width);
            put_numbers(out + c * DRIFT__TURN_ROWS + i, SHUFFLE(a, b, 0, 2));
            put_numbers(out + (c + 1) * DRIFT__TURN_ROWS + i, SHUFFLE(a, b, 1, 3));
        }
#elif LANES >= 4
    for (; i + 4 <= n; i += 4)
        for (size_t c = 0; c < DRIFT__TURN_COLUMNS; c += 4) {
            const double *from = rows + i * width + c;
            row_numbers a = get_numbers(from), b = get_numbers(from + width);
            row_numbers d = get_numbers(from + 2 * width), e = get_numbers(from + 3 * width);
            row_numbers ab_even = SHUFFLE(a, b, 0, 4, 2, 6), ab_odd = SHUFFLE(a, b, 1, 5, 3, 7);
            row_numbers de_even = SHUFFLE(d, e, 0, 4, 2, 6), de_odd = SHUFFLE(d, e, 1, 5, 3, 7);
            double *to = out + c * DRIFT__TURN_ROWS + i;
            put_numbers(to, SHUFFLE(ab_even, de_even, 0, 1, 4, 5));
            put_numbers(to + DRIFT__TURN_ROWS, SHUFFLE(ab_odd, de_odd, 0, 1, 4, 5));
            put_numbers(to + 2 * DRIFT__TURN_ROWS, SHUFFLE(ab_even, de_even, 2, 3, 6, 7));
            put_numbers(to + 3 * DRIFT__TURN_ROWS, SHUFFLE(ab_odd, de_odd, 2, 3, 6, 7));
        }
#endif
    for (; i < n; i++)
        for (size_t c = 0; c < DRIFT__TURN_COLUMNS; c++)
            out[c * DRIFT__TURN_ROWS + i] = rows[i * width + c];
}
#undef SHUFFLE
