package io.vmfactory.client.sandbox.state;

import org.jspecify.annotations.Nullable;

/**
 * Thrown for a record that this version cannot read: it has another format version or is not JSON.
 */
public final class UnreadableSandboxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreadableSandboxException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
