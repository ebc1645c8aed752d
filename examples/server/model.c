/* SPDX-License-Identifier: Apache-2.0
 *
 * model.c: training, files and predictions of XGBoost.
 */
#include "model.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>

enum { ROUNDS = 60 };

const char *const observed_names[OBSERVED] = {"age", "income", "debt", "late_payments", "score"};

struct model {
    BoosterHandle booster;
};

static int failed(int code)
{
    if (code != 0)
        fprintf(stderr, "xgboost: %s\n", XGBGetLastError());
    return code != 0;
}

static model *model_create(const DMatrixHandle *data, bst_ulong n)
{
    model *created = calloc(1, sizeof(*created));
    if (created && !failed(XGBoosterCreate(data, n, &created->booster)) &&
        !failed(XGBoosterSetParam(created->booster, "nthread", "1")))
        return created;
    model_destroy(created);
    return NULL;
}

static int boost(model *trained, DMatrixHandle data)
{
    static const char *const settings[][2] = {
        {"objective", "binary:logistic"}, {"max_depth", "4"}, {"eta", "0.2"}, {"seed", "1"}};
    int bad = 0;
    for (size_t i = 0; i < sizeof(settings) / sizeof(*settings) && !bad; i++)
        bad = failed(XGBoosterSetParam(trained->booster, settings[i][0], settings[i][1]));
    for (int round = 0; round < ROUNDS && !bad; round++)
        bad = failed(XGBoosterUpdateOneIter(trained->booster, round, data));
    return bad;
}

model *model_train(const float *features, const float *labels, size_t n)
{
    DMatrixHandle data = NULL;
    model *trained = NULL;
    if (failed(XGDMatrixCreateFromMat(features, n, FEATURES, NAN, &data)))
        return NULL;
    if (!failed(XGDMatrixSetFloatInfo(data, "label", labels, n)))
        trained = model_create(&data, 1);
    if (trained && boost(trained, data)) {
        model_destroy(trained);
        trained = NULL;
    }
    XGDMatrixFree(data);
    return trained;
}

model *model_load(const char *path)
{
    model *loaded = model_create(NULL, 0);
    if (loaded && !failed(XGBoosterLoadModel(loaded->booster, path)))
        return loaded;
    model_destroy(loaded);
    return NULL;
}

int model_save(const model *trained, const char *path)
{
    return failed(XGBoosterSaveModel(trained->booster, path));
}

int model_predict(const model *trained, const float *features, size_t n, float *out_scores)
{
    /* Version 1.7 asks for cache_id, which is without effect here. */
    static const char config[] = "{\"type\":0,\"training\":false,\"iteration_begin\":0,"
                                 "\"iteration_end\":0,\"strict_shape\":false,\"cache_id\":0,"
                                 "\"missing\":NaN}";
    char values[160];
    const bst_ulong *shape = NULL;
    bst_ulong dimensions = 0;
    const float *scores = NULL;
    snprintf(values, sizeof(values),
             "{\"data\":[%zu,true],\"shape\":[%zu,%d],\"typestr\":\"<f4\",\"version\":3}",
             (size_t)features, n, FEATURES);
    if (failed(XGBoosterPredictFromDense(trained->booster, values, config, NULL, &shape,
                                         &dimensions, &scores)))
        return -1;
    if (dimensions < 1 || shape[0] != n)
        return -1;
    memcpy(out_scores, scores, n * sizeof(*out_scores));
    return 0;
}

void model_destroy(model *trained)
{
    if (trained && trained->booster)
        XGBoosterFree(trained->booster);
    free(trained);
}
