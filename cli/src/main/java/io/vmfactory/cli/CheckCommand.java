package io.vmfactory.cli;

import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.qemu.HostCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory check} */
@Command(
    name = "check",
    description = {
      "Finds out by trying what this host can do for VMs: each capability, yes or no, and why.",
      "Succeeds when VMs can be run here. KVM and vhost-vsock are welcome but not needed.",
      "Needs no daemon."
    },
    footer = {"  vmfactory check", "  vmfactory check --json"})
final class CheckCommand implements Callable<Integer> {
  private static final Set<String> NOT_NEEDED = Set.of("kvm", "vhost-vsock");

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
    boolean possible = CheckView.possible(all, NOT_NEEDED, config.qemu().accelerator());
    if (json) {
      root.print(CheckView.json(all, possible));
    } else {
      root.print(CheckView.lines(all, possible));
    }
    return (possible ? Exit.OK : Exit.FAILURE).code();
  }

  /** The answer on KVM is kept where the daemon keeps its own, when there is such a place yet. */
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

  private static Capability readable(String name, Path file) {
    if (Files.isRegularFile(file) && Files.isReadable(file)) {
      return Capability.yes(name, file.toString());
    }
    String lacking = Files.exists(file) ? " cannot be read by you" : " is not there";
    return Capability.no(
        name,
        file
            + lacking
            + "; make the guest with ./dev guest, or set "
            + name
            + " in the configuration");
  }

  /** The configuration has been read, so the path is short enough. */
  private static Capability daemon(Path socket) {
    return Files.exists(socket)
        ? Capability.yes("socket", socket + " is there: vmfactory status tells more")
        : Capability.yes("socket", socket + " will be made by vmfactory serve");
  }
}
