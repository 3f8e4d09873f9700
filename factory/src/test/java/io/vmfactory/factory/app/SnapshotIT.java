package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.RealFactory.soon;
import static io.vmfactory.factory.app.TestFactory.any;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestIdentity;
import io.vmfactory.guest.GuestStorage;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.linux.Trees;
import io.vmfactory.vmm.DriveMode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
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

/** Tests templates made of a VM that runs: QEMU (TCG), our own guest, a file system in use. */
@Tag("qemu")
@Timeout(600)
final class SnapshotIT {
  private static final int SMALL_KIB = 8 << 10;

  @TempDir private Path root;
  @TempDir private Path elsewhere;
  private RealFactory factory;
  private Path image;

  @BeforeEach
  void start() throws Exception {
    factory = new RealFactory(root);
    factory.buildTemplate();
    image = elsewhere.resolve("image");
    run("mke2fs", "-q", "-t", "ext4", "-N", "64", image.toString(), SMALL_KIB + "k");
  }

  /** Fails if a VM, a folder or a process is left. */
  @AfterEach
  void end() throws IOException {
    factory.close();
    assertThat(root.resolve("overlays")).isEmptyDirectory();
  }

  /** Ends the daemon, and forgets what a reboot of the host forgets. */
  private void reboot(String... pool) throws IOException {
    factory.close();
    Trees.delete(root.resolve("run"));
    factory = new RealFactory(root, List.of("WARM", "SHELL", "TEMPLATE"), TestFactory.pool(pool));
  }

  private TemplateView stored(GrantedVm source, String name, boolean end) {
    SnapshotRequest request =
        new SnapshotRequest(source.lease().id(), name, new TreeMap<>(), "", end);
    StoredVm stored = factory.cases().templates().snapshot(Peer.daemon(), request, soon());
    System.out.printf(
        "%s: pause %d us, %d KiB written, %s%n",
        stored.template().label(),
        stored.pause().toNanos() / 1000,
        stored.writtenBytes() / 1024,
        stored.hops());
    return stored.template();
  }

  private GrantedVm get(String name, Route route) {
    return factory.get(new VmRequest("", null, null, null, List.of(route), "", "", name));
  }

  private Path files(TemplateView template) {
    return root.resolve("t/templates").resolve(template.key().hex());
  }

  /** Returns a VM whose file system on {@link #image} is mounted and has been written to. */
  private GrantedVm writing() throws IOException {
    GrantedVm source = factory.get(any());
    try (GuestAgent agent = factory.agent(source)) {
      mount(agent, attach(source));
      write(agent, 1);
    }
    return source;
  }

  private GrantedDrive attach(GrantedVm vm) {
    Peer us = Peer.daemon();
    DriveRequest request =
        new DriveRequest(vm.lease().id(), image.toString(), DriveMode.OVERLAY, us);
    return factory.cases().attachments().attachDrive(request, soon());
  }

  private static void mount(GuestAgent agent, GrantedDrive drive) {
    GuestStorage storage =
        new GuestStorage(
            "blk", List.of(), drive.place().guestDevice(), "ext4", List.of("rw"), "/run/m");
    agent.sandbox().create(new SandboxRequest("s", "", List.of(), List.of(storage), false), soon());
  }

  /** Writes a file again, of a length and content that its number gives. */
  private static void write(GuestAgent agent, int number) {
    byte[] content = new byte[60_000 + number * 1000];
    java.util.Arrays.fill(content, (byte) number);
    agent.sandbox().copyFile(new GuestFile("/run/m/f" + number, 0644, 0755, 0, 0, content), soon());
  }

