package io.vmfactory.client;

import io.vmfactory.api.v1.DrainPoolRequest;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.Pool;
import io.vmfactory.api.v1.PoolSize;
import io.vmfactory.api.v1.ResizePoolRequest;
import io.vmfactory.configs.time.Deadline;
import java.util.List;

/** The calls for the pools of idle VMs, for all templates together. */
public final class PoolCalls {
  private final DaemonChannel channel;

  PoolCalls(DaemonChannel channel) {
    this.channel = channel;
  }

  /**
   * Sets the size of the pools until the daemon ends. Returns at once; the event POOL_FILLED
   * reports when they are full.
   *
   * @param warm the number of warm VMs per template, 0..4096
   * @param shells the number of shells per template, 0..4096
   */
  public List<Pool> resize(int warm, int shells, Deadline deadline) {
    return resize("", warm, shells, deadline);
  }

  /**
   * Sets the size of the pools of one template, as {@link #resize(int, int, Deadline)}.
   *
   * @param template name, {@code name:version}, key, or the first 8 or more digits of a key; empty
   *     for every template without a name
   */
  public List<Pool> resize(String template, int warm, int shells, Deadline deadline) {
    ResizePoolRequest request =
        ResizePoolRequest.newBuilder()
            .setTemplateKey(template)
            .setWarm(PoolSize.newBuilder().setFixed(warm))
            .setShells(PoolSize.newBuilder().setFixed(shells))
            .build();
    return channel.unary(FactoryGrpcClient.ResizePool, request, deadline).getPoolsList();
  }

  /** Empties the pools and returns when they are empty. They stay empty until they are resized. */
  public List<Pool> drain(Deadline deadline) {
    return channel
        .unary(FactoryGrpcClient.DrainPool, DrainPoolRequest.getDefaultInstance(), deadline)
        .getPoolsList();
  }
}
