package io.vmfactory.cli;

/** The runtime service cannot run this command line for a client, and has done nothing. */
final class NotServedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotServedException(String reason) {
    super(reason);
  }
}
