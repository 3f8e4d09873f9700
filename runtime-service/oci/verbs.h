#ifndef VMFACTORY_VERBS_H
#define VMFACTORY_VERBS_H

#include <sys/types.h>

// The verbs of the command line. Each gets the words after the verb, and returns the exit code.

// Sets the namespace of all containers, which depends on --root.
void verbs_root(const char *root);

// Sets the template of containers whose specification names none; empty = the base.
void verbs_template(const char *name);

// Shared by the verbs.

// Why a process with a terminal is refused that goes on without this command: no process of the host would have the other
// end of its terminal.
#define NO_CONSOLE "the process has a terminal; use --console-socket with it, or leave out --detach"

// Returns the namespace of all containers.
const char *verbs_space(void);

// Returns the only word. Ends the process if there is none, or another.
const char *verbs_only_id(char **words);

// Writes a pid to a file; NULL = none.
void verbs_write_pid(const char *path, pid_t pid);

// Waits for a child, passes signals on to it, and returns its exit status as a shell would.
int verbs_await(pid_t child);

int verb_create(char **words);
int verb_start(char **words);
int verb_state(char **words);
int verb_kill(char **words);
int verb_pause(char **words);
int verb_resume(char **words);
int verb_delete(char **words);
int verb_run(char **words);
int verb_exec(char **words);
int verb_list(char **words);
int verb_ps(char **words);
int verb_update(char **words);
int verb_features(char **words);
int verb_spec(char **words);
int verb_events(char **words);

#endif
