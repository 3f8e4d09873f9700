package io.vmfactory.bench.report;

import io.vmfactory.configs.time.Laps.Lap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Takes down what a case finds while it runs. Safe for use by several threads. */
public final class Recorder {
  /** Significant digits of histograms. */
  static final int DIGITS = 3;

  private final Map<String, Taking> takings = new LinkedHashMap<>();
  private final List<Gauge> gauges = new ArrayList<>();
  private final List<Curve> curves = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** A series that still grows. */
  private static final class Taking {
    private final String subject;
    private final String name;
    private final Boundary boundary;
    private final List<Long> micros = new ArrayList<>();
    private @Nullable String floor;

    Taking(String subject, String name, Boundary boundary) {
      this.subject = subject;
      this.name = name;
      this.boundary = boundary;
    }

    Series series() {
      return new Series(subject, name, boundary, floor, micros);
    }
  }

  /** Adds one sample to a series, which begins with its first. */
  public synchronized void sample(String subject, String name, Boundary boundary, long micros) {
    if (micros < 0) {
      throw new IllegalArgumentException(
          "%s took %d us".formatted(Series.id(subject, name), micros));
    }
    takings
        .computeIfAbsent(Series.id(subject, name), id -> new Taking(subject, name, boundary))
        .micros
        .add(micros);
  }

  /** Adds one sample of each step. */
  public void steps(String subject, List<Lap> laps) {
    laps.forEach(lap -> sample(subject, lap.name(), Boundary.STEP, lap.span().toNanos() / 1000));
  }

  /** Says with which series one that has samples took turns. */
  public synchronized void floor(String subject, String name, String floor, String floorName) {
    taking(subject, name).floor = Series.id(floor, floorName);
  }

  /** Adds a figure that is no time. */
  public synchronized void gauge(String name, String unit, double value) {
    gauges.add(new Gauge(name, unit, value));
  }

  /** Adds a curve. */
  public synchronized void curve(Curve curve) {
    curves.add(curve);
  }

  /** Adds what was measured of a promise. */
  public synchronized void finding(String promise, double value) {
    findings.add(new Finding(promise, value));
  }

  /** Adds a sentence for the reader. */
  public synchronized void note(String sentence) {
    notes.add(sentence);
  }

  /** Median, in microseconds, of a series that has samples. */
  public long median(String subject, String name) {
    return percentile(subject, name, 50);
  }

  /** What {@code percent} of 100 samples of a series that has some do not exceed, microseconds. */
  public synchronized long percentile(String subject, String name, double percent) {
    return histogram(taking(subject, name).micros).getValueAtPercentile(percent);
  }

  private Taking taking(String subject, String name) {
    Taking taking = takings.get(Series.id(subject, name));
    if (taking == null) {
      throw new IllegalStateException("no samples of " + Series.id(subject, name));
    }
    return taking;
  }

  static Histogram histogram(List<Long> micros) {
    Histogram histogram = new Histogram(DIGITS);
    micros.forEach(histogram::recordValue);
    return histogram;
  }

  /** All series so far, in the order of their first samples. */
  public synchronized List<Series> series() {
    return takings.values().stream().map(Taking::series).toList();
  }

  public synchronized List<Gauge> gauges() {
    return List.copyOf(gauges);
  }

  public synchronized List<Curve> curves() {
    return List.copyOf(curves);
  }

  public synchronized List<Finding> findings() {
    return List.copyOf(findings);
  }

  public synchronized List<String> notes() {
    return List.copyOf(notes);
  }
}
