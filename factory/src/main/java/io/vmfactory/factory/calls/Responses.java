package io.vmfactory.factory.calls;

import com.google.rpc.Status;
import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Supplier;

/** Writing to a client that may be gone. */
public final class Responses {
  /** Trailer with the whole google.rpc.Status, in Base64. */
  public static final String DETAILS = "grpc-status-details-bin";

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
          response
              .trailers()
              .set(DETAILS, details)
              .set(GrpcHeaderNames.GRPC_MESSAGE, percentEncoded(status.getMessage()));
          return response.status(GrpcStatus.valueOf(status.getCode())).end();
        });
  }

  /**
   * As the gRPC protocol has it: only what is not printable ASCII, and '%'. The library encodes
   * punctuation too, which grpc-js does not decode.
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
