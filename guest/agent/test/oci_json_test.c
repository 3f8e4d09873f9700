#include <stdint.h>
#include <string.h>

#include "../src/containers/oci_json.h"
#include "kata/oci.pb-c.h"
#include "test.h"

static void becomes(const void *message, const char *expected) {
    size_t length = 0;
    char *text = oci_json(message, &length);
    CHECK(text != NULL);
    if (strcmp(text, expected) != 0) fprintf(stderr, "%s\n", text);
    CHECK(strcmp(text, expected) == 0 && length == strlen(expected));
    free(text);
}

// Packs and unpacks the message: the decoder sets the defaults, as for a real request.
static void becomes_after_the_wire(const void *message, const char *expected) {
    const ProtobufCMessage *base = message;
    uint8_t packed[512];
    size_t size = protobuf_c_message_pack(base, packed);
    ProtobufCMessage *copy = protobuf_c_message_unpack(base->descriptor, NULL, size, packed);
    CHECK(copy != NULL);
    becomes(copy, expected);
    protobuf_c_message_free_unpacked(copy, NULL);
}

static void what_is_not_set_is_left_out(void) {
    Grpc__Spec spec = GRPC__SPEC__INIT;
    Grpc__Process process = GRPC__PROCESS__INIT;
    Grpc__LinuxMemory memory = GRPC__LINUX_MEMORY__INIT;
    Grpc__LinuxCPU cpu = GRPC__LINUX_CPU__INIT;
    becomes_after_the_wire(&spec, "{\"mounts\":[]}");
    becomes_after_the_wire(&process, "{}");
    becomes_after_the_wire(&memory, "{}");
    becomes_after_the_wire(&cpu, "{}");
}

static void numbers_keep_sign_and_size(void) {
    Grpc__LinuxMemory memory = GRPC__LINUX_MEMORY__INIT;
    memory.limit = INT64_MAX;
    memory.swap = -1;
    memory.kerneltcp = INT64_MIN;
    memory.swappiness = 60;
    memory.disableoomkiller = 1;
    becomes(&memory,
        "{\"limit\":9223372036854775807,\"swap\":-1,\"kernelTCP\":-9223372036854775808,"
        "\"swappiness\":60,\"disableOOMKiller\":true}");
    Grpc__POSIXRlimit limit = GRPC__POSIXRLIMIT__INIT;
    limit.type = "RLIMIT_CORE";
    limit.hard = UINT64_MAX;
    becomes(&limit, "{\"type\":\"RLIMIT_CORE\",\"hard\":18446744073709551615,\"soft\":0}");
}

static void zeros_that_say_something_are_kept(void) {
    Grpc__User user = GRPC__USER__INIT;
    becomes_after_the_wire(&user, "{\"uid\":0,\"gid\":0}");
    uint32_t gids[] = {0, 4294967295u};
    user.additionalgids = gids;
    user.n_additionalgids = 2;
    becomes_after_the_wire(&user, "{\"uid\":0,\"gid\":0,\"additionalGids\":[0,4294967295]}");
    Grpc__LinuxIDMapping mapping = GRPC__LINUX_IDMAPPING__INIT;
    mapping.size = 65536;
    becomes(&mapping, "{\"hostID\":0,\"containerID\":0,\"size\":65536}");
    Grpc__LinuxDevice device = GRPC__LINUX_DEVICE__INIT;
    device.path = "/dev/vda";
    device.type = "b";
    device.major = 254;
    becomes(&device, "{\"path\":\"/dev/vda\",\"type\":\"b\",\"major\":254,\"minor\":0,\"uid\":0,\"gid\":0}");
    Grpc__LinuxHugepageLimit huge = GRPC__LINUX_HUGEPAGE_LIMIT__INIT;
    huge.pagesize = "2MB";
    becomes(&huge, "{\"pageSize\":\"2MB\",\"limit\":0}");
}

static void a_rule_for_devices(int64_t major, int64_t minor, const char *expected) {
    Grpc__LinuxDeviceCgroup rule = GRPC__LINUX_DEVICE_CGROUP__INIT;
    rule.access = "rwm";
    rule.major = major;
    rule.minor = minor;
    becomes_after_the_wire(&rule, expected);
}

