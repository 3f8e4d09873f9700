#ifndef VMFACTORY_REPORT_H
#define VMFACTORY_REPORT_H

// How a command reports that it failed: one line on standard error, and one in the log that the engine has named.

// Sets the log file; NULL = none. The format is "json", or NULL for text.
void report_to(const char *file, const char *format);

// Sets the name of the program, with which each report begins; at first it is "vmfactory-oci".
void report_name(const char *name);

// Sets the exit code of a failure; at first it is 1.
void report_code(int code);

// Reports, and ends this process.
_Noreturn void stop(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Like stop(); appends the text of errno.
_Noreturn void stop_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Reports, and goes on.
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
