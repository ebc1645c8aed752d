/* SPDX-License-Identifier: Apache-2.0
 *
 * divergence.c: PSI, Kullback-Leibler, Jensen-Shannon, Hellinger, total
 * variation on counts. Each is a sum of terms that are >= 0 on their own and
 * are written so that equal shares give exactly 0 and near ones lose no digits.
 */
#include <math.h>

#include "distance/shares.h"

typedef double (*term_function)(drift__shares shares);

static double sum_terms(const drift__share_table *table, term_function term)
{
    double sum = 0;
    for (size_t k = 0; k < table->n; k++)
        if (drift__table_used(table, k))
            sum += term(drift__table_shares(table, k));
    return sum;
}

double drift__log_ratio(drift__shares s)
{
    if (s.difference == 0)
        return 0;
    return s.p > s.q ? log1p(s.difference / s.q) : -log1p(-s.difference / s.p);
}

static double psi_term(drift__shares s)
{
    if (s.difference == 0)
        return 0;
    if (s.p == 0 || s.q == 0)
        return INFINITY;
    return s.difference * drift__log_ratio(s);
}

double drift__kl_term(drift__shares s)
{
    if (s.p == 0)
        return s.q;
    if (s.q == 0)
        return INFINITY;
    double r = s.difference / s.q;
    if (fabs(r) > 0.05)
        return s.p * log1p(r) - s.difference;
    /* q ((1 + r) ln(1 + r) - r) = q sum_{k>=2} (-r)^k / (k (k - 1)) */
    static const double inverse[] = {0,         0,         1.0 / 2,   1.0 / 6,  1.0 / 12, 1.0 / 20,
                                     1.0 / 30,  1.0 / 42,  1.0 / 56,  1.0 / 72, 1.0 / 90, 1.0 / 110,
                                     1.0 / 132, 1.0 / 156, 1.0 / 182, 1.0 / 210};
    double power = r * r, sum = 0;
    for (int k = 2; k < 16; k++) {
        double before = sum;
        sum += power * inverse[k];
        if (sum == before)
            break;
        power *= -r;
    }
    return s.q * sum;
}

/* (p + q)/4 ((1 + d) ln(1 + d) + (1 - d) ln(1 - d)), d = (p - q)/(p + q) */
double drift__js_term(drift__shares s)
{
    double whole = s.p + s.q, d = s.difference / whole;
    double sum = 0;
    if (fabs(d) > 0.3) {
        sum = (1 + d > 0 ? (1 + d) * log1p(d) : 0) + (1 - d > 0 ? (1 - d) * log1p(-d) : 0);
    } else {
        static const double inverse[] = {0,         1,         1.0 / 6,   1.0 / 15,  1.0 / 28,
                                         1.0 / 45,  1.0 / 66,  1.0 / 91,  1.0 / 120, 1.0 / 153,
                                         1.0 / 190, 1.0 / 231, 1.0 / 276, 1.0 / 325, 1.0 / 378,
                                         1.0 / 435, 1.0 / 496, 1.0 / 561, 1.0 / 630, 1.0 / 703};
        double square = d * d, power = square;
        for (int k = 1; k < 20; k++) {
            double before = sum;
            sum += power * inverse[k];
            if (sum == before)
                break;
            power *= square;
        }
    }
    return whole / 4 * sum;
}

double drift__hellinger_term(drift__shares s)
{
    double roots = sqrt(s.p) + sqrt(s.q), root_difference = s.difference / roots;
    return root_difference * root_difference / 2;
}

static double variation_term(drift__shares s)
{
    return fabs(s.difference) / 2;
}

static double overlap_term(drift__shares s)
{
    return sqrt(s.p) * sqrt(s.q);
}

static double smaller_term(drift__shares s)
{
    return s.p < s.q ? s.p : s.q;
}

/* How much more the reference's shares sum to than the current's: what floors put into empty ones. */
static double surplus(const drift__share_table *table)
{
    if (table->smoothing != DRIFT_SMOOTHING_SMALLEST && table->smoothing != DRIFT_SMOOTHING_FLOOR)
        return 0;
    return (double)table->empty_p * table->floor_p - (double)table->empty_q * table->floor_q;
}

static double largest_difference(const drift__share_table *table)
{
    double largest = 0;
    for (size_t k = 0; k < table->n; k++) {
        double here = fabs(drift__table_shares(table, k).difference);
        largest = here > largest ? here : largest;
    }
    return largest;
}

/* -ln of the overlap; through its complement where that is small. */
static double bhattacharyya(const drift__share_table *table)
{
    double complement = sum_terms(table, drift__hellinger_term);
    return complement < 0.5 ? -log1p(-complement) : -log(sum_terms(table, overlap_term));
}

