/* SPDX-License-Identifier: Apache-2.0
 *
 * chunks.c: consecutive parts of the current data. Each is compared when its
 * profile is there and only a few numbers of every column are kept; they are
 * judged together with the whole, one correction over all parts and columns,
 * so that alpha holds for all of them.
 */
#include <math.h>
#include <string.h>

#include "compare/judge.h"
#include "core/error.h"
#include "core/memory.h"

/* What is kept of one column of one part until all parts are known. */
typedef struct kept {
    drift_chunk_column result;
    drift_verdict at_least; /* violations, or the verdict of a preset without p-values */
    double weight_of_cells, df, g;
} kept;

typedef struct part {
    uint64_t first_row, last_row;
    char *label;
    kept *columns;
} part;

struct drift_chunks {
    drift_allocator allocator;
    const drift_profile *reference;
    drift_comparison_config config;
    part *parts;
    size_t n, capacity;
    size_t n_columns; /* tested ones of each part */
};

drift_status drift_chunks_create(const drift_profile *reference,
                                 const drift_comparison_config *config, drift_chunks **out_chunks,
                                 drift_error *error)
{
    drift_comparison_config filled;
    if (!reference || !out_chunks)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__comparison_settle(config, &filled, error);
    if (status)
        return status;
    drift_allocator memory = drift__allocator(filled.allocator);
    drift_chunks *chunks = drift__allocate_zero(&memory, 1, sizeof *chunks);
    if (!chunks)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    chunks->allocator = memory;
    chunks->reference = reference;
    chunks->config = filled;
    chunks->config.chunks = NULL;
    *out_chunks = chunks;
    return DRIFT_OK;
}

drift_status drift__chunks_check(const drift_chunks *chunks, const drift_profile *reference,
                                 const drift_comparison_config *config, drift_error *error)
{
    const drift_comparison_config *theirs = &chunks->config;
    if (!drift_profile_compatible(reference, chunks->reference))
        return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                           "the parts were compared with another reference");
    if (theirs->alpha != config->alpha || theirs->min_effect != config->min_effect ||
        theirs->preset != config->preset || theirs->correction != config->correction)
        return drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                           "the parts were compared under other settings than the whole: give "
                           "both the same alpha, min_effect, preset and correction");
    return DRIFT_OK;
}

void drift_chunks_destroy(drift_chunks *chunks)
{
    if (!chunks)
        return;
    drift_allocator memory = chunks->allocator;
    for (size_t i = 0; i < chunks->n; i++) {
        drift__release(&memory, chunks->parts[i].label);
        drift__release(&memory, chunks->parts[i].columns);
    }
    drift__release(&memory, chunks->parts);
    drift__release(&memory, chunks);
}

static void keep_column(const drift_comparison *comparison, size_t index, kept *out)
{
    const drift__judgement *judgement = &comparison->judgements[index];
    const drift_column_result *result = &comparison->columns[index];
    drift_chunk_column *column = &out->result;
    double scale = judgement->design.cells.mean;
    column->column = (uint32_t)index;
    column->has_p_value = result->has_p_value;
    column->p_value = result->has_p_value ? result->p_value : 1;
    column->has_effect = result->has_effect;
    column->effect = result->effect;
    column->distance = result->ks.has_value                ? result->ks.value
                       : result->total_variation.has_value ? result->total_variation.value
                                                           : -1;
    column->valid = result->valid_current;
    column->missing = result->missing_current;
    out->at_least = comparison->config.preset == DRIFT_PRESET_PSI_CLASSIC
                        ? (drift_verdict)result->verdict
                        : judgement->at_least;
    out->weight_of_cells = judgement->weight[DRIFT__COMPONENT_CELLS];
    out->df = judgement->cells.n > 2 ? judgement->cells.n - 1 : 1;
    out->g = 0;
    if (result->valid_reference && result->valid_current && !judgement->design.unknown)
        out->g = scale / (double)result->valid_reference + scale / (double)result->valid_current;
}

static drift_status keep_part(drift_chunks *chunks, const drift_comparison *comparison, part *out)
{
    size_t n = 0;
    out->columns =
        drift__allocate_zero(&chunks->allocator, comparison->tested, sizeof *out->columns);
    if (!out->columns && comparison->tested)
        return DRIFT_ERR_OUT_OF_MEMORY;
    /* The label may be missing from a part alone; the first part decides what is tested. */
    for (size_t i = 0; i < comparison->n_columns && n < comparison->tested; i++)
        if (comparison->judgements[i].tested)
            keep_column(comparison, i, &out->columns[n++]);
    return DRIFT_OK;
}

drift_status drift_chunks_add(drift_chunks *chunks, const drift_profile *profile,
                              uint64_t first_row, uint64_t last_row, const char *label,
                              drift_error *error)
{
    drift_comparison *comparison = NULL;
    if (!chunks || !profile)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    void *parts = chunks->parts;
    drift_status status = drift__reserve(&chunks->allocator, &parts, &chunks->capacity,
                                         chunks->n + 1, sizeof *chunks->parts);
    chunks->parts = parts;
    if (status)
        return drift__fail_status(error, status);
    status = drift__compare_part(chunks->reference, profile, &chunks->config, &comparison, error);
    if (status)
        return status;
    part *added = &chunks->parts[chunks->n];
    *added = (part){first_row, last_row, NULL, NULL};
    if (chunks->n && comparison->tested != chunks->n_columns)
        status =
            drift__fail(error, DRIFT_ERR_INCOMPATIBLE,
                        "the parts do not have the same columns to test: a label is in some of "
                        "them only");
    if (status == DRIFT_OK && label) {
        added->label = drift__copy_string(&chunks->allocator, label, strlen(label));
        if (!added->label)
            status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    }
    if (status == DRIFT_OK && keep_part(chunks, comparison, added))
        status = drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    if (status == DRIFT_OK) {
        chunks->n_columns = comparison->tested;
        chunks->n++;
    } else {
        drift__release(&chunks->allocator, added->label);
    }
    drift_comparison_destroy(comparison);
    return status;
}

