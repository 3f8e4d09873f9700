package io.vmfactory.client;

import io.vertx.core.Vertx;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.GetBaseVmRequest;
import io.vmfactory.api.v1.GetBaseVmResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ttrpc.TtrpcAgents;
import io.vmfactory.linux.StreamSockets;
import java.nio.file.Path;

/**
 * A daemon, as a runtime instance sees it:
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
 * <p>Calls block and may be made from any number of threads, though not from an event loop;
 * interrupting the thread calls the call off, also in the daemon.
 *
 * <p>Every call throws {@link FactoryException} when it fails and {@code CancelledException} when
 * it is interrupted. Nothing is connected before the first call; a lost connection is made anew, so
 * that a daemon that was started again is found again. It has every VM that was leased before,
 * under the same lease, and connections to agents are not concerned. Calls made while no daemon is
 * there fail, {@link FactoryException#isRetryable()}.
 */
public final class FactoryClient implements AutoCloseable {
  private final Vertx vertx;
  private final Channel channel;
  private final StreamSockets sockets = new StreamSockets();
  private final TtrpcAgents agents;
  private final Runnable onClose;

  private FactoryClient(Vertx vertx, Path socket, Runnable afterwards) {
    this.vertx = vertx;
    this.channel = new Channel(vertx, socket);
    this.agents = new TtrpcAgents(sockets);
    this.onClose = afterwards;
  }

  /**
   * The daemon behind {@code socket}, with an event loop of its own.
   *
   * @param socket {@code run_dir/factory.sock}
   */
  public static FactoryClient open(Path socket) {
    Vertx vertx = EventLoops.small();
    return new FactoryClient(vertx, socket, () -> vertx.close().await());
  }

  /** The daemon behind {@code socket}, on event loops that stay the caller's. */
  public static FactoryClient open(Vertx vertx, Path socket) {
    return new FactoryClient(vertx, socket, () -> {});
  }

  /** A running, unique VM under a lease, which closing the handle ends. */
  public VmHandle getVm(GetVmRequest request, Deadline deadline) {
    GetVmResponse granted = channel.unary(FactoryGrpcClient.GetVm, request, deadline);
    return new VmHandle(vertx, channel, agents, granted);
  }

  /**
   * A paused VM that is the caller's from now on: the caller must end its process and remove its
   * folder.
   */
  public GetBaseVmResponse getBaseVm(GetBaseVmRequest request, Deadline deadline) {
    return channel.unary(FactoryGrpcClient.GetBaseVm, request, deadline);
  }

  /** Leases by their id, for whoever holds no handle. */
  public LeaseCalls leases() {
    return new LeaseCalls(channel);
  }

  /** The templates in the daemon's store. */
  public TemplateCalls templates() {
    return new TemplateCalls(channel);
  }

  /** The stock of idle VMs. */
  public PoolCalls pools() {
    return new PoolCalls(channel);
  }

  /** The daemon itself. */
  public DaemonCalls daemon() {
    return new DaemonCalls(channel);
  }

  /** Ends the connection, and with it every call under way. Leases stay. */
  @Override
  public void close() {
    channel.close();
    sockets.close();
    onClose.run();
  }
}
