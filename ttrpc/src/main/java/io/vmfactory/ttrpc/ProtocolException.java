package io.vmfactory.ttrpc;

/**
 * The other side sent bytes that are not ttRPC. The message completes "the connection is gone: ".
 */
public final class ProtocolException extends Exception {
  private static final long serialVersionUID = 1L;

  ProtocolException(String message) {
    super(message);
  }
}
