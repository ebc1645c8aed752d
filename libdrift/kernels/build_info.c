/* SPDX-License-Identifier: Apache-2.0
 *
 * build_info.c: what this library was built with, in one line.
 */
#include <drift/base.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "build_options.h"
#include "kernels/kernels.h"

#if DRIFT_HAVE_GSL
#define GSL_TEXT "GSL " DRIFT_GSL_VERSION
#else
#define GSL_TEXT "without GSL"
#endif

#define TEXT(name)                                                                                 \
    "kernels " name ", " GSL_TEXT ", zstd " ZSTD_VERSION_STRING ", zlib " ZLIB_VERSION

const char *drift_build_info(void)
{
    static const char *const texts[] = {TEXT("scalar"), TEXT("baseline"), TEXT("sse2"),
                                        TEXT("neon"),   TEXT("avx2"),     TEXT("avx512")};
    const char *name = drift__kernels_get()->name;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!strncmp(texts[i] + strlen("kernels "), name, strlen(name)) &&
            texts[i][strlen("kernels ") + strlen(name)] == ',')
            return texts[i];
    return texts[0];
}
