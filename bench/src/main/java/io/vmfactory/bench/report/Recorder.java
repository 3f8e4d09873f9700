package io.vmfactory.bench.report;

import io.vmfactory.configs.time.Laps.Lap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Records the results of a case while it runs. Safe for use by several threads. */
public final class Recorder {
  /** Significant digits of histograms. */
  static final int DIGITS = 3;

  private final Map<String, Taking> takings = new LinkedHashMap<>();
  private final List<Gauge> gauges = new ArrayList<>();
  private final List<Curve> curves = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** A series that is being recorded. */
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

  /** Adds one sample to a series; the first sample begins the series. */
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

  /**
   * Declares the floor of a series that has samples: the series whose rounds alternated with its
   * own.
   */
  public synchronized void floor(String subject, String name, String floor, String floorName) {
    taking(subject, name).floor = Series.id(floor, floorName);
  }

  /** Adds a value that is not a time. */
  public synchronized void gauge(String name, String unit, double value) {
    gauges.add(new Gauge(name, unit, value));
  }

  /** Adds a curve. */
  public synchronized void curve(Curve curve) {
    curves.add(curve);
  }

  /** Adds the measured value of a promise. */
  public synchronized void finding(String promise, double value) {
    findings.add(new Finding(promise, value));
  }

  /** Adds a sentence for the reader. */
  public synchronized void note(String sentence) {
    notes.add(sentence);
  }

  /** Returns the median, in microseconds, of a series that has samples. */
  public long median(String subject, String name) {
    return percentile(subject, name, 50);
  }

  /**
   * Returns the value, in microseconds, that {@code percent} of 100 samples of a series do not
   * exceed; the series has samples.
   */
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

  /** Returns all series so far, in the order of their first samples. */
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