static double weight_of(const drift_comparison *comparison, const kept *column)
{
    double weight = comparison->judgements[column->result.column].reference->override.weight;
    return weight > 0 ? weight : 1;
}

static const kept *kept_at(const drift_chunks *chunks, size_t index)
{
    return &chunks->parts[index / chunks->n_columns].columns[index % chunks->n_columns];
}

/* Adjusted over all parts and columns; a column with a level of its own over all parts. */
static drift_status adjust(drift_comparison *comparison, const drift_chunks *chunks,
                           double *out_adjusted, double *out_weights)
{
    size_t most = chunks->n * chunks->n_columns, n = 0;
    double *p = drift__arena_allocate(&comparison->arena, most, sizeof *p);
    double *weights = drift__arena_allocate(&comparison->arena, most, sizeof *weights);
    if (!p || !weights)
        return DRIFT_ERR_OUT_OF_MEMORY;
    *out_weights = 0;
    for (size_t i = 0; i < most; i++) {
        const kept *column = kept_at(chunks, i);
        double whole = column->result.p_value * (double)chunks->n;
        out_adjusted[i] = whole < 1 ? whole : 1;
        if (comparison->columns[column->result.column].own_alpha)
            continue;
        p[n] = column->result.p_value;
        weights[n] = weight_of(comparison, column);
        *out_weights += weights[n++];
    }
    drift_status status = drift_adjust_p_values_weighted(
        p, weights, n, (drift_correction)comparison->config.correction, p);
    n = 0;
    for (size_t i = 0; i < most && !status; i++)
        if (!comparison->columns[kept_at(chunks, i)->result.column].own_alpha)
            out_adjusted[i] = p[n++];
    return status;
}

static drift_verdict judge(drift_comparison *comparison, const drift_chunks *chunks,
                           const kept *column, double adjusted, double weights)
{
    const drift__judgement *judgement = &comparison->judgements[column->result.column];
    const drift_chunk_column *result = &column->result;
    drift_verdict verdict;
    if (comparison->config.preset == DRIFT_PRESET_PSI_CLASSIC)
        return column->at_least;
    double level = judgement->alpha;
    if (judgement->result->own_alpha)
        level /= (double)chunks->n;
    else if (comparison->config.correction != DRIFT_CORRECTION_NONE)
        level *= weight_of(comparison, column) / weights;
    if (result->has_p_value && adjusted <= judgement->alpha)
        verdict =
            result->effect >= judgement->min_effect ? DRIFT_VERDICT_DRIFT : DRIFT_VERDICT_MINOR;
    else
        verdict = drift__power_at(comparison, level, column->weight_of_cells, column->df,
                                  judgement->min_effect, column->g) >= DRIFT__WANTED_POWER
                      ? DRIFT_VERDICT_STABLE
                      : DRIFT_VERDICT_INSUFFICIENT;
    return verdict > column->at_least ? verdict : column->at_least;
}

void drift__judge_chunks(drift_comparison *comparison, const drift_chunks *chunks)
{
    double weights = 0;
    if (!chunks->n || !chunks->n_columns)
        return;
    double *adjusted =
        drift__arena_allocate(&comparison->arena, chunks->n * chunks->n_columns, sizeof *adjusted);
    drift_chunk *list = drift__arena_allocate(&comparison->arena, chunks->n, sizeof *list);
    drift_chunk_column *columns =
        drift__arena_allocate(&comparison->arena, chunks->n * chunks->n_columns, sizeof *columns);
    if (!list || !columns || !adjusted)
        return;
    if (adjust(comparison, chunks, adjusted, &weights)) {
        comparison->arena.failed = 1;
        return;
    }
    for (size_t i = 0; i < chunks->n; i++) {
        const part *from = &chunks->parts[i];
        drift_chunk *to = &list[i];
        to->first_row = from->first_row;
        to->last_row = from->last_row;
        if (from->label)
            to->label = drift__arena_copy(&comparison->arena, from->label, strlen(from->label));
        to->columns = columns + i * chunks->n_columns;
        to->n_columns = chunks->n_columns;
        for (size_t k = 0; k < chunks->n_columns; k++) {
            size_t at = i * chunks->n_columns + k;
            drift_chunk_column *column = &columns[at];
            *column = from->columns[k].result;
            column->adjusted_p_value = adjusted[at];
            column->verdict = judge(comparison, chunks, &from->columns[k], adjusted[at], weights);
            if (column->verdict > to->verdict)
                to->verdict = column->verdict;
        }
    }
    comparison->chunks = list;
    comparison->n_chunks = chunks->n;
}

size_t drift_comparison_chunks(const drift_comparison *comparison)
{
    return comparison->n_chunks;
}

const drift_chunk *drift_comparison_chunk(const drift_comparison *comparison, size_t index)
{
    return index < comparison->n_chunks ? &comparison->chunks[index] : NULL;
}
