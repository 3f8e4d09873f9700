package io.vmfactory.pool;

import java.util.Optional;

/**
 * What an examination found: keep the value, or replace it.
 *
 * @param expired why it must be replaced; empty to keep it
 */
public record Verdict(Optional<String> expired) {
  private static final Verdict KEEP = new Verdict(Optional.empty());

  /** The value may be handed out. */
  public static Verdict keep() {
    return KEEP;
  }

  /** The value must be replaced, for the reason given. */
  public static Verdict expire(String why) {
    return new Verdict(Optional.of(why));
  }
}
