/* SPDX-License-Identifier: Apache-2.0
 *
 * train.c: train DATA.csv MODEL.json REFERENCE.drift: a model, and the profile of what
 * it learnt from together with its answers. DATA.csv: the features and a label, numbers only.
 */
#include <drift/drift.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

typedef struct training {
    size_t n, capacity;
    float *features, *labels, *scores;
} training;

static int grow(training *data)
{
    size_t capacity = data->capacity ? 2 * data->capacity : 1024;
    float *features = realloc(data->features, capacity * FEATURES * sizeof(float));
    if (features)
        data->features = features;
    float *labels = realloc(data->labels, capacity * sizeof(float));
    if (labels)
        data->labels = labels;
    if (!features || !labels)
        return -1;
    data->capacity = capacity;
    return 0;
}

/* One number and the comma behind it; nothing between commas is a missing value. */
static float next_number(char **at)
{
    char *end = NULL;
    float number = strtof(*at, &end);
    if (end == *at)
        number = NAN;
    *at = *end == ',' ? end + 1 : end;
    return number;
}

static int read_table(FILE *file, training *data)
{
    char line[1024];
    if (!fgets(line, sizeof(line), file)) /* the names */
        return -1;
    while (fgets(line, sizeof(line), file)) {
        char *at = line;
        if (data->n == data->capacity && grow(data))
            return -1;
        for (int k = 0; k < FEATURES; k++)
            data->features[data->n * FEATURES + (size_t)k] = next_number(&at);
        data->labels[data->n++] = next_number(&at);
    }
    data->scores = malloc((data->n + 1) * sizeof(float));
    return data->scores && data->n > 0 ? 0 : -1;
}

static int write_reference(const training *data, const char *path, drift_error *error)
{
    drift_column columns[OBSERVED];
    drift_table table = {sizeof(table), OBSERVED, data->n, observed_names, columns};
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_schema *schema = NULL;
    drift_profile *profile = NULL;
    for (int k = 0; k < OBSERVED; k++) {
        columns[k] = (drift_column)DRIFT_COLUMN_INIT;
        columns[k].layout = DRIFT_LAYOUT_FLOAT32;
        columns[k].data = k < FEATURES ? &data->features[k] : data->scores;
        columns[k].stride = k < FEATURES ? FEATURES * sizeof(float) : sizeof(float);
    }
    drift_status status = drift_schema_create(NULL, &schema);
    if (!status)
        status = drift_schema_set_role(schema, observed_names[FEATURES], DRIFT_ROLE_SCORE);
    config.schema = schema;
    if (!status)
        status = drift_profile_create(&table, &config, &profile, error);
    if (!status)
        status = drift_profile_write(profile, path, error);
    drift_profile_destroy(profile);
    drift_schema_destroy(schema);
    return status;
}

static int train(training *data, char **paths)
{
    drift_error error = {{0}};
    model *trained = model_train(data->features, data->labels, data->n);
    int bad = !trained || model_predict(trained, data->features, data->n, data->scores) ||
              model_save(trained, paths[0]);
    model_destroy(trained);
    if (!bad && write_reference(data, paths[1], &error)) {
        fprintf(stderr, "train: %s\n", error.message);
        bad = 1;
    }
    return bad ? 1 : 0;
}

int main(int argc, char **argv)
{
    training data = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: train DATA.csv MODEL.json REFERENCE.drift\n");
        return 2;
    }
    FILE *file = fopen(argv[1], "r");
    int code = 1;
    if (!file || read_table(file, &data))
        fprintf(stderr, "train: %s cannot be read\n", argv[1]);
    else
        code = train(&data, argv + 2);
    if (file)
        fclose(file);
    free(data.features);
    free(data.labels);
    free(data.scores);
    return code;
}
