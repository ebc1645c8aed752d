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
    UNROLL_4
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

/* What is known of ABREAST columns. */
typedef struct screening {
    row_numbers low, high;
    row_words odd; /* one is no number */
} screening;

EACH void note(screening *s, row_numbers row)
{
#if defined(__SSE2__) && LANES == 2
    s->low = _mm_min_pd(row, s->low);
    s->high = _mm_max_pd(row, s->high);
#elif defined(__SSE2__) && LANES >= 4
    s->low = _mm256_min_pd(row, s->low);
    s->high = _mm256_max_pd(row, s->high);
#else
    for (int k = 0; k < ABREAST; k++) {
        s->low[k] = row[k] < s->low[k] ? row[k] : s->low[k];
        s->high[k] = row[k] > s->high[k] ? row[k] : s->high[k];
    }
#endif
    s->odd |= (row_words)(row != row);
}

/* ABREAST rows of as many columns. */
static inline void turn_square(const row_numbers *rows, double *to)
{
#if LANES == 1
    to[0] = rows[0][0];
#elif LANES == 2
    put_numbers(to, SHUFFLE(rows[0], rows[1], 0, 2));
    put_numbers(to + DRIFT__TURN_ROWS, SHUFFLE(rows[0], rows[1], 1, 3));
#else
    row_numbers even = SHUFFLE(rows[0], rows[1], 0, 4, 2, 6);
    row_numbers odd = SHUFFLE(rows[0], rows[1], 1, 5, 3, 7);
    row_numbers next_even = SHUFFLE(rows[2], rows[3], 0, 4, 2, 6);
    row_numbers next_odd = SHUFFLE(rows[2], rows[3], 1, 5, 3, 7);
    put_numbers(to, SHUFFLE(even, next_even, 0, 1, 4, 5));
    put_numbers(to + DRIFT__TURN_ROWS, SHUFFLE(odd, next_odd, 0, 1, 4, 5));
    put_numbers(to + 2 * DRIFT__TURN_ROWS, SHUFFLE(even, next_even, 2, 3, 6, 7));
    put_numbers(to + 3 * DRIFT__TURN_ROWS, SHUFFLE(odd, next_odd, 2, 3, 6, 7));
#endif
}

/* ABREAST of the columns. */
static uint32_t turn_some(const double *rows, size_t width, size_t n, double *out,
                          double *out_minima, double *out_maxima)
{
    row_numbers row[ABREAST] = {get_numbers(rows)};
    screening s = {row[0], row[0], {0}};
    uint32_t finite = 0;
    size_t i = 0;
    for (; i + ABREAST <= n; i += ABREAST) {
        UNROLL_4
        for (int k = 0; k < ABREAST; k++)
            note(&s, row[k] = get_numbers(rows + (i + (size_t)k) * width));
        turn_square(row, out + i);
    }
    for (; i < n; i++) {
        note(&s, get_numbers(rows + i * width));
        for (int k = 0; k < ABREAST; k++)
            out[k * DRIFT__TURN_ROWS + i] = rows[i * width + k];
    }
    put_numbers(out_minima, s.low);
    put_numbers(out_maxima, s.high);
    for (int k = 0; k < ABREAST; k++)
        finite |= (uint32_t)(!s.odd[k] && s.low[k] >= -DBL_MAX && s.high[k] <= DBL_MAX) << k;
    return finite;
}

static uint32_t turn(const double *rows, size_t width, size_t n, double *out, double *out_minima,
                     double *out_maxima)
{
    uint32_t finite = 0;
    for (int c = 0; c < DRIFT__TURN_COLUMNS; c += ABREAST)
        finite |= turn_some(rows + c, width, n, out + c * DRIFT__TURN_ROWS, out_minima + c,
                            out_maxima + c)
                  << c;
    return finite;
}
#undef SHUFFLE
