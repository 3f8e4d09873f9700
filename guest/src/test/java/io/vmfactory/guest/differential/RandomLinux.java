package io.vmfactory.guest.differential;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Makes parts of {@code linux} of a config.json at random. */
final class RandomLinux {
  private static final List<String> CALLS =
      List.of(
          "mkdir",
          "mkdirat",
          "chmod",
          "fchmodat",
          "chroot",
          "mknod",
          "mknodat",
          "kill",
          "setpriority");

  private final Dice dice;
  private final ObjectNode linux;

  RandomLinux(Dice dice, ObjectNode config) {
    this.dice = dice;
    this.linux = (ObjectNode) config.get("linux");
  }

  void change() {
    List<Runnable> parts =
        List.of(
            this::namespaces,
            this::devices,
            this::paths,
            this::sysctls,
            this::resources,
            this::seccomp);
    parts.stream().filter(part -> dice.once(2)).forEach(Runnable::run);
  }

  private void namespaces() {
    ArrayNode namespaces = (ArrayNode) linux.get("namespaces");
    if (dice.once(2)) {
      namespaces.addObject().put("type", "cgroup");
    }
    if (dice.once(2)) {
      namespaces.addObject().put("type", "user");
      long first = dice.oneOf(0, 100000);
      mapping(linux.putArray("uidMappings"), first);
      mapping(linux.putArray("gidMappings"), first);
    }
  }

  private void mapping(ArrayNode mappings, long first) {
    int split = dice.number(1, 65535);
    mappings.addObject().put("containerID", 0).put("hostID", first).put("size", split);
    mappings
        .addObject()
        .put("containerID", split)
        .put("hostID", first + 200000)
        .put("size", 65536 - split);
  }

  private void devices() {
    ArrayNode devices = linux.putArray("devices");
    for (String name : dice.some(List.of("one", "two", "sub/three"))) {
      ObjectNode device = devices.addObject().put("path", "/dev/" + name);
      boolean pipe = dice.once(3);
      device.put("type", pipe ? "p" : dice.oneOf("c", "u"));
      if (!pipe) {
        device.put("major", 1).put("minor", dice.oneOf(3, 5, 7, 9));
      }
      if (dice.once(2)) {
        device.put("fileMode", dice.oneOf(0666, 0600, 0444, 0777));
      }
      if (dice.once(2)) {
        device.put("uid", dice.oneOf(0, 1000)).put("gid", dice.oneOf(0, 1000));
      }
    }
  }

  private void paths() {
    List<String> paths =
        List.of(
            "/proc/keys",
            "/proc/acpi",
            "/sys/firmware",
            "/proc/sys",
            "/proc/bus",
            "/srv",
            "/bin/ls",
            "/not/there");
    List<String> masked = dice.some(paths);
    List<String> others = paths.stream().filter(path -> !masked.contains(path)).toList();
    linux.set("maskedPaths", Dice.list(masked));
    linux.set("readonlyPaths", Dice.list(dice.some(others)));
    linux.put(
        "rootfsPropagation",
        dice.oneOf("private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable"));
  }

  private void sysctls() {
    ObjectNode sysctls = linux.putObject("sysctl");
    for (String key :
        dice.some(
            List.of(
                "net.core.somaxconn",
                "kernel.shm_rmid_forced",
                "kernel.msgmax",
                "fs.mqueue.msg_max"))) {
      sysctls.put(key, key.endsWith("forced") ? "1" : Integer.toString(dice.number(10, 200)));
    }
  }

  private void resources() {
    ObjectNode resources = linux.putObject("resources");
    ArrayNode rules = resources.putArray("devices");
    rules.addObject().put("allow", dice.once(4)).put("access", "rwm");
    if (dice.once(2)) {
      rules
          .addObject()
          .put("allow", true)
          .put("type", "c")
          .put("major", 1)
          .put("minor", dice.oneOf(1, 3))
          .put("access", dice.oneOf("rwm", "r", "m", "rw"));
    }
    if (dice.once(2)) {
      resources.putObject("memory").put("limit", 80 << 20).put("reservation", 70 << 20);
    }
    if (dice.once(2)) {
      resources.putObject("pids").put("limit", dice.oneOf(-1, 100, 1000));
    }
    if (dice.once(2)) {
      ObjectNode cpu = resources.putObject("cpu");
      // With less, runc on a busy host does not end in time.
      cpu.put("shares", dice.oneOf(128, 512, 1024, 262144))
          .put("quota", 90000)
          .put("period", 100000);
    }
  }

  private void seccomp() {
    linux.putObject("personality").put("domain", "LINUX");
    ObjectNode seccomp = linux.putObject("seccomp").put("defaultAction", "SCMP_ACT_ALLOW");
    seccomp.putArray("architectures").add("SCMP_ARCH_X86_64").add("SCMP_ARCH_X86");
    if (dice.once(3)) {
      seccomp.putArray("flags").add("SECCOMP_FILTER_FLAG_LOG");
    }
    ArrayNode calls = seccomp.putArray("syscalls");
    List<String> names = dice.some(CALLS);
    if (!names.isEmpty()) {
      ObjectNode call = calls.addObject().put("action", "SCMP_ACT_ERRNO");
      call.set("names", Dice.list(names));
      call.put("errnoRet", dice.oneOf(1, 2, 13, 38, 95));
    }
    if (dice.once(2)) {
      ObjectNode call = calls.addObject().put("action", "SCMP_ACT_ERRNO");
      call.set("names", Dice.list(List.of("fchmodat", "chmod")));
      ObjectNode mode = call.putArray("args").addObject().put("index", dice.oneOf(1, 2));
      mode.put("value", 0751)
          .put("valueTwo", 0)
          .put("op", dice.oneOf("SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_GE"));
    }
  }
}
