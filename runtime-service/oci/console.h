#ifndef VMFACTORY_CONSOLE_H
#define VMFACTORY_CONSOLE_H

// The terminal of a container on this host. The guest has another one, which treats what is typed; this one only
// passes bytes on, and knows the size.

// Makes a terminal, and sends its master to the socket at path. Returns the slave.
int console_open(const char *path);

// Makes the slave the terminal of this process, which leads its session. Its standard streams lead nowhere then.
void console_take(int slave);

#endif
