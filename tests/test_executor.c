/* SPDX-License-Identifier: Apache-2.0
 *
 * test_executor.c: every task is done once, whoever does it, and profiles are
 * the same bytes whatever the number of threads (drift/executor.h).
 */
#include <pthread.h>
#include <stdatomic.h>

#include "core/executor.h"
#include "io_support.h"
#include "made_data.h"

enum { TASKS = 1000, ROWS = 40000 };

typedef struct tally {
    atomic_int done[TASKS];
    drift_executor *executor; /* to be entered again from within */
} tally;

static void count_task(void *context, size_t index)
{
    tally *all = context;
    atomic_fetch_add(&all->done[index], 1);
}

static void expect_each(const tally *all, int times)
{
    for (size_t i = 0; i < TASKS; i++)
        ck_assert_int_eq(atomic_load(&all->done[i]), times);
}

START_TEST(every_task_is_done_once)
{
    for (uint32_t threads = 0; threads < 9; threads++) {
        static tally all;
        drift_executor *executor = NULL;
        memset(&all, 0, sizeof all);
        ck_assert_int_eq(drift_executor_create(threads, NULL, &executor, NULL), DRIFT_OK);
        ck_assert_uint_ge(drift_executor_threads(executor), threads ? threads : 1);
        for (int times = 1; times <= 50; times++) {
            drift__execute(executor, TASKS, count_task, &all);
            expect_each(&all, times);
        }
        drift__execute(executor, 0, count_task, &all);
        drift__execute(executor, 1, count_task, &all);
        ck_assert_int_eq(atomic_load(&all.done[0]), 51);
        drift_executor_destroy(executor);
    }
    static tally here;
    drift__execute(NULL, TASKS, count_task, &here);
    expect_each(&here, 1);
}
END_TEST

static void enter_again(void *context, size_t index)
{
    tally *all = context;
    if (index < 3)
        drift__execute(all->executor, TASKS, count_task, all);
}

static void *call_often(void *context)
{
    tally *all = context;
    for (int i = 0; i < 40; i++)
        drift__execute(all->executor, TASKS, count_task, all);
    return NULL;
}

START_TEST(callers_do_not_wait_for_each_other)
{
    static tally all;
    pthread_t callers[4];
    ck_assert_int_eq(drift_executor_create(3, NULL, &all.executor, NULL), DRIFT_OK);
    drift__execute(all.executor, 8, enter_again, &all);
    expect_each(&all, 3);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&callers[i], NULL, call_often, &all), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(callers[i], NULL);
    expect_each(&all, 163);
    drift_executor_destroy(all.executor);
}
END_TEST

static void backwards(void *host, size_t n, drift_task task, void *context)
{
    size_t *calls = host;
    (*calls)++;
    while (n)
        task(context, --n);
}

static drift_buffer *bytes_of(const drift_profile *profile)
{
    drift_buffer *bytes = NULL;
    ck_assert_int_eq(drift_buffer_create(NULL, &bytes), DRIFT_OK);
    ck_assert_int_eq(drift_profile_serialize(profile, bytes, NULL), DRIFT_OK);
    return bytes;
}

