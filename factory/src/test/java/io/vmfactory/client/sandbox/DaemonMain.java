package io.vmfactory.client.sandbox;

import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.LoadedConfig;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.factory.boot.Daemon;
import java.nio.file.Path;

/** A daemon in a process of its own: the argument is its configuration. */
final class DaemonMain {
  private DaemonMain() {}

  public static void main(String[] args) {
    LoadedConfig loaded = new ConfigLoader(Surroundings.ofThisProcess()).load(Path.of(args[0]));
    System.exit(Daemon.run(loaded.config(), loaded.file(), false));
  }
}
