// Unit tests of the client: where it looks for the service, and what it takes from the service.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../command.h"
#include "../message.h"
#include "../place.h"

static char folder[] = "/tmp/client-test.XXXXXX";

static const char *in_folder(const char *name) {
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void is_at(char **words, const char *path) {
    char found[PATH_MAX];
    bool clear = place_of_socket(words, found);
    assert(clear == (path != NULL) && (path == NULL || strcmp(found, path) == 0));
}

static void configured(const char *text) {
    FILE *file = fopen(in_folder("c.toml"), "w");
    assert(file != NULL && fputs(text, file) >= 0);
    fclose(file);
}

static void the_configuration_says_where_the_service_is(void) {
    char *file = strdup(in_folder("c.toml")), option[160];
    char *words[] = {"run", "--config", file, "--", "--config", "/none", NULL};
    char *joined[] = {"ps", option, NULL};
    snprintf(option, sizeof option, "--config=%s", file);
    configured("[daemon]\n# run_dir = \"/a\"\n  run_dir = \"/b\" # here\n");
    is_at(words, "/b/sandboxes/.service/command.sock");
    is_at(joined, "/b/sandboxes/.service/command.sock");
    configured("run_dir=\"/b\"\nsandbox_dir = \"/c d\"\n");
    is_at(words, "/c d/.service/command.sock");
    configured("run_dir = \"relative\"\n");
    is_at(words, NULL);
    unlink(file);
    is_at(words, NULL); // a JVM reports that the file is missing
    free(file);
}

static void a_value_that_needs_a_parser_is_not_guessed(void) {
    char *words[] = {"run", "--config", (char *)in_folder("c.toml"), NULL};
    unsetenv("XDG_RUNTIME_DIR");
    configured("run_dir = \"/b\\u0041\"\nrun_dir = '/d'\nrun_dirs = \"/e\"\nxrun_dir = \"/f\"\n");
    char found[PATH_MAX];
    assert(place_of_socket(words, found) && strncmp(found, "/b", 2) != 0 && strncmp(found, "/d", 2) != 0);
    assert(strncmp(found, "/e", 2) != 0 && strncmp(found, "/f", 2) != 0);
}

static void the_variable_counts_if_there_is_no_option(void) {
    char *words[] = {"ps", NULL};
    configured("run_dir = \"/v\"\n");
    setenv("VMFACTORY_CONFIG", in_folder("c.toml"), 1);
    is_at(words, "/v/sandboxes/.service/command.sock");
    unsetenv("VMFACTORY_CONFIG");
}

static int listening(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0);
    return fd;
}

static void send_bytes(int fd, const char *bytes, size_t length) { assert(send(fd, bytes, length, 0) == (ssize_t)length); }

static void messages_are_taken_when_they_are_complete(void) {
    struct message message;
    int server = listening(in_folder("s"));
    assert(!command_connect(in_folder("none")) && command_connect(in_folder("s")));
    int service = accept(server, NULL, NULL);
    send_bytes(service, "\0\0\0\4\x1a", 5); // exit, of four bytes
    assert(command_take(&message, false) == 0);
    send_bytes(service, "\2\x08\x07\0\0\0\2\x22\0", 9); // the rest; then "run it yourself"
    assert(command_take(&message, false) == 1 && message.kind == SERVICE_EXIT && message.length == 2 && message.at[1] == 7);
    assert(command_take(&message, false) == 1 && message.kind == SERVICE_DECLINES && message.length == 0);
    assert(command_take(&message, false) == 0);
    send_bytes(service, "\xff\0\0\0", 4);
    assert(command_take(&message, false) == -1);
    close(service);
    assert(!command_signal(2) || !command_signal(2)); // the first may still go into the socket
    close(server);
}

int main(void) {
    assert(mkdtemp(folder) != NULL);
    the_configuration_says_where_the_service_is();
    a_value_that_needs_a_parser_is_not_guessed();
    the_variable_counts_if_there_is_no_option();
    messages_are_taken_when_they_are_complete();
    unlink(in_folder("c.toml"));
    unlink(in_folder("s"));
    rmdir(folder);
    printf("vmfactory-client: 4 tests passed\n");
    return 0;
}
