package io.vmfactory.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory pool resize} */
@Command(
    name = "resize",
    description = {
      "Changes the size of the pools until the daemon ends.",
      "For a permanent change edit [pool] in the configuration. Also refills drained pools.",
      "Returns at once; use vmfactory pool wait to wait for the VMs."
    },
    footer = {
      "  vmfactory pool resize --warm 8                 always eight",
      "  vmfactory pool resize --warm auto              by demand, within the configured bounds",
      "  vmfactory pool resize --warm auto:2-16 --shells 4",
      "  vmfactory pool resize --warm 0 --template 4f1a09c2"
    })
final class PoolResizeCommand implements Callable<Integer> {
  @ParentCommand private PoolCommand pool;
  @Mixin private PoolCommand.Options options;

  @ArgGroup(exclusive = false, multiplicity = "1")
  private Sizes sizes;

  /** The sizes. At least one must be given. */
  static final class Sizes {
    @Option(
        names = "--warm",
        paramLabel = PoolSizeArgument.FORM,
        converter = PoolSizeArgument.Converter.class,
        description = "Number of warm VMs per template.")
    private @Nullable PoolSizeArgument warm;

    @Option(
        names = "--shells",
        paramLabel = PoolSizeArgument.FORM,
        converter = PoolSizeArgument.Converter.class,
        description = "Number of shells per template.")
    private @Nullable PoolSizeArgument shells;
  }

  @Override
  public Integer call() {
    JsonValue request =
        JsonValue.object()
            .with("templateKey", options.template())
            .with("warm", wire(sizes.warm))
            .with("shells", wire(sizes.shells));
    options.show(pool.root(), pool.root().factory().resizePool(request));
    return Exit.OK.code();
  }

  private static @Nullable JsonValue wire(@Nullable PoolSizeArgument number) {
    return number == null ? null : number.wire();
  }
}
