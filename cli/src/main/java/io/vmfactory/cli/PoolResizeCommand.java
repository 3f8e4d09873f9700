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
      "Changes how many VMs are kept ready, until the daemon ends: for good, see [pool] in the"
          + " configuration. Fills again what was drained.",
      "Returns at once; filling goes on."
    },
    footer = {
      "  vmfactory pool resize --warm 8                 always eight",
      "  vmfactory pool resize --warm auto              as demand asks, within the configured bounds",
      "  vmfactory pool resize --warm auto:2-16 --shells 4",
      "  vmfactory pool resize --warm 0 --template 4f1a09c2"
    })
final class PoolResizeCommand implements Callable<Integer> {
  @ParentCommand private PoolCommand pool;
  @Mixin private PoolCommand.Options options;

  @ArgGroup(exclusive = false, multiplicity = "1")
  private Sizes sizes;

  /** At least one of them. */
  static final class Sizes {
    @Option(
        names = "--warm",
        paramLabel = PoolNumber.FORM,
        converter = PoolNumber.Converter.class,
        description = "Warm VMs per template.")
    private @Nullable PoolNumber warm;

    @Option(
        names = "--shells",
        paramLabel = PoolNumber.FORM,
        converter = PoolNumber.Converter.class,
        description = "Shells per template.")
    private @Nullable PoolNumber shells;
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

  private static @Nullable JsonValue wire(@Nullable PoolNumber number) {
    return number == null ? null : number.wire();
  }
}
