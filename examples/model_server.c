/* SPDX-License-Identifier: Apache-2.0
 *
 * model_server.c: a model server that watches its own traffic; when the data is
 * no longer what the model learnt from, a callback orders a retraining.
 */
#include <drift/drift.h>
#include <math.h>
#include <stdio.h>
enum { COLUMNS = 3, TRAINING_ROWS = 20000, REQUESTS = 40000, CHANGE = 25000 };

static double uniform(void)
{
    static uint64_t state = 42;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) / 9007199254740992.0;
}

/* One request, the model's answer last; customers get younger after the change. */
static void serve(double row[COLUMNS], int changed)
{
    double normal = sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform());
    row[0] = (changed ? 35 : 45) + 10 * normal;
    row[1] = exp(10 + uniform());
    row[2] = 1 / (1 + exp(-0.05 * (row[0] - 40)));
}

static void retrain(const drift_alert *alert, void *context)
{
    size_t *columns = context; /* that the incident has by now */
    printf("request %llu: retrain: %s\n", (unsigned long long)alert->row, alert->message);
    *columns = alert->n_columns;
}

static drift_profile *learn(drift_error *error)
{
    static const char *const names[COLUMNS] = {"age", "income", "score"};
    static double rows[TRAINING_ROWS][COLUMNS];
    drift_column columns[COLUMNS];
    drift_table table = {sizeof(table), COLUMNS, TRAINING_ROWS, names, columns};
    drift_profile *profile = NULL;
    for (int i = 0; i < TRAINING_ROWS; i++)
        serve(rows[i], 0);
    for (int i = 0; i < COLUMNS; i++) {
        columns[i] = (drift_column)DRIFT_COLUMN_INIT;
        columns[i].layout = DRIFT_LAYOUT_FLOAT64;
        columns[i].data = &rows[0][i];
        columns[i].stride = sizeof(rows[0]);
    }
    return drift_profile_create(&table, NULL, &profile, error) == DRIFT_OK ? profile : NULL;
}

int main(void)
{
    drift_error error = {{0}};
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    drift_monitor *monitor = NULL;
    size_t columns = 0;
    drift_profile *reference = learn(&error);
    config.window_rows = 5000;
    if (!reference || drift_monitor_create(reference, &config, &monitor, &error) != DRIFT_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 2;
    }
    drift_monitor_on_alert(monitor, retrain, &columns);
    for (int i = 0; i < REQUESTS; i++) {
        double row[COLUMNS];
        drift_value values[COLUMNS];
        serve(row, i >= CHANGE);
        for (int k = 0; k < COLUMNS; k++)
            values[k] = (drift_value){.tag = DRIFT_VALUE_DOUBLE, .as.number = row[k]};
        drift_monitor_observe(monitor, values, COLUMNS); /* on the request path */
        if (i % 100 == 99)
            drift_monitor_poll(monitor, &error); /* off it */
    }
    drift_monitor_destroy(monitor);
    drift_profile_destroy(reference);
    return columns == 2 ? 0 : 1; /* age and score moved, income did not */
}
