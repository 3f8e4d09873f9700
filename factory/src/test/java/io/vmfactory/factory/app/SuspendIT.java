package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.RealFactory.soon;
import static io.vmfactory.factory.app.TestFactory.any;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.SuspendRequest;
import io.vmfactory.factory.request.Suspension;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestStorage;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.linux.Trees;
import io.vmfactory.template.SuspendedVm;
import io.vmfactory.vmm.DriveMode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests suspended VMs: QEMU (TCG), our own guest, a file system in use. */
@Tag("qemu")
@Timeout(600)
final class SuspendIT {
  /** Twice, the layers are merged. */
  private static final int ROUNDS = 9;

  @TempDir private Path root;
  @TempDir private Path elsewhere;
  private RealFactory factory;
  private Path image;

  @BeforeEach
  void start() throws Exception {
    factory = new RealFactory(root);
    factory.buildTemplate();
    image = elsewhere.resolve("image");
    run("mke2fs", "-q", "-t", "ext4", "-N", "64", image.toString(), "8192k");
  }

  /** Fails if a VM, a folder or a process is left. */
  @AfterEach
  void end() throws IOException {
    factory.close();
    assertThat(root.resolve("overlays")).isEmptyDirectory();
  }

  /** Ends the daemon, and forgets what a reboot of the host forgets. */
  private void reboot() throws IOException {
    factory.close();
    Trees.delete(root.resolve("run"));
    factory = new RealFactory(root, List.of("TEMPLATE"), TestFactory.noPool());
  }

  private Suspension suspend(LeaseId lease) {
    SuspendRequest request = new SuspendRequest(lease, null, new TreeMap<>(), "");
    Suspension done = factory.cases().pauses().suspend(Peer.daemon(), request, soon());
    System.out.printf(
        "suspended: %d KiB written, %d KiB on disk, %s%n",
        done.writtenBytes() / 1024, done.vm().stored().diskBytes() / 1024, done.hops());
    return done;
  }

  private GrantedVm resume(LeaseId lease) {
    GrantedVm again = factory.cases().pauses().resume(Peer.daemon(), lease, null, soon()).granted();
    System.out.println("resumed: " + again.hops());
    return again;
  }

  private Path files(SuspendedVm vm) {
    return root.resolve("suspended/snapshots").resolve(vm.stored().key());
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  /** Returns a VM whose file system on {@link #image} is mounted and has been written to. */
  private GrantedVm writing() throws IOException {
    GrantedVm source = factory.get(any());
    try (GuestAgent agent = factory.agent(source)) {
      DriveRequest request =
          new DriveRequest(
              source.requireLease().id(), image.toString(), DriveMode.OVERLAY, Peer.daemon());
      GrantedDrive drive = factory.cases().attachments().attachDrive(request, soon());
      GuestStorage storage =
          new GuestStorage(
              "blk", List.of(), drive.place().guestDevice(), "ext4", List.of("rw"), "/run/m");
      agent
          .sandbox()
          .create(new SandboxRequest("s", "", List.of(), List.of(storage), false), soon());
      write(agent, 1);
    }
    return source;
  }

  /** Writes a file again, of a length and content that its number gives. */
  private static void write(GuestAgent agent, int number) {
    GuestFile file = new GuestFile("/run/m/f" + number, 0644, 0755, 0, 0, content(number));
    agent.sandbox().copyFile(file, soon());
  }

  private static byte[] content(int number) {
    byte[] content = new byte[60_000 + number * 1000];
    Arrays.fill(content, (byte) number);
    return content;
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  /** Writes once more, unmounts, suspends, and looks at the drive's files on disk. */
  private void assertWhole(GrantedVm vm, String... files) throws Exception {
    try (GuestAgent agent = factory.agent(vm)) {
      agent.awaitServing(soon());
      write(agent, 20);
      agent.sandbox().destroy(soon());
    }
    SuspendedVm now = suspend(vm.requireLease().id()).vm();
    List<Path> chain = list(files(now)).stream().filter(SuspendIT::isOfDrive).sorted().toList();
    Path flat = elsewhere.resolve("flat");
    Qcow2Chain.flatten(chain, flat);
    run("e2fsck", "-fn", flat.toString());
    assertContent(flat, "f20");
    for (String file : files) {
      assertContent(flat, file);
    }
    factory.cases().vms().release(Peer.daemon(), vm.requireLease().id());
    assertThat(list(root.resolve("suspended/snapshots"))).isEmpty();
  }

  private static boolean isOfDrive(Path file) {
    return file.getFileName().toString().startsWith("drive-0-");
  }

  /** Compares a file with what {@link #write} has written to it last. */
  private void assertContent(Path flat, String file) throws Exception {
    Path found = elsewhere.resolve("found");
    run("debugfs", "-R", "dump /" + file + " " + found, flat.toString());
    assertThat(found).as(file).hasBinaryContent(content(Integer.parseInt(file.substring(1))));
    Files.delete(found);
  }

  @Test
  void aVmThatWritesAllTheTimeIsSuspendedAndGoesOnAsItWasAfterAReboot() throws Exception {
    GrantedVm source = writing();
    LeaseId lease = source.requireLease().id();
    RealFactory.Seen before = factory.look(source);
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger written = new AtomicInteger();
    try (GuestAgent agent = factory.agent(source)) {
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                while (!enough.get()) {
                  write(agent, written.getAndIncrement() % 16);
                }
              });
      while (written.get() < 17 && !writer.isDone()) {
        Thread.onSpinWait(); // all files are there
      }
      suspend(lease);
      enough.set(true);
      assertThatThrownBy(() -> soon().await(writer, "the writer to lose the VM"));
    }
    assertThat(factory.folders()).isEmpty();
    Files.delete(image);
    reboot();
    GrantedVm again = resume(lease);
    assertThat(again.route()).isEqualTo(Route.RESUMED);
    RealFactory.Seen after = factory.look(again);
    assertThat(after.clockOff()).isLessThan(Duration.ofSeconds(1));
    assertThat(after.identity().hostname()).isEqualTo(before.identity().hostname());
    assertThat(after.identity().machineId()).isNotEqualTo(before.identity().machineId());
    assertThat(after.identity().random()).isNotEqualTo(before.identity().random());
    assertWhole(again, "f0", "f15");
  }

