package io.vmfactory.factory.grpc;

import com.google.rpc.Status;
import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerResponse;
import java.util.Base64;
import java.util.function.Supplier;

/** Writing to a client that may be gone. */
final class Responses {
  private Responses() {}

  /**
   * Does a write. Vert.x throws from a write to a stream that was reset or closed; here that is a
   * failed future like any other.
   */
  static Future<Void> attempt(Supplier<Future<Void>> write) {
    try {
      return write.get();
    } catch (IllegalStateException e) {
      return Future.failedFuture(e);
    }
  }

  /** Ends a call with {@code status}: code, message and, in the trailers, all of it. */
  static Future<Void> fail(GrpcServerResponse<?, ?> response, Status status) {
    String details = Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray());
    return attempt(
        () -> {
          response.trailers().set(JsonEdge.DETAILS, details);
          return response
              .status(GrpcStatus.valueOf(status.getCode()))
              .statusMessage(status.getMessage())
              .end();
        });
  }
}
