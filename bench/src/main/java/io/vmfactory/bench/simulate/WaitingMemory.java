package io.vmfactory.bench.simulate;

import io.vmfactory.bench.simulate.Simulation.Point;
import java.util.ArrayList;
import java.util.List;

/**
 * The waiting VMs integrated over time: their memory in MiB seconds, and their average number in
 * each of several equal parts of the time.
 */
final class WaitingMemory {
  private final double nanosAPart;
  private final double[] vmSeconds;
  private final int[] arrivals;
  private double mebibytes;
  private double mebibyteSeconds;
  private int waiting;
  private int peak;
  private long last;

  /**
   * @param nanos duration of the whole
   */
  WaitingMemory(long nanos, int parts) {
    nanosAPart = (double) nanos / parts;
    vmSeconds = new double[parts];
    arrivals = new int[parts];
  }

  /** A VM of that size begins to wait. */
  void entered(double size, long now) {
    pass(now);
    mebibytes += size;
    waiting++;
    peak = Math.max(peak, waiting);
  }

  /** A VM of that size stops waiting. */
  void left(double size, long now) {
    pass(now);
    mebibytes -= size;
    waiting--;
  }

  /** Counts a request. */
  void arrived(long now) {
    arrivals[part(now)]++;
  }

  /** Counts until {@code now}. */
  void pass(long now) {
    mebibyteSeconds += mebibytes * (now - last) / 1e9;
    while (last < now) {
      int part = part(last);
      long until = Math.min(now, Math.max(last + 1, (long) Math.ceil((part + 1) * nanosAPart)));
      vmSeconds[part] += waiting * (until - last) / 1e9;
      last = until;
    }
  }

  private int part(long nanos) {
    return Math.min(vmSeconds.length - 1, (int) (nanos / nanosAPart));
  }

  double mebibyteSeconds() {
    return mebibyteSeconds;
  }

  int peak() {
    return peak;
  }

  List<Point> series() {
    double seconds = nanosAPart / 1e9;
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < arrivals.length; i++) {
      points.add(new Point(i * seconds, vmSeconds[i] / seconds, arrivals[i]));
    }
    return points;
  }
}
