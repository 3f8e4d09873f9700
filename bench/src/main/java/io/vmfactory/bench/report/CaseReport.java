package io.vmfactory.bench.report;

import java.time.Instant;
import java.util.List;

/**
 * The result of one case.
 *
 * @param loadBefore load average of one minute of the host at the beginning
 * @param loadAfter the same at the end
 * @param failure why the case failed, or empty; its measurements until then are included
 * @param notes sentences that a reader must know
 */
public record CaseReport(
    String name,
    CaseSettings control,
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
