/* SPDX-License-Identifier: Apache-2.0
 *
 * name_sample.c: columns with more names than are kept. The names with the
 * smallest hashes are known on both sides, whatever they count: a random sample
 * of the distinct names (Gibbons 2001, distinct sampling), in which a name
 * that is absent is absent for sure. Where it ends depends on the number of names kept
 * before it, not on what the names from there on count.
 */
#include <drift/distance.h>
#include <math.h>

#include "compare/judge.h"
#include "sketch/category_room.h"

int drift__is_sampled(const drift__judgement *judgement, const drift_name_count *name)
{
    return !judgement->sample.partial ||
           drift__category_selection(judgement->reference->names, name->name, name->length) <
               judgement->sample.reach;
}

void drift__sample_names(drift__judgement *judgement)
{
    const drift_column_result *result = judgement->result;
    drift__name_sample *sample = &judgement->sample;
    uint64_t reference = drift__category_reach(judgement->reference->names);
    uint64_t current = drift__category_reach(judgement->current->names);
    sample->reach = reference < current ? reference : current;
    sample->partial = sample->reach != UINT64_MAX;
    for (size_t k = 0; k < result->n_names; k++)
        if (drift__is_sampled(judgement, &result->names[k])) {
            sample->reference += result->names[k].reference;
            sample->current += result->names[k].current;
        }
}

double drift__crowded_effect(const drift__judgement *judgement, double scale)
{
    const drift__name_sample *sample = &judgement->sample;
    double n_reference = (double)judgement->result->valid_reference / scale;
    double n_current = (double)judgement->result->valid_current / scale;
    double in_reference = (double)sample->reference / scale;
    double in_current = (double)sample->current / scale;
    if (!(in_reference > 0) || !(in_current > 0))
        return 0;
    /* Logarithm of the ratio of two shares (Katz et al. 1978), its upper end. */
    double ratio = log(in_current / n_current) - log(in_reference / n_reference);
    double error = sqrt(1 / in_current - 1 / n_current + 1 / in_reference - 1 / n_reference);
    double gone = -expm1(ratio + 1.959963984540054 * error);
    if (!(gone > 0))
        return 0;
    double before = 0.5 / (n_reference + 1), now = (gone * n_current + 0.5) / (n_current + 1);
    return (now - before) * log(now / before * (1 - before) / (1 - now));
}
