package io.vmfactory.client.sandbox.state;

import org.jspecify.annotations.Nullable;

/**
 * A sandbox's record that this version cannot make sense of: another format version, or not JSON.
 */
public final class UnreadableRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreadableRecordException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
