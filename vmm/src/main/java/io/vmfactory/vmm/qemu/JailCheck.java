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
import java.util.function.Consumer;
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
    Answers answers = ask(trials);
    var plain = Protected.of(NAME, isolation.mode(), answers.jail(), () -> make(false));
    var strict = Protected.of(CALLS, isolation.systemCalls(), answers.calls(), () -> make(true));
    return new Found(
        strict.value() == null ? plain.value() : strict.value(),
        List.of(plain.found(), strict.found()));
  }

  /** Says whether a jail works, whether its list of system calls does, and why not. */
  List<Capability> capabilities(Trials trials) {
    Answers answers = ask(trials);
    return List.of(answers.jail(), answers.calls());
  }

  private record Answers(Capability jail, Capability calls) {}

  /** A guest that runs in a jail with the list is an answer to both questions. */
  private Answers ask(Trials trials) {
    boolean list = isolation.systemCalls() != Isolation.Mode.NONE;
    Capability both = list ? tried(CALLS, trials::jailedGuest, true) : null;
    if (both != null && both.usable()) {
      return new Answers(
          Capability.yes(NAME, description()),
          Capability.yes(CALLS, "a guest ran to its end with the list of system calls"));
    }
    Capability jail = tried(NAME, trials::jailed, false);
    if (!jail.usable()) {
      return new Answers(jail, Capability.no(CALLS, "the list needs the jail, see " + NAME));
    }
    return new Answers(
        Capability.yes(NAME, description()),
        both == null ? Capability.no(CALLS, "switched off: system_calls = \"none\"") : both);
  }

  private Capability tried(String name, Consumer<Jail> trial, boolean fewCalls) {
    if (isolation.mode() == Isolation.Mode.NONE) {
      return Capability.no(name, "switched off: isolation = \"none\"");
    }
    if (!Files.isExecutable(isolation.launcher())) {
      return Capability.no(
          name, isolation.launcher() + " is missing: run ./dev guest, or reinstall vmfactory");
    }
    try {
      Ownership.requireInstalled(isolation.launcher());
      trial.accept(make(fewCalls));
    } catch (IOException e) {
      return Capability.no(name, "the jailer cannot be used: " + ErrorText.of(e));
    } catch (OsException | VmmException e) {
      return Capability.no(
          name,
          "QEMU does not run in a jail%s: %s"
              .formatted(fewCalls ? " with the list of system calls" : "", e.getMessage()));
    }
    return Capability.yes(name, "");
  }

  private static String description() {
    String user = OwnUser.isRoot() ? "a user of its own" : "this user";
    return "each VM has %s, no capabilities, and namespaces of its own".formatted(user);
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
