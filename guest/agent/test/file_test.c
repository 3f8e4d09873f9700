#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../src/file.h"
#include "test.h"

static char root[] = "/tmp/vmfactory-agent-test.XXXXXX";

static bool holds(const char *text) {
    char found[64];
    return file_read("/id", found, sizeof found) == (ssize_t)strlen(text) && strcmp(found, text) == 0;
}

static void what_is_written_into_a_mapped_file_is_in_the_file_at_once(void) {
    char *shown = file_map("/id", "0000\n");
    CHECK(shown != NULL && holds("0000"));
    memcpy(shown, "abcd", 4);
    CHECK(holds("abcd"));
    CHECK(munmap(shown, 5) == 0);
}

static void mapping_replaces_a_longer_file(void) {
    char *shown = file_map("/id", "1\n");
    CHECK(shown != NULL && holds("1"));
    CHECK(munmap(shown, 2) == 0);
}

static void a_file_that_cannot_be_made_is_told_with_its_reason(void) {
    CHECK(file_map("/no/such/directory", "1\n") == NULL && errno == ENOENT);
}

void file_tests(void) {
    char path[64];
    CHECK(mkdtemp(root) != NULL);
    snprintf(path, sizeof path, "%s/id", root);
    file_set_root(root);
    what_is_written_into_a_mapped_file_is_in_the_file_at_once();
    mapping_replaces_a_longer_file();
    a_file_that_cannot_be_made_is_told_with_its_reason();
    CHECK(unlink(path) == 0 && rmdir(root) == 0);
    file_set_root("");
}
