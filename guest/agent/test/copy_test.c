#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../src/file.h"
#include "../src/path.h"
#include "../src/status.h"
#include "host.h"
#include "kata/agent.pb-c.h"
#include "test.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

// Tests CopyFile by frames, in an empty /run of the test's own.

#define AGENT "grpc.AgentService"

static int fd;

static Grpc__CopyFileRequest piece(const char *path, const char *data, int64_t offset, int64_t size) {
    Grpc__CopyFileRequest request = GRPC__COPY_FILE_REQUEST__INIT;
    request.path = (char *)path;
    request.data.data = (uint8_t *)data;
    request.data.len = strlen(data);
    request.offset = offset;
    request.file_size = size;
    request.file_mode = S_IFREG | 0640;
    return request;
}

static int copy(const Grpc__CopyFileRequest *request, const char *text) {
    Ttrpc__Response *response = host_call(fd, AGENT, "CopyFile", &request->base);
    if (text != NULL) CHECK(response->status != NULL && strstr(response->status->message, text) != NULL);
    return host_code(response);
}

static bool holds(const char *path, const char *text) {
    char found[256];
    return file_read(path, found, sizeof found) >= 0 && strcmp(found, text) == 0;
}

static void count(const char *name, void *context) {
    (void)name;
    ++*(int *)context;
}

static int entries(const char *directory) {
    int n = 0;
    CHECK(file_list(directory, count, &n));
    return n;
}

static void a_file_appears_when_it_is_whole(void) {
    struct stat st;
    Grpc__CopyFileRequest first = piece("/run/a/b/file", "Hello, ", 0, 12);
    Grpc__CopyFileRequest second = piece("/run/a/b/file", "World", 7, 12);
    first.dir_mode = 0770;
    CHECK(copy(&first, NULL) == STATUS_OK);
    CHECK(access("/run/a/b/file", F_OK) < 0 && entries("/run/a/b") == 1);
    CHECK(copy(&second, NULL) == STATUS_OK);
    CHECK(holds("/run/a/b/file", "Hello, World") && entries("/run/a/b") == 1);
    CHECK(stat("/run/a/b/file", &st) == 0 && st.st_mode == (S_IFREG | 0640));
    CHECK(stat("/run/a/b", &st) == 0 && st.st_mode == (S_IFDIR | 0770));
}

static void a_file_that_was_there_is_replaced(void) {
    Grpc__CopyFileRequest shorter = piece("/run/a/b/file", "Bye", 0, 3), empty = piece("/run/a/b/file", "", 0, 0);
    CHECK(copy(&shorter, NULL) == STATUS_OK && holds("/run/a/b/file", "Bye"));
    empty.file_mode = 0600; // no type: a regular file
    CHECK(copy(&empty, NULL) == STATUS_OK && holds("/run/a/b/file", ""));
}

static void in_place_it_is_the_same_file(void) {
    struct stat before, after;
    Grpc__CopyFileRequest file = piece("/run/a/b/file", "first", 0, 5), longer = piece("/run/a/b/file", "in ", 0, 8);
    Grpc__CopyFileRequest rest = piece("/run/a/b/file", "place", 3, 8), gap = piece("/run/a/b/file", "x", 9, 10);
    CHECK(copy(&file, NULL) == STATUS_OK && stat("/run/a/b/file", &before) == 0);
    longer.in_place = rest.in_place = gap.in_place = true;
    rest.file_mode = S_IFREG | 0604;
    CHECK(copy(&longer, NULL) == STATUS_OK && copy(&rest, NULL) == STATUS_OK);
    CHECK(holds("/run/a/b/file", "in place") && stat("/run/a/b/file", &after) == 0);
    CHECK(before.st_ino == after.st_ino && after.st_mode == (S_IFREG | 0604) && entries("/run/a/b") == 1);
    CHECK(copy(&gap, "beyond its end") == STATUS_INVALID_ARGUMENT);
    Grpc__CopyFileRequest none = piece("/run/a/new/x", "x", 0, 1), folder = piece("/run/a/b", "x", 0, 1);
    none.in_place = folder.in_place = true;
    CHECK(copy(&none, "no such file") == STATUS_NOT_FOUND && access("/run/a/new", F_OK) < 0);
    CHECK(copy(&folder, NULL) != STATUS_OK);
}

static void a_piece_may_be_sent_again_but_none_left_out(void) {
    Grpc__CopyFileRequest first = piece("/run/c", "1234", 0, 8), gap = piece("/run/c", "8", 7, 8);
    Grpc__CopyFileRequest last = piece("/run/c", "345678", 2, 8), none = piece("/run/d", "x", 3, 8);
    CHECK(copy(&first, NULL) == STATUS_OK && copy(&first, NULL) == STATUS_OK);
    CHECK(copy(&gap, "offset is 7, but 4 bytes") == STATUS_INVALID_ARGUMENT);
    CHECK(copy(&last, NULL) == STATUS_OK && holds("/run/c", "12345678"));
    CHECK(copy(&none, "0 bytes have arrived") == STATUS_INVALID_ARGUMENT);
    CHECK(access("/run/d", F_OK) < 0);
}

static void directories_and_links_are_made(void) {
    struct stat st;
    char target[64] = "";
    Grpc__CopyFileRequest directory = piece("/run/dir", "", 0, 0), link = piece("/run/dir/link", "../c", 0, 4);
    directory.file_mode = S_IFDIR | 0711;
    link.file_mode = S_IFLNK | 0777;
    CHECK(copy(&directory, NULL) == STATUS_OK && copy(&directory, NULL) == STATUS_OK);
    CHECK(stat("/run/dir", &st) == 0 && st.st_mode == (S_IFDIR | 0711));
    CHECK(copy(&link, NULL) == STATUS_OK && copy(&link, NULL) == STATUS_OK);
    CHECK(readlink("/run/dir/link", target, sizeof target - 1) == 4 && strcmp(target, "../c") == 0);
    link.data.len = 0;
    CHECK(copy(&link, "target") == STATUS_INVALID_ARGUMENT);
    CHECK(entries("/run/dir") == 1);
}

