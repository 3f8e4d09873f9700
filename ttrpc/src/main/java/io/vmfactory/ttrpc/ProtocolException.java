package io.vmfactory.ttrpc;

/** What came from the other side is not ttRPC. The message completes "the connection is gone: ". */
final class ProtocolException extends Exception {
  private static final long serialVersionUID = 1L;

  ProtocolException(String message) {
    super(message);
  }
}
