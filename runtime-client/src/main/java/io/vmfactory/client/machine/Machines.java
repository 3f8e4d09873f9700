package io.vmfactory.client.machine;

import com.google.protobuf.ByteString;
import io.vertx.core.Vertx;
import io.vmfactory.api.v1.Endpoints;
import io.vmfactory.api.v1.Fork;
import io.vmfactory.api.v1.ForkVmResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.Hop;
import io.vmfactory.api.v1.SnapshotVmRequest;
import io.vmfactory.api.v1.SnapshotVmResponse;
import io.vmfactory.api.v1.Vm;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.client.InstalledAgents;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.RuntimeConfig.OnFactoryDown;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmProcessTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes VMs from the daemon or boots them in this process, as configured. */
public final class Machines implements MachineSource {
  private static final Logger LOG = LoggerFactory.getLogger(Machines.class);
  private static final String UNIX = "unix://";
  private static final Duration RELEASE_LIMIT = Duration.ofSeconds(30);

  private final RuntimeConfig config;
  private final StreamSockets sockets = new StreamSockets();
  private final VmProcessTable processes;
  private final FactoryClient factory;
  private final Agents agents;
  private final DirectBoot direct;

  /**
   * @param vertx the event loops, which the caller closes
   */
  public Machines(RuntimeConfig config, QemuConfig qemu, Vertx vertx) {
    this.config = config;
    this.processes = new VmProcessTable(VmProcessTable.PROC, qemu.isolation());
    this.factory = FactoryClient.open(vertx, config.factorySocket());
    this.agents = InstalledAgents.over(sockets)::greet;
    this.direct = new DirectBoot(qemu, config.sandboxDir(), agents);
  }

  @Override
  public Machine take(MachineRequest wanted, VmId directId, Deadline deadline) {
    DirectVmFolders place = DirectVmFolders.of(directId, config);
    if (!wanted.template().isEmpty()) {
      return lease(wanted, deadline);
    }
    if (!config.enableTemplate()) {
      return direct.boot(place, wanted, "", deadline);
    }
    try {
      return lease(wanted, deadline);
    } catch (FactoryException e) {
      if (!isDown(e) || config.onFactoryDown() != OnFactoryDown.DIRECT) {
        throw e;
      }
      LOG.warn("Booting VM {} directly (on_factory_down): {}", directId, e.getMessage());
      return direct.boot(place, wanted, String.valueOf(e.getMessage()), deadline);
    }
  }

  private static boolean isDown(FactoryException e) {
    return e.code() == Code.NOT_RUNNING || e.code() == Code.UNAVAILABLE;
  }

  private Machine lease(MachineRequest wanted, Deadline deadline) {
    VmHandle handle = factory.getVm(request(wanted), deadline);
    try {
      return LeasedMachine.own(
          facts(handle.granted()), factory.leases(), processes, agents, handle);
    } catch (RuntimeException | Error e) {
      handle.close();
      throw e;
    }
  }

  @Override
  public ForkedMachines fork(
      MachineFacts source, int count, @Nullable Duration ttl, String owner, Deadline deadline) {
    ForkVmResponse reply = factory.leases().fork(source.leaseId(), count, ttl, owner, deadline);
    try {
      return new ForkedMachines(
          reply.getForksList().stream().map(Machines::facts).toList(),
          Duration.ofNanos(reply.getPauseMicros() * 1000L));
    } catch (RuntimeException | Error e) {
      reply.getForksList().forEach(fork -> release(fork, e));
      throw e;
    }
  }

  @Override
  public SnapshotVmResponse snapshot(
      MachineFacts source,
      String name,
      Map<String, String> labels,
      byte[] description,
      Deadline deadline) {
    SnapshotVmRequest request =
        SnapshotVmRequest.newBuilder()
            .setLeaseId(source.leaseId())
            .setName(name)
            .putAllLabels(labels)
            .setDescription(ByteString.copyFrom(description))
            .build();
    return factory.templates().snapshot(request, deadline);
  }

