package io.vmfactory.client;

import io.vmfactory.api.v1.DrainPoolRequest;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.Pool;
import io.vmfactory.api.v1.PoolSize;
import io.vmfactory.api.v1.ResizePoolRequest;
import io.vmfactory.configs.time.Deadline;
import java.util.List;

/** The stock of idle VMs, of every template at once. */
public final class PoolCalls {
  private final Channel channel;

  PoolCalls(Channel channel) {
    this.channel = channel;
  }

  /**
   * Keeps that many from now on, until the daemon ends; returns at once. The event POOL_FILLED
   * tells when they are there.
   *
   * @param warm warm VMs per template, 0..4096
   * @param shells shells per template, 0..4096
   */
  public List<Pool> resize(int warm, int shells, Deadline deadline) {
    ResizePoolRequest request =
        ResizePoolRequest.newBuilder()
            .setWarm(PoolSize.newBuilder().setFixed(warm))
            .setShells(PoolSize.newBuilder().setFixed(shells))
            .build();
    return channel.unary(FactoryGrpcClient.ResizePool, request, deadline).getPoolsList();
  }

  /** Empties the pools, which stay empty until they are resized; returns when they are. */
  public List<Pool> drain(Deadline deadline) {
    return channel
        .unary(FactoryGrpcClient.DrainPool, DrainPoolRequest.getDefaultInstance(), deadline)
        .getPoolsList();
  }
}
