/* SPDX-License-Identifier: Apache-2.0
 *
 * infer.c: pass 1 over a reference: what kind of values each column holds,
 * and from that its type.
 */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/executor.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/numbers.h"
#include "profile/block.h"
#include "profile/learn_state.h"

enum { ID_ROWS = 100 };

static void add_integer(drift__evidence *evidence, int64_t integer)
{
    const int64_t exact = INT64_C(1) << 53;
    if (evidence->integers && integer <= evidence->last_integer)
        evidence->unordered = 1;
    if (integer > exact || integer < -exact)
        evidence->beyond = 1;
    evidence->last_integer = integer;
    evidence->integers++;
    evidence->numbers++;
}

static int is_whole(double number)
{
    return number == floor(number) && fabs(number) <= 9007199254740992.0;
}

static void add_double(drift__evidence *evidence, double number)
{
    if (isnan(number))
        return;
    if (is_whole(number)) {
        add_integer(evidence, (int64_t)number);
        return;
    }
    /* An infinity says nothing about how the finite values are written. */
    if (!isinf(number))
        evidence->fractional = 1;
    evidence->unordered = 1;
    evidence->numbers++;
}

static void add_text(drift__evidence *evidence, const drift_value *value)
{
    int64_t microseconds;
    if (drift__truth_of(value->as.string, value->length) >= 0)
        evidence->booleans++;
    else if (drift__parse_timestamp(value->as.string, value->length, &microseconds))
        evidence->times++;
    else
        evidence->texts++;
}

/* Once it is known that numbers have fractions and no order, only their number matters. */
static void add_doubles(drift__evidence *evidence, const double *numbers, size_t n)
{
    size_t i = 0;
    for (; i < n && !(evidence->fractional && evidence->unordered); i++)
        add_double(evidence, numbers[i]);
    uint64_t present = 0, whole = 0;
    for (; i < n; i++) {
        present += numbers[i] == numbers[i];
        whole += (uint64_t)is_whole(numbers[i]);
    }
    evidence->numbers += present;
    evidence->integers += whole;
}

void drift__evidence_add(drift__evidence *evidence, const drift_value *value)
{
    switch (value->tag) {
    case DRIFT_VALUE_DOUBLE:
        add_double(evidence, value->as.number);
        break;
    case DRIFT_VALUE_INT64:
        add_integer(evidence, value->as.integer);
        break;
    case DRIFT_VALUE_BOOL:
        evidence->booleans++;
        break;
    case DRIFT_VALUE_TIME:
        evidence->times++;
        break;
    case DRIFT_VALUE_STRING:
        add_text(evidence, value);
        break;
    case DRIFT_VALUE_TOKEN: {
        drift__number number = drift__parse_number(value->as.string, value->length);
        if (number.kind == DRIFT__NUMBER_INT64)
            add_integer(evidence, number.integer);
        else if (number.kind == DRIFT__NUMBER_DOUBLE)
            add_double(evidence, number.number);
        else
            add_text(evidence, value);
        break;
    }
    default:
        break;
    }
}

static void distinct_place(drift__distinct *distinct, uint32_t hash)
{
    size_t mask = distinct->capacity - 1, at = hash & mask;
    while (distinct->slots[at] && distinct->slots[at] != hash)
        at = (at + 1) & mask;
    if (!distinct->slots[at]) {
        distinct->slots[at] = hash;
        distinct->size++;
    }
}

drift_status drift__distinct_add(drift__distinct *distinct, const char *text, size_t length,
                                 uint64_t limit, uint64_t seen, const drift_allocator *allocator)
{
    static const uint64_t key[2] = {0x64697374696e6374ULL, 0x7465787476616c75ULL};
    if (distinct->dropped)
        return DRIFT_OK;
    if (20 * (seen - distinct->size) > limit && seen > ID_ROWS) {
        distinct->dropped = 1;
        drift__release(allocator, distinct->slots);
        distinct->slots = NULL;
        return DRIFT_OK;
    }
    if (4 * (distinct->size + 1) > 3 * distinct->capacity) {
        drift__distinct larger = {NULL, distinct->capacity ? 2 * distinct->capacity : 64, 0, 0};
        larger.slots = drift__allocate_zero(allocator, larger.capacity, sizeof *larger.slots);
        if (!larger.slots)
            return DRIFT_ERR_OUT_OF_MEMORY;
        for (size_t i = 0; i < distinct->capacity; i++)
            if (distinct->slots[i])
                distinct_place(&larger, distinct->slots[i]);
        drift__release(allocator, distinct->slots);
        *distinct = larger;
    }
    uint32_t hash = (uint32_t)drift__siphash(1, 3, key, text, length);
    distinct_place(distinct, hash ? hash : 1);
    return DRIFT_OK;
}

