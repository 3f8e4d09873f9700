package io.vmfactory.bench.cases;

import java.util.List;

/** The list of all cases. */
public final class Cases {
  private Cases() {}

  /** Returns the cases in the order in which they run. */
  public static List<BenchCase> all() {
    return List.of(
        new BootCase(),
        new CloneCase(),
        new TemplateBuildCase(),
        new ShellCase(),
        new WarmCase(),
        new BaseVmCase(),
        new BurstCase(),
        new RefillCase(),
        new DrivesCase(),
        new ForkCase(),
        new SuspendCase(),
        new IsolationCase(),
        new ContainerCase(),
        new PreparedCase(),
        new StreamsCase(),
        new DensityCase(),
        new ChurnCase(),
        new RecoverCase(),
        new CliCase(),
        new ClientCase(),
        new EnginesCase(),
        new SandboxesCase(),
        new UniqueCase(),
        new LeftoversCase(),
        new ThousandCase(),
        new PolicyCase(),
        new CostCase(),
        new StormCase());
  }
}
