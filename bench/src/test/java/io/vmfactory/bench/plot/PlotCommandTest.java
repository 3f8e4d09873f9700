package io.vmfactory.bench.plot;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.report.ReportFile;
import io.vmfactory.bench.report.SampleReport;
import io.vmfactory.bench.spec.Promises;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PlotCommandTest {
  private final Report report = SampleReport.of(1);
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @Test
  void thePageHasWhatTheReportSays() throws IOException {
    String page = page();

    assertThat(page)
        .contains("AMD EPYC", "0123abc+changes", "MISSED by 69 %", "1.11 x", "(spawn, load, cont")
        .contains(
            "figure id=\"latency-agent-answers\"",
            "figure id=\"latency-first-output\"",
            "figure id=\"latency-ready\"",
            "figure id=\"steps-clone-floor\"",
            "figure id=\"curve-churn-pool-over-time\"",
            "figure id=\"curve-churn-memory-held-against-p99-latency\"");
    for (CaseReport of : report.cases()) {
      assertThat(page).contains("<h3>" + of.name() + "</h3>");
      of.notes().forEach(note -> assertThat(page).contains(note));
    }
    Promises.all().forEach(promise -> assertThat(page).contains(">" + promise.id() + "</th>"));
  }

  @Test
  void thePageBeginsWithTheVerdictTheDayAndTheRoutes() throws IOException {
    String page = Page.of(SampleReport.of(1));
    String head = page.substring(0, page.indexOf("begun, UTC"));
    assertThat(head)
        .contains(
            "3 promises kept, 3 missed: boot-over-clone, clone-process, warm-over-floor;",
            " not measured.",
            "Measured on 20",
            "revision 0123abc+changes",
            "WARM",
            "a VM that is up and waits is woken");
  }

  @Test
  void nothingIsFetchedFromElsewhere() throws IOException {
    assertThat(page())
        .doesNotContain("<link", " src=", "@import", "url(", "fetch(", "sourceMappingURL");
  }

  @Test
  void noTextOfAReportEndsAScriptOrBecomesMarkup() throws IOException {
    String page = page();

    assertThat(page.split("</script", -1)).as("three scripts end").hasSize(4);
    assertThat(page).contains("&lt;/script&gt;").doesNotContain("<b>beside");
  }

  @Test
  void whatIsNoReportIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("other.json"), "{\"schema\": \"other/3\"}");

    assertThat(execute(file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains(file.toString(), "other/3");
    assertThat(folder.resolve("other.html")).doesNotExist();
  }

  @Test
  void thePageIsWrittenWhereItIsWanted() throws IOException {
    ReportFile.write(report, folder.resolve("a.json"));
    Path wanted = folder.resolve("b.html");

    assertThat(execute(folder.resolve("a.json").toString(), "--out", wanted.toString())).isZero();

    assertThat(wanted).isNotEmptyFile();
    assertThat(folder.resolve("a.html")).doesNotExist();
  }

  private String page() throws IOException {
    ReportFile.write(report, folder.resolve("a.json"));
    assertThat(execute(folder.resolve("a.json").toString())).as(err.toString()).isZero();
    return Files.readString(folder.resolve("a.html"));
  }

  private int execute(String... arguments) {
    return new CommandLine(new PlotCommand())
        .setErr(new PrintWriter(err, true))
        .setOut(new PrintWriter(new StringWriter()))
        .execute(arguments);
  }
}
