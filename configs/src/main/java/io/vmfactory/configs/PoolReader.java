package io.vmfactory.configs;

import io.vmfactory.configs.PoolConfig.Auto;
import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.configs.PoolConfig.Demand;
import io.vmfactory.configs.PoolConfig.NamedPool;
import io.vmfactory.configs.PoolConfig.RollOver;
import io.vmfactory.configs.PoolConfig.Upkeep;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Reads the {@code [pool]} table. Holds the names, defaults and ranges of its keys. */
final class PoolReader {
  private static final int MOST = 4096;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration YEAR = Duration.ofDays(365);
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final String NAME = "[a-z0-9][a-z0-9._-]{0,62}";
  private static final String NAME_FORM =
      "1..63 of a-z, 0-9, '.', '_' and '-', the first a letter or digit";

  private final Section section;

  PoolReader(Section section) {
    this.section = section;
  }

  PoolConfig read() {
    Auto warm = bounds();
    Auto shells = new Auto(Math.min(1, warm.max()), warm.max());
    return new PoolConfig(
        count(section, "vm_cache_number", warm),
        count(section, "shell_number", shells),
        warm,
        new Demand(
            section.fraction("hit_target", 0.99, 0.5, 0.9999),
            section.duration(
                "demand_half_life", Duration.ofMinutes(10), SECOND, DAY.multipliedBy(30))),
        section.bytes("memory_budget", 2 * GIB, MIB, 1024 * GIB),
        upkeep(),
        rollOver(),
        section.number("restores_at_once", 0, 0, 256),
        section.number("max_waiting", 256, 0, 65536),
        named(warm, shells));
  }

  private Map<String, NamedPool> named(Auto warm, Auto shells) {
    Map<String, NamedPool> named = new LinkedHashMap<>();
    section.tables(
        "template",
        table -> {
          String name = table.text("name", "", NAME, NAME_FORM);
          if (!table.isSet("name")) {
            table.problem("pool.template.name is missing: say which template", "name");
          } else if (!name.isEmpty() && named.containsKey(name)) {
            table.problem("pool.template.name is \"%s\" twice".formatted(name), "name");
          }
          Count warmCount = count(table, "warm", warm);
          Count shellCount = count(table, "shells", shells);
          return named.put(name, new NamedPool(warmCount, shellCount));
        });
    return named;
  }

  private Auto bounds() {
    int min = section.number("min_warm", 1, 0, MOST);
    int max = section.number("max_warm", 32, 0, MOST);
    if (max < min) {
      section.problem(
          "pool.max_warm (%d) is below pool.min_warm (%d)".formatted(max, min),
          "max_warm",
          "min_warm");
    }
    return new Auto(min, Math.max(min, max));
  }

  private static Count count(Section section, String key, Auto auto) {
    return section
        .numberOrWord(key, "auto", 0, MOST)
        .<Count>map(PoolConfig.Fixed::new)
        .orElse(auto);
  }

  private Upkeep upkeep() {
    return new Upkeep(
        section.durationOrZero("warm_ttl", Duration.ofHours(1), SECOND, YEAR),
        section.durationOrZero("health_interval", Duration.ofSeconds(30), SECOND, DAY),
        section.durationOrZero("probe_interval", Duration.ofMinutes(10), SECOND, YEAR));
  }

  private RollOver rollOver() {
    Map<String, RollOver> known = new LinkedHashMap<>();
    Arrays.stream(RollOver.values()).forEach(way -> known.put(way.word(), way));
    Set<String> words = known.keySet();
    String form = "\"" + String.join("\" or \"", words) + "\"";
    String pattern = String.join("|", words);
    String word = section.text("roll_over", RollOver.RECREATE.word(), pattern, form);
    return known.getOrDefault(word, RollOver.RECREATE);
  }
}
