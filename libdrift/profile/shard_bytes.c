/* SPDX-License-Identifier: Apache-2.0
 *
 * shard_bytes.c: what a shard has counted, as bytes that mean something beside its reference only.
 */
#include "profile/codec.h"
#include "profile/shard.h"

static void write_serial(const drift__serial *serial, drift__writer *writer)
{
    drift__write_u8(writer, (uint8_t)(serial->has_previous != 0));
    drift__write_varint(writer, serial->previous);
    drift__write_varint(writer, serial->pairs);
    drift__write_varint(writer, serial->matches);
    drift__write_varint(writer, serial->above);
}

static void read_serial(drift__serial *serial, drift__byte_reader *reader)
{
    unsigned has_previous = drift__read_u8(reader);
    serial->has_previous = has_previous == 1;
    serial->previous = drift__read_varint(reader);
    serial->pairs = drift__read_varint(reader);
    serial->matches = drift__read_varint(reader);
    serial->above = drift__read_varint(reader);
    reader->failed |= has_previous > 1 || serial->matches > serial->pairs ||
                      serial->pairs > DRIFT__SERIAL_ROWS || serial->above > DRIFT__SERIAL_ROWS;
}

static void write_column(const drift_profile *shard, const drift__column_state *column,
                         drift__writer *writer)
{
    drift__counts_write(column, writer);
    write_serial(&column->serial, writer);
    if (column->has_cells) {
        for (uint32_t k = 0; k < column->cells.n + 2; k++)
            drift__write_varint(writer, column->cells.counts[k]);
        drift__exact_sum_write(column->sum, writer);
        drift__exact_square_sum_write(column->square_sum, writer);
    }
    if (column->names)
        drift__names_write(column->names, &shard->allocator, writer);
    if (column->groups)
        drift__groups_write(column->groups, writer);
}

/* A sketch with as much room as the shard's, the same seed and the same names pinned, or none at all. */
static drift_status read_names(const drift_profile *shard, drift__column_state *column,
                               drift__byte_reader *reader)
{
    size_t length = 0;
    drift_categories *names = NULL;
    const char *bytes = drift__read_string(reader, &length);
    if (reader->failed)
        return DRIFT_ERR_CORRUPT;
    drift_status status =
        drift_categories_deserialize(bytes, length, &shard->allocator, &names, NULL);
    if (!status)
        status = drift_categories_merge(column->names, names);
    drift_categories_destroy(names);
    return status && status != DRIFT_ERR_OUT_OF_MEMORY ? DRIFT_ERR_CORRUPT : status;
}

static drift_status read_column(const drift_profile *shard, drift__column_state *column,
                                drift__byte_reader *reader)
{
    drift_status status = DRIFT_OK;
    drift__counts_read(column, reader);
    read_serial(&column->serial, reader);
    if (column->has_cells) {
        for (uint32_t k = 0; k < column->cells.n + 2; k++)
            column->cells.counts[k] = drift__read_varint(reader);
        drift__exact_sum_read(column->sum, reader);
        drift__exact_square_sum_read(column->square_sum, reader);
    }
    if (column->names)
        status = read_names(shard, column, reader);
    if (column->groups)
        drift__groups_read(column->groups, reader);
    return status;
}

void drift__shard_write(const drift_profile *shard, drift__writer *writer)
{
    drift__write_varint(writer, shard->rows);
    for (size_t i = 0; i < shard->n_columns; i++)
        write_column(shard, &shard->columns[i], writer);
    drift__extra_write(shard, writer);
}

drift_status drift__shard_read(drift_profile *shard, drift__byte_reader *reader)
{
    drift_status status = DRIFT_OK;
    shard->rows = drift__read_varint(reader);
    for (size_t i = 0; i < shard->n_columns && !status && !reader->failed; i++)
        status = read_column(shard, &shard->columns[i], reader);
    if (!status && !reader->failed)
        status = drift__extra_read(shard, reader);
    if (!status && (reader->failed || drift__profile_validate(shard)))
        status = DRIFT_ERR_CORRUPT;
    return status;
}
