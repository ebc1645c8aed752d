/* SPDX-License-Identifier: Apache-2.0
 *
 * seed.c: SEED (Huang, Koh, Dobbie & Pears 2014, "Detecting volatility shift in
 * data streams"): a window of blocks. Whenever a block is full, each border between blocks is
 * tried by ADWIN's bound, from the newest on; at the first that shows two means all before it
 * goes. Now and then neighbours with means closer than a tolerance that grows with
 * their age become one block. MOA's conventions, its running variance among them, which
 * takes the distance of a value from a sum that holds the value already.
 *
 * The blocks are bounded: where `max_blocks` are full, all are merged by pairs.
 */
#include <math.h>
#include <string.h>

#include "sequential/detector_kind.h"

typedef struct block {
    uint64_t n, size;
    double total, squares;
} block;

typedef struct seed {
    double delta, tolerance; /* tolerance: by how much it grows from block to block */
    uint64_t block_size, compress_term;
    size_t most;
    uint64_t n, since_compressing; /* blocks; blocks begun since they were compressed */
    uint64_t filled;               /* values modulo the size of a block */
    double width, total, squares;
    block *blocks; /* oldest first */
} seed;

enum { DELTA, BLOCK_SIZE, EPSILON_PRIME, ALPHA, COMPRESS_TERM, MAX_BLOCKS };
static const drift__detector_parameter PARAMETERS[] = {
    {"delta", 0.05, 1e-300, 1, 0},
    {"block_size", 32, 1, 1e6, 1},
    {"epsilon_prime", 0.01, 0, 1e100, 0},
    {"alpha", 0.8, 0, 1e6, 0},
    {"compress_term", 75, 1, 1e9, 1},
    {"max_blocks", 1000, 4, 100000, 1},
    {NULL, 0, 0, 0, 0},
};
static const char *const READINGS[] = {"width", "total", "variance", "estimation", "blocks", NULL};

static size_t room(const drift__detector_setup *setup)
{
    return (size_t)setup->parameters[MAX_BLOCKS] * sizeof(block);
}

static void prepare(void *state, const drift__detector_setup *setup, void *place)
{
    seed *own = state;
    own->delta = setup->parameters[DELTA];
    own->tolerance = setup->parameters[EPSILON_PRIME] * setup->parameters[ALPHA];
    own->block_size = (uint64_t)setup->parameters[BLOCK_SIZE];
    own->compress_term = (uint64_t)setup->parameters[COMPRESS_TERM];
    own->most = (size_t)setup->parameters[MAX_BLOCKS];
    own->blocks = place;
}

static void restart(void *state)
{
    seed *own = state;
    own->n = 1;
    own->since_compressing = own->filled = 0;
    own->width = own->total = own->squares = 0;
    own->blocks[0] = (block){0, own->block_size, 0, 0};
}

static void join(block *older, const block *newer)
{
    older->n += newer->n;
    older->size += newer->size;
    older->total += newer->total;
    older->squares += newer->squares;
}

/* From the newest on; what a block is joined to is compared as it has become. */
static void compress(seed *own)
{
    double epsilon = 0;
    uint64_t kept = own->n; /* blocks[kept - 1 ..] are done, the last of them at own->n - 1 */
    for (uint64_t k = own->n; k-- > 1;) {
        block *older = &own->blocks[k - 1];
        const block *newer = &own->blocks[k];
        double apart = fabs(older->total / (double)older->n - newer->total / (double)newer->n);
        epsilon += own->tolerance;
        if (apart < epsilon)
            join(older, newer);
        else
            own->blocks[--kept] = *newer;
    }
    own->blocks[--kept] = own->blocks[0];
    own->n -= kept;
    memmove(own->blocks, own->blocks + kept, own->n * sizeof(block));
}

static void merge_pairs(seed *own)
{
    uint64_t n = (own->n + 1) / 2;
    for (uint64_t k = 0; k < n; k++) {
        block first = own->blocks[2 * k];
        if (2 * k + 1 < own->n)
            join(&first, &own->blocks[2 * k + 1]);
        own->blocks[k] = first;
    }
    own->n = n;
}

