package io.vmfactory.bench.simulate;

import io.vmfactory.pool.PoolSizing;
import java.time.Duration;
import java.util.List;

/**
 * Replays a trace against the pools of one template, as the factory has them: warm VMs are made
 * from shells; a request takes a warm VM, else a shell, else makes a VM of its own. The pools are
 * the product's code; their VMs are only a time to make and a size. Not simulated: that requests
 * and refill compete for CPUs, and that waiting VMs are replaced because of age.
 */
public final class Simulation {
  private static final int POINTS = 500;

  private final Trace trace;
  private final EventClock clock = new EventClock();
  private final WaitingMemory waiting;
  private final SimulatedPools pools;
  private int hits;
  private int shells;

  /**
   * The time and memory that VMs take.
   *
   * @param buildTime mean time to make a warm VM from nothing; each VM's time differs by up to a
   *     fifth
   * @param atOnce most VMs of a pool made at the same time
   * @param vmMebibytes private memory of a waiting warm VM
   * @param shellMebibytes private memory of a waiting shell
   * @param shells how many shells are kept
   */
  public record Setup(
      Duration buildTime,
      int atOnce,
      double vmMebibytes,
      double shellMebibytes,
      PoolSizing shells) {}

  /**
   * The result of a simulation.
   *
   * @param hits arrivals that got a waiting warm VM
   * @param shellHits other arrivals that got a waiting shell
   * @param mebibyteSeconds memory of waiting VMs over time, including shells
   * @param peakWaiting most VMs that waited at the same time, including shells
   * @param made warm VMs that were made
   * @param unused warm VMs that were ended because fewer were wanted
   * @param seconds duration of the trace
   * @param series at most 500 points, evenly over the time
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
    /** Returns the share of arrivals that got a waiting warm VM, 0 to 1; 1 without arrivals. */
    public double hitRatio() {
      return arrivals == 0 ? 1 : (double) hits / arrivals;
    }

    /** Returns the mean memory of waiting VMs in MiB. */
    public double meanMebibytes() {
      return mebibyteSeconds / seconds;
    }
  }

  /**
   * One part of the time.
   *
   * @param second when it began
   * @param waiting mean number of waiting VMs, including shells
   * @param arrivals arrivals in it
   */
  public record Point(double second, double waiting, int arrivals) {}

  private Simulation(Trace trace, PoolSizing warm, Setup setup) {
    this.trace = trace;
    long nanos = nanos(trace.length());
    waiting = new WaitingMemory(nanos, (int) Math.min(POINTS, nanos));
    pools = new SimulatedPools(clock, waiting, warm, setup);
  }

  /** Replays {@code trace}, starting with empty pools and keeping {@code warm} warm VMs. */
  static Result run(Trace trace, PoolSizing warm, Setup setup) {
    return new Simulation(trace, warm, setup).run(Policy.word(warm));
  }

  private Result run(String policy) {
    pools.start();
    for (double second : trace.seconds()) {
      clock.advanceTo(nanos(second));
      arrive();
    }
    clock.advanceTo(nanos(trace.length()));
    waiting.pass(clock.nanos());
    return new Result(
        trace.name(),
        policy,
        trace.seconds().length,
        hits,
        shells,
        waiting.mebibyteSeconds(),
        waiting.peak(),
        pools.warmTraffic().allocated(),
        pools.warmTraffic().disposed(),
        trace.length(),
        waiting.series());
  }

  private void arrive() {
    waiting.arrived(clock.nanos());
    if (pools.takeWarm()) {
      hits++;
    } else if (pools.takeShell()) {
      shells++;
    }
  }

  private static long nanos(double seconds) {
    return Math.round(seconds * 1e9);
  }
}
