/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_state.c: the content of a snapshot, and records of a journal, as untrusted bytes. The first
 * byte chooses: bit 0 changes bytes of what a monitor with alerts saved, as the rest says; bit 1
 * takes the rest as the payload of a record made after it. What is accepted goes on, is saved, and is read
 * again.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz_support.h"
#include "monitor/window.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 400, COLUMNS = 4, WINDOW = 50, MOST_CHANGES = 12 };

static const char *const names[COLUMNS] = {"x", "count", "word", "flag"};
static drift_profile *reference;
static drift_buffer *saved;

/* `shift` moves all of them. */
static void make_row(uint64_t row, int shift, drift_value out[COLUMNS])
{
    static const char *const words[] = {"red", "green", "blue", "new"};
    uint64_t random = (row + 1) * UINT64_C(0x9e3779b97f4a7c15);
    unsigned word = shift ? 3 : (unsigned)(random >> 40) % 3;
    out[0] = (drift_value){DRIFT_VALUE_DOUBLE, 0, {.number = (double)(random >> 44) + shift * 1e6}};
    out[1] = (drift_value){DRIFT_VALUE_INT64, 0, {.integer = (int64_t)(random >> 60) + shift * 9}};
    out[2] =
        (drift_value){DRIFT_VALUE_STRING, (uint32_t)strlen(words[word]), {.string = words[word]}};
    out[3] = (drift_value){DRIFT_VALUE_BOOL, 0, {.integer = shift || random >> 63}};
}

static drift_monitor *make_monitor(void)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    drift_monitor *monitor = NULL;
    config.window_rows = WINDOW;
    config.warnings = 1;
    config.rebase_rows = 8 * WINDOW;
    FUZZ_CHECK(drift_monitor_create(reference, &config, &monitor, NULL) == DRIFT_OK);
    monitor->state = calloc(1, sizeof *monitor->state);
    FUZZ_CHECK(monitor->state != NULL);
    monitor->state->path = (char[]){"state"};
    FUZZ_CHECK(drift__state_digest(reference, monitor->state->reference) == DRIFT_OK);
    memcpy(monitor->state->first_reference, monitor->state->reference,
           sizeof monitor->state->reference);
    return monitor;
}

static void end_monitor(drift_monitor *monitor)
{
    free(monitor->state);
    monitor->state = NULL;
    drift_monitor_destroy(monitor);
}

static void observe(drift_monitor *monitor, uint64_t rows, int shift)
{
    drift_value values[COLUMNS];
    for (uint64_t i = 0; i < rows; i++) {
        make_row(i, shift, values);
        FUZZ_CHECK(drift_monitor_observe(monitor, values, COLUMNS) == DRIFT_OK);
        if (i % 20 == 19)
            FUZZ_CHECK(drift__monitor_collect(monitor, NULL) == DRIFT_OK);
    }
}

static void make_saved(void)
{
    static drift_value values[COLUMNS][ROWS];
    static drift_column columns[COLUMNS];
    drift_table table = DRIFT_TABLE_INIT;
    drift_value row[COLUMNS];
    for (uint64_t i = 0; i < ROWS; i++) {
        make_row(i, 0, row);
        for (int k = 0; k < COLUMNS; k++)
            values[k][i] = row[k];
    }
    for (int k = 0; k < COLUMNS; k++) {
        columns[k] = (drift_column)DRIFT_COLUMN_INIT;
        columns[k].layout = DRIFT_LAYOUT_VALUE;
        columns[k].data = values[k];
    }
    table.names = names;
    table.columns = columns;
    table.n_columns = COLUMNS;
    table.n_rows = ROWS;
    FUZZ_CHECK(drift_profile_create(&table, NULL, &reference, NULL) == DRIFT_OK);
    drift_monitor *monitor = make_monitor();
    observe(monitor, 130, 0);
    observe(monitor, 205, 1);
    saved = fuzz_buffer();
    FUZZ_CHECK(drift__state_encode(monitor, saved, NULL) == DRIFT_OK);
    end_monitor(monitor);
}

static drift_monitor *decode(const void *bytes, size_t size)
{
    drift_monitor *monitor = make_monitor();
    drift_status status = drift__state_decode(monitor, bytes, size, NULL);
    if (!status)
        return monitor;
    FUZZ_CHECK(status == DRIFT_ERR_CORRUPT || status == DRIFT_ERR_INCOMPATIBLE);
    end_monitor(monitor);
    return NULL;
}

/* Without files. */
static void deliver(drift_monitor *monitor)
{
    drift__state *state = monitor->state;
    monitor->state = NULL;
    drift__deliver(monitor);
    monitor->state = state;
}

static void replay(drift_monitor *monitor, fuzz_input *input)
{
    drift_journal_record record = {.sequence = 9, .kind = DRIFT_JOURNAL_ALERT};
    record.kind += fuzz_byte(input) % 3;
    record.payload = (const char *)input->at;
    record.payload_size = fuzz_left(input);
    drift__state_replay(monitor, &record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    if (!saved)
        make_saved();
    fuzz_input input = {data + 1, data + size};
    drift_buffer *bytes = fuzz_buffer(), *again = fuzz_buffer();
    drift_buffer_append(bytes, drift_buffer_data(saved), drift_buffer_size(saved));
    uint8_t *start = (uint8_t *)(uintptr_t)drift_buffer_data(bytes);
    for (int i = 0; data[0] & 1 && i < MOST_CHANGES && fuzz_left(&input) > 2; i++) {
        size_t at = (size_t)fuzz_byte(&input) << 8;
        at = (at | fuzz_byte(&input)) % drift_buffer_size(bytes);
        start[at] = fuzz_byte(&input);
    }
    drift_monitor *monitor = decode(start, drift_buffer_size(bytes));
    if (monitor) {
        if (data[0] & 2)
            replay(monitor, &input);
        if (data[0] & 4)
            observe(monitor, 60, data[0] >> 4 & 1);
        if (data[0] & 8)
            deliver(monitor);
        FUZZ_CHECK(drift__state_encode(monitor, again, NULL) == DRIFT_OK);
        end_monitor(monitor);
        monitor = decode(drift_buffer_data(again), drift_buffer_size(again));
        FUZZ_CHECK(monitor != NULL);
        drift_buffer_reset(bytes);
        FUZZ_CHECK(drift__state_encode(monitor, bytes, NULL) == DRIFT_OK);
        end_monitor(monitor);
    }
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(again);
    return 0;
}
