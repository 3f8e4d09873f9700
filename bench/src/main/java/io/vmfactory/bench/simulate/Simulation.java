package io.vmfactory.bench.simulate;

import io.vmfactory.pool.PoolSizing;
import java.time.Duration;
import java.util.List;

/**
 * A trace replayed against the pools of one template, as the factory has them: warm VMs are made of
 * shells, and a request takes a warm VM, else a shell, else makes a VM of its own. The pools are
 * the product's; their VMs are only a time to make and a size. Left out: that requests and refill
 * compete for CPUs, and that waiting VMs are replaced when they are old.
 */
public final class Simulation {
  private static final int POINTS = 500;

  private final Trace trace;
  private final EventClock clock = new EventClock();
  private final Holdings holdings;
  private final Tiers tiers;
  private int hits;
  private int shells;

  /**
   * What VMs take.
   *
   * @param buildTime mean time to make a warm VM from nothing; each one's is up to a fifth less or
   *     more
   * @param atOnce most of a pool made at the same time
   * @param vmMebibytes private memory of a warm VM that waits
   * @param shellMebibytes of a shell that waits
   * @param shells how many shells are kept
   */
  public record Setup(
      Duration buildTime,
      int atOnce,
      double vmMebibytes,
      double shellMebibytes,
      PoolSizing shells) {}

  /**
   * What came of it.
   *
   * @param hits arrivals that were served by a VM that waited warm
   * @param shellHits those of the others that were served by a shell
   * @param mebibyteSeconds memory of VMs while they waited, shells too
   * @param peakWaiting most VMs that waited at once, shells too
   * @param made warm VMs that were made
   * @param unused those of them that were ended because fewer were wanted
   * @param seconds how long it all lasted
   * @param series at most 500, evenly over the time
   */
  public record Result(
      String trace,
      String policy,
      int arrivals,
      int hits,
      int shellHits,
      double mebibyteSeconds,
      int peakWaiting,
      long made,
      long unused,
      double seconds,
      List<Point> series) {
    /** Share of arrivals that were served by a VM that waited warm, 0 to 1; 1 without arrivals. */
    public double hitRatio() {
      return arrivals == 0 ? 1 : (double) hits / arrivals;
    }

    /** Memory of waiting VMs, on average, in MiB. */
    public double meanMebibytes() {
      return mebibyteSeconds / seconds;
    }
  }

  /**
   * One part of the time.
   *
   * @param second when it began
   * @param waiting VMs that waited, on average; shells too
   * @param arrivals in it
   */
  public record Point(double second, double waiting, int arrivals) {}

  private Simulation(Trace trace, PoolSizing warm, Setup setup) {
    this.trace = trace;
    long nanos = nanos(trace.length());
    holdings = new Holdings(nanos, (int) Math.min(POINTS, nanos));
    tiers = new Tiers(clock, holdings, warm, setup);
  }

  /** Replays {@code trace}, from empty pools on, with {@code warm} as many warm VMs kept. */
  static Result run(Trace trace, PoolSizing warm, Setup setup) {
    return new Simulation(trace, warm, setup).run(Policy.word(warm));
  }

  private Result run(String policy) {
    tiers.start();
    for (double second : trace.seconds()) {
      clock.advanceTo(nanos(second));
      arrive();
    }
    clock.advanceTo(nanos(trace.length()));
    holdings.pass(clock.nanos());
    return new Result(
        trace.name(),
        policy,
        trace.seconds().length,
        hits,
        shells,
        holdings.mebibyteSeconds(),
        holdings.peak(),
        tiers.warmTraffic().allocated(),
        tiers.warmTraffic().disposed(),
        trace.length(),
        holdings.series());
  }

  private void arrive() {
    holdings.arrived(clock.nanos());
    if (tiers.takeWarm()) {
      hits++;
    } else if (tiers.takeShell()) {
      shells++;
    }
  }

  private static long nanos(double seconds) {
    return Math.round(seconds * 1e9);
  }
}
