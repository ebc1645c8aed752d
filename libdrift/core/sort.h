/* SPDX-License-Identifier: Apache-2.0
 *
 * sort.h: sorting numbers in linear time.
 */
#ifndef DRIFT_CORE_SORT_H
#define DRIFT_CORE_SORT_H

#include <stddef.h>
#include <stdint.h>

/** Sort `n` keys in rising order; `scratch` has room for `n` more. O(n). */
void drift__sort_keys(int64_t *keys, size_t n, int64_t *scratch);

#endif
