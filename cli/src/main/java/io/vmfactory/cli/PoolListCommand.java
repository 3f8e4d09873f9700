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
      "Shows each pool: how many VMs it wants and why, how many it has, what they take and what went"
          + " wrong.",
      "HITS is the share of requests that found one ready, REFILL the mean time to make one."
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
