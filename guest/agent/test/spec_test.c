#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../src/containers/cpuset.h"
#include "../src/containers/places.h"
#include "../src/containers/spec.h"
#include "../src/containers/sysctl.h"
#include "../src/file.h"
#include "test.h"

// Tests what crun gets for a request.

static struct problem problem;

// A request with everything that tests change in it.
struct asked {
    Grpc__CreateContainerRequest request;
    Grpc__Spec spec;
    Grpc__Process process;
    Grpc__Root root;
    Grpc__Linux linux_;
    Grpc__LinuxResources resources;
    Grpc__LinuxMemory memory;
    Grpc__LinuxCPU cpu;
    Grpc__LinuxPids pids;
    Grpc__LinuxNetwork network;
    Grpc__LinuxBlockIO block;
    Grpc__Linux__SysctlEntry sysctl, *sysctls[1];
};

static char *program[] = {"sh"};

static void fill(struct asked *asked) {
    grpc__create_container_request__init(&asked->request);
    grpc__spec__init(&asked->spec);
    grpc__process__init(&asked->process);
    grpc__root__init(&asked->root);
    grpc__linux__init(&asked->linux_);
    grpc__linux_resources__init(&asked->resources);
    grpc__linux_memory__init(&asked->memory);
    grpc__linux_cpu__init(&asked->cpu);
    grpc__linux_pids__init(&asked->pids);
    grpc__linux_network__init(&asked->network);
    grpc__linux_block_io__init(&asked->block);
    grpc__linux__sysctl_entry__init(&asked->sysctl);
    asked->request.container_id = "c";
    asked->request.oci = &asked->spec;
    asked->spec.process = &asked->process;
    asked->spec.root = &asked->root;
    asked->spec.linux = &asked->linux_;
    asked->linux_.resources = &asked->resources;
    asked->resources.memory = &asked->memory;
    asked->resources.cpu = &asked->cpu;
    asked->process.args = program;
    asked->process.n_args = 1;
    asked->process.cwd = "/";
    asked->root.path = "/r";
    asked->sysctls[0] = &asked->sysctl;
}

static void set_sysctl(struct asked *asked, char *key, char *value) {
    asked->sysctl.key = key;
    asked->sysctl.value = value;
    asked->linux_.sysctl = asked->sysctls;
    asked->linux_.n_sysctl = 1;
}

// Returns whether config.json has the text.
static bool has(const struct asked *asked, const char *text) {
    struct spec_made made;
    CHECK(spec_make(&asked->request, &made, &problem));
    bool found = strstr(made.config, text) != NULL;
    spec_free(&made);
    return found;
}

static bool refused(const struct asked *asked, const char *path) {
    struct spec_made made;
    bool good = spec_make(&asked->request, &made, &problem);
    if (good) spec_free(&made);
    return !good && problem.code == STATUS_INVALID_ARGUMENT && strncmp(problem.text, path, strlen(path)) == 0;
}

static void crun_gets_its_own_version_and_a_list_of_mounts(void) {
    struct asked asked;
    fill(&asked);
    asked.spec.version = "1.3.0";
    CHECK(has(&asked, "\"ociVersion\":\"1.0.2\"") && has(&asked, "\"mounts\":["));
}

static void crun_gets_the_mask_for_new_files(void) {
    struct asked asked;
    Grpc__User user = GRPC__USER__INIT;
    fill(&asked);
    CHECK(has(&asked, "\"umask\":18"));
    asked.process.user = &user;
    CHECK(has(&asked, "\"umask\":18"));
    user.file_mask_case = GRPC__USER__FILE_MASK_UMASK;
    CHECK(has(&asked, "\"umask\":0"));
}

static void crun_gets_no_switches(void) {
    struct asked asked;
    Grpc__Spec__AnnotationsEntry entry = GRPC__SPEC__ANNOTATIONS_ENTRY__INIT, *entries[] = {&entry};
    fill(&asked);
    entry.key = "run.oci.handler";
    entry.value = "krun";
    asked.spec.annotations = entries;
    asked.spec.n_annotations = 1;
    CHECK(!has(&asked, "annotations"));
}

