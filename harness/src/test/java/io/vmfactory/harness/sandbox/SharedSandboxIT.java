package io.vmfactory.harness.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.api.v1.AttachNicResponse;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.client.EventWatch;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.client.sandbox.state.SandboxRecord.ContainerEntry;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo.State;
import io.vmfactory.guest.GuestNetwork.Nic;
import io.vmfactory.images.Image;
import io.vmfactory.images.RootfsImages;
import io.vmfactory.linux.PathLock;
import io.vmfactory.linux.TestNamespace;
import io.vmfactory.vmm.DriveMode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests what containers share with each other, with other processes, with the host and its
 * networks.
 */
@Tag("qemu")
@Timeout(300)
class SharedSandboxIT {
  private static final int MEBIBYTE = 1 << 20;
  private static final int LARGE = 32 * MEBIBYTE;
  private static final String COUNT =
      "i=0; while :; do echo $i; i=$((i + 1)); busybox usleep 10000; done";

  private static Host host;
  private SandboxRuntime runtime;

  @BeforeAll
  static void start() throws IOException {
    host = Host.make("", "nic_slots = 1").withTemplate();
  }

  @AfterAll
  static void end() throws IOException {
    host.close();
  }

  @BeforeEach
  void open() {
    runtime = host.runtime();
  }

  @AfterEach
  void close() throws IOException {
    runtime.close();
    assertThat(host.vms()).isEmpty();
  }

  private static Deadline soon() {
    return Host.soon();
  }

  private Sandbox started(SandboxSpec spec) {
    Sandbox sandbox = runtime.create(spec, soon());
    sandbox.start(soon());
    return sandbox;
  }

  private Sandbox started() {
    return started(SandboxSpec.defaults());
  }

  private static ContainerSpec shell(String script) {
    return ContainerSpec.of(SandboxIT.command("/bin/sh", "-c", script), host.rootfs());
  }

  private static Container started(Sandbox sandbox, ContainerSpec spec) {
    Container container = sandbox.createContainer(spec, soon());
    container.start(soon());
    return container;
  }

  private static String output(Sandbox sandbox, ContainerSpec spec) throws IOException {
    ContainerProcess process = started(sandbox, spec).process();
    String output = new String(process.stdout().readAllBytes(), UTF_8);
    assertThat(process.stderr().readAllBytes()).asString(UTF_8).isEmpty();
    return output;
  }

  private static FactoryClient client() {
    return FactoryClient.open(host.settings().runtime().factorySocket());
  }

  private static Lease lease(FactoryClient client, Sandbox sandbox) {
    String vm = sandbox.status(soon()).vm().id();
    return client.daemon().status(false, soon()).getLeasesList().stream()
        .filter(lease -> lease.getVmId().equals(vm))
        .findFirst()
        .orElseThrow();
  }

  /** Reads what a counting container prints: no number may be missing or come twice. */
  private static final class Numbers {
    private final BufferedReader lines;
    private int next;

    Numbers(Container container) {
      lines = new BufferedReader(new InputStreamReader(container.process().stdout(), UTF_8));
    }

    void read(int count) throws IOException {
      for (int i = 0; i < count; i++) {
        assertThat(lines.readLine()).isEqualTo(Integer.toString(next++));
      }
    }

