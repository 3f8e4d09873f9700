package io.vmfactory.pool;

import java.time.Duration;

/**
 * A failure that concerned one value of a pool, kept as data.
 *
 * @param kind what failed
 * @param cause the failure as the allocator, the examination or the claimer reported it
 * @param ago time since then
 */
public record PoolFailure(Kind kind, Throwable cause, Duration ago) {
  /** What failed. */
  public enum Kind {
    /** An allocation. */
    ALLOCATE,
    /** A disposal. */
    DISPOSE,
    /** An examination found the value bad, or failed itself. */
    PROBE,
    /** The value died by itself while it waited. */
    DIED,
    /** A claimer reported the value as broken. */
    POISONED
  }
}
