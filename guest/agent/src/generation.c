#include "generation.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static int file = -1; // stays open: a clone then needs only a write

void generation_start(void) {
    file = open(GENERATION_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444);
    if (file < 0 || generation_set("00000000000000000000000000000000") < 0) {
        log_error("cannot write " GENERATION_FILE ": %m");
    }
}

int generation_set(const char *text) {
    char line[GENERATION_LENGTH + 1];
    memcpy(line, text, GENERATION_LENGTH);
    line[GENERATION_LENGTH] = '\n';
    ssize_t written = pwrite(file, line, sizeof line, 0);
    if (written >= 0 && written < (ssize_t)sizeof line) errno = ENOSPC;
    return written == (ssize_t)sizeof line ? 0 : -1;
}
