/* SPDX-License-Identifier: Apache-2.0
 *
 * test_alerts.c: alerts and retrainings as a monitor delivers them, and what a callback may do.
 */
#include "made_data.h"
#include "profile_fixture.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WINDOW = 1000, MOST = 16 };

/* What was called, in order: "o" opened, "u" updated, "e" ended, "R" retrain. */
typedef struct heard {
    drift_monitor *monitor;
    const made *more; /* observed from inside the callback */
    uint64_t now;     /* nanoseconds */
    char calls[MOST + 1];
    char columns[MOST][64], retraining[MOST][128];
    int n, destroy_at_alert, destroy_at_retrain;
} heard;

static uint64_t tell_time(void *context)
{
    return ((heard *)context)->now;
}

static void note(heard *h, char call, const drift_alert *alert)
{
    ck_assert_int_lt(h->n, MOST);
    snprintf(h->retraining[h->n], 128, "%s", alert->retraining ? alert->retraining : "-");
    for (size_t i = 0; i < alert->n_columns; i++) {
        size_t used = strlen(h->columns[h->n]);
        snprintf(h->columns[h->n] + used, 64 - used, "%s%s", i ? "," : "",
                 alert->columns[i]->column);
    }
    h->calls[h->n++] = call;
}

static void act(const drift_alert *alert, void *context)
{
    heard *h = context;
    note(h, "oue"[alert->phase], alert);
    if (h->more) { /* another window, so another comparison, while this one is lent */
        const drift_comparison *lent = alert->comparison;
        ck_assert_int_eq(drift_monitor_observe_batch(h->monitor, &h->more->table, NULL), DRIFT_OK);
        ck_assert_ptr_eq(alert->comparison, lent);
        if (lent)
            ck_assert_str_eq(drift_comparison_column(lent, 0)->name, "x");
        ck_assert_str_eq(alert->columns[0]->column, alert->column);
        ck_assert_int_eq(drift_monitor_poll(h->monitor, NULL), DRIFT_ERR_BUSY);
        ck_assert_int_eq(drift_monitor_finish(h->monitor, NULL), DRIFT_ERR_BUSY);
        ck_assert_uint_ge(drift_monitor_open_incidents(h->monitor), 1);
        h->more = NULL;
    }
    if (h->destroy_at_alert)
        drift_monitor_destroy(h->monitor);
}

static void retrain(const drift_alert *alert, void *context)
{
    heard *h = context;
    note(h, 'R', alert);
    ck_assert_int_eq(drift_monitor_poll(h->monitor, NULL), DRIFT_ERR_BUSY);
    if (h->destroy_at_retrain)
        drift_monitor_destroy(h->monitor);
}

/* By evidence (0) and by windows (1): what the policy does of it is the same. */
static heard *hear_by(int detector, drift_monitor_config config)
{
    heard *h = calloc(1, sizeof *h);
    made *m = make_table(10000);
    drift_profile *reference = made_reference(m);
    config.detector = (uint32_t)detector;
    config.window_rows = WINDOW;
    config.clock = tell_time;
    config.clock_context = h;
    h->now = 1000000000000;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &h->monitor, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_on_alert(h->monitor, act, h), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_on_retrain(h->monitor, retrain, h), DRIFT_OK);
    drift_profile_destroy(reference);
    free(m);
    return h;
}

static made *shifted(double x, double y)
{
    made *m = make_table(WINDOW);
    for (int i = 0; i < WINDOW; i++) {
        m->x[i] += x;
        m->y[i] += y;
    }
    return m;
}

/* Windows of rows whose x and y are shifted, then a poll. */
static void give(heard *h, int windows, double x, double y)
{
    for (int i = 0; i < windows; i++) {
        made *m = shifted(x, y);
        ck_assert_int_eq(drift_monitor_observe_batch(h->monitor, &m->table, NULL), DRIFT_OK);
        free(m);
    }
    ck_assert_int_eq(drift_monitor_poll(h->monitor, NULL), DRIFT_OK);
}

