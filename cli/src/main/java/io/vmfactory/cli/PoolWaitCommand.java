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
      "Waits until every pool has reached its target size.",
      "Drained pools do not count. Fails after --timeout (default: 2m) and lists the pools that are"
          + " not full."
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
      List<JsonValue> filled = new PoolFillWait(socket, options.template()).await(client, limit);
      options.show(pool.root(), JsonValue.object().with("pools", JsonValue.array(filled)));
    }
    return Exit.OK.code();
  }
}
