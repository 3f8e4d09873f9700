package io.vmfactory.client;

import io.vertx.core.Vertx;
import io.vmfactory.api.v1.AttachNicResponse;
import io.vmfactory.api.v1.DetachNicResponse;
import io.vmfactory.api.v1.Drive;
import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.Endpoints;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.Vm;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.ttrpc.TtrpcAgents;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/** A leased VM. Closing it ends the lease and the VM. Thread-safe. */
public final class VmHandle implements AutoCloseable {
  /** The longest time that {@link #close()} waits for the daemon. */
  private static final Duration RELEASE_LIMIT = Duration.ofSeconds(30);

  private static final String UNIX = "unix://";

  private final TtrpcAgents agents;
  private final GetVmResponse granted;
  private final LeaseCalls leases;
  private final LeaseRenewal renewal;
  private final AtomicBoolean closed = new AtomicBoolean();

  VmHandle(Vertx vertx, DaemonChannel channel, TtrpcAgents agents, GetVmResponse granted) {
    this.agents = agents;
    this.granted = granted;
    this.leases = new LeaseCalls(channel);
    this.renewal = new LeaseRenewal(vertx, channel, granted.getLease());
  }

  /**
   * Returns the daemon's complete reply: the VM, the lease as first granted, the route and its
   * reason, the time of each hop.
   */
  public GetVmResponse granted() {
    return granted;
  }

  /** Returns the VM as the daemon granted it. */
  public Vm vm() {
    return granted.getVm();
  }

  /** Returns the lease with its latest renewal by this handle. */
  public Lease lease() {
    return renewal.lease();
  }

  /**
   * Opens a new connection to the VM's agent and checks that the agent answers. The caller closes
   * it. There may be any number of connections at once.
   *
   * @throws GuestException if no agent answers
   */
  public GuestAgent agent(Deadline deadline) {
    Endpoints endpoints = vm().getEndpoints();
    List<String> ports = endpoints.getAgentsList();
    List<String> known = ports.isEmpty() ? List.of(endpoints.getAgent()) : ports;
    return agents.greet(known.stream().map(VmHandle::socket).toList(), deadline);
  }

  private static Path socket(String endpoint) {
    if (!endpoint.startsWith(UNIX)) {
      throw new FactoryException(
          Code.UNSUPPORTED, "this client cannot reach an agent at " + endpoint, null);
    }
    return Path.of(endpoint.substring(UNIX.length()));
  }

  /** Connects a NIC slot of the VM to a network; see {@link LeaseCalls#attachNic}. */
  public AttachNicResponse attachNic(Path networkNamespace, String name, Deadline deadline) {
    return leases.attachNic(granted.getLease().getId(), networkNamespace, name, deadline);
  }

  /** Disconnects a NIC slot of the VM; see {@link LeaseCalls#detachNic}. */
  public DetachNicResponse detachNic(Path networkNamespace, String name, Deadline deadline) {
    return leases.detachNic(granted.getLease().getId(), networkNamespace, name, deadline);
  }

  /** Extends the lease: it now expires one TTL from now. */
  public Lease renew(Deadline deadline) {
    return renewal.renewed(leases.renew(granted.getLease().getId(), deadline));
  }

  /** Attaches a drive to the VM; see {@link LeaseCalls#attachDrive}. */
  public Drive attachDrive(Path file, DriveMode mode, Deadline deadline) {
    return leases.attachDrive(granted.getLease().getId(), file, mode, deadline).getDrive();
  }

  /** Detaches a drive. The guest must have unmounted it. */
  public void detachDrive(String driveId, Deadline deadline) {
    leases.detachDrive(granted.getLease().getId(), driveId, deadline);
  }

  /**
   * Renews the lease automatically, each time a third of it has passed, until the handle is closed.
   * Repeats failed renewals every few seconds without limit: while the daemon is down nothing ends
   * the VM, and a restarted daemon adopts it with its lease.
   *
   * @return a stage that completes when the handle is closed and fails with {@link
   *     FactoryException} if the daemon reports that the lease no longer exists
   */
  public CompletionStage<Void> keepAlive() {
    return renewal.start();
  }

  /** Stops renewing the lease. The VM runs until the lease expires or this handle is closed. */
  public void letGo() {
    renewal.stop();
  }

  /**
   * Ends the lease and the VM, which is gone when this returns. Does nothing if the lease has
   * already ended.
   *
   * @throws FactoryException if the daemon does not answer; the lease is no longer renewed, so the
   *     VM ends when it expires
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