uint64_t drift__learner_limit(const drift__learner *learner)
{
    if (learner->sample_rows)
        return learner->sample_rows;
    const uint64_t most = 131072, numbers = UINT64_C(48) * 1024 * 1024 / 8;
    uint64_t rows = learner->n_columns ? numbers / learner->n_columns : most;
    return rows > most ? most : rows ? rows : 1;
}

static drift_status add_column(drift__learner *learner, const char *name)
{
    void *columns = learner->columns;
    if (learner->n_columns == DRIFT__MOST_COLUMNS)
        return DRIFT_ERR_UNSUPPORTED;
    drift_status status = drift__reserve(&learner->allocator, &columns, &learner->columns_capacity,
                                         learner->n_columns + 1, sizeof *learner->columns);
    learner->columns = columns;
    if (status)
        return status;
    char *copy = drift__copy_string(&learner->allocator, name, strlen(name));
    status =
        copy ? drift__name_index_add(&learner->index, &learner->allocator, copy, learner->n_columns)
             : DRIFT_ERR_OUT_OF_MEMORY;
    if (status) {
        drift__release(&learner->allocator, copy);
        return status;
    }
    drift__learner_column *column = &learner->columns[learner->n_columns++];
    memset(column, 0, sizeof *column);
    column->name = copy;
    return DRIFT_OK;
}

static drift_status infer_column(const drift__learner *learner, drift__learner_column *column,
                                 const drift_column *source, uint64_t n, uint64_t limit)
{
    drift_value values[DRIFT__BLOCK_ROWS];
    double scratch[DRIFT__BLOCK_ROWS];
    drift__evidence *evidence = &column->evidence;
    for (uint64_t first = 0; first < n; first += DRIFT__BLOCK_ROWS) {
        size_t rows = n - first < DRIFT__BLOCK_ROWS ? (size_t)(n - first) : DRIFT__BLOCK_ROWS;
        const double *numbers = drift__block_doubles(source, first, rows, scratch);
        if (numbers) {
            add_doubles(evidence, numbers, rows);
            continue;
        }
        drift__block_values(source, first, rows, values);
        for (size_t i = 0; i < rows; i++) {
            uint64_t seen = evidence->texts;
            drift__evidence_add(evidence, &values[i]);
            if (evidence->texts == seen)
                continue;
            drift_status status =
                drift__distinct_add(&evidence->distinct, values[i].as.string, values[i].length,
                                    limit, seen, &learner->allocator);
            if (status)
                return status;
        }
    }
    return DRIFT_OK;
}

/* The rows of a table that types are inferred from. */
typedef struct shown {
    const drift_column **sources; /* by column; NULL where the table has none */
    uint64_t rows;
    uint64_t limit; /* R when it was the table's turn */
} shown;

typedef struct inference {
    drift__learner *learner;
    shown *tables;
    size_t n;
    drift_status *statuses; /* of each column */
} inference;

static void infer_task(void *context, size_t index)
{
    const inference *work = context;
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < work->n && status == DRIFT_OK; i++)
        if (work->tables[i].sources[index])
            status = infer_column(work->learner, &work->learner->columns[index],
                                  work->tables[i].sources[index], work->tables[i].rows,
                                  work->tables[i].limit);
    work->statuses[index] = status;
}

/* Enter the table's columns, and say how many of its rows are wanted. */
static drift_status show(drift__learner *learner, const drift_table *table, shown *out,
                         drift_error *error)
{
    drift_status status = drift__table_check(table, error);
    if (status)
        return status;
    for (uint32_t i = 0; i < table->n_columns && status == DRIFT_OK; i++)
        if (drift__name_index_find(&learner->index, table->names[i]) == (size_t)DRIFT__NO_POSITION)
            status = add_column(learner, table->names[i]);
    if (status == DRIFT_ERR_UNSUPPORTED)
        return drift__fail(error, status, "the table has more than %d columns",
                           (int)DRIFT__MOST_COLUMNS);
    if (status)
        return drift__fail_status(error, status);
    out->limit = drift__learner_limit(learner);
    uint64_t left = out->limit > learner->inferred_rows ? out->limit - learner->inferred_rows : 0;
    out->rows = table->n_rows < left ? table->n_rows : left;
    learner->inferred_rows += out->rows;
    return DRIFT_OK;
}

