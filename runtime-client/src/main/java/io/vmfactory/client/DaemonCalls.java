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
