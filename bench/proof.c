/* SPDX-License-Identifier: Apache-2.0
 *
 * proof.c: options and rows.
 */
#include "proof.h"

#include <drift/base.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(const char *program)
{
    fprintf(stderr, "usage: %s [--effort F] [--part I/N] [--only TEXT] [--data FOLDER]\n", program);
    exit(2);
}

proof proof_begin(int argc, char **argv)
{
    proof p = {1, 0, 1, "", NULL, 0, 0};
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!value)
            usage(argv[0]);
        if (!strcmp(argv[i], "--effort"))
            p.effort = strtod(value, NULL);
        else if (!strcmp(argv[i], "--part") && sscanf(value, "%zu/%zu", &p.part, &p.parts) != 2)
            usage(argv[0]);
        else if (!strcmp(argv[i], "--only"))
            p.only = value;
        else if (!strcmp(argv[i], "--data"))
            p.data = value;
        else if (strcmp(argv[i], "--part") != 0)
            usage(argv[0]);
    }
    if (!(p.effort > 0) || !p.parts || p.part >= p.parts)
        usage(argv[0]);
    return p;
}

int proof_wants(proof *p, const char *work)
{
    if (!strstr(work, p->only))
        return 0;
    return p->works++ % p->parts == p->part;
}

size_t proof_repetitions(const proof *p, size_t published, size_t least)
{
    double wanted = ceil((double)published * p->effort);
    return wanted > (double)least ? (size_t)wanted : least;
}

void proof_row(const char *work)
{
    printf("{\"work\":\"%s\",\"who\":\"libdrift %s\"", work, drift_version());
}

void proof_number(const char *name, double value)
{
    printf(",\"%s\":%.6g", name, value);
}

void proof_text(const char *name, const char *value)
{
    printf(",\"%s\":\"%s\"", name, value);
}

void proof_row_end(proof *p, int kept)
{
    p->broken |= !kept;
    printf(",\"kept\":%s}\n", kept ? "true" : "false");
    fflush(stdout);
}

int proof_end(const proof *p)
{
    return p->broken;
}

double standard_error(double p, double n)
{
    return sqrt(p * (1 - p) / n);
}
