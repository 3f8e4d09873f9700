#ifndef VMFACTORY_SHIM_STREAMS_H
#define VMFACTORY_SHIM_STREAMS_H

#include <stdbool.h>

#include "bytes.h"
#include "standin.h"

// The standard streams that containerd names: the path of a FIFO, file:// and the path of a file, or nothing.

struct stream_names {
    char *name[3];
    bool terminal;
};

// Opens the streams. Returns false and appends the reason if one cannot be opened; then none is open.
bool streams_open(struct streams *streams, const struct stream_names *names, struct bytes *why);

void streams_close(struct streams *streams);

#endif
