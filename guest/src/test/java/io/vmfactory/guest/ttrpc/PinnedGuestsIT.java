package io.vmfactory.guest.ttrpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.vmm.VmSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each guest that guest/image pins packages for, with its own kernel and crun: streams in both
 * directions, and programs that cannot be executed. {@code ./dev test} builds the guests.
 */
@Tag("qemu")
@Timeout(600)
final class PinnedGuestsIT {
  private static final Path TOP = Path.of(System.getProperty("vmfactory.top"));
  private static final Path PINS = TOP.resolve("guest/image");
  private static final String ROOT = "/run/rootfs";
  private static final int SIZE = 16 << 20;

  /** Returns the names of the files with pins. */
  static Stream<String> pins() throws IOException {
    try (Stream<Path> files = Files.list(PINS)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("pins(-[a-z]+)?"))
          .sorted()
          .toList()
          .stream();
    }
  }

  /** Returns the folder of a guest that was built. */
  private static Path image(String pins) {
    Path image =
        pins.equals("pins")
            ? TOP.resolve("dist/guest")
            : TOP.resolve("guest/target/" + pins.replace("pins", "guest"));
    assertThat(image.resolve("initrd"))
        .as("the guest of guest/image/%s: ./dev guests builds it", pins)
        .exists();
    return image;
  }

  @ParameterizedTest
  @MethodSource("pins")
  void streamsPassAndAProgramThatCannotBeExecutedIsAnswered(String pins, @TempDir Path dir)
      throws Exception {
    try (RealGuest guest = new RealGuest(dir, VmSpec.Devices.NONE, image(pins));
        GuestAgent agent = guest.agent()) {
      prepare(agent);
      assertThat(kernel(agent)).startsWith(pinned(pins, "linux-image"));
      pump(agent);
      refuse(agent);
    }
  }

  private static void prepare(GuestAgent agent) throws IOException {
    agent.awaitServing(RealGuest.soon());
    agent
        .sandbox()
        .create(new SandboxRequest("s", "pod", List.of(), List.of(), false), RealGuest.soon());
    copy(agent, "bin/busybox", 0755, Files.readAllBytes(Path.of("/usr/bin/busybox")));
    copy(agent, "garbage", 0755, new byte[] {1, 2, 3});
    copy(agent, "interpreted", 0755, "#!/no/such\n".getBytes(UTF_8));
    copy(agent, "plain", 0644, "#!/bin/busybox sh\n".getBytes(UTF_8));
  }

  private static void copy(GuestAgent agent, String path, int mode, byte[] bytes) {
    GuestFile file = new GuestFile(ROOT + "/" + path, mode, 0755, 0, 0, bytes);
    agent.sandbox().copyFile(file, RealGuest.soon());
  }

  /** Returns the version of a pinned package, without its revision. */
  private static String pinned(String pins, String name) throws IOException {
    return Files.readAllLines(PINS.resolve(pins)).stream()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields.length > 2 && fields[1].startsWith(name))
        .map(fields -> fields[1].replaceAll("^linux-image-(\\d+\\.\\d+).*", "$1"))
        .findFirst()
        .orElseThrow();
  }

  private static String kernel(GuestAgent agent) {
    create(agent, "kernel", "/bin/busybox", "uname", "-r");
    agent.containers().start("kernel", RealGuest.soon());
    String version = new String(all(agent, ProcessRef.first("kernel")), UTF_8);
    agent.containers().remove("kernel", Duration.ofSeconds(30), RealGuest.soon());
    return version;
  }

  private static void create(GuestAgent agent, String id, String... args) {
    OciSpec spec = OciSpec.standard().withRoot(ROOT, false).with(p -> p.withArgs(List.of(args)));
    agent.containers().create(new ContainerRequest(id, spec, List.of(), false), RealGuest.soon());
  }

  /** The first process and one that is executed beside it give back what they get, at once. */
  private static void pump(GuestAgent agent) {
    ProcessRef first = ProcessRef.first("cat");
    ProcessRef second = new ProcessRef("cat", "beside");
    create(agent, "cat", "/bin/busybox", "cat");
    agent.containers().start("cat", RealGuest.soon());
    agent
        .processes()
        .exec(second, agent.containers().process("cat", RealGuest.soon()), RealGuest.soon());
    CompletableFuture<Void> beside =
        CompletableFuture.runAsync(() -> passesBothWays(agent, second, 1, () -> {}));
    passesBothWays(agent, first, 2, beside::join); // its end would end the other one
    agent.containers().remove("cat", Duration.ofSeconds(30), RealGuest.soon());
  }

  private static void passesBothWays(
      GuestAgent agent, ProcessRef cat, long seed, Runnable beforeItsEnd) {
    byte[] bytes = new byte[SIZE];
    new Random(seed).nextBytes(bytes);
    CompletableFuture<byte[]> back = CompletableFuture.supplyAsync(() -> all(agent, cat));
    for (int at = 0; at < SIZE; ) {
      byte[] rest = Arrays.copyOfRange(bytes, at, Math.min(SIZE, at + (256 << 10)));
      at += agent.processes().write(cat, rest).toCompletableFuture().join();
    }
    beforeItsEnd.run();
    agent.processes().closeInput(cat, RealGuest.soon());
    assertThat(Arrays.mismatch(back.join(), bytes)).as("%s", cat).isEqualTo(-1);
    assertThat(agent.processes().exit(cat).toCompletableFuture().join()).isZero();
  }

  private static byte[] all(GuestAgent agent, ProcessRef process) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some;
    do {
      some = agent.processes().read(process, Output.STDOUT, 1 << 20).toCompletableFuture().join();
      all.writeBytes(some);
    } while (some.length > 0);
    return all.toByteArray();
  }

  /** The client learns it at the start, and the exit code is the one that shells give. */
  private static void refuse(GuestAgent agent) {
    List<String> files = List.of("/garbage", "/interpreted", "/plain");
    List<Integer> codes = List.of(7, 5, 7); // PERMISSION_DENIED, NOT_FOUND
    create(agent, "idle", "/bin/busybox", "sleep", "1000");
    agent.containers().start("idle", RealGuest.soon());
    for (int i = 0; i < files.size(); i++) {
      String file = files.get(i);
      ProcessRef beside = new ProcessRef("idle", "e" + i);
      assertRefused(codes.get(i), () -> starts(agent, file));
      assertRefused(codes.get(i), () -> executes(agent, beside, file));
    }
  }

  private static void starts(GuestAgent agent, String file) {
    try {
      create(agent, "refused", file);
      agent.containers().start("refused", RealGuest.soon());
    } finally {
      if (agent.containers().list(RealGuest.soon()).size() > 1) {
        agent.containers().remove("refused", Duration.ofSeconds(30), RealGuest.soon());
      }
    }
  }

  private static void executes(GuestAgent agent, ProcessRef ref, String file) {
    agent
        .processes()
        .exec(
            ref,
            agent.containers().process("idle", RealGuest.soon()).withArgs(List.of(file)),
            RealGuest.soon());
  }

  private static void assertRefused(int code, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(GuestException.class)
        .extracting(e -> ((GuestException) e).code())
        .isEqualTo(code);
  }
}
