package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.QemuConfig.DriveLimits;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.RamChanges;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots of a guest that writes to its memory without a pause. */
@Tag("qemu")
class QemuSnapshotIT {
  private static final long BYTES = 128L << 20;

  /** Layers that have been written to. */
  private static final int LAYERS = 3;

  @RegisterExtension final QemuLeaks leaks = new QemuLeaks();
  @TempDir Path dir;

  private final Deadline deadline = Deadline.after(Duration.ofSeconds(60));
  private final MemoryFile memory = MemoryFiles.create("template", BYTES);
  private QemuHypervisor qemu;
  private byte[] state;
  private Vm clone;

  @BeforeEach
  void cloneRuns() throws IOException {
    Files.write(dir.resolve("initrd"), new byte[1]);
    TinyKernel.writeCounting(dir.resolve("kernel"));
    HypervisorInfo info =
        new HypervisorInfo(QemuHypervisorIT.PROGRAM, "7.2", Accelerator.TCG, "test", "test");
    qemu = limited(info, 0);
    Vm template = qemu.boot(launch(new GuestRam.Shared(memory)), deadline);
    while (number(memory, TinyKernel.COUNTER) == 0) {
      template.check(deadline); // the firmware has not loaded the kernel yet
    }
    template.stop(deadline);
    state = template.save(deadline);
    template.kill();
    memory.seal();
    clone = running(memory, state);
  }

  @AfterEach
  void end() {
    clone.kill();
    memory.close();
    qemu.close();
  }

  /** Returns a hypervisor whose VMs may have that many MiB of overlays together; 0 = any. */
  private static QemuHypervisor limited(HypervisorInfo info, int mib) {
    DriveBounds bounds = DriveBounds.of(new DriveLimits(0, 0, mib, 0));
    return new QemuHypervisor(info, new Confinement(TestJail.make(), null, bounds));
  }

  private Launch launch(GuestRam ram) {
    VmId id = VmId.random();
    return new Launch(id, spec(), new VmFolders(dir.resolve("vm")).create(id), ram);
  }

