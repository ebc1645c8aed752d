/* SPDX-License-Identifier: Apache-2.0
 *
 * tables.h: the tables of kernels that this build has.
 */
#ifndef DRIFT_KERNELS_TABLES_H
#define DRIFT_KERNELS_TABLES_H

#include "kernels/kernels.h"

extern const drift__kernels drift__kernels_scalar;   /* one value at a time */
extern const drift__kernels drift__kernels_baseline; /* two: SSE2, NEON */
extern const drift__kernels drift__kernels_avx2;     /* four, with FMA; x86-64 only */
extern const drift__kernels drift__kernels_avx512;   /* eight; x86-64 only */

#endif