static void one_that_has_a_name_has_a_namespace_for_it(void) {
    struct asked asked;
    fill(&asked);
    CHECK(!has(&asked, "\"uts\""));
    asked.spec.hostname = "a.b";
    CHECK(has(&asked, "\"hostname\":\"a.b\"") && has(&asked, "{\"type\":\"uts\"}"));
    Grpc__LinuxNamespace uts = GRPC__LINUX_NAMESPACE__INIT, *spaces[] = {&uts};
    uts.type = "uts";
    asked.linux_.namespaces = spaces;
    asked.linux_.n_namespaces = 1;
    CHECK(has(&asked, "\"namespaces\":[{\"type\":\"uts\"},{\"type\":\"mount\"},{\"type\":\"pid\"}]"));
    asked.spec.hostname = "";
    CHECK(has(&asked, "\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"pid\"}]"));
}

static void parameters_of_the_kernel_are_not_cruns(void) {
    struct asked asked;
    fill(&asked);
    set_sysctl(&asked, "net.core.somaxconn", "7");
    CHECK(!has(&asked, "sysctl"));
    set_sysctl(&asked, "kernel/domainname", "d");
    CHECK(has(&asked, "\"domainname\":\"d\"") && has(&asked, "\"uts\"") && !has(&asked, "sysctl"));
    asked.spec.domainname = "e";
    CHECK(refused(&asked, "linux.sysctl[\"kernel.domainname\"]: "));
    static char *const wrong[] = {
        "kernel.pid_max", "vm.swappiness", "net", "net.../kernel/pid_max", "net/../kernel/pid_max", "", "/net/x",
        "kernel.hostname",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fill(&asked);
        set_sysctl(&asked, wrong[i], "1");
        CHECK(refused(&asked, "linux.sysctl[\""));
    }
    CHECK(sysctl_is("net/ipv4/conf/eth0.1/forwarding", "net.ipv4.conf.eth0/1.forwarding"));
    CHECK(!sysctl_is("net.ipv4.conf.eth0.1.forwarding", "net.ipv4.conf.eth0/1.forwarding"));
}

static void what_the_guest_has_anyhow_is_left_out(void) {
    struct asked asked;
    fill(&asked);
    asked.memory.swappiness = 60;
    asked.memory.kernel = asked.memory.kerneltcp = -1;
    asked.resources.network = &asked.network;
    asked.resources.pids = &asked.pids;
    CHECK(has(&asked, "\"resources\":{\"memory\":{},\"cpu\":{}}"));
    asked.pids.limit = 3;
    CHECK(has(&asked, "\"pids\":{\"limit\":3}"));
}

static void what_the_guest_cannot_do_is_refused(void) {
    struct asked asked;
    const struct {
        const char *path;
        int64_t *value; // NULL = it is a flag or has fewer bits
    } wrong[] = {
        {"memory.swappiness", (int64_t *)&asked.memory.swappiness},
        {"memory.kernel", &asked.memory.kernel},
        {"memory.kernelTCP", &asked.memory.kerneltcp},
        {"memory.swap", &asked.memory.swap},
        {"cpu.realtimeRuntime", &asked.cpu.realtimeruntime},
        {"cpu.realtimePeriod", (int64_t *)&asked.cpu.realtimeperiod},
        {"memory.disableOOMKiller", NULL},
        {"network.classID", NULL},
        {"blockIO.leafWeight", NULL},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char path[64];
        fill(&asked);
        asked.resources.network = &asked.network;
        asked.resources.blockio = &asked.block;
        if (wrong[i].value != NULL) *wrong[i].value = 61;
        asked.memory.disableoomkiller = strstr(wrong[i].path, "OOM") != NULL;
        asked.network.classid = strstr(wrong[i].path, "class") != NULL;
        asked.block.leafweight = strstr(wrong[i].path, "leaf") != NULL;
        snprintf(path, sizeof path, "linux.resources.%s: ", wrong[i].path);
        CHECK(refused(&asked, path));
    }
}

