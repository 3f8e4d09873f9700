package io.vmfactory.cli;

import io.vmfactory.configs.LoadedConfig;
import io.vmfactory.factory.boot.Daemon;
import io.vmfactory.factory.boot.ServeOptions;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

  @Option(
      names = "--end-with",
      hidden = true,
      paramLabel = "PID",
      description = "Stop when this process has ended, and end the VMs.")
  private @Nullable Integer endsWith;

  @Override
  public Integer call() {
    LoadedConfig loaded = root.config();
    CheckCommand.unreadable(loaded.config().qemu())
        .forEach(file -> root.err().println("vmfactory: warning: no VM can boot: " + file));
    return Daemon.run(loaded.config(), loaded.file(), new ServeOptions(keepVms, endsWith));
  }
}
