package io.vmfactory.configs.time;

/** A wait was longer than its deadline allows. The message names what was waited for. */
public final class DeadlineExceededException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DeadlineExceededException(String message) {
    super(message);
  }
}