  private VmSpec spec() {
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, 128),
        new Sizing(1, 128),
        0,
        new VmSpec.Kernel(dir.resolve("kernel"), dir.resolve("initrd"), List.of()),
        AgentTransport.VIRTIO_SERIAL,
        new VmSpec.Devices(2, 1, 1, 0, 1 << 20));
  }

  private Vm running(MemoryFile ram, byte[] deviceState) {
    Vm vm = qemu.restore(launch(new GuestRam.CopyOnWrite(ram)), deviceState, () -> {}, deadline);
    vm.cont(deadline);
    return vm;
  }

  private static long number(MemoryFile of, int address) {
    ByteBuffer four = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    of.read(address, four);
    return Integer.toUnsignedLong(four.getInt(0));
  }

  private static long count(VmSnapshot of) {
    return number(of.memory(), TinyKernel.COUNTER);
  }

  /** Returns a snapshot in which the guest has counted further than {@code last}. */
  private VmSnapshot later(Vm vm, long last) {
    while (true) {
      VmSnapshot snapshot = vm.snapshot(dir, new Laps(), deadline);
      if (count(snapshot) > last) {
        return snapshot;
      }
      snapshot.close();
    }
  }

  /** The guest counts on from the number that its own copy of the memory was given. */
  @Test
  void changesReachTheClonesOwnMemoryOnly() {
    long far = 1 << 30;
    ByteBuffer page = ByteBuffer.allocateDirect(4096).order(ByteOrder.LITTLE_ENDIAN);
    long at = TinyKernel.COUNTER / 4096 * 4096;
    RamChanges changes =
        (ram, limit) -> {
          memory.read(at, page.clear());
          page.putInt((int) (TinyKernel.COUNTER - at), (int) far);
          ram.write(at, page.flip());
        };
    GuestRam ram = new GuestRam.CopyOnWrite(memory, changes);
    Vm changed = qemu.restore(launch(ram), state, () -> {}, deadline);
    try (VmSnapshot still = changed.snapshot(dir, new Laps(), deadline)) {
      assertThat(number(still.memory(), TinyKernel.COUNTER)).isEqualTo(far);
    }
    changed.kill();
    assertThat(number(memory, TinyKernel.COUNTER)).isLessThan(far);
  }

  @Test
  void aSnapshotHoldsOneMomentAndItsCloneGoesOnFromThere() {
    try (VmSnapshot first = later(clone, number(memory, TinyKernel.COUNTER));
        VmSnapshot second = later(clone, count(first))) {
      for (VmSnapshot one : List.of(first, second)) {
        assertThat(number(one.memory(), TinyKernel.COPY) - count(one)).isBetween(0L, 1L);
        assertThat(one.writtenBytes()).isBetween(2 * 4096L, 4L << 20);
      }
      assertThatThrownBy(() -> first.memory().write(0, ByteBuffer.allocate(1)))
          .as("a write to a snapshot")
          .isInstanceOf(RuntimeException.class);
      long begun = count(first);
      Vm fork = running(first.memory(), first.deviceState());
      try (VmSnapshot ofFork = later(fork, begun);
          VmSnapshot ofClone = later(clone, count(second))) {
        assertThat(number(ofFork.memory(), TinyKernel.COPY) - count(ofFork)).isBetween(0L, 1L);
        assertThat(count(ofClone)).isGreaterThan(count(second));
        assertThat(count(first)).isEqualTo(begun);
      }
      fork.kill();
    }
  }

  @Test
  void aForkHasTheDrivesAndEachForkOfAForkHasThemToo() throws IOException {
    attach(clone, DriveMode.OVERLAY);
    attach(clone, DriveMode.READ_ONLY);
    List<DrivePlace> places = clone.drives().list(deadline);
    Vm last = clone;
    for (int depth = 1; depth <= 4; depth++) {
      try (VmSnapshot snapshot = last.snapshot(dir, new Laps(), deadline)) {
        assertThat(last.drives().list(deadline)).isEqualTo(places);
        assertThat(snapshot.drives())
            .extracting(drive -> drive.id() + " " + drive.files().size())
            .containsExactlyInAnyOrder("rw0 " + (1 + depth), "ro0 1");
        Vm fork = restored(snapshot);
        assertThat(fork.drives().list(deadline)).isEqualTo(places);
        if (last != clone) {
          last.kill();
        }
        last = fork;
      }
    }
    last.drives().detach("rw0", deadline);
    last.drives().detach("ro0", deadline);
    assertThat(files(last)).isEmpty();
    last.kill();
    clone.drives().detach("rw0", deadline);
    clone.drives().detach("ro0", deadline);
    assertThat(files(clone)).isEmpty();
  }

  /** QEMU closes files that it is asked to forget only while the VM runs. */
  @Test
  void aPausedVmIsForkedAgainAndAgainAndRunsOn() throws IOException {
    attach(clone, DriveMode.OVERLAY);
    clone.stop(deadline);
    for (int taken = 0; taken < DriveBay.MOST_LAYERS + 1; taken++) {
      try (VmSnapshot snapshot = clone.snapshot(dir, new Laps(), deadline)) {
        int layers = 1 + taken % (DriveBay.MOST_LAYERS - 1);
        assertThat(snapshot.drives().get(0).files()).hasSize(1 + layers);
        assertThat(clone.phase()).isEqualTo(VmPhase.PAUSED);
        restored(snapshot).kill();
      }
    }
    clone.cont(deadline);
    try (VmSnapshot snapshot = later(clone, 0)) {
      restored(snapshot).kill();
    }
    clone.drives().detach("rw0", deadline);
    assertThat(files(clone)).isEmpty();
  }

  @Test
  void aDriveHasABoundedNumberOfLayersAfterAnyNumberOfSnapshots() throws IOException {
    attach(clone, DriveMode.OVERLAY);
    for (int taken = 0; taken < 2 * DriveBay.MOST_LAYERS + 1; taken++) {
      try (VmSnapshot snapshot = clone.snapshot(dir, new Laps(), deadline)) {
        int layers = 1 + taken % (DriveBay.MOST_LAYERS - 1);
        assertThat(snapshot.drives().get(0).files()).hasSize(1 + layers);
        restored(snapshot).kill();
      }
    }
    clone.drives().detach("rw0", deadline);
    assertThat(files(clone)).isEmpty();
    clone.snapshot(dir, new Laps(), deadline).close();
  }

  /** Does what a daemon does that is killed while layers are merged, or right after. */
  @ParameterizedTest
  @ValueSource(ints = {0, 512 << 10})
  void whatAKilledDaemonHasMergedIsRight(int bytesPerSecond) throws IOException {
    attach(clone, Files.write(dir.resolve("large"), new byte[1 << 20]));
    for (int layer = 0; layer < LAYERS; layer++) {
      write(layer);
      clone.snapshot(dir, new Laps(), deadline).close();
    }
    byHand(
        ("'block-stream','arguments':{'job-id':'rw0.merge','device':'rw0.overlay%d','base-node':"
                + "'rw0.image','backing-file':'','auto-dismiss':false,'speed':%d}")
            .formatted(LAYERS + 1, bytesPerSecond));
    if (bytesPerSecond == 0) {
      while (!byHand("'query-jobs'").contains("concluded")) {
        clone.check(deadline);
      }
    }
    try (VmSnapshot snapshot = clone.snapshot(dir, new Laps(), deadline)) {
      assertThat(snapshot.drives().get(0).files()).hasSize(2);
      assertWhole(snapshot);
    }
    clone.drives().detach("rw0", deadline);
    assertThat(files(clone)).isEmpty();
  }

  @Test
  void aMergeWhoseTimeIsOverLosesNothing() throws IOException {
    attach(clone, Files.write(dir.resolve("large"), new byte[1 << 20]));
    for (int layer = 0; layer < DriveBay.MOST_LAYERS - 1; layer++) {
      if (layer < LAYERS) {
        write(layer);
      }
      clone.snapshot(dir, new Laps(), deadline).close();
    }
    for (int micros = 0; micros < 20_000; micros += 500) {
      try {
        clone.snapshot(dir, new Laps(), Deadline.after(Duration.ofNanos(micros * 1000L))).close();
      } catch (DeadlineExceededException e) {
        clone.check(deadline);
      }
    }
    try (VmSnapshot snapshot = clone.snapshot(dir, new Laps(), deadline)) {
      assertThat(snapshot.drives().get(0).files()).hasSizeLessThanOrEqualTo(DriveBay.MOST_LAYERS);
      assertWhole(snapshot);
    }
    clone.drives().detach("rw0", deadline);
    assertThat(files(clone)).isEmpty();
  }

  private void write(int layer) throws IOException {
    assertThat(byHand(io("write -P %d %dk 200k", layer))).contains("\"return\": \"\"");
  }

  /** Has QEMU itself read or write a part of the drive, as its guest. The parts overlap. */
  private static String io(String what, int layer) {
    String command = what.formatted(layer + 1, layer * 128);
    return "'human-monitor-command','arguments':{'command-line':'qemu-io -d %s \\'%s\\''}"
        .replace("\\'", "\\\"")
        .formatted("/machine/peripheral/rw0/virtio-backend", command);
  }

  /** A clone reads what was written, and zeros behind it. */
  private void assertWhole(VmSnapshot snapshot) throws IOException {
    Vm fork = restored(snapshot);
    List<String> checks = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      checks.add(io("read -P %d %dk 128k", layer));
    }
    checks.add(io("read -P 0 %2$dk 64k", 2 * LAYERS)); // reported in the log, like the others
    byHand(fork, checks);
    assertThat(Files.readString(folder(fork).vmmLog()))
        .contains("read 65536/65536 bytes at offset 786432")
        .doesNotContain("failed");
    adopted(qemu, fork).kill();
  }

  private String byHand(String command) throws IOException {
    String reply = byHand(clone, List.of(command)).get(0);
    assertThat(reply).doesNotContain("\"error\"");
    return reply;
  }

  /** Sends commands while there is no daemon. */
  private List<String> byHand(Vm vm, List<String> commands) throws IOException {
    qemu.close();
    List<String> replies = HandMonitor.replies(folder(vm).qmpSocket(), commands);
    qemu = limited(qemu.info(), 0);
    clone = adopted(qemu, clone);
    return replies;
  }

  @Test
  void drivesThatCannotBeKeptAreNamed() throws IOException {
    attach(clone, DriveMode.WRITABLE);
    refused("its drive rw0 writes to its own file; detach it, or attach it as OVERLAY");
    clone.drives().detach("rw0", deadline);
    attach(clone, DriveMode.READ_ONLY);
    attach(clone, DriveMode.READ_ONLY);
    refused("its drive plug0 was plugged in, since no slot was free");
  }

  private void refused(String why) {
    assertThatThrownBy(() -> clone.snapshot(dir, new Laps(), deadline))
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(VmmException.Reason.INVALID))
        .hasMessageContaining(why);
    clone.check(deadline);
  }

  private void attach(Vm vm, DriveMode mode) throws IOException {
    Path image = Files.write(dir.resolve("image"), new byte[4096]);
    vm.drives().attach(new DriveImage(image, mode, dir), deadline);
  }

  private void attach(Vm vm, Path image) {
    vm.drives().attach(new DriveImage(image, DriveMode.OVERLAY, dir), deadline);
  }

  /** A layer that several VMs read counts once, as long as one of them lives, for each daemon. */
  @Test
  void layersThatOnlyForksReadCountAfterTheirSourceHasEndedAndForTheNextDaemon() throws Exception {
    qemu.close();
    qemu = limited(qemu.info(), 6);
    clone = adopted(qemu, clone);
    Path image = Files.write(dir.resolve("large"), new byte[1 << 20]);
    clone.drives().attach(new DriveImage(image, DriveMode.OVERLAY, dir), deadline);
    List<Vm> forks = new ArrayList<>();
    try (VmSnapshot snapshot = clone.snapshot(dir, new Laps(), deadline)) {
      forks.add(restored(snapshot)); // layers: a frozen one, the source's, the fork's
      forks.add(restored(snapshot));
    }
    DriveImage more = new DriveImage(image, DriveMode.OVERLAY, dir);
    forks.forEach(fork -> fork.drives().attach(more, deadline));
    full(clone, more);
    clone.kill();
    clone = forks.get(0);
    full(running(memory, state), more, 1); // only what the source wrote to last has gone
    qemu.close();
    qemu = limited(qemu.info(), 6);
    clone = adopted(qemu, clone);
    Vm fork = adopted(qemu, forks.get(1));
    full(running(memory, state), more, 1);
    fork.kill();
  }

  private Vm adopted(QemuHypervisor by, Vm vm) {
    return by.adopt(new Survivor(vm.identity(), spec(), folder(vm)), deadline);
  }

  private VmFolder folder(Vm vm) {
    return new VmFolder(dir.resolve("vm").resolve(vm.identity().id().value()));
  }

  /** Attaches as many drives as there is room for, and is refused one more; ends the VM. */
  private void full(Vm vm, DriveImage drive, int room) {
    for (int i = 0; i < room; i++) {
      vm.drives().attach(drive, deadline);
    }
    full(vm, drive);
    vm.kill();
  }

  private void full(Vm vm, DriveImage drive) {
    assertThatThrownBy(() -> vm.drives().attach(drive, deadline))
        .isInstanceOfSatisfying(
            VmmException.class,
            e -> assertThat(e.reason()).isEqualTo(VmmException.Reason.RESOURCES))
        .hasMessageContaining("max_overlays = 6");
  }

  private Vm restored(VmSnapshot snapshot) {
    GuestRam ram = new GuestRam.CopyOnWrite(snapshot.memory());
    Vm vm = qemu.restore(launch(ram), snapshot.deviceState(), () -> {}, deadline);
    vm.drives().restore(snapshot.drives(), dir, deadline);
    vm.cont(deadline);
    return vm;
  }

  /** Returns the images and copy-on-write files that the VM's process has open. */
  private List<String> files(Vm vm) throws IOException {
    return open(vm).stream()
        .filter(name -> name.startsWith(dir.toString()) && !name.contains("/vm/"))
        .toList();
  }

  @Test
  void aSnapshotWhoseTimeIsOverLeavesTheVmRunningAndNothingOpen() throws IOException {
    clone.snapshot(dir, new Laps(), deadline).close();
    clone.check(deadline);
    attach(clone, DriveMode.OVERLAY);
    List<String> before = open(clone);
    for (int micros = 0; micros < 40_000; micros += 1000) {
      clone.drives().detach("rw0", deadline); // waits until the undo has ended
      attach(clone, DriveMode.OVERLAY);
      Deadline soon = Deadline.after(Duration.ofNanos(micros * 1000L));
      try {
        clone.snapshot(dir, new Laps(), soon).close();
      } catch (DeadlineExceededException e) {
        clone.check(deadline); // waits for every command sent before, too
      }
    }
    clone.drives().detach("rw0", deadline);
    attach(clone, DriveMode.OVERLAY);
    assertThat(open(clone)).hasSameSizeAs(before);
    try (VmSnapshot first = clone.snapshot(dir, new Laps(), deadline)) {
      later(clone, count(first)).close();
    }
  }

  @Test
  void aCancelledSnapshotLeavesTheVmRunning() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> clone.snapshot(dir, new Laps(), deadline))
        .isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    clone.check(deadline);
    later(clone, 0).close();
  }

  @Test
  void aVmThatDiedGivesNone() {
    ProcessHandle.of(clone.identity().pid()).orElseThrow().destroyForcibly();
    deadline.await(clone.signals().exited(), "exit");
    assertThatThrownBy(() -> clone.snapshot(dir, new Laps(), deadline))
        .isInstanceOf(VmmException.class);
  }

  /** Returns what the VM's process has open. */
  private static List<String> open(Vm vm) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/%d/fd".formatted(vm.identity().pid())))) {
      return all.map(QemuSnapshotIT::target).toList();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException gone) {
      return "";
    }
  }
}
