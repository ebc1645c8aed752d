/* SPDX-License-Identifier: Apache-2.0
 *
 * judge.h: the inside of a comparison. The way of a column through the room:
 * view (both sides' counts side by side) -> test cells -> evidence and effect
 * -> correction over all columns -> verdict, findings, rule in words.
 */
#ifndef DRIFT_COMPARE_JUDGE_H
#define DRIFT_COMPARE_JUDGE_H

#include <drift/comparison.h>

#include "core/arena.h"
#include "profile/state.h"

/** The tests that share a column's level, each with its weight (docs/methods.md, "The rule"). */
typedef enum drift__component {
    DRIFT__COMPONENT_CELLS = 0, /* homogeneity of the test cells */
    DRIFT__COMPONENT_LOCATION,  /* ranks: Wilcoxon */
    DRIFT__COMPONENT_SCALE,     /* ranks: Mood, beyond what location says */
    DRIFT__COMPONENT_KS,
    DRIFT__COMPONENT_MISSING, /* missing against present */
    DRIFT__COMPONENT_INVALID, /* unreadable against readable */
    DRIFT__COMPONENT_OUTSIDE, /* values beyond the reference's range */
    DRIFT__COMPONENT_UNSEEN,  /* values the reference never had */
    DRIFT__COMPONENT_SAMPLED, /* names of the sample against all others (name_sample.c) */
    DRIFT__COMPONENTS
} drift__component;

/** Sizes of changes that are no change among the test cells. */
typedef enum drift__share {
    DRIFT__SHARE_MISSING = 0, /* missing against present */
    DRIFT__SHARE_INVALID,     /* unreadable against readable */
    DRIFT__SHARE_UNSEEN,      /* of names the reference never had, against what chance leaves */
    DRIFT__SHARE_CROWDED,     /* of few names that nobody has kept */
    DRIFT__SHARES
} drift__share;

/** The names that both sides know for sure, and how many values have them. */
typedef struct drift__name_sample {
    int partial;    /* there are others */
    uint64_t reach; /* their selection lies below it */
    uint64_t reference, current;
} drift__name_sample;

/** Counts of both sides in the cells that the test and the effect use. */
typedef struct drift__test_cells {
    uint64_t *reference, *current;
    uint32_t n;
} drift__test_cells;

/** How much less dependent rows say, for one kind of statistic (docs/methods.md, "Blocks"). */
typedef struct drift__design_effect {
    double mean;   /* at least 1 */
    double spread; /* squared relative deviation of the single effects */
    double df;     /* with which the mean is known; infinite where it is taken as 1 */
} drift__design_effect;

typedef struct drift__design {
    int stated;       /* both profiles have blocks */
    int unknown;      /* ... too few with values to estimate anything from these */
    int rows_unknown; /* ... too few with rows: nor about the share of missing ones */
    double groups;    /* with values, on the side that has fewer */
    drift__design_effect cells, location, scale, ks, missing;
} drift__design;

/** What is known of one column while it is judged. */
typedef struct drift__judgement {
    const drift__column_state *reference, *current;
    drift_column_result *result;
    drift__test_cells cells;
    drift__design design;
    int tested;                       /* has a p-value to be judged */
    double level;                     /* what is left of alpha for this column */
    double alpha, min_effect;         /* in force for it */
    int absent;                       /* the current data does not have the column */
    double weight[DRIFT__COMPONENTS]; /* 0 = not part of this column's test; they add up to 1 */
    double p[DRIFT__COMPONENTS];
    double share_effect[DRIFT__SHARES]; /* PSI; 0 where there is none */
    double power;                       /* of the cells at a change of min_effect */
    uint64_t outside;                   /* current values beyond the reference's range */
    drift__name_sample sample;
    uint64_t unseen; /* current values of the sample with names the reference never had */
    uint64_t unseen_names;
    const drift_name_count *unseen_example;
    drift_verdict at_least; /* what findings outside the tests demand */
    const char **notes;
} drift__judgement;

/** The cells of the numeric column at hand as arrays, counts of the profiles among them. */
typedef struct drift__ordered_view {
    const uint64_t *reference, *current;
    uint64_t *joint; /* of both */
    double *lower, *upper;
    uint8_t *atoms;
    size_t room;
} drift__ordered_view;

/** Critical value and noncentrality last asked for; columns of a comparison mostly ask for the same. */
typedef struct drift__known_quantile {
    double level, df, value;
} drift__known_quantile;

struct drift_comparison {
    drift__arena arena;
    drift__known_quantile critical, noncentrality;
    drift__ordered_view ordered; /* one after the other in the same room */
    drift_comparison_config config;
    int brief;         /* one of many parts: only what chunks.c keeps of it */
    int blocks_absent; /* a side has no value in the column that makes the blocks */
    drift__judgement *judgements;
    drift_column_result *columns;
    size_t n_columns, tested;
    drift_finding *findings;
    size_t n_findings, findings_capacity;
    drift_chunk *chunks;
    size_t n_chunks;
    drift_verdict verdict;
    uint64_t rows_reference, rows_current;
};

/** INTERFACE: a change missed more often than one time in five was not looked for hard enough. */
#define DRIFT__WANTED_POWER 0.8

