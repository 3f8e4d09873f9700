package io.vmfactory.pool;

import java.util.Optional;

/**
 * What an examination found: keep the value, or replace it.
 *
 * @param expired why it must be replaced; empty to keep it
 */
public record Examination(Optional<String> expired) {
  private static final Examination KEEP = new Examination(Optional.empty());

  /** The value may be handed out. */
  public static Examination keep() {
    return KEEP;
  }

  /** The value must be replaced, for the reason given. */
  public static Examination expire(String why) {
    return new Examination(Optional.of(why));
  }
}
