package io.vmfactory.client;

import io.vmfactory.api.v1.Event;
import java.util.concurrent.CompletionStage;

/** A subscription to the daemon's events, until it is closed or the daemon ends it. */
public final class EventWatch implements AutoCloseable {
  private final GrpcCall<Event> call;

  EventWatch(GrpcCall<Event> call) {
    this.call = call;
  }

  /**
   * Completes when the daemon has ended the subscription; fails with {@link FactoryException} when
   * the connection is lost, with code CANCELLED after {@link #close()}.
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
