/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_json.c: the tokens of untrusted JSON, and text written as JSON and read back.
 */
#include "fuzz_support.h"

#include "core/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_tokens(const char *at, const char *end)
{
    for (;;) {
        const char *before = at;
        drift__json_token token = drift__json_next(&at, end);
        FUZZ_CHECK(at >= before && at <= end);
        if (token.kind == DRIFT__JSON_ERROR || token.kind == DRIFT__JSON_END)
            return;
        FUZZ_CHECK(at > before);
        if (token.kind == DRIFT__JSON_STRING) {
            char *text = malloc(token.length + 1);
            size_t length = drift__json_unescape(text, token.text, token.length);
            FUZZ_CHECK(length <= token.length || length == (size_t)-1);
            free(text);
        }
    }
}

/* Whatever is written is one string token with a valid escape. */
static void write_and_read(const char *text, size_t size)
{
    drift_buffer *buffer = fuzz_buffer();
    FUZZ_CHECK(drift__json_string(buffer, text, size) == DRIFT_OK);
    const char *at = drift_buffer_data(buffer);
    const char *end = at + drift_buffer_size(buffer);
    drift__json_token token = drift__json_next(&at, end);
    FUZZ_CHECK(token.kind == DRIFT__JSON_STRING && at == end);
    char *back = malloc(token.length + 1);
    FUZZ_CHECK(drift__json_unescape(back, token.text, token.length) != (size_t)-1);
    free(back);
    drift_buffer_destroy(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A copy without a NUL behind it, so that the sanitizer sees a step too far. */
    char *text = malloc(size ? size : 1);
    if (size)
        memcpy(text, data, size);
    read_tokens(text, text + size);
    write_and_read(text, size);
    free(text);
    return 0;
}
