/* SPDX-License-Identifier: Apache-2.0
 *
 * missing.h: the tokens that mean "no value".
 */
#ifndef DRIFT_IO_MISSING_H
#define DRIFT_IO_MISSING_H

#include <drift/base.h>

typedef struct drift__missing {
    char **tokens;
    size_t *lengths;
    size_t n;
    int empty;          /* the empty text is one of them */
    uint64_t starts[4]; /* bit set of the first bytes of the others */
} drift__missing;

/** Copy `n` tokens; NULL for the usual ones: empty, NA, NaN, null, \N. */
drift_status drift__missing_init(drift__missing *missing, const char *const *tokens, uint64_t n,
                                 const drift_allocator *allocator);
void drift__missing_free(drift__missing *missing, const drift_allocator *allocator);
/** The slow half of drift__missing_has. */
int drift__missing_find(const drift__missing *missing, const char *text, size_t length);

static inline int drift__missing_has(const drift__missing *missing, const char *text, size_t length)
{
    if (!length)
        return missing->empty;
    unsigned char first = (unsigned char)text[0];
    return ((missing->starts[first >> 6] >> (first & 63)) & 1) &&
           drift__missing_find(missing, text, length);
}

#endif
