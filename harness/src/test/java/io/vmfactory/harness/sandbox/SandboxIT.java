package io.vmfactory.harness.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.client.sandbox.SandboxVm;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerInfo.State;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.ResourceLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests every verb with a real daemon, real QEMU and the real guest. */
@Tag("qemu")
class SandboxIT {
  private static Host host;
  private SandboxRuntime runtime;
  private Sandbox sandbox;

  @BeforeAll
  static void start() throws IOException {
    host = Host.make("").withTemplate();
  }

  @AfterAll
  static void end() throws IOException {
    host.close();
  }

  @BeforeEach
  void sandbox() {
    runtime = host.runtime();
    sandbox = runtime.create(SandboxSpec.defaults(), soon());
    sandbox.start(soon());
  }

  @AfterEach
  void close() throws IOException {
    runtime.close();
    assertThat(host.vms()).isEmpty();
  }

  private static Deadline soon() {
    return Host.soon();
  }

  static OciSpec command(String... args) {
    return OciSpec.standard().with(process -> process.withArgs(List.of(args)));
  }

  private Container container(String... args) {
    return sandbox.createContainer(ContainerSpec.of(command(args), host.rootfs()), soon());
  }

  private Container started(String... args) {
    Container container = container(args);
    container.start(soon());
    return container;
  }

  private static String output(Container container) throws IOException {
    return new String(container.process().stdout().readAllBytes(), UTF_8);
  }

