/* SPDX-License-Identifier: Apache-2.0
 *
 * scores.h: evidence by window scores, for streams whose rows depend on each
 * other: each whole window of the live stream is ranked, by its scores, among those of the
 * reference, and these ranks are what an urn (drift/evidence.h) is shown, one a window and
 * score. The level is shared by the scores of a column.
 *
 * How a monitor uses a column's plan (dependence.h):
 *
 *   none, unknown  drift_evidence_create_from_counts, all rows
 *   thinning       the same from drift__thin_counts(counts, places, plan->rows, ...),
 *                  with config.stride = plan->rows; rows and blocks as ever
 *   windows        drift__scores_create; rows by drift__scores_update, those
 *                  without a value too, so that windows stay aligned with the season
 *   refused        nothing; drift__plan_say is the warning
 *
 * A window can raise the wealth by its rank's rarity at most, so that the largest
 * change takes about eight windows.
 */
#ifndef DRIFT_SEQUENTIAL_SCORES_H
#define DRIFT_SEQUENTIAL_SCORES_H

#include <drift/evidence.h>

#include "sequential/dependence.h"

typedef struct drift__scores drift__scores;

/**
 * For a plan of windows and the reference it was chosen for. Of `config` kind, block_rows and stride
 * are not used; a run length is in rows. DRIFT_ERR_INVALID_ARGUMENT for another plan.
 */
drift_status drift__scores_create(const drift__plan *plan, const drift__place_counts *reference,
                                  const drift_evidence_config *config, drift__scores **out_scores,
                                  drift_error *error);
void drift__scores_destroy(drift__scores *scores);
/**
 * Rows one after the other, by their place; from the number of places on: a row without a
 * value. Windows are exact, however rows are split over calls. Takes no memory.
 */
drift_status drift__scores_update(drift__scores *scores, const uint32_t *places, size_t n);
/**
 * A block of `rows` rows whose order is not known, with these counts by place (those without a
 * value are in `rows` only). The open window ends with the first block that makes it as long as
 * the reference's or longer. What is longer counts as up to 64 windows of that mean, spread as the
 * reference's are; of names as one. Approximate: a season is cut anywhere, and what happens within a
 * block is not seen. O(places).
 */
drift_status drift__scores_update_counts(drift__scores *scores, const uint64_t *counts,
                                         uint64_t rows);
/**
 * In rows of the stream: `alarm_row` is the last row of the window that raised the alarm,
 * `change_row` the first of the one in which the change began. The logarithms are of the
 * evidence on the column, by its strongest score.
 */
void drift__scores_get(const drift__scores *scores, drift_evidence_result *out_result);
/**
 * Counts of the reference, and of the rows since the change as it is dated now (of the
 * last 32 windows at most), in up to DRIFT__SCORE_CELLS groups of places: what the size of the
 * change is told from. Returns the number of groups.
 */
uint32_t drift__scores_since_change(const drift__scores *scores, uint64_t *out_reference,
                                    uint64_t *out_now);
/** 1 where these groups are in order. */
int drift__scores_ordered(const drift__scores *scores);
/** All that drift__scores_create does not know. */
void drift__scores_write(const drift__scores *scores, drift__writer *writer);
/** Into new scores of the same plan, reference and configuration; where DRIFT_ERR_CORRUPT, destroy them. */
drift_status drift__scores_read(drift__scores *scores, drift__byte_reader *reader);

#endif