static void end(heard *h)
{
    drift_monitor_destroy(h->monitor);
    free(h);
}

START_TEST(retraining_is_asked_for_after_the_alert_once_an_incident)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.incident_rows = 5 * WINDOW;
    heard *h = hear_by(_i, config);
    give(h, 1, 0, 0);
    give(h, 1, 2, 0);
    ck_assert_str_eq(h->calls, "oR");
    ck_assert_str_eq(h->retraining[0], "requested");
    ck_assert_str_eq(h->retraining[1], "requested");
    give(h, 1, 2, 9); /* it grows */
    ck_assert_str_eq(h->calls, "oRu");
    ck_assert_str_eq(h->columns[2], "y,x");
    ck_assert_str_eq(h->retraining[2], "-");
    give(h, 3, 0, 0);
    ck_assert_str_eq(h->calls, "oRue");
    ck_assert_str_eq(h->retraining[3], "-");
    ck_assert_uint_eq(drift_monitor_open_incidents(h->monitor), 0);
    give(h, 2, 2, 0);
    ck_assert_str_eq(h->calls, "oRueoR");
    end(h);
}
END_TEST

START_TEST(what_is_withheld_is_told_and_asked_for_again_when_it_grows)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.retrain_interval_seconds = 60;
    config.incident_rows = 5 * WINDOW;
    heard *h = hear_by(_i, config);
    give(h, 1, 2, 0);
    give(h, 3, 0, 0);
    ck_assert_str_eq(h->calls, "oRe");
    h->now += 30000000000;
    give(h, 2, 2, 0);
    ck_assert_str_eq(h->calls, "oReo");
    ck_assert_str_eq(h->retraining[3],
                     "withheld: the last one was 30 s ago, and 60 s have to lie between two");
    h->now += 30000000000;
    give(h, 2, 2, 9);
    ck_assert_str_eq(h->calls, "oReouR");
    ck_assert_str_eq(h->retraining[4], "requested");
    end(h);
}
END_TEST

START_TEST(a_warning_retrains_nobody_until_it_is_an_alert)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.warnings = 1;
    heard *h = hear_by(_i, config);
    give(h, 3, .2, 0);
    ck_assert_str_eq(h->calls, "o");
    ck_assert_str_eq(h->retraining[0], "-");
    ck_assert_uint_eq(drift_monitor_warnings(h->monitor), 1);
    ck_assert_uint_eq(drift_monitor_alerts(h->monitor), 0);
    give(h, 3, 3, 0);
    ck_assert_str_eq(h->calls, "ouR");
    ck_assert_uint_eq(drift_monitor_alerts(h->monitor), 1);
    end(h);
}
END_TEST

START_TEST(a_monitor_may_be_destroyed_from_either_callback)
{
    for (int at_retrain = 0; at_retrain < 2; at_retrain++) {
        heard *h = hear_by(_i, (drift_monitor_config)DRIFT_MONITOR_CONFIG_INIT);
        h->destroy_at_retrain = at_retrain;
        h->destroy_at_alert = !at_retrain;
        made *m = shifted(2, 0);
        drift_monitor_observe_batch(h->monitor, &m->table, NULL);
        give(h, 3, 0, 0); /* its end waits too; frees it */
        ck_assert_str_eq(h->calls, at_retrain ? "oR" : "o");
        free(m);
        free(h);
    }
}
END_TEST

START_TEST(a_callback_may_observe_whole_windows)
{
    heard *h = hear_by(_i, (drift_monitor_config)DRIFT_MONITOR_CONFIG_INIT);
    made *more = shifted(0, 9);
    h->more = more;
    give(h, 1, 2, 0);
    /* What that brought is told by the same poll: y has changed, x may be as before. */
    ck_assert_str_eq(h->calls, "oRu");
    ck_assert_str_eq(h->columns[2], "y,x");
    ck_assert_uint_eq(drift_monitor_windows(h->monitor), 2);
    end(h);
    free(more);
}
END_TEST