/** With fewer on a side, what blocks do is not known well enough for small p-values. */
enum { DRIFT__FEWEST_BLOCKS = 16 };
enum { DRIFT__MAX_NOTES = 8, DRIFT__TEST_CELLS = 16, DRIFT__NAME_CELLS = 64, DRIFT__EXPECTED = 10 };

/** Side-by-side cells of a numeric column into `result->cells` and `ordered`. */
void drift__view_cells(drift_comparison *comparison, drift__judgement *judgement);
/** Side-by-side names of a categorical column into `result->names`, largest joint count first. */
void drift__view_names(drift_comparison *comparison, drift__judgement *judgement);
/** Which of the view's names are sure to be known on both sides. */
void drift__sample_names(drift__judgement *judgement);
/** 1 where a name belongs to the sample. */
int drift__is_sampled(const drift__judgement *judgement, const drift_name_count *name);
/**
 * A name that came to hold many values is sampled by a rare chance only, but
 * then the names of the sample hold fewer: least PSI of such a change, with 97.5 % confidence;
 * `scale` is the design effect. O(1).
 */
double drift__crowded_effect(const drift__judgement *judgement, double scale);
/** The larger of the cells' effect and those of the shares; `out_share`: which, DRIFT__SHARES for the cells'. */
double drift__largest_effect(const drift__judgement *judgement, drift__share *out_share);
/**
 * Group the cells or names of the view for the test: numeric by reference mass
 * alone, discrete numbers and names by joint count (docs/methods.md, "Cells").
 */
void drift__choose_test_cells(drift_comparison *comparison, drift__judgement *judgement);
/** The design effects of the column's blocks; all 1 where the profiles have none. */
void drift__measure_design(const drift_comparison *comparison, drift__judgement *judgement);
/** ln of n (n-1) ... (n-k+1) / (m (m-1) ... (m-k+1)), k <= n <= m, k not always whole. */
double drift__log_ratio_of_choices(double n, double m, double k);
/**
 * p-value of the current values whose names the reference never had, among the
 * sampled; counts them and measures their effect on the way. 0 where there is none;
 * `out_rare`: the joint counts hold names rare enough to be absent by chance.
 */
int drift__test_unseen(drift_comparison *comparison, drift__judgement *judgement, int *out_rare,
                       double *out_p);
/** P(X > statistic) for a statistic that is chi-square with `df` degrees for independent rows. */
double drift__design_tail(const drift__design_effect *effect, double statistic, double df);
/** The largest mean of the effects on the values. */
double drift__design_largest(const drift__design *design);
/** Every statistic of INTERFACE.md's `statistics`, and the summaries. */
void drift__measure(drift_comparison *comparison, drift__judgement *judgement);
/** p-value and weight of each component, the column's p-value, the effects. */
void drift__weigh_evidence(drift_comparison *comparison, drift__judgement *judgement);
/** Probability that the cells would show a change of min_effect at the column's level. */
double drift__power(drift_comparison *comparison, const drift__judgement *judgement);
/** The same from a level, the weight of the cells in it, their degrees of freedom, and 1/N + 1/n. */
double drift__power_at(drift_comparison *comparison, double level, double weight, double df,
                       double min_effect, double g);
/** Check a configuration and fill in its defaults. */
drift_status drift__comparison_settle(const drift_comparison_config *given,
                                      drift_comparison_config *out, drift_error *error);
/** A comparison of a part, brief. */
drift_status drift__compare_part(const drift_profile *reference, const drift_profile *part,
                                 const drift_comparison_config *config,
                                 drift_comparison **out_comparison, drift_error *error);
/**
 * DRIFT_ERR_INCOMPATIBLE with a sentence unless the parts were compared with
 * this reference and under these settings.
 */
drift_status drift__chunks_check(const drift_chunks *chunks, const drift_profile *reference,
                                 const drift_comparison_config *config, drift_error *error);
/** Verdicts of the parts, into the comparison. */
void drift__judge_chunks(drift_comparison *comparison, const drift_chunks *chunks);
/** How many more rows would have been enough, into the result. */
void drift__count_rows_needed(drift_comparison *comparison, drift__judgement *judgement);
/** The test cells that carry the change, into the result. */
void drift__explain_change(drift_comparison *comparison, drift__judgement *judgement);
/** Notes on rows that belong together. */
void drift__note_dependence(drift_comparison *comparison, drift__judgement *judgement);
/** Findings that need no correction: columns, types, infinities, allowed values. */
void drift__find_violations(drift_comparison *comparison, drift__judgement *judgement);
/** Findings whose own component is significant after correction. */
void drift__find_significant(drift_comparison *comparison, drift__judgement *judgement);
void drift__find_extra_columns(drift_comparison *comparison, const drift_profile *reference,
                               const drift_profile *current);
/** Verdict and rule of one column once p-values are adjusted. */
void drift__decide(drift_comparison *comparison, drift__judgement *judgement);

void drift__note(drift_comparison *comparison, drift__judgement *judgement, const char *note);
void drift__add_finding(drift_comparison *comparison, drift_finding_kind kind,
                        drift_verdict verdict, const char *column, const char *message);
/** A number for a sentence, `digits` significant digits. */
const char *drift__say(drift_comparison *comparison, double value, int digits);
/** A count with thousands separators. */
const char *drift__say_count(drift_comparison *comparison, uint64_t count);
/** A share in percent: "12.5 %". */
const char *drift__say_share(drift_comparison *comparison, uint64_t part, uint64_t whole);

#endif
