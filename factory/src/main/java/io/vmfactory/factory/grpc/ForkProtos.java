package io.vmfactory.factory.grpc;

import static java.util.Objects.requireNonNull;

import io.vmfactory.api.v1.Fork;
import io.vmfactory.api.v1.ForkVmRequest;
import io.vmfactory.api.v1.ForkVmResponse;
import io.vmfactory.factory.calls.Wire;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.LeaseId;

/** Converts requests for clones of leased VMs, and the replies. */
final class ForkProtos {
  private ForkProtos() {}

  static ForkRequest request(ForkVmRequest q) {
    return new ForkRequest(
        new LeaseId(q.getLeaseId()),
        q.getCount() == 0 ? 1 : Wire.unsigned(q.getCount()),
        q.hasLeaseTtl() ? Wire.span(q.getLeaseTtl()) : null,
        q.getOwner());
  }

  static ForkVmResponse granted(GrantedFork granted) {
    return ForkVmResponse.newBuilder()
        .addAllForks(granted.vms().stream().map(ForkProtos::fork).toList())
        .setPauseMicros((int) (granted.pause().toNanos() / 1000))
        .setWrittenKib((int) (granted.writtenBytes() / 1024))
        .addAllHops(Wire.hops(granted.hops()))
        .build();
  }

  private static Fork fork(GrantedVm granted) {
    return Fork.newBuilder()
        .setVm(VmProtos.vm(granted.vm()))
        .setLease(VmProtos.lease(requireNonNull(granted.lease())))
        .addAllHops(Wire.hops(granted.hops()))
        .build();
  }
}
