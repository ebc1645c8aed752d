/* SPDX-License-Identifier: Apache-2.0
 *
 * test_incident.c: which signals are told and what they are together, without a monitor.
 */
#include "core/memory.h"
#include "monitor/metrics.h"
#include "monitor/policy.h"
#include "profile_fixture.h"

enum { COLUMNS = 6, WINDOW = 1000, ALERT = DRIFT_SEVERITY_ALERT, WARNING = DRIFT_SEVERITY_WARNING };

static drift_allocator memory;

static drift__policy policy_of(drift_monitor_config config, size_t columns)
{
    drift__policy policy;
    memory = drift__allocator(NULL);
    config.incident_rows = config.incident_rows ? config.incident_rows : WINDOW;
    ck_assert_int_eq(drift__policy_init(&policy, &config, columns, &memory), 0);
    drift__policy_renew(&policy, 0, 1);
    return policy;
}

static drift__signal signal_of(size_t column, uint64_t row, uint32_t severity)
{
    return (drift__signal){.column = column,
                           .severity = severity,
                           .row = row,
                           .change_row = row > 50 ? row - 50 : 1,
                           .window = 1 + (row - 1) / WINDOW,
                           .evidence = 1e-6,
                           .alpha = 1e-4,
                           .has_psi = 1,
                           .psi = severity == ALERT ? 0.2 : 0.05};
}

static int say(drift__policy *policy, size_t column, uint64_t row, uint32_t severity)
{
    uint32_t counted = 9;
    drift__signal signal = signal_of(column, row, severity);
    return drift__policy_take(policy, &signal, &counted);
}

/* The window that ends at `last` shows drift in the columns of `drifting` (bits). */
static void settle(drift__policy *policy, uint64_t last, unsigned drifting)
{
    for (size_t i = 0; i < policy->incidents.n_columns; i++)
        policy->levels[i] = i < 32 && drifting >> i & 1 ? DRIFT__LEVEL_DRIFT : DRIFT__LEVEL_CALM;
    drift__policy_settle(policy, last - WINDOW + 1, last);
}

/* "1 opened 100: 1,0" of the next thing to tell, which is told by that; "" = nothing. */
static const char *next(drift__policy *policy)
{
    static char text[512];
    const drift__incident_entry *entries[64];
    drift_alert_phase phase = DRIFT_ALERT_OPENED;
    drift__incident *incident = drift__incidents_next(&policy->incidents, &phase);
    if (!incident)
        return "";
    uint64_t row = phase == DRIFT_ALERT_OPENED    ? incident->row
                   : phase == DRIFT_ALERT_UPDATED ? incident->joined_row
                                                  : incident->ended_row;
    int at = snprintf(text, sizeof text, "%llu %s %s %llu:", (unsigned long long)incident->number,
                      incident->severity == ALERT ? "alert" : "warning",
                      drift_alert_phase_name(phase), (unsigned long long)row);
    size_t n = drift__incidents_entries(&policy->incidents, incident, entries);
    for (size_t i = 0; i < n; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, " %zu", entries[i]->signal.column);
    drift__incidents_told(&policy->incidents, incident, phase);
    return text;
}

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
    ck_assert_uint_eq(drift__incidents_open(&policy.incidents), 2);
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
    ck_assert_uint_eq(drift__incidents_open(&policy.incidents), 1);
    settle(&policy, 4000, 0);
    ck_assert_uint_eq(drift__incidents_open(&policy.incidents), 0);
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
    ck_assert_str_eq(next(&policy), "1 alert resolved 200: 0 1");
    ck_assert_int_eq(say(&policy, 0, 250, ALERT), 1);
    ck_assert_uint_eq(policy.incidents.table[0].epoch, 2);
    say(&policy, 5, 250, ALERT);
    ck_assert_str_eq(next(&policy), "2 alert opened 250: 0");
    drift__policy_reset(&policy);
    ck_assert_str_eq(next(&policy), "");
    ck_assert_uint_eq(drift__incidents_open(&policy.incidents), 0);
    say(&policy, 0, 10, ALERT);
    ck_assert_str_eq(next(&policy), "1 alert opened 10: 0");
    drift__policy_free(&policy, &memory);
}
END_TEST

