/* SPDX-License-Identifier: Apache-2.0
 *
 * build_info.c: what this library was built with, in one line.
 */
#include <drift/base.h>
#include <zlib.h>
#include <zstd.h>

#include "build_options.h"

#if DRIFT_HAVE_GSL
#define GSL_TEXT "GSL " DRIFT_GSL_VERSION
#else
#define GSL_TEXT "without GSL"
#endif

const char *drift_build_info(void)
{
    return "kernels scalar, " GSL_TEXT ", zstd " ZSTD_VERSION_STRING ", zlib " ZLIB_VERSION;
}
