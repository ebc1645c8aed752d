/* SPDX-License-Identifier: Apache-2.0
 *
 * kernels.c: choosing the table. The choice is kept in an atomic pointer so
 * that any thread may make it; all make the same one.
 */
#include "kernels/kernels.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "build_options.h"
#include "kernels/tables.h"

static _Atomic(const drift__kernels *) chosen;

size_t drift__kernels_list(const drift__kernels **out_tables, size_t capacity)
{
    const drift__kernels *found[4];
    size_t n = 0;
#if DRIFT_HAVE_X86_KERNELS
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        found[n++] = &drift__kernels_avx512;
    if (avx2)
        found[n++] = &drift__kernels_avx2;
#endif
    found[n++] = &drift__kernels_baseline;
    found[n++] = &drift__kernels_scalar;
    for (size_t i = 0; i < n && i < capacity; i++)
        out_tables[i] = found[i];
    return n;
}

/* DRIFT_CPU_MASK names the best table allowed, so that the suites can run over every one. */
__attribute__((noinline)) static const drift__kernels *choose(void)
{
    const drift__kernels *tables[4];
    size_t n = drift__kernels_list(tables, 4);
    const char *mask = getenv("DRIFT_CPU_MASK");
    for (size_t i = 0; mask && i < n; i++)
        if (!strcmp(tables[i]->name, mask))
            return tables[i];
    return tables[0];
}

const drift__kernels *drift__kernels_get(void)
{
    const drift__kernels *table = atomic_load_explicit(&chosen, memory_order_acquire);
    if (!table) {
        table = choose();
        atomic_store_explicit(&chosen, table, memory_order_release);
    }
    return table;
}
