package io.vmfactory.factory.grpc;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.app.GrantedVm;
import io.vmfactory.factory.app.Lease;
import io.vmfactory.factory.app.Route;
import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.app.VmMemory;
import io.vmfactory.factory.app.VmView;
import io.vmfactory.factory.gate.GateStats;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Values of the domain for the skin to show. */
final class Samples {
  static final String VM = "0123456789abcdef0123456789abcdef";
  static final String LEASE = "fedcba9876543210fedcba9876543210";
  static final String KEY = "ab".repeat(32);
  static final Instant NOON = Instant.parse("2026-11-22T12:00:00.5Z");

  private Samples() {}

  static GrantedVm granted() {
    return new GrantedVm(
        view(), lease(), Route.TEMPLATE, "", List.of(new Lap("spawn", Duration.ofMillis(12))));
  }

  static Lease lease() {
    return new Lease(LEASE, new VmId(VM), "me", Duration.ofMinutes(5), NOON);
  }

  static VmView view() {
    return new VmView(
        new VmIdentity(new VmId(VM), 4711, 99, Path.of("/usr/bin/qemu-system-x86_64")),
        VmPhase.RUNNING,
        new VmFolder(Path.of("/run/vmfactory/vm/" + VM)),
        new Sizing(2, 256),
        KEY,
        "vm-0123456789ab",
        Route.TEMPLATE,
        NOON,
        new VmMemory(4, 3, 2, 1));
  }

  static TemplateInfo template() {
    VmSpec spec =
        new VmSpec(
            new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
            new Sizing(1, 128),
            new Sizing(4, 1024),
            2,
            new VmSpec.Kernel(Path.of("/boot/vmlinuz"), Path.of("/boot/initrd"), List.of()),
            AgentTransport.VIRTIO_SERIAL);
    return new TemplateInfo(
        new TemplateKey(KEY),
        "d".repeat(64),
        spec,
        NOON,
        40 << 20,
        2 << 20,
        "7.2.22",
        true,
        "",
        List.of());
  }

  static Status status() {
    return new Status(
        NOON,
        new HypervisorInfo(Path.of("/usr/bin/qemu"), "7.2.22", Accelerator.TCG, "no KVM", "cpu"),
        List.of(template()),
        List.of(KEY),
        List.of(view()),
        List.of(lease()),
        List.of(new Status.Failure(NOON, "restore", "died")),
        Map.of(Route.TEMPLATE, 3),
        List.of(),
        new GateStats(2, 0, 0, 0, 0, 256, Duration.ofSeconds(1)));
  }
}
