/* SPDX-License-Identifier: Apache-2.0
 *
 * chunks.c: consecutive parts of the current data. Each is compared when its
 * profile is there and only a few numbers of every column are kept; they are
 * judged together with the whole, one correction over all parts and columns,
 * so that alpha holds for all of them.
 */
#include <string.h>

#include "compare/chunks.h"
#include "core/error.h"
#include "core/memory.h"

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

static void keep_column(const drift_comparison *comparison, size_t index, drift__kept_column *out)
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

static drift_status keep_part(drift_chunks *chunks, const drift_comparison *comparison,
                              drift__part *out)
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
    drift__part *added = &chunks->parts[chunks->n];
    *added = (drift__part){first_row, last_row, NULL, NULL};
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
