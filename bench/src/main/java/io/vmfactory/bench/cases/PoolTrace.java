package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Pool.Tier;
import io.vmfactory.bench.report.Curve;
import io.vmfactory.bench.report.Curve.Point;
import io.vmfactory.client.FactoryException;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.harness.daemon.Quiet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Records how full the pools are and how many VMs are leased, five times a second, until it is
 * closed.
 */
final class PoolTrace implements AutoCloseable {
  private static final String CHART = "pool over time";
  private static final long EVERY_MILLIS = 200;

  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
  private final Supplier<GetStatusResponse> daemon;
  private final List<Point> warm = new ArrayList<>();
  private final List<Point> shells = new ArrayList<>();
  private final List<Point> leased = new ArrayList<>();
  private final long start = System.nanoTime();

  PoolTrace(Supplier<GetStatusResponse> daemon) {
    this.daemon = daemon;
    var unused = clock.scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Adds a point. If the daemon does not answer, the chart has a gap, and the recording goes on.
   */
  private void look() {
    GetStatusResponse status;
    try {
      status = daemon.get();
    } catch (FactoryException | DeadlineExceededException e) {
      return;
    }
    add(status);
  }

  private synchronized void add(GetStatusResponse status) {
    double seconds = (System.nanoTime() - start) / 1e9;
    warm.add(new Point(seconds, ready(status, Tier.WARM), ""));
    shells.add(new Point(seconds, ready(status, Tier.SHELL), ""));
    leased.add(new Point(seconds, status.getLeasesCount(), ""));
  }

  private static int ready(GetStatusResponse status, Tier tier) {
    return status.getPoolsList().stream()
        .filter(pool -> pool.getTier() == tier)
        .mapToInt(Quiet::ready)
        .sum();
  }

  /** Ends the recording. */
  @Override
  public void close() {
    clock.shutdown();
  }

  /** Returns what was recorded so far. */
  synchronized List<Curve> curves() {
    return List.of(
        curve("warm VMs waiting", warm), curve("shells waiting", shells), curve("leased", leased));
  }

  private static Curve curve(String name, List<Point> points) {
    return new Curve(CHART, name, "time, s", "VMs", points);
  }
}
