/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_schema.c: untrusted schema files; one that is accepted reads back as itself.
 */
#include "fuzz_support.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_back(const drift_schema *schema)
{
    drift_schema *again = NULL;
    drift_buffer *first = fuzz_buffer(), *second = fuzz_buffer();
    FUZZ_CHECK(drift_schema_render_json(schema, first) == DRIFT_OK);
    const char *path = fuzz_open(drift_buffer_data(first), drift_buffer_size(first));
    FUZZ_CHECK(drift_schema_read(path, NULL, &again, NULL) == DRIFT_OK);
    fuzz_close();
    FUZZ_CHECK(drift_schema_size(again) == drift_schema_size(schema));
    FUZZ_CHECK(drift_schema_render_json(again, second) == DRIFT_OK);
    FUZZ_CHECK(
        drift_buffer_size(first) == drift_buffer_size(second) &&
        memcmp(drift_buffer_data(first), drift_buffer_data(second), drift_buffer_size(first)) == 0);
    drift_schema_destroy(again);
    drift_buffer_destroy(first);
    drift_buffer_destroy(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    drift_schema *schema = NULL;
    const char *path = fuzz_open(data, size);
    drift_status status = drift_schema_read(path, NULL, &schema, NULL);
    fuzz_close();
    if (status == DRIFT_OK)
        read_back(schema);
    drift_schema_destroy(schema);
    return 0;
}
