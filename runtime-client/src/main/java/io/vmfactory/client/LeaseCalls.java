package io.vmfactory.client;

import com.google.protobuf.Duration;
import io.vmfactory.api.v1.AttachDriveRequest;
import io.vmfactory.api.v1.AttachDriveResponse;
import io.vmfactory.api.v1.AttachNicRequest;
import io.vmfactory.api.v1.AttachNicResponse;
import io.vmfactory.api.v1.DetachDriveRequest;
import io.vmfactory.api.v1.DetachNicRequest;
import io.vmfactory.api.v1.DetachNicResponse;
import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.ForkVmRequest;
import io.vmfactory.api.v1.ForkVmResponse;
import io.vmfactory.api.v1.GrowVmRequest;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.PauseVmRequest;
import io.vmfactory.api.v1.ReleaseVmRequest;
import io.vmfactory.api.v1.RenewLeaseRequest;
import io.vmfactory.api.v1.ResumeVmRequest;
import io.vmfactory.api.v1.ResumeVmResponse;
import io.vmfactory.api.v1.SuspendVmRequest;
import io.vmfactory.api.v1.SuspendVmResponse;
import io.vmfactory.api.v1.Vm;
import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The calls for leases by id. */
public final class LeaseCalls {
  private final DaemonChannel channel;

  LeaseCalls(DaemonChannel channel) {
    this.channel = channel;
  }

  /** Extends the lease: it now expires one TTL from now. */
  public Lease renew(String leaseId, Deadline deadline) {
    return renew(RenewLeaseRequest.newBuilder().setLeaseId(leaseId).build(), deadline);
  }

  /** Extends the lease: it now expires {@code ttl} from now. */
  public Lease renew(String leaseId, java.time.Duration ttl, Deadline deadline) {
    return renew(
        RenewLeaseRequest.newBuilder().setLeaseId(leaseId).setTtl(span(ttl)).build(), deadline);
  }

  /**
   * Makes clones of the lease's VM, as it is at this moment. Each has a lease of its own, which
   * nothing renews unless the caller does. All clones are made, or none.
   *
   * @param count 1..32
   * @param ttl time to live of each lease; null for the daemon's default
   * @param owner free text, shown in the daemon's status
   */
  public ForkVmResponse fork(
      String leaseId,
      int count,
      java.time.@Nullable Duration ttl,
      String owner,
      Deadline deadline) {
    ForkVmRequest.Builder request =
        ForkVmRequest.newBuilder().setLeaseId(leaseId).setCount(count).setOwner(owner);
    if (ttl != null) {
      request.setLeaseTtl(span(ttl));
    }
    return channel.unary(FactoryGrpcClient.ForkVm, request.build(), deadline);
  }

  /**
   * Stops the CPUs of the lease's VM. Memory and lease stay; the lease expires as before. Has no
   * effect if the VM is paused.
   */
  public Vm pause(String leaseId, Deadline deadline) {
    PauseVmRequest request = PauseVmRequest.newBuilder().setLeaseId(leaseId).build();
    return channel.unary(FactoryGrpcClient.PauseVm, request, deadline).getVm();
  }

  /**
   * Stores the lease's VM on disk and ends its process. The lease stays. Has no effect if the VM is
   * suspended.
   */
  public SuspendVmResponse suspend(SuspendVmRequest request, Deadline deadline) {
    return channel.unary(FactoryGrpcClient.SuspendVm, request, deadline);
  }

  /**
   * Lets the lease's VM run again that was paused or suspended, with the right time. Has no effect
   * if it runs.
   *
   * @param ttl duration of the lease from now on; null for the one that it had
   */
  public ResumeVmResponse resume(
      String leaseId, java.time.@Nullable Duration ttl, Deadline deadline) {
    ResumeVmRequest.Builder request = ResumeVmRequest.newBuilder().setLeaseId(leaseId);
    if (ttl != null) {
      request.setLeaseTtl(span(ttl));
    }
    return channel.unary(FactoryGrpcClient.ResumeVm, request.build(), deadline);
  }

  private static Duration span(java.time.Duration ttl) {
    return Duration.newBuilder().setSeconds(ttl.toSeconds()).setNanos(ttl.toNanosPart()).build();
  }

  private Lease renew(RenewLeaseRequest request, Deadline deadline) {
    return channel.unary(FactoryGrpcClient.RenewLease, request, deadline).getLease();
  }

  /**
   * Connects a NIC slot of the lease's VM to a network. The host end of the NIC moves to the given
   * namespace and is brought up. Set the guest's MAC and addresses through its agent, {@code
   * GuestNetwork}.
   *
   * @param networkNamespace the path of the network namespace on the daemon's host, such as {@code
   *     /run/netns/web}
   * @param name the name of the host end there, 1..15 characters; empty to let the daemon choose
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

  /**
   * Disconnects a NIC slot of the lease's VM from a network; the slot is free then.
   *
   * @param networkNamespace the path of the namespace that the host end is in
   * @param name the name of the host end there
   */
  public DetachNicResponse detachNic(
      String leaseId, Path networkNamespace, String name, Deadline deadline) {
    DetachNicRequest request =
        DetachNicRequest.newBuilder()
            .setLeaseId(leaseId)
            .setNetworkNamespace(networkNamespace.toString())
            .setName(name)
            .build();
    return channel.unary(FactoryGrpcClient.DetachNic, request, deadline);
  }

  /**
   * Gives the lease's VM the vCPUs and the memory that it lacks. It never gets less than it has.
   *
   * @param vcpus 0 for as many as it has
   * @param memoryMib 0 for as much as it has
   * @return the VM with its new size
   */
  public Vm grow(String leaseId, int vcpus, int memoryMib, Deadline deadline) {
    GrowVmRequest.Builder request = GrowVmRequest.newBuilder().setLeaseId(leaseId);
    if (vcpus > 0) {
      request.setVcpus(vcpus);
    }
    if (memoryMib > 0) {
      request.setMemoryMib(memoryMib);
    }
    return channel.unary(FactoryGrpcClient.GrowVm, request.build(), deadline).getVm();
  }

  /** Ends the lease and its VM. Returns the id of the VM, which is gone by then. */
  public String release(String leaseId, Deadline deadline) {
    ReleaseVmRequest request = ReleaseVmRequest.newBuilder().setLeaseId(leaseId).build();
    return channel.unary(FactoryGrpcClient.ReleaseVm, request, deadline).getVmId();
  }

  /**
   * Attaches a drive to the lease's VM.
   *
   * @param file an absolute path on the daemon's host
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

  /** Detaches a drive. The guest must have unmounted it. */
  public void detachDrive(String leaseId, String driveId, Deadline deadline) {
    DetachDriveRequest request =
        DetachDriveRequest.newBuilder().setLeaseId(leaseId).setDriveId(driveId).build();
    channel.unary(FactoryGrpcClient.DetachDrive, request, deadline);
  }
}
