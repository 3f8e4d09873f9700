package io.vmfactory.client;

import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.GetConfigRequest;
import io.vmfactory.api.v1.GetConfigResponse;
import io.vmfactory.api.v1.GetStatusRequest;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.ShutdownRequest;
import io.vmfactory.api.v1.SuspendedVm;
import io.vmfactory.api.v1.WatchEventsRequest;
import io.vmfactory.configs.time.Deadline;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The calls about the daemon itself: status, configuration, events and shutdown. */
public final class DaemonCalls {
  private final DaemonChannel channel;

  DaemonCalls(DaemonChannel channel) {
    this.channel = channel;
  }

  /**
   * Returns the status of the daemon.
   *
   * @param withMemory whether to measure the memory of each VM, which takes about 1 ms per VM
   */
  public GetStatusResponse status(boolean withMemory, Deadline deadline) {
    GetStatusRequest request = GetStatusRequest.newBuilder().setWithMemory(withMemory).build();
    return channel.unary(FactoryGrpcClient.GetStatus, request, deadline);
  }

  /**
   * Returns when a lease ends, whether its VM runs or is suspended; empty if the daemon has no such
   * lease of this user.
   */
  public Optional<Instant> leaseEnd(String leaseId, Deadline deadline) {
    GetStatusResponse status = status(false, deadline);
    return Stream.concat(
            status.getLeasesList().stream(),
            status.getSuspendedList().stream().map(SuspendedVm::getLease))
        .filter(lease -> lease.getId().equals(leaseId))
        .map(Lease::getExpiresAt)
        .map(at -> Instant.ofEpochSecond(at.getSeconds(), at.getNanos()))
        .findFirst();
  }

  /** Returns the daemon's current configuration. */
  public GetConfigResponse config(Deadline deadline) {
    return channel.unary(
        FactoryGrpcClient.GetConfig, GetConfigRequest.getDefaultInstance(), deadline);
  }

  /**
   * Subscribes to the daemon's events. The listener gets every event that occurs after this method
   * has returned.
   *
   * @param listener gets each event in order, on an event loop; must not block
   * @param deadline limits the subscribing, not how long the subscription lasts
   */
  public EventWatch watch(Consumer<Event> listener, Deadline deadline) {
    GrpcCall<Event> call =
        channel.start(
            FactoryGrpcClient.WatchEvents, WatchEventsRequest.getDefaultInstance(), null, listener);
    channel.await(call, call.accepted(), deadline, "WatchEvents");
    return new EventWatch(call);
  }

  /**
   * Stops the daemon.
   *
   * @param keepVms whether leased VMs keep running
   */
  public void shutdown(boolean keepVms, Deadline deadline) {
    ShutdownRequest request = ShutdownRequest.newBuilder().setKeepVms(keepVms).build();
    channel.unary(FactoryGrpcClient.Shutdown, request, deadline);
  }
}
