/* SPDX-License-Identifier: Apache-2.0
 *
 * null_tables.c: how often does an unchanged table look changed? Disjoint
 * random rows of one table, a whole comparison of them, share of those with
 * anything to tell: evidence in any column, or a finding.
 */
#include <drift/comparison.h>
#include <stdio.h>
#include <string.h>

#include "null.h"
#include "pipeline.h"
#include "stored.h"

enum { PUBLISHED = 2000, LEAST = 60 };

static const double MOST_ERRORS = 3, LEVELS[] = {0.05, 0.01};

/* `file` NULL: the made table. */
static const struct {
    const char *name, *file;
    int small; /* has rows for the smallest sizes only */
} TABLES[] = {{"made", NULL, 0},
              {"adult", "adult/adult.csv", 0},
              {"bike_sharing", "bike_sharing/hour.csv", 0},
              {"car_loan", "car_loan/reference.csv", 0},
              {"titanic", "titanic/reference.csv", 1}};

static const struct {
    size_t reference, current;
} SIZES[] = {{200, 200}, {1000, 1000}, {10000, 1000}, {5000, 50}};

enum { N_TABLES = sizeof TABLES / sizeof *TABLES, N_SIZES = sizeof SIZES / sizeof *SIZES };

static int tells(const drift_comparison *comparison)
{
    drift_verdict verdict = drift_comparison_verdict(comparison);
    return verdict == DRIFT_VERDICT_MINOR || verdict == DRIFT_VERDICT_DRIFT ||
           drift_comparison_findings(comparison) > 0;
}

static void count_tables(stored *s, const char *work, size_t repetitions, picked *reference,
                         picked *current, size_t told[2])
{
    generator g = generator_make(work, 0);
    drift_error error = {0};
    for (size_t done = 0; done < repetitions; done++) {
        stored_pick(s, &g, reference, current);
        drift_profile *learnt = profile_of(&reference->table), *counted = NULL;
        expect_ok(drift_profile_create_against(learnt, NULL, &counted, &error), &error);
        expect_ok(drift_profile_update(counted, &current->table, &error), &error);
        for (int k = 0; k < 2; k++) {
            drift_comparison_config config = DRIFT_COMPARISON_CONFIG_INIT;
            drift_comparison *comparison = NULL;
            config.alpha = LEVELS[k];
            expect_ok(drift_comparison_create(learnt, counted, &config, &comparison, &error),
                      &error);
            told[k] += (size_t)tells(comparison);
            drift_comparison_destroy(comparison);
        }
        drift_profile_destroy(counted);
        drift_profile_destroy(learnt);
    }
}

static void prove_table(proof *p, stored *s, const char *work, size_t n_reference, size_t n_current)
{
    size_t repetitions = proof_repetitions(p, PUBLISHED, LEAST), told[2] = {0, 0};
    picked *reference = picked_create(s, n_reference), *current = picked_create(s, n_current);
    count_tables(s, work, repetitions, reference, current, told);
    picked_destroy(reference);
    picked_destroy(current);
    double n = (double)repetitions, rates[2];
    int kept = 1;
    for (int k = 0; k < 2; k++) {
        rates[k] = (double)told[k] / n;
        kept &= rates[k] <= LEVELS[k] + MOST_ERRORS * standard_error(LEVELS[k], n) + 1 / n;
    }
    proof_row(work);
    proof_number("rate_05", rates[0]);
    proof_number("rate_01", rates[1]);
    proof_number("repetitions", n);
    proof_row_end(p, kept);
}

static stored *table_of(const proof *p, size_t table)
{
    char path[4096];
    if (!TABLES[table].file)
        return stored_make();
    if (!p->data)
        return NULL;
    snprintf(path, sizeof path, "%s/%s", p->data, TABLES[table].file);
    stored *s = stored_read(path);
    if (!s)
        fprintf(stderr, "%s is not there: left out\n", TABLES[table].file);
    return s;
}

void prove_tables(proof *p)
{
    for (size_t t = 0; t < N_TABLES; t++) {
        stored *s = NULL;
        for (size_t i = 0; i < (TABLES[t].small ? 1 : N_SIZES); i++) {
            char work[64];
            snprintf(work, sizeof work, "null.table.%s.%zu.%zu", TABLES[t].name, SIZES[i].reference,
                     SIZES[i].current);
            if (!proof_wants(p, work))
                continue;
            s = s ? s : table_of(p, t);
            if (!s)
                break;
            prove_table(p, s, work, SIZES[i].reference, SIZES[i].current);
        }
        if (s)
            stored_destroy(s);
    }
}
