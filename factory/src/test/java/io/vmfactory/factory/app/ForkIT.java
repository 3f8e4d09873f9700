package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.RealFactory.soon;
import static io.vmfactory.factory.app.TestFactory.any;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestIdentity;
import io.vmfactory.guest.GuestStorage;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.VmSnapshot;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests clones of a VM that runs: QEMU (TCG), our own guest, a file system that it writes to. */
@Tag("qemu")
@Timeout(300)
final class ForkIT {
  private static final int SMALL = 8 << 20;
  private static final int STREAM = 71;

  @TempDir private Path root;
  @TempDir private Path elsewhere;
  private RealFactory factory;

  @BeforeEach
  void build() throws IOException {
    factory = new RealFactory(root);
    factory.buildTemplate();
  }

  /** Fails if a VM, a folder or a process is left. */
  @AfterEach
  void end() throws IOException {
    factory.close();
    assertThat(root.resolve("overlays")).isEmptyDirectory();
  }

  private GrantedFork fork(GrantedVm source, int count) {
    ForkRequest request = new ForkRequest(source.lease().id(), count, null, "");
    GrantedFork fork = factory.cases().vms().fork(Peer.daemon(), request, soon());
    System.out.printf(
        "fork of %d: pause %d us, %d KiB written, %s%n",
        count, fork.pause().toNanos() / 1000, fork.writtenBytes() / 1024, fork.hops());
    return fork;
  }

  @Test
  void forksAndForksOfForksAreUnlikeAnyOther() {
    GrantedVm source = factory.get(any());
    List<GrantedVm> all = new ArrayList<>(List.of(source));
    List<GuestIdentity> seen = new ArrayList<>();
    try (GuestAgent connected = factory.agent(source)) {
      connected.awaitServing(soon());
      all.addAll(fork(source, 3).vms());
      all.addAll(fork(source, 1).vms());
      GrantedVm last = all.get(1);
      for (int depth = 0; depth < 3; depth++) {
        last = fork(last, 1).vms().get(0);
        all.add(last);
      }
      // The connection has lived through all of that. No guest has read its boot id before: a guest
      // that has keeps it, and so do its forks.
      GuestIdentity its = connected.identity(32, soon());
      assertThat(its.hostname()).isEqualTo(source.vm().hostname());
      seen.add(its);
    }
    for (GrantedVm fork : all.subList(1, all.size())) {
      RealFactory.Seen look = factory.look(fork);
      assertThat(look.clockOff()).isLessThan(Duration.ofSeconds(1));
      assertThat(look.identity().hostname()).isEqualTo(fork.vm().hostname());
      seen.add(look.identity());
    }
    assertThat(seen).hasSize(8);
    assertThat(seen).extracting(GuestIdentity::hostname).doesNotHaveDuplicates();
    assertThat(seen).extracting(GuestIdentity::machineId).doesNotHaveDuplicates();
    assertThat(seen).extracting(GuestIdentity::bootId).doesNotHaveDuplicates();
    assertThat(seen)
        .extracting(guest -> HexFormat.of().formatHex(guest.random()))
        .doesNotHaveDuplicates();
    all.forEach(factory::release);
  }

