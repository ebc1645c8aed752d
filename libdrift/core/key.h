/* SPDX-License-Identifier: Apache-2.0
 *
 * key.h: doubles as 64-bit integers in the same order.
 */
#ifndef DRIFT_CORE_KEY_H
#define DRIFT_CORE_KEY_H

#include <stdint.h>
#include <string.h>

/** Ordered key of a double that is not NaN; -0 and +0 give the same key. */
static inline int64_t drift__key(double value)
{
    double normal = value + 0.0; /* -0 becomes +0 */
    int64_t bits;
    memcpy(&bits, &normal, sizeof bits);
    return bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
}

/** The double of a key. */
static inline double drift__key_double(int64_t key)
{
    int64_t bits = key ^ (int64_t)((uint64_t)(key >> 63) >> 1);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
