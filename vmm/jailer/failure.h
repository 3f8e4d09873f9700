// How the jailer reports that it cannot go on.
#ifndef FAILURE_H
#define FAILURE_H

// Sets the descriptor that messages are written to; at first it is standard error.
void failure_report_to(int fd);

// Writes the message, and ends this process with exit code 70.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Like fail(); appends the text of errno.
_Noreturn void fail_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