static void a_rule_without_numbers_is_for_any_device(void) {
    a_rule_for_devices(0, 0, "{\"allow\":false,\"access\":\"rwm\"}");
    a_rule_for_devices(-1, -1, "{\"allow\":false,\"access\":\"rwm\"}");
    a_rule_for_devices(136, -1, "{\"allow\":false,\"major\":136,\"access\":\"rwm\"}");
    a_rule_for_devices(5, 0, "{\"allow\":false,\"major\":5,\"minor\":0,\"access\":\"rwm\"}");
    a_rule_for_devices(0, 3, "{\"allow\":false,\"minor\":3,\"access\":\"rwm\"}");
}

static void an_error_number_of_zero_is_told_from_none(void) {
    Grpc__LinuxSyscall call = GRPC__LINUX_SYSCALL__INIT;
    Grpc__LinuxSeccompArg argument = GRPC__LINUX_SECCOMP_ARG__INIT, *arguments[] = {&argument};
    char *names[] = {"clone", "clone3"};
    call.names = names;
    call.n_names = 2;
    call.action = "SCMP_ACT_ERRNO";
    becomes_after_the_wire(&call, "{\"names\":[\"clone\",\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\"}");
    call.errno_ret_case = GRPC__LINUX_SYSCALL__ERRNO_RET_ERRNORET;
    becomes_after_the_wire(
        &call, "{\"names\":[\"clone\",\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":0}");
    call.errnoret = 38;
    argument.op = "SCMP_CMP_EQ";
    call.args = arguments;
    call.n_args = 1;
    becomes_after_the_wire(&call,
        "{\"names\":[\"clone\",\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38,"
        "\"args\":[{\"index\":0,\"value\":0,\"op\":\"SCMP_CMP_EQ\"}]}");
}

static void numbers_that_are_zero_when_asked_for(void) {
    Grpc__User user = GRPC__USER__INIT;
    user.file_mask_case = GRPC__USER__FILE_MASK_UMASK;
    becomes_after_the_wire(&user, "{\"uid\":0,\"gid\":0,\"umask\":0}");
    Grpc__LinuxSeccomp seccomp = GRPC__LINUX_SECCOMP__INIT;
    seccomp.default_errno_ret_case = GRPC__LINUX_SECCOMP__DEFAULT_ERRNO_RET_DEFAULTERRNORET;
    becomes_after_the_wire(&seccomp, "{\"defaultErrnoRet\":0}");
    seccomp.defaulterrnoret = 38;
    becomes_after_the_wire(&seccomp, "{\"defaultErrnoRet\":38}");
}

static void nested_messages_lists_and_maps(void) {
    Grpc__Spec spec = GRPC__SPEC__INIT;
    Grpc__Root root = GRPC__ROOT__INIT;
    Grpc__Linux linux = GRPC__LINUX__INIT;
    Grpc__LinuxNamespace pid = GRPC__LINUX_NAMESPACE__INIT, *namespaces[] = {&pid};
    Grpc__LinuxIntelRdt rdt = GRPC__LINUX_INTEL_RDT__INIT;
    Grpc__LinuxResources resources = GRPC__LINUX_RESOURCES__INIT;
    Grpc__Hooks hooks = GRPC__HOOKS__INIT;
    Grpc__Hook hook = GRPC__HOOK__INIT, *prestart[] = {&hook};
    Grpc__Spec__AnnotationsEntry first = GRPC__SPEC__ANNOTATIONS_ENTRY__INIT, second = first;
    Grpc__Spec__AnnotationsEntry *annotations[] = {&first, &second};
    spec.version = "1.0.2";
    root.path = "/r";
    root.readonly = 1;
    spec.root = &root;
    pid.type = "pid";
    linux.namespaces = namespaces;
    linux.n_namespaces = 1;
    rdt.l3cacheschema = "L3:0=f";
    linux.intelrdt = &rdt;
    linux.resources = &resources;
    spec.linux = &linux;
    hook.path = "/bin/h";
    hook.timeout = 3;
    hooks.prestart = prestart;
    hooks.n_prestart = 1;
    spec.hooks = &hooks;
    first.key = "a.b/UID";
    first.value = "1";
    second.key = "empty";
    spec.annotations = annotations;
    spec.n_annotations = 2;
    becomes_after_the_wire(&spec,
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/r\",\"readonly\":true},\"mounts\":[],"
        "\"hooks\":{\"prestart\":[{\"path\":\"/bin/h\",\"timeout\":3}]},"
        "\"annotations\":{\"a.b/UID\":\"1\",\"empty\":\"\"},"
        "\"linux\":{\"personality\":{\"domain\":\"LINUX\"},\"resources\":{},\"namespaces\":[{\"type\":\"pid\"}],"
        "\"intelRdt\":{\"l3CacheSchema\":\"L3:0=f\"}}}");
}

