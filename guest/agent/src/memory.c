#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "file.h"

uint64_t meminfo_kib(const char *name) {
    char text[4096];
    if (file_read("/proc/meminfo", text, sizeof text) < 0) return 0;
    size_t length = strlen(name);
    for (char *line = text; line != NULL && *line != '\0';) {
        if (strncmp(line, name, length) == 0 && line[length] == ':') {
            return strtoull(line + length + 1, NULL, 10);
        }
        line = strchr(line, '\n');
        if (line != NULL) line++;
    }
    return 0;
}
