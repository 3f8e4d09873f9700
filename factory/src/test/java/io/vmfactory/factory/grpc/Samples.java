package io.vmfactory.factory.grpc;

import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.app.StoredVm;
import io.vmfactory.factory.events.RecordedFailure;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.factory.request.SuspendRequest;
import io.vmfactory.factory.request.Suspension;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.factory.turns.TurnStats;
import io.vmfactory.factory.vm.VmMemory;
import io.vmfactory.pool.PoolFailure;
import io.vmfactory.pool.PoolStats;
import io.vmfactory.template.SnapshotFacts;
import io.vmfactory.template.SnapshotNote;
import io.vmfactory.template.SuspendedVm;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
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
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Sample values of the domain for the skin to show. */
final class Samples {
  static final String VM = "0123456789abcdef0123456789abcdef";
  static final String LEASE = "fedcba9876543210fedcba9876543210";
  static final String KEY = "ab".repeat(32);
  static final Instant NOON = Instant.parse("2026-11-22T12:00:00.5Z");

  private Samples() {}

  static GrantedDrive drive(DriveRequest request) {
    return new GrantedDrive(
        new DrivePlace("slot1", request.mode(), "/dev/vdb", false),
        request.path(),
        List.of(new Lap("attach", Duration.ofMillis(3))));
  }

  static GrantedVm granted() {
    return new GrantedVm(
        view(), lease(), Route.TEMPLATE, "", List.of(new Lap("spawn", Duration.ofMillis(12))));
  }

  static GrantedFork fork(int count) {
    return new GrantedFork(
        Collections.nCopies(count, granted()),
        Duration.ofNanos(4_200_999),
        5 << 20,
        List.of(new Lap("copy", Duration.ofMillis(48))));
  }

  static Lease lease() {
    return new Lease(new LeaseId(LEASE), new VmId(VM), 1000, "me", Duration.ofMinutes(5), NOON);
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
        4,
        NOON,
        40 << 20,
        2 << 20,
        "7.2.22",
        true,
        "",
        List.of(),
        null);
  }

  static TemplateView templateView() {
    return TemplateView.built(template());
  }

  /** Returns a template that was made of a VM. */
  static TemplateView snapshot(String name, byte[] description) {
    TemplateInfo plain = template();
    SnapshotNote note =
        new SnapshotNote(
            "e".repeat(64),
            new SnapshotNote.Owner(1000, false),
            new TreeMap<>(Map.of("made", "by hand")),
            Base64.getEncoder().encodeToString(description));
    var drive = new SnapshotFacts.Drive("rw0", DriveMode.OVERLAY, 3 << 20);
    TemplateInfo info =
        new TemplateInfo(
            plain.key(),
            plain.digest(),
            plain.spec(),
            plain.possibleCpus(),
            plain.createdAt(),
            plain.memoryBytes(),
            plain.stateBytes(),
            plain.vmmVersion(),
            plain.loaded(),
            plain.refused(),
            plain.steps(),
            new SnapshotFacts(note, 5 << 10, List.of(drive)));
    return new TemplateView(info, note.owner(), name, 3, true);
  }

  static StoredVm stored(SnapshotRequest q) {
    return new StoredVm(
        snapshot(q.name(), Base64.getDecoder().decode(q.description())),
        Duration.ofMillis(4),
        8 << 10,
        List.of(new Lap("copy", Duration.ofMillis(40))));
  }

  static Suspension suspension(SuspendRequest q) {
    SuspendedVm.Inside inside = SuspendedVm.Inside.of(q.labels(), q.description());
    Lap store = new Lap("store", Duration.ofMillis(40));
    return new Suspension(suspended(q.lease().value(), inside), 8 << 10, List.of(store));
  }

  static SuspendedVm suspended(String lease, SuspendedVm.Inside inside) {
    return new SuspendedVm(
        lease,
        0,
        "me",
        new SuspendedVm.Terms(60_000, 3_600_000, NOON.plusSeconds(3600).toString()),
        new SuspendedVm.Former(VM, KEY, "web", 2, 512),
        inside,
        new SuspendedVm.Stored(KEY, 3 << 20, NOON.toString()));
  }

  static Status status() {
    return new Status(
        NOON,
        new HypervisorInfo(Path.of("/usr/bin/qemu"), "7.2.22", Accelerator.TCG, "no KVM", "cpu"),
        List.of(templateView()),
        List.of(KEY),
        List.of(view()),
        List.of(lease()),
        List.of(new RecordedFailure(NOON, null, "", "restore", "died")),
        Map.of(Route.TEMPLATE, 3),
        List.of(poolView()),
        new TurnStats(2, 1, 1, 3, 4, 256, Duration.ofSeconds(1)),
        List.of(),
        List.of(suspended("ef".repeat(16), SuspendedVm.Inside.of(new TreeMap<>(), ""))));
  }

  /** Returns the default configuration. */
  static PoolConfig pool() {
    return new ConfigLoader(new Surroundings(Map.of(), true)).parse("", "defaults").pool();
  }

  /** Returns a pool whose numbers all differ. */
  static PoolView poolView() {
    PoolStats stats =
        new PoolStats(
            PoolStats.Phase.OPEN,
            new PoolStats.Aim(4, 5, 0.5, 1, Duration.ofMillis(50), "because"),
            new PoolStats.Slots(11, 12, 13, 14, 15, 16, 17),
            new PoolStats.Traffic(3, 1, 22, 23, 24, 25, 26, 27, 28),
            18,
            Optional.of(
                new PoolStats.Retry(
                    2, Duration.ofMillis(1500), new IllegalStateException("no memory"))),
            List.of(
                new PoolFailure(
                    PoolFailure.Kind.DIED,
                    new IllegalStateException("killed"),
                    Duration.ofSeconds(3))));
    return new PoolView(
        new TemplateKey(KEY),
        "python:3",
        Observer.Tier.WARM,
        new PoolConfig.Auto(1, 32),
        stats,
        new PoolView.Memory(1000, 2000));
  }
}
