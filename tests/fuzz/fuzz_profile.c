/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_profile.c: untrusted profile bytes. The first byte chooses: 1 takes the
 * rest as the file, else the rest is the content (2, 3: of that format, else 1),
 * wrapped with a valid frame and checksum. What is accepted must serve every use.
 */
#include "fuzz_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(drift_profile *profile)
{
    drift_comparison *comparison = NULL;
    drift_profile *other = NULL;
    drift_schema *schema = NULL;
    drift_buffer *text = fuzz_buffer(), *bytes = fuzz_buffer();
    double value = 0;
    FUZZ_CHECK(drift_profile_render_text(profile, text) == DRIFT_OK);
    FUZZ_CHECK(drift_profile_render_json(profile, text) == DRIFT_OK);
    for (size_t i = 0; i < drift_profile_columns(profile) && i < 8; i++)
        drift_profile_quantile(profile, i, 0.5, &value);
    FUZZ_CHECK(drift_profile_schema(profile, &schema) == DRIFT_OK);
    FUZZ_CHECK(drift_comparison_create(profile, profile, NULL, &comparison, NULL) == DRIFT_OK);
    FUZZ_CHECK(drift_comparison_render_html(comparison, text) == DRIFT_OK);
    FUZZ_CHECK(drift_comparison_render_json(comparison, text) == DRIFT_OK);
    FUZZ_CHECK(drift_profile_serialize(profile, bytes, NULL) == DRIFT_OK);
    FUZZ_CHECK(drift_profile_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes), NULL,
                                         &other, NULL) == DRIFT_OK);
    FUZZ_CHECK(drift_profile_compatible(profile, other));
    drift_status merged = drift_profile_merge(profile, other, NULL);
    FUZZ_CHECK(merged == DRIFT_OK || merged == DRIFT_ERR_OVERFLOW);
    drift_comparison_destroy(comparison);
    drift_schema_destroy(schema);
    drift_profile_destroy(other);
    drift_buffer_destroy(bytes);
    drift_buffer_destroy(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    drift_profile *profile = NULL;
    drift_buffer *bytes = fuzz_buffer();
    if (size < 1)
        goto done;
    if (data[0] == 1)
        drift_buffer_append(bytes, data + 1, size - 1);
    else
        fuzz_wrap(bytes, "DRpf", data[0] == 2 || data[0] == 3 ? data[0] : 1, data + 1, size - 1, 1);
    if (drift_profile_deserialize(drift_buffer_data(bytes), drift_buffer_size(bytes), NULL,
                                  &profile, NULL) == DRIFT_OK)
        use(profile);
    drift_profile_destroy(profile);
done:
    drift_buffer_destroy(bytes);
    return 0;
}
