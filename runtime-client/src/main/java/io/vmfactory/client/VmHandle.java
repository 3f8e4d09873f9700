package io.vmfactory.client;

import io.vertx.core.Vertx;
import io.vmfactory.api.v1.AttachNicResponse;
import io.vmfactory.api.v1.Drive;
import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.Endpoints;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.Vm;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.ttrpc.TtrpcAgents;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/** A leased VM in the hands of a runtime instance. Closing it ends lease and VM. Thread-safe. */
public final class VmHandle implements AutoCloseable {
  /** How long {@link #close()} waits for the daemon at most. */
  private static final Duration RELEASE_LIMIT = Duration.ofSeconds(30);

  private static final String UNIX = "unix://";

  private final TtrpcAgents agents;
  private final GetVmResponse granted;
  private final LeaseCalls leases;
  private final Renewal renewal;
  private final AtomicBoolean closed = new AtomicBoolean();

  VmHandle(Vertx vertx, Channel channel, TtrpcAgents agents, GetVmResponse granted) {
    this.agents = agents;
    this.granted = granted;
    this.leases = new LeaseCalls(channel);
    this.renewal = new Renewal(vertx, channel, granted.getLease());
  }

  /** The daemon's whole reply: VM, lease as first granted, route and why, time of each hop. */
  public GetVmResponse granted() {
    return granted;
  }

  /** The VM as it was handed out. */
  public Vm vm() {
    return granted.getVm();
  }

  /** The lease as it is now, as far as this handle has renewed it. */
  public Lease lease() {
    return renewal.lease();
  }

  /**
   * A new connection to the agent inside, which has answered over it; the caller closes it. A VM
   * has a few ports for that; when others have them all, waits for one of them.
   *
   * @throws GuestException when there is no agent, or none that serves
   */
  public GuestAgent agent(Deadline deadline) {
    Endpoints endpoints = vm().getEndpoints();
    List<String> ports = endpoints.getAgentsList();
    List<String> known = ports.isEmpty() ? List.of(endpoints.getAgent()) : ports;
    return GuestAgents.serving(
        agents.connect(known.stream().map(VmHandle::socket).toList(), deadline), deadline);
  }

  private static Path socket(String endpoint) {
    if (!endpoint.startsWith(UNIX)) {
      throw new FactoryException(
          Code.UNSUPPORTED, "this client cannot reach an agent at " + endpoint, null);
    }
    return Path.of(endpoint.substring(UNIX.length()));
  }

  /** Connects a NIC slot of the VM to a network, see {@link LeaseCalls#attachNic}. */
  public AttachNicResponse attachNic(Path networkNamespace, String name, Deadline deadline) {
    return leases.attachNic(granted.getLease().getId(), networkNamespace, name, deadline);
  }

  /** Moves the lease's expiry to now + as long as it had. */
  public Lease renew(Deadline deadline) {
    return renewal.renewed(leases.renew(granted.getLease().getId(), deadline));
  }

  /** Gives the VM a drive; see {@link LeaseCalls#attachDrive}. */
  public Drive attachDrive(Path file, DriveMode mode, Deadline deadline) {
    return leases.attachDrive(granted.getLease().getId(), file, mode, deadline).getDrive();
  }

  /** Takes a drive away, which the guest must have unmounted. */
  public void detachDrive(String driveId, Deadline deadline) {
    leases.detachDrive(granted.getLease().getId(), driveId, deadline);
  }

  /**
   * From now on renews the lease by itself, each time a third of it is over, until the handle is
   * closed. When that fails it tries again every few seconds, however long: while no daemon is
   * there nobody ends the VM, and the next one takes it over with its lease.
   *
   * @return fails with {@link FactoryException} when the daemon says that there is no such lease
   *     any more; completes when the handle is closed
   */
  public CompletionStage<Void> keepAlive() {
    return renewal.start();
  }

  /** Renews the lease no more: the VM lives on until it expires, or is closed. */
  public void letGo() {
    renewal.stop();
  }

  /**
   * Ends lease and VM; the VM is gone when this returns. A lease that is over already is fine.
   *
   * @throws FactoryException when the daemon cannot be asked; then the VM ends with its lease,
   *     which is renewed no more
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      renewal.stop();
      release();
    }
  }

  private void release() {
    try {
      leases.release(granted.getLease().getId(), Deadline.after(RELEASE_LIMIT));
    } catch (FactoryException e) {
      if (e.code() != Code.NOT_FOUND) {
        throw e;
      }
    }
  }
}
