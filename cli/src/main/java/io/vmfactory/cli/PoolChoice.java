package io.vmfactory.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pools of GetStatus's reply that a command is about. */
final class PoolChoice {
  private PoolChoice() {}

  /**
   * Those of the template whose key begins with {@code template}; null = all.
   *
   * @throws CliException when the daemon keeps VMs of no such template
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
          "no pool of a template " + template,
          "vmfactory status lists the templates; only usable ones of the configured kind have pools");
    }
    return chosen;
  }
}