static drift_status infer_columns(inference *work, drift_error *error)
{
    drift__learner *learner = work->learner;
    work->statuses =
        drift__allocate_zero(&learner->allocator, learner->n_columns, sizeof *work->statuses);
    if (!work->statuses)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    drift__execute(learner->executor, learner->n_columns, infer_task, work);
    drift_status status = DRIFT_OK;
    for (size_t i = 0; i < learner->n_columns && status == DRIFT_OK; i++)
        status = work->statuses[i];
    drift__release(&learner->allocator, work->statuses);
    return status ? drift__fail_status(error, status) : DRIFT_OK;
}

drift_status drift__learner_infer(drift__learner *learner, const drift_table *tables, size_t n,
                                  drift_error *error)
{
    const drift_allocator *memory = &learner->allocator;
    inference work = {learner, drift__allocate_zero(memory, n, sizeof *work.tables), 0, NULL};
    drift_status status =
        work.tables ? DRIFT_OK : drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    int enough = 0;
    while (work.n < n && status == DRIFT_OK && !enough) {
        status = show(learner, &tables[work.n], &work.tables[work.n], error);
        enough = status == DRIFT_OK && learner->inferred_rows >= work.tables[work.n].limit;
        work.n++;
    }
    for (size_t i = 0; i < work.n && status == DRIFT_OK; i++)
        status = drift__match_columns(&learner->index, learner->n_columns, &tables[i], memory,
                                      &work.tables[i].sources, error);
    if (status == DRIFT_OK)
        status = infer_columns(&work, error);
    for (size_t i = 0; work.tables && i < work.n; i++)
        drift__release(memory, work.tables[i].sources);
    drift__release(memory, work.tables);
    return status == DRIFT_OK && enough ? DRIFT_END : status;
}

static drift_type type_of(const drift__evidence *evidence)
{
    uint64_t present = evidence->numbers + evidence->booleans + evidence->times + evidence->texts;
    if (evidence->numbers == present)
        return evidence->integers >= ID_ROWS && !evidence->unordered ? DRIFT_TYPE_ID
                                                                     : DRIFT_TYPE_NUMERIC;
    if (evidence->booleans == present)
        return DRIFT_TYPE_BOOLEAN;
    if (evidence->times == present)
        return DRIFT_TYPE_TIMESTAMP;
    /* Texts among other kinds: only the texts' own variety can make an id. */
    if (evidence->texts >= ID_ROWS && !evidence->distinct.dropped &&
        20 * (uint64_t)evidence->distinct.size >= 19 * present)
        return DRIFT_TYPE_ID;
    return DRIFT_TYPE_CATEGORICAL;
}

drift_status drift__learner_decide(drift__learner *learner, drift_error *error)
{
    if (learner->decided)
        return DRIFT_OK;
    if (!learner->n_columns || !learner->inferred_rows)
        return drift__fail(error, DRIFT_ERR_NOT_ENOUGH_DATA,
                           learner->n_columns ? "the reference has no rows"
                                              : "the reference has no columns");
    for (size_t i = 0; i < drift_schema_size(learner->schema); i++) {
        const char *name = learner->schema->entries[i].name;
        char quoted[64];
        if (drift__name_index_find(&learner->index, name) == (size_t)DRIFT__NO_POSITION)
            return drift__fail(error, DRIFT_ERR_NOT_FOUND,
                               "the schema names a column '%s' that the data does not have",
                               drift__quote(quoted, name, strlen(name)));
    }
    for (size_t i = 0; i < learner->n_columns; i++) {
        drift__learner_column *column = &learner->columns[i];
        const drift__schema_entry *entry = drift__schema_find(learner->schema, column->name);
        const drift__evidence *evidence = &column->evidence;
        column->type = entry && entry->type != DRIFT_TYPE_AUTO ? entry->type : type_of(evidence);
        column->integer =
            column->type == DRIFT_TYPE_NUMERIC && evidence->beyond && !evidence->fractional;
        drift__release(&learner->allocator, column->evidence.distinct.slots);
        column->evidence.distinct.slots = NULL;
    }
    learner->limit = drift__learner_limit(learner);
    learner->decided = 1;
    return DRIFT_OK;
}
