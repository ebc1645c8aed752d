#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check_header.sh COMPILER... LANGUAGE STANDARD HEADER INCLUDES: the header alone, twice, compiles.
set -eu
while [ $# -gt 4 ]; do
    compiler="${compiler:+$compiler }$1"
    shift
done
# shellcheck disable=SC2086
printf '#include <drift/%s>\n#include <drift/%s>\n' "$3" "$3" |
    $compiler "$1" "$2" -Wall -Wextra -Wpedantic -Werror -Wundef -fsyntax-only -I "$4" -
