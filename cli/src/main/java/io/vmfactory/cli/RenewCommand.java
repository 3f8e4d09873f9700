package io.vmfactory.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory renew} */
@Command(
    name = "renew",
    description = "Extends a lease: it now ends one TTL from now.",
    footer = {
      "  vmfactory renew 0f3c…            for another TTL, as given to get",
      "  vmfactory renew 0f3c… --ttl 1h   until one hour from now"
    })
final class RenewCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Parameters(paramLabel = "LEASE", description = "Lease id, as printed by vmfactory get.")
  private String lease;

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "Use this TTL from now on, such as 10m.")
  private @Nullable Duration ttl;

  @Option(names = "--json", description = "Print the daemon's reply as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    JsonValue reply = root.factory().renew(lease, ttl);
    if (json) {
      root.print(reply);
    } else {
      String end = reply.get("lease").text("expiresAt");
      root.print("lease " + lease + " ends in " + Show.until(end, root.now()));
    }
    return Exit.OK.code();
  }
}