  @Test
  void aSuspendedVmTakesTheDiskOfWhatItHasWritten() throws Exception {
    GrantedVm source = factory.get(any());
    Suspension done = suspend(source.requireLease().id());
    long onDisk = 0;
    long state = Files.size(files(done.vm()).resolve("state"));
    for (Path file : list(files(done.vm()))) {
      if (!file.getFileName().toString().startsWith("base-")) { // the template's, linked
        onDisk += Long.parseLong(run("stat", "-c", "%b", file.toString()).strip()) * 512;
      }
    }
    assertThat(onDisk).isLessThan((done.writtenBytes() + state) * 11 / 10);
    factory.cases().vms().release(Peer.daemon(), source.requireLease().id());
  }

  /** More often than a drive can have layers: those are merged on the way. */
  @Test
  void itIsSuspendedAgainAndAgainAndTakesNoMore() throws Exception {
    GrantedVm vm = writing();
    LeaseId lease = vm.requireLease().id();
    long first = suspend(lease).vm().stored().diskBytes();
    long last = first;
    for (int round = 2; round <= ROUNDS; round++) {
      vm = resume(lease);
      try (GuestAgent agent = factory.agent(vm)) {
        agent.awaitServing(soon());
        write(agent, round);
      }
      SuspendedVm now = suspend(lease).vm();
      last = now.stored().diskBytes();
      assertThat(list(files(now)).stream().filter(SuspendIT::isOfDrive).count()).isLessThan(9);
    }
    assertThat(last).isLessThan(first + (16 << 20));
    assertWhole(resume(lease), "f1", "f" + ROUNDS);
  }

  @Test
  void oneAlteredByteInAnyFileIsRefused() throws Exception {
    GrantedVm source = writing();
    LeaseId lease = source.requireLease().id();
    SuspendedVm vm = suspend(lease).vm();
    // Not the template's memory, which is linked: other tests have the same file.
    List<Path> all =
        list(files(vm)).stream()
            .filter(file -> !file.getFileName().toString().startsWith("base-"))
            .toList();
    assertThat(all).hasSize(5);
    for (Path file : all) {
      flip(file);
      reboot();
      assertThatThrownBy(() -> resume(lease))
          .hasMessageMatching(
              "(?s).*cannot be resumed.*%s (altered|unreadable).*"
                  .formatted(file.getFileName().toString().replace(".json", "")));
      flip(file);
    }
    Path record = root.resolve("suspended").resolve(lease.value() + ".json");
    flip(record);
    reboot();
    assertThatThrownBy(() -> resume(lease)).hasMessageContaining("no such lease");
    assertThat(factory.cases().control().status(Peer.daemon(), Control.Detail.PLAIN).failures())
        .anyMatch(failure -> failure.cause().contains(record.toString()));
    flip(record);
    reboot();
    assertWhole(resume(lease), "f1");
  }

  /** Changes one bit in the middle of what a file has. */
  private static void flip(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(out.length() / 2);
      int old = out.read();
      out.seek(out.length() / 2);
      out.write(old ^ 1);
    }
  }

  @Test
  void aSuspensionThatIsLateLeavesTheVmRunning() throws IOException {
    GrantedVm source = factory.get(any());
    SuspendRequest request =
        new SuspendRequest(source.requireLease().id(), null, new TreeMap<>(), "");
    assertThatThrownBy(
            () ->
                factory
                    .cases()
                    .pauses()
                    .suspend(Peer.daemon(), request, Deadline.after(Duration.ofMillis(40))))
        .isInstanceOf(RuntimeException.class);
    factory.look(source);
    assertThat(list(root.resolve("suspended/snapshots"))).isEmpty();
    factory.release(source);
  }
}
