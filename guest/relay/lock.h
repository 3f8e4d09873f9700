// Locks of files, which exclude those of the other programs of vmfactory: fcntl(2). A child shares the lock.
#ifndef LOCK_H
#define LOCK_H

// Opens path + ".lock". Ends the program with a message if that fails.
int lock_open(const char *path);

// Waits for the lock without a limit.
void lock_take(int lock);

// Waits for the lock of path at most so long. Ends the program with a message if another program keeps it.
void lock_take_within(int lock, const char *path, unsigned seconds);

void lock_release(int lock);

#endif
