/* SPDX-License-Identifier: Apache-2.0
 *
 * train.c: train DATA.csv MODEL.json REFERENCE.drift. DATA.csv: the features and a label, numbers
 * only. The model learns from every other row; the reference is the profile of the others together
 * with its answers to them: answers to rows it learnt from would be more certain than any later.
 */
#include <drift/drift.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

typedef struct rows {
    size_t n, capacity;
    float *features, *labels;
} rows;

static int grow(rows *data)
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

static int read_row(char *at, rows *data)
{
    if (data->n == data->capacity && grow(data))
        return -1;
    for (int k = 0; k < FEATURES; k++)
        data->features[data->n * FEATURES + (size_t)k] = next_number(&at);
    data->labels[data->n++] = next_number(&at);
    return 0;
}

/* Rows to learn from and rows for the reference, in turn. */
static int read_table(FILE *file, rows halves[2])
{
    char line[1024];
    size_t n = 0;
    if (!fgets(line, sizeof(line), file)) /* the names */
        return -1;
    while (fgets(line, sizeof(line), file))
        if (read_row(line, &halves[n++ % 2]))
            return -1;
    return n < 2 ? -1 : 0;
}

static int write_reference(const rows *data, float *scores, const char *path, drift_error *error)
{
    drift_column columns[OBSERVED];
    drift_table table = {sizeof(table), OBSERVED, data->n, observed_names, columns};
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_schema *schema = NULL;
    drift_profile *profile = NULL;
    for (int k = 0; k < OBSERVED; k++) {
        columns[k] = (drift_column)DRIFT_COLUMN_INIT;
        columns[k].layout = DRIFT_LAYOUT_FLOAT32;
        columns[k].data = k < FEATURES ? &data->features[k] : scores;
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

static int train(const rows halves[2], char **paths)
{
    drift_error error = {{0}};
    float *scores = malloc(halves[1].n * sizeof(*scores));
    model *trained = model_train(halves[0].features, halves[0].labels, halves[0].n);
    int bad = !scores || !trained ||
              model_predict(trained, halves[1].features, halves[1].n, scores) ||
              model_save(trained, paths[0]);
    if (!bad && write_reference(&halves[1], scores, paths[1], &error)) {
        fprintf(stderr, "train: %s\n", error.message);
        bad = 1;
    }
    model_destroy(trained);
    free(scores);
    return bad ? 1 : 0;
}

int main(int argc, char **argv)
{
    rows halves[2] = {{0}, {0}};
    if (argc != 4) {
        fprintf(stderr, "usage: train DATA.csv MODEL.json REFERENCE.drift\n");
        return 2;
    }
    FILE *file = fopen(argv[1], "r");
    int code = 1;
    if (!file || read_table(file, halves))
        fprintf(stderr, "train: %s cannot be read\n", argv[1]);
    else
        code = train(halves, argv + 2);
    if (file)
        fclose(file);
    for (int k = 0; k < 2; k++) {
        free(halves[k].features);
        free(halves[k].labels);
    }
    return code;
}
