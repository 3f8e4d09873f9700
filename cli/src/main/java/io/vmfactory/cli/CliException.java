package io.vmfactory.cli;

/** A failure to report to the user: what is wrong, what to do about it, and the exit code. */
final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Exit exit;
  private final String remedy;

  /**
   * @param remedy what the user can do; empty if nothing is known
   */
  CliException(Exit exit, String message, String remedy) {
    super(message);
    this.exit = exit;
    this.remedy = remedy;
  }

  Exit exit() {
    return exit;
  }

  String remedy() {
    return remedy;
  }
}
