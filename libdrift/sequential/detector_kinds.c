/* SPDX-License-Identifier: Apache-2.0
 *
 * detector_kinds.c: the table of all stream detectors, and what is asked of it.
 */
#include <string.h>

#include "core/error.h"
#include "sequential/detector_kind.h"

static const drift__detector_kind *const KINDS[DRIFT_DETECTOR_KINDS] = {
    [DRIFT_DETECTOR_ADWIN] = &drift__adwin,
    [DRIFT_DETECTOR_DDM] = &drift__ddm,
    [DRIFT_DETECTOR_EDDM] = &drift__eddm,
    [DRIFT_DETECTOR_RDDM] = &drift__rddm,
    [DRIFT_DETECTOR_HDDM_A] = &drift__hddm_a,
    [DRIFT_DETECTOR_HDDM_W] = &drift__hddm_w,
    [DRIFT_DETECTOR_FHDDM] = &drift__fhddm,
    [DRIFT_DETECTOR_PAGE_HINKLEY] = &drift__page_hinkley,
    [DRIFT_DETECTOR_KSWIN] = &drift__kswin,
    [DRIFT_DETECTOR_SEED] = &drift__seed,
    [DRIFT_DETECTOR_CUSUM] = &drift__cusum,
    [DRIFT_DETECTOR_ECDD] = &drift__ecdd,
    [DRIFT_DETECTOR_SHEWHART] = &drift__shewhart,
    [DRIFT_DETECTOR_GMA] = &drift__gma,
    [DRIFT_DETECTOR_STEPD] = &drift__stepd,
    [DRIFT_DETECTOR_BOCD] = &drift__bocd,
    [DRIFT_DETECTOR_INCREMENTAL_KS] = &drift__incremental_ks,
};

const drift__detector_kind *drift__detector_kind_get(drift_detector_kind kind)
{
    return (unsigned)kind < DRIFT_DETECTOR_KINDS ? KINDS[kind] : NULL;
}

size_t drift__detector_parameter_count(const drift__detector_kind *kind)
{
    size_t n = 0;
    while (kind->parameters[n].name)
        n++;
    return n;
}

/* Letters and digits alone, in one case: the next one of a name. */
static char plain(const char **at)
{
    while (**at == '_' || **at == '-')
        ++*at;
    char c = **at;
    *at += c != 0;
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int same_name(const char *a, const char *b)
{
    char first, second;
    do {
        first = plain(&a);
        second = plain(&b);
    } while (first == second && first);
    return first == second;
}

drift_status drift_detector_find(const char *name, drift_detector_kind *out_kind,
                                 drift_error *error)
{
    if (!name || !out_kind)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    char all[512] = "", quoted[64];
    for (unsigned k = 0; k < DRIFT_DETECTOR_KINDS; k++) {
        if (same_name(name, KINDS[k]->name)) {
            *out_kind = (drift_detector_kind)k;
            return DRIFT_OK;
        }
        strcat(strcat(all, k ? ", " : ""), KINDS[k]->name);
    }
    return drift__fail(error, DRIFT_ERR_NOT_FOUND, "there is no detector '%s'; there are %s",
                       drift__quote(quoted, name, strlen(name)), all);
}

const char *drift_detector_name(drift_detector_kind kind)
{
    const drift__detector_kind *found = drift__detector_kind_get(kind);
    return found ? found->name : NULL;
}

drift_detector_input drift_detector_input_of(drift_detector_kind kind)
{
    const drift__detector_kind *found = drift__detector_kind_get(kind);
    return found ? found->input : DRIFT_DETECTOR_NUMBERS;
}

size_t drift_detector_parameters(drift_detector_kind kind)
{
    const drift__detector_kind *found = drift__detector_kind_get(kind);
    return found ? drift__detector_parameter_count(found) : 0;
}

drift_status drift_detector_get_parameter(drift_detector_kind kind, size_t k,
                                          drift_detector_parameter_info *out_parameter)
{
    if (!out_parameter || out_parameter->struct_size < sizeof out_parameter->struct_size)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (k >= drift_detector_parameters(kind))
        return DRIFT_ERR_NOT_FOUND;
    const drift__detector_parameter *row = &KINDS[kind]->parameters[k];
    uint32_t size = out_parameter->struct_size;
    const drift_detector_parameter_info info = {
        size, (uint32_t)row->whole, row->name, row->initial, row->low, row->high};
    memcpy(out_parameter, &info, size < sizeof info ? size : sizeof info);
    return DRIFT_OK;
}

const char *drift_detector_reading_name(drift_detector_kind kind, size_t k)
{
    const drift__detector_kind *found = drift__detector_kind_get(kind);
    for (size_t i = 0; found && found->readings[i]; i++)
        if (i == k)
            return found->readings[i];
    return NULL;
}
