package io.vmfactory.cli;

import io.vmfactory.cli.engines.EngineFile;
import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.QemuConfig.Isolation;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.qemu.HostCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory check} */
@Command(
    name = "check",
    description = {
      "Tests what this host can do for VMs and prints each capability: yes or no, and why.",
      "Succeeds if this host can run VMs. KVM, vhost-vsock, isolation, control groups and the list",
      "of system calls help but are not required, unless the configuration says so. Container",
      "engines are listed with whether they find vmfactory; they are not required.",
      "Does not need the daemon."
    },
    footer = {"  vmfactory check", "  vmfactory check --json"})
final class CheckCommand implements Callable<Integer> {
  private static final String ISOLATION = "isolation";
  private static final String GROUPS = "control_groups";
  private static final String CALLS = "system_calls";
  private static final Set<String> HELPFUL = Set.of("kvm", "vhost-vsock", ISOLATION, GROUPS, CALLS);

  @ParentCommand private VmFactoryCommand root;

  @Option(names = "--json", description = "Print the capabilities as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    VmFactoryConfig config = root.config().config();
    List<Capability> all = new ArrayList<>(hostCapabilities(config));
    all.add(readable("kernel", config.qemu().kernel()));
    all.add(readable("initrd", config.qemu().initrd()));
    all.add(daemon(root.socket()));
    List<Capability> engines = engines();
    all.addAll(engines);
    Set<String> notNeeded = new HashSet<>(HELPFUL);
    engines.forEach(engine -> notNeeded.add(engine.name()));
    Isolation wanted = config.qemu().isolation();
    if (wanted.mode() == Isolation.Mode.REQUIRED) {
      notNeeded.remove(ISOLATION);
    }
    if (wanted.groups().mode() == Isolation.Mode.REQUIRED) {
      notNeeded.remove(GROUPS);
    }
    if (wanted.systemCalls() == Isolation.Mode.REQUIRED) {
      notNeeded.remove(CALLS);
    }
    boolean possible = CheckView.possible(all, notNeeded, config.qemu().accelerator());
    if (json) {
      root.print(CheckView.json(all, possible));
    } else {
      root.print(CheckView.lines(all, possible));
    }
    return (possible ? Exit.OK : Exit.FAILURE).code();
  }

  private List<Capability> engines() {
    Path program = root.surroundings().program("vmfactory-oci");
    return EngineCapabilities.of(
        EngineFile.all(Path.of("/"), program), root.surroundings().variables());
  }

  /**
   * Stores the result of the KVM test in the daemon's state directory if that is writable, so that
   * the daemon can reuse it; otherwise in a temporary file.
   */
  private static List<Capability> hostCapabilities(VmFactoryConfig config) throws IOException {
    Path stateDir = config.daemon().stateDir();
    if (Files.isWritable(stateDir)) {
      return new HostCheck(config.qemu(), stateDir.resolve("host-check")).capabilities();
    }
    Path dir = Files.createTempDirectory("vmfactory-check");
    Path answers = dir.resolve("kvm");
    try {
      return new HostCheck(config.qemu(), answers).capabilities();
    } finally {
      Files.deleteIfExists(answers);
      Files.deleteIfExists(dir);
    }
  }

  /** Returns the guest's files that cannot be read, and what to do about it. */
  static List<String> unreadable(QemuConfig qemu) {
    return Stream.of(readable("kernel", qemu.kernel()), readable("initrd", qemu.initrd()))
        .filter(file -> !file.usable())
        .map(file -> file.name() + " " + file.why())
        .toList();
  }

  private static Capability readable(String name, Path file) {
    if (Files.isRegularFile(file) && Files.isReadable(file)) {
      return Capability.yes(name, file.toString());
    }
    String lacking = Files.exists(file) ? " is not readable for you" : " does not exist";
    return Capability.no(
        name,
        file
            + lacking
            + "; build the guest with ./dev guest, or set "
            + name
            + " in the configuration");
  }

  /**
   * Reports the daemon's socket. The configuration loader has already checked the length of its
   * path.
   */
  private static Capability daemon(Path socket) {
    return Files.exists(socket)
        ? Capability.yes("socket", socket + " exists; see vmfactory status")
        : Capability.yes("socket", socket + " does not exist yet; vmfactory serve creates it");
  }
}
