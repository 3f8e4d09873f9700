#ifndef VMFACTORY_LOG_H
#define VMFACTORY_LOG_H

// Writes one line to the kernel log, which also appears on the console (errors even under "quiet"). Where
// the agent is not PID 1 or /dev/kmsg is not writable, the line goes to stderr.
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
