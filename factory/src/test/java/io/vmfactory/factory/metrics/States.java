package io.vmfactory.factory.metrics;

import io.vmfactory.configs.PoolConfig;
import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.factory.turns.TurnStats;
import io.vmfactory.pool.PoolStats;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** States of the daemon from which metrics are made. */
final class States {
  static final String OLD = "0a".repeat(32);
  static final String NEW = "0b".repeat(32);

  private States() {}

  static HypervisorInfo hypervisor() {
    return new HypervisorInfo(Path.of("/q"), "7.2.22 \"x\\y\"", Accelerator.TCG, "no KVM", "cpu");
  }

  static BuildInfo build() {
    return new BuildInfo("1.2.3", hypervisor(), 16, 2L << 30);
  }

  static TemplateInfo template(String key, boolean loaded, String refused) {
    VmSpec spec =
        new VmSpec(
            new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
            new Sizing(1, 128),
            new Sizing(4, 1024),
            2,
            new VmSpec.Kernel(Path.of("/k"), Path.of("/i"), List.of()),
            AgentTransport.VIRTIO_SERIAL);
    return new TemplateInfo(
        new TemplateKey(key),
        "",
        spec,
        4,
        Instant.EPOCH,
        4096,
        1024,
        "7",
        loaded,
        refused,
        List.of(),
        null);
  }

  /**
   * Returns a pool that served 7 of 9 claims at once, has one VM fewer than it wants, and fails.
   */
  static PoolView pool(String key, Tier tier) {
    PoolStats stats =
        new PoolStats(
            PoolStats.Phase.OPEN,
            new PoolStats.Aim(4, 6, 1.5, 1, Duration.ofMillis(300), "ceiling"),
            new PoolStats.Slots(1, 3, 2, 0, 1, 0, 5),
            new PoolStats.Traffic(7, 2, 8, 0, 1, 12, 3, 4, 5),
            1,
            Optional.of(new PoolStats.Retry(3, Duration.ZERO, new IllegalStateException())),
            List.of());
    return new PoolView(
        new TemplateKey(key),
        "",
        tier,
        new PoolConfig.Auto(1, 32),
        stats,
        new PoolView.Memory(2048, 4096));
  }

  static Status of(TemplateInfo... templates) {
    return of(List.of(), templates);
  }

  static Status of(List<PoolView> pools, TemplateInfo... templates) {
    return views(pools, Stream.of(templates).map(TemplateView::built).toList());
  }

  static Status views(List<PoolView> pools, List<TemplateView> templates) {
    Lease lease =
        new Lease(
            new LeaseId("l"),
            new VmId("ab".repeat(16)),
            0,
            "me",
            Duration.ofMinutes(1),
            Instant.EPOCH);
    return new Status(
        Instant.EPOCH,
        hypervisor(),
        templates,
        List.of(NEW),
        List.of(),
        List.of(lease),
        List.of(),
        Map.of(),
        pools,
        new TurnStats(2, 1, 1, 3, 4, 256, Duration.ofSeconds(1)),
        List.of(),
        List.of());
  }
}
