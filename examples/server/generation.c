/* SPDX-License-Identifier: Apache-2.0
 *
 * generation.c: a model, what is counted of its requests, and its replacement.
 */
#include "generation.h"
#include <stdio.h>
#include <stdlib.h>

drift_profile *generation_reference(const char *folder)
{
    char path[4200];
    drift_error error = {{0}};
    drift_profile *reference = NULL;
    snprintf(path, sizeof(path), "%s/reference.drift", folder);
    if (drift_profile_read(path, NULL, &reference, &error) != DRIFT_OK)
        fprintf(stderr, "serve: %s\n", error.message);
    return reference;
}

static int open_counts(generation *opened, const char *folder)
{
    drift_error error = {{0}};
    drift_profile *reference = generation_reference(folder);
    if (!reference)
        return -1;
    drift_status status = drift_profile_create_against(reference, NULL, &opened->rows, &error);
    if (!status)
        status = drift_profile_create_against(reference, NULL, &opened->spare, &error);
    drift_profile_destroy(reference);
    if (status)
        fprintf(stderr, "serve: %s\n", error.message);
    return status;
}

generation *generation_open(const char *folder, uint64_t number, int counting)
{
    char path[4200];
    generation *opened = calloc(1, sizeof(*opened));
    if (!opened)
        return NULL;
    opened->number = number;
    pthread_mutex_init(&opened->counting, NULL);
    snprintf(path, sizeof(path), "%s/model.json", folder);
    opened->model = model_load(path);
    if (opened->model && !(counting && open_counts(opened, folder)))
        return opened;
    generation_close(opened);
    return NULL;
}

void generation_close(generation *closed)
{
    if (!closed)
        return;
    drift_profile_destroy(closed->rows);
    drift_profile_destroy(closed->spare);
    pthread_mutex_destroy(&closed->counting);
    model_destroy(closed->model);
    free(closed);
}

generation *serving_hold(serving *served, unsigned *out_turn)
{
    pthread_mutex_lock(&served->lock);
    *out_turn = served->turn;
    served->holders[served->turn]++;
    generation *held = served->generations[served->turn];
    pthread_mutex_unlock(&served->lock);
    return held;
}

void serving_release(serving *served, unsigned turn)
{
    pthread_mutex_lock(&served->lock);
    if (--served->holders[turn] == 0)
        pthread_cond_signal(&served->released);
    pthread_mutex_unlock(&served->lock);
}

generation *serving_replace(serving *served, generation *next)
{
    pthread_mutex_lock(&served->lock);
    unsigned before = served->turn;
    served->turn = 1 - before;
    served->generations[served->turn] = next;
    while (served->holders[before] > 0)
        pthread_cond_wait(&served->released, &served->lock);
    generation *replaced = served->generations[before];
    served->generations[before] = NULL;
    pthread_mutex_unlock(&served->lock);
    return replaced;
}
