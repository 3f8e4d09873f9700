package io.vmfactory.factory.boot;

import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.LoadedConfig;
import io.vmfactory.configs.Surroundings;
import java.nio.file.Path;
import java.util.List;

/**
 * The daemon as a program for tests. Arguments: the configuration file, and optionally --keep-vms.
 */
final class DaemonMain {
  private DaemonMain() {}

  public static void main(String[] args) {
    LoadedConfig loaded = new ConfigLoader(Surroundings.ofThisProcess()).load(Path.of(args[0]));
    System.exit(
        Daemon.run(
            loaded.config(),
            loaded.file(),
            new ServeOptions(List.of(args).contains("--keep-vms"), null)));
  }
}
