package io.vmfactory.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory pool list} */
@Command(
    name = "list",
    description = {
      "Lists the pools: target size and why, current size, memory use and last failure.",
      "HITS is the share of requests that found a VM ready. REFILL is the mean time to make one VM."
    },
    footer = {
      "  vmfactory pool list",
      "  vmfactory pool list --template 4f1a09c2",
      "  vmfactory pool list --json | jq '.pools[] | {tier, idle, target}'"
    })
final class PoolListCommand implements Callable<Integer> {
  @ParentCommand private PoolCommand pool;
  @Mixin private PoolCommand.Options options;

  @Override
  public Integer call() {
    List<JsonValue> all = pool.root().factory().status(false).list("pools");
    List<JsonValue> chosen = PoolChoice.of(all, options.template());
    options.show(pool.root(), JsonValue.object().with("pools", JsonValue.array(chosen)));
    return Exit.OK.code();
  }
}
