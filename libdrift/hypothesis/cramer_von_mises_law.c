/* SPDX-License-Identifier: Apache-2.0
 *
 * cramer_von_mises_law.c: the exact law of the two-sample Cramer-von Mises
 * statistic (Anderson 1962) by the recursion over lattice points of Xiao, Gordon
 * & Yakovlev (2006), here over the ends of tie blocks. Each point keeps the
 * values that paths may have reached there and their probabilities; a path that
 * has reached the observed value is counted and left, as all terms are >= 0.
 */
#include "hypothesis/cramer_von_mises_law.h"

#include <math.h>

#include "core/memory.h"

typedef struct entry {
    double value, weight;
} entry;

typedef struct list {
    entry *items;
    size_t n;
} list;

typedef struct walk {
    drift_allocator memory;
    uint64_t n, m;     /* sizes */
    double a, b;       /* the same less their common divisor */
    double limit, cut; /* the observed value, and the probability of reaching it */
    double work, most_work;
    list *here, *next; /* by the number of reference values so far */
} walk;

long double drift__cramer_von_mises_step(long double from, long double to, long double x,
                                         long double y, long double n, long double m)
{
    long double alone = y == 0 ? x * m * m : x == 0 ? y * n * n : 0;
    return 2 * (x + y) * (from * from + from * to + to * to) + alone;
}

/* `into` takes in `from` shifted by `step` with probability `share`; both are in rising order. */
static drift_status merge(walk *w, list *into, const list *from, double step, double share)
{
    entry *made = drift__allocate(&w->memory, into->n + from->n + 1, sizeof *made);
    if (!made)
        return DRIFT_ERR_OUT_OF_MEMORY;
    size_t i = 0, j = 0, n = 0;
    while (i < into->n || j < from->n) {
        double value = j < from->n ? from->items[j].value + step : 0;
        if (i < into->n && (j >= from->n || into->items[i].value <= value)) {
            made[n++] = into->items[i++];
            continue;
        }
        double weight = from->items[j++].weight * share;
        if (value >= w->limit)
            w->cut += weight;
        else if (n && made[n - 1].value == value)
            made[n - 1].weight += weight;
        else
            made[n++] = (entry){value, weight};
    }
    drift__release(&w->memory, into->items);
    *into = (list){made, n};
    w->work += (double)n;
    return w->work > w->most_work ? DRIFT_ERR_UNSUPPORTED : DRIFT_OK;
}

static long double log_choose(uint64_t n, uint64_t k)
{
    int sign;
    return lgammal_r((long double)n + 1, &sign) - lgammal_r((long double)k + 1, &sign) -
           lgammal_r((long double)(n - k) + 1, &sign);
}

/* From (i, t - i) the next block's `size` values bring x of the reference, for every x. */
static drift_status spread(walk *w, uint64_t i, uint64_t t, uint64_t size)
{
    uint64_t left = w->n - i, others = w->m - (t - i);
    uint64_t least = size > others ? size - others : 0, most = size < left ? size : left;
    double from = (double)i * w->b - (double)(t - i) * w->a;
    long double whole = log_choose(left + others, size);
    for (uint64_t x = least; x <= most; x++) {
        uint64_t y = size - x;
        double to = from + (double)x * w->b - (double)y * w->a;
        double step =
            (double)drift__cramer_von_mises_step(from, to, (double)x, (double)y, w->a, w->b);
        double share = (double)expl(log_choose(left, x) + log_choose(others, y) - whole);
        drift_status status = merge(w, &w->next[i + x], &w->here[i], step, share);
        if (status)
            return status;
    }
    return DRIFT_OK;
}

static drift_status advance(walk *w, uint64_t t, uint64_t size)
{
    drift_status status = DRIFT_OK;
    for (uint64_t i = 0; i <= w->n && !status; i++)
        if (w->here[i].n)
            status = spread(w, i, t, size);
    for (uint64_t i = 0; i <= w->n; i++) {
        drift__release(&w->memory, w->here[i].items);
        w->here[i] = w->next[i];
        w->next[i] = (list){NULL, 0};
    }
    return status;
}

static double observed(const walk *w, const drift__ties *ties)
{
    double from = 0;
    long double sum = 0;
    for (size_t k = 0; k < ties->n; k++) {
        double x = (double)ties->reference[k], y = (double)ties->current[k];
        double to = from + x * w->b - y * w->a;
        sum += drift__cramer_von_mises_step(from, to, x, y, w->a, w->b);
        from = to;
    }
    return (double)sum;
}

static drift_status run(walk *w, const drift__ties *ties, int with_ties)
{
    w->here[0].items = drift__allocate(&w->memory, 1, sizeof *w->here[0].items);
    if (!w->here[0].items)
        return DRIFT_ERR_OUT_OF_MEMORY;
    w->here[0].items[0] = (entry){0, 1};
    w->here[0].n = 1;
    drift_status status = DRIFT_OK;
    uint64_t pooled = w->n + w->m, t = 0;
    for (size_t k = 0; t < pooled && !status; k++) {
        uint64_t size = with_ties ? ties->reference[k] + ties->current[k] : 1;
        status = advance(w, t, size);
        t += size;
    }
    return status;
}

drift_status drift__cramer_von_mises_exact(const drift__ties *ties, int with_ties, double most_work,
                                           double *out_p_value)
{
    uint64_t n = ties->n_reference, m = ties->n_current, a = n, b = m;
    if ((double)n * (double)m > 1e6)
        return DRIFT_ERR_UNSUPPORTED;
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    walk w = {.memory = drift__allocator(NULL), .n = n, .m = m, .most_work = most_work};
    w.a = (double)(n / a);
    w.b = (double)(m / a);
    w.limit = observed(&w, ties) * (1 - 1e-13); /* integers, which may pass 2^53 */
    w.here = drift__allocate_zero(&w.memory, (size_t)n + 1, sizeof *w.here);
    w.next = drift__allocate_zero(&w.memory, (size_t)n + 1, sizeof *w.next);
    drift_status status = w.here && w.next ? run(&w, ties, with_ties) : DRIFT_ERR_OUT_OF_MEMORY;
    for (uint64_t i = 0; i <= n; i++) {
        if (w.here)
            drift__release(&w.memory, w.here[i].items);
        if (w.next)
            drift__release(&w.memory, w.next[i].items);
    }
    drift__release(&w.memory, w.here);
    drift__release(&w.memory, w.next);
    if (!status)
        *out_p_value = w.limit <= 0 || w.cut > 1 ? 1 : w.cut;
    return status;
}
