package io.vmfactory.factory.grpc;

import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.Failure;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Hypervisor;
import io.vmfactory.api.v1.Protection;
import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.calls.Wire;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.events.RecordedFailure;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.HypervisorInfo;

/** Converts the daemon's status and its events to messages. */
final class StatusProtos {
  private StatusProtos() {}

  static GetStatusResponse status(Status status, DaemonFacts facts) {
    GetStatusResponse.Builder reply =
        GetStatusResponse.newBuilder()
            .setVersion(facts.version())
            .setPid((int) ProcessHandle.current().pid())
            .setStartedAt(Wire.at(status.startedAt()))
            .setOn(status.on())
            .setHypervisor(hypervisor(status.hypervisor()))
            .addAllPools(PoolProtos.pools(status.pools()))
            .setMemoryBudget(PoolProtos.budget(status.pools(), facts.pool()))
            .setRestores(PoolProtos.restores(status.restores()));
    status
        .templates()
        .forEach(t -> reply.addTemplates(TemplateProtos.template(t, status.defaultKeys())));
    status.vms().forEach(vm -> reply.addVms(VmProtos.vm(vm)));
    status.baseVms().forEach(vm -> reply.addBaseVms(VmProtos.vm(vm)));
    status.suspended().forEach(vm -> reply.addSuspended(SuspendProtos.vm(vm)));
    status.leases().forEach(lease -> reply.addLeases(VmProtos.lease(lease)));
    status.failures().forEach(failure -> reply.addFailures(failure(failure)));
    status.served().forEach((route, count) -> reply.putServed(route.name(), count));
    return reply.build();
  }

  static Event event(Events.Event event) {
    return Event.newBuilder()
        .setSeq(event.seq())
        .setAt(Wire.at(event.at()))
        .setKind(Event.Kind.valueOf(event.kind().name()))
        .setVmId(event.vmId())
        .setLeaseId(event.leaseId())
        .setTemplateKey(event.templateKey())
        .setDetail(event.detail())
        .build();
  }

  private static Hypervisor hypervisor(HypervisorInfo info) {
    return Hypervisor.newBuilder()
        .setPath(info.program().toString())
        .setVersion(info.version())
        .setAccelerator(info.accelerator().label())
        .setAcceleratorReason(info.acceleratorReason())
        .addAllProtections(info.protections().stream().map(StatusProtos::protection).toList())
        .build();
  }

  private static Protection protection(Capability found) {
    return Protection.newBuilder()
        .setName(found.name())
        .setPresent(found.usable())
        .setWhy(found.why())
        .build();
  }

  private static Failure failure(RecordedFailure failure) {
    return Failure.newBuilder()
        .setAt(Wire.at(failure.at()))
        .setWhat(failure.what())
        .setCause(failure.cause())
        .build();
  }
}