static drift_buffer *profile_bytes(const made *table, drift_executor *executor)
{
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_profile *reference = NULL, *current = NULL;
    config.executor = executor;
    ck_assert_int_eq(drift_profile_create(&table->table, &config, &reference, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_profile_create_against(reference, NULL, &current, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_profile_update(current, &table->table, NULL), DRIFT_OK);
    drift_profile_set_executor(current, NULL);
    ck_assert_int_eq(drift_profile_update(current, &table->table, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_profile_merge(current, reference, NULL), DRIFT_OK);
    drift_buffer *bytes = bytes_of(current);
    drift_profile_destroy(current);
    drift_profile_destroy(reference);
    return bytes;
}

START_TEST(profiles_are_the_same_bytes)
{
    made *table = make_table(ROWS);
    drift_buffer *wanted = profile_bytes(table, NULL);
    size_t calls = 0;
    for (uint32_t threads = 0; threads < 6; threads++) {
        drift_executor *executor = NULL;
        drift_status status =
            threads ? drift_executor_create(threads, NULL, &executor, NULL)
                    : drift_executor_create_host(backwards, &calls, NULL, &executor, NULL);
        ck_assert_int_eq(status, DRIFT_OK);
        drift_buffer *bytes = profile_bytes(table, executor);
        ck_assert_uint_eq(drift_buffer_size(bytes), drift_buffer_size(wanted));
        ck_assert_mem_eq(drift_buffer_data(bytes), drift_buffer_data(wanted),
                         drift_buffer_size(wanted));
        drift_buffer_destroy(bytes);
        drift_executor_destroy(executor);
    }
    ck_assert_uint_ge(calls, 4);
    drift_buffer_destroy(wanted);
    free(table);
}
END_TEST

/* A file of several pieces for each thread, a word in a column of numbers on its way. */
static void write_large(char path[256])
{
    enum { LINES = 150000 };
    char *text = malloc(64 * LINES);
    size_t used = (size_t)sprintf(text, "x,name\n");
    for (int i = 0; i < LINES; i++)
        used += (size_t)sprintf(text + used, "%s%d.%d,\"na\"\"me\n %d\"\n", i == 140000 ? "no" : "",
                                i % 977, i % 1009, i % 5);
    write_file(path, ".csv", text, used);
    free(text);
}

typedef struct caller {
    pthread_t thread;
    unsigned calls, most_calls;
} caller;

static int called_at_home(uint64_t bytes, uint64_t total, void *context)
{
    caller *home = context;
    ck_assert(pthread_equal(pthread_self(), home->thread));
    ck_assert_uint_le(bytes, total);
    return ++home->calls > home->most_calls;
}

static drift_buffer *file_bytes(const char *path, drift_executor *executor)
{
    drift_profile_config config = DRIFT_PROFILE_CONFIG_INIT;
    drift_profile *reference = NULL, *current = NULL;
    caller home = {pthread_self(), 0, UINT32_MAX};
    config.executor = executor;
    config.progress = called_at_home;
    config.progress_context = &home;
    ck_assert_int_eq(drift_profile_read(path, &config, &reference, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_profile_read_against(path, reference, &config, &current, NULL),
                     DRIFT_OK);
    ck_assert_int_eq(drift_profile_merge(current, reference, NULL), DRIFT_OK);
    ck_assert_uint_gt(home.calls, 4);
    home.most_calls = home.calls + 2;
    ck_assert_int_eq(drift_profile_read_against(path, reference, &config, &current, NULL),
                     DRIFT_ERR_CANCELLED);
    drift_buffer *bytes = bytes_of(current);
    drift_profile_destroy(current);
    drift_profile_destroy(reference);
    return bytes;
}

START_TEST(files_are_the_same_bytes)
{
    char path[256];
    size_t calls = 0;
    write_large(path);
    drift_buffer *wanted = file_bytes(path, NULL);
    for (uint32_t threads = 0; threads < 4; threads++) {
        drift_executor *executor = NULL;
        drift_status status =
            threads ? drift_executor_create(threads, NULL, &executor, NULL)
                    : drift_executor_create_host(backwards, &calls, NULL, &executor, NULL);
        ck_assert_int_eq(status, DRIFT_OK);
        drift_buffer *bytes = file_bytes(path, executor);
        ck_assert_uint_eq(drift_buffer_size(bytes), drift_buffer_size(wanted));
        ck_assert_mem_eq(drift_buffer_data(bytes), drift_buffer_data(wanted),
                         drift_buffer_size(wanted));
        drift_buffer_destroy(bytes);
        drift_executor_destroy(executor);
    }
    ck_assert_uint_ge(calls, 8);
    drift_buffer_destroy(wanted);
    unlink(path);
}
END_TEST

START_TEST(wrong_requests_are_refused)
{
    drift_executor *executor = NULL;
    drift_error error;
    ck_assert_int_eq(drift_executor_create(2, NULL, NULL, NULL), DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_int_eq(drift_executor_create(5000, NULL, &executor, &error),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_str_eq(error.message, "an executor has at most 1024 threads, not 5000");
    ck_assert_int_eq(drift_executor_create_host(NULL, NULL, NULL, &executor, NULL),
                     DRIFT_ERR_INVALID_ARGUMENT);
    ck_assert_ptr_null(executor);
    drift_executor_destroy(NULL);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("executor");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, every_task_is_done_once);
    tcase_add_test(tests, callers_do_not_wait_for_each_other);
    tcase_add_test(tests, profiles_are_the_same_bytes);
    tcase_add_test(tests, files_are_the_same_bytes);
    tcase_add_test(tests, wrong_requests_are_refused);
    Suite *suite = suite_create("executor");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
