package io.vmfactory.guest.oci;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Properties of the specification that the agent's protocol does not support and that cannot be
 * left out: without them the container would be isolated less or differently.
 */
final class Unsupported {
  /**
   * Properties for other platforms. They are ignored, although the protocol has fields for them.
   */
  static final Set<String> OTHER_PLATFORMS = Set.of("solaris", "windows");

  /** The value that the runtime uses when the property is missing. */
  private static final Map<String, Long> DEFAULTS = Map.of("process.user.umask", 18L);

  private static final String NO_IDMAP = "mounts with their own ID mappings are not supported";

  private static final Map<String, String> WHY =
      Map.ofEntries(
          Map.entry("process.user.umask", "cannot be passed to the guest; only 18 (0022) can be"),
          Map.entry("process.scheduler", "scheduling policies are not supported"),
          Map.entry("mounts[].uidMappings", NO_IDMAP),
          Map.entry("mounts[].gidMappings", NO_IDMAP),
          Map.entry("linux.timeOffsets", "clocks of the container's own are not supported"),
          Map.entry("linux.personality", "execution domains are not supported"),
          Map.entry("linux.netDevices", "give the sandbox a NIC instead"),
          Map.entry(
              "linux.resources.unified",
              "name the limits one by one under linux.resources (memory, cpu, pids, ...)"),
          Map.entry("linux.resources.rdma", "RDMA limits are not supported"),
          Map.entry(
              "linux.seccomp.listenerPath",
              "decisions by a process outside (SCMP_ACT_NOTIFY) are not supported"));

  private Unsupported() {}

  /** Returns why the property cannot be left out; null = it can. */
  static @Nullable String why(String pattern, JsonNode value) {
    boolean saysNothing =
        value.isContainerNode() ? value.isEmpty() : value.isTextual() && value.asText().isEmpty();
    Long unsaid = DEFAULTS.get(pattern);
    boolean isDefault = unsaid != null && value.isIntegralNumber() && value.asLong() == unsaid;
    return saysNothing || isDefault ? null : WHY.get(pattern);
  }
}