/* Whatever happens: a column is in one open incident at most, which has it; numbers are bounded. */
static void check(const drift__policy *policy)
{
    const drift__incidents *incidents = &policy->incidents;
    size_t held[DRIFT__INCIDENTS_MOST] = {0}, open = 0;
    for (size_t i = 0; i < incidents->n_entries; i++) {
        const drift__incident_entry *entry = &incidents->entries[i];
        if (!entry->slot)
            continue;
        const drift__incident *incident = &incidents->table[entry->slot - 1];
        ck_assert_uint_ne(incident->number, 0);
        ck_assert_uint_le(entry->signal.severity, incident->severity);
        held[entry->slot - 1]++;
        open += !incident->ended_row;
        ck_assert_uint_eq(incidents->entry_of[entry->signal.column] == i + 1, !incident->ended_row);
    }
    for (size_t i = 0; i < incidents->n_columns; i++)
        open -= incidents->entry_of[i] != 0;
    ck_assert_uint_eq(open, 0);
    for (size_t i = 0; i < DRIFT__INCIDENTS_MOST; i++) {
        const drift__incident *incident = &incidents->table[i];
        ck_assert_uint_eq(held[i] > 0, incident->number != 0);
        ck_assert_uint_eq(incident->ended_row != 0, incident->news >> DRIFT_ALERT_RESOLVED & 1);
    }
}

START_TEST(where_nobody_asks_the_number_is_bounded)
{
    enum { MANY = 40 };
    drift__policy policy = policy_of((drift_monitor_config){.incident_rows = 10}, MANY);
    for (size_t i = 0; i < MANY; i++) /* open all at once: the last ones join the sixteenth */
        say(&policy, i, 1000 * (i + 1), ALERT);
    ck_assert_uint_eq(drift__incidents_open(&policy.incidents), DRIFT__INCIDENTS_MOST);
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

static drift_buffer *state_of(const drift__policy *policy, uint64_t now)
{
    drift_buffer *buffer = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &buffer), DRIFT_OK);
    drift__writer writer = {buffer, DRIFT_OK};
    drift__policy_write(policy, now, 2 * now, &writer);
    ck_assert_int_eq(writer.status, DRIFT_OK);
    return buffer;
}

static int read_back(drift__policy *policy, const uint8_t *bytes, size_t size, uint64_t now)
{
    drift__byte_reader reader = {bytes, bytes + size, 0};
    int failed = drift__policy_read(policy, now, 2 * now, &reader);
    return failed ? failed : (int)drift__read_left(&reader);
}

static void step(drift__policy *policy, uint64_t row, uint64_t *state)
{
    uint64_t word = next_random(state);
    size_t column = word % COLUMNS;
    switch ((word >> 8) % 8) {
    case 0:
        settle(policy, WINDOW * (1 + row / WINDOW), (unsigned)(word >> 32) & 63);
        break;
    case 1:
        next(policy);
        break;
    case 2:
        policy->columns[column].muted_until = row + (word >> 20) % 100;
        break;
    default: {
        uint32_t counted;
        drift__signal signal = signal_of(column, row, (word >> 16) % 4 ? ALERT : WARNING);
        signal.kind = (word >> 18) % 2 ? DRIFT_ALERT_MISSING : DRIFT_ALERT_DISTRIBUTION;
        signal.text = (word >> 19) % 2 ? "found" : NULL;
        drift__policy_take(policy, &signal, &counted);
    }
    }
}

START_TEST(what_is_read_back_goes_on_alike)
{
    uint64_t state = 7;
    const drift_monitor_config config = {.incident_rows = 300,
                                         .persistence_rows = 20,
                                         .cooldown_rows = 100,
                                         .warnings = 1,
                                         .retrain_budget = 3,
                                         .retrain_period_seconds = 10};
    char text[DRIFT__RETRAINING_TEXT];
    drift__policy a = policy_of(config, COLUMNS), b = policy_of(config, COLUMNS);
    for (uint64_t row = 100; row < 60000; row += 17) {
        if (row % 1000 < 17) {
            drift__retraining_ask(&a.retraining, row, text);
            drift__retraining_ask(&b.retraining, row, text);
        }
        uint64_t same = state;
        step(&a, row, &state);
        step(&b, row, &same);
        check(&a);
        drift_buffer *bytes = state_of(&a, row), *others = state_of(&b, row);
        size_t size = drift_buffer_size(bytes);
        ck_assert_uint_eq(size, drift_buffer_size(others));
        ck_assert_mem_eq(drift_buffer_data(bytes), drift_buffer_data(others), size);
        if (row % 3 == 0)
            ck_assert_int_eq(read_back(&b, drift_buffer_data(bytes), size, row), 0);
        drift_buffer_destroy(bytes);
        drift_buffer_destroy(others);
    }
    ck_assert_uint_gt(a.incidents.opened, 20);
    drift__policy_free(&a, &memory);
    drift__policy_free(&b, &memory);
}
END_TEST

