package io.vmfactory.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory pool drain} */
@Command(
    name = "drain",
    description = {
      "Empties the pools and keeps them empty until the next vmfactory pool resize.",
      "Leased VMs keep running; requests take the slower routes.",
      "Returns when the pools are empty."
    },
    footer = {
      "  vmfactory pool drain",
      "  vmfactory pool drain --template 4f1a09c2",
      "  vmfactory pool drain && vmfactory pool resize --warm auto     replace all VMs in the pools"
    })
final class PoolDrainCommand implements Callable<Integer> {
  @ParentCommand private PoolCommand pool;
  @Mixin private PoolCommand.Options options;

  @Override
  public Integer call() {
    JsonValue request = JsonValue.object().with("templateKey", options.template());
    options.show(pool.root(), pool.root().factory().drainPool(request));
    return Exit.OK.code();
  }
}
