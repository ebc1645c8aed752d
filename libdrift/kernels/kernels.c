/* SPDX-License-Identifier: Apache-2.0
 *
 * kernels.c: choosing the table. There is one so far; the choice is kept in an
 * atomic pointer so that any thread may make it.
 */
#include "kernels/kernels.h"

#include <stdatomic.h>

static _Atomic(const drift__kernels *) chosen;

const drift__kernels *drift__kernels_get(void)
{
    const drift__kernels *table = atomic_load_explicit(&chosen, memory_order_acquire);
    if (!table) {
        table = &drift__kernels_scalar;
        atomic_store_explicit(&chosen, table, memory_order_release);
    }
    return table;
}
