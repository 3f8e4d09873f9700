#include "descriptors.h"

#include <sys/resource.h>

#include "log.h"

#define MANY 65536

static struct rlimit usual;

void descriptors_allow_many(void) {
    struct rlimit many = {.rlim_cur = MANY, .rlim_max = MANY};
    if (usual.rlim_cur == 0 && getrlimit(RLIMIT_NOFILE, &usual) < 0) return;
    if (setrlimit(RLIMIT_NOFILE, &many) < 0) log_error("cannot allow %d descriptors: %m", MANY);
}

void descriptors_allow_usual(void) {
    if (usual.rlim_cur > 0) setrlimit(RLIMIT_NOFILE, &usual);
}
