/* SPDX-License-Identifier: Apache-2.0
 *
 * names.c: the words for verdicts, presets and kinds of findings.
 */
#include <drift/comparison.h>
#include <string.h>

#include "core/error.h"

const char *drift_verdict_name(drift_verdict verdict)
{
    static const char *const names[] = {"skipped", "stable", "insufficient", "minor", "drift"};
    return (unsigned)verdict < sizeof names / sizeof *names ? names[verdict] : "unknown";
}

const char *drift_preset_name(drift_preset preset)
{
    static const char *const names[] = {"default", "psi-classic"};
    return (unsigned)preset < sizeof names / sizeof *names ? names[preset] : "unknown";
}

const char *drift_finding_kind_name(drift_finding_kind kind)
{
    static const char *const names[] = {"missing_column", "extra_column", "type",    "range",
                                        "unseen",         "missing_rate", "infinite"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

drift_status drift_preset_find(const char *name, drift_preset *out_preset, drift_error *error)
{
    static const char *const planned[] = {"evidently",  "nannyml", "whylogs", "tfdv",
                                          "sagemaker",  "azure",   "vertex",  "alibi",
                                          "deepchecks", "popmon"};
    if (!name || !out_preset)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    for (int preset = DRIFT_PRESET_DEFAULT; preset <= DRIFT_PRESET_PSI_CLASSIC; preset++)
        if (!strcmp(name, drift_preset_name((drift_preset)preset))) {
            *out_preset = (drift_preset)preset;
            return DRIFT_OK;
        }
    char quoted[64];
    drift__quote(quoted, name, strlen(name));
    for (size_t i = 0; i < sizeof planned / sizeof *planned; i++)
        if (!strcmp(name, planned[i]))
            return drift__fail(error, DRIFT_ERR_UNSUPPORTED,
                               "preset '%s' is not there yet; there are default and psi-classic",
                               quoted);
    return drift__fail(error, DRIFT_ERR_NOT_FOUND,
                       "no preset is called '%s'; there are default and psi-classic", quoted);
}
