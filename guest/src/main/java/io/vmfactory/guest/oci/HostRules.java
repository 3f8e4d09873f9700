package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.Linux;
import io.vmfactory.api.kata.LinuxDevice;
import io.vmfactory.api.kata.LinuxDeviceCgroup;
import io.vmfactory.api.kata.Spec;
import java.util.List;

/**
 * The rules for a specification that was written for the host: it may name no object that only the
 * host has. Device numbers of the host name other devices in the guest.
 */
final class HostRules {
  private static final JsonPath LINUX = JsonPath.ROOT.property("linux");
  private static final String NOT_THERE =
      "is a device of the host, which the VM does not have; remove it";

  private static final String MANY =
      "this and %d more are devices of the host, which the VM does not have; remove them (a"
          + " privileged container has all of the host)";

  private HostRules() {}

  /** Throws if the specification needs something of the host besides its root file system. */
  static void check(Spec spec) {
    SpecProblems problems = new SpecProblems();
    MountRules.judgeSources(spec, problems);
    Linux linux = spec.getLinux();
    for (int i = 0; i < linux.getNamespacesCount(); i++) {
      problems.unless(
          linux.getNamespaces(i).getPath().isEmpty(),
          LINUX.property("namespaces").item(i).property("path"),
          "a namespace of the host cannot be joined from the guest; remove it");
    }
    judgeDevices(linux.getDevicesList(), problems);
    for (int i = 0; i < linux.getResources().getDevicesCount(); i++) {
      problems.unless(
          !allowsDisk(linux.getResources().getDevices(i)),
          LINUX.property("resources").property("devices").item(i),
          NOT_THERE);
    }
    problems.refuse();
  }

  /** Reports only the first one: a privileged container has all of the host. */
  private static void judgeDevices(List<LinuxDevice> devices, SpecProblems problems) {
    List<LinuxDevice> foreign = devices.stream().filter(it -> !isOfEveryKernel(it)).toList();
    if (!foreign.isEmpty()) {
      problems.add(
          LINUX.property("devices").item(devices.indexOf(foreign.get(0))),
          foreign.size() == 1 ? NOT_THERE : MANY.formatted(foreign.size() - 1));
    }
  }

  private static boolean isOfEveryKernel(LinuxDevice device) {
    if (device.getType().equals("p")) {
      return true;
    }
    long major = device.getMajor();
    boolean memoryOrTerminal = major == 1 || major == 5 || (major >= 136 && major <= 143);
    boolean tunOrFuse = major == 10 && (device.getMinor() == 200 || device.getMinor() == 229);
    return !device.getType().equals("b") && (memoryOrTerminal || tunOrFuse);
  }

  private static boolean allowsDisk(LinuxDeviceCgroup rule) {
    return rule.getAllow() && rule.getType().equals("b") && rule.getMajor() > 0;
  }
}
