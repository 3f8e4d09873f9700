#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "options.h"
#include "report.h"
#include "service.h"
#include "standin.h"
#include "verbs.h"

#define SECONDS 60

struct execution {
    const char *process, *pid_file, *console, *preserve;
    bool detach, terminal;
    const char *cwd, *user;
    struct values env, groups, capabilities;
    bool no_new_privileges;
};

static uint32_t id_of(const char *option, const char *text, char **end) {
    unsigned long id = strtoul(text, end, 10);
    if (*end == text || *text < '0' || *text > '9' || id > INT32_MAX) stop("%s: %s is no number of a user or group", option, text);
    return (uint32_t)id;
}

// UID or UID:GID. Without a group it is group 0, as in runc.
static void put_user(struct bytes *changes, const char *text) {
    struct bytes user = {0};
    char *end;
    put_number(&user, 1, id_of("--user", text, &end));
    uint32_t group = *end == ':' ? id_of("--user", end + 1, &end) : 0;
    if (*end != '\0') stop("--user: %s is not UID or UID:GID", text);
    put_number(&user, 2, group);
    put_message(changes, 5, &user);
    free(user.at);
}

static void put_all(struct bytes *changes, unsigned field, const struct values *values) {
    for (unsigned i = 0; i < values->count; i++) put_text(changes, field, values->at[i]);
}

// Appends ProcessChanges: what is asked for beside what the container's first process has.
static void put_changes(struct bytes *request, const struct execution *execution, char **command) {
    struct bytes changes = {0};
    char *end;
    if (*command == NULL) stop("the command is missing");
    for (char **word = command; *word != NULL; word++) put_text(&changes, 1, *word);
    put_number(&changes, 2, execution->terminal);
    put_all(&changes, 3, &execution->env);
    if (execution->cwd != NULL) put_text(&changes, 4, execution->cwd);
    if (execution->user != NULL) put_user(&changes, execution->user);
    for (unsigned i = 0; i < execution->groups.count; i++) {
        put_number(&changes, 6, id_of("--additional-gids", execution->groups.at[i], &end));
        if (*end != '\0') stop("--additional-gids: %s is no number of a group", execution->groups.at[i]);
    }
    put_all(&changes, 7, &execution->capabilities);
    put_number(&changes, 8, execution->no_new_privileges);
    put_message(request, 6, &changes);
    free(changes.at);
}

// Appends what is to be executed.
static void put_process(struct bytes *request, const struct execution *execution, char **command) {
    struct bytes json = {0};
    if (execution->process == NULL) {
        put_changes(request, execution, command);
        return;
    }
    bytes_file(&json, execution->process);
    put_bytes(request, 3, json.at, json.length);
    free(json.at);
}

struct executed {
    char *id;
    bool terminal;
    char *ports[PORTS_MOST];
    unsigned port_count;
};

static struct executed executed_in(const struct bytes *reply) {
    struct executed executed = {0};
    executed.port_count = ports_in(reply, executed.ports);
    struct reader reader = reader_of(reply->at, reply->length);
    struct field field;
    while (next_field(&reader, &field)) {
        if (field.number == 1) executed.id = text_of(field.bytes, field.length);
        if (field.number == 3) executed.terminal = field.value != 0;
    }
    return executed;
}

static char **execution_options(struct execution *execution, char **words) {
    const struct option_of options[] = {
        {"process", 'p', &execution->process, NULL},
        {"pid-file", 0, &execution->pid_file, NULL},
        {"console-socket", 0, &execution->console, NULL},
        {"preserve-fds", 0, &execution->preserve, NULL},
        {"detach", 'd', NULL, &execution->detach},
        {"tty", 't', NULL, &execution->terminal},
        {"cwd", 0, &execution->cwd, NULL},
        {"user", 'u', &execution->user, NULL},
        {"env", 'e', .all = &execution->env},
        {"additional-gids", 'g', .all = &execution->groups},
        {"cap", 'c', .all = &execution->capabilities},
        {"no-new-privs", 0, NULL, &execution->no_new_privileges},
        {0},
    };
    words += options_read(words, options);
    if (execution->preserve != NULL && strcmp(execution->preserve, "0") != 0) {
        stop("--preserve-fds: descriptors of the host cannot be in a VM");
    }
    return words;
}

int verb_exec(char **words) {
    struct execution execution = {0};
    report_code(255);
    words = execution_options(&execution, words);
    if (words[0] == NULL) stop("the id of the container is missing");
    struct bytes reply, request = request_for(verbs_space(), words[0]);
    put_process(&request, &execution, words + 1);
    struct standin standin = standin_start(execution.console, execution.detach);
    put_number(&request, 4, (uint64_t)standin.pid);
    if (service_call("ExecProcess", &request, SECONDS, &reply) != 0) {
        standin_cancel(&standin);
        stop("%.*s", (int)reply.length, (const char *)reply.at);
    }
    struct executed executed = executed_in(&reply);
    if (executed.terminal && execution.detach && execution.console == NULL) {
        standin_cancel(&standin);
        stop(NO_CONSOLE);
    }
    struct post post = {.space = verbs_space(), .container = words[0], .exec = executed.id, .terminal = executed.terminal,
                        .ports = executed.ports, .port_count = executed.port_count};
    const char *failure = standin_post(&standin, &post);
    if (failure != NULL) stop("%s", failure);
    verbs_write_pid(execution.pid_file, standin.pid);
    return execution.detach ? 0 : verbs_await(standin.pid);
}
