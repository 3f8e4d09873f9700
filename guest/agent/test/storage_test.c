#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../src/background.h"
#include "../src/call.h"
#include "../src/storages/device.h"
#include "../src/file.h"
#include "../src/loop.h"
#include "../src/path.h"
#include "../src/storages/storage.h"
#include "../src/uevent.h"
#include "host.h"
#include "test.h"

// Tests storages with the kernel, in namespaces of the test's own, and drives with a made-up /sys and /dev.

#define BASE "/run/kata-containers/"

// The answer to a request.
static struct {
    bool told;
    struct mounts *mounts;
    enum status code;
    char error[512];
} seen;

static void on_done(struct mounts *mounts, enum status code, const char *error, void *context) {
    CHECK(context == &seen && !seen.told);
    seen.told = true;
    seen.mounts = mounts;
    seen.code = code;
    snprintf(seen.error, sizeof seen.error, "%s", error == NULL ? "" : error);
}

static void on_gone(const char *error, void *context) {
    on_done(NULL, STATUS_OK, error, context);
}

static void await(void) {
    while (!seen.told) CHECK(loop_turn(10000));
    seen.told = false;
}

static int mount_n(size_t n, Grpc__Storage **all) {
    storages_mount(n, all, on_done, &seen);
    await();
    CHECK((seen.code == STATUS_OK) == (*seen.error == '\0'));
    CHECK(seen.code == STATUS_OK || seen.mounts == NULL);
    return seen.code;
}

static int mount_one(Grpc__Storage *storage) { return mount_n(1, &storage); }

static void unmount(struct mounts *mounts) {
    storages_unmount(mounts, on_gone, &seen);
    await();
    CHECK(strcmp(seen.error, "") == 0);
}

static bool says(const char *text) { return strstr(seen.error, text) != NULL; }

static Grpc__Storage make(const char *driver, const char *type, const char *at) {
    Grpc__Storage storage = GRPC__STORAGE__INIT;
    storage.driver = (char *)driver;
    storage.fstype = (char *)type;
    storage.source = (char *)type;
    storage.mount_point = (char *)at;
    return storage;
}

static bool exists(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0;
}

static bool is_mounted(const char *path) {
    static char mounts[65536];
    char line[256];
    CHECK(file_read("/proc/self/mounts", mounts, sizeof mounts) > 0);
    snprintf(line, sizeof line, " %s ", path);
    return strstr(mounts, line) != NULL;
}

static void an_ephemeral_storage_is_a_tmpfs_of_its_size(void) {
    char *options[] = {"size=1048576", "noexec", "nodev", "nosuid", "mode=0710"};
    Grpc__Storage storage = make("ephemeral", "tmpfs", BASE "e/one");
    struct statvfs volume;
    struct stat st;
    storage.n_options = 5;
    storage.options = options;
    CHECK(mount_one(&storage) == STATUS_OK);
    CHECK(statvfs(BASE "e/one", &volume) == 0 && volume.f_blocks * volume.f_frsize == 1048576);
    CHECK((volume.f_flag & (ST_NOEXEC | ST_NODEV | ST_NOSUID)) == (ST_NOEXEC | ST_NODEV | ST_NOSUID));
    CHECK(stat(BASE "e/one", &st) == 0 && (st.st_mode & 07777) == 0710);
    unmount(seen.mounts);
    CHECK(!exists("/run/kata-containers"));
}

static void its_size_is_changed_and_the_rest_stays(void) {
    char *options[] = {"size=1048576", "noexec"}, *larger[] = {"size=2097152"};
    Grpc__Storage storage = make("ephemeral", "tmpfs", BASE "e"), other = storage, *all = &other;
    struct statvfs volume;
    storage.n_options = 2;
    storage.options = options;
    CHECK(mount_one(&storage) == STATUS_OK);
    struct mounts *mounts = seen.mounts;
    other.n_options = 1;
    other.options = larger;
    storages_change(1, &all, on_done, &seen);
    await();
    CHECK(seen.code == STATUS_OK);
    CHECK(statvfs(BASE "e", &volume) == 0 && volume.f_blocks * volume.f_frsize == 2097152);
    CHECK((volume.f_flag & ST_NOEXEC) != 0);
    *larger = "size=x";
    storages_change(1, &all, on_done, &seen);
    await();
    CHECK(seen.code == STATUS_INVALID_ARGUMENT && says(BASE "e"));
    other.mount_point = BASE "other";
    storages_change(1, &all, on_done, &seen);
    await();
    CHECK(seen.code == STATUS_NOT_FOUND && says(BASE "other"));
    unmount(mounts);
}

