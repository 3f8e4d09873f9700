package io.vmfactory.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Selects the pools that a command is about from the daemon's status. */
final class PoolChoice {
  private PoolChoice() {}

  /**
   * Returns the pools of the template whose key starts with {@code template}; null selects all.
   *
   * @throws CliException if no such template has a pool
   */
  static List<JsonValue> of(List<JsonValue> pools, @Nullable String template) {
    if (template == null) {
      return pools;
    }
    List<JsonValue> chosen =
        pools.stream().filter(pool -> pool.text("templateKey").startsWith(template)).toList();
    if (chosen.isEmpty()) {
      throw new CliException(
          Exit.FAILURE,
          "there is no pool for template " + template,
          "see vmfactory status for the templates; only usable templates of the configured kind"
              + " have pools");
    }
    return chosen;
  }
}
