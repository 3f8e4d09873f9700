package io.vmfactory.factory.request;

import io.vmfactory.factory.request.RequestException.Reason;
import java.time.Duration;

/** Makes the exceptions for refused requests. */
public final class Refusals {
  /** A guess: most steps that free a resource take less. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private static final Duration SOONEST = Duration.ofMillis(50);
  private static final Duration LATEST = Duration.ofMinutes(1);

  private Refusals() {}

  public static RequestException invalid(String message) {
    return new RequestException(Reason.INVALID, message);
  }

  public static RequestException notFound(String message) {
    return new RequestException(Reason.NOT_FOUND, message);
  }

  public static RequestException forbidden(String message) {
    return new RequestException(Reason.FORBIDDEN, message);
  }

  public static RequestException noSuchLease() {
    return notFound("no such lease: it was released, has expired, or its VM died");
  }

  public static RequestException notPossible(String message) {
    return new RequestException(Reason.NOT_POSSIBLE, message);
  }

  public static RequestException exhausted(String message) {
    return exhausted(message, SOON);
  }

  /**
   * Returns a refusal with an estimate of when to ask again, limited to a range that helps a
   * client.
   */
  public static RequestException exhausted(String message, Duration retryAfter) {
    Duration bounded = retryAfter.compareTo(LATEST) > 0 ? LATEST : retryAfter;
    return new RequestException(
        Reason.EXHAUSTED, message, bounded.compareTo(SOONEST) < 0 ? SOONEST : bounded);
  }

  public static RequestException paused() {
    return notPossible("the VM is paused: resume it first (vmfactory resume)");
  }

  public static RequestException suspended() {
    return notPossible("the VM is suspended: resume it first (vmfactory resume)");
  }

  /** Refuses a request for a VM that another request is suspending or resuming. */
  public static RequestException inTransit() {
    return new RequestException(
        Reason.NOT_YET, "the VM is just being suspended or resumed; ask again", SOON);
  }

  public static RequestException shuttingDown() {
    return new RequestException(Reason.SHUTTING_DOWN, "the daemon is shutting down");
  }

  public static RequestException takingOver() {
    return new RequestException(
        Reason.NOT_YET, "the daemon has just started and is taking this VM over; ask again", SOON);
  }
}
