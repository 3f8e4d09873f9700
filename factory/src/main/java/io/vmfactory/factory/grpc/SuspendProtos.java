package io.vmfactory.factory.grpc;

import com.google.protobuf.ByteString;
import io.vmfactory.api.v1.ResumeVmRequest;
import io.vmfactory.api.v1.ResumeVmResponse;
import io.vmfactory.api.v1.SuspendVmRequest;
import io.vmfactory.api.v1.SuspendVmResponse;
import io.vmfactory.factory.calls.Wire;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.ResumedVm;
import io.vmfactory.factory.request.SuspendRequest;
import io.vmfactory.factory.request.Suspension;
import io.vmfactory.template.SuspendedVm;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Converts requests to suspend and to resume VMs, and the replies. */
final class SuspendProtos {
  private SuspendProtos() {}

  static SuspendRequest request(SuspendVmRequest q) {
    return new SuspendRequest(
        new LeaseId(q.getLeaseId()),
        q.hasTtl() ? Wire.span(q.getTtl()) : null,
        new TreeMap<>(q.getLabelsMap()),
        Base64.getEncoder().encodeToString(q.getDescription().toByteArray()));
  }

  static @Nullable Duration ttl(ResumeVmRequest q) {
    return q.hasLeaseTtl() ? Wire.span(q.getLeaseTtl()) : null;
  }

  static SuspendVmResponse suspended(Suspension done) {
    return SuspendVmResponse.newBuilder()
        .setSuspended(vm(done.vm()))
        .setWrittenKib(Wire.kib(done.writtenBytes()))
        .addAllHops(Wire.hops(done.hops()))
        .build();
  }

  static io.vmfactory.api.v1.SuspendedVm vm(SuspendedVm vm) {
    SuspendedVm.Former former = vm.former();
    return io.vmfactory.api.v1.SuspendedVm.newBuilder()
        .setLease(VmProtos.lease(Lease.of(vm)))
        .setSuspendedAt(Wire.at(Instant.parse(vm.stored().at())))
        .setVcpus(former.vcpus())
        .setMemoryMib(former.memoryMib())
        .setTemplateKey(former.templateKey())
        .setHostname(former.hostname())
        .setDiskKib(Wire.kib(vm.stored().diskBytes()))
        .putAllLabels(vm.inside().byName())
        .build();
  }

  static ResumeVmResponse resumed(ResumedVm resumed) {
    GrantedVm granted = resumed.granted();
    ResumeVmResponse.Builder reply =
        ResumeVmResponse.newBuilder()
            .setVm(VmProtos.vm(granted.vm()))
            .setLease(VmProtos.lease(granted.requireLease()))
            .addAllHops(Wire.hops(granted.hops()));
    SuspendedVm was = resumed.was();
    if (was != null) {
      byte[] description = Base64.getDecoder().decode(was.inside().description());
      reply.setDescription(ByteString.copyFrom(description)).putAllLabels(was.inside().byName());
    }
    return reply.build();
  }
}
