/* SPDX-License-Identifier: Apache-2.0
 *
 * chunk_verdicts.c: one correction over all parts and columns, and the verdicts.
 */
#include "compare/chunks.h"
#include "core/error.h"

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

static double weight_of(const drift_comparison *comparison, const drift__kept_column *column)
{
    double weight = comparison->judgements[column->result.column].reference->override.weight;
    return weight > 0 ? weight : 1;
}

static const drift__kept_column *kept_at(const drift_chunks *chunks, size_t index)
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
        const drift__kept_column *column = kept_at(chunks, i);
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
                           const drift__kept_column *column, double adjusted, double weights)
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
        const drift__part *from = &chunks->parts[i];
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
