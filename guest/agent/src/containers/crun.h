#ifndef VMFACTORY_CRUN_H
#define VMFACTORY_CRUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../status.h"

// Processes made by crun, which ends when they are there.
struct crun {
    // Told once crun has ended: whether it has done what it was asked.
    void (*done)(struct crun *self, bool good);
    pid_t pid; // of the process it has made
    // The process holds the other end until it executes its program, or ends: see crun_executed.
    int launch;
    int console; // where crun sends the terminal to; -1 = none is wanted
    int master; // the terminal's, once done; -1 = there is none
};

// Once, before the first of them. A container can open the crun that enters it, as /proc/self/exe; lest
// it be written to, crun makes a protected copy of itself at each call and starts that. The agent does
// this once: crun lies in sealed memory from now on, and nowhere else. And crun has the same addresses in
// each process, which saves an emulator most of its work; containers have random ones (see oci_json).
void crun_prepare(void);

// Starts `crun create`: the process waits then for crun_start. It gets three descriptors, which stay
// the caller's, or a terminal (NULL). False with errno = crun does not run.
bool crun_create(struct crun *crun, const char *id, const char *bundle, const int stdio[3]);

// Starts `crun exec` with a process of the OCI specification as JSON.
bool crun_exec(
    struct crun *crun, const char *id, const char *process, size_t length, const int stdio[3]);

// Lets a created process go on. False with errno = it cannot.
bool crun_start(const char *id);

// Whether a process, perhaps a zombie, executes a program of its own and is no fork of crun any more.
bool crun_executed(pid_t pid);

// What crun has written to the launch pipe beside the pid.
void crun_text(struct crun *crun, char *text, size_t size);

// The message in what crun has written: to a terminal it writes in colour and with the time. The text
// is changed.
const char *crun_message(char *text);

// Closes what is open.
void crun_close(struct crun *crun);

// Removes what crun keeps of a container.
void crun_forget(const char *id);

// What crun's words stand for.
enum status crun_status_of(const char *text);

#endif