    void readToTheEnd() throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        assertThat(line).isEqualTo(Integer.toString(next++));
      }
    }
  }

  @Test
  void aStreamOutlivesTheDaemonAndTheNextOneKeepsTheLease() throws Exception {
    Sandbox sandbox = started(SandboxSpec.defaults().withLeaseTtl(Duration.ofSeconds(6)));
    Numbers numbers = new Numbers(started(sandbox, shell(COUNT)));
    numbers.read(10);

    host.killDaemon();
    numbers.read(100);
    host.withDaemon();
    numbers.read(100);

    try (FactoryClient client = client()) {
      String id = lease(client, sandbox).getId();
      CompletableFuture<Event> renewed = new CompletableFuture<>();
      try (EventWatch watch =
          client.daemon().watch(event -> completeIfRenewed(renewed, event), soon())) {
        assertThat(soon().await(renewed, "the renewal").getLeaseId()).isEqualTo(id);
      }
    }
    assertThat(output(sandbox, shell("echo more"))).isEqualTo("more\n");
    numbers.read(100);
    sandbox.delete(soon());
    assertThat(host.vms()).isEmpty();
  }

  private static void completeIfRenewed(CompletableFuture<Event> renewed, Event event) {
    if (event.getKind() == Event.Kind.LEASE_RENEWED) {
      renewed.complete(event);
    }
  }

  @Test
  void anotherProcessOperatesItAndWhoChangesWaits() throws Exception {
    Sandbox sandbox = started(SandboxSpec.defaults().withId("shared"));
    Container main = started(sandbox, shell(COUNT).withId("main"));
    Numbers numbers = new Numbers(main);
    numbers.read(10);

    Process operator;
    BufferedReader said;
    try (PathLock changing = lock("shared")) {
      operator = operator();
      said = operator.inputReader(UTF_8);
      assertThat(said.readLine()).as(host::log).isEqualTo("RUNNING RUNNING");
      assertThat(said.readLine()).isEqualTo("hi");
      numbers.read(10);
      assertThat(said.readLine()).isEqualTo("BUSY");
    }
    assertThat(said.readLine()).isEqualTo("paused");
    assertThat(said.readLine()).isEqualTo("resumed");

    Operator.change(sandbox, host.rootfs(), "ours");
    assertThat(said.readLine()).as(host::log).isEqualTo("changed");
    numbers.read(10);
    String[] all = {"main", "ours", "theirs"};
    assertThat(sandbox.containers(soon())).extracting(Container::id).containsExactlyInAnyOrder(all);
    assertThat(store().read("shared").orElseThrow().containers())
        .extracting(ContainerEntry::id)
        .containsExactlyInAnyOrder(all);

    operator.getOutputStream().close();
    assertThat(said.readLine()).as(host::log).isEqualTo("gone");
    numbers.readToTheEnd();
    assertThat(main.process().await(soon())).isEqualTo(137);
    soon().await(operator.onExit(), "the operator's end");
    assertThat(main.status(soon()).state()).isEqualTo(State.STOPPED);
  }

  private static SandboxStore store() {
    return new SandboxStore(host.settings().runtime().sandboxDir());
  }

  private static PathLock lock(String id) {
    return store().lock(id, soon()).orElseThrow();
  }

  private static Process operator() throws IOException {
    return host.java(
        Operator.class,
        host.folder().resolve("vmfactory.toml").toString(),
        host.rootfs().path().toString());
  }

  @Test
  void containersSeeEachOthersProcessesOnlyWhenTheyShareThem() throws IOException {
    ContainerSpec sleeper =
        ContainerSpec.of(SandboxIT.command("/bin/sleep", "12345"), host.rootfs());
    Sandbox shared = started(SandboxSpec.defaults().withSharedPids(true));
    Container seen = started(shared, sleeper);
    assertThat(output(shared, shell("ps"))).contains("sleep 12345");
    assertThat(output(shared, shell("kill -9 $(ps | busybox awk '/sleep 1234[5]/ {print $1}')")))
        .isEmpty();
    assertThat(seen.process().await(soon())).isEqualTo(137);

    Sandbox apart = started();
    started(apart, sleeper);
    assertThat(output(apart, shell("ps"))).contains("ps").doesNotContain("12345");
  }

  @Test
  void hostNameDnsAndFileSystemsAreAsWished() throws IOException {
    Sandbox sandbox =
        started(
            SandboxSpec.defaults()
                .withHostname("web-1")
                .withDns(List.of("nameserver 10.9.0.1", "search example.org")));
    ContainerSpec plain =
        shell(
            """
            busybox hostname; cat /etc/resolv.conf; cat /data/etc/not-a-program
            (echo x > /data/etc/x) 2>/dev/null || echo read-only; busybox ls /data/etc
            head -c 1000000 /dev/zero > /tmp/fits && echo fits
            (head -c 2000000 /dev/zero > /tmp/fits) 2>/dev/null || echo full
            """);
    ContainerSpec spec =
        plain
            .withVolume(DiskImage.readOnly(host.rootfs().path()), "/data")
            .withScratch("/tmp", MEBIBYTE);
    assertThat(output(sandbox, spec))
        .isEqualTo(
            """
            web-1
            nameserver 10.9.0.1
            search example.org
            words
            read-only
            not-a-program
            fits
            full
            """);
    assertThat(output(sandbox, shell("busybox hostname; echo x > /data/x; cat /data/x")))
        .isEqualTo("web-1\nx\n");
  }

  @Test
  void whoReadsSlowlyHoldsTheContainerUpAndGetsAllOfIt() throws IOException {
    byte[] all = new byte[LARGE];
    new Random(2).nextBytes(all);
    Path tree = Files.createDirectory(host.folder().resolve("large"));
    Files.write(tree.resolve("random"), all);
    RootfsImages images =
        RootfsImages.open(host.folder().resolve("state/large"), 2L * LARGE, 2L * LARGE);
    try (Image image = images.fromDirectory(tree, soon())) {
      ContainerSpec spec =
          shell("exec busybox dd if=/data/random bs=65536")
              .withVolume(DiskImage.readOnly(image.path()), "/data");
      Container container = started(started(), spec);
      InputStream stdout = container.process().stdout();
      byte[] got = new byte[LARGE];
      assertThat(stdout.readNBytes(got, 0, MEBIBYTE)).isEqualTo(MEBIBYTE);

      assertThat(positionWhenItStopped(container)).isBetween((long) MEBIBYTE, 4L * MEBIBYTE);

      assertThat(stdout.readNBytes(got, MEBIBYTE, LARGE - MEBIBYTE)).isEqualTo(LARGE - MEBIBYTE);
      assertThat(stdout.read()).isEqualTo(-1);
      assertThat(Arrays.mismatch(got, all)).isEqualTo(-1);
      assertThat(container.process().await(soon())).isZero();
    }
  }

  /**
   * Returns how far the container has read its input when it gets no further. The rest of the input
   * has not left the client.
   */
  private static long positionWhenItStopped(Container container) throws IOException {
    String script =
        """
        at() { busybox awk '/^pos/ {print $2}' /proc/1/fdinfo/0; }
        while before=$(at); busybox usleep 300000; [ "$before" != "$(at)" ]; do :; done
        at
        """;
    ContainerProcess probe =
        container.exec(p -> p.withArgs(List.of("/bin/sh", "-c", script)), soon());
    return Long.parseLong(new String(probe.stdout().readAllBytes(), UTF_8).strip());
  }

  @Test
  void nulAndWhatIsNoUtf8PassAsTheyAre() throws IOException {
    String bytes = "'\\000a\\377\\376\\300\\200\\355\\240\\200\\360\\237\\000'";
    ContainerProcess process =
        started(started(), shell("printf %s; printf %s >&2".formatted(bytes, bytes))).process();
    byte[] expected = {
      0,
      'a',
      (byte) 0xff,
      (byte) 0xfe,
      (byte) 0xc0,
      (byte) 0x80,
      (byte) 0xed,
      (byte) 0xa0,
      (byte) 0x80,
      (byte) 0xf0,
      (byte) 0x9f,
      0
    };
    assertThat(process.stdout().readAllBytes()).isEqualTo(expected);
    assertThat(process.stderr().readAllBytes()).isEqualTo(expected);
  }

  @Test
  void whatCannotBeIsRefusedWithItsReason() throws IOException {
    Sandbox sandbox = started();
    Container container = started(sandbox, shell("exit 0").withId("twice"));
    assertThat(container.process().await(soon())).isZero();
    refuses(
        Reason.WRONG_STATE,
        "twice",
        () -> container.exec(p -> p.withArgs(List.of("/bin/echo")), soon()));
    refuses(
        Reason.ALREADY_EXISTS,
        "twice",
        () -> sandbox.createContainer(shell("exit 0").withId("twice"), soon()));
    Path huge = host.folder().resolve("huge.img");
    try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.setLength(65L << 30); // slots have 64 GiB
    }
    refuses(
        Reason.INVALID,
        "huge.img",
        () ->
            sandbox.createContainer(
                shell("exit 0").withVolume(DiskImage.readOnly(huge), "/data"), soon()));
    assertThat(output(sandbox, shell("echo fine"))).as("nothing is left of those").contains("fine");
  }

  private static void refuses(Reason reason, String name, Runnable what) {
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(what::run)
        .withMessageContaining(name)
        .returns(reason, SandboxException::reason);
  }

  @Test
  void aWritableFileIsOneSandboxesUntilItIsGivenBack() throws IOException {
    Path file = host.folder().resolve("writable.img");
    Files.copy(host.rootfs().path(), file);
    DiskImage writable = new DiskImage(file, DriveMode.WRITABLE, "ext4");
    ContainerSpec writer = shell("echo one > /data/tmp/x").withVolume(writable, "/data");
    ContainerSpec reader = shell("cat /data/tmp/x");
    Sandbox one = started();
    Sandbox other = started();
    Container first = started(one, writer);
    assertThat(first.process().await(soon())).isZero();

    refuses(Reason.IN_USE, "writable.img", () -> other.createContainer(writer, soon()));
    refuses(
        Reason.IN_USE,
        "writable.img",
        () -> other.createContainer(reader.withVolume(DiskImage.readOnly(file), "/data"), soon()));

    first.delete(soon());
    assertThat(output(other, reader.withVolume(writable, "/data"))).isEqualTo("one\n");
  }

  @Test
  void aContainerReachesTheNetworkOfItsNic() throws Exception {
    Sandbox sandbox = started();
    try (TestNamespace namespace = TestNamespace.make();
        FactoryClient client = client()) {
      AttachNicResponse nic =
          client
              .leases()
              .attachNic(lease(client, sandbox).getId(), namespace.path(), "web0", soon());
      namespace.run("ip", "address", "add", "10.9.0.1/24", "dev", "web0");
      sandbox
          .guest(soon())
          .network()
          .update(
              new Nic(nic.getGuestDevice(), "", List.of("10.9.0.2/24"), 0, "02:00:00:00:00:02"),
              soon());
      Process server = server(namespace);
      try {
        ContainerProcess talker =
            started(sandbox, shell("until busybox nc 10.9.0.1 7000; do busybox usleep 50000; done"))
                .process();
        // Not closed yet: the server ends as soon as the guest's side has, and could not answer.
        talker.stdin().write("from the guest\n".getBytes(UTF_8));
        talker.stdin().flush();
        assertThat(server.inputReader(UTF_8).readLine()).isEqualTo("from the guest");
        say("from the host\n", server.getOutputStream()); // whose end ends both
        assertThat(talker.stdout().readAllBytes()).asString(UTF_8).isEqualTo("from the host\n");
      } finally {
        soon().await(server.destroyForcibly().onExit(), "the server's end");
      }
    }
  }

  private static Process server(TestNamespace namespace) throws IOException {
    return new ProcessBuilder(
            "nsenter", "--net=" + namespace.path(), "busybox", "nc", "-l", "-p", "7000")
        .start();
  }

  private static void say(String text, OutputStream to) throws IOException {
    try (to) {
      to.write(text.getBytes(UTF_8));
    }
  }
}
