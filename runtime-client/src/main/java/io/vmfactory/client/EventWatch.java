package io.vmfactory.client;

import io.vmfactory.api.v1.Event;
import java.util.concurrent.CompletionStage;

/** A subscription to the daemon's events. It lasts until it is closed or the daemon ends it. */
public final class EventWatch implements AutoCloseable {
  private final GrpcCall<Event> call;

  EventWatch(GrpcCall<Event> call) {
    this.call = call;
  }

  /**
   * Returns a stage that completes when the daemon ends the subscription. It fails with {@link
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
