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
    description = "Moves the end of a lease to now plus its time to live.",
    footer = {
      "  vmfactory renew 0f3c…            by as long as it was asked for",
      "  vmfactory renew 0f3c… --ttl 1h   to an hour from now"
    })
final class RenewCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Parameters(paramLabel = "LEASE", description = "The lease, as get showed it.")
  private String lease;

  @Option(names = "--ttl", paramLabel = "SPAN", description = "Another time to live, such as 10m.")
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
