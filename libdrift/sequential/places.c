/* SPDX-License-Identifier: Apache-2.0
 *
 * places.c: rows of places to cells of an urn, and back from bytes.
 */
#include "sequential/places.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "sequential/places_choose.h"

drift_status drift__places_allocate(uint32_t n, const drift_allocator *allocator,
                                    drift__places *out_places)
{
    uint8_t *memory = drift__allocate_zero(allocator, n, 2);
    if (!memory)
        return DRIFT_ERR_OUT_OF_MEMORY;
    *out_places = (drift__places){.n = n, .first = memory, .cuts = memory + n};
    return DRIFT_OK;
}

void drift__places_destroy(drift__places *places, const drift_allocator *allocator)
{
    drift__release(allocator, places->first);
    places->first = places->cuts = NULL;
}

drift_status drift__places_identity(uint32_t cells, const drift_allocator *allocator,
                                    drift__places *out_places)
{
    drift_status status = drift__places_allocate(cells, allocator, out_places);
    if (status)
        return status;
    out_places->cells = cells;
    for (uint32_t j = 0; j < cells; j++)
        out_places->first[j] = (uint8_t)j;
    return DRIFT_OK;
}

int drift__places_valid(const drift__places *places, const uint32_t *rows, size_t n)
{
    typedef uint32_t four __attribute__((vector_size(16)));
    const uint32_t last = places->n - 1;
    four at, wrong = {0};
    size_t i = 0;
    /* Places and `last` are below 2^31, so the highest bit says what is beyond. */
    for (; i + 4 <= n; i += 4) {
        memcpy(&at, rows + i, sizeof at);
        wrong |= at | (last - at);
    }
    uint32_t any = wrong[0] | wrong[1] | wrong[2] | wrong[3];
    for (; i < n; i++)
        any |= rows[i] | (last - rows[i]);
    return any >> 31 == 0;
}

/* Of the 53 bits that make a uniform number the least whose number is at least `at`. */
static uint64_t least_bits(double at)
{
    const double all = 0x1p53;
    uint64_t bits = (uint64_t)fmin(fmax(at * all - 1, 0), all);
    while (bits < UINT64_C(1) << 53 && drift__random_uniform_of(bits) < at)
        bits++;
    return bits;
}

void drift__places_settle(drift__places *places)
{
    for (uint32_t j = 0; j <= DRIFT__URN_CELLS; j++)
        places->bits[j] = j && j < places->cells ? least_bits(places->at[j]) : 0;
    places->any_cut = 0;
    places->in_order = 1;
    for (uint32_t p = 0; p < places->n; p++) {
        places->any_cut |= places->cuts[p] != 0;
        places->in_order &= p == 0 || places->first[p] >= places->first[p - 1];
        places->ends[places->first[p]] = p + 1;
    }
    places->in_order &= !places->any_cut;
    for (uint32_t j = 1; j < places->cells; j++) /* cells without a place of their own */
        if (places->ends[j] < places->ends[j - 1])
            places->ends[j] = places->ends[j - 1];
}

void drift__places_cells(const drift__places *places, const uint32_t *rows, size_t n,
                         drift__random *random, uint8_t *out_cells)
{
    if (!places->any_cut) {
#pragma GCC unroll 4
        for (size_t i = 0; i < n; i++)
            out_cells[i] = places->first[rows[i]];
        return;
    }
    /* Copies, because bytes that are written could be anything's. */
    const uint8_t *const firsts = places->first, *const all_cuts = places->cuts;
    drift__random own = *random;
    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = drift__random_bits(&own);
        uint8_t cell = firsts[rows[i]], cuts = all_cuts[rows[i]];
        if (cuts > 1) {
            for (; cuts && bits >= places->bits[cell + 1]; cuts--)
                cell++;
        } else {
            cell = (uint8_t)(cell + (cuts & (bits >= places->bits[cell + 1])));
        }
        out_cells[i] = cell;
    }
    *random = own;
}

/* The rows of a place with cuts, to the cells before, between and behind them. */
static void deal_place(const drift__places *places, uint32_t place, uint64_t rows,
                       drift__random *random, uint64_t *cells)
{
    uint32_t cell = places->first[place];
    const uint32_t last = cell + places->cuts[place];
    double before = 0;
    for (; cell < last && rows; cell++) {
        double at = places->at[cell + 1];
        uint64_t here = drift__draw_binomial(random, rows, (at - before) / (1 - before));
        cells[cell] += here;
        rows -= here;
        before = at;
    }
    cells[cell] += rows;
}

void drift__places_deal(const drift__places *places, const uint64_t *counts, drift__random *random,
                        uint64_t *out_cells)
{
    memset(out_cells, 0, places->cells * sizeof *out_cells);
    uint32_t p = 0;
    for (uint32_t j = 0; places->in_order && j < places->cells; j++)
        for (; p < places->ends[j]; p++)
            out_cells[j] += counts[p];
    for (; p < places->n; p++) {
        if (places->cuts[p])
            deal_place(places, p, counts[p], random, out_cells);
        else
            out_cells[places->first[p]] += counts[p];
    }
}

void drift__places_write(const drift__places *places, drift__writer *writer)
{
    drift__write_u32(writer, places->n);
    drift__write_u32(writer, places->cells);
    drift__write_bytes(writer, places->first, places->n);
    drift__write_bytes(writer, places->cuts, places->n);
    for (uint32_t j = 1; j < places->cells; j++)
        drift__write_double(writer, places->at[j]);
}

/* Cuts may only go up within a place, and lie inside it; names are in any order. */
static int valid(const drift__places *places)
{
    for (uint32_t p = 0; p < places->n; p++) {
        uint32_t first = places->first[p], last = first + places->cuts[p];
        if (last >= places->cells)
            return 0;
        for (uint32_t j = first + 1; j <= last; j++)
            if (j > first + 1 && !(places->at[j] >= places->at[j - 1]))
                return 0;
    }
    return 1;
}

drift_status drift__places_read(drift__byte_reader *reader, const drift_allocator *allocator,
                                drift__places *out_places)
{
    uint32_t n = drift__read_u32(reader), cells = drift__read_u32(reader);
    if (reader->failed || n < 1 || n > DRIFT__MOST_PLACES || cells < 2 ||
        cells > DRIFT__URN_CELLS || drift__read_left(reader) / 2 < n)
        return DRIFT_ERR_CORRUPT;
    drift__places places;
    drift_status status = drift__places_allocate(n, allocator, &places);
    if (status)
        return status;
    places.cells = cells;
    memcpy(places.first, drift__read_bytes(reader, n), n);
    memcpy(places.cuts, drift__read_bytes(reader, n), n);
    int sound = 1;
    for (uint32_t j = 1; j < cells; j++) {
        places.at[j] = drift__read_double(reader);
        sound &= places.at[j] >= 0 && places.at[j] <= 1;
    }
    if (!sound || reader->failed || !valid(&places)) {
        drift__places_destroy(&places, allocator);
        return DRIFT_ERR_CORRUPT;
    }
    *out_places = places;
    return DRIFT_OK;
}
