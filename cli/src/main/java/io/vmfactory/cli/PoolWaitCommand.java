package io.vmfactory.cli;

import io.vmfactory.client.FactoryClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory pool wait} */
@Command(
    name = "wait",
    description = {
      "Returns as soon as every pool has as many VMs ready as it wants. Drained pools do not count.",
      "Waits 2 minutes unless --timeout says otherwise; then fails, and says which pools lack what."
    },
    footer = {
      "  vmfactory init && vmfactory pool wait && vmfactory get",
      "  vmfactory pool resize --warm 16 && vmfactory pool wait --timeout 5m"
    })
final class PoolWaitCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @ParentCommand private PoolCommand pool;
  @Mixin private PoolCommand.Options options;

  @Override
  public Integer call() {
    Duration timeout = pool.root().timeout();
    Duration limit = timeout == null ? PATIENCE : timeout;
    Path socket = pool.root().socket();
    try (FactoryClient client = FactoryClient.open(socket)) {
      List<JsonValue> filled = new PoolFill(socket, options.template()).await(client, limit);
      options.show(pool.root(), JsonValue.object().with("pools", JsonValue.array(filled)));
    }
    return Exit.OK.code();
  }
}
