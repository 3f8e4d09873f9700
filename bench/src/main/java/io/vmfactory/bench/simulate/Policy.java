package io.vmfactory.bench.simulate;

import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.pool.PoolSizing;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Converts sizings from and to words: {@code fixed:N}, {@code auto}, {@code auto:MIN..MAX}. */
final class Policy {
  private static final Pattern FIXED = Pattern.compile("fixed:([0-9]{1,6})");
  private static final Pattern AUTO = Pattern.compile("auto(?::([0-9]{1,6})\\.\\.([0-9]{1,6}))?");

  private Policy() {}

  /**
   * Returns the sizing for a word; {@code auto} takes what it leaves open from the configuration's
   * defaults.
   *
   * @throws IllegalArgumentException if the word is not a policy; names the valid forms
   */
  static PoolSizing of(String word) {
    Matcher fixed = FIXED.matcher(word);
    if (fixed.matches()) {
      return PoolSizing.fixed(Integer.parseInt(fixed.group(1)));
    }
    Matcher auto = AUTO.matcher(word);
    if (!auto.matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a policy: use fixed:N, auto or auto:MIN..MAX".formatted(word));
    }
    PoolConfig shipped =
        new ConfigLoader(new Surroundings(Map.of(), true)).parse("", "defaults").pool();
    boolean open = auto.group(1) == null;
    return new PoolSizing.Auto(
        open ? shipped.bounds().min() : Integer.parseInt(auto.group(1)),
        open ? shipped.bounds().max() : Integer.parseInt(auto.group(2)),
        shipped.demand().hitTarget(),
        shipped.demand().halfLife());
  }

  /** Returns the word for a sizing. */
  static String word(PoolSizing sizing) {
    return sizing instanceof PoolSizing.Auto auto
        ? "auto:%d..%d".formatted(auto.min(), auto.max())
        : "fixed:" + ((PoolSizing.Fixed) sizing).count();
  }
}
