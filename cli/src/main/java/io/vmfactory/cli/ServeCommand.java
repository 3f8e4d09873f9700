package io.vmfactory.cli;

import io.vmfactory.configs.LoadedConfig;
import io.vmfactory.factory.boot.Daemon;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory serve} */
@Command(
    name = "serve",
    description = {
      "Runs the daemon in the foreground.",
      "Prints one line when it is ready and logs to standard error. Stop it with SIGTERM, Ctrl-C or"
          + " vmfactory destroy --shutdown.",
      "Ignores --socket: the daemon creates its socket in the configured run_dir."
    },
    footer = {
      "  vmfactory serve",
      "  vmfactory serve --config ./vmfactory.toml &",
      "  vmfactory serve --keep-vms      keep the VMs running when the daemon ends"
    })
final class ServeCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Option(
      names = "--keep-vms",
      description = "Keep the VMs running when the daemon ends; the next daemon takes them over.")
  private boolean keepVms;

  @Override
  public Integer call() {
    LoadedConfig loaded = root.config();
    CheckCommand.unreadable(loaded.config().qemu())
        .forEach(file -> root.err().println("vmfactory: warning: no VM can boot: " + file));
    return Daemon.run(loaded.config(), loaded.file(), keepVms);
  }
}