  @Test
  void aCommandRunsItsOutputComesItsStatusIsKept() throws IOException {
    Container container = container("/bin/sh", "-c", "echo out; echo err >&2; exit 7");
    assertThat(container.status(soon()).state()).isEqualTo(State.CREATED);

    container.start(soon());

    assertThat(output(container)).isEqualTo("out\n");
    assertThat(container.process().stderr().readAllBytes()).asString().isEqualTo("err\n");
    assertThat(container.process().await(soon())).isEqualTo(7);
    ContainerInfo info = container.status(soon());
    assertThat(info.state()).isEqualTo(State.STOPPED);
    assertThat(info.exitStatus()).isEqualTo(7);
    assertThat(container.stop(Duration.ofSeconds(1), soon())).isEqualTo(7);

    container.delete(soon());
    assertThat(sandbox.containers(soon())).isEmpty();
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> sandbox.container(container.id(), soon()))
        .returns(Reason.NOT_FOUND, SandboxException::reason);
  }

  @Test
  void aMebibyteOfRandomBytesComesBackUnchanged() throws IOException {
    byte[] sent = new byte[1 << 20];
    new Random(1).nextBytes(sent);
    Container container = started("/bin/cat");

    CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(container, sent));
    byte[] received = container.process().stdout().readAllBytes();

    assertThat(received).isEqualTo(sent);
    soon().await(writing, "the writer");
    assertThat(container.process().await(soon())).isZero();
  }

  private static void write(Container container, byte[] bytes) {
    try (OutputStream in = container.process().stdin()) {
      in.write(bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void moreThanFitsAnywhereGoesIn() throws IOException {
    Container container = started("/bin/busybox", "wc", "-c");
    byte[] mebibyte = new byte[1 << 20];
    try (OutputStream in = container.process().stdin()) {
      for (int i = 0; i < 64; i++) {
        in.write(mebibyte);
      }
    }
    assertThat(output(container).strip()).isEqualTo(Long.toString(64L << 20));
  }

  @Test
  void theDrivesOfDeletedContainersAreUsedAgain() throws IOException {
    for (int i = 0; i < 6; i++) {
      Container container = started("/bin/echo", "round " + i);
      assertThat(output(container)).isEqualTo("round " + i + "\n");
      container.delete(soon());
    }
  }

  @Test
  void aMissingFileOrOneThatIsNoProgramIsReported() {
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> started("/bin/nothing"))
        .returns(Reason.COMMAND_NOT_FOUND, SandboxException::reason);
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> started("/etc/not-a-program"))
        .returns(Reason.NOT_EXECUTABLE, SandboxException::reason);
    Container sleeper = started("/bin/sleep", "1000");
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> exec(sleeper, "/bin/nothing"))
        .returns(Reason.COMMAND_NOT_FOUND, SandboxException::reason);
  }

  private static ContainerProcess exec(Container container, String... args) {
    return container.exec(p -> p.withArgs(List.of(args)), soon());
  }

  @Test
  void moreProcessesRunBesideTheFirst() throws IOException {
    Container container = started("/bin/sleep", "1000");
    ContainerProcess process = exec(container, "/bin/sh", "-c", "read x; echo got $x; exit 3");
    process.stdin().write("this\n".getBytes(UTF_8));
    assertThat(process.stdout().readAllBytes()).asString().isEqualTo("got this\n");
    assertThat(process.await(soon())).isEqualTo(3);

    ContainerProcess other = exec(container, "/bin/sleep", "1000");
    other.signal(9, soon());
    assertThat(other.await(soon())).isEqualTo(137);
    assertThat(container.processes(soon())).hasSize(1);

    container.kill(9, soon());
    assertThat(container.process().await(soon())).isEqualTo(137);
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> exec(container, "/bin/echo"))
        .returns(Reason.WRONG_STATE, SandboxException::reason);
  }

  @Test
  void containersShareTheirLoopback() throws IOException {
    Container server =
        started("/bin/sh", "-c", "echo up; echo hello | busybox nc -l -p 7000 -w 20");
    assertThat(server.process().stdout().read()).isEqualTo('u');
    Container client =
        started("/bin/sh", "-c", "until busybox nc 127.0.0.1 7000; do busybox usleep 50000; done");
    assertThat(output(client)).isEqualTo("hello\n");
  }

  @Test
  void statsLimitsPauseAndResume() {
    Container container = started("/bin/sleep", "1000");
    assertThat(container.stats(soon()).memory().usage()).isPositive();
    container.update(new ResourceLimits(16L << 20, null, null, null, 10L), soon());
    assertThat(container.stats(soon()).memory().limit()).isEqualTo(16L << 20);
    assertThat(container.stats(soon()).pidsLimit()).isEqualTo(10);

    container.pause(soon());
    assertThat(container.status(soon()).state()).isEqualTo(State.PAUSED);
    container.resume(soon());
    assertThat(container.status(soon()).state()).isEqualTo(State.RUNNING);

    sandbox.pause(soon());
    assertThat(container.status(soon()).state()).isEqualTo(State.PAUSED);
    assertThat(sandbox.status(soon()).state()).isEqualTo(SandboxStatus.State.PAUSED);
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> container("/bin/echo"))
        .returns(Reason.WRONG_STATE, SandboxException::reason);
    sandbox.resume(soon());
    assertThat(container.status(soon()).state()).isEqualTo(State.RUNNING);
  }

  @Test
  void aProcessThatTheKernelEndsForLackOfMemoryIsReportedSo() {
    OciSpec spec =
        command("/bin/busybox", "tail", "/dev/zero")
            .withLimits(new ResourceLimits(16L << 20, null, null, null, null));
    Container container = sandbox.createContainer(ContainerSpec.of(spec, host.rootfs()), soon());
    container.start(soon());

    assertThat(container.process().await(soon())).isEqualTo(137);
    assertThat(container.status(soon()).oomKilled()).isTrue();
  }

  @Test
  void theExampleOfTheManualRuns() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        Embedding.run(
            host.settings(),
            host.folder().resolve("tree"),
            List.of("/bin/sh", "-c", "echo embedded; exit 5"),
            new PrintStream(out));
    assertThat(out).hasToString("embedded\n");
    assertThat(status).isEqualTo(5);
  }

  @Test
  void aStoppedSandboxStartsAgainWithAnotherVm() throws IOException {
    SandboxVm first = sandbox.status(soon()).vm();
    sandbox.stop(soon());
    assertThat(sandbox.status(soon()).vm()).isNull();
    assertThat(host.vms()).isEmpty();

    sandbox.start(soon());

    assertThat(sandbox.status(soon()).vm().id()).isNotEqualTo(first.id());
    assertThat(output(started("/bin/echo", "again"))).isEqualTo("again\n");
  }

  @Test
  void aVmThatDiesEndsItsStreamsWithAWord() throws IOException {
    Container container = started("/bin/cat");
    InputStream stdout = container.process().stdout();
    var exited = container.process().exited();
    ProcessHandle.of(sandbox.status(soon()).vm().pid()).orElseThrow().destroyForcibly();

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(stdout::read)
        .withMessageContaining("the VM of sandbox " + sandbox.id() + " is gone");
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> soon().await(exited, "the end"))
        .returns(Reason.LOST, SandboxException::reason);
    assertThat(soon().await(sandbox.lost(), "the loss")).isNotEmpty();
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> container.status(soon()))
        .returns(Reason.LOST, SandboxException::reason);
    assertThat(sandbox.status(soon()).state()).isEqualTo(SandboxStatus.State.LOST);
    sandbox.delete(soon());
    assertThat(runtime.list(soon())).isEmpty();
  }
}
