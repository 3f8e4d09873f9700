#ifndef VMFACTORY_CRUN_H
#define VMFACTORY_CRUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "terminal.h"

// Runs crun, which creates a process and then ends.
struct crun {
    // Called when crun has ended; good = crun has created the process.
    void (*done)(struct crun *self, bool good);
    pid_t pid; // of the process that crun has created
    int launch; // the end of a pipe that crun writes to: the pid, or why there is none
    bool terminal; // the process has one
    struct console console; // receives it
    uid_t terminal_owner; // see console_open
    int master; // of the terminal, after done; -1 = there is none
    int oom_score_adj; // of a process that crun_exec makes
};

// Prepares crun, once, before its first use. A container can open the crun that enters it, by
// /proc/self/exe. To keep it from being written to, crun copies itself into protected memory at each start
// and executes the copy. The agent does this once: it moves crun into sealed memory. It also gives crun the
// same addresses in each process, which saves an emulator most of its work; containers have random ones
// (see oci_json.h).
void crun_prepare(void);

// The first descriptor, and the most, that a process can inherit beside its standard streams and the launch pipe, which
// comes before them.
#define CRUN_INHERITED_FIRST 4
#define CRUN_INHERITED_MOST 3

// Starts `crun create`. The process then waits for crun_start. Its standard streams are stdio, which the
// caller still owns, or a terminal (NULL). Its program inherits the launch pipe and the descriptors, or nothing (NULL).
// False with errno = crun did not start.
bool crun_create(
    struct crun *crun, const char *id, const char *bundle, const int stdio[3], const int *inherited);

// Starts `crun exec` with a process of the OCI specification as JSON. The rest is as in crun_create.
bool crun_exec(
    struct crun *crun, const char *id, const char *process, size_t length, const int stdio[3], const int *inherited);

// Lets a created process execute its program. False with errno on failure.
bool crun_start(const char *id);

// Reads the text that crun has written to the launch pipe.
void crun_text(struct crun *crun, char *text, size_t size);

// Returns the message without colours and time, which crun adds on a terminal. Changes the text.
const char *crun_message(char *text);

// Closes all descriptors of a crun.
void crun_close(struct crun *crun);

// Removes the files that crun keeps for a container.
void crun_forget(const char *id);

#endif
