/* SPDX-License-Identifier: Apache-2.0
 *
 * tdigest.c: a t-digest's life: values are buffered until they make a block,
 * blocks are folded. Queries look at a view, centroids and buffer taken
 * together, and leave both as they are.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "sketch/tdigest_fold.h"

enum { BLOCK = DRIFT__TDIGEST_BLOCK, SPARE_CENTROIDS = 16 };

static void widen(drift_tdigest *digest, double low, double high)
{
    digest->minimum = low < digest->minimum ? low : digest->minimum;
    digest->maximum = high > digest->maximum ? high : digest->maximum;
}

/* Single values are looked at when they are wanted, or make a block. */
static void note_buffer(drift_tdigest *digest)
{
    double low, high;
    if (digest->buffered && digest->kernels->screen(digest->buffer, digest->buffered, &low, &high))
        widen(digest, low + 0.0, high + 0.0);
}

static void build_view(drift_tdigest *digest)
{
    if (digest->view_n == digest->n)
        return;
    note_buffer(digest);
    drift__tdigest_fold(digest, digest->buffer, digest->buffered, 0, &digest->view);
    digest->view_n = digest->n;
}

static void settle_view(drift_tdigest *digest)
{
    drift__centroids old = digest->settled;
    digest->settled = digest->view;
    digest->view = old;
    digest->buffered = 0;
    digest->view_n = 0;
}

const drift__centroids *drift__tdigest_seen(const drift_tdigest *digest)
{
    if (!digest->buffered)
        return &digest->settled;
    build_view((drift_tdigest *)digest);
    return &digest->view;
}

static drift_status allocate(drift_tdigest *digest)
{
    const drift_allocator *memory = &digest->allocator;
    digest->settled.items = drift__allocate(memory, digest->capacity, sizeof(drift__centroid));
    digest->view.items = drift__allocate(memory, digest->capacity, sizeof(drift__centroid));
    digest->grown.items = drift__allocate(memory, digest->capacity, sizeof(drift__centroid));
    digest->borders = drift__allocate(memory, digest->capacity, sizeof *digest->borders);
    digest->buffer = drift__allocate(memory, BLOCK, sizeof *digest->buffer);
    digest->keys = drift__allocate(memory, 2 * BLOCK, sizeof *digest->keys);
    digest->guide.edges =
        drift__allocate(memory, 3 * DRIFT__TDIGEST_EDGES + 1, sizeof *digest->guide.edges);
    digest->guide.start =
        drift__allocate(memory, DRIFT__TDIGEST_GUIDE_CELLS, sizeof *digest->guide.start);
    return digest->settled.items && digest->view.items && digest->grown.items && digest->borders &&
                   digest->buffer && digest->keys && digest->guide.edges && digest->guide.start
               ? DRIFT_OK
               : DRIFT_ERR_OUT_OF_MEMORY;
}

drift_status drift_tdigest_create(const drift_tdigest_config *config, drift_tdigest **out_digest,
                                  drift_error *error)
{
    drift_tdigest_config filled = DRIFT_TDIGEST_CONFIG_INIT;
    if (!out_digest)
        return drift__fail_status(error, DRIFT_ERR_INVALID_ARGUMENT);
    drift_status status = drift__config_copy(&filled, config, sizeof filled, error);
    if (status)
        return status;
    double compression = filled.compression == 0 ? 100 : filled.compression;
    if (!(compression >= 20 && compression <= 2000))
        return drift__fail(error, DRIFT_ERR_INVALID_ARGUMENT,
                           "the compression of a t-digest lies between 20 and 2000");
    drift_allocator memory = drift__allocator(filled.allocator);
    drift_tdigest *digest = drift__allocate_zero(&memory, 1, sizeof *digest);
    if (!digest)
        return drift__fail_status(error, DRIFT_ERR_OUT_OF_MEMORY);
    /* K1 makes 0.55 to 0.8 centroids of each step: steps somewhat shorter than its own. */
    const double step = 6.283185307179586 / (1.25 * compression);
    digest->allocator = memory;
    digest->kernels = drift__kernels_get();
    digest->compression = compression;
    digest->cosine = cos(step);
    digest->sine = sin(step);
    digest->capacity = (size_t)compression + SPARE_CENTROIDS;
    drift_tdigest_reset(digest);
    status = allocate(digest);
    if (status) {
        drift_tdigest_destroy(digest);
        return drift__fail_status(error, status);
    }
    *out_digest = digest;
    return DRIFT_OK;
}

void drift_tdigest_destroy(drift_tdigest *digest)
{
    if (!digest)
        return;
    drift_allocator memory = digest->allocator;
    drift__release(&memory, digest->settled.items);
    drift__release(&memory, digest->view.items);
    drift__release(&memory, digest->grown.items);
    drift__release(&memory, digest->borders);
    drift__release(&memory, digest->buffer);
    drift__release(&memory, digest->keys);
    drift__guide_destroy(&digest->guide, &memory);
    drift__release(&memory, digest);
}

void drift__tdigest_forget_extrema(drift_tdigest *digest)
{
    digest->minimum = (double)INFINITY;
    digest->maximum = (double)-INFINITY;
}

void drift_tdigest_reset(drift_tdigest *digest)
{
    digest->n = digest->missing = digest->infinite = 0;
    drift__tdigest_forget_extrema(digest);
    digest->settled.n = digest->buffered = 0;
    digest->view_n = 0;
    digest->broken = 0;
    digest->guide.n_edges = 0;
    digest->wait = digest->patience = 0;
}

