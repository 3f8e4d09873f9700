package io.vmfactory.configs.time;

import org.jspecify.annotations.Nullable;

/** Reports that work was cancelled (client gone, shutdown, interrupt) before it ended. */
public final class CancelledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CancelledException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
