package io.vmfactory.pool;

import java.time.Duration;

/**
 * Something that went wrong with one value, kept as data.
 *
 * @param kind at what
 * @param cause what the allocator, the examination or the claimer said
 * @param ago how long ago
 */
public record PoolFailure(Kind kind, Throwable cause, Duration ago) {
  /** What failed. */
  public enum Kind {
    /** Making one. */
    ALLOCATE,
    /** Destroying one. */
    DISPOSE,
    /** The examination of one found it bad, or failed itself. */
    PROBE,
    /** One ended by itself while it waited. */
    DIED,
    /** A claimer found one broken. */
    POISONED
  }
}
