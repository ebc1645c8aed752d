/* SPDX-License-Identifier: Apache-2.0
 *
 * urn.h: money staked against a Polya urn, block by block. The money of block
 * k is a fixed share of what there was at the beginning; part of it opens an
 * *account*, which bets that the shares changed when it was opened and learns
 * the new ones (Dirichlet-multinomial), part goes to *tilts*, which bet on a
 * shift or a change of scale of fixed size. All bets are at the urn's own odds,
 * so cash and all wealth together are a martingale on unchanged data.
 *
 * Only sums, products and quotients in a fixed order, so the state is the same on every machine.
 */
#ifndef DRIFT_SEQUENTIAL_URN_H
#define DRIFT_SEQUENTIAL_URN_H

#include <drift/base.h>

#include "core/bytes.h"
#include "kernels/kernels.h"

enum { DRIFT__URN_MIXTURES = 2 }; /* prior strengths, at most */

/** value * 2^scale */
typedef struct drift__money {
    double value;
    uint64_t scale;
} drift__money;

/** What a block of rows does to all bets. */
typedef struct drift__urn_won {
    uint64_t counts[DRIFT__URN_CELLS]; /* of the rows */
    /* Likelihood of the rows by a bet over that by the urn, times 2^-scale. */
    double mixture[DRIFT__URN_MIXTURES][DRIFT__URN_LANES];
    double tilt[DRIFT__URN_TILTS];
    uint64_t scale;
    /* What there is after them: of each bet, in all. */
    double wealth[DRIFT__URN_MIXTURES][DRIFT__URN_LANES], tilted[DRIFT__URN_TILTS];
    drift__money money;
} drift__urn_won;

typedef struct drift__urn {
    drift_allocator allocator;
    uint32_t cells, tilts, mixtures;
    uint32_t directions; /* of tilts: 2, 4, without tilts 0 */
    uint32_t lanes;      /* in use */
    uint32_t accounts;   /* open ones */
    uint32_t spending;   /* 1: the money of all blocks adds up to 1; 0: each row brings 1 */
    uint8_t order[DRIFT__URN_LANES]; /* lanes of the open accounts, the oldest first */
    uint64_t blocks;                 /* begun */
    uint64_t rows;                   /* in finished blocks */
    uint64_t scale;                  /* all money here times 2^scale is what there is */
    double cash, due;                /* not spending: what the next block brings */
    double start_total, total;       /* of `start`, of `pool` */
    /*
     * By lane; of 0, the urn itself, and of the last all is 0. A closed account has no money.
     */
    double opened_total[DRIFT__URN_LANES]; /* sum over `opened` */
    double opened_share[DRIFT__URN_LANES]; /* 1 over that, else 0 */
    double is_open[DRIFT__URN_LANES];      /* 1, else 0 */
    uint64_t opened_block[DRIFT__URN_LANES], opened_row[DRIFT__URN_LANES];
    double wealth[DRIFT__URN_MIXTURES][DRIFT__URN_LANES];
    double tilted[DRIFT__URN_TILTS]; /* wealth of the tilts */
    /* Page's statistic of each tilt, at least 1, and the rows before it last was 1. */
    double page[DRIFT__URN_TILTS];
    double page_row[DRIFT__URN_TILTS];
    double *start;  /* cells */
    uint64_t *seen; /* cells: rows of finished blocks */
    double *pool;   /* cells: start + seen */
    double *opened; /* cells x lanes: the pool when an account was opened */
    double *
        odds; /* cells x 4: what the smallest tilts multiply shares by, not normalised; NULL without */
} drift__urn;

/**
 * `start` (2 .. DRIFT__URN_CELLS values > 0) is copied. `paid_rows` 0: spending; else the money is 1 a
 * row of the blocks before, and so much for the first block.
 */
drift_status drift__urn_create(const double *start, uint32_t cells, int ordered, uint64_t paid_rows,
                               const drift_allocator *allocator, drift__urn **out_urn);
void drift__urn_destroy(drift__urn *urn);
/** Make lane `lane` an account opened when the urn held `total`. */
void drift__urn_open_lane(drift__urn *urn, uint32_t lane, double total);
void drift__urn_begin(drift__urn *urn);
/** What the rows of the block, up to 256 of them, would do. */
void drift__urn_look(const drift__urn *urn, const uint8_t *rows, size_t n, drift__urn_won *out_won);
/** The same of any number of rows, up to 2^52 over all blocks, by the counts of the cells. */
void drift__urn_look_at_counts(const drift__urn *urn, const uint64_t *counts,
                               drift__urn_won *out_won);
/** End the block with the rows of `won`, at least one. */
void drift__urn_end(drift__urn *urn, const drift__urn_won *won);
/** Rows before the change that most money was won on. */
uint64_t drift__urn_change(const drift__urn *urn);
/**
 * Counts by cell, into `out_counts`, of the rows since the first account that was opened at row
 * `row` or later and has `least` rows, else since the newest one that has; returns how many. 0
 * before the end of the first block.
 */
uint64_t drift__urn_since(const drift__urn *urn, uint64_t row, uint64_t least,
                          uint64_t *out_counts);
/** Write all that drift__urn_create does not know. */
void drift__urn_write(const drift__urn *urn, drift__writer *writer);
/** Read it into a new urn of the same start; DRIFT_ERR_CORRUPT where it cannot be. */
drift_status drift__urn_read(drift__urn *urn, drift__byte_reader *reader);

#endif
