package io.vmfactory.pool.internal;

import io.vmfactory.pool.PoolSizing;
import io.vmfactory.pool.PoolStats;
import java.time.Duration;
import java.util.Locale;

/** Decides how many values the pool wants in stock now. Used under the pool's lock only. */
final class Target {
  /** How often a stock that may shrink is reviewed if no claim comes. */
  static final Duration REVIEW = Duration.ofSeconds(5);

  private static final Duration MEMORY = Duration.ofMinutes(10);

  /** Weight of a new allocation time in the mean, as in TCP's round-trip estimate. */
  private static final double NEWEST = 1 / 8.0;

  private final int atOnce;
  private PoolSizing sizing;
  private ArrivalRate arrivals;
  private double refillSeconds = 1;
  private boolean measured;
  private int wanted;
  private int most = Integer.MAX_VALUE;
  private String limitedWhy = "";

  /**
   * @param atOnce most allocations under way at the same time
   */
  Target(PoolSizing sizing, int atOnce, long now) {
    this.atOnce = atOnce;
    this.sizing = sizing;
    arrivals = new ArrivalRate(memory(sizing), now);
    review(now);
  }

  /** Follows another sizing from now on. Keeps what was learnt unless the memory differs. */
  void resize(PoolSizing next, long now) {
    if (!memory(next).equals(memory(sizing))) {
      arrivals = new ArrivalRate(memory(next), now);
    }
    sizing = next;
    review(now);
  }

  /** Wants at most {@code ceiling} from now on, whatever the sizing says. */
  void limit(int ceiling, String why) {
    most = ceiling;
    limitedWhy = why;
  }

  /** Counts a claim. */
  void arrived(long now) {
    arrivals.arrived(now);
    review(now);
  }

  /** Records how long an allocation took. Until the first one, one second is assumed. */
  void allocated(long nanos, long now) {
    double seconds = nanos / 1e9;
    refillSeconds = measured ? refillSeconds + NEWEST * (seconds - refillSeconds) : seconds;
    measured = true;
    review(now);
  }

  /** Decides again, since the passing of time alone may change the answer. */
  void review(long now) {
    wanted =
        sizing instanceof PoolSizing.Auto auto
            ? Math.max(auto.min(), covering(auto, now))
            : ((PoolSizing.Fixed) sizing).count();
  }

  private int covering(PoolSizing.Auto auto, long now) {
    double rate = arrivals.perSecond(now);
    if (rate * auto.memory().toNanos() / 1e9 < 1) {
      return 0; // less than one claim is due before this demand is half forgotten
    }
    double dispersion = arrivals.dispersion(now);
    double onOrder = StockLevel.onOrder(rate, refillSeconds, atOnce, dispersion);
    return StockLevel.finding(onOrder, dispersion, auto.probability(), auto.max());
  }

  int count() {
    return Math.min(wanted, most);
  }

  /** Whether the passing of time alone can lower the wanted number. */
  boolean mayShrink() {
    return sizing instanceof PoolSizing.Auto auto && wanted > auto.min();
  }

  /** Returns the wanted number and how it came about. */
  PoolStats.Aim aim(long now) {
    Duration refill = Duration.ofNanos((long) (refillSeconds * 1e9));
    double rate = arrivals.perSecond(now);
    double dispersion = arrivals.dispersion(now);
    String why = rule(rate, dispersion) + limit();
    return new PoolStats.Aim(count(), wanted, rate, dispersion, refill, why);
  }

  private String limit() {
    return wanted > most ? ", wants %d; limited to %d: %s".formatted(wanted, most, limitedWhy) : "";
  }

  private String rule(double rate, double dispersion) {
    if (sizing instanceof PoolSizing.Auto auto) {
      return String.format(
          Locale.ROOT,
          "auto %d..%d: %.3g claims/s (variance %.2g x mean), %.3g s to make one%s, %d at once,"
              + " cover %s",
          auto.min(),
          auto.max(),
          rate,
          dispersion,
          refillSeconds,
          measured ? "" : " (assumed)",
          atOnce,
          auto.probability());
    }
    return "fixed";
  }

  private static Duration memory(PoolSizing sizing) {
    return sizing instanceof PoolSizing.Auto auto ? auto.memory() : MEMORY;
  }
}
