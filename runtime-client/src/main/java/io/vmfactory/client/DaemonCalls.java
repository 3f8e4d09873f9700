package io.vmfactory.client;

import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.GetConfigRequest;
import io.vmfactory.api.v1.GetConfigResponse;
import io.vmfactory.api.v1.GetStatusRequest;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.ShutdownRequest;
import io.vmfactory.api.v1.WatchEventsRequest;
import io.vmfactory.configs.time.Deadline;
import java.util.function.Consumer;

/** The daemon itself: what it is, what happens in it, its end. */
public final class DaemonCalls {
  private final Channel channel;

  DaemonCalls(Channel channel) {
    this.channel = channel;
  }

  /**
   * What the daemon holds.
   *
   * @param withMemory measure every VM's memory, about a millisecond each
   */
  public GetStatusResponse status(boolean withMemory, Deadline deadline) {
    GetStatusRequest request = GetStatusRequest.newBuilder().setWithMemory(withMemory).build();
    return channel.unary(FactoryGrpcClient.GetStatus, request, deadline);
  }

  /** The configuration in force. */
  public GetConfigResponse config(Deadline deadline) {
    return channel.unary(
        FactoryGrpcClient.GetConfig, GetConfigRequest.getDefaultInstance(), deadline);
  }

  /**
   * Subscribes to the daemon's events. When this returns the subscription stands: whatever happens
   * from then on is told.
   *
   * @param listener told each event in order, on an event loop: must not block
   * @param deadline for the subscription to stand; how long it lasts is not limited
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
   * @param keepVms leave leased VMs running
   */
  public void shutdown(boolean keepVms, Deadline deadline) {
    ShutdownRequest request = ShutdownRequest.newBuilder().setKeepVms(keepVms).build();
    channel.unary(FactoryGrpcClient.Shutdown, request, deadline);
  }
}
