package io.vmfactory.bench.cases;

import java.util.List;

/** The catalogue. */
public final class Cases {
  private Cases() {}

  /** In the order in which they are run. */
  public static List<BenchCase> all() {
    return List.of(
        new BootCase(),
        new CloneCase(),
        new ShellCase(),
        new WarmCase(),
        new BurstCase(),
        new RefillCase(),
        new DrivesCase(),
        new ContainerCase(),
        new StreamsCase());
  }
}
