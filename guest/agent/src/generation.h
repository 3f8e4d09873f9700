#ifndef VMFACTORY_GENERATION_H
#define VMFACTORY_GENERATION_H

// The file that shows which clone this guest is. Containers mount it.

#define GENERATION_FOLDER "/run/vmfactory"
#define GENERATION_FILE GENERATION_FOLDER "/generation"
#define GENERATION_LENGTH 32

// Makes the file. Called once, before the agent serves. Until generation_set it holds zeros.
void generation_start(void);

// Writes a new generation, GENERATION_LENGTH characters, in place: a program that has the file open or mounted sees it,
// and inotify reports it. Returns 0, or -1 with errno.
int generation_set(const char *text);

#endif
