/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_table.c: the journey of a table: read, profile, count again, compare, render.
 */
#include "fuzz_table.h"
#include "fuzz_support.h"

#include <string.h>

static void render(const drift_comparison *comparison)
{
    drift_buffer *text = fuzz_buffer();
    FUZZ_CHECK(drift_comparison_render_json(comparison, text) == DRIFT_OK);
    FUZZ_CHECK(drift_comparison_render_text(comparison, NULL, text) == DRIFT_OK);
    FUZZ_CHECK(drift_comparison_render_html(comparison, text) == DRIFT_OK);
    drift_buffer_destroy(text);
}

/* The same rows counted again are the same profile: nothing was found. */
static void compare(const drift_profile *reference, const drift_profile *current)
{
    drift_comparison *comparison = NULL;
    FUZZ_CHECK(drift_profile_rows(reference) == drift_profile_rows(current));
    FUZZ_CHECK(drift_comparison_create(reference, current, NULL, &comparison, NULL) == DRIFT_OK);
    FUZZ_CHECK(drift_comparison_verdict(comparison) < DRIFT_VERDICT_MINOR);
    render(comparison);
    drift_comparison_destroy(comparison);
}

void fuzz_table(const uint8_t *data, size_t size, const char *format)
{
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_profile *reference = NULL, *current = NULL;
    drift_error error = {{0}};
    config.format = format;
    config.category_capacity = 8;
    config.sample_rows = size % 2 ? 16 : 0;
    const char *path = fuzz_open(data, size);
    drift_status status = drift_profile_read(path, &config, &reference, &error);
    if (status == DRIFT_OK) {
        FUZZ_CHECK(drift_profile_read_against(path, reference, &config, &current, &error) ==
                   DRIFT_OK);
        compare(reference, current);
    } else {
        FUZZ_CHECK(strlen(error.message) > 0);
    }
    drift_profile_destroy(current);
    drift_profile_destroy(reference);
    fuzz_close();
}
