package io.vmfactory.factory.journal;

import org.jspecify.annotations.Nullable;

/** Reports a VM's record that this daemon cannot read: another format version, or not JSON. */
public final class UnreadableRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreadableRecordException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
