package io.vmfactory.client.sandbox.state;

import org.jspecify.annotations.Nullable;

/**
 * A sandbox's record that this version cannot make sense of: another format version, or not JSON.
 */
public final class UnreadableSandboxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreadableSandboxException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