static double evaluate(drift_divergence which, const drift__share_table *table)
{
    switch (which) {
    case DRIFT_DIVERGENCE_PSI:
        return sum_terms(table, psi_term);
    case DRIFT_DIVERGENCE_KL:
        /* Where floors leave sums other than 1, what the terms took off is given back. */
        return sum_terms(table, drift__kl_term) + surplus(table);
    case DRIFT_DIVERGENCE_JS:
        return sum_terms(table, drift__js_term);
    case DRIFT_DIVERGENCE_HELLINGER:
        return sqrt(sum_terms(table, drift__hellinger_term));
    case DRIFT_DIVERGENCE_TOTAL_VARIATION:
        return sum_terms(table, variation_term);
    case DRIFT_DIVERGENCE_BHATTACHARYYA:
        return bhattacharyya(table);
    case DRIFT_DIVERGENCE_L_INFINITY:
        return largest_difference(table);
    case DRIFT_DIVERGENCE_INTERSECTION:
        return sum_terms(table, smaller_term);
    }
    return 0;
}

static int takes_smoothing(drift_divergence which)
{
    return which == DRIFT_DIVERGENCE_PSI || which == DRIFT_DIVERGENCE_KL;
}

drift_status drift_divergence_of_weights(drift_divergence which, const double *reference,
                                         const double *current, size_t n, drift_smoothing smoothing,
                                         double *out_value)
{
    drift__share_table table;
    if (!out_value || which > DRIFT_DIVERGENCE_INTERSECTION)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__table_of_weights(
        &table, reference, current, n, takes_smoothing(which) ? smoothing : DRIFT_SMOOTHING_NONE);
    if (!status)
        *out_value = evaluate(which, &table);
    return status;
}

static drift_status of_counts(drift_divergence which, const uint64_t *reference,
                              const uint64_t *current, size_t n, drift_smoothing smoothing,
                              double *out_value)
{
    drift__share_table table;
    if (!out_value)
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__table_of_counts(&table, reference, current, n, smoothing);
    if (!status)
        *out_value = evaluate(which, &table);
    return status;
}

drift_status drift_psi(const uint64_t *reference, const uint64_t *current, size_t n,
                       drift_smoothing smoothing, double *out_value)
{
    return of_counts(DRIFT_DIVERGENCE_PSI, reference, current, n, smoothing, out_value);
}

drift_status drift_kl(const uint64_t *reference, const uint64_t *current, size_t n,
                      drift_smoothing smoothing, double *out_value)
{
    return of_counts(DRIFT_DIVERGENCE_KL, reference, current, n, smoothing, out_value);
}

drift_status drift_js(const uint64_t *reference, const uint64_t *current, size_t n,
                      double *out_value)
{
    return of_counts(DRIFT_DIVERGENCE_JS, reference, current, n, DRIFT_SMOOTHING_NONE, out_value);
}

drift_status drift_hellinger(const uint64_t *reference, const uint64_t *current, size_t n,
                             double *out_value)
{
    return of_counts(DRIFT_DIVERGENCE_HELLINGER, reference, current, n, DRIFT_SMOOTHING_NONE,
                     out_value);
}

drift_status drift_total_variation(const uint64_t *reference, const uint64_t *current, size_t n,
                                   double *out_value)
{
    return of_counts(DRIFT_DIVERGENCE_TOTAL_VARIATION, reference, current, n, DRIFT_SMOOTHING_NONE,
                     out_value);
}

drift_status drift_bhattacharyya(const uint64_t *reference, const uint64_t *current, size_t n,
                                 double *out_value)
{
    return of_counts(DRIFT_DIVERGENCE_BHATTACHARYYA, reference, current, n, DRIFT_SMOOTHING_NONE,
                     out_value);
}

drift_status drift_l_infinity(const uint64_t *reference, const uint64_t *current, size_t n,
                              double *out_value)
{
    return of_counts(DRIFT_DIVERGENCE_L_INFINITY, reference, current, n, DRIFT_SMOOTHING_NONE,
                     out_value);
}

drift_status drift_robust_l_infinity(const uint64_t *reference, const uint64_t *current, size_t n,
                                     double alpha, double *out_value)
{
    drift__totals totals;
    double largest;
    if (!out_value || !(alpha > 0 && alpha < 1))
        return DRIFT_ERR_INVALID_ARGUMENT;
    drift_status status = drift__sum_counts(reference, current, n, &totals);
    if (!status)
        status = drift_l_infinity(reference, current, n, &largest);
    if (status)
        return status;
    double g = 1 / (double)totals.reference + 1 / (double)totals.current;
    double rest = largest - sqrt(-log(alpha / 2) / 2) * sqrt(g);
    *out_value = rest > 0 ? rest : 0;
    return DRIFT_OK;
}

drift_status drift_histogram_intersection(const uint64_t *reference, const uint64_t *current,
                                          size_t n, double *out_value)
{
    return of_counts(DRIFT_DIVERGENCE_INTERSECTION, reference, current, n, DRIFT_SMOOTHING_NONE,
                     out_value);
}
