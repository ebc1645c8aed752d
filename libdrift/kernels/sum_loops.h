/* SPDX-License-Identifier: Apache-2.0
 *
 * sum_loops.h: sums and sums of squares without rounding. Part of loops.h. Values are split
 * at fixed binary places (Demmel & Nguyen 2015) into parts of so few places that products of two
 * parts, and sums of SUM_ROWS of them, fit into a double: a square is the products of its parts.
 */
enum { PARTS = 4, FEW_PARTS = 3, SUM_ROWS = 128 };

_Static_assert(2 * DRIFT__SUM_PLACES + 7 == DBL_MANT_DIG, "SUM_ROWS products fit");

typedef struct split_sums {
    lanes values[PARTS];
    lanes products[PARTS][PARTS]; /* [j][k] of parts j <= k */
    masks rest;                   /* what the parts did not hold */
} split_sums;

/* a * b + c, which none of these rounds. */
static inline lanes multiply_add(lanes a, lanes b, lanes c)
{
#if LANES == 4 && defined(__AVX2__)
    return _mm256_fmadd_pd(a, b, c);
#elif LANES == 8 && defined(__AVX512F__)
    return _mm512_fmadd_pd(a, b, c);
#else
    return a * b + c;
#endif
}

/* `bases` are so large that a sum with the k-th has the unit of part k. */
EACH void split(split_sums *s, const lanes *bases, lanes v, const int parts)
{
    lanes part[PARTS];
    UNROLL
    for (int k = 0; k < parts; k++) {
        part[k] = v + bases[k] - bases[k];
        v -= part[k];
        /* Where multiplications have units of their own, additions are the fewer. */
        s->values[k] = multiply_add(part[k], all(1), s->values[k]);
        UNROLL
        for (int j = 0; j <= k; j++)
            s->products[j][k] = multiply_add(part[j], part[k], s->products[j][k]);
    }
    s->rest |= (masks)v;
}

/* 2^exponent of a normal number. */
static inline double power_of_two(int exponent)
{
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double made;
    memcpy(&made, &bits, sizeof made);
    return made;
}

/* The sum of all lanes, in units of 2^unit, times 2^shift. */
static inline drift__wide whole(lanes sums, int unit, int shift)
{
    double sum = 0;
    for (int k = 0; k < LANES; k++)
        sum += sums[k];
    return (int64_t)(sum * power_of_two(-unit)) * ((drift__wide)1 << shift);
}

/* The last n < LANES values, and zeros. */
static inline lanes load_some(const double *from, size_t n)
{
    lanes loaded = all(0);
    for (size_t i = 0; i < n; i++)
        loaded[i] = from[i];
    return loaded;
}

/* Add up to SUM_ROWS values. 0, and nothing added, where so many parts do not hold them. */
EACH int add_split(const double *values, size_t n, int exponent, drift__partial_sums *out,
                   const int parts)
{
    split_sums s = {.rest = {0}};
    lanes bases[PARTS];
    size_t i = 0;
    for (int k = 0; k < parts; k++)
        bases[k] = all(1.5 * power_of_two(exponent + 52 - (k + 1) * DRIFT__SUM_PLACES));
    for (; i + LANES <= n; i += LANES)
        split(&s, bases, load(values + i), parts);
    if (i < n)
        split(&s, bases, load_some(values + i, n - i), parts);
    if (any(s.rest & ~(masks)all(-0.0)))
        return 0;
    UNROLL
    for (int k = 0; k < parts; k++) {
        out->values += whole(s.values[k], exponent - (k + 1) * DRIFT__SUM_PLACES,
                             (PARTS - 1 - k) * DRIFT__SUM_PLACES);
        UNROLL
        for (int j = 0; j <= k; j++) {
            int level = (j + k + 2 + PARTS - 1) / PARTS - 1, place = (j + k + 2);
            out->squares[level] +=
                whole(s.products[j][k], 2 * exponent - place * DRIFT__SUM_PLACES,
                      ((level + 1) * PARTS - place) * DRIFT__SUM_PLACES + (j < k));
        }
    }
    return 1;
}

static int sums(const double *values, size_t n, int exponent, drift__partial_sums *out)
{
    drift__partial_sums made = {0, {0, 0}};
    for (size_t first = 0; first < n; first += SUM_ROWS) {
        const double *from = values + first;
        size_t size = n - first < SUM_ROWS ? n - first : SUM_ROWS;
        if (!add_split(from, size, exponent, &made, FEW_PARTS) &&
            !add_split(from, size, exponent, &made, PARTS))
            return 0;
    }
    *out = made;
    return 1;
}
