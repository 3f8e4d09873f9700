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
      "Starts the daemon, in the foreground. It prints one line when it is ready, its log goes to"
          + " standard error, and it ends with SIGTERM, Ctrl-C or destroy --shutdown.",
      "--socket has no meaning here: the socket lies in the configuration's run_dir."
    },
    footer = {
      "  vmfactory serve",
      "  vmfactory serve --config ./vmfactory.toml &",
      "  vmfactory serve --keep-vms      its VMs run on when it ends"
    })
final class ServeCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Option(names = "--keep-vms", description = "Leave leased and waiting VMs to the next daemon.")
  private boolean keepVms;

  @Override
  public Integer call() {
    LoadedConfig loaded = root.config();
    return Daemon.run(loaded.config(), loaded.file(), keepVms);
  }
}
