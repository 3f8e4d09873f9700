package io.vmfactory.configs.time;

/** Reports that a wait was not over at its deadline. The message names what was waited for. */
public final class DeadlineExceededException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DeadlineExceededException(String message) {
    super(message);
  }
}
