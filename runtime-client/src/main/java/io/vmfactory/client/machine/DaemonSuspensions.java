package io.vmfactory.client.machine;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.vmfactory.api.v1.ResumeVmResponse;
import io.vmfactory.api.v1.SuspendVmRequest;
import io.vmfactory.api.v1.SuspendedVm;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.Sizing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The suspended VMs that the daemon has. */
record DaemonSuspensions(FactoryClient factory) implements SuspendedMachines {
  @Override
  public SuspendedMachine suspend(
      MachineFacts machine, Inside inside, @Nullable Duration ttl, Deadline deadline) {
    SuspendVmRequest.Builder request =
        SuspendVmRequest.newBuilder()
            .setLeaseId(machine.leaseId())
            .putAllLabels(inside.labels())
            .setDescription(ByteString.copyFrom(inside.description()));
    if (ttl != null) {
      request.setTtl(
          com.google.protobuf.Duration.newBuilder()
              .setSeconds(ttl.toSeconds())
              .setNanos(ttl.toNanosPart()));
    }
    return machine(factory.leases().suspend(request.build(), deadline).getSuspended());
  }

  private static SuspendedMachine machine(SuspendedVm vm) {
    return new SuspendedMachine(
        vm.getLease().getId(),
        vm.getLabelsMap(),
        at(vm.getSuspendedAt()),
        at(vm.getLease().getExpiresAt()),
        vm.getDiskKib(),
        new Sizing(vm.getVcpus(), vm.getMemoryMib()),
        vm.getHostname());
  }

  private static Instant at(Timestamp at) {
    return Instant.ofEpochSecond(at.getSeconds(), at.getNanos());
  }

  @Override
  public List<SuspendedMachine> list(Deadline deadline) {
    return factory.daemon().status(false, deadline).getSuspendedList().stream()
        .map(DaemonSuspensions::machine)
        .toList();
  }

  @Override
  public Resumed resume(String leaseId, @Nullable Duration ttl, Deadline deadline) {
    ResumeVmResponse reply = factory.leases().resume(leaseId, ttl, deadline);
    MachineFacts facts =
        Machines.facts(reply.getVm(), reply.getLease().getId(), "", reply.getHopsList());
    return new Resumed(facts, reply.getDescription().toByteArray());
  }

  @Override
  public void delete(String leaseId, Deadline deadline) {
    factory.leases().release(leaseId, deadline);
  }
}
