package io.vmfactory.factory.calls;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.vertx.grpc.common.CodecException;
import io.vertx.grpc.common.InvalidMessageException;
import io.vertx.grpc.common.MessageSizeOverflowException;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.guest.GuestException;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmmException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Turns a failure into the status that the client gets. This is the only place that names gRPC
 * codes. Every status has a {@code google.rpc.ErrorInfo} (domain "vmfactory"; the reason is that of
 * the exception). RESOURCE_EXHAUSTED also has a {@code google.rpc.RetryInfo}.
 */
public final class ErrorMapper {
  static final String DOMAIN = "vmfactory";

  /**
   * The longest message. Clients limit all headers of a reply together to 8 KiB, and the headers
   * contain the message twice.
   */
  private static final int LONGEST_MESSAGE = 500;

  /** The longest message of ASCII characters, which need fewer escapes. */
  private static final int LONGEST_ASCII_MESSAGE = 1500;

  /** How a parser begins to name a place in a text that the reader does not see. */
  private static final String SOURCE = "\\[Source: REDACTED \\([^)]*\\); ";

  private static final Any DEFECT = Any.pack(info("INTERNAL"));

  private static final Duration DEFAULT_RETRY = Duration.ofSeconds(1);

  private ErrorMapper() {}

  /** Returns the status for {@code failure}, complete with details. */
  public static Status toStatus(Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof RequestException e) {
      return status(code(e.reason()), e.reason().name(), e, e.retryAfter());
    } else if (cause instanceof TemplateException e) {
      return status(code(e.reason()), "TEMPLATE_" + e.reason(), e, null);
    } else if (cause instanceof VmmException e) {
      return status(code(e.reason()), "VMM_" + e.reason(), e, null);
    } else if (cause instanceof GuestException e) {
      return status(Code.INTERNAL, "GUEST_FAILED", e, null);
    } else if (cause instanceof DeadlineExceededException) {
      return status(Code.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", cause, null);
    } else if (CancelledException.isCauseOf(cause)) {
      return status(Code.CANCELLED, "CANCELLED", cause, null);
    } else if (cause instanceof MessageSizeOverflowException) {
      return bare(Code.INVALID_ARGUMENT, "TOO_LARGE", "the request is too large");
    } else if (cause instanceof CodecException || cause instanceof InvalidMessageException) {
      return status(Code.INVALID_ARGUMENT, "MALFORMED", root(cause), null);
    }
    return status(Code.INTERNAL, "INTERNAL", cause, null);
  }

  /** Returns whether {@code status} is for an unexpected failure, whose stack trace is logged. */
  static boolean isDefect(Status status) {
    return status.getDetails(0).equals(DEFECT);
  }

  /**
   * Returns the status for a JSON client whose request the library refused with an HTTP number
   * only.
   */
  public static Status ofHttp(int httpStatus, String path) {
    return switch (httpStatus) {
      case 400 -> bare(Code.INVALID_ARGUMENT, "MALFORMED", "malformed request to " + path);
      case 413 -> bare(Code.INVALID_ARGUMENT, "TOO_LARGE", "request to " + path + " is too large");
      default -> bare(Code.NOT_FOUND, "NO_SUCH_PATH", "no such method and path: " + path);
    };
  }

  private static Status bare(Code code, String reason, String message) {
    return status(code, reason, new IllegalArgumentException(message), null);
  }

  private static Code code(RequestException.Reason reason) {
    return switch (reason) {
      case INVALID -> Code.INVALID_ARGUMENT;
      case NOT_FOUND -> Code.NOT_FOUND;
      case FORBIDDEN -> Code.PERMISSION_DENIED;
      case ALREADY_EXISTS -> Code.ALREADY_EXISTS;
      case NOT_POSSIBLE -> Code.FAILED_PRECONDITION;
      case EXHAUSTED -> Code.RESOURCE_EXHAUSTED;
      case NOT_YET, SHUTTING_DOWN -> Code.UNAVAILABLE;
    };
  }

  private static Code code(TemplateException.Reason reason) {
    return switch (reason) {
      case NOT_FOUND -> Code.NOT_FOUND;
      case REFUSED, INVALID -> Code.FAILED_PRECONDITION;
      case RESOURCES -> Code.RESOURCE_EXHAUSTED;
      case FAILED -> Code.INTERNAL;
    };
  }

  private static Code code(VmmException.Reason reason) {
    return switch (reason) {
      case UNUSABLE, INVALID, BUSY -> Code.FAILED_PRECONDITION;
      case RESOURCES -> Code.RESOURCE_EXHAUSTED;
      case FORBIDDEN -> Code.PERMISSION_DENIED;
      case EXISTS -> Code.ALREADY_EXISTS;
      case UNAVAILABLE -> Code.UNAVAILABLE;
      case ILLEGAL_PHASE, DIED, FAILED -> Code.INTERNAL;
    };
  }

  private static Status status(
      Code code, String reason, Throwable cause, @Nullable Duration retryAfter) {
    Status.Builder status =
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(message(cause))
            .addDetails(Any.pack(info(reason)));
    if (code == Code.RESOURCE_EXHAUSTED) {
      status.addDetails(Any.pack(retry(retryAfter == null ? DEFAULT_RETRY : retryAfter)));
    }
    return status.build();
  }

  private static ErrorInfo info(String reason) {
    return ErrorInfo.newBuilder().setReason(reason).setDomain(DOMAIN).build();
  }

  private static RetryInfo retry(Duration delay) {
    return RetryInfo.newBuilder().setRetryDelay(Wire.wire(delay)).build();
  }

  private static String message(Throwable cause) {
    String text =
        cause instanceof JsonProcessingException json
            ? json.getOriginalMessage().replaceAll(SOURCE, "[")
            : ErrorText.of(cause);
    return shortened(text);
  }

  /** Returns beginning and end of {@code text}: what failed, and what was seen last. */
  private static String shortened(String text) {
    boolean ascii = text.chars().allMatch(c -> c < 0x80);
    int longest = ascii ? LONGEST_ASCII_MESSAGE : LONGEST_MESSAGE;
    if (text.length() <= longest) {
      return text;
    }
    int head = longest / 3;
    return text.substring(0, head) + "…" + text.substring(text.length() - (longest - head));
  }

  /**
   * Returns the innermost cause: the parser's own message, without those of the libraries around
   * it.
   */
  private static Throwable root(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure : root(cause);
  }

  private static Throwable unwrap(Throwable failure) {
    boolean wrapper =
        failure instanceof CompletionException || failure instanceof ExecutionException;
    Throwable cause = failure.getCause();
    return wrapper && cause != null ? unwrap(cause) : failure;
  }
}