static void begin_block(seed *own)
{
    if (own->n > 1 && own->since_compressing > own->compress_term) {
        own->since_compressing = 0;
        compress(own);
    }
    if (own->n == own->most)
        merge_pairs(own);
    own->blocks[own->n++] = (block){0, own->block_size, 0, 0};
    own->since_compressing++;
}

static void insert(seed *own, double value)
{
    if (own->blocks[own->n - 1].n == own->blocks[own->n - 1].size)
        begin_block(own);
    block *last = &own->blocks[own->n - 1];
    last->n++;
    last->total += value;
    own->total += value;
    own->width += 1;
    if (own->width >= 2) {
        double apart = value - own->total / (own->width - 1);
        double more = (own->width - 1) * apart * apart / own->width;
        own->squares += more;
        last->squares += more;
    }
}

static void forget_before(seed *own, uint64_t k)
{
    for (uint64_t i = k; i-- > 0;) {
        own->width -= (double)own->blocks[i].n;
        own->total -= own->blocks[i].total;
        own->squares -= own->blocks[i].squares;
    }
    own->n -= k;
    memmove(own->blocks, own->blocks + k, own->n * sizeof(block));
}

/* The newest border at which the means differ; 0 for none. */
static uint64_t find_cut(const seed *own)
{
    double l = log(2 * log(own->width) / own->delta), variance = own->squares / own->width;
    double n0 = own->width, n1 = 0, u0 = own->total, u1 = 0;
    for (uint64_t k = own->n; k-- > 1;) {
        n0 -= (double)own->blocks[k].n;
        n1 += (double)own->blocks[k].n;
        u0 -= own->blocks[k].total;
        u1 += own->blocks[k].total;
        double m = 1 / n0 + 1 / n1;
        if (fabs(u1 / n1 - u0 / n0) > sqrt(2 * m * variance * l) + 2.0 / 3.0 * l * m)
            return k;
    }
    return 0;
}

static uint32_t update(void *state, double value, uint32_t before)
{
    seed *own = state;
    (void)before;
    insert(own, value);
    if (++own->filled < own->block_size)
        return 0;
    own->filled = 0;
    uint64_t cut = own->n > 1 ? find_cut(own) : 0;
    if (!cut)
        return 0;
    forget_before(own, cut);
    return DRIFT_DETECTOR_CHANGE;
}

static double read_value(const void *state, size_t k)
{
    const seed *own = state;
    const double values[] = {own->width, own->total, own->squares / own->width,
                             own->total / own->width, (double)own->n};
    return values[k];
}

static void visit(void *state, drift__detector_codec *codec)
{
    seed *own = state;
    const double largest = 1e260;
    drift__codec_count(codec, &own->n, own->most);
    drift__codec_count(codec, &own->since_compressing, UINT64_MAX >> 11);
    drift__codec_count(codec, &own->filled, own->block_size - 1);
    drift__codec_real(codec, &own->total, -largest, largest);
    drift__codec_real(codec, &own->squares, -largest, largest);
    for (uint64_t k = 0; k < own->n; k++) {
        drift__codec_count(codec, &own->blocks[k].size, UINT64_MAX >> 11);
        drift__codec_count(codec, &own->blocks[k].n, own->blocks[k].size);
        drift__codec_real(codec, &own->blocks[k].total, -largest, largest);
        drift__codec_real(codec, &own->blocks[k].squares, 0, largest);
        if (codec->reader && codec->reader->failed)
            return;
    }
}

/* The width follows from the blocks; only the first may be empty, and only alone. */
static int settle(void *state)
{
    seed *own = state;
    own->width = 0;
    for (uint64_t k = 0; k < own->n; k++) {
        if (!own->blocks[k].size || (!own->blocks[k].n && own->n > 1))
            return 0;
        own->width += (double)own->blocks[k].n;
    }
    return own->n >= 1;
}

const drift__detector_kind drift__seed = {
    .name = "seed",
    .input = DRIFT_DETECTOR_NUMBERS,
    .keeps_window = 1,
    .parameters = PARAMETERS,
    .readings = READINGS,
    .state_size = sizeof(seed),
    .room = room,
    .prepare = prepare,
    .restart = restart,
    .update = update,
    .read = read_value,
    .visit = visit,
    .settle = settle,
};
