package io.vmfactory.bench.report;

import java.time.Instant;
import java.util.List;

/**
 * What one case has found.
 *
 * @param loadBefore the host's load average of one minute when it began
 * @param loadAfter the same when it ended
 * @param failure why it did not end as it should, or empty; what it measured before is there
 * @param notes what a reader must know of it, in sentences
 */
public record CaseReport(
    String name,
    Control control,
    Instant begun,
    Instant ended,
    double loadBefore,
    double loadAfter,
    String failure,
    List<Series> series,
    List<Gauge> gauges,
    List<Curve> curves,
    List<Finding> findings,
    List<String> notes) {

  public CaseReport {
    series = List.copyOf(series);
    gauges = List.copyOf(gauges);
    curves = List.copyOf(curves);
    findings = List.copyOf(findings);
    notes = List.copyOf(notes);
  }
}