/* Ends at the first value that is not whole, so that streams of others pay nothing. */
static int are_whole(const double *values, size_t n)
{
    const double shift = 0x1.8p52; /* leaves no place for a fraction */
    for (size_t i = 0; i < n; i++)
        if ((values[i] + shift) - shift != values[i] && fabs(values[i]) < 0x1p51)
            return 0;
    return 1;
}

int drift__tdigest_whole(const drift_tdigest *digest)
{
    return !digest->broken && are_whole(digest->buffer, digest->buffered);
}

/* `values` are the block: the buffer when it is full, or the caller's own. */
static void fold_block(drift_tdigest *digest, const double *values)
{
    digest->broken = digest->broken || !are_whole(values, BLOCK);
    drift__tdigest_fold(digest, values, BLOCK, 1, &digest->view);
    settle_view(digest);
}

static void fold_buffer(drift_tdigest *digest)
{
    note_buffer(digest);
    fold_block(digest, digest->buffer);
}

static void add_odd(drift_tdigest *digest, double value)
{
    if (isnan(value))
        digest->missing++;
    else
        digest->infinite++;
}

static void add(drift_tdigest *digest, double value)
{
    digest->buffer[digest->buffered++] = value + 0.0; /* one zero only */
    digest->n++;
    if (digest->buffered == BLOCK)
        fold_buffer(digest);
}

/* At most as many values as the block that has begun still takes. */
static void add_piece(drift_tdigest *digest, const double *values, size_t n)
{
    double low, high;
    if (!digest->kernels->screen(values, n, &low, &high)) {
        for (size_t i = 0; i < n; i++)
            if (isfinite(values[i]))
                add(digest, values[i]);
            else
                add_odd(digest, values[i]);
        return;
    }
    widen(digest, low + 0.0, high + 0.0);
    digest->n += n;
    if (n == BLOCK) {
        fold_block(digest, values);
        return;
    }
    memcpy(digest->buffer + digest->buffered, values, n * sizeof *values);
    digest->buffered += n;
    if (digest->buffered == BLOCK)
        fold_buffer(digest);
}

static int has_room(const drift_tdigest *digest, size_t n)
{
    if (!((digest->n | digest->missing | digest->infinite | n) >> 63))
        return 1;
    uint64_t most = digest->n > digest->missing ? digest->n : digest->missing;
    most = digest->infinite > most ? digest->infinite : most;
    return most <= UINT64_MAX - n;
}

drift_status drift_tdigest_update(drift_tdigest *digest, const double *values, size_t n)
{
    if (!digest || (!values && n))
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (!has_room(digest, n))
        return DRIFT_ERR_OVERFLOW;
    while (n) {
        size_t room = BLOCK - digest->buffered, piece = n < room ? n : room;
        add_piece(digest, values, piece);
        values += piece;
        n -= piece;
    }
    return DRIFT_OK;
}

drift_status drift_tdigest_add(drift_tdigest *digest, double value)
{
    if (!digest)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (digest->n == UINT64_MAX)
        return DRIFT_ERR_OVERFLOW;
    if (fabs(value) <= DBL_MAX)
        add(digest, value);
    else if (!has_room(digest, 1))
        return DRIFT_ERR_OVERFLOW;
    else
        add_odd(digest, value);
    return DRIFT_OK;
}

drift_status drift_tdigest_merge(drift_tdigest *digest, const drift_tdigest *other)
{
    if (!digest || !other)
        return DRIFT_ERR_INVALID_ARGUMENT;
    if (digest->n > UINT64_MAX - other->n || digest->missing > UINT64_MAX - other->missing ||
        digest->infinite > UINT64_MAX - other->infinite)
        return DRIFT_ERR_OVERFLOW;
    int broken = !drift__tdigest_whole(digest) || !drift__tdigest_whole(other);
    if (digest->buffered) {
        build_view(digest);
        settle_view(digest);
    }
    const drift__centroids *theirs = drift__tdigest_seen(other);
    digest->missing += other->missing;
    digest->infinite += other->infinite;
    widen(digest, other->minimum, other->maximum);
    digest->n += other->n;
    drift__tdigest_join(digest, theirs, &digest->view);
    settle_view(digest);
    digest->broken = broken;
    return DRIFT_OK;
}

uint64_t drift_tdigest_count(const drift_tdigest *digest)
{
    return digest->n;
}

uint64_t drift_tdigest_missing(const drift_tdigest *digest)
{
    return digest->missing;
}

uint64_t drift_tdigest_infinite(const drift_tdigest *digest)
{
    return digest->infinite;
}

double drift_tdigest_compression(const drift_tdigest *digest)
{
    return digest->compression;
}

size_t drift_tdigest_centroids(const drift_tdigest *digest)
{
    return drift__tdigest_seen(digest)->n;
}

static drift_status give(const drift_tdigest *digest, double value, double *out_value)
{
    if (!digest->n)
        return DRIFT_ERR_NOT_ENOUGH_DATA;
    *out_value = value;
    return DRIFT_OK;
}

drift_status drift_tdigest_min(const drift_tdigest *digest, double *out_value)
{
    drift__tdigest_seen(digest);
    return give(digest, digest->minimum, out_value);
}

drift_status drift_tdigest_max(const drift_tdigest *digest, double *out_value)
{
    drift__tdigest_seen(digest);
    return give(digest, digest->maximum, out_value);
}
