package io.vmfactory.factory.boot;

import org.jspecify.annotations.Nullable;

/** Reports that the daemon cannot start. The message names the thing and the remedy. */
final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
