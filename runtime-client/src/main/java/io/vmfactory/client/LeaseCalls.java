package io.vmfactory.client;

import com.google.protobuf.Duration;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.ReleaseVmRequest;
import io.vmfactory.api.v1.RenewLeaseRequest;
import io.vmfactory.configs.time.Deadline;

/** Leases by their id. */
public final class LeaseCalls {
  private final Channel channel;

  LeaseCalls(Channel channel) {
    this.channel = channel;
  }

  /** Moves the lease's expiry to now + as long as it had. */
  public Lease renew(String leaseId, Deadline deadline) {
    return renew(RenewLeaseRequest.newBuilder().setLeaseId(leaseId).build(), deadline);
  }

  /** Moves the lease's expiry to now + {@code ttl}. */
  public Lease renew(String leaseId, java.time.Duration ttl, Deadline deadline) {
    Duration span =
        Duration.newBuilder().setSeconds(ttl.toSeconds()).setNanos(ttl.getNano()).build();
    return renew(RenewLeaseRequest.newBuilder().setLeaseId(leaseId).setTtl(span).build(), deadline);
  }

  private Lease renew(RenewLeaseRequest request, Deadline deadline) {
    return channel.unary(FactoryGrpcClient.RenewLease, request, deadline).getLease();
  }

  /** Ends the lease and its VM; returns the VM's id. The VM is gone when this returns. */
  public String release(String leaseId, Deadline deadline) {
    ReleaseVmRequest request = ReleaseVmRequest.newBuilder().setLeaseId(leaseId).build();
    return channel.unary(FactoryGrpcClient.ReleaseVm, request, deadline).getVmId();
  }
}
