package io.vmfactory.configs.time;

import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/** Reports that work was cancelled (client gone, shutdown, interrupt) before it ended. */
public final class CancelledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CancelledException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Returns whether a thread failed with {@code failure} because it was interrupted: it says so
   * itself, or the interrupt closed a file below its hands.
   */
  public static boolean isCauseOf(@Nullable Throwable failure) {
    return failure instanceof CancelledException
        || failure instanceof ClosedByInterruptException
        || (failure != null && isCauseOf(failure.getCause()));
  }
}