static int prune(char *path, char **keep, size_t count) {
    Vmfactory__Guest__V1__PruneFolderRequest request = VMFACTORY__GUEST__V1__PRUNE_FOLDER_REQUEST__INIT;
    request.path = path;
    request.keep = keep;
    request.n_keep = count;
    return host_code(host_call(fd, "vmfactory.guest.v1.Guest", "PruneFolder", &request.base));
}

static void a_folder_keeps_only_what_is_named(void) {
    char *keep[] = {"new", "new/file", "..data", "top"};
    const char *files[] = {"/run/prune/old/file", "/run/prune/old/deep/file", "/run/prune/new/file", "/run/prune/new/gone",
                           "/run/prune/top", "/run/prune/bottom"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        Grpc__CopyFileRequest file = piece(files[i], "x", 0, 1);
        CHECK(copy(&file, NULL) == STATUS_OK);
    }
    CHECK(symlink("new", "/run/prune/..data") == 0 && symlink("/run/a", "/run/prune/out") == 0);
    CHECK(prune("/run/prune", keep, sizeof keep / sizeof *keep) == STATUS_OK);
    CHECK(entries("/run/prune") == 3 && entries("/run/prune/new") == 1 && holds("/run/prune/..data/file", "x"));
    CHECK(entries("/run/a") > 0);
    CHECK(prune("/run/prune", NULL, 0) == STATUS_OK && entries("/run/prune") == 0);
    CHECK(rmdir("/run/prune") == 0 && prune("/run/prune", NULL, 0) == STATUS_NOT_FOUND);
    CHECK(prune("/etc", NULL, 0) == STATUS_INVALID_ARGUMENT && prune("/run/../etc", NULL, 0) == STATUS_INVALID_ARGUMENT);
    CHECK(symlink("a", "/run/to") == 0 && prune("/run/to", NULL, 0) == STATUS_INTERNAL && entries("/run/a") > 0);
    CHECK(unlink("/run/to") == 0);
}

static void a_link_is_replaced_and_never_followed(void) {
    Grpc__CopyFileRequest file = piece("/run/dir/link", "own", 0, 3), through = piece("/run/to-a/x", "x", 0, 1);
    CHECK(copy(&file, NULL) == STATUS_OK && holds("/run/dir/link", "own") && holds("/run/c", "12345678"));
    CHECK(symlink("a", "/run/to-a") == 0);
    CHECK(copy(&through, strerror(ELOOP)) == STATUS_INTERNAL);
    CHECK(access("/run/a/x", F_OK) < 0);
    through.path = "/run/to-a";
    through.file_mode = S_IFDIR | 0700;
    CHECK(copy(&through, "/run/to-a") == STATUS_INTERNAL);
}

static void what_is_wrong_is_refused_and_nothing_is_left(void) {
    const char *wrong[] = {"", "/", "/run", "/etc/passwd", "/run/../etc/passwd", "/run//x", "/run/x/", "x",
                           "/run/vmfactory/boot_id"};
    int before = entries("/run");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Grpc__CopyFileRequest request = piece(wrong[i], "x", 0, 1);
        CHECK(copy(&request, "path") == STATUS_INVALID_ARGUMENT);
    }
    Grpc__CopyFileRequest request = piece("/run/new/x", "xx", 0, 1);
    CHECK(copy(&request, "file_size") == STATUS_INVALID_ARGUMENT);
    request.file_size = -1;
    CHECK(copy(&request, "negative") == STATUS_INVALID_ARGUMENT);
    request.file_size = 2;
    request.offset = INT64_MIN;
    CHECK(copy(&request, "negative") == STATUS_INVALID_ARGUMENT);
    request.offset = INT64_MAX;
    CHECK(copy(&request, "file_size") == STATUS_INVALID_ARGUMENT);
    request.offset = 0;
    request.uid = -1;
    CHECK(copy(&request, "uid") == STATUS_INVALID_ARGUMENT);
    request.uid = 0;
    request.file_mode = S_IFBLK | 0600;
    CHECK(copy(&request, "file_mode") == STATUS_INVALID_ARGUMENT);
    CHECK(entries("/run") == before);
}

static void a_frame_may_be_cut_anywhere(void) {
    uint8_t bytes[4096];
    uint32_t stream;
    Grpc__CopyFileRequest request = piece("/run/cut", "cut", 0, 3);
    size_t length = host_request(bytes, 7, AGENT, "CopyFile", &request.base);
    for (size_t cut = 1; cut < length; cut++) {
        unlink("/run/cut");
        host_send(fd, bytes, cut);
        host_settle();
        CHECK(access("/run/cut", F_OK) < 0);
        host_send(fd, bytes + cut, length - cut);
        CHECK(host_code(host_receive(fd, &stream)) == STATUS_OK && stream == 7);
        CHECK(holds("/run/cut", "cut"));
    }
}

static void suite(void) {
    fd = host_connect();
    a_file_appears_when_it_is_whole();
    a_file_that_was_there_is_replaced();
    in_place_it_is_the_same_file();
    a_piece_may_be_sent_again_but_none_left_out();
    directories_and_links_are_made();
    a_folder_keeps_only_what_is_named();
    a_link_is_replaced_and_never_followed();
    what_is_wrong_is_refused_and_nothing_is_left();
    a_frame_may_be_cut_anywhere();
    close(fd);
    host_settle();
}

void copy_tests(void) { host_apart(suite); }
