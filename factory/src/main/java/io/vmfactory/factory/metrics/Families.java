package io.vmfactory.factory.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Metrics that are collected at each scrape, family by family. A series that is not added is not
 * shown: the series of a deleted template disappear with it.
 */
final class Families {
  private final Map<String, GaugeSnapshot.Builder> gauges = new LinkedHashMap<>();
  private final Map<String, CounterSnapshot.Builder> counters = new LinkedHashMap<>();
  private final Map<String, SummarySnapshot.Builder> summaries = new LinkedHashMap<>();

  /** Adds a gauge; {@code labels} are names and values alternately. */
  void gauge(String name, String help, double value, String... labels) {
    gauges
        .computeIfAbsent(name, n -> GaugeSnapshot.builder().name(n).help(help))
        .dataPoint(GaugeDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build());
  }

  /** Adds a counter; {@code name} is without {@code _total}, which the formats add. */
  void counter(String name, String help, double value, String... labels) {
    counters
        .computeIfAbsent(name, n -> CounterSnapshot.builder().name(n).help(help))
        .dataPoint(
            CounterDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build());
  }

  /** Adds a count and a sum, without quantiles. */
  void summary(String name, String help, Sum sum, String... labels) {
    summaries
        .computeIfAbsent(name, n -> SummarySnapshot.builder().name(n).help(help))
        .dataPoint(
            SummaryDataPointSnapshot.builder()
                .count(sum.count())
                .sum(sum.value())
                .labels(Labels.of(labels))
                .build());
  }

  /** A number of observations and their sum. */
  record Sum(long count, double value) {}

  MetricSnapshots all() {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    gauges.values().forEach(g -> all.metricSnapshot(g.build()));
    counters.values().forEach(c -> all.metricSnapshot(c.build()));
    summaries.values().forEach(s -> all.metricSnapshot(s.build()));
    return all.build();
  }
}
