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
      "Ends leases and their VMs.",
      "The VMs are gone when the command returns.",
      "If one lease cannot be released, the others are still released."
    },
    footer = {"  vmfactory release 0f3c…", "  vmfactory release 0f3c… 77aa…"})
final class ReleaseCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Parameters(
      paramLabel = "LEASE",
      arity = "1..*",
      description = "Lease id, as printed by vmfactory get.")
  private List<String> leases = new ArrayList<>();

  @Option(names = "--json", description = "Print the daemon's replies as JSON, one after another.")
  private boolean json;

  @Override
  public Integer call() {
    DaemonHttp factory = root.factory();
    CliException first = null;
    for (String lease : leases) {
      first = firstOf(first, release(factory, lease));
    }
    if (first != null) {
      throw first;
    }
    return Exit.OK.code();
  }

  private @Nullable CliException release(DaemonHttp factory, String lease) {
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

  /** Returns the earlier failure, with the message of the later one added. */
  private static @Nullable CliException firstOf(
      @Nullable CliException earlier, @Nullable CliException later) {
    if (earlier == null || later == null) {
      return earlier == null ? later : earlier;
    }
    return new CliException(
        earlier.exit(), earlier.getMessage() + "\n" + later.getMessage(), earlier.remedy());
  }
}
