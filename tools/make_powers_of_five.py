#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write libdrift/core/powers_of_five.c: 5^q for q = -342..308, the first 128 bits.

Positive powers are truncated, reciprocals rounded up, as D. Lemire, "Number
Parsing at a Gigabyte per Second" (2021), section 5, asks for.
"""
import sys

SMALLEST, LARGEST = -342, 308


def leading_bits(exponent):
    if exponent >= 0:
        power = 5**exponent
        shift = power.bit_length() - 128
        return power >> shift if shift >= 0 else power << -shift
    power = 5**-exponent
    bits = power.bit_length() + 127
    return (1 << bits) // power + 1


def main():
    lines = [
        "/* SPDX-License-Identifier: Apache-2.0",
        " *",
        " * powers_of_five.c: written by tools/make_powers_of_five.py; do not edit.",
        " */",
        '#include "core/powers_of_five.h"',
        "",
        "const uint64_t drift__powers_of_five[][2] = {",
    ]
    for exponent in range(SMALLEST, LARGEST + 1):
        bits = leading_bits(exponent)
        assert bits >> 127 == 1, exponent
        high, low = bits >> 64, bits & (2**64 - 1)
        lines.append("    {0x%016xU, 0x%016xU}, /* %d */" % (high, low, exponent))
    lines.append("};")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
