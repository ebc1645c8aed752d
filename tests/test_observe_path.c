/* SPDX-License-Identifier: Apache-2.0
 *
 * test_observe_path.c: observing takes no memory, no lock and makes no system
 * call. Functions that do are replaced in this program, for the C library too, and
 * counted; then a child that the kernel ends at its first system call observes a million rows.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "made_data.h"
#include "monitor/window.h"
#include "profile_fixture.h"

static _Thread_local volatile int watched; /* volatile: malloc is known to change nothing */
static volatile int calls;

#if !defined __SANITIZE_THREAD__ && !defined __SANITIZE_ADDRESS__
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void __libc_free(void *);

void *malloc(size_t size)
{
    calls += watched;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    calls += watched;
    return __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
    calls += watched;
    return __libc_realloc(memory, size);
}

void free(void *memory)
{
    calls += watched;
    __libc_free(memory);
}

#define COUNTED(name, type)                                                                        \
    int name(type *object)                                                                         \
    {                                                                                              \
        union {                                                                                    \
            void *object;                                                                          \
            int (*function)(type *);                                                               \
        } next = {dlsym(RTLD_NEXT, #name)};                                                        \
        calls += watched;                                                                          \
        return next.function(object);                                                              \
    }
COUNTED(pthread_mutex_lock, pthread_mutex_t)
COUNTED(pthread_mutex_trylock, pthread_mutex_t)
COUNTED(pthread_rwlock_rdlock, pthread_rwlock_t)
COUNTED(pthread_rwlock_wrlock, pthread_rwlock_t)
COUNTED(sem_wait, sem_t)
enum { COUNTING = 1 };
#else
enum { COUNTING = 0 };
#endif

enum { COLUMNS = 6, REFERENCE_ROWS = 2000, WINDOW = 1000 };
static const char *const NAMES[COLUMNS] = {"number", "word", "flag", "code", "time", "big"};

static drift_value value_of(int column, uint64_t row)
{
    static const char *const words[] = {"red", "green", "blue", "black"};
    uint64_t random = drift__mix(row * COLUMNS + (uint64_t)column);
    switch (column) {
    case 0:
        return number_value((double)(random >> 11) * 0x1p-53);
    case 1:
        return text_value(DRIFT_VALUE_STRING, words[random % 4]);
    case 2:
        return bool_value((int)(random & 1));
    case 3:
        return text_value(DRIFT_VALUE_TOKEN, random % 3 ? "3" : "n/a");
    case 4:
        return time_value((int64_t)(random >> 14));
    default:
        return integer_value((int64_t)(random >> 1));
    }
}

/* What comes in service: mostly as in the reference, sometimes anything. */
static void row_of(uint64_t row, char text[100], drift_value out[COLUMNS])
{
    uint64_t random = drift__mix(row);
    for (int c = 0; c < COLUMNS; c++)
        out[c] = value_of(c, row);
    uint64_t odd = random >> 8 & 7;
    if (odd == 0) {
        for (size_t i = 0; i < 99; i++)
            text[i] = (char)('a' + (random >> (i % 60) & 15));
        out[1].as.string = text;
        out[1].length = 5 + (uint32_t)(random % 94);
    } else if (odd == 1) {
        out[random % COLUMNS] = number_value(random & 256 ? (double)NAN : (double)INFINITY);
    } else if (odd == 2) {
        out[random % COLUMNS] = (drift_value){DRIFT_VALUE_MISSING, 0, {0}};
    } else if (odd == 3) {
        out[random % COLUMNS] = text_value(DRIFT_VALUE_TOKEN, "-12.5e3");
    } else if (odd == 4) {
        out[random % COLUMNS] = integer_value((int64_t)random);
    } else if (odd == 5) {
        out[random % COLUMNS] = number_value(1 / 3.0);
    } else if (odd == 6) {
        out[random % COLUMNS] = time_value((int64_t)(random >> 14));
    }
}

static drift_monitor *monitor_of(void)
{
    static drift_value cells[COLUMNS][REFERENCE_ROWS];
    drift_column columns[COLUMNS];
    drift_table table = DRIFT_TABLE_INIT;
    drift_profile *reference = NULL;
    drift_monitor *monitor = NULL;
    drift_monitor_config config = DRIFT_MONITOR_CONFIG_INIT;
    for (int c = 0; c < COLUMNS; c++) {
        columns[c] = (drift_column)DRIFT_COLUMN_INIT;
        columns[c].layout = DRIFT_LAYOUT_VALUE;
        columns[c].data = cells[c];
        for (uint64_t r = 0; r < REFERENCE_ROWS; r++)
            cells[c][r] = value_of(c, r);
    }
    table.n_columns = COLUMNS;
    table.n_rows = REFERENCE_ROWS;
    table.names = NAMES;
    table.columns = columns;
    config.window_rows = WINDOW;
    config.minimum_rows = WINDOW;
    ck_assert_int_eq(drift_profile_create(&table, NULL, &reference, NULL), DRIFT_OK);
    ck_assert_int_eq(drift_monitor_create(reference, &config, &monitor, NULL), DRIFT_OK);
    drift_profile_destroy(reference);
    return monitor;
}

/* Rows one by one and in a batch, past the end of both buffers. */
static int observe(drift_recorder *recorder, const drift_table *batch, uint64_t rows)
{
    drift_value values[COLUMNS];
    char text[100];
    int refused = 0;
    for (uint64_t r = 0; r < rows; r++) {
        row_of(r, text, values);
        refused |= drift_recorder_observe(recorder, values, COLUMNS) != DRIFT_OK;
    }
    return refused | (drift_recorder_observe_batch(recorder, batch, NULL) != DRIFT_OK);
}

static drift_table batch_of(drift_column columns[2])
{
    static double numbers[500];
    static uint8_t flags[500];
    static const char *const names[2] = {"number", "flag"};
    drift_table table = DRIFT_TABLE_INIT;
    columns[0] = (drift_column)DRIFT_COLUMN_INIT;
    columns[0].layout = DRIFT_LAYOUT_FLOAT64;
    columns[0].data = numbers;
    columns[1] = (drift_column)DRIFT_COLUMN_INIT;
    columns[1].layout = DRIFT_LAYOUT_BOOL8;
    columns[1].data = flags;
    table.n_columns = 2;
    table.n_rows = 500;
    table.names = names;
    table.columns = columns;
    return table;
}

START_TEST(no_memory_and_no_lock)
{
    drift_column columns[2];
    drift_table batch = batch_of(columns);
    drift_monitor *monitor = monitor_of();
    drift_recorder *recorder = NULL;
    ck_assert_int_eq(drift_monitor_recorder(monitor, &recorder, NULL), DRIFT_OK);
    if (!COUNTING)
        fprintf(stderr, "observe_path: calls are not counted under a sanitizer\n");
    for (int round = 0; round < 50; round++) {
        watched = 1;
        int refused = observe(recorder, &batch, 3000);
        watched = 0;
        ck_assert_int_eq(refused, 0);
        ck_assert_int_eq(drift_monitor_poll(monitor, NULL), DRIFT_OK);
    }
    ck_assert_int_eq(calls, 0);
    ck_assert_uint_gt(drift_monitor_dropped(monitor), 50);
    watched = 1; /* the counter counts */
    void *volatile memory = malloc(1);
    free(memory);
    watched = 0;
    ck_assert_int_eq(calls, COUNTING ? 2 : 0);
    drift_monitor_destroy(monitor);
}
END_TEST

/* From now on any call but the last ends the process. 0 where the kernel can do that. */
static int forbid_calls(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* How a child ended that observed without calls; with `broken`, that made one. */
static int child_status(int broken)
{
    enum { CANNOT = 77 };
    drift_column columns[2];
    drift_table batch = batch_of(columns);
    drift_monitor *monitor = monitor_of();
    drift_recorder *recorder = NULL;
    ck_assert_int_eq(drift_monitor_recorder(monitor, &recorder, NULL), DRIFT_OK);
    pid_t pid = fork();
    if (pid == 0) {
        if (forbid_calls())
            syscall(SYS_exit, CANNOT);
        int refused = 0;
        for (int round = 0; round < 100; round++) {
            refused |= observe(recorder, &batch, 10000);
            drift__recorder_renew(recorder); /* a poll would take memory: begin again without one */
        }
        if (broken)
            getppid();
        syscall(SYS_exit, refused);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    drift_monitor_destroy(monitor);
    return status;
}

START_TEST(no_system_call)
{
    int status = COUNTING ? child_status(0) : 77 << 8; /* sanitizers make calls of their own */
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        fprintf(stderr, "observe_path: system calls cannot be forbidden here\n");
        return;
    }
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    status = child_status(1);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("observe_path");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, no_memory_and_no_lock);
    tcase_add_test(all, no_system_call);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
