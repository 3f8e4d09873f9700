package io.vmfactory.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import io.vmfactory.client.FactoryException.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Translates transport and gRPC failures into {@link FactoryException}. Only this class knows gRPC
 * status codes and trailers.
 *
 * @param server what listens on the socket, for messages
 * @param socket its socket, for messages
 */
record GrpcFailures(Server server, Path socket) {
  private static final String DETAILS = "grpc-status-details-bin";
  private static final String MESSAGE = "grpc-message";
  private static final Pattern ESCAPED = Pattern.compile("(%[0-9A-Fa-f]{2})+");

  /** What a client connects to. */
  enum Server {
    DAEMON("daemon", "vmfactory serve"),
    RUNTIME_SERVICE("runtime service", "vmfactory runtime serve");

    private final String words;
    private final String command;

    Server(String words, String command) {
      this.words = words;
      this.command = command;
    }

    @Override
    public String toString() {
      return "the " + words;
    }
  }

  /** Describes a failure to connect. */
  FactoryException unreachable(Throwable cause) {
    if (!Files.notExists(socket) && !Files.isWritable(socket)) {
      return new FactoryException(
          Code.FORBIDDEN,
          "no permission to connect to the socket of %s, %s; run as its user or as root%s"
              .formatted(
                  server,
                  socket,
                  server == Server.DAEMON ? ", or join the group in its socket_group setting" : ""),
          cause);
    }
    String how = Files.exists(socket) ? "no process listens on " : "there is no socket ";
    return new FactoryException(
        Code.NOT_RUNNING,
        "%s is not running: %s%s; start it with `%s`"
            .formatted(server, how, socket, server.command),
        cause);
  }

  /** Describes a lost connection. */
  FactoryException lost(Throwable cause) {
    return new FactoryException(
        Code.UNAVAILABLE,
        "the connection to %s at %s was lost: %s".formatted(server, socket, cause.getMessage()),
        cause);
  }

  /** Describes a stream that the server reset with a bare status code. */
  FactoryException reset(GrpcStatus status) {
    return new FactoryException(
        code(status), "%s at %s ended the call: %s".formatted(server, socket, status.name()), null);
  }

  /** Describes an error reply of the server: message, reason and retry advice. */
  FactoryException refused(GrpcClientResponse<?, ?> response) {
    GrpcStatus status = response.status();
    Status details = details(field(response, DETAILS));
    String said = details.getMessage();
    if (said.isEmpty()) {
      said = percentDecoded(field(response, MESSAGE));
    }
    if (said.isEmpty()) {
      said = "%s at %s answered %s without a message".formatted(server, socket, status.name());
    }
    return new FactoryException(code(status), said, reason(details), retryAfter(details), null);
  }

  private static Code code(GrpcStatus status) {
    return switch (status) {
      case INVALID_ARGUMENT, OUT_OF_RANGE -> Code.INVALID;
      case NOT_FOUND -> Code.NOT_FOUND;
      case ALREADY_EXISTS -> Code.ALREADY_EXISTS;
      case FAILED_PRECONDITION -> Code.NOT_POSSIBLE;
      case RESOURCE_EXHAUSTED -> Code.EXHAUSTED;
      case DEADLINE_EXCEEDED -> Code.DEADLINE;
      case CANCELLED, ABORTED -> Code.CANCELLED;
      case UNAVAILABLE -> Code.UNAVAILABLE;
      case UNIMPLEMENTED -> Code.UNSUPPORTED;
      case PERMISSION_DENIED, UNAUTHENTICATED -> Code.FORBIDDEN;
      default -> Code.FAILED;
    };
  }

  /** Returns a status field from the trailers, or from the headers if the reply has only those. */
  private static String field(GrpcClientResponse<?, ?> response, String name) {
    String late = response.trailers().get(name);
    String early = response.headers().get(name);
    return late != null ? late : early != null ? early : "";
  }

  /**
   * Parses the status details. Ignores malformed details, because the message alone is still
   * useful.
   */
  private static Status details(String base64) {
    try {
      return Status.parseFrom(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
      return Status.getDefaultInstance();
    }
  }

  private static String reason(Status details) {
    return detail(details, ErrorInfo.class).map(ErrorInfo::getReason).orElse("");
  }

  private static @Nullable Duration retryAfter(Status details) {
    return detail(details, RetryInfo.class)
        .map(RetryInfo::getRetryDelay)
        .map(delay -> Duration.ofSeconds(delay.getSeconds(), delay.getNanos()))
        .orElse(null);
  }

  private static <T extends Message> Optional<T> detail(Status details, Class<T> type) {
    try {
      for (Any detail : details.getDetailsList()) {
        if (detail.is(type)) {
          return Optional.of(detail.unpack(type));
        }
      }
    } catch (InvalidProtocolBufferException unreadable) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  /**
   * Decodes gRPC percent-encoding: '%' and bytes outside printable ASCII are %XX; '+' is a plus.
   */
  private static String percentDecoded(String text) {
    return ESCAPED
        .matcher(text)
        .replaceAll(run -> Matcher.quoteReplacement(new String(bytes(run.group()), UTF_8)));
  }

  private static byte[] bytes(String escaped) {
    return HexFormat.of().withPrefix("%").parseHex(escaped);
  }
}
