#ifndef VMFACTORY_LOG_H
#define VMFACTORY_LOG_H

// Writes one line to the kernel log, which also reaches the console (errors even under "quiet").
// On a host without a writable /dev/kmsg the line goes to stderr.
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
