package io.vmfactory.harness.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Trees;
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

/** Tests sandboxes that are stored on disk while their containers work, and made again. */
@Tag("qemu")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SuspendedSandboxIT {
  /**
   * Counts: in memory, on its output and, at each tenth number, in a file; keeps a pattern in
   * memory, and ends with 7 if that changes.
   */
  private static final String COUNT =
      "p=$(busybox seq 1 20000 | busybox md5sum); l=$(busybox seq 1 20000); i=0; while :; do"
          + " i=$((i+1)); echo $i;"
          + " [ $((i%10)) != 0 ] || { echo $i >/data/n.new && mv /data/n.new /data/n; };"
          + " if [ $((i%500)) = 0 ]; then"
          + " [ \"$(echo \"$l\" | busybox md5sum)\" = \"$p\" ] || exit 7; fi;"
          + " [ -e /data/end ] && exit 3; done";

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

  private static String said(Container container, String... command) throws IOException {
    ContainerProcess process = container.exec(p -> p.withArgs(List.of(command)), soon());
    return new String(process.stdout().readAllBytes(), UTF_8).strip();
  }

  private static BufferedReader output(Container container) {
    return new BufferedReader(new InputStreamReader(container.process().stdout(), UTF_8));
  }

  private static long consecutive(BufferedReader lines, int count) throws IOException {
    long last = Long.parseLong(lines.readLine());
    for (int i = 0; i < count; i++) {
      long next = Long.parseLong(lines.readLine());
      assertThat(next).isEqualTo(last + 1);
      last = next;
    }
    return last;
  }

  private GetStatusResponse status() {
    return client.daemon().status(false, soon());
  }

  /** Starts a sandbox whose container counts, and loses it by suspending it from elsewhere. */
  private long suspended(String id) throws IOException {
    try (SandboxRuntime runtime = host.runtime();
        SandboxRuntime other = host.runtime()) {
      Sandbox sandbox = runtime.create(SandboxSpec.defaults().withId(id), soon());
      sandbox.start(soon());
      ContainerSpec spec =
          ContainerSpec.of(SandboxIT.command("/bin/sh", "-c", COUNT), host.rootfs()).withId("c");
      Container container = sandbox.createContainer(spec, soon());
      container.start(soon());
      BufferedReader its = output(container);
      long before = consecutive(its, 700);
      SuspendedMachine vm = other.suspendVm(id, Duration.ofHours(2), soon());
      assertThat(vm.diskKib()).isPositive();
      assertThatThrownBy(
              () -> soon().await(container.process().exited().toCompletableFuture(), "its end"))
          .isInstanceOf(SandboxException.class);
      return before;
    }
  }

  /** Resumes a sandbox and lets its container end by itself. */
  private void resumed(SandboxRuntime runtime, String id, long before) throws IOException {
    runtime.resumeVm(id, Duration.ofMinutes(5), soon());
    assertThat(status().getSuspendedList()).isEmpty();
    try (Sandbox sandbox = runtime.fetch(id, soon())) {
      Container container = sandbox.container("c", soon());
      assertThat(consecutive(output(container), 700)).isGreaterThan(before);
      Instant now = Instant.now();
      long clock = Long.parseLong(said(container, "/bin/busybox", "date", "+%s"));
      assertThat(Instant.ofEpochSecond(clock))
          .isBetween(now.minusSeconds(1), Instant.now().plusSeconds(1));
      assertThat(Long.parseLong(said(container, "/bin/cat", "/data/n"))).isGreaterThan(before);
      said(container, "/bin/busybox", "touch", "/data/end");
      int exit =
          soon().await(container.process().exited().toCompletableFuture(), "the container's end");
      assertThat(exit).isEqualTo(3);
      sandbox.delete(soon());
    }
  }

  @Test
  void itGoesOnAfterTheDaemonWasKilled() throws IOException {
    final long before = suspended("cold");
    assertThat(host.vms()).isEmpty();
    host.killDaemon();
    host.withDaemon();
    try (SandboxRuntime runtime = host.runtime()) {
      assertThat(runtime.suspended(soon())).extracting(SandboxStatus::id).containsExactly("cold");
      assertThatThrownBy(() -> runtime.fetch("cold", soon()).containers(soon()))
          .hasMessageContaining("vmfactory resume cold");
      resumed(runtime, "cold", before);
    }
    assertThat(status().getVmsList()).isEmpty();
  }

  @Test
  void itGoesOnAfterARebootAndOnceMore() throws IOException {
    long before = suspended("cold");
    host.killDaemon();
    Trees.delete(host.settings().runtime().sandboxDir());
    Trees.delete(host.folder().resolve("run"));
    host.withDaemon();
    try (SandboxRuntime runtime = host.runtime()) {
      runtime.resumeVm("cold", Duration.ofMinutes(5), soon());
      runtime.suspendVm("cold", null, soon());
      resumed(runtime, "cold", before);
    }
  }
}
