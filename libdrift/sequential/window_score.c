/* SPDX-License-Identifier: Apache-2.0
 *
 * window_score.c: counts of a window to its scores.
 */
#include "sequential/window_score.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"

enum { NAMED = DRIFT__SCORE_CELLS - 1 };
/* A name counts on its own where a window has so many of it on average. */
static const double LEAST_EXPECTED = 0.5;

static uint64_t total_of(const drift__place_counts *reference)
{
    uint64_t rows = 0;
    for (uint32_t p = 0; p < reference->n; p++)
        rows += reference->counts[p];
    return rows;
}

void drift__normal_scores(const drift__place_counts *reference, int8_t *out_scores)
{
    double rows = (double)total_of(reference), before = 0;
    for (uint32_t p = 0; p < reference->n; p++) {
        double here = (double)reference->counts[p];
        double rank = (before + here / 2 + 0.5) / (rows + 1);
        double normal = 4.91 * (pow(rank, 0.14) - pow(1 - rank, 0.14));
        double score = floor(normal * DRIFT__SCORE_UNIT + 0.5);
        out_scores[p] = (int8_t)fmin(fmax(score, -DRIFT__SCORE_MOST), DRIFT__SCORE_MOST);
        before += here;
    }
}

/* How many places have rows, 3 for more; and the one with most. */
static uint32_t count_used(const drift__place_counts *reference, uint32_t *out_largest)
{
    uint32_t used = 0, largest = 0;
    for (uint32_t p = 0; p < reference->n; p++) {
        used += used < 3 && reference->counts[p] > 0;
        largest = reference->counts[p] > reference->counts[largest] ? p : largest;
    }
    *out_largest = largest;
    return used;
}

/* The most frequent names have cells of their own, the last one is for all others. */
static void choose_cells(const drift__place_counts *reference, drift__scorer *scorer)
{
    memset(scorer->value, -1, scorer->n);
    uint32_t cells = 0;
    for (; cells < NAMED; cells++) {
        uint32_t best = reference->n;
        for (uint32_t p = 0; p < reference->n; p++)
            if (scorer->value[p] < 0 &&
                (best == reference->n || reference->counts[p] > reference->counts[best]))
                best = p;
        if (best == reference->n || (double)reference->counts[best] * scorer->per_window <
                                        LEAST_EXPECTED * (double)scorer->rows)
            break;
        scorer->value[best] = (int8_t)cells;
        scorer->counts[cells] = reference->counts[best];
    }
    for (uint32_t p = 0; p < reference->n; p++)
        if (scorer->value[p] < 0) {
            scorer->value[p] = (int8_t)cells;
            scorer->counts[cells] += reference->counts[p];
        }
    scorer->cells = cells + 1;
}

static void measure(const drift__place_counts *reference, drift__scorer *scorer)
{
    double sum = 0, squares = 0, rows = (double)scorer->rows;
    for (uint32_t p = 0; p < scorer->n; p++) {
        sum += (double)reference->counts[p] * scorer->value[p];
        squares += (double)reference->counts[p] * scorer->value[p] * scorer->value[p];
    }
    scorer->mean = sum / rows;
    scorer->square = squares / rows - scorer->mean * scorer->mean;
}

drift_status drift__scorer_create(const drift__place_counts *reference, uint64_t window_rows,
                                  double valid, const drift_allocator *allocator,
                                  drift__scorer *out_scorer)
{
    drift__scorer scorer = {.n = reference->n, .rows = total_of(reference), .scores = 1};
    uint32_t largest, used = count_used(reference, &largest);
    if (!scorer.rows || !window_rows)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    scorer.value = drift__allocate_zero(allocator, reference->n, sizeof *scorer.value);
    if (!scorer.value)
        return DRIFT_ERR_OUT_OF_MEMORY;
    scorer.per_window = fmax(valid * (double)window_rows, 1);
    if (reference->ordered) {
        drift__normal_scores(reference, scorer.value);
        scorer.scores = used == 2 ? 1 : DRIFT__WINDOW_SCORES;
    } else if (used < 3) {
        memset(scorer.value, 1, reference->n);
        scorer.value[largest] = 0;
    } else {
        choose_cells(reference, &scorer);
    }
    measure(reference, &scorer);
    *out_scorer = scorer;
    return DRIFT_OK;
}

void drift__scorer_destroy(drift__scorer *scorer, const drift_allocator *allocator)
{
    drift__release(allocator, scorer->value);
    scorer->value = NULL;
}

void drift__window_add(const drift__scorer *scorer, uint32_t place, uint64_t count,
                       drift__window_sums *sums)
{
    sums->rows += count;
    if (place >= scorer->n)
        return;
    sums->valid += count;
    int value = scorer->value[place];
    if (scorer->cells) {
        sums->cells[value] += count;
    } else {
        sums->sum += value * (int64_t)count;
        sums->squares += value * value * (int64_t)count;
    }
}

/* A name that the reference has not is given half a row. */
static double chi_square(const drift__scorer *scorer, const drift__window_sums *sums, int own)
{
    double n = (double)sums->valid, rows = (double)scorer->rows - (own ? n : 0), sum = 0;
    for (uint32_t k = 0; k < scorer->cells; k++) {
        double here = (double)sums->cells[k], there = (double)scorer->counts[k] - (own ? here : 0);
        double expected = n * (there + 0.5) / (rows + 0.5 * scorer->cells);
        sum += (here - expected) * (here - expected) / expected;
    }
    return sum;
}

int drift__window_score(const drift__scorer *scorer, const drift__window_sums *sums, int own,
                        double windows, double *out_scores)
{
    if (!sums->valid)
        return 0;
    if (scorer->cells) {
        double rows = (double)scorer->rows, here = own ? scorer->per_window : (double)sums->valid;
        out_scores[0] = chi_square(scorer, sums, own) * (rows + scorer->per_window) / (rows + here);
        return 1;
    }
    double n = (double)sums->valid, mean = (double)sums->sum / n - scorer->mean;
    double square = (double)sums->squares / n - scorer->mean * scorer->mean -
                    2 * scorer->mean * mean - scorer->square;
    double comparable = sqrt(n / (windows * scorer->per_window));
    out_scores[0] = mean * comparable;
    if (scorer->scores > 1)
        out_scores[1] = square * comparable;
    return 1;
}
