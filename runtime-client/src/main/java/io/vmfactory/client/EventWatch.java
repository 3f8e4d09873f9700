package io.vmfactory.client;

import java.util.concurrent.CompletionStage;

/** A subscription. It lasts until it is closed or the server ends it. */
public final class EventWatch implements AutoCloseable {
  private final GrpcCall<?> call;

  EventWatch(GrpcCall<?> call) {
    this.call = call;
  }

  /**
   * Returns a stage that completes when the server ends the subscription. It fails with {@link
   * FactoryException} if the connection is lost, with code CANCELLED after {@link #close()}.
   */
  public CompletionStage<Void> ended() {
    return call.ended().minimalCompletionStage();
  }

  /** Ends the subscription. */
  @Override
  public void close() {
    call.cancel();
  }
}
