/* SPDX-License-Identifier: Apache-2.0
 *
 * missing.c: a few tokens, told apart by their first byte before they are compared.
 */
#include "io/missing.h"

#include <string.h>

#include "core/memory.h"

drift_status drift__missing_init(drift__missing *missing, const char *const *tokens, uint64_t n,
                                 const drift_allocator *allocator)
{
    static const char *const usual[] = {"", "NA", "NaN", "null", "\\N"};
    const char *const *from = tokens ? tokens : usual;
    size_t count = tokens ? (size_t)n : sizeof usual / sizeof *usual;
    memset(missing, 0, sizeof *missing);
    missing->tokens = drift__allocate_zero(allocator, count, sizeof *missing->tokens);
    missing->lengths = drift__allocate_zero(allocator, count, sizeof *missing->lengths);
    if (!missing->tokens || !missing->lengths)
        return DRIFT_ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (!from[i])
            return DRIFT_ERR_INVALID_ARGUMENT;
        size_t length = strlen(from[i]);
        unsigned char first = (unsigned char)from[i][0];
        missing->tokens[i] = drift__copy_string(allocator, from[i], length);
        if (!missing->tokens[i])
            return DRIFT_ERR_OUT_OF_MEMORY;
        missing->lengths[i] = length;
        missing->n = i + 1;
        if (length)
            missing->starts[first >> 6] |= UINT64_C(1) << (first & 63);
        else
            missing->empty = 1;
    }
    return DRIFT_OK;
}

void drift__missing_free(drift__missing *missing, const drift_allocator *allocator)
{
    for (size_t i = 0; i < missing->n; i++)
        drift__release(allocator, missing->tokens[i]);
    drift__release(allocator, missing->tokens);
    drift__release(allocator, missing->lengths);
}

int drift__missing_find(const drift__missing *missing, const char *text, size_t length)
{
    for (size_t i = 0; i < missing->n; i++)
        if (missing->lengths[i] == length && memcmp(missing->tokens[i], text, length) == 0)
            return 1;
    return 0;
}
