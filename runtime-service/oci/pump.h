#ifndef VMFACTORY_PUMP_H
#define VMFACTORY_PUMP_H

#include <stdbool.h>

#include "agent.h"

// Passes bytes, signals and the size of a terminal on between this process and a process in a VM, until that has ended
// and its output is written. A process of this host has one such process in a VM.

// Something else to serve meanwhile.
struct pump_source {
    int (*fd)(void);    // returns the descriptor; -1 = none now; NULL = no such source
    void (*work)(void); // called when it can be read
};

#define PUMP_SOURCES 3

struct pump {
    int input;  // gives the process its input; -1 = it has none
    int output; // takes its output
    int error;  // takes its errors; -1 = a terminal has one output
    bool has_terminal; // whether the process has one; then it is not sent the end of an input that it has not
    int terminal;      // the terminal of this host whose size it follows; -1 = none
    // A signalfd: each of these signals is passed on, but SIGWINCH, by which the size has changed.
    int signals;
    // Whether the second SIGHUP, SIGINT or SIGTERM ends the pump: a first process ignores what it does not handle.
    bool second_signal_ends;
    // Whether an output that fails ends the pump. Otherwise what the process writes is thrown away.
    bool outputs_matter;
    // Whether an output is closed when the process has closed its own and all is written. A program of the host may wait
    // for the end of the output of a process that goes on.
    bool closes_outputs;
    // How long the rest of the output may stay away after the end of the process; -1 = for ever.
    int last_output_ms;
    struct pump_source also[PUMP_SOURCES];
    agent_answer on_other; // takes the answers to agent_await_oom and agent_await_query; NULL = they are not called
};

struct pump_end {
    enum { PUMP_STATUS, PUMP_SIGNAL, PUMP_OUTPUT, PUMP_LOST } how;
    int number; // the exit status; the signal; the errno of the output
    bool error; // whether the output was standard error
};

// Connects to the agent, which knows the process by the ids of its container and of its exec. Returns false, with errno,
// if the VM cannot be reached.
bool pump_connect(char *const *ports, unsigned count, const char *container, const char *exec);

// Without input, the process reads the end at once, unless it has a terminal.
struct pump_end pump_run(const struct pump *pump);

#endif