  /** On every port, the source's client has sent half of a message with data at that moment. */
  @Test
  void aForkHearsOnEveryPortAfterHalfMessages() throws IOException {
    GrantedVm source = factory.get(any());
    List<SocketChannel> clients = new ArrayList<>();
    try {
      for (Path port : source.vm().folder().agentSockets()) {
        SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(port));
        clients.add(client);
        client.write(ByteBuffer.wrap(call("grpc.Health", "Check", 0)));
        ByteBuffer answer = ByteBuffer.allocate(4096);
        assertThat(client.read(answer)).isPositive(); // the guest reads this port
        client.write(ByteBuffer.wrap(call("grpc.AgentService", "WriteStdin", 1000)));
      }
      GrantedVm fork = fork(source, 1).vms().get(0);
      for (Path port : fork.vm().folder().agentSockets()) {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(port))) {
          client.write(ByteBuffer.wrap(call("grpc.Health", "Check", 0)));
          ByteBuffer header = ByteBuffer.allocate(10);
          assertThat(client.read(header)).isEqualTo(10);
          assertThat(header.getInt(4)).isEqualTo(STREAM);
        }
      }
      factory.release(fork);
    } finally {
      for (SocketChannel client : clients) {
        client.close();
      }
    }
    factory.release(source);
  }

  /** Returns a ttRPC frame that calls a method, but without the last {@code lacking} bytes. */
  private static byte[] call(String service, String method, int lacking) {
    ByteBuffer frame = ByteBuffer.allocate(14 + service.length() + method.length());
    frame.putInt(frame.capacity() - 10 + lacking).putInt(STREAM).put((byte) 1).put((byte) 0);
    frame.put((byte) 0x0a).put((byte) service.length()).put(service.getBytes(UTF_8));
    frame.put((byte) 0x12).put((byte) method.length()).put(method.getBytes(UTF_8));
    return frame.array();
  }

  @Test
  void aVmThatWritesAllTheTimeIsForkedAndAllFileSystemsAreWhole() throws Exception {
    Path image = ext4(elsewhere.resolve("image"));
    byte[] before = Files.readAllBytes(image);
    GrantedVm source = factory.get(any());
    List<GrantedVm> forks = new ArrayList<>();
    try (GuestAgent agent = factory.agent(source)) {
      mount(agent, attach(source, image));
      AtomicBoolean enough = new AtomicBoolean();
      AtomicInteger written = new AtomicInteger();
      CompletableFuture<Void> first = new CompletableFuture<>();
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                while (!enough.get()) {
                  write(agent, written.getAndIncrement() % 16);
                  first.complete(null);
                }
              });
      soon().await(first, "the first write");
      for (int i = 0; i < 7; i++) { // the first fork merges layers
        factory.release(fork(source, 1).vms().get(0));
      }
      for (int i = 0; i < 3; i++) {
        int so = written.get();
        forks.addAll(fork(source, 1).vms());
        while (written.get() < so + 4 && !writer.isDone()) {
          Thread.onSpinWait(); // the source goes on
        }
      }
      GrantedVm child = fork(forks.get(0), 1).vms().get(0);
      forks.add(child);
      enough.set(true);
      soon().await(writer, "the writer to end");
      for (GrantedVm fork : forks) {
        try (GuestAgent its = factory.agent(fork)) {
          its.awaitServing(soon()); // at the port that the source's writer had in use
          write(its, 20);
          its.sandbox().destroy(soon());
        }
        check(fork, image);
      }
      agent.sandbox().destroy(soon());
    }
    forks.add(fork(source, 1).vms().get(0));
    check(forks.get(forks.size() - 1), image);
    assertThat(image).hasBinaryContent(before);
    factory.release(source);
    forks.forEach(factory::release);
  }

  /** Checks the file system of a fork, which has unmounted it. */
  private void check(GrantedVm fork, Path image) throws Exception {
    Path flat = elsewhere.resolve("flat");
    try (VmSnapshot snapshot = factory.fork(fork).snapshot(elsewhere, new Laps(), soon())) {
      FrozenDrive drive = snapshot.drives().get(0);
      List<Path> files =
          drive.files().stream()
              .map(Descriptor::number)
              .map(number -> Path.of("/proc/self/fd/" + number))
              .toList();
      assertThat(files.size()).isGreaterThanOrEqualTo(3);
      assertThat(files.get(0)).hasSameBinaryContentAs(image);
      Qcow2Chain.flatten(files, flat);
    }
    run("e2fsck", "-fn", flat.toString());
    assertThat(run("debugfs", "-R", "ls /", flat.toString())).contains("f1").contains("f2");
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static Path ext4(Path file) throws Exception {
    run("mke2fs", "-q", "-t", "ext4", "-N", "64", file.toString(), SMALL / 1024 + "k");
    return file;
  }

  private GrantedDrive attach(GrantedVm vm, Path file) throws IOException {
    Peer us = Peer.daemon();
    DriveRequest request =
        new DriveRequest(vm.lease().id(), file.toString(), DriveMode.OVERLAY, us);
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
}
