package io.vmfactory.client.sandbox;

import com.google.protobuf.ByteString;
import io.vmfactory.api.v1.SnapshotVmResponse;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.machine.AttachedDrive;
import io.vmfactory.client.machine.ForkedMachines;
import io.vmfactory.client.machine.Machine;
import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.machine.MachineRequest;
import io.vmfactory.client.machine.MachineSource;
import io.vmfactory.client.machine.SuspendedMachines;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestContainers;
import io.vmfactory.guest.GuestProcesses;
import io.vmfactory.guest.GuestSandbox;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** A source that always returns the same VM. Its process is this one, and its guest is scripted. */
final class FakeVms implements MachineSource {
  final Scripted<GuestContainers> containers = new Scripted<>(GuestContainers.class);
  final Scripted<GuestProcesses> processes = new Scripted<>(GuestProcesses.class);
  final Scripted<GuestSandbox> sandbox = new Scripted<>(GuestSandbox.class);
  final CompletableFuture<String> gone = new CompletableFuture<>();
  final Scripted<GuestAgent> agent =
      new Scripted<>(GuestAgent.class)
          .on("containers", none -> containers.it())
          .on("processes", none -> processes.it())
          .on("sandbox", none -> sandbox.it())
          .on("gone", none -> gone);
  private final MachineFacts facts = facts(VmId.random(), self());
  final Scripted<Machine> machine =
      new Scripted<>(Machine.class)
          .on("facts", none -> facts)
          .on("agent", none -> agent.it())
          .on("lost", none -> new CompletableFuture<String>())
          .on("attach", none -> attached())
          .on("template", none -> Optional.empty())
          .on("detach", arguments -> detached((String) arguments[0]));

  /** The ids of its drives. */
  final Set<String> drives = new TreeSet<>();

  /** What was asked for. */
  final List<MachineRequest> taken = new ArrayList<>();

  /** What was forked. */
  final List<String> forked = new ArrayList<>();

  /** The leases of the VMs that were taken over. */
  final List<String> takenOver = new ArrayList<>();

  /** The leases that were paused and resumed. */
  final List<String> rested = new ArrayList<>();

  /** Those that are suspended. */
  final FakeSuspensions suspended = new FakeSuspensions(rested);

  /** What was stored as a template. */
  final List<String> snapshots = new ArrayList<>();

  /** The cleared VMs: the id, and the pid if it was known. */
  final List<String> cleared = new ArrayList<>();

  static ProcessIdentity self() {
    try {
      return ProcessIdentity.of(Path.of("/proc", Long.toString(ProcessHandle.current().pid())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static MachineFacts facts(VmId id, ProcessIdentity process) {
    VmIdentity who = VmIdentity.of(id, process);
    Sizing size = new Sizing(1, 256);
    Path console = Path.of("/console");
    return new MachineFacts(who, "", List.of(), console, "COLD", "", size, "h", List.of());
  }

  private AttachedDrive attached() {
    AttachedDrive drive = new AttachedDrive("d" + drives.size(), "/dev/vda");
    drives.add(drive.id());
    return drive;
  }

  private Object detached(String id) {
    return drives.remove(id);
  }

  @Override
  public Machine take(MachineRequest wish, VmId directId, Deadline deadline) {
    taken.add(wish);
    return machine.it();
  }

  @Override
  public ForkedMachines fork(
      MachineFacts source, int count, Duration ttl, String owner, Deadline deadline) {
    forked.add(source.leaseId() + " x" + count + " " + owner);
    List<MachineFacts> clones =
        IntStream.range(0, count).mapToObj(i -> leased(VmId.random(), "lease" + i)).toList();
    return new ForkedMachines(clones, Duration.ofMillis(4));
  }

  /** Returns a VM of the daemon, whose process is this one. */
  static MachineFacts leased(VmId id, String lease) {
    MachineFacts direct = facts(id, self());
    return new MachineFacts(
        direct.who(),
        lease,
        direct.agents(),
        direct.console(),
        "FORK",
        "",
        direct.sizing(),
        "vm-" + id.shortened(),
        List.of());
  }

  @Override
  public void pause(MachineFacts machine, Deadline deadline) {
    rested.add("pause " + machine.leaseId());
  }

  @Override
  public SuspendedMachines suspended() {
    return suspended;
  }

  @Override
  public SnapshotVmResponse snapshot(
      MachineFacts source,
      String name,
      Map<String, String> labels,
      byte[] description,
      Deadline deadline) {
    snapshots.add(source.leaseId() + " as " + name + " " + new TreeMap<>(labels));
    Template.Builder template =
        Template.newBuilder()
            .setName(name)
            .setVersion(snapshots.size())
            .setDescription(ByteString.copyFrom(description));
    return SnapshotVmResponse.newBuilder().setTemplate(template).setPauseMicros(2000).build();
  }

  @Override
  public Machine open(MachineFacts facts) {
    return machine.it();
  }

  @Override
  public Machine takeOver(MachineFacts facts, Deadline deadline) {
    takenOver.add(facts.leaseId());
    return machine.it();
  }

  @Override
  public void clear(VmId directId, MachineFacts recorded, Deadline deadline) {
    cleared.add(directId.value() + (recorded == null ? "" : " " + recorded.who().pid()));
  }

  @Override
  public void close() {}
}
