package io.vmfactory.client;

import io.vertx.core.Vertx;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.Fork;
import io.vmfactory.api.v1.GetBaseVmRequest;
import io.vmfactory.api.v1.GetBaseVmResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.Route;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ttrpc.TtrpcAgents;
import io.vmfactory.linux.StreamSockets;
import java.nio.file.Path;

/**
 * A client of the daemon:
 *
 * <pre>{@code
 * try (FactoryClient factory = FactoryClient.open(Path.of("/run/vmfactory/factory.sock"));
 *     VmHandle vm = factory.getVm(GetVmRequest.getDefaultInstance(), Deadline.after(limit));
 *     GuestAgent agent = vm.agent(Deadline.after(limit))) {
 *   vm.keepAlive();
 *   agent.metrics(Deadline.after(limit));
 * }
 * }</pre>
 *
 * <p>Thread-safe. Calls block; do not make them on an event loop. Interrupting the thread cancels
 * the call, also in the daemon.
 *
 * <p>Every call throws {@link FactoryException} on failure and {@code CancelledException} when
 * interrupted. The first call connects. After a lost connection the next call connects again, so a
 * restarted daemon is found: it keeps all leased VMs and their leases. Connections to agents are
 * independent of the daemon. Calls while no daemon runs fail with a retryable error ({@link
 * FactoryException#isRetryable()}).
 */
public final class FactoryClient implements AutoCloseable {
  private final Vertx vertx;
  private final DaemonChannel channel;
  private final StreamSockets sockets = new StreamSockets();
  private final TtrpcAgents agents;
  private final Runnable onClose;

  private FactoryClient(Vertx vertx, Path socket, Runnable afterwards) {
    this.vertx = vertx;
    this.channel = new DaemonChannel(vertx, socket);
    this.agents = InstalledAgents.over(sockets);
    this.onClose = afterwards;
  }

  /**
   * Returns a client with its own event loop.
   *
   * @param socket {@code run_dir/factory.sock}
   */
  public static FactoryClient open(Path socket) {
    Vertx vertx = EventLoops.small();
    return new FactoryClient(vertx, socket, () -> EventLoops.close(vertx));
  }

  /** Returns a client on {@code vertx}, which the caller closes. */
  public static FactoryClient open(Vertx vertx, Path socket) {
    return new FactoryClient(vertx, socket, () -> {});
  }

  /** Gets a running VM with its own identity under a lease. Closing the handle ends the lease. */
  public VmHandle getVm(GetVmRequest request, Deadline deadline) {
    GetVmResponse granted = channel.unary(FactoryGrpcClient.GetVm, request, deadline);
    return new VmHandle(vertx, channel, agents, granted);
  }

  /**
   * Returns a handle of a clone that {@link LeaseCalls#fork} has made. Closing it ends the clone's
   * lease.
   */
  public VmHandle handle(Fork clone) {
    GetVmResponse granted =
        GetVmResponse.newBuilder()
            .setVm(clone.getVm())
            .setLease(clone.getLease())
            .setRoute(Route.FORK)
            .addAllHops(clone.getHopsList())
            .build();
    return new VmHandle(vertx, channel, agents, granted);
  }

  /**
   * Takes over a lease from a process that has ended: renews it at once, and then as {@link
   * VmHandle#keepAlive} does. The daemon need not run.
   */
  public LeaseKeeper takeOver(String leaseId) {
    return LeaseKeeper.over(vertx, channel, leaseId);
  }

  /**
   * Gets a paused VM. The caller owns it: the caller must end its process and remove its folder.
   */
  public GetBaseVmResponse getBaseVm(GetBaseVmRequest request, Deadline deadline) {
    return channel.unary(FactoryGrpcClient.GetBaseVm, request, deadline);
  }

  /** Returns the calls for leases by id, for callers without a {@link VmHandle}. */
  public LeaseCalls leases() {
    return new LeaseCalls(channel);
  }

  /** Returns the calls for templates. */
  public TemplateCalls templates() {
    return new TemplateCalls(channel);
  }

  /** Returns the calls for the pools. */
  public PoolCalls pools() {
    return new PoolCalls(channel);
  }

  /** Returns the calls about the daemon itself. */
  public DaemonCalls daemon() {
    return new DaemonCalls(channel);
  }

  /** Closes the connection and fails all open calls. Leases remain. */
  @Override
  public void close() {
    channel.close();
    sockets.close();
    onClose.run();
  }
}
