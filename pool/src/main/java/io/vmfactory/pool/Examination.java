package io.vmfactory.pool;

import java.util.Optional;

/**
 * The result of an examination: keep the value, or replace it.
 *
 * @param expired why the value must be replaced; empty to keep it
 */
public record Examination(Optional<String> expired) {
  private static final Examination KEEP = new Examination(Optional.empty());

  /** Returns the result that the value may be handed out. */
  public static Examination keep() {
    return KEEP;
  }

  /** Returns the result that the value must be replaced, for the given reason. */
  public static Examination expire(String why) {
    return new Examination(Optional.of(why));
  }
}
