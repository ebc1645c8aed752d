/* SPDX-License-Identifier: Apache-2.0
 *
 * codec.h: what the encoder and the decoder of profiles agree on
 * (docs/format.md).
 */
#ifndef DRIFT_PROFILE_CODEC_H
#define DRIFT_PROFILE_CODEC_H

#include "core/bytes.h"
#include "profile/state.h"

enum {
    DRIFT__PROFILE_FORMAT = 3,            /* the largest one known */
    DRIFT__PROFILE_PLAIN_FORMAT = 1,      /* of a profile without overrides and blocks */
    DRIFT__PROFILE_PLANS_FORMAT = 3,      /* of one whose rows depend on each other */
    DRIFT__PROFILE_MOST_BYTES = 256 << 20 /* before compression */
};

enum {
    DRIFT__SECTION_HEAD = 1,
    DRIFT__SECTION_COLUMN = 2,
    DRIFT__SECTION_EXTRA = 3,
    DRIFT__SECTION_OVERRIDES = 4,
    DRIFT__SECTION_BLOCKS = 5,
    DRIFT__SECTION_PLANS = 6
};

enum {
    DRIFT__FLAG_CELLS = 1,
    DRIFT__FLAG_DISCRETE = 2,
    DRIFT__FLAG_INTEGER = 4,
    DRIFT__FLAG_NAMES = 8,
    DRIFT__FLAG_ALLOWED = 16,
    DRIFT__FLAGS = 31
};

/** The smallest format that can hold the profile. */
uint32_t drift__profile_format(const drift_profile *profile);
/** Append the sections, not compressed: equal states give equal bytes with any zstd. */
drift_status drift__profile_encode(const drift_profile *profile, drift_buffer *out_bytes);
/** Build from sections of `format`; untrusted. */
drift_status drift__profile_decode(const void *bytes, size_t size, uint32_t format,
                                   const drift_allocator *allocator, drift_profile **out_profile,
                                   drift_error *error);

/* Pieces that shards have too. What is read is checked by drift__profile_validate. */

void drift__counts_write(const drift__column_state *column, drift__writer *writer);
void drift__counts_read(drift__column_state *column, drift__byte_reader *reader);
void drift__groups_write(const drift__groups *groups, drift__writer *writer);
void drift__groups_read(drift__groups *groups, drift__byte_reader *reader);
void drift__names_write(const drift_categories *categories, const drift_allocator *allocator,
                        drift__writer *writer);
/** Columns that the profile does not have. */
void drift__extra_write(const drift_profile *profile, drift__writer *writer);
drift_status drift__extra_read(drift_profile *profile, drift__byte_reader *reader);

#endif
