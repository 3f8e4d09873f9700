package io.vmfactory.harness.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.api.v1.Fork;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.Vm;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxFork;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestIdentity;
import io.vmfactory.guest.GuestNetwork.Nic;
import io.vmfactory.guest.oci.OciSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;

/** Forks one sandbox many times in one request, and compares all that makes a VM unique. */
final class ManyForks implements AutoCloseable {
  private static final Duration TTL = Duration.ofMinutes(10);
  private static final String SNAPSHOT = "/memfd:vmfactory-snapshot";
  private static final int RANDOM_BYTES = 32;

  /** What a process in a container reads: its last line is new at each read. */
  private static final String[] INSIDE = {
    "/bin/cat",
    "/run/vmfactory/generation",
    "/proc/sys/kernel/random/boot_id",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/random/uuid"
  };

  private final Host host;
  private final FactoryClient client;

  /** All that was seen, by its kind; in no kind may a value be there twice. */
  private final Map<String, List<String>> seen = new TreeMap<>();

  private ManyForks(Host host) {
    this.host = host;
    this.client = FactoryClient.open(host.settings().runtime().factorySocket());
  }

  static ManyForks start() throws IOException {
    String nics = OwnUser.isRoot() ? "nic_slots = 1" : "";
    ManyForks forks = new ManyForks(Host.make("", "default_memory = 128", nics).withTemplate());
    return forks;
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofMinutes(5));
  }

  /** Forks a sandbox with a container, and compares the clones. */
  void compare(int count) throws IOException {
    try (SandboxRuntime runtime = host.runtime();
        Sandbox source = runtime.create(SandboxSpec.defaults(), soon())) {
      source.start(soon());
      OciSpec sleep = SandboxIT.command("/bin/sleep", "1000");
      ContainerSpec spec = ContainerSpec.of(sleep, host.rootfs()).withId("c");
      source.createContainer(spec, soon()).start(soon());
      SandboxFork fork = runtime.fork(source.id(), count, TTL, soon());
      assertThat(fork.clones()).hasSize(count);
      assertOneMemory(count);
      for (SandboxFork.Clone clone : fork.clones()) {
        lookInside(runtime, clone);
        lookAt(clone);
      }
      assertDistinct(count);
      for (SandboxFork.Clone clone : fork.clones()) {
        runtime.fetch(clone.id(), soon()).delete(soon());
      }
      assertThat(host.vms()).as("the VMs but the source").hasSize(1);
    }
    assertThat(host.vms()).isEmpty();
    assertThat(client.daemon().status(false, soon()).getLeasesList()).isEmpty();
    assertThat(host.daemonHasOpen()).noneMatch(open -> open.startsWith(SNAPSHOT));
    assertThat(host.below("state/overlays")).isEmpty();
  }

  /** All clones map one copy of the source's memory, and none has written much of it. */
  private void assertOneMemory(int count) throws IOException {
    List<Vm> clones =
        client.daemon().status(true, soon()).getVmsList().stream()
            .filter(vm -> vm.getRoute() == Route.FORK)
            .toList();
    assertThat(clones).hasSize(count);
    Set<String> files = new HashSet<>();
    for (Vm clone : clones) {
      Files.readAllLines(Path.of("/proc/" + clone.getPid() + "/maps")).stream()
          .filter(line -> line.contains(SNAPSHOT))
          .map(line -> line.split(" +", -1)[4]) // inode
          .forEach(files::add);
      int written = clone.getMemory().getGuestPrivateKib();
      assertThat(written).as("KiB written by %s", clone.getId()).isBetween(1, 24 << 10);
    }
    assertThat(files).as("memory files that the clones start from").hasSize(1);
  }

  private void note(String kind, String value) {
    seen.computeIfAbsent(kind, none -> new ArrayList<>()).add(value);
  }

  private void lookInside(SandboxRuntime runtime, SandboxFork.Clone clone) throws IOException {
    try (Sandbox sandbox = runtime.fetch(clone.id(), soon())) {
      Container container = sandbox.container("c", soon());
      ContainerProcess process = container.exec(p -> p.withArgs(List.of(INSIDE)), soon());
      List<String> lines = new String(process.stdout().readAllBytes(), UTF_8).lines().toList();
      assertThat(lines).hasSize(INSIDE.length - 1);
      for (int i = 0; i < lines.size(); i++) {
        note(INSIDE[i + 1], lines.get(i));
      }
    }
  }

  private void lookAt(SandboxFork.Clone clone) {
    GetStatusResponse status = client.daemon().status(false, soon());
    Lease lease = only(status.getLeasesList(), Lease::getId, clone.leaseId());
    Vm vm = only(status.getVmsList(), Vm::getId, lease.getVmId());
    Fork known = Fork.newBuilder().setVm(vm).setLease(lease).build();
    note("VM", vm.getId());
    note("lease", lease.getId());
    try (GuestAgent agent = client.handle(known).agent(soon())) {
      GuestIdentity identity = agent.identity(RANDOM_BYTES, soon());
      assertThat(identity.hostname()).isEqualTo(vm.getHostname());
      note("host name", identity.hostname());
      note("machine id", identity.machineId());
      note("boot id", identity.bootId());
      note("random bytes", HexFormat.of().formatHex(identity.random()));
      agent.network().interfaces(soon()).stream()
          .filter(nic -> nic.device().startsWith("eth"))
          .map(Nic::mac)
          .forEach(mac -> note("MAC address", mac));
    }
  }

  private static <T> T only(List<T> all, Function<T, String> id, String wanted) {
    List<T> found =
        all.stream().filter(one -> id.apply(one).equals(wanted)).collect(Collectors.toList());
    assertThat(found).as(wanted).hasSize(1);
    return found.get(0);
  }

  private void assertDistinct(int count) {
    SoftAssertions all = new SoftAssertions();
    seen.forEach(
        (kind, values) -> {
          all.assertThat(values).as(kind).hasSize(count).doesNotHaveDuplicates();
        });
    all.assertThat(seen.containsKey("MAC address")).isEqualTo(OwnUser.isRoot());
    all.assertAll();
  }

  @Override
  public void close() throws IOException {
    client.close();
    host.close();
  }
}