START_TEST(bytes_nobody_vouches_for_are_checked)
{
    uint64_t state = 3;
    drift__policy a = policy_of((drift_monitor_config){.incident_rows = 50}, COLUMNS);
    drift__policy b = policy_of((drift_monitor_config){.incident_rows = 50}, COLUMNS);
    for (uint64_t row = 100; row < 9000; row += 40)
        step(&a, row, &state);
    drift_buffer *bytes = state_of(&a, 1);
    size_t size = drift_buffer_size(bytes);
    uint8_t *copy = malloc(size);
    for (size_t cut = 0; cut < size; cut++) {
        memcpy(copy, drift_buffer_data(bytes), size);
        ck_assert_int_eq(read_back(&b, copy, cut, 1), -1);
        ck_assert_uint_eq(b.incidents.opened, 0);
    }
    int read = 0;
    for (size_t i = 0; i < size * 40; i++) {
        memcpy(copy, drift_buffer_data(bytes), size);
        copy[i % size] = (uint8_t)next_random(&state);
        if (read_back(&b, copy, size, 1) == -1)
            continue;
        read++;
        check(&b);
        for (int k = 0; k < 50; k++)
            step(&b, 10000, &state);
        check(&b);
    }
    ck_assert_int_gt(read, 100);
    free(copy);
    drift_buffer_destroy(bytes);
    drift__policy_free(&a, &memory);
    drift__policy_free(&b, &memory);
}
END_TEST

/* States that no policy writes, told from those that it does. */
START_TEST(states_that_cannot_be_are_refused)
{
    for (int lie = 0; lie < 9; lie++) {
        drift__policy a = policy_of((drift_monitor_config){.incident_rows = 5}, COLUMNS);
        drift__policy b = policy_of((drift_monitor_config){.incident_rows = 5}, COLUMNS);
        drift__incident *table = a.incidents.table;
        drift__incident_entry *entries = a.incidents.entries;
        say(&a, 0, 100, ALERT);
        say(&a, 1, 200, ALERT);
        if (lie == 1)
            entries[0].slot = 0; /* an incident of no column */
        if (lie == 2)
            table[0].news |= 1u << DRIFT_ALERT_RESOLVED; /* which is open */
        if (lie == 3)
            table[0].ended_row = 300; /* and nobody is to know */
        if (lie == 4)
            table[1].number = 1;
        if (lie == 5)
            entries[1].signal.column = 0; /* in two open ones */
        if (lie == 6)
            table[1].severity = WARNING;
        if (lie == 7)
            entries[1].signal.evidence = (double)NAN;
        if (lie == 8)
            entries[0].kinds = 2;
        drift_buffer *bytes = state_of(&a, 1);
        int read = read_back(&b, drift_buffer_data(bytes), drift_buffer_size(bytes), 1);
        ck_assert_int_eq(read, lie ? -1 : 0);
        check(&b);
        drift_buffer_destroy(bytes);
        drift__policy_free(&a, &memory);
        drift__policy_free(&b, &memory);
    }
}
END_TEST

static drift__retraining retraining_of(double interval, double period, uint64_t budget)
{
    drift__retraining r;
    memory = drift__allocator(NULL);
    ck_assert_int_eq(drift__retraining_init(&r, interval, period, budget, &memory), 0);
    return r;
}