static void a_storage_asked_for_again_alike_is_shared(void) {
    Grpc__Storage storage = make("ephemeral", "tmpfs", BASE "s"), *twice[] = {&storage, &storage};
    CHECK(mount_one(&storage) == STATUS_OK);
    struct mounts *first = seen.mounts;
    CHECK(close(open(BASE "s/kept", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) == 0);
    CHECK(mount_n(2, twice) == STATUS_OK);
    struct mounts *second = seen.mounts;
    unmount(first);
    CHECK(exists(BASE "s/kept"));
    storage.n_options = 1;
    storage.options = (char *[]){"size=4096"};
    CHECK(mount_one(&storage) == STATUS_ALREADY_EXISTS && says(BASE "s"));
    unmount(second);
    CHECK(!exists(BASE "s"));
}

static void a_shared_storage_stays_until_the_sandbox_goes(void) {
    Grpc__Storage storage = make("ephemeral", "tmpfs", BASE "s");
    storage.shared = true;
    CHECK(mount_one(&storage) == STATUS_OK);
    unmount(seen.mounts);
    CHECK(is_mounted(BASE "s"));
    storages_unmount_rest(on_gone, &seen);
    await();
    CHECK(strcmp(seen.error, "") == 0 && !exists(BASE "s"));
}

static void a_local_storage_is_a_directory_that_goes_with_its_content(void) {
    Grpc__Storage storage = make("local", "local", BASE "l/dir");
    struct stat st;
    storage.n_options = 1;
    storage.options = (char *[]){"mode=2770"};
    storage.n_driver_options = 1;
    storage.driver_options = (char *[]){"fsgid=0"};
    CHECK(mount_one(&storage) == STATUS_OK);
    CHECK(stat(BASE "l/dir", &st) == 0 && (st.st_mode & 07777) == 02770);
    CHECK(close(open(BASE "l/dir/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) == 0);
    unmount(seen.mounts);
    CHECK(!exists(BASE "l"));
}

static void a_directory_that_was_there_before_stays(void) {
    Grpc__Storage storage = make("local", "", BASE "l");
    CHECK(mkdir("/run/kata-containers", 0755) == 0 && mkdir(BASE "l", 0755) == 0);
    CHECK(mount_one(&storage) == STATUS_OK);
    unmount(seen.mounts);
    CHECK(rmdir(BASE "l") == 0 && rmdir("/run/kata-containers") == 0);
}

static void an_overlay_lies_over_other_storages(void) {
    Grpc__Storage lower = make("local", "", BASE "c/lower"), writable = make("ephemeral", "", BASE "c/rw");
    Grpc__Storage overlay = make("overlayfs", "overlay", BASE "c/rootfs");
    Grpc__Storage *all[] = {&lower, &writable, &overlay};
    overlay.n_driver_options = 2;
    overlay.driver_options = (char *[]){
        "io.katacontainers.volume.overlayfs.create_directory=" BASE "c/rw/upper",
        "io.katacontainers.volume.overlayfs.create_directory=" BASE "c/rw/work"};
    overlay.n_options = 3;
    overlay.options = (char *[]){
        "lowerdir=" BASE "c/lower", "upperdir=" BASE "c/rw/upper", "workdir=" BASE "c/rw/work"};
    CHECK(mount_n(3, all) == STATUS_OK);
    CHECK(close(open(BASE "c/rootfs/new", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) == 0);
    CHECK(exists(BASE "c/rw/upper/new") && !exists(BASE "c/lower/new"));
    unmount(seen.mounts);
    CHECK(!exists(BASE "c"));
}

static void an_overlay_makes_its_writable_part_itself_when_told_so(void) {
    Grpc__Storage lower = make("local", "", BASE "c/lower");
    Grpc__Storage overlay = make("overlayfs", "", BASE "c/rootfs"), *all[] = {&lower, &overlay};
    overlay.n_options = 2;
    overlay.options = (char *[]){"lowerdir=" BASE "c/lower", "io.katacontainers.fs-opt.overlay-rw"};
    CHECK(mount_n(2, all) == STATUS_OK);
    CHECK(close(open(BASE "c/rootfs/new", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) == 0);
    CHECK(exists(BASE "c/upper/new") && exists(BASE "c/work"));
    unmount(seen.mounts);
    CHECK(!is_mounted(BASE "c/rootfs") && exists(BASE "c/upper/new"));
    CHECK(path_remove_tree("/run/kata-containers") == 0);
}

static void fs_group_owns_what_is_there(void) {
    Grpc__Storage first = make("ephemeral", "tmpfs", BASE "g");
    Grpc__FSGroup group = GRPC__FSGROUP__INIT;
    struct stat st;
    group.group_id = 0; // the group that exists in every namespace
    first.fs_group = &group;
    CHECK(mkdir("/run/kata-containers", 0755) == 0 && mkdir(BASE "l", 0700) == 0);
    CHECK(close(open(BASE "l/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) == 0);
    CHECK(symlink("/etc/passwd", BASE "l/link") == 0);
    CHECK(mount_one(&first) == STATUS_OK);
    CHECK(stat(BASE "g", &st) == 0 && (st.st_mode & 07777) == 03777);
    unmount(seen.mounts);
    Grpc__Storage local = make("local", "local", BASE "l");
    local.fs_group = &group;
    CHECK(mount_one(&local) == STATUS_OK);
    CHECK(stat(BASE "l/file", &st) == 0 && (st.st_mode & 07777) == 0660);
    CHECK(stat(BASE "l", &st) == 0 && (st.st_mode & 07777) == 02775);
    unmount(seen.mounts);
    CHECK(path_remove_tree("/run/kata-containers") == 0);
}

static void refused(Grpc__Storage *storage, const char *text) {
    CHECK(mount_one(storage) == STATUS_INVALID_ARGUMENT && says(text));
    CHECK(!exists("/run/kata-containers"));
}

static void what_cannot_be_done_justice_to_is_refused(void) {
    Grpc__FSGroup group = GRPC__FSGROUP__INIT;
    const char *wrong_paths[] = {"", "/", "/proc", "/run", "/run/", "/run//x", "/run/x/", "/run/../etc",
                                 "/run/./x", "run/x", "/runx/y", "/run/vmfactory", "/run/vmfactory/boot_id", "/run/crun/c",
                                 "/run/kata-containers"};
    for (size_t i = 0; i < sizeof wrong_paths / sizeof *wrong_paths; i++) {
        Grpc__Storage storage = make("ephemeral", "tmpfs", wrong_paths[i]);
        refused(&storage, "mount point");
    }
    Grpc__Storage storage = make("9p", "9p", BASE "x");
    refused(&storage, "driver \"9p\"");
    storage = make("blk", "proc", BASE "x");
    refused(&storage, "file system \"proc\"");
    storage = make("ephemeral", "hugetlbfs", BASE "x");
    refused(&storage, "hugetlbfs");
    const char *wrong_options[] = {"bind", "remount", "", "ro,bind", "rshared"};
    for (size_t i = 0; i < sizeof wrong_options / sizeof *wrong_options; i++) {
        storage = make("ephemeral", "tmpfs", BASE "x");
        storage.n_options = 1;
        storage.options = (char **)&wrong_options[i];
        refused(&storage, "option");
    }
    storage = make("ephemeral", "tmpfs", BASE "x");
    storage.n_options = 1;
    storage.options = (char *[]){"ro"};
    storage.fs_group = &group;
    refused(&storage, "fs_group");
    storage = make("ephemeral", "tmpfs", BASE "x");
    storage.n_driver_options = 1;
    storage.driver_options = (char *[]){"fsgid=-1"};
    refused(&storage, "fsgid=-1");
    storage = make("local", "local", BASE "x");
    storage.n_options = 1;
    storage.options = (char *[]){"mode=8"};
    refused(&storage, "mode=8");
    storage = make("overlayfs", "overlay", BASE "x");
    storage.n_options = 1;
    storage.options = (char *[]){"lowerdir=/run/a:/etc"};
    refused(&storage, "\"/etc\"");
}

static void a_link_on_the_way_is_not_followed(void) {
    Grpc__Storage storage = make("ephemeral", "tmpfs", "/run/planted/x");
    CHECK(symlink("/tmp", "/run/planted") == 0);
    CHECK(mount_one(&storage) == STATUS_INVALID_ARGUMENT && says(strerror(ELOOP)));
    CHECK(unlink("/run/planted") == 0);
}

static void what_came_before_the_one_that_fails_is_undone(void) {
    Grpc__Storage first = make("ephemeral", "tmpfs", BASE "u/first"), lower = make("local", "", BASE "u/low");
    Grpc__Storage overlay = make("overlayfs", "", BASE "u/root"), last = make("ephemeral", "tmpfs", BASE "u/last");
    Grpc__Storage *all[] = {&first, &lower, &overlay, &last};
    overlay.n_options = 2;
    overlay.options = (char *[]){"lowerdir=" BASE "u/low", "io.katacontainers.fs-opt.overlay-rw"};
    last.n_options = 1;
    last.options = (char *[]){"nonsense=1"};
    CHECK(mount_n(4, all) == STATUS_INVALID_ARGUMENT);
    CHECK(says("storage ephemeral at " BASE "u/last") && says(strerror(EINVAL)));
    CHECK(!exists("/run/kata-containers"));
}

static void what_is_in_use_is_told_and_unmounted_later(void) {
    Grpc__Storage storage = make("ephemeral", "tmpfs", BASE "busy");
    CHECK(mount_one(&storage) == STATUS_OK);
    int held = open(BASE "busy", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    storages_unmount(seen.mounts, on_gone, &seen);
    await();
    CHECK(says(BASE "busy") && says(strerror(EBUSY)));
    close(held);
    storages_unmount_rest(on_gone, &seen);
    await();
    CHECK(strcmp(seen.error, "") == 0 && !exists(BASE "busy"));
}

// Drives.

static char root[] = "/tmp/vmfactory-agent-test.XXXXXX";

static void put(const char *path) {
    char full[256];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *at = full + strlen(root) + 1; (at = strchr(at, '/')) != NULL; *at++ = '/') {
        *at = '\0';
        mkdir(full, 0755);
    }
    CHECK(close(open(full, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) == 0);
}

// Opening a socket fails as opening a drive does that the kernel has not made ready: ENXIO.
static void a_drive_is_not_found_before_it_can_be_opened(void) {
    char node[DEVICE_NODE_SIZE], full[256];
    put("/dev/vdq");
    snprintf(full, sizeof full, "%s/dev/vdq", root);
    CHECK(device_find("/dev/vdq", node) && unlink(full) == 0 && !device_find("/dev/vdq", node));
    CHECK(mknod(full, S_IFSOCK | 0600, 0) == 0 && !device_find("/dev/vdq", node));
    CHECK(unlink(full) == 0);
    put("/dev/vdq");
    CHECK(device_find("/dev/vdq", node));
}

static void a_drive_is_found_by_its_pci_path(void) {
    char node[DEVICE_NODE_SIZE];
    put("/sys/devices/pci0000:00/0000:00:03.0/pci_bus/0000:01/x");
    put("/sys/devices/pci0000:00/0000:00:03.0/0000:01:00.0/virtio5/block/vdk/size");
    put("/sys/devices/pci0000:00/0000:00:04.1/virtio6/block/vdl/size");
    CHECK(!device_find("03/00", node)); // the node does not exist yet
    put("/dev/vdk");
    put("/dev/vdl");
    CHECK(device_find("03/00", node) && strcmp(node, "/dev/vdk") == 0);
    CHECK(device_find("04.1", node) && strcmp(node, "/dev/vdl") == 0);
    CHECK(device_find("/dev/vdl", node) && strcmp(node, "/dev/vdl") == 0);
    CHECK(!device_find("04", node) && !device_find("03/01", node) && !device_find("03/00/00", node));
}

static void only_drives_are_names_of_drives(void) {
    const char *good[] = {"/dev/vda", "/dev/vdaa", "03", "1f.7", "03/00", "02/03.1/00"};
    const char *wrong[] = {"", "/dev/vd", "/dev/vda1", "/dev/sda", "/dev/../etc", "3", "03/", "/03", "20",
                           "03//00", "03.8", "03.", "0x/00", "+3", "03/00\n", "vda"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) CHECK(device_is_name(good[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK(!device_is_name(wrong[i]));
        Grpc__Storage storage = make("blk", "ext4", BASE "x");
        storage.source = (char *)wrong[i];
        refused(&storage, "source");
    }
}

// When the drive appears, the storage goes on and finds that the file is not a drive.
static void a_drive_that_is_not_there_yet_is_waited_for(void) {
    Grpc__Storage storage = make("blk", "ext4", BASE "x"), *all = &storage;
    storage.source = "05/00";
    storages_mount(1, &all, on_done, &seen);
    host_settle();
    put("/sys/devices/pci0000:00/0000:00:05.0/pci_bus/0000:02/x");
    uevent_announce();
    host_settle();
    CHECK(!seen.told);
    put("/sys/devices/pci0000:00/0000:00:05.0/0000:02:00.0/virtio7/block/vdm/size");
    put("/dev/vdm");
    uevent_announce();
    await();
    CHECK(seen.code == STATUS_INVALID_ARGUMENT && says("/dev/vdm is no block device"));
}

static void a_drive_that_never_comes_is_an_error(void) {
    Grpc__Storage first = make("ephemeral", "tmpfs", BASE "x"), second = make("blk", "ext4", BASE "y");
    Grpc__Storage *all[] = {&first, &second};
    second.source = "/dev/vdz";
    storages_wait_at_most(50);
    CHECK(mount_n(2, all) == STATUS_DEADLINE_EXCEEDED && says("/dev/vdz") && says(BASE "y"));
    CHECK(!exists("/run/kata-containers"));
    storages_wait_at_most(STORAGE_WAIT_MS);
}

// The thread beside the loop.

static int worked[5], works, dones;

static void work(void *context) { worked[works++] = *(int *)context; }

static void work_done(void *context) { CHECK(worked[dones++] == *(int *)context); }

// While two calls are open, the thread does the work. Otherwise the loop does it at once.
static void work_is_done_in_the_order_of_asking(void) {
    int numbers[] = {7, 8, 9, 10};
    struct conversation *over = conversation_start(NULL);
    struct call *calls[] = {call_start(over, 1), call_start(over, 3)};
    for (int i = 0; i < 3; i++) background_run_unless_alone(work, work_done, &numbers[i]);
    CHECK(dones == 0);
    for (int i = 0; i < 2; i++) call_reply_empty(calls[i]);
    background_run_unless_alone(work, work_done, &numbers[3]); // does not overtake
    CHECK(dones == 0);
    while (dones < 4) CHECK(loop_turn(10000));
    CHECK(works == 4 && worked[3] == 10);
    background_run_unless_alone(work, work_done, &numbers[0]);
    CHECK(dones == 5);
}

static void mounts(void) {
    an_ephemeral_storage_is_a_tmpfs_of_its_size();
    its_size_is_changed_and_the_rest_stays();
    a_storage_asked_for_again_alike_is_shared();
    a_shared_storage_stays_until_the_sandbox_goes();
    a_local_storage_is_a_directory_that_goes_with_its_content();
    a_directory_that_was_there_before_stays();
    an_overlay_lies_over_other_storages();
    an_overlay_makes_its_writable_part_itself_when_told_so();
    fs_group_owns_what_is_there();
    what_cannot_be_done_justice_to_is_refused();
    a_link_on_the_way_is_not_followed();
    what_came_before_the_one_that_fails_is_undone();
    what_is_in_use_is_told_and_unmounted_later();
}

static void drives(void) {
    only_drives_are_names_of_drives();
    CHECK(mkdtemp(root) != NULL);
    file_set_root(root);
    a_drive_is_not_found_before_it_can_be_opened();
    a_drive_is_found_by_its_pci_path();
    a_drive_that_is_not_there_yet_is_waited_for();
    a_drive_that_never_comes_is_an_error();
    file_set_root("");
    CHECK(path_remove_tree(root) == 0);
}

static void suite(void) {
    work_is_done_in_the_order_of_asking();
    mounts();
    drives();
    // While other calls wait for answers, the thread does all work.
    struct conversation *over = conversation_start(NULL);
    struct call *calls[] = {call_start(over, 1), call_start(over, 3)};
    mounts();
    for (int i = 0; i < 2; i++) call_reply_empty(calls[i]);
}

void storage_tests(void) { host_apart(suite); }
