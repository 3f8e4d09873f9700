package io.vmfactory.harness.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.api.v1.ForkVmResponse;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.VmHandle;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxFork;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.GuestAgent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests clones of sandboxes whose containers work all the time, and daemons killed meanwhile. */
@Tag("qemu")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SandboxForkIT {
  /** Counts in its memory, in its output and, at each hundredth number, in a file. */
  private static final String COUNT =
      "i=0; while :; do i=$((i+1)); echo $i; [ $((i%100)) != 0 ] ||"
          + " { echo $i > /data/n.new && mv /data/n.new /data/n; }; done";

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
    assertThat(host.below("state/overlays")).isEmpty();
  }

  private static Deadline soon() {
    return Host.soon();
  }

  @Test
  void whatRunsInASandboxRunsInItsClonesAndGoesOnInAll() throws IOException {
    try (SandboxRuntime runtime = host.runtime();
        Sandbox source = runtime.create(SandboxSpec.defaults(), soon())) {
      source.start(soon());
      Container container =
          source.createContainer(
              ContainerSpec.of(SandboxIT.command("/bin/sh", "-c", COUNT), host.rootfs())
                  .withId("c"),
              soon());
      container.start(soon());
      BufferedReader its = reader(container.process().stdout());
      consecutive(its, 200, 0);
      SandboxFork fork = runtime.fork(source.id(), 2, Duration.ofMinutes(5), soon());
      SandboxFork child = runtime.fork(fork.clones().get(0).id(), 1, Duration.ofMinutes(5), soon());
      List<SandboxFork.Clone> clones = new ArrayList<>(fork.clones());
      clones.addAll(child.clones());
      Set<String> names = new HashSet<>(Set.of(word(container, "/bin/busybox", "hostname")));
      for (SandboxFork.Clone clone : clones) {
        try (Sandbox sandbox = runtime.fetch(clone.id(), soon())) {
          Container same = sandbox.container("c", soon());
          assertThat(same.status(soon()).state()).isEqualTo(ContainerInfo.State.RUNNING);
          assertThat(same.processes(soon())).isNotEmpty();
          long before = Long.parseLong(word(same, "/bin/cat", "/data/n"));
          consecutive(reader(same.process().stdout()), 2000, before + 100);
          assertThat(Long.parseLong(word(same, "/bin/cat", "/data/n"))).isGreaterThan(before);
          assertThat(names.add(word(same, "/bin/busybox", "hostname"))).isTrue();
          same.kill(9, soon());
          assertThat(same.process().await(soon())).isEqualTo(137);
          sandbox.delete(soon());
        }
      }
      consecutive(its, 2000, 0);
      assertThat(container.status(soon()).state()).isEqualTo(ContainerInfo.State.RUNNING);
    }
    assertThat(host.vms()).isEmpty();
  }

  private static BufferedReader reader(InputStream output) {
    return new BufferedReader(new InputStreamReader(output, UTF_8));
  }

  /**
   * Reads numbers that must follow each other: at least so many, and until one is greater than
   * {@code beyond}. The first line may be the end of a number.
   */
  private static void consecutive(BufferedReader lines, int count, long beyond) throws IOException {
    lines.readLine();
    long last = Long.parseLong(lines.readLine());
    for (int i = 0; i < count || last <= beyond; i++) {
      long next = Long.parseLong(lines.readLine());
      assertThat(next).isEqualTo(last + 1);
      last = next;
    }
  }

  private static String word(Container container, String... command) throws IOException {
    ContainerProcess process = container.exec(p -> p.withArgs(List.of(command)), soon());
    return new String(process.stdout().readAllBytes(), UTF_8).strip();
  }

  @Test
  void aDaemonThatIsKilledMeanwhileLeavesTheSourceRunningAndNothingHalfMade() throws Exception {
    VmHandle source = client.getVm(GetVmRequest.getDefaultInstance(), soon());
    try (GuestAgent agent = source.agent(soon())) {
      for (int enough = 0; enough < 6; enough++) {
        final int seen = enough;
        CompletableFuture<ForkVmResponse> fork =
            CompletableFuture.supplyAsync(
                () -> client.leases().fork(source.lease().getId(), 5, null, "", soon()));
        while (host.vms().size() < 1 + seen && !fork.isDone()) {
          Thread.onSpinWait(); // with none more: while the snapshot is taken, or before
        }
        host.killDaemon();
        assertThat(fork.handle((reply, failure) -> failure).get(60, TimeUnit.SECONDS))
            .satisfiesAnyOf(
                failure -> assertThat(failure).isNull(),
                failure -> assertThat(failure).hasCauseInstanceOf(FactoryException.class));
        host.withDaemon();
        GetStatusResponse status = client.daemon().status(false, soon());
        assertThat(agent.metrics(soon())).contains("MemTotal");
        assertThat(status.getLeasesList())
            .extracting(Lease::getId)
            .contains(source.lease().getId());
        Set<String> leased =
            status.getLeasesList().stream().map(Lease::getVmId).collect(Collectors.toSet());
        assertThat(host.vms()).as(host.log()).hasSize(leased.size());
        status.getLeasesList().stream()
            .map(Lease::getId)
            .filter(id -> !id.equals(source.lease().getId()))
            .forEach(id -> client.leases().release(id, soon()));
        assertThat(host.below("state/overlays")).isEmpty();
      }
      assertThat(client.leases().fork(source.lease().getId(), 1, null, "", soon()).getForksCount())
          .isEqualTo(1);
    }
    client
        .daemon()
        .status(false, soon())
        .getLeasesList()
        .forEach(lease -> client.leases().release(lease.getId(), soon()));
  }
}