  /** Lets a clone write once more, ends it by a snapshot, and looks at the copy of its drive. */
  private TemplateView checked(GrantedVm clone, String... files) throws Exception {
    try (GuestAgent agent = factory.agent(clone)) {
      agent.awaitServing(soon());
      write(agent, 20);
      agent.sandbox().destroy(soon());
    }
    TemplateView copy = stored(clone, "copy", true);
    Path flat = elsewhere.resolve("flat");
    try (Stream<Path> layers = Files.list(files(copy))) {
      List<Path> chain =
          layers
              .filter(file -> file.getFileName().toString().startsWith("drive-0-"))
              .sorted()
              .toList();
      assertThat(chain.size()).isGreaterThanOrEqualTo(3);
      Qcow2Chain.flatten(chain, flat);
    }
    run("e2fsck", "-fn", flat.toString());
    assertThat(run("debugfs", "-R", "ls /", flat.toString())).contains("f20").contains(files);
    return copy;
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void aVmThatWritesAllTheTimeIsStoredAndGoesOnAndItsClonesAreWhole() throws Exception {
    GrantedVm source = writing();
    try (GuestAgent agent = factory.agent(source)) {
      AtomicBoolean enough = new AtomicBoolean();
      AtomicInteger written = new AtomicInteger();
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
      for (int version = 1; version <= 2; version++) {
        int so = written.get();
        assertThat(stored(source, "busy", false).version()).isEqualTo(version);
        while (written.get() < so + 4 && !writer.isDone()) {
          Thread.onSpinWait(); // the source goes on
        }
      }
      enough.set(true);
      soon().await(writer, "the writer to end");
      agent.sandbox().destroy(soon());
    }
    factory.release(source);
    Files.delete(image);
    checked(get("busy:1", Route.TEMPLATE), "f0", "f15");
    checked(get("busy", Route.TEMPLATE), "f0", "f15");
  }

  @Test
  void afterARebootClonesOfEachRouteHaveTheDataAndAreUnlikeAnyOther() throws Exception {
    TemplateView template = stored(writing(), "python", true);
    Files.delete(image);
    String[] pool = {
      "vm_cache_number = 0",
      "shell_number = 0",
      "[[pool.template]]",
      "name = \"python\"",
      "warm = 1",
      "shells = 1"
    };
    reboot(pool);
    List<GuestIdentity> seen = new ArrayList<>();
    for (Route route : List.of(Route.WARM, Route.SHELL, Route.TEMPLATE)) {
      GrantedVm clone = filled(route);
      assertThat(clone.vm().templateKey()).isEqualTo(template.key().hex());
      seen.add(factory.look(clone).identity());
      GrantedVm fork = fork(clone);
      seen.add(factory.look(fork).identity());
      checked(fork, "f1");
      TemplateView copy = checked(clone, "f1");
      GrantedVm again = get("copy:" + copy.version(), Route.TEMPLATE);
      seen.add(factory.look(again).identity());
      factory.release(again);
    }
    assertThat(seen).extracting(GuestIdentity::hostname).doesNotHaveDuplicates();
    assertThat(seen).extracting(GuestIdentity::machineId).doesNotHaveDuplicates();
    assertThat(seen)
        .extracting(guest -> HexFormat.of().formatHex(guest.random()))
        .doesNotHaveDuplicates();
    factory.cases().pools().drain(Peer.daemon(), "", soon());
  }

  /** Returns a clone by that route; waits until the pools are filled. */
  private GrantedVm filled(Route route) {
    if (route != Route.TEMPLATE) {
      var filled = factory.next(Events.Kind.POOL_FILLED, route == Route.WARM ? "WARM" : "SHELL");
      factory
          .cases()
          .pools()
          .resize(
              Peer.daemon(),
              new PoolDesk.PoolResize(
                  "python",
                  new io.vmfactory.configs.PoolConfig.Fixed(1),
                  new io.vmfactory.configs.PoolConfig.Fixed(1)));
      if (factory.cases().control().status(Peer.daemon(), Control.Detail.PLAIN).pools().stream()
          .filter(pool -> pool.tier().name().equals(route.name()))
          .filter(pool -> !pool.label().isEmpty())
          .allMatch(pool -> pool.stats().slots().idle() == 0)) {
        soon().await(filled, "the pool to fill");
      }
    }
    return get("python", route);
  }

  private GrantedVm fork(GrantedVm source) {
    ForkRequest request = new ForkRequest(source.lease().id(), 1, null, "");
    return factory.cases().vms().fork(Peer.daemon(), request, soon()).vms().get(0);
  }

  @Test
  void oneAlteredByteInAnyFileIsRefused() throws Exception {
    TemplateView template = stored(writing(), "python", true);
    List<Path> all;
    try (Stream<Path> list = Files.list(files(template))) {
      // Not the parent's memory, which is linked: other tests have the same file.
      all = list.filter(file -> !file.getFileName().toString().startsWith("base-")).toList();
    }
    assertThat(all).hasSize(5);
    for (Path file : all) {
      flip(file);
      reboot("vm_cache_number = 0", "shell_number = 0");
      assertThatThrownBy(() -> get("python", Route.TEMPLATE))
          .hasMessageMatching(
              "(?s).*%s (altered|unreadable).*"
                  .formatted(file.getFileName().toString().replace(".json", "")));
      flip(file);
    }
    reboot("vm_cache_number = 0", "shell_number = 0");
    checked(get("python", Route.TEMPLATE), "f1");
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
}
