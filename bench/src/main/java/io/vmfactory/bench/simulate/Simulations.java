package io.vmfactory.bench.simulate;

import io.vmfactory.bench.simulate.Simulation.Result;
import io.vmfactory.bench.simulate.Simulation.Setup;
import io.vmfactory.pool.PoolSizing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Simulations that belong together. */
public final class Simulations {
  /** Requests per second, on average. */
  static final double RATE = 1;

  /** A day. */
  static final double HOURS = 24;

  static final long SEED = 1;

  /**
   * A host that is up to 60 % busy with refill at the height of the diurnal trace; sizes of VMs as
   * measured (docs/adr/0010), no shells beside those that become warm VMs.
   */
  static final Setup SETUP = new Setup(Duration.ofSeconds(5), 16, 16, 12, PoolSizing.fixed(0));

  /** No fixed size beyond this is tried. */
  private static final int MOST = 1 << 16;

  /**
   * A policy and the smallest fixed size that serves no fewer requests from waiting VMs.
   *
   * @param fixed the largest size tried when none does
   */
  public record Comparison(Result result, Result fixed) {
    /** Memory over time of the policy, over that of the fixed size. */
    public double memoryRatio() {
      return result.mebibyteSeconds() / fixed.mebibyteSeconds();
    }
  }

  private Simulations() {}

  /**
   * Every shape of arrivals with the shipped {@code auto}, each followed by the smallest fixed size
   * that gives as many hits. Always the same; takes seconds.
   */
  public static List<Result> standard() {
    List<Result> results = new ArrayList<>();
    for (Shape shape : Shape.values()) {
      Comparison both = compare(shape.trace(RATE, HOURS * 3600, SEED), Policy.of("auto"), SETUP);
      results.add(both.result());
      results.add(both.fixed());
    }
    return results;
  }

  /** That policy, beside the fixed size that gives as many hits on the same trace. */
  static Comparison compare(Trace trace, PoolSizing policy, Setup setup) {
    Result result = Simulation.run(trace, policy, setup);
    return new Comparison(result, asGood(trace, result, setup));
  }

  /** By bisection: with more VMs waiting, no fewer requests find one. */
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