static void sets_that_the_guest_does_not_have_are_left_out(void) {
    char top[] = "/tmp/spec-test.XXXXXX", path[128];
    static const char *const directories[] = {"/sys", "/sys/fs", "/sys/fs/cgroup"};
    struct asked asked;
    CHECK(mkdtemp(top) != NULL);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", top, directories[i]);
        CHECK(mkdir(path, 0755) == 0);
    }
    snprintf(path, sizeof path, "%s/sys/fs/cgroup/cpuset.cpus.effective", top);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs("0-1\n", file) >= 0 && fclose(file) == 0);
    file_set_root(top);
    fill(&asked);
    asked.cpu.cpus = "1";
    CHECK(has(&asked, "\"cpus\":\"1\""));
    asked.cpu.cpus = "1-2";
    CHECK(!has(&asked, "cpus"));
    file_set_root("");
    unlink(path);
    for (size_t i = 3; i-- > 0;) {
        snprintf(path, sizeof path, "%s%s", top, directories[i]);
        rmdir(path);
    }
    rmdir(top);
    CHECK(cpuset_within("0", "0") && cpuset_within("3,0-1", "0-3") && cpuset_within("0-8191", "0-8191"));
    CHECK(!cpuset_within("4", "0-3") && !cpuset_within("2-4", "0-3") && !cpuset_within("0", "1-3"));
    CHECK(!cpuset_within("", "0") && !cpuset_within("0-", "0") && !cpuset_within("0,", "0"));
    CHECK(!cpuset_within("x", "0") && !cpuset_within("0 ", "0") && !cpuset_within("8192", "0-8191"));
}

static void users_of_its_own_see_the_sandboxs_file_systems(void) {
    struct asked asked;
    Grpc__Mount mount = GRPC__MOUNT__INIT, *mounts[] = {&mount};
    Grpc__LinuxIDMapping mapping = GRPC__LINUX_IDMAPPING__INIT, *mappings[] = {&mapping};
    char *options[] = {"ro"};
    fill(&asked);
    mount.destination = "/dev/mqueue";
    mount.type = mount.source = "mqueue";
    mount.options = options;
    mount.n_options = 1;
    asked.spec.mounts = mounts;
    asked.spec.n_mounts = 1;
    CHECK(has(&asked, "{\"destination\":\"/dev/mqueue\",\"source\":\"mqueue\",\"type\":\"mqueue\",\"options\":[\"ro\"]}"));
    mapping.hostid = 100000;
    mapping.size = 65536;
    asked.linux_.uidmappings = mappings;
    asked.linux_.n_uidmappings = 1;
    CHECK(has(&asked,
        "{\"destination\":\"/dev/mqueue\",\"source\":\"/dev/mqueue\",\"type\":\"bind\",\"options\":[\"rbind\",\"ro\"]}"));
    CHECK(strcmp(mount.type, "mqueue") == 0 && mount.n_options == 1);
}

static void a_bind_mount_has_the_option(void) {
    struct asked asked;
    Grpc__Mount mount = GRPC__MOUNT__INIT, *mounts[] = {&mount};
    char *options[] = {"rbind"};
    fill(&asked);
    mount.destination = mount.source = "/x";
    mount.type = "bind";
    asked.spec.mounts = mounts;
    asked.spec.n_mounts = 1;
    CHECK(has(&asked, "{\"destination\":\"/x\",\"source\":\"/x\",\"type\":\"bind\",\"options\":[\"bind\"]}"));
    mount.options = options;
    mount.n_options = 1;
    CHECK(has(&asked, "\"type\":\"bind\",\"options\":[\"rbind\"]}"));
}

static void the_mount_that_failed_is_found(void) {
    Grpc__Mount proc = GRPC__MOUNT__INIT, data = proc, *mounts[] = {&proc, &data};
    Grpc__Spec spec = GRPC__SPEC__INIT;
    proc.destination = "/proc";
    data.destination = "/srv/data";
    spec.mounts = mounts;
    spec.n_mounts = 2;
    CHECK(places_blamed(&spec, "mount `proc` to `proc`: Operation not permitted") == 0);
    CHECK(places_blamed(&spec, "mount `/dev/vda` to `srv/data`: Invalid argument") == 1);
    CHECK(places_blamed(&spec, "creating \"/srv/data\": No such file or directory") == 1);
    CHECK(places_blamed(&spec, "open `/proc/self/x` or `srv/data2`: no") == 2);
}

void spec_tests(void) {
    crun_gets_its_own_version_and_a_list_of_mounts();
    crun_gets_the_mask_for_new_files();
    crun_gets_no_switches();
    one_that_has_a_name_has_a_namespace_for_it();
    parameters_of_the_kernel_are_not_cruns();
    what_the_guest_has_anyhow_is_left_out();
    what_the_guest_cannot_do_is_refused();
    sets_that_the_guest_does_not_have_are_left_out();
    users_of_its_own_see_the_sandboxs_file_systems();
    a_bind_mount_has_the_option();
    the_mount_that_failed_is_found();
}
