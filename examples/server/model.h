/* SPDX-License-Identifier: Apache-2.0
 *
 * model.h: a gradient-boosted model of credit defaults, by XGBoost's C interface.
 * Train and serve with the same version of XGBoost: an older one may read a newer
 * model without an error and answer otherwise.
 */
#ifndef EXAMPLES_SERVER_MODEL_H
#define EXAMPLES_SERVER_MODEL_H

#include <stddef.h>

enum { FEATURES = 4, OBSERVED = FEATURES + 1 };
/* The features, then what the model says of them: a row of the reference and of the monitor. */
extern const char *const observed_names[OBSERVED];

typedef struct model model;

/* `n` rows of FEATURES values, NAN = missing, and a label (0 or 1) for each. NULL after a message. */
model *model_train(const float *features, const float *labels, size_t n);
model *model_load(const char *path);
int model_save(const model *trained, const char *path); /* 0 on success */
/* Scores of `n` rows; 0 on success. Any number of threads at once. */
int model_predict(const model *trained, const float *features, size_t n, float *out_scores);
void model_destroy(model *trained);

#endif
