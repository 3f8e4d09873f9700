package io.vmfactory.configs.time;

import org.jspecify.annotations.Nullable;

/** The work was called off (client gone, shutdown) while it was under way. */
public final class CancelledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CancelledException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
