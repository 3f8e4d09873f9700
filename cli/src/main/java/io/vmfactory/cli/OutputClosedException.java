package io.vmfactory.cli;

import io.vmfactory.configs.ErrorText;
import java.io.IOException;

/** This process cannot write to its standard output or standard error any more. */
final class OutputClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutputClosedException(String output, IOException cause) {
    super("cannot write to standard " + output + ": " + cause.getMessage(), cause);
  }

  /**
   * Returns whether the reader has closed the pipe, as {@code head} does. This is not reported as a
   * failure.
   */
  boolean isBrokenPipe() {
    return ErrorText.of(this).contains("Broken pipe");
  }
}
