package io.vmfactory.cli;

import io.vmfactory.factory.boot.ServeOptions;
import io.vmfactory.runtime.RuntimeDaemon;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory runtime serve} */
@Command(
    name = "serve",
    description = {
      "Runs the runtime service in the foreground.",
      "Prints one line when it is ready and logs to standard error. Stop it with SIGTERM or Ctrl-C:"
          + " its containers go on, and the next service takes them over. If none is started, they"
          + " end with their leases.",
      "While it runs, run, exec, ps, kill, stats, wait, stop, rm, inspect and runtime ls of its"
          + " user start no JVM of their own.",
      "Its socket is .service/runtime.sock in the configured sandbox_dir."
    },
    footer = {"  vmfactory runtime serve", "  vmfactory runtime serve --config ./vmfactory.toml &"})
final class RuntimeServeCommand implements Callable<Integer> {
  @ParentCommand private RuntimeCommand parent;

  @Option(
      names = "--end-with",
      hidden = true,
      paramLabel = "PID",
      description = "Stop when this process has ended.")
  private @Nullable Integer endsWith;

  @Override
  public Integer call() {
    return RuntimeDaemon.run(
        parent.root().config().config(), ServedCommands::of, new ServeOptions(true, endsWith));
  }
}
