package io.vmfactory.factory.calls;

import com.google.rpc.Status;
import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Supplier;

/** Writes to a client that may be gone. */
public final class Responses {
  /** The trailer that has the whole google.rpc.Status, in Base64. */
  public static final String DETAILS = "grpc-status-details-bin";

  private Responses() {}

  /**
   * Writes. Vert.x throws if the stream was reset or closed; this method returns a failed future
   * instead.
   */
  static Future<Void> attempt(Supplier<Future<Void>> write) {
    try {
      return write.get();
    } catch (IllegalStateException e) {
      return Future.failedFuture(e);
    }
  }

  /** Ends a call with {@code status}: code and message, and the whole status in the trailers. */
  static Future<Void> fail(GrpcServerResponse<?, ?> response, Status status) {
    String details = Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray());
    return attempt(
        () -> {
          response
              .trailers()
              .set(DETAILS, details)
              .set(GrpcHeaderNames.GRPC_MESSAGE, percentEncoded(status.getMessage()));
          return response.status(GrpcStatus.valueOf(status.getCode())).end();
        });
  }

  /**
   * Encodes a message as the gRPC protocol demands: only '%' and what is not printable ASCII. The
   * library encodes punctuation too, which grpc-js does not decode.
   */
  static String percentEncoded(String message) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
      if (b >= ' ' && b <= '~' && b != '%') {
        encoded.append((char) b);
      } else {
        encoded.append("%%%02X".formatted(b));
      }
    }
    return encoded.toString();
  }
}
