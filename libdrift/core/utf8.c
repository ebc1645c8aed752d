/* SPDX-License-Identifier: Apache-2.0
 *
 * utf8.c: well-formed byte sequences, Unicode standard table 3-7.
 */
#include "core/utf8.h"

static int continues(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

size_t drift__utf8_step(const char *text, size_t length)
{
    const unsigned char *b = (const unsigned char *)text;
    if (!length)
        return 0;
    if (b[0] < 0x80)
        return 1;
    if (b[0] >= 0xc2 && b[0] <= 0xdf)
        return length > 1 && continues(b[1]) ? 2 : 0;
    if (b[0] >= 0xe0 && b[0] <= 0xef) {
        unsigned char low = b[0] == 0xe0 ? 0xa0 : 0x80, high = b[0] == 0xed ? 0x9f : 0xbf;
        return length > 2 && b[1] >= low && b[1] <= high && continues(b[2]) ? 3 : 0;
    }
    if (b[0] >= 0xf0 && b[0] <= 0xf4) {
        unsigned char low = b[0] == 0xf0 ? 0x90 : 0x80, high = b[0] == 0xf4 ? 0x8f : 0xbf;
        return length > 3 && b[1] >= low && b[1] <= high && continues(b[2]) && continues(b[3]) ? 4
                                                                                               : 0;
    }
    return 0;
}
