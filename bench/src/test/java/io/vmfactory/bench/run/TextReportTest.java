package io.vmfactory.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.HostFacts;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.bench.report.Report;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextReportTest {
  private final Recorder out = new Recorder();

  @Test
  void boundariesAreInTablesOfTheirOwn() {
    out.sample("WARM", "reply", Boundary.READY, 3000);
    out.sample("WARM", "load", Boundary.VMM_LOAD, 1000);

    String text = TextReport.of(report(""));

    assertThat(text.split("\n\n"))
        .anySatisfy(part -> assertThat(part).startsWith("ready:").doesNotContain("load"))
        .anySatisfy(part -> assertThat(part).startsWith("VMM load:").doesNotContain("reply"));
  }

  @Test
  void aSeriesIsPrintedAsAMultipleOfItsFloor() {
    out.sample("WARM", "reply", Boundary.READY, 3000);
    out.sample("floor", "answer", Boundary.AGENT_ANSWERS, 2000);
    out.floor("WARM", "reply", "floor", "answer");

    assertThat(TextReport.of(report(""))).containsPattern("WARM +reply +3\\.00 .* 1 +1\\.50\n");
  }

  @Test
  void aFailureIsPrintedBesideTheCase() {
    assertThat(TextReport.of(report("no QEMU"))).contains("case warm", "FAILED: no QEMU");
  }

  @Test
  void valuesThatWereNotMeasuredAreNotKept() {
    out.finding("warm-tail", 2);
    StringWriter lines = new StringWriter();

    assertThat(SpecCommand.judge(report(""), new PrintWriter(lines))).isFalse();
    assertThat(lines.toString())
        .containsPattern("warm-tail +2\\.00 x .*kept")
        .contains("not measured by case density", "1 of ");
  }

  private Report report(String failure) {
    HostFacts host = new HostFacts(2, "cpu", 1024, "6.1", "7.2", "tcg", "guest", "17", "", "0.1");
    CaseReport one =
        new CaseReport(
            "warm",
            CaseSettings.of(1, 0, Duration.ofMinutes(1)),
            Instant.EPOCH,
            Instant.EPOCH,
            0,
            0,
            failure,
            out.series(),
            out.gauges(),
            out.curves(),
            out.findings(),
            out.notes());
    return new Report(Report.SCHEMA, "SMOKE", host, List.of(one));
  }
}