START_TEST(retrainings_have_an_interval_and_a_budget)
{
    const uint64_t s = 1000000000;
    char text[DRIFT__RETRAINING_TEXT];
    drift__retraining r = retraining_of(10, 100, 2);
    ck_assert_int_eq(drift__retraining_ask(&r, 5 * s, text), 1);
    ck_assert_str_eq(text, "requested");
    ck_assert_int_eq(drift__retraining_ask(&r, 14 * s, text), 0);
    ck_assert_str_eq(text, "withheld: the last one was 9 s ago, and 10 s have to lie between two");
    ck_assert_int_eq(drift__retraining_ask(&r, 15 * s, text), 1);
    ck_assert_int_eq(drift__retraining_ask(&r, 104 * s, text), 0);
    ck_assert_str_eq(text, "withheld: 2 of 2 retrainings of the last 100 s are spent");
    ck_assert_int_eq(drift__retraining_ask(&r, 105 * s, text), 1);
    ck_assert_int_eq(drift__retraining_ask(&r, 114 * s, text), 0);
    drift__retraining_free(&r, &memory);
    r = retraining_of(0, 100, 0);
    for (uint64_t i = 0; i < 50; i++)
        ck_assert_int_eq(drift__retraining_ask(&r, s, text), 1);
    drift__retraining_free(&r, &memory);
}
END_TEST

START_TEST(spent_retrainings_outlive_the_clock)
{
    const uint64_t s = 1000000000;
    char text[DRIFT__RETRAINING_TEXT];
    drift__retraining a = retraining_of(0, 100, 2), b = retraining_of(0, 100, 2);
    drift__retraining more = retraining_of(0, 100, 5);
    drift__retraining_ask(&a, 1000 * s, text);
    drift__retraining_ask(&a, 1050 * s, text);
    drift_buffer *buffer = NULL;
    drift_buffer_create(NULL, &buffer);
    drift__writer writer = {buffer, DRIFT_OK};
    drift__retraining_write(&a, 1060 * s, 7000 * s, &writer);
    const uint8_t *bytes = drift_buffer_data(buffer);
    drift__byte_reader reader = {bytes, bytes + drift_buffer_size(buffer), 0};
    /* The machine starts anew, 30 s later; its clock begins at 1 s. */
    ck_assert_int_eq(drift__retraining_read(&b, s, 7030 * s, &reader), 0);
    ck_assert_int_eq(drift__retraining_ask(&b, 10 * s, text), 0); /* 60 + 30 + 9 s */
    ck_assert_int_eq(drift__retraining_ask(&b, 11 * s, text), 1);
    ck_assert_int_eq(drift__retraining_ask(&b, 60 * s, text), 0); /* 10 + 30 + 59 s */
    ck_assert_int_eq(drift__retraining_ask(&b, 61 * s, text), 1);
    reader = (drift__byte_reader){bytes, bytes + drift_buffer_size(buffer), 0};
    ck_assert_int_eq(drift__retraining_read(&more, s, 7030 * s, &reader), 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(drift__retraining_ask(&more, 2 * s, text), 1);
    ck_assert_int_eq(drift__retraining_ask(&more, 2 * s, text), 0);
    drift_buffer_destroy(buffer);
    drift__retraining_free(&a, &memory);
    drift__retraining_free(&b, &memory);
    drift__retraining_free(&more, &memory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("incident");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, columns_within_so_many_rows_are_one_incident);
    tcase_add_test(all, the_strongest_column_comes_first);
    tcase_add_test(all, it_opens_grows_and_ends);
    tcase_add_test(all, what_ended_unseen_is_told_as_two);
    tcase_add_test(all, warnings_are_told_where_they_are_wanted);
    tcase_add_test(all, a_change_has_to_last);
    tcase_add_test(all, cooldown_begins_with_the_news_and_with_the_end);
    tcase_add_test(all, what_is_muted_is_counted_and_kept);
    tcase_add_test(all, rules_are_of_one_column);
    tcase_add_test(all, a_new_reference_ends_everything);
    tcase_add_test(all, where_nobody_asks_the_number_is_bounded);
    tcase_add_test(all, no_incident_loses_its_last_column);
    tcase_add_test(all, long_findings_are_cut_at_a_character);
    tcase_add_test(all, what_is_read_back_goes_on_alike);
    tcase_add_test(all, bytes_nobody_vouches_for_are_checked);
    tcase_add_test(all, states_that_cannot_be_are_refused);
    tcase_add_test(all, retrainings_have_an_interval_and_a_budget);
    tcase_add_test(all, spent_retrainings_outlive_the_clock);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