static void keys_are_those_of_the_specification(void) {
    Grpc__Process process = GRPC__PROCESS__INIT;
    Grpc__LinuxCapabilities none = GRPC__LINUX_CAPABILITIES__INIT;
    process.capabilities = &none;
    process.nonewprivileges = 1;
    process.oomscoreadj = -999;
    becomes(&process, "{\"capabilities\":{},\"noNewPrivileges\":true,\"oomScoreAdj\":-999}");
    Grpc__Linux linux = GRPC__LINUX__INIT;
    Grpc__LinuxIDMapping mapping = GRPC__LINUX_IDMAPPING__INIT, *mappings[] = {&mapping};
    linux.uidmappings = mappings;
    linux.n_uidmappings = 1;
    linux.cgroupspath = "/x";
    becomes(&linux,
        "{\"personality\":{\"domain\":\"LINUX\"},\"uidMappings\":[{\"hostID\":0,\"containerID\":0,\"size\":0}],\"cgroupsPath\":\"/x\"}");
    Grpc__LinuxBlockIO io = GRPC__LINUX_BLOCK_IO__INIT;
    Grpc__LinuxThrottleDevice throttle = GRPC__LINUX_THROTTLE_DEVICE__INIT, *throttles[] = {&throttle};
    io.throttlereadiopsdevice = throttles;
    io.n_throttlereadiopsdevice = 1;
    becomes(&io, "{\"throttleReadIOPSDevice\":[{\"major\":0,\"minor\":0,\"rate\":0}]}");
}

static void strings_are_escaped(void) {
    char *arguments[] = {"", "a\"b\\c", "\1\t\n\x1f\x7f", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xb3", "/*"};
    Grpc__Process process = GRPC__PROCESS__INIT;
    process.args = arguments;
    process.n_args = 5;
    becomes(&process,
        "{\"args\":[\"\",\"a\\u0022b\\u005cc\",\"\\u0001\\u0009\\u000a\\u001f\x7f\","
        "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xb3\",\"/*\"]}");
}

static void a_string_that_is_no_utf8_is_refused(void) {
    static char *const wrong[] = {
        "\x80", "\xff", "a\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xf0\x9f\x90",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *arguments[] = {wrong[i]};
        size_t length;
        Grpc__Process process = GRPC__PROCESS__INIT;
        process.args = arguments;
        process.n_args = 1;
        CHECK(oci_json(&process.base, &length) == NULL);
    }
}

static void a_long_list_is_written_whole(void) {
    enum { COUNT = 5000 };
    static char *arguments[COUNT];
    static char expected[COUNT * 6 + 64];
    char *at = expected + sprintf(expected, "{\"args\":[");
    for (int i = 0; i < COUNT; i++) {
        arguments[i] = "abc";
        at += sprintf(at, "%s\"abc\"", i > 0 ? "," : "");
    }
    strcpy(at, "]}");
    Grpc__Process process = GRPC__PROCESS__INIT;
    process.args = arguments;
    process.n_args = COUNT;
    becomes(&process, expected);
}

// If oci.proto gets a field of another type, the writer must support that type.
static void every_type_of_the_protocol_is_known(const ProtobufCMessageDescriptor *message) {
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        CHECK(
            field->type == PROTOBUF_C_TYPE_BOOL || field->type == PROTOBUF_C_TYPE_UINT32
            || field->type == PROTOBUF_C_TYPE_INT64 || field->type == PROTOBUF_C_TYPE_UINT64
            || field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE);
        if (field->type == PROTOBUF_C_TYPE_MESSAGE) every_type_of_the_protocol_is_known(field->descriptor);
    }
}

void oci_json_tests(void) {
    what_is_not_set_is_left_out();
    numbers_keep_sign_and_size();
    zeros_that_say_something_are_kept();
    a_rule_without_numbers_is_for_any_device();
    an_error_number_of_zero_is_told_from_none();
    numbers_that_are_zero_when_asked_for();
    nested_messages_lists_and_maps();
    keys_are_those_of_the_specification();
    strings_are_escaped();
    a_string_that_is_no_utf8_is_refused();
    a_long_list_is_written_whole();
    every_type_of_the_protocol_is_known(&grpc__spec__descriptor);
}
