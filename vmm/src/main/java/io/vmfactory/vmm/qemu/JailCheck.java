package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.QemuConfig.Isolation;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.host.Ownership;
import io.vmfactory.linux.OsException;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether QEMU can run in a jail on this host, by running it in one.
 *
 * @param isolation what the configuration wants
 */
record JailCheck(Isolation isolation) {
  private static final String NAME = "isolation";
  private static final String CALLS = "system_calls";
  private static final int GROUP_MAY_WRITE = 020;

  /**
   * The jail for VMs.
   *
   * @param jail null = VMs do without
   * @param capabilities whether a jail works, whether its list of system calls does, and why not
   */
  record Found(@Nullable Jail jail, List<Capability> capabilities) {}

  /**
   * Returns the jail for VMs, if there is one.
   *
   * @throws VmmException with reason {@code UNUSABLE} when a jail is required and cannot be made
   */
  Found jail(Trials trials) {
    Protected<Jail> plain = Protected.of(NAME, isolation.mode(), capability(trials), this::make);
    Protected<Jail> strict =
        Protected.of(
            CALLS, isolation.systemCalls(), calls(plain.value(), trials), this::makeStrict);
    return new Found(
        strict.value() == null ? plain.value() : strict.value(),
        List.of(plain.found(), strict.found()));
  }

  /** Says whether a jail works, whether its list of system calls does, and why not. */
  List<Capability> capabilities(Trials trials) {
    Capability jail = capability(trials);
    return List.of(jail, calls(jail.usable() ? make() : null, trials));
  }

  private Capability calls(@Nullable Jail jail, Trials trials) {
    if (isolation.systemCalls() == Isolation.Mode.NONE) {
      return Capability.no(CALLS, "switched off: system_calls = \"none\"");
    }
    if (jail == null) {
      return Capability.no(CALLS, "the list of system calls needs the jail, see isolation");
    }
    try {
      trials.jailedGuest(makeStrict());
    } catch (OsException | VmmException e) {
      return Capability.no(
          CALLS, "a guest does not run with the list of system calls: " + e.getMessage());
    }
    return Capability.yes(CALLS, "a guest ran to its end with the list of system calls");
  }

  private Capability capability(Trials trials) {
    if (isolation.mode() == Isolation.Mode.NONE) {
      return Capability.no(NAME, "switched off: isolation = \"none\"");
    }
    if (!Files.isExecutable(isolation.launcher())) {
      return Capability.no(
          NAME, isolation.launcher() + " is missing: run ./dev guest, or reinstall vmfactory");
    }
    try {
      Ownership.requireInstalled(isolation.launcher());
      trials.jailed(make());
    } catch (IOException e) {
      return Capability.no(NAME, "the jailer cannot be used: " + ErrorText.of(e));
    } catch (OsException | VmmException e) {
      return Capability.no(NAME, "QEMU does not start in a jail: " + e.getMessage());
    }
    return Capability.yes(NAME, description());
  }

  private static String description() {
    String user = OwnUser.isRoot() ? "a user of its own" : "this user";
    return "each VM has %s, no capabilities, and namespaces of its own".formatted(user);
  }

  private Jail make() {
    return make(false);
  }

  private Jail makeStrict() {
    return make(true);
  }

  private Jail make(boolean fewCalls) {
    JailUsers users =
        OwnUser.isRoot()
            ? JailUsers.range(isolation.firstUser(), isolation.users(), deviceGroups())
            : JailUsers.namespace(OwnUser.uid(), OwnUser.gid());
    return new Jail(isolation.launcher(), users, fewCalls);
  }

  /** The groups whose members may open the devices. */
  private static List<Integer> deviceGroups() {
    return Jail.DEVICES.stream().map(Path::of).flatMap(JailCheck::group).distinct().toList();
  }

  private static Stream<Integer> group(Path device) {
    try {
      int mode = (Integer) Files.getAttribute(device, "unix:mode");
      int group = (Integer) Files.getAttribute(device, "unix:gid");
      return (mode & GROUP_MAY_WRITE) != 0 && group != 0 ? Stream.of(group) : Stream.empty();
    } catch (IOException e) {
      return Stream.empty();
    }
  }
}
