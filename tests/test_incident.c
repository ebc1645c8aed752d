/* SPDX-License-Identifier: Apache-2.0
 *
 * test_incident.c: which signals are told and what they are together, without a monitor.
 */
#include <math.h>

#include "policy_fixture.h"

START_TEST(columns_within_so_many_rows_are_one_incident)
{
    drift__policy policy = policy_of((drift_monitor_config){.incident_rows = 500}, COLUMNS);
    ck_assert_int_eq(say(&policy, 3, 1000, ALERT), 1);
    say(&policy, 1, 1200, ALERT);
    say(&policy, 2, 1500, ALERT);
    say(&policy, 0, 1501, ALERT); /* too late for the first */
    say(&policy, 4, 990, ALERT);  /* of another detector of the same block */
    ck_assert_str_eq(next(&policy), "1 alert opened 990: 1 2 3 4");
    ck_assert_str_eq(next(&policy), "2 alert opened 1501: 0");
    ck_assert_str_eq(next(&policy), "");
    ck_assert_uint_eq(drift__incidents_open(&policy.incidents, WARNING), 2);
    ck_assert_uint_eq(policy.incidents.raised[ALERT], 2);
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(the_strongest_column_comes_first)
{
    drift__policy policy = policy_of((drift_monitor_config){.warnings = 1}, COLUMNS);
    uint32_t counted;
    const double evidence[] = {1e-5, 1e-9, 1e-9, 0, 1e-30},
                 alpha[] = {1e-4, 1e-2, 1e-2, 1e-4, 1e-2};
    const double psi[] = {3, .2, .4, 0, 9};
    for (size_t i = 0; i < 5; i++) {
        drift__signal signal = signal_of(i, 100 + i, i == 4 ? WARNING : ALERT);
        signal.evidence = evidence[i];
        signal.alpha = alpha[i];
        signal.psi = psi[i];
        signal.has_psi = i != 3;
        drift__policy_take(&policy, &signal, &counted);
    }
    /* Certain; then 10^7 beyond the level, by effect; then 10; warnings last. */
    ck_assert_str_eq(next(&policy), "1 alert opened 100: 3 2 1 0 4");
    drift__policy_free(&policy, &memory);
}
END_TEST

/* Of a detector that makes no promise. */
static drift__signal bare_signal(size_t column, uint64_t row)
{
    drift__signal signal = signal_of(column, row, ALERT);
    signal.kind = DRIFT_ALERT_ERROR;
    signal.change_row = row;
    signal.evidence = signal.alpha = NAN;
    signal.has_psi = 0;
    signal.text = "ddm signals a change";
    return signal;
}

START_TEST(evidence_is_not_replaced_by_a_signal_without)
{
    drift__policy policy = policy_of((drift_monitor_config){.warnings = 1}, COLUMNS);
    uint32_t counted;
    drift__signal bare = bare_signal(0, 1540);
    say(&policy, 0, 1560, ALERT);
    drift__policy_take(&policy, &bare, &counted);
    const drift__incident_entry *entry = &policy.incidents.entries[0];
    ck_assert_double_eq(entry->signal.evidence, 1e-6);
    ck_assert_uint_eq(entry->signal.kind, DRIFT_ALERT_DISTRIBUTION);
    ck_assert_uint_eq(entry->signal.row, 1560);
    ck_assert_uint_eq(entry->signal.change_row, 1510);
    ck_assert_str_eq(entry->text, "");
    ck_assert_uint_eq(entry->kinds, 1u << DRIFT_ALERT_DISTRIBUTION | 1u << DRIFT_ALERT_ERROR);
    ck_assert_str_eq(next(&policy), "1 alert opened 1540: 0");
    /* A warning with evidence becomes an alert by one without. */
    say(&policy, 1, 1570, WARNING);
    bare = bare_signal(1, 1580);
    drift__policy_take(&policy, &bare, &counted);
    entry = &policy.incidents.entries[policy.incidents.entry_of[1] - 1];
    ck_assert_double_eq(entry->signal.evidence, 1e-6);
    ck_assert_uint_eq(entry->signal.severity, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert updated 1580: 0 1");
    bare.row = 1590; /* no news a second time */
    drift__policy_take(&policy, &bare, &counted);
    ck_assert_str_eq(next(&policy), "");
    /* The other way round evidence is what is said. */
    bare = bare_signal(2, 1600);
    drift__policy_take(&policy, &bare, &counted);
    say(&policy, 2, 1650, ALERT);
    entry = &policy.incidents.entries[policy.incidents.entry_of[2] - 1];
    ck_assert_double_eq(entry->signal.evidence, 1e-6);
    ck_assert_uint_eq(entry->signal.change_row, 1600);
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(it_opens_grows_and_ends)
{
    drift__policy policy = policy_of((drift_monitor_config){.warnings = 1}, COLUMNS);
    say(&policy, 0, 900, WARNING);
    ck_assert_str_eq(next(&policy), "1 warning opened 900: 0");
    say(&policy, 0, 930, WARNING); /* a confirmation */
    ck_assert_str_eq(next(&policy), "");
    settle(&policy, 1000, 1);
    say(&policy, 1, 1100, ALERT);
    say(&policy, 2, 1200, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert updated 1200: 1 2 0"); /* both at once */
    ck_assert_str_eq(next(&policy), "");
    say(&policy, 0, 1300, ALERT); /* it became worse */
    ck_assert_str_eq(next(&policy), "1 alert updated 1300: 0 1 2");
    drift__signal other = signal_of(1, 1400, ALERT);
    uint32_t counted = 0;
    other.kind = DRIFT_ALERT_MISSING;
    ck_assert_int_eq(drift__policy_take(&policy, &other, &counted), 1);
    ck_assert_str_eq(next(&policy), "1 alert updated 1400: 0 1 2");
    ck_assert_int_eq(drift__policy_take(&policy, &other, &counted), 0);
    settle(&policy, 2000, 0); /* began before the last news */
    ck_assert_str_eq(next(&policy), "");
    settle(&policy, 3000, 4);
    ck_assert_str_eq(next(&policy), "");
    ck_assert_uint_eq(drift__incidents_open(&policy.incidents, WARNING), 1);
    settle(&policy, 4000, 0);
    ck_assert_uint_eq(drift__incidents_open(&policy.incidents, WARNING), 0);
    ck_assert_str_eq(next(&policy), "1 alert resolved 4000: 0 1 2");
    settle(&policy, 5000, 0);
    ck_assert_str_eq(next(&policy), "");
    say(&policy, 2, 5500, ALERT);
    ck_assert_str_eq(next(&policy), "2 alert opened 5500: 2");
    ck_assert_uint_eq(policy.incidents.raised[ALERT], 2);
    ck_assert_uint_eq(policy.incidents.raised[WARNING], 1);
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(what_ended_unseen_is_told_as_two)
{
    drift__policy policy = policy_of((drift_monitor_config){0}, COLUMNS);
    say(&policy, 0, 1000, ALERT);
    say(&policy, 1, 1000, ALERT);
    settle(&policy, 2000, 0);
    say(&policy, 1, 3000, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert opened 1000: 0 1");
    ck_assert_str_eq(next(&policy), "1 alert resolved 2000: 0 1");
    ck_assert_str_eq(next(&policy), "2 alert opened 3000: 1");
    ck_assert_str_eq(next(&policy), "");
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(warnings_are_told_where_they_are_wanted)
{
    for (uint32_t wanted = 0; wanted < 2; wanted++) {
        drift__policy policy = policy_of((drift_monitor_config){.warnings = wanted}, COLUMNS);
        ck_assert_int_eq(say(&policy, 0, 100, WARNING), (int)wanted);
        ck_assert_str_eq(next(&policy), wanted ? "1 warning opened 100: 0" : "");
        say(&policy, 1, 120, ALERT);
        ck_assert_str_eq(next(&policy),
                         wanted ? "1 alert updated 120: 1 0" : "1 alert opened 120: 1");
        ck_assert_int_eq(say(&policy, 0, 200, ALERT), 1);
        ck_assert_str_eq(next(&policy), "1 alert updated 200: 0 1");
        ck_assert_uint_eq(policy.incidents.raised[WARNING], wanted);
        ck_assert_uint_eq(policy.incidents.raised[ALERT], 1);
        drift__policy_free(&policy, &memory);
    }
}
END_TEST

START_TEST(a_change_has_to_last)
{
    drift__policy policy =
        policy_of((drift_monitor_config){.persistence_rows = 300, .warnings = 1}, COLUMNS);
    ck_assert_int_eq(say(&policy, 0, 100, ALERT), 1);
    ck_assert_uint_eq(drift__policy_due_row(&policy, 0, 0), 400);
    ck_assert_int_eq(say(&policy, 0, 399, ALERT), 0);
    ck_assert_str_eq(next(&policy), "");
    say(&policy, 0, 400, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert opened 100: 0"); /* of the crossing */
    ck_assert_uint_eq(drift__policy_due_row(&policy, 0, 0), UINT64_MAX);
    /* Weaker in between: what lasted is a warning, and the alert begins anew. */
    say(&policy, 1, 500, ALERT);
    say(&policy, 1, 600, WARNING);
    say(&policy, 1, 700, ALERT);
    say(&policy, 1, 800, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert updated 500: 0 1");
    say(&policy, 1, 999, ALERT);
    ck_assert_str_eq(next(&policy), "");
    say(&policy, 1, 1000, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert updated 700: 0 1");
    /* A whole window without it ends it; one that began before does not. */
    say(&policy, 2, 1100, ALERT);
    settle(&policy, 2000, 3);
    say(&policy, 2, 2000, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert updated 1100: 0 1 2");
    say(&policy, 3, 2950, ALERT);
    settle(&policy, 3000, 15);
    settle(&policy, 4000, 7);
    ck_assert_uint_eq(drift__policy_due_row(&policy, 3, 0), UINT64_MAX);
    ck_assert_uint_eq(drift__policy_due_row(&policy, 2, 0), UINT64_MAX); /* told */
    say(&policy, 3, 4001, ALERT);
    ck_assert_str_eq(next(&policy), "");
    say(&policy, 3, 4301, ALERT);
    ck_assert_str_eq(next(&policy), "2 alert opened 4001: 3");
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(cooldown_begins_with_the_news_and_with_the_end)
{
    drift__policy policy = policy_of((drift_monitor_config){.cooldown_rows = 5000}, COLUMNS);
    say(&policy, 0, 1000, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert opened 1000: 0");
    settle(&policy, 2000, 0);
    ck_assert_str_eq(next(&policy), "1 alert resolved 2000: 0");
    ck_assert_uint_eq(drift__policy_due_row(&policy, 0, DRIFT_ALERT_MISSING), 7000);
    ck_assert_uint_eq(drift__policy_due_row(&policy, 0, 0), UINT64_MAX); /* it is over */
    ck_assert_int_eq(say(&policy, 0, 6999, ALERT), 1);                   /* metrics have it */
    ck_assert_str_eq(next(&policy), "");
    ck_assert_uint_eq(drift__policy_due_row(&policy, 1, 0), 0);
    say(&policy, 1, 6999, ALERT); /* another column may */
    ck_assert_str_eq(next(&policy), "2 alert opened 6999: 1");
    say(&policy, 0, 7000, ALERT); /* still there */
    ck_assert_str_eq(next(&policy), "2 alert updated 6999: 0 1");
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(what_is_muted_is_counted_and_kept)
{
    drift__policy policy = policy_of((drift_monitor_config){0}, COLUMNS);
    policy.columns[0].muted_until = 500;
    policy.columns[1].muted_until = DRIFT_NO_ROWS;
    policy.columns[2].rule.mute = 1;
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(say(&policy, i, 499, ALERT), 1);
    ck_assert_str_eq(next(&policy), "");
    ck_assert_uint_eq(policy.incidents.raised[ALERT], 0);
    ck_assert_uint_eq(drift__policy_due_row(&policy, 0, 0), 500);
    ck_assert_uint_eq(drift__policy_due_row(&policy, 1, 0), UINT64_MAX);
    ck_assert_uint_eq(drift__policy_due_row(&policy, 2, 0), UINT64_MAX);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(say(&policy, i, 500, ALERT), 0);
    ck_assert_str_eq(next(&policy), "1 alert opened 499: 0");
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(rules_are_of_one_column)
{
    drift__policy policy = policy_of((drift_monitor_config){.cooldown_rows = 100}, COLUMNS);
    policy.columns[0].rule.min_effect = 0.3;
    policy.columns[1].rule.min_effect = -1;
    policy.columns[2].rule.warnings_only = 1;
    policy.columns[3].rule.persistence_rows = 50;
    policy.columns[4].rule.cooldown_rows = DRIFT_NO_ROWS;
    ck_assert_double_eq(drift__policy_min_effect(&policy, 0, .1), .3);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 1, .1), 0);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 2, .1), .1);
    say(&policy, 0, 100, ALERT); /* .2 is less than .3 */
    ck_assert_str_eq(next(&policy), "");
    say(&policy, 1, 100, WARNING); /* .05 is more than nothing */
    ck_assert_str_eq(next(&policy), "1 alert opened 100: 1");
    say(&policy, 2, 110, ALERT);
    ck_assert_str_eq(next(&policy), "");
    ck_assert_uint_eq(drift__policy_due_row(&policy, 0, 0), 0); /* it may grow */
    ck_assert_uint_eq(drift__policy_due_row(&policy, 2, 0), UINT64_MAX);
    say(&policy, 3, 120, ALERT);
    ck_assert_str_eq(next(&policy), "");
    say(&policy, 3, 170, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert updated 120: 3 1");
    drift__signal gone = signal_of(0, 180, ALERT);
    uint32_t counted = 0;
    gone.kind = DRIFT_ALERT_SCHEMA; /* not a matter of size */
    drift__policy_take(&policy, &gone, &counted);
    ck_assert_str_eq(next(&policy), "1 alert updated 180: 0 3 1");
    say(&policy, 4, 200, ALERT);
    next(&policy);
    settle(&policy, 1300, 0);
    next(&policy);
    ck_assert_uint_eq(drift__policy_due_row(&policy, 4, DRIFT_ALERT_MISSING), 1300);
    ck_assert_uint_eq(drift__policy_due_row(&policy, 3, DRIFT_ALERT_MISSING), 1400);
    drift__policy_free(&policy, &memory);
}
END_TEST

/* A column says a change of size `psi`; the severity that metrics count. */
static uint32_t say_size(drift__policy *policy, size_t column, uint64_t row, double psi)
{
    uint32_t counted = 9;
    drift__signal signal = signal_of(column, row, psi >= 0.1 ? ALERT : WARNING);
    signal.psi = psi;
    drift__policy_take(policy, &signal, &counted);
    return counted;
}

START_TEST(an_alert_stays_one_down_to_half_of_min_effect)
{
    drift__policy policy = policy_of((drift_monitor_config){0}, COLUMNS);
    policy.columns[0].rule.min_effect = 0.3;
    policy.columns[1].rule.min_effect = -1;
    /* Below the whole it is a warning, which halves nothing; from there on half is enough. */
    ck_assert_uint_eq(say_size(&policy, 0, 100, .29), WARNING);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 0, .1), .3);
    ck_assert_str_eq(next(&policy), "");
    ck_assert_uint_eq(say_size(&policy, 0, 110, .3), ALERT);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 0, .1), .15);
    ck_assert_uint_eq(say_size(&policy, 0, 120, .15), ALERT);
    ck_assert_str_eq(next(&policy), "1 alert opened 110: 0");
    /* Below half it is none, and it takes the whole to become one again. */
    ck_assert_uint_eq(say_size(&policy, 0, 130, .149), WARNING);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 0, .1), .3);
    ck_assert_uint_eq(say_size(&policy, 0, 140, .29), WARNING);
    ck_assert_str_eq(next(&policy), "");
    /* Half of nothing is nothing; of a column without a rule, half of what holds for all. */
    say_size(&policy, 1, 150, .01);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 1, .1), 0);
    say_size(&policy, 2, 160, .1);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 2, .1), .05);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 3, .1), .1);
    /* What else is wrong with a column says nothing about its size. */
    drift__signal gone = signal_of(3, 170, ALERT);
    uint32_t counted = 0;
    gone.kind = DRIFT_ALERT_MISSING;
    drift__policy_take(&policy, &gone, &counted);
    ck_assert_uint_eq(counted, ALERT);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 3, .1), .1);
    /* A calm window and a new reference end it. */
    settle(&policy, 1500, 0);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 2, .1), .1);
    say_size(&policy, 2, 1600, .1);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 2, .1), .05);
    drift__policy_renew(&policy, 1700, 2);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 2, .1), .1);
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(a_window_of_a_smaller_change_ends_nothing)
{
    drift__policy policy = policy_of((drift_monitor_config){0}, COLUMNS);
    say(&policy, 0, 900, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert opened 900: 0");
    for (uint64_t last = 2000; last <= 9000; last += WINDOW)
        settle_at(&policy, last, 1, DRIFT__LEVEL_MINOR);
    ck_assert_uint_eq(drift__incidents_open(&policy.incidents, WARNING), 1);
    ck_assert_double_eq(drift__policy_min_effect(&policy, 0, .1), .05); /* it lasts */
    ck_assert_int_eq(say(&policy, 0, 9500, ALERT), 0);                  /* as it did */
    ck_assert_str_eq(next(&policy), "");
    settle(&policy, 10000, 0);
    ck_assert_str_eq(next(&policy), "1 alert resolved 10000: 0");
    ck_assert_double_eq(drift__policy_min_effect(&policy, 0, .1), .1);
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(a_new_reference_ends_everything)
{
    drift__policy policy = policy_of((drift_monitor_config){.cooldown_rows = 9999}, COLUMNS);
    policy.columns[5].rule.mute = 1;
    say(&policy, 0, 100, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert opened 100: 0");
    say(&policy, 1, 150, ALERT);
    policy.columns[1].over = 1;
    drift__policy_renew(&policy, 200, 2);
    ck_assert_uint_eq(drift__policy_due_row(&policy, 1, 0), 0);
    ck_assert_str_eq(next(&policy), "1 alert updated 150: 0 1");
    ck_assert_uint_eq(policy.incidents.table[0].renewed, 1);
    ck_assert_str_eq(next(&policy), "1 alert resolved 200: 0 1");
    ck_assert_int_eq(say(&policy, 0, 250, ALERT), 1);
    ck_assert_uint_eq(policy.incidents.table[0].epoch, 2);
    say(&policy, 5, 250, ALERT);
    ck_assert_str_eq(next(&policy), "2 alert opened 250: 0");
    drift__policy_reset(&policy);
    ck_assert_str_eq(next(&policy), "");
    ck_assert_uint_eq(drift__incidents_open(&policy.incidents, WARNING), 0);
    say(&policy, 0, 10, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert opened 10: 0");
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(where_nobody_asks_the_number_is_bounded)
{
    enum { MANY = 40 };
    drift__policy policy = policy_of((drift_monitor_config){.incident_rows = 10}, MANY);
    for (size_t i = 0; i < MANY; i++) /* open all at once: the last ones join the sixteenth */
        say(&policy, i, 1000 * (i + 1), ALERT);
    ck_assert_uint_eq(drift__incidents_open(&policy.incidents, WARNING), DRIFT__INCIDENTS_MOST);
    ck_assert_str_eq(next(&policy), "1 alert opened 1000: 0");
    for (int i = 2; i < DRIFT__INCIDENTS_MOST; i++)
        next(&policy);
    ck_assert_str_eq(next(&policy), "16 alert opened 16000: 15 16 17 18 19 20 21 22 23 24 25 26 27 "
                                    "28 29 30 31 32 33 34 35 36 37 38 39");
    drift__policy_reset(&policy);
    for (uint64_t i = 0; i < 3 * MANY; i++) { /* one after the other, all columns, all ended */
        for (size_t k = 0; k < MANY; k++)
            say(&policy, k, 2000 * i + 500, ALERT);
        check(&policy);
        settle(&policy, 2000 * i + 1500, 0);
        settle(&policy, 2000 * i + 2000, 0);
        check(&policy);
    }
    uint64_t told = 0, entries = 0, omitted = 0;
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++)
        omitted += policy.incidents.table[i].omitted;
    for (const char *text; *(text = next(&policy));) {
        told++;
        if (strstr(text, "opened"))
            for (const char *at = strchr(text, ':') + 1; *at; at++)
                entries += *at == ' ';
    }
    ck_assert_uint_eq(told, 2 * DRIFT__INCIDENTS_MOST);
    /* Of the first fifteen each has all its columns, here or as a number. */
    ck_assert_uint_ge(entries + omitted, DRIFT__INCIDENTS_MOST * MANY);
    ck_assert_uint_le(entries, policy.incidents.n_entries);
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(no_incident_loses_its_last_column)
{
    drift__policy policy = policy_of((drift_monitor_config){.incident_rows = 10}, 2);
    for (uint64_t i = 0; i < DRIFT__INCIDENTS_MOST; i++) { /* the first of the second column only */
        for (size_t k = i ? 0 : 1; k < 2; k++)
            say(&policy, k, 2000 * i + 500, ALERT);
        settle(&policy, 2000 * i + 2000, 0);
        check(&policy);
    }
    ck_assert_uint_eq(policy.incidents.table[0].omitted, 0);
    ck_assert_str_eq(next(&policy), "1 alert opened 500: 1");
    drift__policy_free(&policy, &memory);
}
END_TEST

START_TEST(long_findings_are_cut_at_a_character)
{
    drift__policy policy = policy_of((drift_monitor_config){0}, COLUMNS);
    drift__signal signal = signal_of(0, 5, ALERT);
    char text[1000];
    uint32_t counted;
    memset(text, 'a', sizeof text);
    memcpy(text + DRIFT__INCIDENT_TEXT - 2, "\xc3\xa4", 2);
    text[999] = 0;
    signal.text = text;
    drift__policy_take(&policy, &signal, &counted);
    const char *kept = policy.incidents.entries[0].text;
    ck_assert_uint_eq(strlen(kept), DRIFT__INCIDENT_TEXT - 2);
    ck_assert_int_eq(strncmp(kept, text, DRIFT__INCIDENT_TEXT - 2), 0);
    drift__policy_free(&policy, &memory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("incident");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, columns_within_so_many_rows_are_one_incident);
    tcase_add_test(all, the_strongest_column_comes_first);
    tcase_add_test(all, evidence_is_not_replaced_by_a_signal_without);
    tcase_add_test(all, it_opens_grows_and_ends);
    tcase_add_test(all, what_ended_unseen_is_told_as_two);
    tcase_add_test(all, warnings_are_told_where_they_are_wanted);
    tcase_add_test(all, a_change_has_to_last);
    tcase_add_test(all, cooldown_begins_with_the_news_and_with_the_end);
    tcase_add_test(all, what_is_muted_is_counted_and_kept);
    tcase_add_test(all, rules_are_of_one_column);
    tcase_add_test(all, an_alert_stays_one_down_to_half_of_min_effect);
    tcase_add_test(all, a_window_of_a_smaller_change_ends_nothing);
    tcase_add_test(all, a_new_reference_ends_everything);
    tcase_add_test(all, where_nobody_asks_the_number_is_bounded);
    tcase_add_test(all, no_incident_loses_its_last_column);
    tcase_add_test(all, long_findings_are_cut_at_a_character);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
