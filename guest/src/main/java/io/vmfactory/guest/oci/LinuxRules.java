package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.Linux;
import io.vmfactory.api.kata.LinuxDevice;
import io.vmfactory.api.kata.LinuxIDMapping;
import io.vmfactory.api.kata.LinuxNamespace;
import io.vmfactory.api.kata.LinuxSeccomp;
import io.vmfactory.api.kata.LinuxSyscall;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rules for how the values under {@code linux} belong together. */
final class LinuxRules {
  /** The largest number of mappings that a kernel takes. */
  private static final int MAPPINGS = 340;

  private static final JsonPath LINUX = JsonPath.ROOT.property("linux");
  private static final JsonPath NAMESPACES = LINUX.property("namespaces");

  private final SpecProblems problems;

  private LinuxRules(SpecProblems problems) {
    this.problems = problems;
  }

  static void judge(Linux linux, SpecProblems problems) {
    LinuxRules rules = new LinuxRules(problems);
    rules.namespaces(linux);
    for (int i = 0; i < linux.getDevicesCount(); i++) {
      rules.device(linux.getDevices(i), LINUX.property("devices").item(i));
    }
    rules.seccomp(linux.getSeccomp(), LINUX.property("seccomp"));
    Sysctls.judge(linux, LINUX.property("sysctl"), problems);
  }

  private void namespaces(Linux linux) {
    Set<String> types = new HashSet<>();
    boolean ownUsers = false;
    for (int i = 0; i < linux.getNamespacesCount(); i++) {
      LinuxNamespace space = linux.getNamespaces(i);
      problems.unless(
          types.add(space.getType()),
          NAMESPACES.item(i).property("type"),
          "stands twice in the list");
      ownUsers |= space.getType().equals("user") && space.getPath().isEmpty();
    }
    mappings(linux.getUIDMappingsList(), LINUX.property("uidMappings"), ownUsers);
    mappings(linux.getGIDMappingsList(), LINUX.property("gidMappings"), ownUsers);
  }

  private void mappings(List<LinuxIDMapping> mappings, JsonPath path, boolean ownUsers) {
    problems.unless(
        ownUsers || mappings.isEmpty(), path, "needs a namespace \"user\" in linux.namespaces");
    problems.unless(
        !ownUsers || !mappings.isEmpty(), path, "missing, but linux.namespaces has \"user\"");
    problems.unless(mappings.size() <= MAPPINGS, path, "must have at most " + MAPPINGS + " items");
    for (int i = 0; i < mappings.size(); i++) {
      mapping(mappings, i, path.item(i));
    }
  }

  private void mapping(List<LinuxIDMapping> mappings, int index, JsonPath path) {
    LinuxIDMapping mapping = mappings.get(index);
    problems.unless(
        end(mapping.getHostID(), mapping) <= 0xFFFF_FFFFL
            && end(mapping.getContainerID(), mapping) <= 0xFFFF_FFFFL,
        path.property("size"),
        "goes beyond the largest id");
    for (LinuxIDMapping other : mappings.subList(0, index)) {
      problems.unless(
          apart(mapping.getHostID(), mapping, other.getHostID(), other)
              && apart(mapping.getContainerID(), mapping, other.getContainerID(), other),
          path,
          "has ids of another item");
    }
  }

  private static long end(int first, LinuxIDMapping mapping) {
    return Integer.toUnsignedLong(first) + Integer.toUnsignedLong(mapping.getSize());
  }

  private static boolean apart(int one, LinuxIDMapping first, int two, LinuxIDMapping second) {
    return end(one, first) <= Integer.toUnsignedLong(two)
        || end(two, second) <= Integer.toUnsignedLong(one);
  }

  private void device(LinuxDevice device, JsonPath path) {
    problems.unless(
        device.getType().equals("p") || (device.getMajor() >= 0 && device.getMinor() >= 0),
        path,
        "needs the numbers major and minor");
  }

  private void seccomp(LinuxSeccomp seccomp, JsonPath path) {
    errno(
        seccomp.hasDefaulterrnoret(), seccomp.getDefaultAction(), path.property("defaultErrnoRet"));
    for (int i = 0; i < seccomp.getSyscallsCount(); i++) {
      LinuxSyscall call = seccomp.getSyscalls(i);
      JsonPath at = path.property("syscalls").item(i);
      errno(call.hasErrnoret(), call.getAction(), at.property("errnoRet"));
      problems.unless(call.getNamesCount() > 0, at.property("names"), "must not be empty");
    }
  }

  /** The specification demands to refuse a number that the action does not return. */
  private void errno(boolean given, String action, JsonPath path) {
    problems.unless(
        !given || action.equals("SCMP_ACT_ERRNO") || action.equals("SCMP_ACT_TRACE"),
        path,
        "has a meaning for the actions SCMP_ACT_ERRNO and SCMP_ACT_TRACE only");
  }
}
