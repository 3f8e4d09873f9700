package io.vmfactory.harness.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.api.v1.VmState;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxFork;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests sandboxes whose VM stands still while their containers work. */
@Tag("qemu")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PausedSandboxIT {
  /** Counts on its output and, at each tenth number, in a file. */
  private static final String COUNT =
      "i=0; while :; do i=$((i+1)); echo $i; [ $((i%10)) != 0 ] ||"
          + " { echo $i >/data/n.new && mv /data/n.new /data/n; }; done";

  private Host host;
  private FactoryClient client;

  @BeforeEach
  void start() throws IOException {
    host = Host.make("").withTemplate();
    client = FactoryClient.open(host.settings().runtime().factorySocket());
  }

  @AfterEach
  void end() throws IOException {
    client.close();
    host.close();
    assertThat(host.vms()).isEmpty();
  }

  private static Deadline soon() {
    return Host.soon();
  }

  private static String said(Container container, Deadline deadline, String... command)
      throws IOException {
    ContainerProcess process = container.exec(p -> p.withArgs(List.of(command)), deadline);
    return new String(process.stdout().readAllBytes(), UTF_8).strip();
  }

  /**
   * Reads numbers that must follow each other: at least so many, and until one is greater than
   * {@code beyond}.
   */
  private static void consecutive(BufferedReader lines, int count, long beyond) throws IOException {
    long last = Long.parseLong(lines.readLine());
    for (int i = 0; i < count || last <= beyond; i++) {
      long next = Long.parseLong(lines.readLine());
      assertThat(next).isEqualTo(last + 1);
      last = next;
    }
  }

  private List<VmState> states() {
    return client.daemon().status(false, soon()).getVmsList().stream()
        .map(io.vmfactory.api.v1.Vm::getState)
        .toList();
  }

  @Test
  void itStandsStillAlsoForTheNextDaemonAndThenGoesOnWithTheRightTime() throws IOException {
    try (SandboxRuntime runtime = host.runtime();
        Sandbox sandbox = runtime.create(SandboxSpec.defaults(), soon())) {
      sandbox.start(soon());
      Container container =
          sandbox.createContainer(
              ContainerSpec.of(SandboxIT.command("/bin/sh", "-c", COUNT), host.rootfs())
                  .withId("c"),
              soon());
      container.start(soon());
      BufferedReader its =
          new BufferedReader(new InputStreamReader(container.process().stdout(), UTF_8));
      consecutive(its, 50, 0);
      runtime.pauseVm(sandbox.id(), soon());
      assertThat(states()).containsExactly(VmState.PAUSED);
      Deadline brief = Deadline.after(Duration.ofMillis(500));
      assertThatThrownBy(() -> said(container, brief, "/bin/echo", "x"))
          .isInstanceOf(DeadlineExceededException.class);
      host.killDaemon();
      host.withDaemon();
      assertThat(states()).containsExactly(VmState.PAUSED);
      fork(runtime, sandbox.id());
      runtime.resumeVm(sandbox.id(), null, soon());
      assertThat(states()).containsExactly(VmState.RUNNING);
      consecutive(its, 500, 0);
      Instant before = Instant.now();
      long clock = Long.parseLong(said(container, soon(), "/bin/busybox", "date", "+%s"));
      assertThat(Instant.ofEpochSecond(clock))
          .isBetween(before.minusSeconds(1), Instant.now().plusSeconds(1));
      sandbox.delete(soon());
    }
  }

  /** A clone runs and goes on from there; the source still stands still. */
  private void fork(SandboxRuntime runtime, String id) throws IOException {
    SandboxFork fork = runtime.fork(id, 1, Duration.ofMinutes(5), soon());
    try (Sandbox clone = runtime.fetch(fork.clones().get(0).id(), soon())) {
      Container same = clone.container("c", soon());
      long first = Long.parseLong(said(same, soon(), "/bin/cat", "/data/n"));
      BufferedReader its =
          new BufferedReader(new InputStreamReader(same.process().stdout(), UTF_8));
      consecutive(its, 500, first + 10); // the next tenth number is in the file then
      assertThat(Long.parseLong(said(same, soon(), "/bin/cat", "/data/n"))).isGreaterThan(first);
      assertThat(states()).containsExactlyInAnyOrder(VmState.PAUSED, VmState.RUNNING);
      clone.delete(soon());
    }
  }
}
