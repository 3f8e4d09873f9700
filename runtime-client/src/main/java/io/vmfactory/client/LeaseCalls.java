package io.vmfactory.client;

import com.google.protobuf.Duration;
import io.vmfactory.api.v1.AttachDriveRequest;
import io.vmfactory.api.v1.AttachDriveResponse;
import io.vmfactory.api.v1.AttachNicRequest;
import io.vmfactory.api.v1.AttachNicResponse;
import io.vmfactory.api.v1.DetachDriveRequest;
import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.ReleaseVmRequest;
import io.vmfactory.api.v1.RenewLeaseRequest;
import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;

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

  /**
   * Connects a NIC slot of the lease's VM to a network: the host's end goes there and comes up. The
   * guest's MAC and addresses are set through its agent, {@code GuestNetwork}.
   *
   * @param networkNamespace path of the network's namespace on the daemon's host, such as {@code
   *     /run/netns/web}
   * @param name what the host's end is called there, 1..15 characters; empty = the daemon chooses
   */
  public AttachNicResponse attachNic(
      String leaseId, Path networkNamespace, String name, Deadline deadline) {
    AttachNicRequest request =
        AttachNicRequest.newBuilder()
            .setLeaseId(leaseId)
            .setNetworkNamespace(networkNamespace.toString())
            .setName(name)
            .build();
    return channel.unary(FactoryGrpcClient.AttachNic, request, deadline);
  }

  /** Ends the lease and its VM; returns the VM's id. The VM is gone when this returns. */
  public String release(String leaseId, Deadline deadline) {
    ReleaseVmRequest request = ReleaseVmRequest.newBuilder().setLeaseId(leaseId).build();
    return channel.unary(FactoryGrpcClient.ReleaseVm, request, deadline).getVmId();
  }

  /**
   * Gives the lease's VM a drive.
   *
   * @param file absolute, on the daemon's host
   */
  public AttachDriveResponse attachDrive(
      String leaseId, Path file, DriveMode mode, Deadline deadline) {
    AttachDriveRequest request =
        AttachDriveRequest.newBuilder()
            .setLeaseId(leaseId)
            .setPath(file.toString())
            .setMode(mode)
            .build();
    return channel.unary(FactoryGrpcClient.AttachDrive, request, deadline);
  }

  /** Takes a drive away, which the guest must have unmounted. */
  public void detachDrive(String leaseId, String driveId, Deadline deadline) {
    DetachDriveRequest request =
        DetachDriveRequest.newBuilder().setLeaseId(leaseId).setDriveId(driveId).build();
    channel.unary(FactoryGrpcClient.DetachDrive, request, deadline);
  }
}
