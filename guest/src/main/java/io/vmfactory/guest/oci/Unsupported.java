package io.vmfactory.guest.oci;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Properties of the specification that a container in a VM cannot have. A value that asks for no
 * more than the VM does anyhow is left out. Every other value is refused: without it the container
 * would be isolated less or differently.
 */
final class Unsupported {
  /** Properties for other platforms, which the specification demands to ignore. */
  static final Set<String> OTHER_PLATFORMS =
      Set.of(
          "solaris",
          "windows",
          "vm",
          "zos",
          "freebsd",
          "process.commandLine",
          "process.user.username");

  /** The hooks that run outside the container. */
  private static final Set<String> HOST_HOOKS =
      Set.of("hooks.prestart", "hooks.createRuntime", "hooks.poststart", "hooks.poststop");

  /** What the guest's kernel uses when a group has no value of its own. */
  private static final long SWAPPINESS = 60;

  private static final String NO_IDMAP = "mounts with their own ID mappings are not supported";
  private static final String V1 =
      "control groups of version 2, which the VM has, do not know it; remove it";
  private static final String REALTIME = "the VM has no real-time scheduling for groups; remove it";
  private static final String HOST_DISK =
      "names a device of the host, which the VM does not have; remove it";
  private static final String KERNEL_MEMORY =
      "the kernel's memory counts towards linux.resources.memory.limit; remove it";
  private static final String SELINUX = "the guest's kernel has no SELinux policy; remove it";
  private static final String HOOK =
      "hooks are programs of the host and cannot run in the guest; remove them";
  private static final String INNER_HOOK =
      "such hooks are programs of the host that run inside the container, which is in a VM; remove"
          + " them";

  private static final Predicate<JsonNode> ZERO = numbers(0);
  private static final Predicate<JsonNode> NO_LIMIT = numbers(0, -1);

  /** A property that the VM lacks. */
  private record Lack(Predicate<JsonNode> asIs, String why) {}

  private static final Map<String, Lack> LACKS =
      Map.ofEntries(
          entry("hooks.prestart", never(HOOK)),
          entry("hooks.createRuntime", never(HOOK)),
          entry("hooks.createContainer", never(INNER_HOOK)),
          entry("hooks.startContainer", never(INNER_HOOK)),
          entry("hooks.poststart", never(HOOK)),
          entry("hooks.poststop", never(HOOK)),
          entry("process.scheduler", never("scheduling policies are not supported")),
          entry("process.ioPriority", never("I/O priorities are not supported")),
          entry("process.execCPUAffinity", never("CPU affinities are not supported")),
          entry(
              "process.apparmorProfile",
              lack(texts("unconfined"), "the guest's kernel has no AppArmor profiles; remove it")),
          entry("process.selinuxLabel", never(SELINUX)),
          entry("mounts[].uidMappings", never(NO_IDMAP)),
          entry("mounts[].gidMappings", never(NO_IDMAP)),
          entry("linux.timeOffsets", never("clocks of the container's own are not supported")),
          entry(
              "linux.personality",
              lack(Unsupported::isPlainLinux, "the only execution domain is LINUX, without flags")),
          entry("linux.netDevices", never("give the sandbox a NIC instead")),
          entry("linux.memoryPolicy", never("the VM has one NUMA node; remove it")),
          entry("linux.mountLabel", never(SELINUX)),
          entry("linux.intelRdt", never("a VM has no cache of its own to divide; remove it")),
          entry("linux.resources.rdma", never("RDMA limits are not supported")),
          entry("linux.resources.memory.kernel", lack(NO_LIMIT, KERNEL_MEMORY)),
          entry("linux.resources.memory.kernelTCP", lack(NO_LIMIT, KERNEL_MEMORY)),
          entry(
              "linux.resources.memory.swappiness",
              lack(numbers(SWAPPINESS), "must be " + SWAPPINESS + ", the value of the VM")),
          entry("linux.resources.memory.disableOOMKiller", lack(flag(false), V1)),
          entry(
              "linux.resources.memory.useHierarchy",
              lack(flag(true), "must be true: control groups of version 2 always do")),
          entry(
              "linux.resources.memory.checkBeforeUpdate", // a new group has nothing to check
              lack(JsonNode::isBoolean, "must be true or false")),
          entry("linux.resources.cpu.realtimeRuntime", lack(ZERO, REALTIME)),
          entry("linux.resources.cpu.realtimePeriod", lack(ZERO, REALTIME)),
          entry("linux.resources.blockIO.leafWeight", lack(ZERO, V1)),
          entry("linux.resources.blockIO.weightDevice", never(HOST_DISK)),
          entry("linux.resources.blockIO.throttleReadBpsDevice", never(HOST_DISK)),
          entry("linux.resources.blockIO.throttleWriteBpsDevice", never(HOST_DISK)),
          entry("linux.resources.blockIO.throttleReadIOPSDevice", never(HOST_DISK)),
          entry("linux.resources.blockIO.throttleWriteIOPSDevice", never(HOST_DISK)),
          entry("linux.resources.network.classID", lack(ZERO, V1)),
          entry("linux.resources.network.priorities", never(V1)),
          entry(
              "linux.seccomp.listenerPath",
              never("decisions by a process outside (SCMP_ACT_NOTIFY) are not supported")),
          entry(
              "linux.seccomp.listenerMetadata",
              never("decisions by a process outside are not supported")));

  private Unsupported() {}

  private static Lack lack(Predicate<JsonNode> asIs, String why) {
    return new Lack(asIs, why);
  }

  private static Lack never(String why) {
    return lack(value -> false, why);
  }

  private static Predicate<JsonNode> numbers(long... same) {
    return value -> {
      boolean any = false;
      for (long number : same) {
        any |= value.isIntegralNumber() && value.canConvertToLong() && value.asLong() == number;
      }
      return any;
    };
  }

  private static Predicate<JsonNode> texts(String same) {
    return value -> value.isTextual() && value.asText().equals(same);
  }

  private static Predicate<JsonNode> flag(boolean same) {
    return value -> value.isBoolean() && value.booleanValue() == same;
  }

  /** The agent always sets this execution domain. */
  private static boolean isPlainLinux(JsonNode value) {
    return value.path("domain").asText().equals("LINUX") && value.path("flags").isEmpty();
  }

  /** Returns whether a container in a VM cannot have the property. */
  static boolean lacks(String pattern) {
    return LACKS.containsKey(pattern);
  }

  /** Returns whether the property has hooks that run outside the container. */
  static boolean isHostHook(String pattern) {
    return HOST_HOOKS.contains(pattern);
  }

  /** Returns why a property that the VM lacks cannot have this value; null = leave it out. */
  static @Nullable String why(String pattern, JsonNode value) {
    Lack lack = LACKS.get(pattern);
    boolean saysNothing =
        value.isContainerNode() ? value.isEmpty() : value.isTextual() && value.asText().isEmpty();
    return lack == null || saysNothing || lack.asIs.test(value) ? null : lack.why;
  }
}
