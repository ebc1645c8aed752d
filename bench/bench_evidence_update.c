/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_evidence_update.c: unchanged rows into the evidence of one column, by rows in blocks of
 * several lengths and by counts; what it takes of memory.
 */
#include <drift/evidence.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

enum { N = 1 << 20, DISTINCT = 1 << 16, PIECE = 1 << 12, REFERENCE = 10000, MOST_PLACES = 64 };

typedef struct setting {
    const char *name;
    uint32_t places, kind, numbers;
    double shares[MOST_PLACES];
    uint32_t block_rows, batch; /* `batch`: rows of a block by counts, 0: by rows */
    uint32_t *rows;
    size_t bytes; /* taken so far */
} setting;

static void *reallocate(void *context, void *memory, size_t size)
{
    *(size_t *)context += size;
    return realloc(memory, size);
}

static void release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

static drift_evidence *made(setting *s)
{
    uint64_t counts[MOST_PLACES];
    const uint8_t single[MOST_PLACES] = {0};
    const drift_allocator memory = {reallocate, release, &s->bytes};
    drift_evidence_config config = DRIFT_EVIDENCE_CONFIG_INIT;
    drift_evidence *evidence = NULL;
    config.kind = s->kind;
    config.block_rows = s->block_rows;
    config.allocator = &memory;
    s->bytes = 0;
    for (uint32_t p = 0; p < s->places; p++)
        counts[p] = (uint64_t)(s->shares[p] * REFERENCE);
    if (drift_evidence_create_from_counts(counts, s->numbers ? single : NULL, s->places, &config,
                                          &evidence, NULL))
        exit(2);
    return evidence;
}

static int update(void *context)
{
    setting *s = context;
    drift_evidence *evidence = made(s);
    for (size_t at = 0; at < N; at += PIECE)
        if (drift_evidence_update(evidence, s->rows + at % DISTINCT, PIECE))
            return 1;
    drift_evidence_destroy(evidence);
    return 0;
}

static int update_counts(void *context)
{
    setting *s = context;
    drift_evidence *evidence = made(s);
    for (size_t at = 0; at < N; at += s->batch) {
        uint64_t counts[MOST_PLACES] = {0};
        for (size_t i = 0; i < s->batch; i++)
            counts[s->rows[(at + i) % DISTINCT]]++;
        if (drift_evidence_update_counts(evidence, counts))
            return 1;
    }
    drift_evidence_destroy(evidence);
    return 0;
}

static void run(setting *s)
{
    static const uint32_t blocks[] = {32, 64, 128}, batches[] = {128, 1024, 16384};
    char name[64];
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        s->block_rows = blocks[i];
        drift_evidence_destroy(made(s));
        snprintf(name, sizeof name, "evidence.update.%s.%u", s->name, blocks[i]);
        bench_run_bytes(name, update, s, N, 7, (double)s->bytes);
    }
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        s->batch = batches[i];
        snprintf(name, sizeof name, "evidence.update_counts.%s.%u", s->name, batches[i]);
        bench_run(name, update_counts, s, N, 7);
    }
}

static void draw_rows(setting *s)
{
    double sum = 0;
    for (uint32_t p = 0; p < s->places; p++)
        sum += s->shares[p];
    for (uint32_t p = 0; p < s->places; p++)
        s->shares[p] /= sum;
    for (size_t i = 0; i < DISTINCT; i++) {
        double at = bench_uniform();
        uint32_t p = 0;
        while (p + 1 < s->places && at >= s->shares[p])
            at -= s->shares[p++];
        s->rows[i] = p;
    }
}

int main(void)
{
    setting settings[] = {{.name = "numbers", .places = 64, .numbers = 1},
                          {.name = "rate", .places = 2, .shares = {0.9, 0.1}},
                          {.name = "never_missing", .places = 2, .shares = {1, 0}},
                          {.name = "names_20", .places = 21, .kind = DRIFT_EVIDENCE_NOMINAL}};
    uint32_t *rows = bench_allocate(DISTINCT * sizeof *rows);
    for (size_t k = 0; k < sizeof settings / sizeof *settings; k++) {
        setting *s = &settings[k];
        for (uint32_t p = 0; p < s->places && s->places > 2; p++)
            s->shares[p] = s->numbers ? 1 : p < 20 ? 1 / (p + 1.0) : 0.04;
        s->rows = rows;
        draw_rows(s);
        run(s);
    }
    free(rows);
    return 0;
}
