/* SPDX-License-Identifier: Apache-2.0
 *
 * dependent_fixture.h: streams whose rows remember, repeat themselves or neither, as
 * places between the order statistics of their first rows.
 */
#ifndef DRIFT_TESTS_DEPENDENT_FIXTURE_H
#define DRIFT_TESTS_DEPENDENT_FIXTURE_H

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "core/memory.h"
#include "core/random.h"
#include "damage.h"
#include "sequential/scores.h"

enum { PLACES = 64, MOST_REFERENCE = 40000, PERIOD = 144 };

typedef struct made_stream {
    double phi, amplitude; /* memory, and size of a cycle of PERIOD rows */
    drift__random random;
    double last;
    uint64_t row;
    double edges[PLACES - 1];
} made_stream;

static inline double next_number(made_stream *s)
{
    double noise = drift__random_normal(&s->random);
    s->last = s->row++ ? s->phi * s->last + sqrt(1 - s->phi * s->phi) * noise : noise;
    return s->last + s->amplitude * sin(6.283185307179586 * (double)s->row / PERIOD);
}

static inline uint32_t number_place(const made_stream *s, double number)
{
    uint32_t place = 0;
    while (place < PLACES - 1 && s->edges[place] <= number)
        place++;
    return place;
}

static inline int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/** A reference of `n` rows and what is known of it. */
typedef struct made_reference {
    made_stream stream;
    uint16_t places[MOST_REFERENCE];
    uint64_t counts[PLACES];
    uint8_t single[PLACES];
    drift__ordered_rows rows;
} made_reference;

static inline void make_reference(made_reference *r, double phi, double amplitude, size_t n,
                                  uint64_t seed)
{
    static double numbers[MOST_REFERENCE], sorted[MOST_REFERENCE];
    *r = (made_reference){.stream = {.phi = phi, .amplitude = amplitude, .random = {seed}}};
    for (size_t i = 0; i < n; i++)
        sorted[i] = numbers[i] = next_number(&r->stream);
    qsort(sorted, n, sizeof *sorted, compare_numbers);
    for (size_t j = 1; j < PLACES; j++)
        r->stream.edges[j - 1] = sorted[n * j / PLACES];
    for (size_t i = 0; i < n; i++) {
        r->places[i] = (uint16_t)number_place(&r->stream, numbers[i]);
        r->counts[r->places[i]]++;
    }
    r->rows = (drift__ordered_rows){r->places, n, {r->counts, r->single, PLACES, 1}, 0};
}

/** The plan of rows that are there already. */
static inline drift__plan plan_of(const drift__ordered_rows *rows)
{
    drift_allocator memory = drift__allocator(NULL);
    drift__plan plan;
    ck_assert_int_eq(drift__plan_choose(rows, &memory, &plan), DRIFT_OK);
    return plan;
}

static inline void free_plan(drift__plan *plan)
{
    drift_allocator memory = drift__allocator(NULL);
    drift__plan_destroy(plan, &memory);
}

#endif
