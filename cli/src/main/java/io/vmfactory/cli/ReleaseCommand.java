package io.vmfactory.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory release} */
@Command(
    name = "release",
    description = {
      "Ends leases and their VMs. The VMs are gone when the command returns.",
      "A lease that cannot be released does not keep the others from it."
    },
    footer = {"  vmfactory release 0f3c…", "  vmfactory release 0f3c… 77aa…"})
final class ReleaseCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Parameters(paramLabel = "LEASE", arity = "1..*", description = "Leases, as get showed them.")
  private List<String> leases = new ArrayList<>();

  @Option(names = "--json", description = "Print the daemon's replies as JSON, one after another.")
  private boolean json;

  @Override
  public Integer call() {
    Factory factory = root.factory();
    CliException first = null;
    for (String lease : leases) {
      first = firstOf(first, release(factory, lease));
    }
    if (first != null) {
      throw first;
    }
    return Exit.OK.code();
  }

  private @Nullable CliException release(Factory factory, String lease) {
    try {
      JsonValue reply = factory.release(lease);
      if (json) {
        root.print(reply);
      } else {
        root.print("released lease " + lease + ", VM " + reply.text("vmId") + " is gone");
      }
      return null;
    } catch (CliException e) {
      return e;
    }
  }

  /** The earlier failure; a later one is told along with it. */
  private static @Nullable CliException firstOf(
      @Nullable CliException earlier, @Nullable CliException later) {
    if (earlier == null || later == null) {
      return earlier == null ? later : earlier;
    }
    return new CliException(
        earlier.exit(), earlier.getMessage() + "\n" + later.getMessage(), earlier.remedy());
  }
}