static void go_silent(const drift_alert *alert, void *context)
{
    heard *h = context;
    const drift_column_rule rule = {.struct_size = sizeof rule, .mute = 1};
    note(h, "oue"[alert->phase], alert);
    ck_assert_int_eq(drift_monitor_mute(h->monitor, "y", DRIFT_NO_ROWS, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_set_rule(h->monitor, "z", &rule, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_on_retrain(h->monitor, NULL, NULL), DRIFT_OK);
}

START_TEST(a_callback_may_mute_and_replace_callbacks)
{
    heard *h = hear_by(_i, (drift_monitor_config)DRIFT_MONITOR_CONFIG_INIT);
    drift_monitor_on_alert(h->monitor, go_silent, h);
    give(h, 1, 2, 0);
    ck_assert_str_eq(h->calls, "o");
    give(h, 2, 2, 9);
    ck_assert_str_eq(h->calls, "o");
    ck_assert_int_eq(drift_monitor_mute(h->monitor, "y", 0, NULL), DRIFT_OK);
    give(h, 2, 2, 9);
    ck_assert_int_eq(h->n, 2);
    ck_assert_ptr_nonnull(strchr(h->columns[1], 'y'));
    end(h);
}
END_TEST

START_TEST(mutes_and_rules_are_of_columns_that_exist)
{
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.incident_rows = 5 * WINDOW;
    heard *h = hear_by(_i, config);
    drift_error error;
    drift_column_rule rule = DRIFT_COLUMN_RULE_INIT;
    ck_assert_int_eq(drift_monitor_mute(h->monitor, "w", 5, &error), DRIFT_ERR_NOT_FOUND);
    ck_assert_str_eq(error.message, "the reference has no column 'w'");
    ck_assert_int_eq(drift_monitor_set_rule(h->monitor, "w", &rule, &error), DRIFT_ERR_NOT_FOUND);
    ck_assert_int_eq(drift_monitor_set_rule(h->monitor, NULL, &rule, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_monitor_set_rule(NULL, "x", &rule, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_monitor_mute(NULL, "x", 0, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_monitor_on_retrain(NULL, NULL, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    rule.min_effect = (double)NAN;
    ck_assert_int_eq(drift_monitor_set_rule(h->monitor, "x", &rule, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    rule.min_effect = 50; /* x never matters so much */
    ck_assert_int_eq(drift_monitor_set_rule(h->monitor, "x", &rule, NULL), DRIFT_OK);
    give(h, 1, 2, 9);
    ck_assert_str_eq(h->columns[0], "y");
    ck_assert_int_eq(drift_monitor_set_rule(h->monitor, "x", NULL, NULL), DRIFT_OK);
    give(h, 2, 2, 9);
    ck_assert_ptr_nonnull(strchr(h->columns[h->n - 1], 'x'));
    ck_assert_int_eq(drift_monitor_mute(h->monitor, NULL, DRIFT_NO_ROWS, NULL), DRIFT_OK);
    int before = h->n;
    give(h, 3, 0, 0);
    ck_assert_int_eq(h->calls[before], 'e'); /* what was told is ended all the same */
    give(h, 3, 5, 20);
    ck_assert_int_eq(h->n, before + 1);
    end(h);
}
END_TEST

/* The evidence crosses once; the rule asks for more than it finds then. */
START_TEST(a_change_that_grows_beyond_its_rule_is_told_before_the_window_ends)
{
    heard *h = hear_by(_i, (drift_monitor_config)DRIFT_MONITOR_CONFIG_INIT);
    drift_column_rule rule = DRIFT_COLUMN_RULE_INIT;
    made *small = shifted(.6, 0), *large = shifted(6, 0);
    rule.min_effect = 1;
    ck_assert_int_eq(drift_monitor_set_rule(h->monitor, "x", &rule, NULL), DRIFT_OK);
    small->table.n_rows = 300;
    large->table.n_rows = 600;
    drift_monitor_observe_batch(h->monitor, &small->table, NULL);
    ck_assert_int_eq(drift_monitor_poll(h->monitor, NULL), DRIFT_OK);
    ck_assert_str_eq(h->calls, "");
    drift_monitor_observe_batch(h->monitor, &large->table, NULL);
    ck_assert_int_eq(drift_monitor_poll(h->monitor, NULL), DRIFT_OK);
    ck_assert_uint_eq(drift_monitor_windows(h->monitor), 0);
    ck_assert_str_eq(h->calls, "oR");
    free(small);
    free(large);
    end(h);
}
END_TEST

START_TEST(wrong_retraining_is_refused)
{
    made *m = make_table(1000);
    drift_profile *reference = made_reference(m);
    for (int i = 0; i < 5; i++) {
        drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
        drift_monitor *monitor = NULL;
        config.retrain_interval_seconds = i == 0 ? -1 : i == 1 ? (double)NAN : 0;
        config.retrain_period_seconds = i == 2 ? -5 : i == 3 ? (double)INFINITY : 0;
        config.retrain_budget = i == 4 ? 1001 : 0;
        ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL),
                         DRIFT_ERR_INVALID_ARGUMENT);
        ck_assert_ptr_null(monitor);
    }
    drift_profile_destroy(reference);
    free(m);
}
END_TEST

START_TEST(a_child_has_no_incident_of_its_parent)
{
    heard *h = hear_by(_i, (drift_monitor_config)DRIFT_MONITOR_CONFIG_INIT);
    made *m = shifted(2, 0);
    ck_assert_int_eq(drift_monitor_observe_batch(h->monitor, &m->table, NULL), DRIFT_OK);
    pid_t child = fork();
    if (!child) {
        int told = drift_monitor_open_incidents(h->monitor) || drift_monitor_alerts(h->monitor) ||
                   drift_monitor_poll(h->monitor, NULL) || h->n;
        _exit(told);
    }
    int status = 1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(drift_monitor_poll(h->monitor, NULL), DRIFT_OK);
    ck_assert_str_eq(h->calls, "oR");
    free(m);
    end(h);
}
END_TEST

typedef struct forking {
    drift_monitor *monitor;
    sem_t inside, done; /* of the callback */
    pid_t child;
    int told, retrained, from_inside;
} forking;

/* What a child may do with the monitor wherever its parent was: nonzero = something went wrong. */
static int use_and_destroy(forking *f)
{
    made *m = shifted(4, 0);
    f->told = f->retrained = 0;
    int wrong = drift_monitor_open_incidents(f->monitor) != 0;
    wrong |= drift_monitor_observe_batch(f->monitor, &m->table, NULL) != DRIFT_OK;
    wrong |= drift_monitor_poll(f->monitor, NULL) != DRIFT_OK || !f->told || !f->retrained;
    wrong |= drift_monitor_finish(f->monitor, NULL) != DRIFT_OK;
    f->told = f->retrained = 0;
    drift_monitor_destroy(f->monitor);
    free(m);
    return wrong;
}

static void fork_inside(const drift_alert *alert, void *context)
{
    forking *f = context;
    f->told++;
    if (f->child || alert->phase != DRIFT_ALERT_OPENED)
        return;
    if (f->from_inside) {
        f->child = fork();
        if (!f->child) {
            f->child = -1;
            f->from_inside = use_and_destroy(f) ? 2 : 3;
        }
    } else {
        sem_post(&f->inside);
        while (sem_wait(&f->done))
            continue;
    }
}

static void count_retraining(const drift_alert *alert, void *context)
{
    (void)alert;
    ((forking *)context)->retrained++;
}

static void *poll_elsewhere(void *context)
{
    forking *f = context;
    return (void *)(intptr_t)drift_monitor_poll(f->monitor, NULL);
}

static void forking_monitor(forking *f, const made *m)
{
    made *calm = make_table(5000);
    drift_profile *reference = made_reference(calm);
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    config.window_rows = WINDOW;
    ck_assert_int_eq(drift_monitor_create(reference, &config, &f->monitor, NULL), DRIFT_OK);
    drift_monitor_on_alert(f->monitor, fork_inside, f);
    drift_monitor_on_retrain(f->monitor, count_retraining, f);
    ck_assert_int_eq(drift_monitor_observe_batch(f->monitor, &m->table, NULL), DRIFT_OK);
    drift_profile_destroy(reference);
    free(calm);
}

static void expect_no_fault(pid_t child)
{
    int status = 1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

START_TEST(a_child_made_inside_a_callback_begins_anew)
{
    made *m = shifted(2, 0);
    forking f = {.from_inside = 1};
    forking_monitor(&f, m);
    drift_status status = drift_monitor_poll(f.monitor, NULL);
    if (f.child == -1) /* it has destroyed the monitor; the poll of its parent is over in it */
        _exit(status != DRIFT_OK || f.from_inside != 3 || f.told || f.retrained);
    ck_assert_int_eq(status, DRIFT_OK);
    ck_assert_int_eq(f.retrained, 1);
    expect_no_fault(f.child);
    drift_monitor_destroy(f.monitor);
    free(m);
}
END_TEST

START_TEST(a_child_made_while_another_thread_polls_begins_anew)
{
    made *m = shifted(2, 0);
    pthread_t poller;
    forking f = {.from_inside = 0};
    void *polled = NULL;
    sem_init(&f.inside, 0, 0);
    sem_init(&f.done, 0, 0);
    forking_monitor(&f, m);
    ck_assert_int_eq(pthread_create(&poller, NULL, poll_elsewhere, &f), 0);
    while (sem_wait(&f.inside))
        continue;
    f.child = fork();
    if (!f.child) {
        f.child = -1;
        _exit(use_and_destroy(&f));
    }
    pid_t child = f.child;
    sem_post(&f.done);
    pthread_join(poller, &polled);
    ck_assert_ptr_null(polled);
    expect_no_fault(child);
    drift_monitor_destroy(f.monitor);
    sem_destroy(&f.inside);
    sem_destroy(&f.done);
    free(m);
}
END_TEST

START_TEST(phases_have_names)
{
    ck_assert_str_eq(drift_alert_phase_name(DRIFT_ALERT_OPENED), "opened");
    ck_assert_str_eq(drift_alert_phase_name(DRIFT_ALERT_UPDATED), "updated");
    ck_assert_str_eq(drift_alert_phase_name(DRIFT_ALERT_RESOLVED), "resolved");
    ck_assert_str_eq(drift_alert_phase_name((drift_alert_phase)99), "unknown");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alerts");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, retraining_is_asked_for_after_the_alert_once_an_incident, 0, 2);
    tcase_add_loop_test(all, what_is_withheld_is_told_and_asked_for_again_when_it_grows, 0, 2);
    tcase_add_loop_test(all, a_warning_retrains_nobody_until_it_is_an_alert, 0, 2);
    tcase_add_loop_test(all, a_monitor_may_be_destroyed_from_either_callback, 0, 2);
    tcase_add_loop_test(all, a_callback_may_observe_whole_windows, 0, 2);
    tcase_add_loop_test(all, a_callback_may_mute_and_replace_callbacks, 0, 2);
    tcase_add_loop_test(all, mutes_and_rules_are_of_columns_that_exist, 0, 2);
    tcase_add_loop_test(all, a_change_that_grows_beyond_its_rule_is_told_before_the_window_ends,
                        DRIFT_MONITOR_EVIDENCE, DRIFT_MONITOR_EVIDENCE + 1);
    tcase_add_test(all, wrong_retraining_is_refused);
    tcase_add_loop_test(all, a_child_has_no_incident_of_its_parent, 0, 2);
    tcase_add_test(all, a_child_made_inside_a_callback_begins_anew);
    tcase_add_test(all, a_child_made_while_another_thread_polls_begins_anew);
    tcase_add_test(all, phases_have_names);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
