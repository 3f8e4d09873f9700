package io.vmfactory.factory.calls;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vmfactory.configs.time.Deadline;
import java.time.Duration;

/**
 * Waits for the rest of a request, whose headers have arrived. The limit is ours, not the client's
 * deadline: a client could name one of years and never send the rest.
 */
final class Arrival {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private Arrival() {}

  /** Completes with the only message of {@code request}; fails if it does not arrive in time. */
  static <Q> Future<Q> of(GrpcServerRequest<Q, ?> request, Context context) {
    Promise<Q> arrived = Promise.promise();
    Deadline deadline = Deadline.after(LIMIT);
    long timer =
        context
            .owner()
            .setTimer(
                LIMIT.toMillis(),
                id -> arrived.tryFail(deadline.exceeded("the rest of the request")));
    request
        .last()
        .onComplete(
            message -> {
              context.owner().cancelTimer(timer);
              if (message.succeeded()) {
                arrived.tryComplete(message.result());
              } else {
                arrived.tryFail(message.cause());
              }
            });
    return arrived.future();
  }
}
