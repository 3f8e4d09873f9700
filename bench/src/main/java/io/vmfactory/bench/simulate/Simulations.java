package io.vmfactory.bench.simulate;

import io.vmfactory.bench.simulate.Simulation.Result;
import io.vmfactory.bench.simulate.Simulation.Setup;
import io.vmfactory.pool.PoolSizing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs simulations that are compared with each other. */
public final class Simulations {
  /** Mean requests per second. */
  static final double RATE = 1;

  /** One day. */
  static final double HOURS = 24;

  static final long SEED = 1;

  /**
   * A host that refill keeps up to 60 % busy at the peak of the diurnal trace; sizes of VMs as
   * measured (docs/adr/0010), no shells besides those that become warm VMs.
   */
  static final Setup SETUP = new Setup(Duration.ofSeconds(5), 16, 16, 12, PoolSizing.fixed(0));

  /** The largest fixed size that is tried. */
  private static final int MOST = 1 << 16;

  /**
   * A policy and the smallest fixed size that serves no fewer requests from waiting VMs.
   *
   * @param fixed result of the fixed size; of the largest size tried if none is large enough
   */
  public record Comparison(Result result, Result fixed) {
    /** Returns the policy's memory over time as a ratio to that of the fixed size. */
    public double memoryRatio() {
      return result.mebibyteSeconds() / fixed.mebibyteSeconds();
    }
  }

  private Simulations() {}

  /**
   * Simulates every shape of arrivals with the shipped {@code auto}, each followed by the smallest
   * fixed size with as many hits. The results are always the same; takes seconds.
   */
  public static List<Result> standard() {
    List<Result> results = new ArrayList<>();
    for (ArrivalShape shape : ArrivalShape.values()) {
      Comparison both = compare(shape.trace(RATE, HOURS * 3600, SEED), Policy.of("auto"), SETUP);
      results.add(both.result());
      results.add(both.fixed());
    }
    return results;
  }

  /** Compares the policy with the fixed size that has as many hits on the same trace. */
  static Comparison compare(Trace trace, PoolSizing policy, Setup setup) {
    Result result = Simulation.run(trace, policy, setup);
    return new Comparison(result, asGood(trace, result, setup));
  }

  /** Finds the fixed size by bisection: with more waiting VMs, no fewer requests find one. */
  private static Result asGood(Trace trace, Result wanted, Setup setup) {
    int tooFew = -1;
    int enough = Math.max(1, wanted.peakWaiting());
    Result best = fixed(trace, enough, setup);
    while (best.hits() < wanted.hits() && enough < MOST) {
      tooFew = enough;
      enough *= 2;
      best = fixed(trace, enough, setup);
    }
    while (enough - tooFew > 1) {
      int middle = (tooFew + enough) >>> 1;
      Result tried = fixed(trace, middle, setup);
      if (tried.hits() >= wanted.hits()) {
        enough = middle;
        best = tried;
      } else {
        tooFew = middle;
      }
    }
    return best;
  }

  private static Result fixed(Trace trace, int count, Setup setup) {
    return Simulation.run(trace, PoolSizing.fixed(count), setup);
  }
}
