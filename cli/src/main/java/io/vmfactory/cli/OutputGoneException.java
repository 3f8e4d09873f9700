package io.vmfactory.cli;

import java.io.IOException;

/** One of our own outputs takes no more. */
final class OutputGoneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutputGoneException(String output, IOException cause) {
    super("cannot write to standard " + output + ": " + cause.getMessage(), cause);
  }

  /**
   * Whether its reader has gone, as {@code head} does: no failure that anybody wants to hear of.
   */
  boolean isBrokenPipe() {
    return String.valueOf(getCause().getMessage()).contains("Broken pipe");
  }
}
