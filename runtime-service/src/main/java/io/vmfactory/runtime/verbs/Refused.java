package io.vmfactory.runtime.verbs;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.guest.oci.OciSpecException;
import io.vmfactory.images.ImageException;
import java.util.function.Supplier;

/** Turns the failures of sandboxes and of the VM daemon into refusals, which the edge reports. */
final class Refused {
  private Refused() {}

  /** Runs {@code work}, and throws refusals. */
  static <T> T by(Supplier<T> work) {
    try {
      return work.get();
    } catch (SandboxException e) {
      throw refusal(reason(e.reason()), e);
    } catch (FactoryException e) {
      throw refusal(reason(e.code()), e);
    } catch (OciSpecException e) {
      throw refusal(Reason.INVALID, e);
    } catch (ImageException e) {
      throw refusal(Reason.NOT_POSSIBLE, e);
    }
  }

  private static RequestException refusal(Reason reason, RuntimeException cause) {
    RequestException refusal = new RequestException(reason, String.valueOf(cause.getMessage()));
    refusal.initCause(cause);
    return refusal;
  }

  private static Reason reason(SandboxException.Reason reason) {
    return switch (reason) {
      case NOT_FOUND -> Reason.NOT_FOUND;
      case ALREADY_EXISTS -> Reason.ALREADY_EXISTS;
      case INVALID -> Reason.INVALID;
      case FORBIDDEN -> Reason.FORBIDDEN;
      case NO_ROOM -> Reason.EXHAUSTED;
      case BUSY -> Reason.NOT_YET;
      case WRONG_STATE, COMMAND_NOT_FOUND, NOT_EXECUTABLE, IN_USE, LOST, UNSUPPORTED, FAILED ->
          Reason.NOT_POSSIBLE;
    };
  }

  private static Reason reason(FactoryException.Code code) {
    return switch (code) {
      case INVALID -> Reason.INVALID;
      case NOT_FOUND -> Reason.NOT_FOUND;
      case ALREADY_EXISTS -> Reason.ALREADY_EXISTS;
      case FORBIDDEN -> Reason.FORBIDDEN;
      case EXHAUSTED -> Reason.EXHAUSTED;
      case NOT_RUNNING, UNAVAILABLE, DEADLINE, CANCELLED -> Reason.NOT_YET;
      default -> Reason.NOT_POSSIBLE;
    };
  }
}