  private void release(Fork fork, Throwable cause) {
    try {
      factory.leases().release(fork.getLease().getId(), Deadline.after(RELEASE_LIMIT));
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public SuspendedMachines suspended() {
    return new DaemonSuspensions(factory);
  }

  @Override
  public void pause(MachineFacts machine, Deadline deadline) {
    factory.leases().pause(machine.leaseId(), deadline);
  }

  private static GetVmRequest request(MachineRequest wanted) {
    GetVmRequest.Builder request =
        GetVmRequest.newBuilder()
            .setHostname(wanted.hostname())
            .setOwner(wanted.owner())
            .addAllRoutes(wanted.routes())
            .setTemplate(wanted.template());
    if (wanted.vcpus() > 0) {
      request.setVcpus(wanted.vcpus());
    }
    if (wanted.memoryMib() > 0) {
      request.setMemoryMib(wanted.memoryMib());
    }
    if (wanted.leaseTtl() != null) {
      request.setLeaseTtl(
          com.google.protobuf.Duration.newBuilder()
              .setSeconds(wanted.leaseTtl().toSeconds())
              .setNanos(wanted.leaseTtl().toNanosPart()));
    }
    return request.build();
  }

  private static MachineFacts facts(GetVmResponse granted) {
    String reason = granted.getRouteReason();
    return facts(granted.getVm(), granted.getLease().getId(), reason, granted.getHopsList());
  }

  private static MachineFacts facts(Fork fork) {
    return facts(fork.getVm(), fork.getLease().getId(), "", fork.getHopsList());
  }

  static MachineFacts facts(Vm vm, String leaseId, String reason, List<Hop> hops) {
    return new MachineFacts(
        identity(vm),
        leaseId,
        ports(vm.getEndpoints()),
        Path.of(vm.getEndpoints().getConsole()),
        vm.getRoute().name(),
        reason,
        new Sizing(vm.getVcpus(), vm.getMemoryMib()),
        vm.getHostname(),
        hops.stream().map(Machines::lap).toList());
  }

  private static VmIdentity identity(Vm vm) {
    try {
      Path process = VmProcessTable.PROC.resolve(Integer.toString(vm.getPid()));
      return VmIdentity.of(new VmId(vm.getId()), ProcessIdentity.seen(process));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot see process %d of VM %s; is the daemon on this host?"
              .formatted(vm.getPid(), vm.getId()),
          e);
    }
  }

  private static List<Path> ports(Endpoints endpoints) {
    List<String> ports =
        endpoints.getAgentsCount() > 0 ? endpoints.getAgentsList() : List.of(endpoints.getAgent());
    return ports.stream().map(port -> Path.of(port.substring(UNIX.length()))).toList();
  }

  private static Lap lap(Hop hop) {
    return new Lap(hop.getName(), Duration.ofNanos(hop.getMicros() * 1000L));
  }

  @Override
  public Machine open(MachineFacts facts) {
    return facts.direct()
        ? new ForeignMachine(facts, DirectVmFolders.of(facts.who().id(), config), processes, agents)
        : LeasedMachine.others(facts, factory.leases(), processes, agents);
  }

  @Override
  public Machine takeOver(MachineFacts facts, Deadline deadline) {
    if (facts.direct()) {
      return direct.takeOver(DirectVmFolders.of(facts.who().id(), config), facts, deadline);
    }
    return LeasedMachine.takenOver(
        facts, factory.leases(), processes, agents, factory.takeOver(facts.leaseId()));
  }

  @Override
  public void clear(VmId directId, @Nullable MachineFacts recorded, Deadline deadline) {
    VmIdentity who = recorded == null ? null : recorded.who();
    DirectVmFolders.of(directId, config).clear(processes, who, deadline);
  }

  @Override
  public void close() {
    direct.close();
    factory.close();
    sockets.close();
  }
}
