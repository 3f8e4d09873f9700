// Tests the hooks of the host, with sh(1).
#include "hooks_test.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../hooks.h"
#include "../message.h"

static char folder[] = "/tmp/hooks-test.XXXXXX";

static struct container container(void) {
    return (struct container){.id = "c", .state = CREATED, .stand_in = 12, .bundle = "/b"};
}

// Adds a hook: a program with its arguments, which end with NULL, and a variable; NULL = none.
static void add_with(struct container *to, enum hook_stage stage, unsigned seconds, const char *program, const char *const *args,
                     const char *variable) {
    struct bytes hook = {0};
    put_number(&hook, 1, stage);
    put_text(&hook, 2, program);
    for (; args != NULL && *args != NULL; args++) put_text(&hook, 3, *args);
    if (variable != NULL) put_text(&hook, 4, variable);
    if (seconds > 0) put_number(&hook, 5, seconds);
    put_message(&to->hooks, 1, &hook);
    free(hook.at);
}

static void add(struct container *to, enum hook_stage stage, unsigned seconds, const char *program, const char *const *args) {
    add_with(to, stage, seconds, program, args, "A=b");
}

static void add_script(struct container *to, enum hook_stage stage, unsigned seconds, const char *script) {
    const char *args[] = {"sh", "-c", script, folder, NULL};
    add(to, stage, seconds, "/bin/sh", args);
}

static bool written_is(const char *text) {
    char path[64], found[1024] = "";
    snprintf(path, sizeof path, "%s/out", folder);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        found[fread(found, 1, sizeof found - 1, file)] = '\0';
        fclose(file);
        unlink(path);
    }
    return strcmp(found, text) == 0;
}

static void fails(struct container *of, const char *why) {
    char *failure = hooks_run(of, PRESTART, "creating");
    if (failure == NULL || strstr(failure, why) == NULL) {
        fprintf(stderr, "%s, expected: %s\n", failure == NULL ? "no failure" : failure, why);
        abort();
    }
    free(failure);
    free(of->hooks.at);
}

static void a_hook_gets_the_state_and_its_own_environment(void) {
    struct container one = container();
    add_script(&one, PRESTART, 0, "cat >$0/out; echo \"$A $HOME\" >>$0/out; echo ignored");
    assert(hooks_run(&one, PRESTART, "creating") == NULL);
    assert(written_is("{\"ociVersion\":\"1.0.2\",\"id\":\"c\",\"pid\":12,\"status\":\"creating\",\"bundle\":\"/b\","
                      "\"created\":\"1970-01-01T00:00:00.000Z\",\"owner\":\"root\"}b \n"));
    free(one.hooks.at);
}

static void a_hook_without_variables_has_those_of_the_engine(void) {
    struct container one = container();
    const char *args[] = {"sh", "-c", "echo \"$OF_ENGINE\" >$0/out", folder, NULL};
    setenv("OF_ENGINE", "yes", 1);
    add_with(&one, PRESTART, 0, "/bin/sh", args, NULL);
    assert(hooks_run(&one, PRESTART, "creating") == NULL && written_is("yes\n"));
    unsetenv("OF_ENGINE");
    free(one.hooks.at);
}

static void those_of_a_stage_run_up_to_the_first_failure(void) {
    struct container one = container();
    add_script(&one, POSTSTOP, 0, "echo wrong stage >>$0/out");
    add_script(&one, PRESTART, 0, "echo first >>$0/out");
    add_script(&one, PRESTART, 0, "echo second >>$0/out; echo reason >&2; exit 3");
    add_script(&one, PRESTART, 0, "echo third >>$0/out");
    fails(&one, "hook /bin/sh: it ended with exit code 3: reason");
    assert(written_is("first\nsecond\n"));
}

static void a_hook_that_cannot_run_fails(void) {
    struct container missing = container(), data = container();
    add(&missing, PRESTART, 0, "/proc/none", NULL);
    fails(&missing, "there is no such program");
    add(&data, PRESTART, 0, "/etc/passwd", NULL);
    fails(&data, "it is not executable");
}

static void a_hook_that_takes_too_long_is_killed(void) {
    struct container one = container();
    add_script(&one, PRESTART, 1, "echo waiting >&2; exec sleep 1000");
    fails(&one, "it did not end within 1 seconds: waiting");
    struct container killed = container();
    add_script(&killed, PRESTART, 0, "kill -9 $$");
    fails(&killed, "it ended by signal 9");
}

// Neither its children nor much output hold a hook up.
static void what_a_hook_leaves_behind_does_not_matter(void) {
    struct container one = container();
    time_t before = time(NULL);
    add_script(&one, PRESTART, 0, "sleep 30 & echo $! >$0/out; head -c 300000 /dev/zero >&2");
    assert(hooks_run(&one, PRESTART, "creating") == NULL);
    assert(time(NULL) - before < 25);
    char command[64];
    snprintf(command, sizeof command, "kill $(cat %s/out)", folder);
    assert(system(command) == 0);
    assert(!written_is(""));
    free(one.hooks.at);
}

void hooks_tests(void) {
    assert(mkdtemp(folder) != NULL);
    a_hook_gets_the_state_and_its_own_environment();
    a_hook_without_variables_has_those_of_the_engine();
    those_of_a_stage_run_up_to_the_first_failure();
    a_hook_that_cannot_run_fails();
    a_hook_that_takes_too_long_is_killed();
    what_a_hook_leaves_behind_does_not_matter();
    rmdir(folder);
}
