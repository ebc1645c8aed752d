/* SPDX-License-Identifier: Apache-2.0
 *
 * urn_codec.c: the state of an urn as bytes. What accounts and pool hold is
 * written as counts; the sums are formed again.
 */
#include <math.h>

#include "sequential/urn.h"

static double *opened_at(const drift__urn *urn, uint32_t cell, uint32_t lane)
{
    return urn->opened + (size_t)cell * urn->lanes + lane;
}

void drift__urn_write(const drift__urn *urn, drift__writer *writer)
{
    drift__write_varint(writer, urn->blocks);
    drift__write_varint(writer, urn->scale);
    drift__write_double(writer, urn->cash);
    drift__write_double(writer, urn->due);
    for (uint32_t j = 0; j < urn->cells; j++)
        drift__write_varint(writer, urn->seen[j]);
    drift__write_u32(writer, urn->accounts);
    for (uint32_t place = 0; place < urn->accounts; place++) {
        uint32_t lane = urn->order[place];
        drift__write_u8(writer, urn->order[place]);
        drift__write_varint(writer, urn->opened_block[lane]);
        for (uint32_t k = 0; k < urn->mixtures; k++)
            drift__write_double(writer, urn->wealth[k][lane]);
        for (uint32_t j = 0; j < urn->cells; j++)
            drift__write_varint(writer,
                                (uint64_t)llround(*opened_at(urn, j, lane) - urn->start[j]));
    }
    for (uint32_t g = 0; g < urn->tilts; g++) {
        drift__write_double(writer, urn->tilted[g]);
        drift__write_double(writer, urn->page[g]);
        drift__write_varint(writer, (uint64_t)urn->page_row[g]);
    }
}

static int valid_money(double value)
{
    return value >= 0 && value <= 0x1p1000;
}

/* Counts of every cell; 0 where they are more than `most` in one or 2^52 in all. */
static int read_counts(drift__byte_reader *reader, uint32_t cells, const uint64_t *most,
                       uint64_t *out_counts, uint64_t *out_rows)
{
    const uint64_t limit = UINT64_C(1) << 52;
    uint64_t rows = 0;
    for (uint32_t j = 0; j < cells; j++) {
        out_counts[j] = drift__read_varint(reader);
        if (out_counts[j] > limit || (most && out_counts[j] > most[j]))
            return 0;
        rows += out_counts[j];
    }
    *out_rows = rows;
    return !reader->failed && rows <= limit;
}

static int read_account(drift__urn *urn, drift__byte_reader *reader, uint32_t place)
{
    uint64_t seen[DRIFT__URN_CELLS];
    uint8_t lane = urn->order[place] = drift__read_u8(reader);
    if (lane < 1 || lane >= urn->lanes - 1 || urn->opened_total[lane] > 0)
        return 0;
    urn->opened_block[lane] = drift__read_varint(reader);
    if (urn->opened_block[lane] > urn->blocks ||
        (place && urn->opened_block[lane] <= urn->opened_block[urn->order[place - 1]]))
        return 0;
    for (uint32_t k = 0; k < urn->mixtures; k++) {
        urn->wealth[k][lane] = drift__read_double(reader);
        if (!valid_money(urn->wealth[k][lane]))
            return 0;
    }
    if (!read_counts(reader, urn->cells, urn->seen, seen, &urn->opened_row[lane]))
        return 0;
    for (uint32_t j = 0; j < urn->cells; j++)
        *opened_at(urn, j, lane) = urn->start[j] + (double)seen[j];
    drift__urn_open_lane(urn, lane, urn->start_total + (double)urn->opened_row[lane]);
    return 1;
}

static int read_tilt(drift__urn *urn, drift__byte_reader *reader, uint32_t g)
{
    urn->tilted[g] = drift__read_double(reader);
    urn->page[g] = drift__read_double(reader);
    uint64_t page_row = drift__read_varint(reader);
    urn->page_row[g] = (double)page_row;
    return valid_money(urn->tilted[g]) && (urn->tilted[g] == 0 || g % 4 < urn->directions) &&
           urn->page[g] >= 1 && urn->page[g] <= 0x1p500 && page_row <= urn->rows;
}

drift_status drift__urn_read(drift__urn *urn, drift__byte_reader *reader)
{
    urn->blocks = drift__read_varint(reader);
    urn->scale = drift__read_varint(reader);
    urn->cash = drift__read_double(reader);
    urn->due = drift__read_double(reader);
    if (!valid_money(urn->cash) || !valid_money(urn->due) || urn->scale > UINT64_C(1) << 62 ||
        !read_counts(reader, urn->cells, NULL, urn->seen, &urn->rows))
        return DRIFT_ERR_CORRUPT;
    for (uint32_t j = 0; j < urn->cells; j++)
        urn->pool[j] = urn->start[j] + (double)urn->seen[j];
    urn->total = urn->start_total + (double)urn->rows;
    urn->accounts = drift__read_u32(reader);
    if (urn->accounts > urn->lanes - 2 || urn->accounts > urn->blocks ||
        (urn->blocks && !urn->accounts))
        return DRIFT_ERR_CORRUPT;
    for (uint32_t place = 0; place < urn->accounts; place++)
        if (!read_account(urn, reader, place))
            return DRIFT_ERR_CORRUPT;
    for (uint32_t g = 0; g < urn->tilts; g++)
        if (!read_tilt(urn, reader, g))
            return DRIFT_ERR_CORRUPT;
    return reader->failed ? DRIFT_ERR_CORRUPT : DRIFT_OK;
}
