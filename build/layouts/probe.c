// The program of the images that build/e2e-layouts makes. It prints what it was given, who it is, and every file of its
// root: mode, owner, links, size, content. Files of other file systems and those that every runtime makes are left out.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

extern char **environ;

static dev_t device;

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

// Prints a text on one line.
static void put(const char *name, const char *text, size_t length) {
    printf(" %s=", name);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c > ' ' && c < 127 && c != '\\') putchar(c);
        else printf("\\%02x", c);
    }
}

static void put_content(const char *path) {
    uint64_t hash = 0xcbf29ce484222325; // FNV-1a
    unsigned char bytes[65536];
    ssize_t got;
    int fd = open(path, O_RDONLY | O_NOFOLLOW);
    if (fd < 0) {
        printf(" content: errno %d", errno);
        return;
    }
    while ((got = read(fd, bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < got; i++) hash = (hash ^ bytes[i]) * 0x100000001b3;
    }
    printf(" content=%016llx", (unsigned long long)hash);
    close(fd);
}

static void put_attributes(const char *path) {
    static char names[65536], value[65536];
    char *sorted[256];
    size_t n = 0;
    ssize_t length = llistxattr(path, names, sizeof names);
    for (char *at = names; length > 0 && at < names + length && n < 256; at += strlen(at) + 1) sorted[n++] = at;
    qsort(sorted, n, sizeof *sorted, by_text);
    for (size_t i = 0; i < n; i++) {
        ssize_t size = lgetxattr(path, sorted[i], value, sizeof value);
        put(sorted[i], value, size < 0 ? 0 : (size_t)size);
    }
}

// The runtime makes what is mounted there, and its folders.
static int is_runtimes(const char *path) {
    static const char *const all[] = {"/proc", "/sys", "/dev", "/run", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strcmp(path, all[i]) == 0) return 1;
    }
    return 0;
}

static int has_runtimes(const char *path) { return strcmp(path, "/") == 0 || strcmp(path, "/etc") == 0; }

static void walk(const char *path);

static void walk_into(const char *path) {
    DIR *dir = opendir(path);
    char **names = NULL, *child;
    size_t n = 0;
    if (dir == NULL) {
        printf("  not listed: errno %d\n", errno);
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (strcmp(path, "/") == 0 && strcmp(entry->d_name, "lost+found") == 0) continue;
        names = realloc(names, (n + 1) * sizeof *names);
        names[n++] = strdup(entry->d_name);
    }
    closedir(dir);
    if (n > 0) qsort(names, n, sizeof *names, by_text);
    for (size_t i = 0; i < n; i++) {
        if (asprintf(&child, "%s/%s", strcmp(path, "/") == 0 ? "" : path, names[i]) < 0) exit(99);
        walk(child);
        free(child);
        free(names[i]);
    }
    free(names);
}

static void walk(const char *path) {
    struct stat file;
    char target[8192];
    if (is_runtimes(path)) return;
    if (lstat(path, &file) < 0) {
        printf("file");
        put("path", path, strlen(path));
        printf(" errno %d\n", errno);
        return;
    }
    if (file.st_dev != device) return;
    printf("file");
    put("path", path, strlen(path));
    printf(" mode=%o owner=%u:%u", file.st_mode, file.st_uid, file.st_gid);
    if (!S_ISDIR(file.st_mode)) printf(" links=%lu", (unsigned long)file.st_nlink);
    if (!has_runtimes(path)) printf(" time=%lld", (long long)file.st_mtime);
    if (S_ISREG(file.st_mode)) {
        printf(" size=%lld", (long long)file.st_size);
        put_content(path);
    }
    if (S_ISCHR(file.st_mode) || S_ISBLK(file.st_mode)) printf(" device=%u:%u", major(file.st_rdev), minor(file.st_rdev));
    if (S_ISLNK(file.st_mode)) {
        ssize_t length = readlink(path, target, sizeof target);
        put("target", target, length < 0 ? 0 : (size_t)length);
    }
    put_attributes(path);
    printf("\n");
    if (S_ISDIR(file.st_mode)) walk_into(path);
}

int main(int argc, char **argv) {
    gid_t groups[256];
    struct stat root;
    char *directory = getcwd(NULL, 0);
    size_t variables = 0;
    for (int i = 0; i < argc; i++) {
        printf("argument");
        put("text", argv[i], strlen(argv[i]));
        printf("\n");
    }
    while (environ[variables] != NULL) variables++;
    qsort(environ, variables, sizeof *environ, by_text);
    for (size_t i = 0; i < variables; i++) {
        printf("variable");
        put("text", environ[i], strlen(environ[i]));
        printf("\n");
    }
    printf("directory");
    put("path", directory == NULL ? "" : directory, directory == NULL ? 0 : strlen(directory));
    printf("\nuser %u:%u groups", getuid(), getgid());
    int n = getgroups(256, groups);
    for (int i = 0; i < n; i++) printf(" %u", groups[i]);
    printf("\n");
    if (lstat("/", &root) == 0) {
        device = root.st_dev;
        walk("/");
    }
    return getenv("EXIT") == NULL ? 0 : atoi(getenv("EXIT"));
}
